"""Take in what the bank says: files accepted or refused, money booked, returned, or come in."""

from __future__ import annotations

from collections.abc import Iterable

from statsbidrag.domain.bank import Entry, StatusReport
from statsbidrag.domain.batches import BATCH, RecordBatchAnswer, batch_key
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case.commands import (
    CaseCommand,
    RecordPayoutRejected,
    RecordPayoutReturned,
    RecordPayoutSettled,
    RecordRepayment,
)
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.identifiers import parse_ocr, parse_payout_id
from statsbidrag.domain.suspense import ENTRY, SuspendEntry, entry_key
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.payouts import get_batch


def take_answer(books: Books, answer: StatusReport, context: Context) -> None:
    """Note what the bank says of a payment file and of each payment it refuses.

    A file that the bank calls a duplicate changes nothing: the first answer stands.
    """
    batch = get_batch(books, answer.original_message_id)
    if answer.reason_code == "DUPL":
        return
    command = RecordBatchAnswer(answer.message_id, answer.status, answer.reason_code, answer.reason)
    books.handle(BATCH, batch_key(batch.id), command, context)
    refused = {p.end_to_end_id: _reason(p.reason_code, p.reason) for p in answer.payments if p.status == "rejected"}
    if answer.status == "rejected":
        whole = _reason(answer.reason_code, answer.reason)
        refused = {line.payout: refused.get(line.payout, whole) for line in batch.lines}
    for line in batch.lines:
        if line.payout in refused:
            key = case_key(batch.round, line.municipality)
            books.handle(CASE, key, RecordPayoutRejected(line.payout, refused[line.payout]), context)


def _reason(code: str, text: str) -> str:
    return f"{code} {text}".strip()


def take_entries(books: Books, entries: Iterable[Entry], context: Context) -> None:
    """Book every entry; `NotYet` at the end for one that came too early, since what it waits for may stand after it."""
    early: NotYet | None = None
    for entry in entries:
        try:
            take_entry(books, entry, context)
        except NotYet as not_yet:
            early = not_yet
    if early is not None:
        raise early


def take_entry(books: Books, entry: Entry, context: Context) -> None:
    """Book one entry where it belongs, once; what belongs nowhere is kept in suspense for an officer.

    Several files tell of the same entry. One that lies in suspense stays there: booked as well, it would count twice.
    """
    try:
        key, command = _meaning(entry)
        seen = books.see(CASE, key)
        booked = entry.reference in seen.state.bank_entries
        if booked or books.state(ENTRY, entry_key(entry.reference)).suspended_at is not None:
            return
        books.handle(CASE, key, command, context, seen=seen)
    except (Refusal, NotFound) as refusal:
        suspended = SuspendEntry(
            entry=entry.reference,
            amount=entry.amount,
            direction=entry.direction,
            remittance=entry.remittance or entry.end_to_end_id or "",
            booked_on=entry.booked_on,
            reason=refusal.code,
        )
        books.handle(ENTRY, entry_key(entry.reference), suspended, context)


def _meaning(entry: Entry) -> tuple[str, CaseCommand]:
    command: CaseCommand
    if entry.direction == "credit" and entry.return_reason is None:
        round_id, municipality, sequence = parse_ocr(entry.remittance or "")
        command = RecordRepayment(sequence, entry.reference, entry.amount, entry.booked_on)
    else:
        payout = entry.end_to_end_id or ""
        round_id, municipality = parse_payout_id(payout)
        command = (
            RecordPayoutSettled(payout, entry.reference, entry.amount, entry.booked_on)
            if entry.return_reason is None
            else RecordPayoutReturned(payout, entry.reference, entry.amount, entry.return_reason)
        )
    return case_key(round_id, municipality), command
