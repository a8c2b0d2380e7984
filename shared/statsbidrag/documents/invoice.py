"""A recovery invoice or the credit note that reverses one, as data; the XML and the PDF are made from it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency


class InvoiceLine(msgspec.Struct, frozen=True):
    """One thing that is claimed, or credited: plain Swedish, and öre above zero."""

    text: str
    amount: Ore


class InvoiceReference(msgspec.Struct, frozen=True):
    """The earlier invoice that a credit note reverses, or that an invoice replaces."""

    number: str
    issued_on: date


class Invoice(msgspec.Struct, frozen=True):
    """An invoice (type 380) or a credit note (381); a credit note's amounts are positive too.

    Attributes
    ----------
    number
        `identifiers.invoice_number`.
    ocr
        `identifiers.ocr_reference`; of a credit note, that of the invoice it reverses.
    issued_on, due_on
        Swedish calendar days. Nothing is due on a credit note, whatever `due_on` says.
    buyer_reference
        What the municipality wants on its invoices; mandatory in Peppol.
    decision_on
        Day of the decision that the claim rests on.
    credits
        Set on a credit note and only there.
    note
        Free text for the reader, such as that no interest is claimed; may be empty.
    replaces
        Set on an invoice that is issued instead of one with wrong particulars.
    prepaid
        Öre of the total that were paid before this invoice was issued.

    Raises
    ------
    CorruptBooks
        When the parts contradict each other: such an invoice is never made.
    """

    number: str
    kind: Literal["invoice", "credit_note"]
    ocr: str
    issued_on: date
    due_on: date
    seller: Agency
    buyer: Recipient
    buyer_reference: str
    case_number: str
    decision_on: date
    lines: tuple[InvoiceLine, ...]
    credits: InvoiceReference | None = None
    note: str = ""
    replaces: InvoiceReference | None = None
    prepaid: Ore = Ore(0)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not self.lines or any(line.amount <= 0 or not line.text.strip() for line in self.lines):
            raise CorruptBooks(f"{self.number} has a line without text or amount, or no line")
        if (self.kind == "credit_note") != (self.credits is not None):
            raise CorruptBooks(f"{self.number} reverses nothing, or reverses without being a credit note")
        if self.kind == "invoice" and self.due_on < self.issued_on:
            raise CorruptBooks(f"{self.number} is due before it is issued")
        if not 0 <= self.prepaid < self.total or (self.kind == "credit_note" and (self.replaces or self.prepaid)):
            raise CorruptBooks(f"{self.number} is paid already, or replaces an invoice without being one")
        if not self.buyer_reference.strip():
            raise CorruptBooks(f"{self.number} has no buyer reference")

    @property
    def total(self) -> Ore:
        """Öre claimed, or credited."""
        return Ore(sum(line.amount for line in self.lines))

    @property
    def to_pay(self) -> Ore:
        """Öre to pay."""
        return Ore(self.total - self.prepaid)
