"""Requisitions, and the account that they are paid to."""

from __future__ import annotations

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore


class SubmitRequisition(Command, frozen=True):
    """Ask for money; `content_hash` is of the form as it was sent in."""

    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    content_hash: str
    contact_email: str = ""


class ValidateRequisition(Command, frozen=True):
    """Hold a received requisition against the rules."""

    requisition: int


class DecideLateRequisition(Command, frozen=True):
    """Take up a requisition that came after the last day, or dismiss it."""

    requisition: int
    accepted: bool
    reason: str
    officer: str


class ProposeAccount(Command, frozen=True):
    """Have payouts go to another account; `proposed_by` cannot approve it."""

    account: Account
    proposed_by: str


class ApproveAccount(Command, frozen=True):
    """Approve a change of account that somebody else proposed; `account` is the one the person saw."""

    change: int
    account: Account
    officer: str


class DeclineAccount(Command, frozen=True):
    """Decline a change of account."""

    change: int
    reason: str
    officer: str
