"""The way in: to the provider and back, as whom to act, another id for a session, and out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from statsbidrag.domain import sessions as rules
from statsbidrag.domain.errors import Conflict, Refusal
from statsbidrag.domain.sessions import Attempt, Choice, Session, SignInFailed
from statsbidrag.ports import Clock, IdentityProvider, Mandates, Register, Sessions

_SECRET_BYTES = 32
NOBODY = Choice("person")


class Answer(NamedTuple):
    """What the provider sent the browser back with; empty where it was not."""

    code: str
    state: str
    error: str


class Entered(NamedTuple):
    """A secret for the browser alone, and where to go; ``to_choose`` where the person may act in several ways."""

    secret: str
    wanted: str
    to_choose: bool = False


@dataclass(frozen=True)
class Entrance:
    """Everything the way in needs.

    Attributes
    ----------
    clock
        Real time.
    """

    provider: IdentityProvider
    sessions: Sessions
    mandates: Mandates
    register: Register
    clock: Clock

    def start(self, wanted: str) -> tuple[str, str]:
        """Begin an attempt; gives the browser's secret and the provider's address."""
        secret = _secret()
        now = self.clock.now()
        attempt = Attempt(_secret(), _secret(), _secret(), rules.local_path(wanted), now + rules.ATTEMPT_LASTS)
        address = self.provider.address(attempt)
        self.sessions.begin(key_of(secret), attempt)
        return secret, address

    def finish(self, secret: str, answer: Answer, before: str) -> Entered:
        """Open a session for whom the provider sent back; an attempt is good for one answer.

        Parameters
        ----------
        before
            Secret of the session that the browser had, which ends.

        Raises
        ------
        SignInFailed
            With the page that was wanted, as far as it is known.
        """
        attempt = self.sessions.take(key_of(secret)) if secret else None
        wanted = attempt.wanted if attempt else "/"
        if answer.error:
            # RFC 6749, 4.1.2.1: a provider says so where the person cancelled.
            raise SignInFailed("sign_in_cancelled" if answer.error == "access_denied" else "sign_in_refused", wanted)
        if attempt is None or not _same(attempt.state, answer.state) or self.clock.now() >= attempt.ends_at:
            raise SignInFailed("sign_in_expired", wanted)
        try:
            identity = self.provider.identity(answer.code, attempt)
        except SignInFailed as failed:
            raise SignInFailed(failed.code, wanted) from None
        choices = rules.choices(identity.staff, self.mandates.of(identity.subject))
        chosen = choices[0] if len(choices) == 1 else NOBODY
        now, entered = self.clock.now(), _secret()
        named = self.name_of(chosen.municipality)
        self.sessions.open(key_of(entered), rules.opened(identity, chosen, _secret(), now, named))
        if before:
            self.sign_out(before, None)
        return Entered(entered, _place(wanted, chosen), len(choices) > 1)

    def choices(self, secret: str) -> tuple[Session, tuple[Choice, ...]]:
        """Give a session and the ways in which its person may act."""
        session = self._live(secret, self.clock.now())
        return session, rules.choices(session.staff, self.mandates.of(session.subject))

    def choose(self, secret: str, role: str, municipality: str, wanted: str) -> Entered:
        """Act otherwise from now on, under a new id.

        Raises
        ------
        Refusal
            ``choice_unknown`` at the field, for what the person may not act as.
        """
        session, choices = self.choices(secret)
        chosen = next((each for each in choices if (each.role, each.municipality) == (role, municipality)), None)
        if chosen is None:
            raise Refusal("choice_unknown", "Välj i listan vad du ska göra.", field="choice")
        acting = msgspec.structs.replace(
            session,
            role=chosen.role,
            municipality=chosen.municipality,
            municipality_name=self.name_of(chosen.municipality),
            csrf=_secret(),
        )
        return Entered(self._replaced(secret, session, acting), _place(wanted, chosen))

    def renew(self, secret: str, wanted: str) -> Entered:
        """Give a session another id; no secret where a newer one has taken over already."""
        session = self._live(secret, self.clock.now())
        try:
            new = self._replaced(secret, session, session)
        except Conflict:
            # Another tab was first, and the browser has its id already.
            new = ""
        return Entered(new, rules.local_path(wanted))

    def sign_out(self, secret: str, csrf: str | None) -> str:
        """End a session; gives where the provider's own ends. Without a session there is nothing to end.

        Parameters
        ----------
        csrf
            What the form carried; None where the browser is not asked.

        Raises
        ------
        Refusal
            ``cross_site`` (403) for a form that is not this session's.
        """
        key = key_of(secret)
        session = self.sessions.get(key) if secret else None
        if session is not None:
            if csrf is not None and not _same(session.csrf, csrf):
                raise Refusal("cross_site", "Formuläret skickades från en annan webbplats.", status=403)
            self.sessions.end(key, *([session.previous] if session.previous else []))
        return self.provider.end_address() if csrf is not None else ""

    def name_of(self, municipality: str) -> str:
        """Give what the register calls a municipality; empty where it has none of that code."""
        recipient = self.register.get(municipality) if municipality else None
        return recipient.name if recipient else ""

    def _live(self, secret: str, now: datetime) -> Session:
        session = self.sessions.get(key_of(secret)) if secret else None
        if session is None or not rules.is_live(session, now):
            raise Refusal("not_signed_in", "Logga in för att fortsätta.", status=401)
        return session

    def _replaced(self, secret: str, seen: Session, acting: Session) -> str:
        if seen.replaced:
            raise Conflict("session")
        key, new, now = key_of(secret), _secret(), self.clock.now()
        old, _ = rules.renewed(seen, "", now)
        _, fresh = rules.renewed(acting, key, now)
        self.sessions.replace(key, seen, old, key_of(new), fresh)
        return new


def _place(wanted: str, chosen: Choice) -> str:
    """Give the page that was wanted, or one's own where it was none."""
    to = rules.local_path(wanted)
    return rules.own_page(chosen.role, chosen.municipality) if to in ("/", rules.CHOICE) else to


def key_of(secret: str) -> str:
    """Give what a browser's secret is known by here."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _secret() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=").decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode(errors="replace"))
