"""What each e-mail about who may act for a municipality says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from statsbidrag.documents.mails import Envelope, compose
from statsbidrag.domain.agents import Agents, application_id
from statsbidrag.domain.agents.applications import find_application
from statsbidrag.domain.agents.mandates import find_holder
from statsbidrag.domain.agents.state import INVITED, AgentMail, AgentMailKind
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date

NEEDS: dict[AgentMailKind, tuple[str, ...]] = {
    "agent_application_received": ("addressee", "at_hand", "link"),
    "agent_completion_requested": ("addressee", "reason", "last_day", "link"),
    "agent_approved": ("addressee", "link"),
    "agent_application_closed": ("addressee", "reason"),
    "agent_invitation": ("role", "last_day", "link"),
    "agent_replaced": ("addressee", "role"),
    "mandate_revoked": ("addressee", "role"),
    "agent_confirmation": ("last_day", "link"),
}
"""What of `AgentMailContext` each kind cannot be written without."""
_ROLES = {"agent": "Ombud", **INVITED}


class AgentMailContext(Envelope, frozen=True, kw_only=True):
    """What a mail tells of.

    Attributes
    ----------
    municipality
        Its name.
    link
        Where the reader goes on.
    """

    municipality: str
    round_name: str
    at_hand: datetime | None = None
    late: bool = False
    last_day: date | None = None
    reason: str = ""
    role: str = ""
    link: str = ""


class AgentMailWriter:
    """Writes these e-mails.

    Parameters
    ----------
    sender
        Address that mail leaves from.
    base_url
        Address of the pages for people; links begin with it.
    """

    def __init__(self, sender: str, base_url: str) -> None:
        self._sender = sender
        self._base_url = base_url

    def write(self, agents: Agents, mail: AgentMail, grant_round: Round, token: str) -> bytes:
        """Write one e-mail as 7-bit MIME; the same state and token give the same bytes."""
        facts = _FACTS[mail.kind](agents, mail.about)
        way = f"ombud/inbjudan/{token}" if token else facts.pop("way", "")
        context = AgentMailContext(
            **{
                "mail_id": mail.id,
                "at": mail.owed_at,
                "to": mail.to,
                "sender": self._sender,
                "agency": grant_round.agency,
                "case_number": f"ombud {agents.municipality}",
                "municipality": agents.name,
                "round_name": grant_round.name,
                "link": f"{self._base_url}/{way}" if way else "",
                **facts,
            }
        )
        return compose(mail.kind, NEEDS[mail.kind], context).raw


def _application(agents: Agents, about: str) -> dict[str, Any]:
    number, _, request = about.partition("-")
    application = find_application(agents, int(number))
    name = application_id(agents.municipality, application.id)
    facts = {
        "addressee": application.person.name,
        "case_number": name,
        "at_hand": application.received_at,
        "late": application.late,
        "reason": application.reason,
        "way": f"ombud/ansokan/{name}",
    }
    if request:
        asked = application.requests[int(request) - 1]
        facts |= {"reason": asked.reason, "last_day": asked.last_day}
    return facts


def _approved(agents: Agents, about: str) -> dict[str, Any]:
    return _application(agents, about) | {"way": f"kommun/{agents.municipality}/ombud"}


def _invitation(agents: Agents, about: str) -> dict[str, Any]:
    invitation = next(each for each in agents.invitations if each.id == int(about))
    last_day = swedish_date(invitation.expires_at - timedelta(days=1))
    return {"addressee": f"Till dig som bjuds in, {agents.name}", "role": _ROLES[invitation.role], "last_day": last_day}


def _mandate(agents: Agents, about: str) -> dict[str, Any]:
    holder = find_holder(agents, int(about))
    return {"addressee": holder.person.name, "role": _ROLES[holder.role], "reason": holder.end_reason}


def _confirmation(agents: Agents, about: str) -> dict[str, Any]:
    asked = next(each for each in agents.confirmations if each.round == about)
    return {
        "addressee": f"Ombud, {agents.name}",
        "last_day": asked.last_day,
        "way": f"kommun/{agents.municipality}/ombud",
    }


_FACTS: dict[AgentMailKind, Callable[[Agents, str], dict[str, Any]]] = {
    "agent_application_received": _application,
    "agent_completion_requested": _application,
    "agent_approved": _approved,
    "agent_application_closed": _application,
    "agent_invitation": _invitation,
    "agent_replaced": _mandate,
    "mandate_revoked": _mandate,
    "agent_confirmation": _confirmation,
}
