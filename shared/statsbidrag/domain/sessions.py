"""Sessions and attempts to sign in: how long they last, whom they let act as what, and where they may lead.

They are about a person at a browser and the identity provider, so they live in real time, also where the books live in
the simulated year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.mandates import Mandate

StaffRole = Literal["officer", "attester"]
SessionRole = Literal["person", "agent", "representative", "coordinator", "officer", "attester"]

ATTEMPT_LASTS = timedelta(minutes=10)
IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=8)
RENEWED_AFTER = timedelta(minutes=5)
"""An id older than this is changed at the next page, so someone idle is let go after 25 to 30 minutes."""
OLD_ID_LASTS = timedelta(seconds=60)
"""For what other tabs sent a moment before."""
CHOICE = "/logga-in/val"
"""Where somebody chooses as whom to act."""
_LONGEST_NAME = 100
_LONGEST_PATH = 1000
_SUBJECT = re.compile(r"[!-~]{1,255}")
_IDENTITY_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{2})?[0-9]{6}[-+]?[0-9]{4}(?![0-9])")
_IN_SUBJECT = re.compile(
    r"(?<![0-9A-Za-z-])(?:[0-9]{2})?[0-9]{2}(?:0[0-9]|1[0-2])[0-36-9][0-9][-+]?[0-9]{4}(?![0-9A-Za-z])"
)
"""An identity or coordination number that stands by itself; the last part of a UUID is none."""
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")

FAILURES: Mapping[str, tuple[int, str]] = {
    "sign_in_cancelled": (401, "Du avbröt inloggningen. Inget har ändrats. Logga in igen när du vill fortsätta."),
    "sign_in_expired": (
        401,
        "Inloggningen tog för lång tid eller började i en annan webbläsare. Logga in igen. Du behöver tillåta kakor.",
    ),
    "sign_in_not_valid": (
        401,
        "Svaret från inloggningstjänsten gick inte att lita på. Logga in igen. Kontakta oss om det händer igen.",
    ),
    "sign_in_refused": (
        403,
        "Inloggningstjänsten kunde inte logga in dig. Försök igen, eller välj ett annat sätt att legitimera dig.",
    ),
    "assurance_too_low": (
        403,
        "Din e-legitimation har för låg tillitsnivå. Logga in igen med en e-legitimation på tillitsnivå 3 eller högre.",
    ),
    "provider_unavailable": (
        503,
        "Inloggningstjänsten svarar inte. Vänta några minuter och försök igen. Det du redan har skickat in är kvar.",
    ),
}
"""What can go wrong on the way in: the status, and what it says to do."""


class SignInFailed(Refusal):
    """Someone did not get in; knows where they were going."""

    def __init__(self, code: str, wanted: str = "/") -> None:
        status, message = FAILURES[code]
        super().__init__(code, message, status=status)
        self.wanted = wanted


class Attempt(msgspec.Struct, frozen=True):
    """What is remembered of someone who was sent to the provider.

    Attributes
    ----------
    state, nonce, verifier
        What the answer must fit: its state, its ID token's nonce, and the code's PKCE verifier.
    wanted
        The page to go to then.
    """

    state: str
    nonce: str
    verifier: str
    wanted: str
    ends_at: datetime


class Identity(msgspec.Struct, frozen=True):
    """Whom the provider vouches for; nothing else of its claims is kept.

    Attributes
    ----------
    subject
        The provider's own opaque name of the person for this system.
    """

    subject: str
    name: str
    staff: tuple[StaffRole, ...]
    acr: str


class Session(msgspec.Struct, frozen=True):
    """Someone who is signed in, under one id.

    Attributes
    ----------
    staff
        The roles at the agency that the provider told at sign-in.
    municipality
        The code the session acts for; empty for staff and ``person``.
    begun_at, issued_at
        When the person signed in, and when the id was given.
    replaced
        Whether a newer id has taken over.
    previous
        Hash of the id before; it ends with this one.
    municipality_name
        What the register calls the municipality; empty where it has none of that code. Unset in a session from before
        the name was kept, which is compared with what is stored and so is written as it was read.
    """

    subject: str
    name: str
    staff: tuple[StaffRole, ...]
    role: SessionRole
    municipality: str
    csrf: str
    begun_at: datetime
    issued_at: datetime
    ends_at: datetime
    replaced: bool = False
    previous: str = ""
    municipality_name: str | msgspec.UnsetType = msgspec.UNSET


class Choice(msgspec.Struct, frozen=True, order=True):
    """One way to act."""

    role: SessionRole
    municipality: str = ""


class Staffing(msgspec.Struct, frozen=True):
    """Which claim tells who works at the agency, and what it says of whom."""

    claim: str
    officer: str
    attester: str

    def roles(self, claims: Mapping[str, Any]) -> tuple[StaffRole, ...]:
        """Read the roles off the claims; the claim may hold one value or several."""
        told = claims.get(self.claim)
        values = told if isinstance(told, list) else [told]
        named: tuple[tuple[StaffRole, str], ...] = (("officer", self.officer), ("attester", self.attester))
        return tuple(role for role, value in named if value and value in values)


def opened(identity: Identity, choice: Choice, csrf: str, now: datetime, municipality_name: str = "") -> Session:
    """Begin a session."""
    return Session(
        subject=identity.subject,
        name=identity.name,
        staff=identity.staff,
        role=choice.role,
        municipality=choice.municipality,
        csrf=csrf,
        begun_at=now,
        issued_at=now,
        ends_at=now + IDLE_LIMIT,
        municipality_name=municipality_name,
    )


def is_live(session: Session, now: datetime) -> bool:
    """Tell whether a session may still be used."""
    return now < session.ends_at


def is_to_be_renewed(session: Session, now: datetime) -> bool:
    """Tell whether it is time for another id; an id that was replaced is never renewed."""
    return not session.replaced and now >= session.issued_at + RENEWED_AFTER


def renewed(session: Session, previous: str, now: datetime) -> tuple[Session, Session]:
    """Give the session under its old id, for a moment more, and under the new one."""
    old = msgspec.structs.replace(session, replaced=True, ends_at=min(session.ends_at, now + OLD_ID_LASTS))
    ends_at = min(now + IDLE_LIMIT, session.begun_at + ABSOLUTE_LIMIT)
    new = msgspec.structs.replace(session, issued_at=now, ends_at=ends_at, replaced=False, previous=previous)
    return old, new


def choices(staff: Iterable[StaffRole], mandates: Iterable[Mandate]) -> tuple[Choice, ...]:
    """Give every way in which someone may act; whoever may act for nobody is a ``person``."""
    found = [Choice(role) for role in staff] + [Choice(each.role, each.municipality) for each in sorted(mandates)]
    return tuple(dict.fromkeys(found)) or (Choice("person"),)


def still_acts(role: SessionRole, municipality: str, mandates: Iterable[Mandate]) -> bool:
    """Tell whether someone still has the mandate that a session or token was used with."""
    return any((each.role, each.municipality) == (role, municipality) for each in mandates)


def acting_for(mandates: Iterable[Mandate], municipality: str) -> Choice:
    """Give what a program acts as: for the municipality of the address, else the only one it may act for."""
    held = tuple(mandates)
    fitting = [each for each in held if each.municipality == municipality] or held
    return Choice(fitting[0].role, fitting[0].municipality) if len(fitting) == 1 else Choice("person")


def local_path(wanted: str) -> str:
    """Give a path of this site, or the start page for anything that could lead elsewhere."""
    return wanted if len(wanted) <= _LONGEST_PATH and _LOCAL_PATH.fullmatch(wanted) else "/"


def own_page(role: str, municipality: str) -> str:
    """Give the page that somebody begins at; who acts for nobody chooses, or learns how to become somebody's."""
    if role in ("officer", "attester"):
        return "/handlaggning"
    return f"/kommun/{municipality}" if municipality else CHOICE


def shown_name(told: object) -> str:
    """Give a person's name as it may be shown: a text of a sensible length without an identity number."""
    text = " ".join(told.split())[:_LONGEST_NAME] if isinstance(told, str) else ""
    return "" if _IDENTITY_NUMBER.search(text) or not text.isprintable() else text


def is_opaque(subject: object) -> bool:
    """Tell whether a subject may be stored: visible ASCII, and no identity number."""
    return isinstance(subject, str) and bool(_SUBJECT.fullmatch(subject)) and not _IN_SUBJECT.search(subject)
