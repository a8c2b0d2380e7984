"""What e-mail there is, and what became of each."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

MailKind = Literal[
    "requisition_receipt",
    "requisition_late",
    "requisition_approved",
    "requisition_rejected",
    "requisition_dismissed",
    "payout_rejected",
    "account_changed",
    "report_link",
    "report_reminder",
    "report_extended",
    "report_reopened",
    "report_receipt",
    "records_request",
    "records_receipt",
    "hearing",
    "hearing_receipt",
    "hearing_extended",
    "decision",
    "reconsideration",
    "invoice",
    "invoice_reminder",
    "credit_note",
    "invoice_voided",
    "set_off",
]
CARRIES_LINK: tuple[MailKind, ...] = ("report_link", "report_reminder", "report_reopened")
"""Kinds of e-mail that a report link stands in."""
MAY_CARRY_LINK: tuple[MailKind, ...] = (*CARRIES_LINK, "report_extended", "hearing", "hearing_extended")
"""Those, and what is also said where no link is in force; it leads to the hearing too."""
MailStatus = Literal["owed", "sent", "delivered", "bounced", "withdrawn", "renewed"]
"""``withdrawn`` was owed and is not to leave; ``renewed`` came back, and an officer has dealt with it."""
Addressee = Literal["registry", "agent"]
Complaint = Literal["", "open", "settled"]
"""Whether somebody at the recipient's called it spam, and whether an officer has dealt with that."""


class Mail(msgspec.Struct, frozen=True):
    """One e-mail by its fixed name.

    Attributes
    ----------
    about
        Which requisition, reminder, recovery or invoice it speaks of.
    addressee
        The agent's is sent once where the registry's came back.
    """

    id: str
    kind: MailKind
    about: str
    to: str
    owed_at: datetime
    status: MailStatus = "owed"
    complaint: Complaint = ""
    addressee: Addressee = "registry"
