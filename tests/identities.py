"""An identity provider and a register of who acts for whom, in memory; the provider's tokens are really signed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from statsbidrag.adapters.oidc import Client, OidcProvider
from statsbidrag.adapters.provider import BearerTokens, Provider
from statsbidrag.domain.errors import Conflict
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.mandates import Mandate, MandateRole
from statsbidrag.domain.sessions import Attempt, Session, SignInFailed, Staffing

ISSUER, SITE = "https://login.example", "https://bidrag.example"
CLIENT_ID, SECRET, AUDIENCE = "statsbidrag", "a-secret-of-the-tests", "statsbidrag-api"
LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
STAFFING = Staffing("roles", "handlaggare", "attestant")
SUBJECT = "pairwise-7c1d"


class MovedClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def pass_(self, **by: float) -> None:
        self.at += timedelta(**by)


class MemorySessions:
    """`Sessions` that keep their promises."""

    def __init__(self) -> None:
        self.attempts: dict[str, Attempt] = {}
        self.sessions: dict[str, Session] = {}

    def begin(self, key: str, attempt: Attempt) -> None:
        self.attempts[key] = attempt

    def take(self, key: str) -> Attempt | None:
        return self.attempts.pop(key, None)

    def get(self, key: str) -> Session | None:
        return self.sessions.get(key)

    def open(self, key: str, session: Session) -> None:
        self.sessions[key] = session

    def replace(self, key: str, seen: Session, old: Session, new_key: str, new: Session) -> None:
        if self.sessions.get(key) != seen:
            raise Conflict("session")
        self.sessions |= {key: old, new_key: new}

    def end(self, *keys: str) -> None:
        for key in keys:
            self.sessions.pop(key, None)


class MemoryMandates:
    """`Mandates` that a test writes."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[Mandate, ...]] = {}

    def of(self, subject: str) -> tuple[Mandate, ...]:
        return self.held.get(subject, ())

    def give(self, subject: str, code: str, role: MandateRole = "agent") -> None:
        self.held[subject] = (*self.of(subject), Mandate(MunicipalityCode(code), role))


class FakeProvider:
    """The provider's side of HTTP: give its `call` to a `Provider` as the web.

    Attributes
    ----------
    claims
        What the next ID tokens say beside times, nonce and hash; a test changes what it wants to be wrong.
    header, key
        What the next tokens are signed as and with.
    published
        The keys that it publishes.
    asked
        Every address that was called.
    """

    def __init__(self, clock: MovedClock) -> None:
        self.clock = clock
        self.key: Any = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.published: list[Any] = [self.key]
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.claims: dict[str, Any] = {"iss": ISSUER, "aud": CLIENT_ID, "sub": SUBJECT, "name": "Ombud", "acr": LOA3}
        self.changed: dict[str, Any] = {}
        self.access_token = "opaque-access-token"
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.is_down = False
        self.forge: Callable[[str], str] = lambda token: token

    def authorise(self, address: str, code: str = "c0de") -> str:
        """Let the person identify themself; gives the state that comes back with the code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert (asked["redirect_uri"], asked["code_challenge_method"]) == (f"{SITE}/logga-in/svar", "S256")
        assert (asked["scope"], asked["acr_values"]) == ("openid profile", LOA3)
        self.codes[code] = asked
        return asked["state"]

    def get(self, address: str) -> dict[str, Any]:
        status, content = self.call("GET", address)
        assert status == 200
        return content

    def call(
        self, method: str, address: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        self.asked.append(address)
        if self.is_down:
            raise SignInFailed("provider_unavailable")
        path = urlsplit(address).path
        if path == "/.well-known/openid-configuration":
            ends = ("authorization_endpoint", "token_endpoint", "end_session_endpoint", "jwks_uri")
            return 200, {"issuer": ISSUER} | {name: f"{ISSUER}/{name}" for name in ends}
        if path == "/jwks_uri":
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
        return self._token(method, body, headers or {})

    def _token(self, method: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        assert method == "POST"
        assert headers["Authorization"] == "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(sent.get("code", ""), None)
        if asked is None or sent["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        challenge = hashlib.sha256(sent["code_verifier"].encode()).digest()
        if _encoded(challenge) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        half = hashlib.sha256(self.access_token.encode()).digest()[:16]
        told = {**self.claims, "nonce": asked["nonce"], "at_hash": _encoded(half), **self.times(), **self.changed}
        token = self.forge(self.signed({name: value for name, value in told.items() if value is not None}))
        return 200, {"access_token": self.access_token, "token_type": "Bearer", "id_token": token}

    def times(self) -> dict[str, int]:
        now = int(self.clock.now().timestamp())
        return {"iat": now, "exp": now + 300}

    def signed(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(self.header, dict(claims), self.key, [self.header["alg"]])

    def program(self, **changed: Any) -> str:
        """Give the token of a program."""
        return self.signed({"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, **self.times(), **changed})

    def rotate(self, kid: str) -> None:
        """Sign with another key, and publish that one alone."""
        self.key = ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})
        self.published, self.header = [self.key], {"alg": "ES256", "kid": kid}


class Identities:
    """All of it, put together as the wiring does."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.fake = FakeProvider(self.clock)
        self.sessions, self.mandates = MemorySessions(), MemoryMandates()
        web: Any = self.fake
        self.provider = Provider(ISSUER, self.clock, web)
        self.oidc = OidcProvider(self.provider, Client(CLIENT_ID, SECRET, SITE, (LOA3,), STAFFING))
        self.tokens = BearerTokens(self.provider, AUDIENCE)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
