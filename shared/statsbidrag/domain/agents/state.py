"""Who may act for one municipality: applications, mandates, invitations and confirmations, as a journal folds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.mandates import MandateRole

INVITATION_VALID = timedelta(days=14)
"""How long an invitation can be accepted."""
DAYS_BEFORE = 14
"""An application is in time when it is received at least so many days before the round's last day."""
MOST_OPEN = 20
"""Open applications of a municipality, and open invitations: the books keep a municipality in one item."""
MOST_FILES = 40
"""Files of one application, completions among them."""

DocumentKind = Literal["delegation", "certificate", "power_of_attorney"]
DOCUMENTS: dict[DocumentKind, str] = {
    "delegation": "Bestyrkt utdrag ur delegationsordningen",
    "certificate": "Intyg från kommunsekreteraren",
    "power_of_attorney": "Fullmakt",
}
"""What shows that a person may sign for the municipality, with what people call it."""
INVITED: dict[MandateRole, str] = {"representative": "Representant", "coordinator": "Uppgiftssamordnare"}
"""Roles that an agent invites to."""


class Person(msgspec.Struct, frozen=True):
    """Somebody who acts for a municipality, or applies to.

    Attributes
    ----------
    subject
        The opaque name that the e-identification gives; never an identity number.
    """

    subject: str
    name: str
    email: str
    title: str = ""
    phone: str = ""


class Attachment(msgspec.Struct, frozen=True):
    """A file in the archive.

    Attributes
    ----------
    key
        Its opaque name there.
    content_hash
        SHA-256 of the content.
    size
        Bytes.
    """

    id: int
    key: str
    content_hash: str
    size: int
    received_at: datetime


class CompletionRequest(msgspec.Struct, frozen=True):
    """What an officer asked to be completed, to the last day at the latest."""

    reason: str
    last_day: date
    officer: str
    requested_at: datetime


ApplicationStatus = Literal["received", "incomplete", "approved", "closed", "withdrawn"]


class Application(msgspec.Struct, frozen=True):
    """One application to be the municipality's agent.

    Attributes
    ----------
    round
        The round that was open, or the last one.
    late
        Whether it came in less than `DAYS_BEFORE` days before that round's last day.
    waits_since
        When it last came to the officers.
    """

    id: int
    person: Person
    documents: tuple[DocumentKind, ...]
    files: tuple[Attachment, ...]
    round: RoundId
    late: bool
    received_at: datetime
    waits_since: datetime
    status: ApplicationStatus = "received"
    requests: tuple[CompletionRequest, ...] = ()
    messages: tuple[str, ...] = ()
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.status in ("received", "incomplete")


class Holder(msgspec.Struct, frozen=True):
    """A mandate that a person has or had.

    Attributes
    ----------
    came_by
        ``application 1``, ``invitation 2`` or ``import``.
    """

    id: int
    role: MandateRole
    person: Person
    since: datetime
    came_by: str
    ended_at: datetime | None = None
    ended_by: str = ""
    end_reason: str = ""


InvitationStatus = Literal["open", "accepted", "revoked"]


class Invitation(msgspec.Struct, frozen=True):
    """An invitation; only the hash of its code is kept."""

    id: int
    role: MandateRole
    email: str
    token_hash: str
    invited_by: str
    invited_at: datetime
    status: InvitationStatus = "open"
    accepted_by: str = ""

    @property
    def expires_at(self) -> datetime:
        """The instant from which it can no longer be accepted."""
        return self.invited_at + INVITATION_VALID


class Confirmation(msgspec.Struct, frozen=True):
    """What was asked and answered of a round: whether the persons are still right.

    Attributes
    ----------
    noted_for
        The mandate of the agent for whom an officer noted the answer; 0 where the agent answered here.
    reason
        How the officer knows it.
    """

    round: RoundId
    last_day: date | None = None
    asked_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str = ""
    noted_for: int = 0
    reason: str = ""


AgentMailKind = Literal[
    "agent_application_received",
    "agent_completion_requested",
    "agent_approved",
    "agent_application_closed",
    "agent_invitation",
    "agent_replaced",
    "mandate_revoked",
    "agent_confirmation",
]
AgentMailStatus = Literal["owed", "sent", "delivered", "bounced", "withdrawn"]


class AgentMail(msgspec.Struct, frozen=True):
    """One e-mail by its fixed name; `about` is the application, invitation, mandate or round it speaks of."""

    id: str
    kind: AgentMailKind
    about: str
    to: str
    round: RoundId
    owed_at: datetime
    status: AgentMailStatus = "owed"


class Agents(msgspec.Struct, frozen=True):
    """Everything about who may act for one municipality.

    Attributes
    ----------
    name
        The municipality's, as the register had it.
    round
        The round that the last of it was for.
    mails
        By their names.
    """

    municipality: MunicipalityCode
    name: str = ""
    round: RoundId = RoundId("")
    applications: tuple[Application, ...] = ()
    holders: tuple[Holder, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    mails: dict[str, AgentMail] = {}

    @property
    def live(self) -> tuple[Holder, ...]:
        """Who acts for the municipality now, the agent first."""
        now = [holder for holder in self.holders if holder.ended_at is None]
        return tuple(sorted(now, key=lambda holder: (holder.role != "agent", holder.id)))

    @property
    def agent(self) -> Holder | None:
        """The agent, if there is one."""
        return next((holder for holder in self.live if holder.role == "agent"), None)


def agents_key(municipality: MunicipalityCode) -> str:
    """Give the key under which a municipality's agents are stored."""
    return f"AGENTS#{municipality}"


def application_id(municipality: MunicipalityCode, number: int) -> str:
    """Name an application for people and addresses: ``0114-1``."""
    return f"{municipality}-{number}"
