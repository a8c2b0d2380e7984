"""Bank entries that a person places: what waits, where it may belong, and booking it there."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import RecordRepayment
from statsbidrag.domain.case.recoveries import find_invoice
from statsbidrag.domain.case.state import Invoice
from statsbidrag.domain.errors import CorruptBooks, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, parse_ocr
from statsbidrag.domain.suspense import ENTRY, PlaceEntry, SuspendedEntry, entry_key, require_credit
from statsbidrag.usecases.books import Books, Context

_MOST_SUGGESTIONS = 5
_NEARLY = 2
"""Digits in which a reference may differ from one that was meant."""


class Suggestion(msgspec.Struct, frozen=True):
    """An invoice that an entry may be meant for, and what speaks for it: ``reference``, ``amount``, ``name``."""

    municipality: MunicipalityCode
    invoice: str
    open_amount: int
    reasons: tuple[str, ...]


class Waiting(msgspec.Struct, frozen=True):
    """An entry in suspense with where it may belong, the likeliest first."""

    entry: SuspendedEntry
    suggestions: tuple[Suggestion, ...]


def list_waiting(books: Books) -> list[Waiting]:
    """Give every incoming entry in suspense, each with the open invoices that it may be meant for."""
    named = books.states(ENTRY, map(entry_key, books.store.listed("ENTRIES")))
    waiting = [entry for entry in named if not entry.placed and entry.direction == "credit"]
    if not waiting:
        return []
    cases = list(_invoiced(books))
    return [Waiting(entry, _suggestions(entry, cases)) for entry in waiting]


def _invoiced(books: Books) -> Iterator[Case]:
    for round_id in books.store.listed("ROUNDS"):
        codes = books.store.listed(f"CASES#{round_id}")
        cases = books.states(CASE, (case_key(RoundId(round_id), MunicipalityCode(code)) for code in codes))
        yield from (case for case in cases if case.invoices)


def _suggestions(entry: SuspendedEntry, cases: list[Case]) -> tuple[Suggestion, ...]:
    found = [
        Suggestion(case.municipality, invoice.number, invoice.open_amount, reasons)
        for case in cases
        for invoice in case.all_invoices
        if invoice.open_amount > 0 and (reasons := tuple(_reasons(entry, case, invoice)))
    ]
    return tuple(sorted(found, key=lambda s: (-len(s.reasons), s.invoice))[:_MOST_SUGGESTIONS])


def _reasons(entry: SuspendedEntry, case: Case, invoice: Invoice) -> Iterator[str]:
    # One transfer for several invoices has a reference on each line.
    if any(_is_nearly(text, invoice.ocr) for text in {entry.remittance, *entry.remittance.splitlines()}):
        yield "reference"
    if entry.amount == invoice.open_amount:
        yield "amount"
    if case.recipient and case.recipient.name.lower() in entry.remittance.lower():
        yield "name"


def _is_nearly(text: str, ocr: str) -> bool:
    digits = "".join(sign for sign in text if sign.isdigit())
    return len(digits) == len(ocr) and sum(a != b for a, b in zip(digits, ocr, strict=True)) <= _NEARLY


def place(
    books: Books,
    entry: str,
    round_id: RoundId,
    municipality: MunicipalityCode,
    invoice: str,
    officer: str,
    context: Context,
) -> SuspendedEntry:
    """Book an entry on the invoice that a person found.

    The entry is placed first, so that it is never booked in two places; a call that breaks before the booking is made
    again, and until then the reconciliation names the entry as not booked.
    """
    waiting = books.state(ENTRY, entry_key(entry))
    require_credit(waiting)
    if waiting.placed and waiting.placed != invoice:
        raise Refusal("entry_placed", f"Posten är redan placerad på {waiting.placed}.", status=409)
    key = case_key(round_id, municipality)
    found = find_invoice(books.state(CASE, key), invoice)
    if waiting.booked_on is None:
        raise CorruptBooks(f"{entry} has no day")
    _, _, sequence = parse_ocr(found.ocr)
    placed = books.handle(ENTRY, entry_key(entry), PlaceEntry(invoice, officer), context).state
    books.handle(CASE, key, RecordRepayment(sequence, entry, waiting.amount, waiting.booked_on), context)
    return placed
