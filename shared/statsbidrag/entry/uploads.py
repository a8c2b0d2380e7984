"""Reading files that a person chose in a form or a program sends: limits first, and names never."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry.bodies import (
    CSRF_FIELD,
    FORM,
    JSON,
    MULTIPART,
    Fields,
    header,
    media_type,
    read_fields,
    refuse_forbidden_characters,
    shown_name,
    strict_json,
)

LARGEST_UPLOAD = 4_000_000
"""Bytes of all files of one call: as base64 this fits the 6 MB of an event to Lambda, and so the 10 MB of the API."""
MOST_AT_ONCE = 10
LIMITS = f"Högst {MOST_AT_ONCE} filer och tillsammans högst 4 megabyte åt gången. Skicka gärna flera gånger."
_BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_FILE_PART = re.compile(rb'content-disposition:\s*form-data;.*\bfilename\*?="?(?P<name>[^"\r\n]*)', re.IGNORECASE)


def read_files(event: Mapping[str, Any]) -> list[bytes]:
    """Take the files out of a call.

    Parameters
    ----------
    event
        API Gateway's proxy event with ``multipart/form-data``, or JSON ``{"files": ["<base64>", …]}``.

    Returns
    -------
    list of bytes
        Content of each file, in order; a file field that was left empty is none.

    Raises
    ------
    Refusal
        ``media_type_unknown`` 415, ``upload_too_large`` 413, ``upload_malformed`` 400, ``files_missing``,
        ``too_many_files``.
    """
    kind = media_type(event)
    if kind not in (MULTIPART, JSON):
        raise Refusal("media_type_unknown", f"Skicka filerna som {MULTIPART} eller {JSON}.", status=415)
    files = _parts(event) if kind == MULTIPART else _listed(event)
    if not files:
        raise Refusal("files_missing", "Välj minst en fil.", field="files")
    if len(files) > MOST_AT_ONCE:
        raise Refusal("too_many_files", f"Ni valde {len(files)} filer. {LIMITS}", field="files")
    if sum(map(len, files)) > LARGEST_UPLOAD:
        _too_large()
    return files


def typed(files: list[bytes], type_of: Callable[[bytes], str]) -> list[tuple[bytes, str]]:
    """Give each file with its type; `Refusals` with every file that is refused, by its place among them."""
    known: list[tuple[bytes, str]] = []
    refused: list[Refusal] = []
    for number, content in enumerate(files, start=1):
        try:
            known.append((content, type_of(content)))
        except Refusal as refusal:
            text = f"Fil {number}: {refusal.message}" if len(files) > 1 else refusal.message
            refused.append(Refusal(refusal.code, text, field="files"))
    if refused:
        raise Refusals(tuple(refused))
    return known


def _raw(event: Mapping[str, Any]) -> bytes:
    body = str(event.get("body") or "")
    if len(body) > LARGEST_UPLOAD * 4 // 3 + 100_000:
        _too_large()
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", errors="surrogateescape")
    return _decoded(body)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed() from None


def _too_large() -> NoReturn:
    raise Refusal("upload_too_large", f"Filerna är för stora. {LIMITS}", field="files", status=413)


def _malformed() -> Refusal:
    return Refusal("upload_malformed", "Filerna gick inte att läsa. Skicka dem igen.", field="files", status=400)


def _parts(event: Mapping[str, Any]) -> list[bytes]:
    """Take the files out of a form, byte for byte (RFC 7578)."""
    files = []
    for head, content in _sections(event):
        named = _FILE_PART.search(head)
        if named and (named["name"] or content):
            files.append(content)
    return files


def _listed(event: Mapping[str, Any]) -> list[bytes]:
    try:
        fields = strict_json(_raw(event).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _malformed() from None
    files = fields.pop("files", None)
    if fields or not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise Refusal("field_invalid", 'Skicka {"files": ["<base64>", …]} och inget annat.', field="files")
    return [_decoded(each) for each in files]


_NAMED = re.compile(rb'content-disposition:\s*form-data;.*?\bname="(?P<name>[^"\r\n]{1,100})"', re.IGNORECASE)
_MOST_PARTS = 100


def read_form(event: Mapping[str, Any]) -> tuple[Fields, list[bytes]]:
    """Take fields and files out of one call.

    Parameters
    ----------
    event
        As for `read_files`; JSON has the fields beside ``files``, and a form may also come without any file.

    Returns
    -------
    tuple
        Texts by field name, and the content of each file; no file is no fault here.

    Raises
    ------
    Refusal
        As `read_files`, and ``field_repeated`` or ``body_undecodable``.
    Refusals
        ``forbidden_character`` at each field that holds one.
    """
    kind = media_type(event)
    if kind == MULTIPART:
        fields, files = _fields_and_files(event)
    elif kind == JSON:
        fields, files = _json_and_files(event)
    elif kind == FORM:
        return read_fields(event), []
    else:
        raise Refusal("media_type_unknown", f"Skicka uppgifterna som {MULTIPART} eller {JSON}.", status=415)
    if len(files) > MOST_AT_ONCE:
        raise Refusal("too_many_files", f"Ni valde {len(files)} filer. {LIMITS}", field="files")
    if sum(map(len, files)) > LARGEST_UPLOAD:
        _too_large()
    refuse_forbidden_characters(fields)
    return fields, files


def _json_and_files(event: Mapping[str, Any]) -> tuple[Fields, list[bytes]]:
    try:
        fields = strict_json(_raw(event).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _malformed() from None
    files = fields.pop("files", [])
    if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
        raise Refusal("field_invalid", "Skicka filerna som en lista av base64-texter.", field="files")
    return fields, [_decoded(each) for each in files]


def _fields_and_files(event: Mapping[str, Any]) -> tuple[Fields, list[bytes]]:
    fields: Fields = {}
    files: list[bytes] = []
    sections = _sections(event)
    if len(sections) >= _MOST_PARTS:
        raise _malformed()
    for head, content in sections:
        as_file, named = _FILE_PART.search(head), _NAMED.search(head)
        if as_file:
            if as_file["name"] or content:
                files.append(content)
        elif named is None:
            raise _malformed()
        else:
            _keep(fields, named["name"], content)
    fields.pop(CSRF_FIELD, None)
    return fields, files


def _keep(fields: Fields, named: bytes, content: bytes) -> None:
    try:
        name, text = named.decode(), content.decode()
    except UnicodeDecodeError:
        raise Refusal("body_undecodable", "Texten går inte att läsa. Skicka den som UTF-8.", status=400) from None
    if name in fields:
        raise Refusal("field_repeated", "Samma fält finns två gånger.", field=shown_name(name), status=400)
    fields[name] = text


def _sections(event: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """Split a form into its parts, each a head and its content (RFC 7578)."""
    found = _BOUNDARY.search(header(event, "content-type"))
    if found is None:
        raise _malformed()
    mark = b"\r\n--" + (found[1] or found[2]).encode()
    first, *parts = (b"\r\n" + _raw(event)).split(mark)
    if first.strip() or not parts or not parts[-1].startswith(b"--"):
        raise _malformed()
    split = [part.partition(b"\r\n\r\n") for part in parts[:-1]]
    if not all(blank for _, blank, _ in split):
        raise _malformed()
    return [(head, content) for head, _, content in split]
