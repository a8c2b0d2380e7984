"""What the identity provider publishes, its addresses and keys, and the check of what it signed.

The function that lets callers in needs no more than this: after its first call, nothing here goes over the network
but once an hour, or when a key is used that was not published before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import urllib3
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.sessions import SignInFailed
from statsbidrag.ports import Clock

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures that only the provider can make, whatever a token says of itself."""
LEEWAY_SECONDS = 30
_KEYS_LAST = timedelta(hours=1)
_ASK_AGAIN = timedelta(minutes=1)
"""An unknown key is asked for no more often: its name is the caller's word."""
_LARGEST = 262_144
_LONGEST_TOKEN = 8000
_TIMEOUT = urllib3.Timeout(connect=3, read=7)
_LOOPBACK = ("127.0.0.1", "localhost")


class Web:
    """HTTP to the provider: encrypted, or on this machine; never redirected, never endless."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=urllib3.Retry(1, redirect=False))

    def get(self, address: str) -> dict[str, Any]:
        """Give the JSON object at an address.

        Raises
        ------
        SignInFailed
            ``provider_unavailable``, whatever the reason.
        """
        status, content = self.call("GET", address)
        if status != 200:
            raise SignInFailed("provider_unavailable")
        return content

    def call(
        self, method: str, address: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Give status and JSON object of an answer; `SignInFailed` ``provider_unavailable`` where there is none."""
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise SignInFailed("provider_unavailable")
        try:
            answer = self._pool.request(
                method, address, body=body or None, headers=headers, redirect=False, preload_content=False
            )
            with answer:
                content = json.loads(answer.read(_LARGEST, decode_content=True))
        except (urllib3.exceptions.HTTPError, ValueError):
            raise SignInFailed("provider_unavailable") from None
        if answer.status >= 500 or not isinstance(content, dict):
            raise SignInFailed("provider_unavailable")
        return answer.status, content


class Provider:
    """An OpenID provider, by its issuer.

    Parameters
    ----------
    clock
        Real time: the provider knows of no other.
    """

    def __init__(self, issuer: str, clock: Clock, web: Web) -> None:
        self.issuer, self.clock, self.web = issuer, clock, web
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._asked_at: datetime | None = None

    def metadata(self) -> dict[str, Any]:
        """Give the provider's description of itself, read once (OpenID Connect Discovery 1.0, section 4)."""
        if not self._metadata:
            told = self.web.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer:
                raise SignInFailed("provider_unavailable")
            self._metadata = told
        return self._metadata

    def read(self, token: str) -> jwt.Token:
        """Give header and claims of a token that the provider signed; what the claims say is not judged here.

        Raises
        ------
        JoseError, ValueError
            The token is none, or not the provider's.
        SignInFailed
            ``provider_unavailable``.
        """
        try:
            # The keys are asked for only once the token is seen to be one.
            return jwt.decode(token, lambda _: self._published(), ALGORITHMS)
        except InvalidKeyIdError:
            if not self._asked_before(_ASK_AGAIN):
                return jwt.decode(token, self._published(anew=True), ALGORITHMS)
            raise

    def _published(self, *, anew: bool = False) -> KeySet:
        """Give the keys; known ones go on being used while the provider does not answer."""
        if self._keys is None or anew or not self._asked_before(_KEYS_LAST):
            try:
                told = self.web.get(str(self.metadata().get("jwks_uri", "")))
                self._keys = _signing_keys(told)
            except SignInFailed:
                if self._keys is None:
                    raise
            self._asked_at = self.clock.now()
        return self._keys

    def _asked_before(self, within: timedelta) -> bool:
        return self._asked_at is not None and self.clock.now() < self._asked_at + within


def _signing_keys(told: Mapping[str, Any]) -> KeySet:
    """Take the public keys that sign; a provider may publish others, and kinds that are not known here."""
    published = told.get("keys")
    keys: Any = [
        key
        for key in (published if isinstance(published, list) else [])
        if isinstance(key, dict) and key.get("kty") in ("RSA", "EC") and key.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": keys})
    except (JoseError, ValueError):
        raise SignInFailed("provider_unavailable") from None


class BearerTokens:
    """Tokens that the provider gives to programs, for this API and nothing else."""

    def __init__(self, provider: Provider, audience: str) -> None:
        self._provider, self._audience = provider, audience

    def claims(self, token: str) -> dict[str, Any]:
        """Give the claims of a token that is valid now.

        Raises
        ------
        Refusal
            ``token_invalid`` or ``token_expired`` (401).
        SignInFailed
            ``provider_unavailable``.
        """
        if not token or len(token) > _LONGEST_TOKEN:
            raise _invalid()
        try:
            read = self._provider.read(token)
            seconds = int(self._provider.clock.now().timestamp())
            jwt.JWTClaimsRegistry(
                seconds,
                LEEWAY_SECONDS,
                iss={"essential": True, "value": self._provider.issuer},
                aud={"essential": True, "value": self._audience},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(read.claims)
        except ExpiredTokenError:
            raise Refusal("token_expired", "Inloggningen har gått ut. Logga in igen.", status=401) from None
        except (JoseError, ValueError):
            raise _invalid() from None
        return read.claims


def _invalid() -> Refusal:
    return Refusal("token_invalid", "Inloggningen är inte giltig. Logga in igen.", status=401)
