"""Hold the payouts against what the bank told, entry by entry, and name everything that is not as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

import msgspec

from statsbidrag.domain.bank_files import Balances, BankFile, ToldEntry
from statsbidrag.domain.batches import BANK_ANSWER_WITHIN, Batch
from statsbidrag.domain.case.state import Case, Payout
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import RoundId, parse_ocr, parse_payout_id
from statsbidrag.domain.money import Ore
from statsbidrag.domain.suspense import SuspendedEntry
from statsbidrag.domain.time import swedish_date

STATEMENT_WITHIN = timedelta(days=5)
"""How long an entry may wait for its statement; banks are closed for five days at the most."""

PaymentState = Literal[
    "ordered",
    "prepared",
    "attested",
    "sent",
    "acknowledged",
    "settled",
    "rejected",
    "returned",
    "unknown",
    "void",
]
"""Where a payout stands, with what its batch knows."""

_TAKEN = ("acknowledged", "settled", "returned")
_BEFORE_SENT: Mapping[str, PaymentState] = {"attested": "attested", "cleared": "attested"}


class Tally(msgspec.Struct, frozen=True):
    """How many payouts, and how much in öre."""

    count: int = 0
    amount: Ore = Ore(0)


class Sums(msgspec.Struct, frozen=True):
    """The payouts of a batch or a round: ``ordered = settled + rejected + returned + withdrawn + open``.

    Attributes
    ----------
    acknowledged
        What the bank has said yes to, whatever came after.
    withdrawn
        Void, or set back from unknown and sent with another batch.
    open
        What nobody knows the end of yet.
    """

    ordered: Tally
    acknowledged: Tally
    settled: Tally
    rejected: Tally
    returned: Tally
    withdrawn: Tally
    open: Tally


class BatchSums(msgspec.Struct, frozen=True):
    """One batch in the reconciliation."""

    batch: str
    status: str
    execution_date: date | None
    sums: Sums


RemarkKind = Literal[
    "batch_called_duplicate",
    "batch_on_hold",
    "batch_rejected",
    "batch_unanswered",
    "booking_without_entry",
    "entry_in_suspense",
    "entry_not_booked",
    "entry_not_notified",
    "entry_not_on_statement",
    "entry_told_otherwise",
    "payout_on_hold",
    "payout_rejected",
    "payout_returned",
    "payout_set_back",
    "payout_unknown",
    "statement_does_not_follow",
    "statement_gap",
]


class Remark(msgspec.Struct, frozen=True, order=True):
    """One thing that is not as it should be, by name.

    Attributes
    ----------
    name
        The payout, batch, bank entry or statement.
    amount
        Öre that it is about.
    is_open
        Whether somebody still has to do something about it.
    detail
        What else is known: reason code, the payout that replaced it, or another amount.
    """

    kind: RemarkKind
    name: str
    amount: Ore
    is_open: bool
    detail: str = ""


class Reconciliation(msgspec.Struct, frozen=True):
    """A round's payouts held against the bank.

    Attributes
    ----------
    entries
        How many booked entries of the round were held against the journal.
    """

    round: RoundId
    as_of: datetime
    sums: Sums
    states: dict[str, Tally]
    batches: tuple[BatchSums, ...]
    entries: int
    remarks: tuple[Remark, ...]

    @property
    def open_remarks(self) -> tuple[Remark, ...]:
        """The remarks that somebody has to do something about."""
        return tuple(remark for remark in self.remarks if remark.is_open)


def payment_state(payout: Payout, batch: Batch | None) -> PaymentState:
    """Say where a payout stands, given the batch it is in."""
    if payout.status == "batched":
        return _BEFORE_SENT.get(batch.status if batch else "", "prepared")
    if payout.status == "sent":
        return "acknowledged" if batch and batch.status == "acknowledged" else "sent"
    return payout.status


def reconcile(
    round_id: RoundId,
    cases: Iterable[Case],
    batches: Iterable[Batch],
    files: Iterable[BankFile],
    suspended: Iterable[SuspendedEntry],
    now: datetime,
) -> Reconciliation:
    """Hold a round's payouts against all that the bank told.

    Parameters
    ----------
    cases, batches
        Those of the round.
    files, suspended
        All of them: what belongs to another round is passed over.
    now
        UTC instant; what is younger than the bank needs is not missed yet.
    """
    by_batch = {batch.id: batch for batch in batches}
    known = list(cases)
    payouts = {payout.id: payout for case in known for payout in case.payouts}
    told = _Told(round_id, files)
    stand = [(p.amount, payment_state(p, by_batch.get(p.batch))) for p in payouts.values()]
    waiting = list(suspended)
    remarks = [
        *_payout_remarks(known),
        *_batch_remarks(by_batch.values(), now),
        *_entry_remarks(round_id, told, known, waiting, swedish_date(now)),
        *_statement_remarks(told.statements),
    ]
    return Reconciliation(
        round=round_id,
        as_of=now,
        sums=_sums(stand),
        states={name: _tally(a for a, state in stand if state == name) for name in sorted({s for _, s in stand})},
        batches=tuple(_batch_sums(batch, payouts) for _, batch in sorted(by_batch.items()) if batch.lines),
        entries=len(told.entries),
        remarks=tuple(sorted(remarks)),
    )


def _tally(amounts: Iterable[Ore]) -> Tally:
    listed = list(amounts)
    return Tally(len(listed), Ore(sum(listed)))


def _sums(payouts: Iterable[tuple[Ore, str]]) -> Sums:
    listed = list(payouts)

    def those(holds: Callable[[str], bool]) -> Tally:
        return _tally(amount for amount, state in listed if holds(state))

    ended = ("settled", "rejected", "returned", "void")
    return Sums(
        ordered=those(lambda _: True),
        acknowledged=those(lambda state: state in _TAKEN),
        settled=those(lambda state: state == "settled"),
        rejected=those(lambda state: state == "rejected"),
        returned=those(lambda state: state == "returned"),
        withdrawn=those(lambda state: state == "void"),
        open=those(lambda state: state not in ended),
    )


def _batch_sums(batch: Batch, payouts: Mapping[str, Payout]) -> BatchSums:
    """Give one batch's sums; what stands elsewhere by now was withdrawn from it."""
    states = ((line.amount, _state_in(batch, payouts.get(line.payout))) for line in batch.lines)
    return BatchSums(batch.id, batch.status, batch.execution_date, _sums(states))


def _state_in(batch: Batch, payout: Payout | None) -> str:
    stands_here = payout is not None and payout.batch == batch.id and batch.status != "void"
    return payment_state(payout, batch) if payout is not None and stands_here else "void"


# Payouts and batches


def _payout_remarks(cases: Iterable[Case]) -> Iterator[Remark]:
    for case in cases:
        for payout in case.payouts:
            replaced = f"ersatt av {payout.replaced_by}" if payout.replaced_by else ""
            detail = " ".join(part for part in (payout.code, replaced) if part)
            if payout.status == "rejected":
                yield Remark("payout_rejected", payout.id, payout.amount, not replaced, detail)
            elif payout.status == "returned":
                yield Remark("payout_returned", payout.id, payout.amount, not replaced, detail)
            elif payout.status == "unknown":
                yield Remark("payout_unknown", payout.id, payout.amount, is_open=True)
            elif payout.status in ("ordered", "batched") and case.holds_on(payout.id):
                yield Remark("payout_on_hold", payout.id, payout.amount, is_open=True)
            if payout.resets:
                yield Remark("payout_set_back", payout.id, payout.amount, is_open=False, detail=str(payout.resets))


def _batch_remarks(batches: Iterable[Batch], now: datetime) -> Iterator[Remark]:
    for batch in batches:
        for report in batch.duplicates:
            yield Remark("batch_called_duplicate", batch.id, batch.total, is_open=False, detail=report)
        if batch.held_by:
            yield Remark("batch_on_hold", batch.id, batch.total, is_open=True, detail=" ".join(batch.held_by))
        if batch.status == "rejected":
            yield Remark("batch_rejected", batch.id, batch.total, is_open=False, detail=batch.answer)
        if batch.answer == "booked":
            yield Remark("batch_unanswered", batch.id, batch.total, is_open=False, detail="bokförd utan svar")
        elif batch.status == "sent" and batch.sent_at and batch.sent_at + BANK_ANSWER_WITHIN < now:
            yield Remark("batch_unanswered", batch.id, batch.total, is_open=True)


# Bank entries and statements


class _Told:
    """What the bank told that may concern a round: its own entries, and those that name no round."""

    def __init__(self, round_id: RoundId, files: Iterable[BankFile]) -> None:
        self.notified: dict[str, ToldEntry] = {}
        self.stated: dict[str, ToldEntry] = {}
        self.statements: list[BankFile] = []
        self.contradicted: set[str] = set()
        for file in files:
            seen = self.stated if file.kind == "statement" else self.notified
            for entry in (e for e in file.entries if _round_of(e) in (None, round_id)):
                before = seen.setdefault(entry.reference, entry)
                if (before.amount, before.direction) != (entry.amount, entry.direction):
                    self.contradicted.add(entry.reference)
            if file.balances:
                self.statements.append(file)

    @property
    def entries(self) -> dict[str, ToldEntry]:
        return {**self.stated, **self.notified}

    @property
    def last_day(self) -> date:
        return max((file.balances.day for file in self.statements if file.balances), default=date.min)


def _round_of(entry: ToldEntry) -> RoundId | None:
    for parse in (parse_payout_id, parse_ocr):
        try:
            return parse(entry.name)[0]
        except Refusal:
            continue
    return None


def _entry_remarks(
    round_id: RoundId, told: _Told, cases: Iterable[Case], suspended: Iterable[SuspendedEntry], today: date
) -> Iterator[Remark]:
    listed = list(suspended)
    waiting = {entry.entry: entry for entry in listed if not entry.placed}
    # One that a person placed in another round stands there.
    placed = {entry.entry for entry in listed if entry.placed and not entry.placed.startswith(f"I-{round_id}-")}
    ours = {entry for case in cases for entry in case.bank_entries}
    booked = ours | placed
    for name, entry in told.entries.items():
        if name in waiting:
            yield Remark("entry_in_suspense", name, entry.amount, is_open=True, detail=waiting[name].reason)
        elif name not in booked:
            yield Remark("entry_not_booked", name, entry.amount, is_open=True, detail=entry.name)
        stated, notified = told.stated.get(name), told.notified.get(name)
        if stated is None and entry.booked_on <= max(told.last_day, today - STATEMENT_WITHIN):
            yield Remark("entry_not_on_statement", name, entry.amount, is_open=True, detail=entry.name)
        elif notified is None:
            yield Remark("entry_not_notified", name, entry.amount, is_open=False, detail=entry.name)
        elif stated is not None and (stated.amount, stated.direction) != (notified.amount, notified.direction):
            yield Remark("entry_told_otherwise", name, notified.amount, is_open=True, detail=str(stated.amount))
    for name in sorted(told.contradicted):
        yield Remark("entry_told_otherwise", name, told.entries[name].amount, is_open=True)
    for name in sorted(ours - told.entries.keys()):
        yield Remark("booking_without_entry", name, Ore(0), is_open=True)


def _statement_remarks(statements: Iterable[BankFile]) -> Iterator[Remark]:
    """Each account has one statement a day; one without a gap stands for the day, if the bank has sent one."""
    days: dict[tuple[str, date], tuple[str, Balances]] = {}
    gaps: list[tuple[tuple[str, date], str, Balances]] = []
    for file in sorted(statements, key=lambda file: file.id):
        if file.balances is None:
            continue
        day = (file.account, file.balances.day)
        if file.balances.gap:
            gaps.append((day, file.id, file.balances))
        if not file.balances.gap or day not in days:
            days[day] = (file.id, file.balances)
    for day, name, balances in gaps:
        is_open = bool(days[day][1].gap)
        yield Remark("statement_gap", name, balances.gap, is_open=is_open, detail=balances.day.isoformat())
    ordered = sorted((account, day, name, balances) for (account, day), (name, balances) in days.items())
    for (account, _, _, before), (same, at, name, balances) in pairwise(ordered):
        if account == same and before.closing != balances.opening:
            missing = Ore(balances.opening - before.closing)
            yield Remark("statement_does_not_follow", name, missing, is_open=True, detail=at.isoformat())
