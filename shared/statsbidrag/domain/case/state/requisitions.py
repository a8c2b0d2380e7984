"""Requisitions, and the account that they are paid to."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from statsbidrag.domain.case.state.common import Check
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore

RequisitionStatus = Literal["received", "with_officer", "awaiting_account", "approved", "rejected"]


class LateDecision(msgspec.Struct, frozen=True):
    """Whether an officer has taken up a requisition that came after the last day, or dismissed it, and why."""

    accepted: bool
    reason: str
    decided_by: str
    decided_at: datetime


class Requisition(msgspec.Struct, frozen=True):
    """What the municipality asked for.

    Attributes
    ----------
    decided_at
        When it was approved, rejected or dismissed.
    late_decision
        What was decided about its lateness; ``None`` of one in time, and until an officer has decided.
    """

    id: int
    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    received_at: datetime
    content_hash: str
    status: RequisitionStatus
    checks: tuple[Check, ...] = ()
    decided_at: datetime | None = None
    contact_email: str = ""
    late_decision: LateDecision | None = None


AccountChangeStatus = Literal["waiting", "approved", "declined"]


class AccountChange(msgspec.Struct, frozen=True):
    """A wish to have payouts go to another account; a second person approves it.

    Attributes
    ----------
    requisition
        The requisition that named the account and waits for the answer; 0 if none does.
    """

    id: int
    account: Account
    previous: Account
    proposed_by: str
    proposed_at: datetime
    requisition: int = 0
    status: AccountChangeStatus = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
