"""From a call to an answer: the app, who calls, and every error as one kind of answer.

Programs get problem details (RFC 9457); people get a page. Every answer carries the same security headers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.shared.cookies import Cookie

from statsbidrag.domain.errors import NotFound, Refusal, Refusals, StatsbidragError
from statsbidrag.entry import wiring
from statsbidrag.entry.bodies import FORM, header, media_type
from statsbidrag.entry.callers import CURRENT, Caller, vouched
from statsbidrag.entry.guard import guard
from statsbidrag.entry.logs import logger
from statsbidrag.entry.rights import RIGHTS, STAFF, Rights
from statsbidrag.usecases.books import Context

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PUBLIC = {"Cache-Control": "public, max-age=3600"}
"""For what is the same for all; everything else is ``no-store``."""

HTML = "text/html; charset=utf-8"
PROBLEM = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field; the pointer is a JSON pointer into the body."""

    pointer: str
    code: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Problem details of RFC 9457; ``instance`` names the call, so that support finds its log line."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: tuple[FieldError, ...] = ()


ErrorPage = Callable[[Problem, str], str]
"""Makes the page of a problem; the text is the relative way to the root of the site."""


def create_app(error_page: ErrorPage | None = None, rights: Rights = RIGHTS) -> APIGatewayRestResolver:
    """Make the app that routes are put on.

    Parameters
    ----------
    error_page
        Makes error pages for people; without it, everyone gets problem details.
    rights
        Who may call its routes.
    """
    app = APIGatewayRestResolver()

    def answer_error(error: Exception) -> Response[str]:
        if isinstance(error, NotFoundError):
            error = NotFound("page_not_found", "Sidan finns inte. Kontrollera adressen.")
        return _error(app.current_event.raw_event, error, error_page)

    app.exception_handler(Exception)(answer_error)
    app.use([guard(rights), _take_forms])
    return app


_FOR_PROGRAMS = ("/rounds/", "/batches/", "/holds", "/entries/")
"""Routes that staff post forms to as well: the form becomes the JSON that a program sends."""


def _is_staff_form(event: Mapping[str, Any]) -> bool:
    posted = event["httpMethod"] == "POST" and media_type(event) == FORM and wants_page(event)
    return posted and str(event.get("resource")).startswith(_FOR_PROGRAMS)


def _take_forms(app: APIGatewayRestResolver, go_on: Callable[[APIGatewayRestResolver], Response[str]]) -> Response[str]:
    who = CURRENT.get()
    if who is None or who.role not in STAFF or not _is_staff_form(app.current_event.raw_event):
        return go_on(app)
    from statsbidrag.entry.action_forms import take  # noqa: PLC0415 - templates, which no program's call needs

    return take(app, go_on)


def run(app: APIGatewayRestResolver, event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one call: name it in the log, route it, and put the security headers on the answer."""
    logger.set_correlation_id(correlation(event))
    CURRENT.set(vouched(event))
    with wiring.at_once():
        answer: dict[str, Any] = _sent_to_renew(event) if _is_to_be_renewed(event) else app.resolve(event, context)
    headers = answer.setdefault("multiValueHeaders", {})
    headers.update({name: [value] for name, value in SECURITY_HEADERS.items()})
    headers.setdefault("Cache-Control", ["no-store"])
    logger.info("request_answered", route=event.get("resource", ""), status=answer["statusCode"])
    return answer


def page(body: str, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
    """Answer with a page for people."""
    return Response(status, content_type=HTML, body=body, headers={"Content-Language": "sv", **(headers or {})})


def download(content: bytes, media_type: str, name: str, headers: dict[str, str] | None = None) -> Response[str]:
    """Answer with a file to keep; it is never shown inside a page of ours."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    # Powertools sends bytes as base64, which its type leaves out; API Gateway gives them on as they were.
    body: Any = content
    return Response(200, content_type=media_type, body=body, headers={**disposition, **(headers or {})})


def see_other(event: Mapping[str, Any], way: str, *cookies: Cookie) -> Response[str]:
    """Send a browser on, to fetch another page of ours; ``way`` leads there from the site's root."""
    headers = {"Location": root(event) + way}
    return Response(303, content_type=HTML, body="", headers=headers, cookies=list(cookies))


def onward(event: Mapping[str, Any], way: str) -> str:
    """Give the way to a page of the sign-in that leads back to this page, from the site's root."""
    asked = event.get("multiValueQueryStringParameters") or {}
    here = f"{event.get('path') or '/'}{'?' if asked else ''}{urlencode(asked, doseq=True)}"
    return f"{way}?{urlencode({'till': here})}"


def _is_to_be_renewed(event: Mapping[str, Any]) -> bool:
    """Tell whether a page is to be shown under another session id than the one it was asked for with."""
    told = event.get("requestContext", {}).get("authorizer") or {}
    return told.get("renew") == "true" and event.get("httpMethod") == "GET" and wants_page(event)


def document(body: Any, status: int = 200) -> Response[str]:
    """Answer with JSON for programs; instants are in UTC."""
    return Response(status, content_type="application/json", body=msgspec.json.encode(body).decode())


_AMOUNTS = frozenset({"amount", "amount_used", "allocated", "requisitioned", "paid"})


def in_ore(told: msgspec.Struct, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Give a view or receipt for programs, each amount named as the öre it is: ``amount_ore``."""
    fields = {name: getattr(told, name) for name in told.__struct_fields__ if name not in leave_out}
    return {f"{name}_ore" if name in _AMOUNTS else name: value for name, value in fields.items()}


def caller(event: Mapping[str, Any]) -> Caller:
    """Tell who is calling.

    Raises
    ------
    Refusal
        ``not_signed_in`` (401) where no authoriser has vouched.
    """
    who = vouched(event)
    if who is None:
        raise Refusal("not_signed_in", "Logga in för att fortsätta.", status=401)
    return who


def context(event: Mapping[str, Any]) -> Context:
    """Tell the use cases who acts and which call it came from."""
    who = caller(event)
    return Context(f"{who.role}:{who.subject}", correlation(event))


def number(text: str) -> int:
    """Read a number that is part of an address; `NotFound` for what is none."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise NotFound("page_not_found", "Sidan finns inte. Kontrollera adressen.")
    return int(text)


def form_key(event: Mapping[str, Any]) -> str:
    """Give the key a form carries: the name of the call that showed it, so every showing has its own."""
    return correlation(event)


def root(event: Mapping[str, Any]) -> str:
    """Give the relative way from this page to the site's root, so that links hold under any stage or domain."""
    return "../" * (str(event.get("path") or "/").count("/") - 1) or "./"


def wants_page(event: Mapping[str, Any]) -> bool:
    """Tell whether a person is reading: the caller takes HTML, or posts a form without asking for JSON."""
    accepts = header(event, "accept").lower()
    return "text/html" in accepts or (media_type(event) == FORM and "json" not in accepts)


def correlation(event: Mapping[str, Any]) -> str:
    """Give the name of this call, which its log lines and what it causes carry."""
    return str(event.get("requestContext", {}).get("requestId") or "unknown-request")


def _sent_to_renew(event: Mapping[str, Any]) -> dict[str, Any]:
    where = root(event) + onward(event, "logga-in/fornya")
    return {"statusCode": 303, "multiValueHeaders": {"Location": [where]}, "body": "", "isBase64Encoded": False}


def _error(event: Mapping[str, Any], error: Exception, error_page: ErrorPage | None) -> Response[str]:
    problem = _problem(error, correlation(event))
    route = event.get("resource", "")
    if problem.code == "unexpected_error" or problem.status >= 500:
        logger.error("unexpected_error", code=problem.code, route=route, exc_info=error)
    else:
        log_refusal(event, problem)
    if problem.code == "not_signed_in" and wants_page(event) and event["httpMethod"] == "GET":
        return see_other(event, onward(event, "logga-in"))
    if error_page is None and _is_staff_form(event):
        from statsbidrag.entry.action_forms import PAGES  # noqa: PLC0415 - as for the form itself

        error_page = PAGES.error
    if error_page is not None and wants_page(event):
        return page(error_page(problem, root(event)), problem.status)
    body = json.dumps(msgspec.to_builtins(problem), ensure_ascii=False)
    return Response(problem.status, content_type=PROBLEM, body=body, headers={"Content-Language": "sv"})


def log_refusal(event: Mapping[str, Any], refused: Problem | StatsbidragError) -> None:
    """Write that a call was refused: by code and the names of its fields, never by what they held."""
    fields = (
        [each.pointer for each in refused.errors]
        if isinstance(refused, Problem)
        else [f"/{each.field}" for each in refusals(refused) if each.field]
    )
    route = event.get("resource", "")
    logger.info("request_refused", code=refused.code, status=refused.status, fields=fields, route=route)


def _problem(error: Exception, call: str) -> Problem:
    known = error if isinstance(error, StatsbidragError) else None
    code = known.code if known else "unexpected_error"
    status = known.status if known else 500
    detail = known.message if known else "Felet är inte ert. Försök igen om en stund."
    return Problem(
        type=f"urn:statsbidrag:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=f"urn:statsbidrag:request:{call}",
        code=code,
        errors=tuple(FieldError(f"/{r.field}", r.code, r.message) for r in refusals(error) if r.field),
    )


def refusals(error: Exception) -> tuple[Refusal, ...]:
    """Give the refusals an error holds: several, one or none."""
    if isinstance(error, Refusals):
        return error.refusals
    return (error,) if isinstance(error, Refusal) else ()
