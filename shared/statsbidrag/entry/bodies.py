"""Reading what a caller sent: limits and plain refusals before any rule sees it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from statsbidrag.domain.errors import Refusal, Refusals

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MULTIPART = "multipart/form-data"
CSRF_FIELD = "csrf"
"""The field of a form that holds its session's token; the guard reads it, and no form sees it."""
LARGEST_BODY = 1_048_576
"""Bytes."""
_MOST_FIELDS = 200
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
# Control signs other than tab and line breaks, text direction overrides, half characters and undecodable bytes.
_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]"
)

Fields = dict[str, Any]


def header(event: Mapping[str, Any], name: str) -> str:
    """Give a header whatever the case of its name, or an empty text."""
    headers = event.get("headers") or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name.lower()), "")


def media_type(event: Mapping[str, Any]) -> str:
    """Give the media type of the body, without parameters."""
    return header(event, "content-type").partition(";")[0].strip().lower()


def read_fields(event: Mapping[str, Any]) -> Fields:
    """Read a form or a JSON object, the same way for people and programs.

    Parameters
    ----------
    event
        API Gateway's proxy event; its body may be flagged as base64.

    Returns
    -------
    dict
        Texts by field name for a form; what the object says for JSON.

    Raises
    ------
    Refusal
        ``body_too_large`` 413, ``media_type_unknown`` 415, or with status 400 ``body_undecodable``,
        ``json_malformed`` (says where), ``field_repeated``.
    Refusals
        ``forbidden_character`` at each field that holds one.
    """
    kind = media_type(event)
    if kind not in (FORM, JSON):
        raise Refusal("media_type_unknown", f"Skicka uppgifterna som {JSON} eller {FORM}.", status=415)
    text = _text(event)
    fields = _form(text) if kind == FORM else strict_json(text)
    if kind == FORM:
        fields.pop(CSRF_FIELD, None)
    refuse_forbidden_characters(fields)
    return fields


def request_key(event: Mapping[str, Any], fields: Fields) -> str:
    """Take the caller's key of this request, so that sending it twice does it once.

    From the header ``Idempotency-Key``, else from the form's hidden field ``request_key``, which is taken out of
    the fields.

    Raises
    ------
    Refusal
        ``request_key_missing`` or ``request_key_invalid``, status 400.
    """
    in_form = fields.pop("request_key", "")
    key = header(event, "idempotency-key") or in_form
    if not key:
        raise Refusal("request_key_missing", "Skicka med ett eget värde i sidhuvudet Idempotency-Key.", status=400)
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise Refusal(
            "request_key_invalid",
            "Idempotency-Key ska vara 8–128 synliga ASCII-tecken utan mellanslag.",
            status=400,
        )
    return key


def _text(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        # Half characters are measured here and refused with their field named.
        if len(body.encode(errors="surrogatepass")) > LARGEST_BODY:
            _too_large()
        return str(body)
    if len(body) > LARGEST_BODY * 4 // 3 + 4:
        _too_large()
    try:
        raw = base64.b64decode(body, validate=True)
        if len(raw) > LARGEST_BODY:
            _too_large()
        return raw.decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError):
        raise _undecodable() from None


def _too_large() -> NoReturn:
    raise Refusal("body_too_large", "Det du skickade är för stort. Gränsen är 1 megabyte.", status=413)


def _undecodable() -> Refusal:
    return Refusal("body_undecodable", "Texten går inte att läsa. Skicka den som UTF-8.", status=400)


def _form(text: str) -> Fields:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError:
        raise _undecodable() from None
    except ValueError:
        raise Refusal("too_many_fields", "Formuläret har för många fält.", status=400) from None
    return _once(pairs)


def strict_json(text: str) -> Fields:
    """Read a JSON object in which no field stands twice; `Refusal` ``json_malformed`` and such, status 400."""
    try:
        value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"rad {error.lineno}, tecken {error.colno}"
        raise Refusal("json_malformed", f"JSON-texten är felaktig vid {where}.", status=400) from None
    except (ValueError, RecursionError):
        raise Refusal("json_malformed", "JSON-texten är för djup eller har för stora tal.", status=400) from None
    if not isinstance(value, dict):
        raise Refusal("json_not_an_object", "Skicka ett JSON-objekt med ett värde per fält.", status=400)
    return value


def _once(pairs: list[tuple[str, Any]]) -> Fields:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal("field_repeated", "Samma fält finns två gånger.", field=shown_name(twice), status=400)
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def shown_name(name: str) -> str:
    """Give a caller's field name safe to show and log: plain signs, not endless."""
    return re.sub(r"[^A-Za-z0-9_.-]", "?", name)[:60]


def refuse_forbidden_characters(fields: Fields) -> None:
    """Refuse signs that no text needs: ``forbidden_character`` at each field that holds one."""
    refusals = tuple(
        Refusal(
            "forbidden_character",
            "Texten innehåller ett tecken som inte går att använda. Skriv om eller klistra in den som ren text.",
            field=shown_name(name),
            status=400,
        )
        for name, value in fields.items()
        if _has_forbidden(name) or _has_forbidden(value)
    )
    if refusals:
        raise Refusals(refusals)


def _has_forbidden(value: object) -> bool:
    if isinstance(value, str):
        return _FORBIDDEN.search(value) is not None
    if isinstance(value, dict):
        return any(_has_forbidden(key) or _has_forbidden(each) for key, each in value.items())
    return isinstance(value, list) and any(_has_forbidden(each) for each in value)
