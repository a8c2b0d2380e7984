"""What happens to who may act for a municipality."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from statsbidrag.domain.agents.state import Attachment, DocumentKind, Person
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.journal import Event
from statsbidrag.domain.mandates import MandateRole


class AgentApplicationReceived(Event, frozen=True):
    """Somebody applies to be the municipality's agent."""

    application: int
    municipality_name: str
    person: Person
    documents: tuple[DocumentKind, ...]
    files: tuple[Attachment, ...]
    round: RoundId
    late: bool
    received_at: datetime


class AgentCompletionRequested(Event, frozen=True):
    """An officer asks for what is missing."""

    application: int
    reason: str
    last_day: date
    officer: str
    requested_at: datetime


class AgentApplicationCompleted(Event, frozen=True):
    """The applicant sent more."""

    application: int
    documents: tuple[DocumentKind, ...]
    files: tuple[Attachment, ...]
    message: str
    completed_at: datetime


class AgentApproved(Event, frozen=True):
    """The applicant is the agent from now on, in place of the one before."""

    application: int
    officer: str
    reason: str
    approved_at: datetime


class AgentApplicationClosed(Event, frozen=True):
    """The application is closed without approval (avskriven)."""

    application: int
    reason: str
    officer: str
    closed_at: datetime


class AgentApplicationWithdrawn(Event, frozen=True):
    """The applicant takes the application back."""

    application: int
    withdrawn_at: datetime


class AgentInvitationMade(Event, frozen=True):
    """The agent invites somebody by e-mail."""

    invitation: int
    role: MandateRole
    email: str
    token_hash: str
    invited_by: str
    invited_at: datetime


class AgentInvitationAccepted(Event, frozen=True):
    """Who holds the code has signed in and accepted."""

    invitation: int
    person: Person
    accepted_at: datetime


class AgentInvitationRevoked(Event, frozen=True):
    """The invitation cannot be accepted any more."""

    invitation: int
    revoked_by: str
    revoked_at: datetime


class MandateRevoked(Event, frozen=True):
    """The agent or an officer ends a mandate."""

    mandate: int
    reason: str
    revoked_by: str
    revoked_at: datetime


class AgentConfirmationAsked(Event, frozen=True):
    """The agent is asked whether the persons are still right in a round."""

    round: RoundId
    last_day: date
    asked_by: str
    asked_at: datetime


class AgentsConfirmed(Event, frozen=True):
    """The agent says that these mandates are still right; an officer may note it for the agent, whose mandate it says.

    Attributes
    ----------
    noted_for
        0 where the agent confirmed here.
    reason
        How the officer knows it.
    """

    round: RoundId
    mandates: tuple[int, ...]
    confirmed_by: str
    confirmed_at: datetime
    noted_for: int = 0
    reason: str = ""


class ImportedMandate(msgspec.Struct, frozen=True):
    """One person of the agency's old register."""

    role: MandateRole
    person: Person


class AgentsImported(Event, frozen=True):
    """Who the agency had approved before."""

    municipality_name: str
    round: RoundId
    mandates: tuple[ImportedMandate, ...]
    imported_at: datetime


class AgentMailTold(Event, frozen=True):
    """What became of an e-mail."""

    mail: str
    status: Literal["sent", "delivered", "bounced"]


AgentEvent = (
    AgentApplicationReceived
    | AgentCompletionRequested
    | AgentApplicationCompleted
    | AgentApproved
    | AgentApplicationClosed
    | AgentApplicationWithdrawn
    | AgentInvitationMade
    | AgentInvitationAccepted
    | AgentInvitationRevoked
    | MandateRevoked
    | AgentConfirmationAsked
    | AgentsConfirmed
    | AgentsImported
    | AgentMailTold
)
