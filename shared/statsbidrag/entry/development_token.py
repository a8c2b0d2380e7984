"""Signed claims that stand in for e-identification in the embedded run.

The key is in that run's environment alone; where there is none, nothing verifies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Literal

import msgspec

from statsbidrag.domain.errors import Refusal

Role = Literal["agent", "officer", "attester", "bank"]

_LONGEST = 1000
_SHORTEST_KEY = 16


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who a caller is.

    Attributes
    ----------
    sub
        A stable, opaque name: never a personal identity number.
    municipality
        The code an agent acts for; empty for other roles.
    exp
        When the token ends, in whole seconds of Unix time (UTC).
    """

    sub: str
    role: Role
    municipality: str
    exp: int


def sign(claims: Claims, key: str) -> str:
    """Give the token of the claims: ``claims.signature``, both base64url; the same claims give the same token."""
    body = _encoded(msgspec.json.encode(claims))
    return f"{body}.{_encoded(_signature(body, key))}"


def verify(token: str, key: str | None, now: datetime) -> Claims:
    """Read a token that we signed and that has not ended.

    Raises
    ------
    Refusal
        ``sign_in_unavailable`` without a key, ``token_invalid`` or ``token_expired``; status 401.
    """
    if key is None:
        raise Refusal("sign_in_unavailable", "Det går inte att logga in här.", status=401)
    body, _, signature = token.partition(".")
    if len(token) > _LONGEST or not hmac.compare_digest(
        signature.encode(errors="replace"), _encoded(_signature(body, key)).encode()
    ):
        raise _invalid()
    try:
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Claims)
    except (msgspec.DecodeError, binascii.Error):
        raise _invalid() from None
    if now.timestamp() >= claims.exp:
        raise Refusal("token_expired", "Inloggningen har gått ut. Logga in igen.", status=401)
    return claims


def _invalid() -> Refusal:
    return Refusal("token_invalid", "Inloggningen är inte giltig. Logga in igen.", status=401)


def _signature(body: str, key: str) -> bytes:
    if len(key) < _SHORTEST_KEY:
        raise ValueError(f"a signing key has at least {_SHORTEST_KEY} characters")
    return hmac.new(key.encode(), body.encode(errors="replace"), hashlib.sha256).digest()


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
