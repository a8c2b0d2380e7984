"""Requisitions, and the account that they are paid to."""

from __future__ import annotations

from datetime import datetime

from statsbidrag.domain.case.state import Check
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore


class RequisitionReceived(Event, frozen=True):
    """A requisition reached the agency; `late` is after the last day."""

    requisition: int
    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    received_at: datetime
    content_hash: str
    late: bool
    contact_email: str = ""


class RequisitionApproved(Event, frozen=True):
    """Every rule held; a payout is ordered to the verified account."""

    requisition: int
    payout: str
    checks: tuple[Check, ...]
    decided_at: datetime


class RequisitionRejected(Event, frozen=True):
    """At least one rule did not hold."""

    requisition: int
    checks: tuple[Check, ...]
    decided_at: datetime


class LateRequisitionAccepted(Event, frozen=True):
    """The requisition came after the last day and is taken up all the same; the rules are still to be tried."""

    requisition: int
    reason: str
    accepted_by: str
    accepted_at: datetime


class LateRequisitionDismissed(Event, frozen=True):
    """The requisition came after the last day and is not taken up."""

    requisition: int
    reason: str
    checks: tuple[Check, ...]
    dismissed_by: str
    dismissed_at: datetime


class AccountChangeProposed(Event, frozen=True):
    """Payouts are to go to another account; what has not left for the one before is held."""

    change: int
    account: Account
    previous: Account
    proposed_by: str
    proposed_at: datetime
    requisition: int = 0


class AccountChangeApproved(Event, frozen=True):
    """A second person approved the account; payouts ordered from now on go there."""

    change: int
    approved_by: str
    approved_at: datetime


class AccountChangeDeclined(Event, frozen=True):
    """A second person declined the account."""

    change: int
    reason: str
    declined_by: str
    declined_at: datetime
