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
    if payout.status != "ordered":
        raise Refusal("payout_in_another_batch", f"Utbetalningen ingår redan i {payout.batch}.", status=409)
    return [e.PayoutQueued(payout.id, command.batch, now)]


def sent(case: Case, command: RecordPayoutSent, now: datetime) -> Sequence[e.CaseEvent]:
    """Note that the payout left; the bank's answer may have come first."""
    payout = find(case, command.payout)
    if payout.batch != command.batch:
        raise Refusal("payout_in_another_batch", f"Utbetalningen ingår i {payout.batch or 'ingen'}.", status=409)
    return [e.PayoutSent(payout.id, now)] if payout.status == "batched" else []


def settled(case: Case, command: RecordPayoutSettled, now: datetime) -> Sequence[e.CaseEvent]:
    """Book a payout as paid, once per bank entry."""
    payout = find(case, command.payout)
    if command.entry in case.bank_entries:
        return []
    _refuse_other_amount(payout, command.amount)
    if payout.status not in ("batched", "sent"):
        raise Refusal("payout_not_under_way", f"Utbetalningen kan inte bokas: den är {payout.status}.", status=409)
    return [e.PayoutSettled(payout.id, command.entry, command.booked_on, now)]


def rejected(case: Case, command: RecordPayoutRejected, now: datetime) -> Sequence[e.CaseEvent]:
    """Note that the bank refused a payout; a refusal after the booking must not overturn it."""
    payout = find(case, command.payout)
    if payout.status in ("batched", "sent"):
        return [e.PayoutRejected(payout.id, command.reason, now)]
    return []


def returned(case: Case, command: RecordPayoutReturned, now: datetime) -> Sequence[e.CaseEvent]:
    """Take back a payout that the bank returned, once per bank entry; `NotYet` until it was booked."""
    payout = find(case, command.payout)
    if command.entry in case.bank_entries:
        return []
    _refuse_other_amount(payout, command.amount)
    if payout.status in ("batched", "sent"):
        raise NotYet("payout_not_booked", "Returen kom innan utbetalningen var bokad.")
    accounted_for = case.report is not None or bool(case.recoveries)
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
