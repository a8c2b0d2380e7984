"""Take in what the bank says: files accepted or refused, money booked, returned, or come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from statsbidrag.domain.bank import Entry, Notification, Statement, StatusReport, under_one_name
from statsbidrag.domain.bank_files import BANK_FILE, bank_file_key, pages
from statsbidrag.domain.batches import BATCH, RecordBatchAnswer, batch_key
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import (
    CaseCommand,
    RecordPayoutRejected,
    RecordPayoutReturned,
    RecordPayoutSettled,
    RecordRepayment,
)
from statsbidrag.domain.case.payouts import find
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.identifiers import RoundId, parse_ocr, parse_payout_id
from statsbidrag.domain.suspense import ENTRY, SuspendEntry, entry_key
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.payouts import get_batch
from statsbidrag.usecases.rounds import get_round


def take_answer(books: Books, answer: StatusReport, context: Context) -> None:
    """Note what the bank says of a payment file and of each payment it refuses.

    A file that the bank calls a duplicate moves nothing: the first answer stands.
    """
    batch = get_batch(books, answer.original_message_id)
    command = RecordBatchAnswer(answer.message_id, answer.status, answer.reason_code, answer.reason)
    books.handle(BATCH, batch_key(batch.id), command, context)
    if answer.reason_code == "DUPL":
        return
    refused = {p.end_to_end_id: (p.reason_code, p.reason) for p in answer.payments if p.status == "rejected"}
    if answer.status == "rejected":
        whole = (answer.reason_code, answer.reason)
        refused = {line.payout: refused.get(line.payout, whole) for line in batch.lines}
    for line in batch.lines:
        if line.payout in refused:
            code, reason = refused[line.payout]
            key = case_key(batch.round, line.municipality)
            books.handle(CASE, key, RecordPayoutRejected(line.payout, batch.id, reason, code), context)


def take_report(books: Books, report: Notification | Statement, context: Context) -> None:
    """Keep what the bank tells of an account as a fact, then book every entry of it.

    Raises
    ------
    Refusal
        ``bank_file_other_account``: it is not ours, and nothing is kept. ``bank_file_differs``. ``statement_gap``: the
        balances do not add up; what it tells is kept for the reconciliation, and nothing is booked by it.
    NotYet
        An entry came too early, the others are booked.
    """
    report = _as_ours(books, report)
    for page, command in pages(report):
        books.handle(BANK_FILE, bank_file_key(page), command, context)
    if isinstance(report, Statement) and report.gap:
        raise Refusal("statement_gap", "Kontoutdragets saldon stämmer inte med dess poster. Be banken om ett nytt.")
    cases = take_entries(books, report.entries, context)
    _acknowledge(books, report, cases, context)


def _as_ours(books: Books, report: Notification | Statement) -> Notification | Statement:
    """Give the report with our account under one name; refuse another account's."""
    agencies = [get_round(books, RoundId(name)).agency for name in books.store.listed("ROUNDS")]
    ours = {number for agency in agencies for number in (agency.iban, agency.account.number) if number}
    told = {entry.account for entry in report.entries} | ({report.account} if isinstance(report, Statement) else set())
    if all(agency.iban for agency in agencies) and not told <= ours:
        raise Refusal("bank_file_other_account", "Bankfilen gäller ett konto som inte är vårt.")
    names = {agency.account.number: agency.iban for agency in agencies if agency.iban}
    entries = under_one_name(report.entries, names)
    if isinstance(report, Statement):
        return replace(report, account=names.get(report.account, report.account), entries=entries)
    return replace(report, entries=entries)


def _acknowledge(
    books: Books, report: Notification | Statement, cases: Mapping[str, Seen[Case]], context: Context
) -> None:
    """A booking says that the bank took the file, also where its answer never came."""
    settled = {entry.end_to_end_id for entry in report.entries if entry.direction == "debit" and entry.end_to_end_id}
    batches = set()
    for payout in settled:
        try:
            batches.add(find(cases[case_key(*parse_payout_id(payout))].state, payout).batch)
        except (Refusal, NotFound):
            continue
    for batch in sorted(batches - {""}):
        if books.state(BATCH, batch_key(batch)).status == "sent":
            books.handle(BATCH, batch_key(batch), RecordBatchAnswer(report.message_id, "booked", "", ""), context)


def take_entries(books: Books, entries: Sequence[Entry], context: Context) -> dict[str, Seen[Case]]:
    """Book every entry; `NotYet` at the end for one that came too early, since what it waits for may stand after it.

    Returns
    -------
    dict
        The cases that the entries name, as they stand now, by key.
    """
    cases = books.see_all(CASE, _named(entries))
    early: NotYet | None = None
    for entry in entries:
        try:
            _take_entry(books, entry, cases, context)
        except NotYet as not_yet:
            early = not_yet
    if early is not None:
        raise early
    return cases


def _named(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        try:
            yield _meaning(entry)[0]
        except (Refusal, NotFound):
            continue


def _take_entry(books: Books, entry: Entry, cases: dict[str, Seen[Case]], context: Context) -> None:
    """Book one entry where it belongs, once; what belongs nowhere is kept in suspense for an officer.

    Several files tell of the same entry. One that lies in suspense stays there: booked as well, it would count twice.
    """
    try:
        key, command = _meaning(entry)
        booked = entry.reference in cases[key].state.bank_entries
        if booked or books.state(ENTRY, entry_key(entry.reference)).suspended_at is not None:
            return
        cases[key] = books.handle(CASE, key, command, context, seen=cases[key]).seen
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
