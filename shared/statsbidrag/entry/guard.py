"""What stands before every route: another site's forms, rights, and the token of a session's forms."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry.bodies import CSRF_FIELD, FORM, MULTIPART, header, media_type
from statsbidrag.entry.callers import CURRENT, Caller
from statsbidrag.entry.rights import Rights, check

CSRF_HEADER = "X-CSRF-Token"
"""Where a script of our own site would say the token; a form has the field."""
_IN_MULTIPART = re.compile(rb'\bname="' + CSRF_FIELD.encode() + rb'"\r\n\r\n([!-~]{1,200})\r\n')

Next = Callable[[APIGatewayRestResolver], Response[str]]


def guard(table: Rights) -> Callable[[APIGatewayRestResolver, Next], Response[str]]:
    """Make the middleware that lets a call on to its route, or refuses it, by a table of rights.

    The middleware raises `Refusal` with ``cross_site`` or ``form_not_yours`` (403), or as `rights.check` does.
    """

    def let_on(app: APIGatewayRestResolver, go_on: Next) -> Response[str]:
        event = app.current_event.raw_event
        method, who = str(event["httpMethod"]), CURRENT.get()
        municipality = app.context["_route_args"].get("municipality")
        if method != "GET":
            refuse_other_sites(event)
        check(who, method, str(event.get("resource")), municipality, table)
        if method != "GET" and who is not None:
            _refuse_forged(event, who)
        return go_on(app)

    return let_on


def refuse_other_sites(event: Mapping[str, Any]) -> None:
    """Refuse what another site sends in a person's name: ``cross_site`` (403)."""
    if header(event, "sec-fetch-site") == "cross-site":
        raise Refusal("cross_site", "Formuläret skickades från en annan webbplats.", status=403)


def _refuse_forged(event: Mapping[str, Any], who: Caller) -> None:
    """Refuse a call that does not carry its session's token; a bearer's call has none, and cannot be forged so."""
    if who.csrf and not hmac.compare_digest(posted_token(event).encode(), who.csrf.encode()):
        raise Refusal(
            "form_not_yours",
            "Formuläret hör inte till din inloggning. Gå tillbaka, ladda om sidan och skicka igen.",
            status=403,
        )


def posted_token(event: Mapping[str, Any]) -> str:
    """Give the token that a form or a script of ours carries; empty where there is none."""
    kind = media_type(event)
    if kind == FORM:
        return parse_qs(_raw(event).decode(errors="replace")).get(CSRF_FIELD, [""])[0]
    if kind == MULTIPART:
        found = _IN_MULTIPART.search(_raw(event))
        return found[1].decode() if found else ""
    return header(event, CSRF_HEADER)


def _raw(event: Mapping[str, Any]) -> bytes:
    """Give the body's bytes; what cannot be read holds no token."""
    body = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""
