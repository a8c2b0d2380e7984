"""Decide on payouts: each stands in one batch, is sent once, and counts as paid when the bank has booked it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import (
    QueuePayout,
    RecordPayoutRejected,
    RecordPayoutReturned,
    RecordPayoutSent,
    RecordPayoutSettled,
    UnqueuePayout,
)
from statsbidrag.domain.case.state import Case, Payout
from statsbidrag.domain.errors import NotFound, NotYet, Refusal


def find(case: Case, payout: str) -> Payout:
    """Give the payout of that id; `NotFound` ``unknown_payment``."""
    found = next((p for p in case.payouts if p.id == payout), None)
    if found is None:
        raise NotFound("unknown_payment", "Utbetalningen finns inte i ärendet.")
    return found


def queue(case: Case, command: QueuePayout, now: datetime) -> Sequence[e.CaseEvent]:
    """Put a payout in a batch; the same batch again gives no events, another one a refusal."""
    payout = find(case, command.payout)
    if payout.batch == command.batch:
        return []
    if payout.batch:
        raise Refusal("payout_in_another_batch", f"Utbetalningen ingår redan i {payout.batch}.", status=409)
    if payout.status != "ordered":
        raise Refusal("payout_not_ordered", "Utbetalningen ska inte göras.", status=409)
    if case.holds_on(payout.id):
        raise Refusal("payout_on_hold", "Utbetalningen är stoppad. Häv stoppet först.", status=409)
    if any(item.payout == payout.id for item in case.waiting_set_offs):
        raise Refusal("payout_on_hold", "Utbetalningen väntar på beslut om kvittning. Avgör den först.", status=409)
    return [e.PayoutQueued(payout.id, command.batch, now)]


def unqueue(case: Case, command: UnqueuePayout, now: datetime) -> Sequence[e.CaseEvent]:
    """Take a payout out of a batch that never left; one that is elsewhere by now stays there."""
    payout = find(case, command.payout)
    if payout.batch != command.batch or payout.status != "batched":
        return []
    return [e.PayoutUnqueued(payout.id, command.batch, now)]


def may_leave(case: Case, payout: str, batch: str) -> bool:
    """Tell whether a payout of a batch may go to the bank with it."""
    found = find(case, payout)
    return found.status == "batched" and found.batch == batch and not case.holds_on(payout)


def sent(case: Case, command: RecordPayoutSent, now: datetime) -> Sequence[e.CaseEvent]:
    """Note that the payout left; the bank's answer may have come first."""
    payout = find(case, command.payout)
    if payout.batch != command.batch:
        raise Refusal("payout_in_another_batch", f"Utbetalningen ingår i {payout.batch or 'ingen'}.", status=409)
    return [e.PayoutSent(payout.id, now)] if payout.status == "batched" else []


def settled(case: Case, command: RecordPayoutSettled, now: datetime) -> Sequence[e.CaseEvent]:
    """Book a payout as paid, once per bank entry; one that was set back may have been carried out after all."""
    payout = find(case, command.payout)
    if command.entry in case.bank_entries:
        return []
    _refuse_other_amount(payout, command.amount)
    if payout.status not in ("batched", "sent", "unknown") and not payout.is_set_back:
        raise Refusal("payout_not_under_way", f"Utbetalningen kan inte bokas: den är {payout.status}.", status=409)
    return [e.PayoutSettled(payout.id, command.entry, command.booked_on, now)]


def rejected(case: Case, command: RecordPayoutRejected, now: datetime) -> Sequence[e.CaseEvent]:
    """Note that the bank refused a payout; one after the booking, or of an earlier sending, must not overturn it."""
    payout = find(case, command.payout)
    if payout.batch == command.batch and payout.status in ("batched", "sent", "unknown"):
        return [e.PayoutRejected(payout.id, command.reason, now, command.code)]
    return []


def returned(case: Case, command: RecordPayoutReturned, now: datetime) -> Sequence[e.CaseEvent]:
    """Take back a payout that the bank returned, once per bank entry; `NotYet` until it was booked."""
    payout = find(case, command.payout)
    if command.entry in case.bank_entries:
        return []
    if command.amount > payout.amount:
        raise Refusal("return_larger_than_payment", "Bankens retur är större än utbetalningen.", field="amount")
    _refuse_other_amount(payout, command.amount)
    if payout.status in ("batched", "sent", "unknown") or payout.is_set_back:
        raise NotYet("payout_not_booked", "Returen kom innan utbetalningen var bokad.")
    # A report that is open for correction stands again if none comes.
    judged = case.report is not None or bool(case.reopenings or case.recoveries)
    accounted_for = payout.purpose == "grant" and judged
    if payout.status != "settled" or accounted_for:
        raise Refusal(
            "payout_not_returnable",
            "Returen passar inte utbetalningen: den är inte bokad eller redan redovisad.",
            status=409,
        )
    return [e.PayoutReturned(payout.id, command.entry, command.reason, now)]


def _refuse_other_amount(payout: Payout, amount: int) -> None:
    if amount != payout.amount:
        raise Refusal("amount_differs", "Bankens belopp är inte utbetalningens belopp.", field="amount")
