"""Sign-in by OpenID Connect: authorisation code with PKCE, state and nonce. Authlib speaks the protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from statsbidrag.adapters.provider import LEEWAY_SECONDS, Provider, Web
from statsbidrag.domain.sessions import Attempt, Identity, SignInFailed, Staffing, is_opaque, shown_name

_SCOPE = "openid profile"


class Client:
    """What the provider knows this system as.

    Parameters
    ----------
    site
        Address of the pages for people, without a trailing slash: the provider leads back there.
    acr
        Levels of assurance that are enough, by the provider's names; none asks for no level.
    """

    def __init__(self, id_: str, secret: str, site: str, acr: Sequence[str], staffing: Staffing) -> None:
        self.id, self.secret, self.site, self.acr, self.staffing = id_, secret, site, tuple(acr), staffing

    def __repr__(self) -> str:
        """Never show the secret."""
        return f"Client({self.id!r})"


class OidcProvider:
    """`IdentityProvider` over HTTP."""

    def __init__(self, provider: Provider, client: Client) -> None:
        self._provider, self._client = provider, client

    def address(self, attempt: Attempt) -> str:
        """Give where a person identifies themself, always anew: not whoever sat at the browser before."""
        asked = {"acr_values": " ".join(self._client.acr)} if self._client.acr else {}
        address, _ = self._oauth().create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
            prompt="login",
            ui_locales="sv",
            **asked,
        )
        return str(address)

    def identity(self, code: str, attempt: Attempt) -> Identity:
        """Exchange the code, and check signature, issuer, audience, times, nonce and hash of what comes."""
        try:
            told = self._oauth().fetch_token(
                self._endpoint("token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
            claims = self._checked(told, attempt.nonce)
        except (OAuth2Error, JoseError, ValueError):
            raise SignInFailed("sign_in_not_valid", attempt.wanted) from None
        if not is_opaque(claims["sub"]):
            raise SignInFailed("sign_in_not_valid", attempt.wanted)
        acr = str(claims.get("acr", ""))
        if self._client.acr and acr not in self._client.acr:
            raise SignInFailed("assurance_too_low", attempt.wanted)
        return Identity(claims["sub"], shown_name(claims.get("name")), self._client.staffing.roles(claims), acr)

    def end_address(self) -> str:
        """Give where the provider's own session ends, and which leads back here."""
        try:
            address = str(self._provider.metadata().get("end_session_endpoint") or "")
        except SignInFailed:
            return ""
        back = {"client_id": self._client.id, "post_logout_redirect_uri": f"{self._client.site}/"}
        return f"{address}{'&' if '?' in address else '?'}{urlencode(back)}" if address else ""

    def _checked(self, told: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        read = self._provider.read(str(told.get("id_token", "")))
        claims = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": self._provider.issuer},
                "aud": {"essential": True, "value": self._client.id},
            },
            params={"nonce": nonce, "client_id": self._client.id, "access_token": told.get("access_token")},
        )
        claims.validate(int(self._provider.clock.now().timestamp()), LEEWAY_SECONDS)
        return dict(claims)

    def _endpoint(self, name: str) -> str:
        address = self._provider.metadata().get(name)
        if not isinstance(address, str):
            raise SignInFailed("provider_unavailable")
        return address

    def _oauth(self) -> OAuth2Client:
        return OAuth2Client(
            _Posts(self._provider.web),
            client_id=self._client.id,
            client_secret=self._client.secret,
            code_challenge_method="S256",
            scope=_SCOPE,
            redirect_uri=f"{self._client.site}/logga-in/svar",
        )


class _Posts:
    """The one call that Authlib makes, over our own HTTP."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> _Told:
        """Post a form with the client's proof of who it is."""
        address, given, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return _Told(*self._web.call("POST", address, body, given))


class _Told:
    """An answer as Authlib reads it."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        self.status_code, self._content = status, content

    def json(self) -> dict[str, Any]:
        """Give the JSON object."""
        return self._content

    def raise_for_status(self) -> None:
        """Raise nothing: 5xx never comes as far."""
