"""Tell who is calling, in which role and for which municipality.

Until e-identification is in place this reads development tokens. They verify where `DEVELOPMENT_TOKEN_KEY` is set,
which the embedded run alone does: a deployed stack refuses every call.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import wiring
from statsbidrag.entry.bodies import header
from statsbidrag.entry.development_token import Claims, verify
from statsbidrag.entry.logs import logger


class UnauthorizedError(Exception):
    """What API Gateway turns into 401; its text must be exactly this."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Give an allowing policy for the whole API, with who is calling, or refuse.

    Raises
    ------
    UnauthorizedError
        For a caller without a valid token; the reason stands in the log only.
    """
    logger.set_correlation_id(event.get("requestContext", {}).get("requestId"))
    try:
        claims = verify(_token(event), wiring.settings().development_token_key, wiring.clock().now())
    except Refusal as refused:
        logger.info("sign_in_refused", code=refused.code)
        raise UnauthorizedError from None
    logger.info("caller_admitted", role=claims.role)
    return _allowed(claims, event["methodArn"])


def _token(event: dict[str, Any]) -> str:
    scheme, _, credentials = header(event, "authorization").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    try:
        session = SimpleCookie(header(event, "cookie")).get("session")
    except CookieError:
        return ""
    return session.value if session else ""


def _allowed(claims: Claims, method_arn: str) -> dict[str, Any]:
    """Allow the stage as a whole: what a role may do is decided where it is done."""
    stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}
    return {
        "principalId": claims.sub,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"subject": claims.sub, "role": claims.role, "municipality": claims.municipality},
    }
