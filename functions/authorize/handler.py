"""Tell who is calling, in which role and for which municipality: people by their session, programs by a token."""

from __future__ import annotations

from typing import Any

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import cookies, wiring
from statsbidrag.entry.bodies import header
from statsbidrag.entry.logs import logger
from statsbidrag.usecases import callers
from statsbidrag.usecases.callers import Known

_TOLD = ("subject", "role", "municipality", "municipality_name", "name", "csrf")


class UnauthorizedError(Exception):
    """What API Gateway turns into 401; its text must be exactly this."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Give a policy that lets the caller in, with who it is.

    Someone who reads pages and is not signed in is let in as nobody, so that the page can lead to the sign-in.

    Raises
    ------
    UnauthorizedError
        For a program without a valid token; the reason stands in the log only.
    """
    logger.set_correlation_id(event.get("requestContext", {}).get("requestId"))
    scheme, _, credentials = header(event, "authorization").partition(" ")
    try:
        known = _program(credentials.strip(), event) if scheme.lower() == "bearer" else _person(event)
    except Refusal as refused:
        logger.info("sign_in_refused", code=refused.code)
        if scheme or "text/html" not in header(event, "accept").lower():
            raise UnauthorizedError from None
        return _allowed("nobody", {}, event["methodArn"])
    logger.info("caller_admitted", role=known.role)
    told = {name: getattr(known, name) for name in _TOLD}
    return _allowed(known.subject, told | ({"renew": "true"} if known.renew else {}), event["methodArn"])


def _program(token: str, event: dict[str, Any]) -> Known:
    claims = wiring.bearer_tokens().claims(token)
    named = (event.get("pathParameters") or {}).get("municipality", "")
    return callers.by_claims(wiring.mandates(), wiring.staffing(), claims, named)


def _person(event: dict[str, Any]) -> Known:
    secret = cookies.read(event, cookies.SESSION)
    return callers.by_session(wiring.sessions(), wiring.mandates(), secret, wiring.real_clock().now())


def _allowed(principal: str, context: dict[str, str], method_arn: str) -> dict[str, Any]:
    """Allow the stage as a whole: what a role may do is decided where it is done."""
    stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }
