"""Batch what is due, have it attested, clear it and send it to the bank; take back what is not cleared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from statsbidrag.domain.batches import (
    BATCH,
    AttestBatch,
    Batch,
    ClearBatch,
    HoldBatch,
    Line,
    PlanBatch,
    PrepareBatch,
    RecordBatchFreed,
    RecordBatchSent,
    ReleaseBatch,
    VoidBatch,
    batch_id,
    batch_key,
)
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import QueuePayout, RecordPayoutSent, RecordSilence, UnqueuePayout
from statsbidrag.domain.case.payouts import find, may_leave
from statsbidrag.domain.case.state import PayoutPurpose, opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import HOLDS, holds_key, scopes
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date
from statsbidrag.ports import Calendar, DueTask, Files
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.rounds import get_round

LARGEST_BATCH = 1000
"""Payouts in one batch at the most, so that its snapshot stays well within one DynamoDB item."""


def queue_due(
    books: Books, calendar: Calendar, preparer: str, context: Context, only: RoundId | None = None
) -> list[str]:
    """Put every due payout in a batch, on a bank day; a batch that was begun before is finished first.

    A round on hold is left alone, and a closed day does nothing.

    Parameters
    ----------
    preparer
        Who may not attest what is prepared now.
    only
        The round to do it for; all of them if none is named.

    Returns
    -------
    list of str
        The batches prepared or voided now.
    """
    today = swedish_date(books.now())
    if not calendar.is_bank_day(today):
        return []
    payouts: dict[RoundId, list[DueTask]] = defaultdict(list)
    held: dict[RoundId, str | None] = {}
    done = []
    for due in books.store.due("payouts", books.now()):
        begun = due.task.kind == "prepare_batch"
        round_id = books.state(BATCH, due.key).round if begun else RoundId(due.key.split("#")[1])
        if only not in (None, round_id):
            continue
        if round_id not in held:
            held[round_id] = live_hold(books, round_id)
        if held[round_id]:
            continue
        if begun:
            done.append(_claim(books, due.key, context))
        else:
            payouts[round_id].append(due)
    for round_id, tasks in sorted(payouts.items()):
        lines = list(_lines(books, tasks, get_round(books, round_id)))
        for start in range(0, len(lines), LARGEST_BATCH):
            key = _free_key(books, round_id, today)
            plan = PlanBatch(today, preparer, tuple(lines[start : start + LARGEST_BATCH]))
            books.handle(BATCH, key, plan, context)
            done.append(_claim(books, key, context))
    return done


_WHAT: dict[PayoutPurpose, str] = {"grant": "", "refund": "Återbetalning "}
"""What the text to the payee begins with."""


def live_hold(books: Books, round_id: RoundId) -> str | None:
    """Give the scope of a hold that stops the round now, if one does."""
    return next((scope for scope in scopes(round_id) if books.state(HOLDS, holds_key(scope)).live), None)


def _lines(books: Books, tasks: list[DueTask], grant_round: Round) -> Iterator[Line]:
    cases = books.see_all(CASE, (due.key for due in tasks))
    for due in tasks:
        case = cases[due.key].state
        payout = find(case, due.task.about)
        recipient, _ = opened(case)
        # The index lags behind the table: a payout may have been batched or held since.
        if payout.status == "ordered" and not case.holds_on(payout.id):
            yield Line(
                payout=payout.id,
                municipality=case.municipality,
                creditor=recipient.name,
                account=payout.account,
                amount=payout.amount,
                remittance=f"{_WHAT[payout.purpose]}{grant_round.name} {case.number}",
            )


def _free_key(books: Books, round_id: RoundId, day: date) -> str:
    sequence = 1
    while books.store.load(batch_key(batch_id(round_id, day, sequence))) is not None:
        sequence += 1
    return batch_key(batch_id(round_id, day, sequence))


def _claim(books: Books, key: str, context: Context) -> str:
    batch = books.state(BATCH, key)
    cases = _cases(books, batch)
    claimed = []
    for line in batch.lines:
        case = case_key(batch.round, line.municipality)
        try:
            cases[case] = books.handle(CASE, case, QueuePayout(line.payout, batch.id), context, seen=cases[case]).seen
        except Refusal as refusal:
            if refusal.code not in ("payout_in_another_batch", "payout_on_hold", "payout_not_ordered"):
                raise
        else:
            claimed.append(line.payout)
    threshold = get_round(books, batch.round).payments.two_attest_above
    books.handle(BATCH, key, PrepareBatch(tuple(claimed), threshold), context)
    return batch.id


def _cases(books: Books, batch: Batch) -> dict[str, Seen[Case]]:
    return books.see_all(CASE, (case_key(batch.round, line.municipality) for line in batch.lines))


def get_batch(books: Books, batch: str) -> Batch:
    """Give a batch; `NotFound` ``unknown_batch``."""
    if not batch.startswith("B-20") or (found := books.state(BATCH, batch_key(batch))).status == "new":
        raise NotFound("unknown_batch", "Betalningen finns inte.")
    return found


def prepared(books: Books, round_id: RoundId) -> Iterator[str]:
    """Give the batches of a round that wait for attestation."""
    for batch in books.store.listed(f"BATCHES#{round_id}"):
        if books.state(BATCH, batch_key(batch)).status == "prepared":
            yield batch


def attest(books: Books, batch: str, officer: str, total: Ore, context: Context) -> Batch:
    """Attest a batch by its control total; the last attestation that it needs lets it go to the bank."""
    get_batch(books, batch)
    return books.handle(BATCH, batch_key(batch), AttestBatch(officer, total), context).state


def void_batch(books: Books, batch: str, reason: str, by: str, context: Context) -> Batch:
    """Take back a batch that is not cleared; its payouts go free as a task of the batch."""
    get_batch(books, batch)
    return books.handle(BATCH, batch_key(batch), VoidBatch(reason, by), context).state


def free_payouts(books: Books, due: DueTask, context: Context) -> None:
    """Take every payout out of a void batch; done before, it changes nothing."""
    batch = books.state(BATCH, due.key)
    cases = _cases(books, batch)
    for line in batch.to_free:
        case = case_key(batch.round, line.municipality)
        cases[case] = books.handle(CASE, case, UnqueuePayout(line.payout, batch.id), context, seen=cases[case]).seen
    books.handle(BATCH, due.key, RecordBatchFreed(), context)


def send_batch(
    books: Books,
    outbox: Files,
    calendar: Calendar,
    render: Callable[[Batch], bytes],
    due: DueTask,
    context: Context,
) -> None:
    """Write an attested batch to the bank's outbox, once and under its own name, and note it in every case.

    A batch with a payout that may not leave is voided, and the others come in the next one. Where the round or
    everything is on hold it waits. It is marked as sent last, so that whatever breaks before is done again.
    """
    batch = books.state(BATCH, due.key)
    if due.task not in BATCH.owed(batch):
        return
    cases = _cases(books, batch)
    if batch.status == "attested":
        cleared = _clear(books, batch, calendar, cases, context)
        if cleared is None:
            return
        batch = cleared
    name = f"out/{batch.id}.xml"
    outbox.put(name, render(batch), "application/xml")
    for line in batch.lines:
        case = case_key(batch.round, line.municipality)
        cases[case] = books.handle(CASE, case, RecordPayoutSent(line.payout, batch.id), context, seen=cases[case]).seen
    books.handle(BATCH, due.key, RecordBatchSent(name), context)


def _clear(
    books: Books, batch: Batch, calendar: Calendar, cases: Mapping[str, Seen[Case]], context: Context
) -> Batch | None:
    """Clear a batch for the next bank day; ``None`` where it waits or was voided."""
    if scope := live_hold(books, batch.round):
        books.handle(BATCH, batch_key(batch.id), HoldBatch(scope), context)
        if books.state(HOLDS, holds_key(scope)).live is None:
            # Released between the two: whoever released it has passed this batch already.
            books.handle(BATCH, batch_key(batch.id), ReleaseBatch(scope), context)
        return None
    for line in batch.lines:
        if not may_leave(cases[case_key(batch.round, line.municipality)].state, line.payout, batch.id):
            void_batch(books, batch.id, f"{line.payout} får inte betalas ut nu.", context.actor, context)
            return None
    day = max(swedish_date(books.now()), batch.execution_date or date.min)
    while not calendar.is_bank_day(day):
        day += timedelta(days=1)
    grant_round = get_round(books, batch.round)
    command = ClearBatch(day, grant_round.agency, grant_round.payments.pain_version)
    try:
        return books.handle(BATCH, batch_key(batch.id), command, context).state
    except Refusal as refusal:
        if refusal.code not in ("batch_on_hold", "batch_not_attested"):
            raise
        # Somebody stopped or took it back a moment ago.
        return None


def note_silence(books: Books, due: DueTask, context: Context) -> None:
    """Note that nothing was heard of a payout for as long as the bank may be silent."""
    books.handle(CASE, due.key, RecordSilence(due.task.about), context)
