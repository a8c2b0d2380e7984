"""Invoices and what happens to them: repayment, credit, reissue, interest, write-off."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.interest import RateTable
from statsbidrag.domain.money import Ore


class RaiseInvoice(Command, frozen=True):
    """Claim a decided recovery."""

    recovery: int


class RecordInvoiceFiled(Command, frozen=True):
    """The invoice's files lie in the archive."""

    invoice: str
    xml: str
    pdf: str


class RecordRepayment(Command, frozen=True):
    """Money came in with an invoice's OCR reference."""

    invoice: int
    entry: str
    amount: Ore
    booked_on: date


class RemindInvoice(Command, frozen=True):
    """Remind of an invoice that is past its due date."""

    invoice: str


class RecordCreditNoteFiled(Command, frozen=True):
    """The credit note's files lie in the archive."""

    credit_note: str
    xml: str
    pdf: str


class ProposeWriteOff(Command, frozen=True):
    """Propose to give up what is open on an invoice."""

    invoice: str
    reason: str
    officer: str


class DecideWriteOff(Command, frozen=True):
    """Decide to give it up; `amount` is the one the person saw."""

    invoice: str
    amount: Ore
    officer: str


class OrderRefund(Command, frozen=True):
    """Send back what came in above the invoices."""

    officer: str


class ReissueInvoice(Command, frozen=True):
    """Make an invoice with wrong particulars void and issue another; an empty reference leaves it as it is."""

    invoice: str
    reason: str
    officer: str
    invoice_reference: str = ""


class ClaimInterest(Command, frozen=True):
    """Claim interest on what was paid late of an invoice; no officer where it follows from the terms."""

    invoice: str
    rates: RateTable | None
    officer: str = ""


class WaiveInterest(Command, frozen=True):
    """Decide not to claim interest on what was paid late of an invoice."""

    invoice: str
    rates: RateTable | None
    reason: str
    officer: str
