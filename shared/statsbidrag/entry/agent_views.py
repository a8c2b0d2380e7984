"""What programs are told about who may act for a municipality, and what its pages call things."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from statsbidrag.domain.agents import Agents
from statsbidrag.domain.errors import Refusal
from statsbidrag.entry.rights import ROLE_NAMES
from statsbidrag.usecases.agents import ApplicationView

STATUS_NAMES = {
    "received": "Väntar på prövning",
    "incomplete": "Behöver kompletteras",
    "approved": "Godkänd",
    "closed": "Avskriven",
    "withdrawn": "Återkallad",
}
"""What people call where an application stands."""
ROLES = {role: ROLE_NAMES[role] for role in ("agent", "representative", "coordinator")}


class AttachedFile(msgspec.Struct, frozen=True):
    """One attachment; its number is what it is fetched by, its size is in bytes."""

    number: int
    content_hash: str
    size: int
    received_at: datetime


class AskedFor(msgspec.Struct, frozen=True):
    """What the agency asked to be completed."""

    reason: str
    last_day: date
    requested_at: datetime


class AgentApplication(msgspec.Struct, frozen=True):
    """One application to be a municipality's agent, as programs are told of it."""

    application: str
    municipality: str
    municipality_name: str
    round: str
    status: str
    late: bool
    received_at: datetime
    name: str
    title: str
    email: str
    phone: str
    documents: tuple[str, ...]
    files: tuple[AttachedFile, ...]
    requests: tuple[AskedFor, ...]
    decided_at: datetime | None
    reason: str


class AgentApplications(msgspec.Struct, frozen=True):
    """The applications that wait for a decision, the oldest first."""

    applications: tuple[AgentApplication, ...]


class MandateTold(msgspec.Struct, frozen=True):
    """Somebody who acts for the municipality."""

    number: int
    role: str
    name: str
    title: str
    email: str
    phone: str
    since: datetime


class InvitationTold(msgspec.Struct, frozen=True):
    """An invitation that nobody has accepted."""

    number: int
    role: str
    email: str
    invited_at: datetime
    expires_at: datetime


class ConfirmationTold(msgspec.Struct, frozen=True):
    """Whether the persons were confirmed for a round, and whether the agency noted it for the agent."""

    round: str
    last_day: date | None
    confirmed_at: datetime | None
    noted_by_agency: bool = False


class MunicipalityAgents(msgspec.Struct, frozen=True):
    """Who acts for a municipality."""

    municipality: str
    municipality_name: str
    mandates: tuple[MandateTold, ...]
    invitations: tuple[InvitationTold, ...]
    confirmations: tuple[ConfirmationTold, ...]


class OpenedInvitation(msgspec.Struct, frozen=True):
    """What an invitation's code opens."""

    municipality: str
    municipality_name: str
    role: str
    status: str
    expires_at: datetime


class Asked(msgspec.Struct, frozen=True):
    """How many agents have been asked to confirm for the round."""

    round: str
    asked: int


def told_application(view: ApplicationView) -> AgentApplication:
    """Tell of an application; who decided on it is the agency's own business."""
    found, person = view.found, view.found.person
    return AgentApplication(
        application=view.id,
        municipality=view.agents.municipality,
        municipality_name=view.agents.name,
        round=found.round,
        status=found.status,
        late=found.late,
        received_at=found.received_at,
        name=person.name,
        title=person.title,
        email=person.email,
        phone=person.phone,
        documents=found.documents,
        files=tuple(AttachedFile(f.id, f.content_hash, f.size, f.received_at) for f in found.files),
        requests=tuple(AskedFor(r.reason, r.last_day, r.requested_at) for r in found.requests),
        decided_at=found.decided_at,
        reason=found.reason,
    )


def told_agents(agents: Agents, now: datetime) -> MunicipalityAgents:
    """Tell who acts for a municipality; no subject leaves the house."""
    return MunicipalityAgents(
        municipality=agents.municipality,
        municipality_name=agents.name,
        mandates=tuple(
            MandateTold(h.id, h.role, h.person.name, h.person.title, h.person.email, h.person.phone, h.since)
            for h in agents.live
        ),
        invitations=tuple(
            InvitationTold(i.id, i.role, i.email, i.invited_at, i.expires_at)
            for i in agents.invitations
            if i.status == "open" and now < i.expires_at
        ),
        confirmations=tuple(
            ConfirmationTold(c.round, c.last_day, c.confirmed_at, c.noted_for > 0) for c in agents.confirmations
        ),
    )


def unknown_action() -> Refusal:
    """Give the answer to a button that is none of ours."""
    return Refusal("action_unknown", "Knappen finns inte. Ladda om sidan och försök igen.", status=400)
