"""The two cookies: that of a session and that of an attempt to sign in. Each holds a secret and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from statsbidrag.domain.sessions import ATTEMPT_LASTS
from statsbidrag.entry.bodies import header

SESSION = "__Host-session"
"""The prefix binds it to this host and to encrypted transport (RFC 6265bis, 4.1.3.2)."""
ATTEMPT = "__Host-inloggning"


def read(event: Mapping[str, Any], name: str) -> str:
    """Give what a cookie holds; empty where there is none."""
    try:
        found = SimpleCookie(header(event, "cookie")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def session(secret: str) -> Cookie:
    """Give the cookie of a session, which the browser keeps until it is closed."""
    return _cookie(SESSION, secret, None)


def attempt(secret: str) -> Cookie:
    """Give the cookie of an attempt."""
    return _cookie(ATTEMPT, secret, int(ATTEMPT_LASTS.total_seconds()))


def forget(name: str) -> Cookie:
    """Take a cookie away."""
    return _cookie(name, "", 0)


def _cookie(name: str, value: str, seconds: int | None) -> Cookie:
    """Lax, and not Strict: the provider leads back here from its own site."""
    return Cookie(name, value, path="/", secure=True, http_only=True, max_age=seconds, same_site=SameSite.LAX_MODE)
