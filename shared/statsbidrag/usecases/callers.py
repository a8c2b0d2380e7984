"""Who is calling: a person with a session, or a program with a token; asked at each call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from statsbidrag.domain import sessions as rules
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.sessions import Choice, Staffing, is_opaque
from statsbidrag.ports import Mandates, Sessions
from statsbidrag.usecases.signing_in import key_of


class Known(msgspec.Struct, frozen=True):
    """Who calls, as the pages and programs behind are told.

    Attributes
    ----------
    municipality_name
        What the register called the municipality when it was chosen; empty for a program.
    csrf
        The session's token; empty for a program.
    renew
        Whether it is time for another session id.
    """

    subject: str
    role: str
    municipality: str = ""
    municipality_name: str = ""
    name: str = ""
    csrf: str = ""
    renew: bool = False


def by_session(sessions: Sessions, mandates: Mandates, secret: str, now: datetime) -> Known:
    """Tell who a session belongs to; a mandate that was revoked meanwhile leaves a person who acts for nobody.

    Raises
    ------
    Refusal
        ``token_invalid`` without a session, ``session_ended`` (401).
    """
    session = sessions.get(key_of(secret)) if secret else None
    if session is None:
        raise Refusal("token_invalid", "Logga in för att fortsätta.", status=401)
    if not rules.is_live(session, now):
        raise Refusal("session_ended", "Du har loggats ut. Logga in igen.", status=401)
    role, municipality, named = session.role, session.municipality, session.municipality_name or ""
    if municipality and not rules.still_acts(role, municipality, mandates.of(session.subject)):
        role, municipality, named = "person", "", ""
    renew = rules.is_to_be_renewed(session, now)
    return Known(session.subject, role, municipality, named, session.name, session.csrf, renew)


def by_claims(mandates: Mandates, staffing: Staffing, claims: Mapping[str, Any], municipality: str) -> Known:
    """Tell who a program's token names.

    Parameters
    ----------
    municipality
        The one that the address names, if it does.

    Raises
    ------
    Refusal
        ``token_invalid`` (401) for a subject that is not opaque.
    """
    subject = claims.get("sub")
    if not is_opaque(subject):
        raise Refusal("token_invalid", "Inloggningen är inte giltig. Logga in igen.", status=401)
    staff = staffing.roles(claims)
    acting = Choice(staff[0]) if staff else rules.acting_for(mandates.of(str(subject)), municipality)
    return Known(str(subject), acting.role, acting.municipality)
