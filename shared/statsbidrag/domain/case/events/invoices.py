"""Invoices and what happens to them: repayment, credit, reissue, interest, write-off."""

from __future__ import annotations

from datetime import date, datetime

from statsbidrag.domain.case.state import InterestStatus
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.interest import Period, Rate
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore


class InvoiceRaised(Event, frozen=True):
    """The decided amount is claimed by invoice."""

    invoice: str
    recovery: int
    amount: Ore
    ocr: str
    issued_on: date
    due_on: date


class InvoiceFiled(Event, frozen=True):
    """The invoice's files lie in the archive."""

    invoice: str
    xml: str
    pdf: str
    filed_at: datetime


class RepaymentReceived(Event, frozen=True):
    """The municipality paid on an invoice; what came above it is surplus."""

    invoice: str
    entry: str
    amount: Ore
    surplus: Ore
    booked_on: date


class InvoiceReminded(Event, frozen=True):
    """The invoice is past its due date, and the municipality is to be reminded."""

    invoice: str
    reminded_at: datetime


class CreditNoteRaised(Event, frozen=True):
    """A part of an invoice is taken back; `surplus` of what was paid on it is too much by now."""

    credit_note: str
    invoice: str
    amount: Ore
    surplus: Ore
    reasons: str
    issued_on: date


class CreditNoteFiled(Event, frozen=True):
    """The credit note's files lie in the archive."""

    credit_note: str
    xml: str
    pdf: str
    filed_at: datetime


class WriteOffProposed(Event, frozen=True):
    """An officer proposes to give up what is open on an invoice."""

    invoice: str
    amount: Ore
    reason: str
    proposed_by: str


class InvoiceWrittenOff(Event, frozen=True):
    """Another officer has decided to give it up."""

    invoice: str
    amount: Ore
    decided_by: str
    decided_at: datetime


class RefundOrdered(Event, frozen=True):
    """What came in above the invoices goes back, as a payout like any other."""

    payout: str
    amount: Ore
    account: Account
    ordered_by: str
    ordered_at: datetime


class InvoiceReissued(Event, frozen=True):
    """An invoice with wrong particulars is void by a credit note, and claimed anew under another number.

    `amount` is what the old one still claimed; `prepaid` of it is settled already and goes over to the new one.
    """

    invoice: str
    credit_note: str
    replacement: str
    amount: Ore
    prepaid: Ore
    ocr: str
    issued_on: date
    due_on: date
    invoice_reference: str
    reason: str
    reissued_by: str
    reissued_at: datetime


class InterestClaimed(Event, frozen=True):
    """Interest on what was paid late of `invoice` is claimed by an invoice of its own."""

    invoice: str
    amount: Ore
    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]
    interest_invoice: str
    ocr: str
    issued_on: date
    due_on: date
    decided_by: str
    decided_at: datetime


class InterestForgone(Event, frozen=True):
    """Interest on what was paid late of `invoice` is not claimed: an officer waives it, or it is too small."""

    invoice: str
    amount: Ore
    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]
    status: InterestStatus
    reason: str
    decided_by: str
    decided_at: datetime
