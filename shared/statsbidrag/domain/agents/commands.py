"""What can be asked of who may act for a municipality."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from statsbidrag.domain.agents.events import ImportedMandate
from statsbidrag.domain.agents.state import Attachment, DocumentKind, Person
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.mandates import MandateRole


class ApplyAsAgent(msgspec.Struct, frozen=True):
    """Apply; `last_day` is that of the round's requisitions."""

    municipality_name: str
    person: Person
    documents: tuple[DocumentKind, ...]
    files: tuple[Attachment, ...]
    round: RoundId
    last_day: date


class RequestCompletion(msgspec.Struct, frozen=True):
    """Ask for what is missing."""

    application: int
    reason: str
    last_day: date
    officer: str


class CompleteApplication(msgspec.Struct, frozen=True):
    """Send what was missing."""

    application: int
    subject: str
    documents: tuple[DocumentKind, ...]
    files: tuple[Attachment, ...]
    message: str


class ApproveAgent(msgspec.Struct, frozen=True):
    """Make the applicant the agent; a late application needs a reason."""

    application: int
    officer: str
    reason: str = ""


class CloseApplication(msgspec.Struct, frozen=True):
    """Close without approval."""

    application: int
    reason: str
    officer: str


class WithdrawApplication(msgspec.Struct, frozen=True):
    """Take the application back."""

    application: int
    subject: str


class Invite(msgspec.Struct, frozen=True):
    """Invite somebody; `number` is the invitation that the code was made for."""

    number: int
    role: MandateRole
    email: str
    token_hash: str
    by: str


class AcceptInvitation(msgspec.Struct, frozen=True):
    """Accept with the code."""

    token_hash: str
    person: Person


class RevokeInvitation(msgspec.Struct, frozen=True):
    """Take an invitation back, as the agent."""

    invitation: int
    by: str


class RevokeMandate(msgspec.Struct, frozen=True):
    """End a mandate: an officer's reason is needed, and an agent ends only those of others."""

    mandate: int
    reason: str
    by: str
    as_officer: bool


class AskForConfirmation(msgspec.Struct, frozen=True):
    """Ask the agent whether the persons are still right."""

    round: RoundId
    last_day: date
    officer: str


class ConfirmAgents(msgspec.Struct, frozen=True):
    """Say that the persons are still right, as the agent, or as an officer whom the agent told otherwise.

    Attributes
    ----------
    seen
        The mandates that were shown.
    reason
        How an officer knows it, such as by a call or a letter.
    """

    round: RoundId
    seen: tuple[int, ...]
    by: str
    reason: str = ""
    as_officer: bool = False


class ImportAgents(msgspec.Struct, frozen=True):
    """Take in who was approved before."""

    municipality_name: str
    round: RoundId
    mandates: tuple[ImportedMandate, ...]


class RecordAgentMail(msgspec.Struct, frozen=True):
    """Note what became of an e-mail."""

    mail: str
    status: Literal["sent", "delivered", "bounced"]


AgentCommand = (
    ApplyAsAgent
    | RequestCompletion
    | CompleteApplication
    | ApproveAgent
    | CloseApplication
    | WithdrawApplication
    | Invite
    | AcceptInvitation
    | RevokeInvitation
    | RevokeMandate
    | AskForConfirmation
    | ConfirmAgents
    | ImportAgents
    | RecordAgentMail
)
