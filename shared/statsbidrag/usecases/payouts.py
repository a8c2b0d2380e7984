"""Batch what is due, have it attested, and send it to the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from statsbidrag.domain.batches import (
    BATCH,
    AttestBatch,
    Batch,
    Line,
    PlanBatch,
    PrepareBatch,
    RecordBatchSent,
    batch_id,
    batch_key,
)
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case.commands import QueuePayout, RecordPayoutSent
from statsbidrag.domain.case.payouts import find
from statsbidrag.domain.case.requisitions import opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date
from statsbidrag.ports import Calendar, DueTask, Files
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.rounds import get_round

LARGEST_BATCH = 1000
"""Payouts in one batch at the most, so that its snapshot stays well within one DynamoDB item."""


def queue_due(books: Books, calendar: Calendar, context: Context) -> list[str]:
    """Put every due payout in a batch, on a bank day; a batch that was begun before is finished first.

    Returns
    -------
    list of str
        The batches prepared or voided now.
    """
    today = swedish_date(books.now())
    if not calendar.is_bank_day(today):
        return []
    payouts: dict[RoundId, list[DueTask]] = defaultdict(list)
    done = []
    for due in books.store.due("payouts", books.now()):
        if due.task.kind == "prepare_batch":
            done.append(_claim(books, due.key, context))
        else:
            payouts[RoundId(due.key.split("#")[1])].append(due)
    for round_id, tasks in sorted(payouts.items()):
        lines = list(_lines(books, tasks, get_round(books, round_id)))
        for start in range(0, len(lines), LARGEST_BATCH):
            key = _free_key(books, round_id, today)
            plan = PlanBatch(today, context.actor, tuple(lines[start : start + LARGEST_BATCH]))
            books.handle(BATCH, key, plan, context)
            done.append(_claim(books, key, context))
    return done


def _lines(books: Books, tasks: list[DueTask], grant_round: Round) -> Iterator[Line]:
    for due in tasks:
        case = books.state(CASE, due.key)
        payout = find(case, due.task.about)
        recipient, _ = opened(case)
        # The index lags behind the table: a payout may have been batched since.
        if payout.status == "ordered":
            yield Line(
                payout=payout.id,
                municipality=case.municipality,
                creditor=recipient.name,
                account=payout.account,
                amount=payout.amount,
                remittance=f"{grant_round.name} {case.number}",
            )


def _free_key(books: Books, round_id: RoundId, day: date) -> str:
    sequence = 1
    while books.store.load(batch_key(batch_id(round_id, day, sequence))) is not None:
        sequence += 1
    return batch_key(batch_id(round_id, day, sequence))


def _claim(books: Books, key: str, context: Context) -> str:
    batch = books.state(BATCH, key)
    claimed = []
    for line in batch.lines:
        try:
            books.handle(CASE, case_key(batch.round, line.municipality), QueuePayout(line.payout, batch.id), context)
        except Refusal as refusal:
            if refusal.code != "payout_in_another_batch":
                raise
        else:
            claimed.append(line.payout)
    books.handle(BATCH, key, PrepareBatch(tuple(claimed)), context)
    return batch.id


def get_batch(books: Books, batch: str) -> Batch:
    """Give a batch; `NotFound` ``unknown_batch``."""
    if not batch.startswith("B-20") or (found := books.state(BATCH, batch_key(batch))).status == "new":
        raise NotFound("unknown_batch", "Betalningen finns inte.")
    return found


def attest(books: Books, batch: str, officer: str, total: Ore, context: Context) -> Batch:
    """Attest a batch by its control total; the second person's attestation releases it."""
    get_batch(books, batch)
    return books.handle(BATCH, batch_key(batch), AttestBatch(officer, total), context).state


def send_batch(
    books: Books, outbox: Files, render: Callable[[Batch, Round], bytes], due: DueTask, context: Context
) -> None:
    """Write an attested batch to the bank's outbox, once and under its own name, and note it in every case.

    The batch is marked as sent last, so that whatever breaks before is done again.
    """
    batch = books.state(BATCH, due.key)
    if due.task not in BATCH.owed(batch):
        return
    name = f"out/{batch.id}.xml"
    outbox.put(name, render(batch, get_round(books, batch.round)), "application/xml")
    for line in batch.lines:
        command = RecordPayoutSent(line.payout, batch.id)
        books.handle(CASE, case_key(batch.round, line.municipality), command, context)
    books.handle(BATCH, due.key, RecordBatchSent(name), context)
