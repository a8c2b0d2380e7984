"""Payouts on their way, held, returned and made again, and what is set off against them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds, add, owe_mail, with_changes
from statsbidrag.domain.case.folds.invoices import find_invoice, paid
from statsbidrag.domain.case.state import (
    Case,
    Payout,
    PayoutPurpose,
    Resolution,
    SetOff,
)
from statsbidrag.domain.holds import Hold, end_hold
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import swedish_date


def _held(case: Case, event: e.PayoutsHeld) -> Case:
    hold = Hold(event.hold, event.reason, event.placed_by, event.placed_at, event.payout, event.change)
    return replace(case, holds=(*case.holds, hold))


def _released(case: Case, event: e.PayoutsReleased) -> Case:
    return replace(case, holds=end_hold(case.holds, event.hold, event.released_by, event.released_at, event.reason))


def _payout(case: Case, payout: str, **changes: Any) -> Case:
    return replace(case, payouts=with_changes(case.payouts, "id", payout, **changes))


def _amount(case: Case, payout: str) -> Ore:
    return next(p.amount for p in case.payouts if p.id == payout)


def _booked(case: Case, payout: str, sign: int) -> Case:
    """Book a payout, or take its booking back."""
    found = next(p for p in case.payouts if p.id == payout)
    return _moved(case, found.purpose, sign * found.amount)


def _moved(case: Case, purpose: PayoutPurpose, amount: int) -> Case:
    """Count what reached the municipality: a grant is paid, a refund takes from the surplus."""
    return add(case, refunded=amount, surplus=-amount) if purpose == "refund" else add(case, paid=amount)


def _payout_queued(case: Case, event: e.PayoutQueued) -> Case:
    return _payout(case, event.payout, status="batched", batch=event.batch, changed_at=event.queued_at)


def _payout_unqueued(case: Case, event: e.PayoutUnqueued) -> Case:
    return _payout(case, event.payout, status="ordered", batch="", changed_at=event.unqueued_at)


def _payout_sent(case: Case, event: e.PayoutSent) -> Case:
    return _payout(case, event.payout, status="sent", changed_at=event.sent_at)


def _payout_settled(case: Case, event: e.PayoutSettled) -> Case:
    case = _payout(case, event.payout, status="settled", changed_at=event.settled_at)
    case = replace(case, bank_entries=(*case.bank_entries, event.entry))
    return _booked(case, event.payout, 1)


def _payout_rejected(case: Case, event: e.PayoutRejected) -> Case:
    case = _payout(
        case, event.payout, status="rejected", code=event.code, reason=event.reason, changed_at=event.rejected_at
    )
    return owe_mail(case, "payout_rejected", event.payout, event.rejected_at)


def _payout_returned(case: Case, event: e.PayoutReturned) -> Case:
    case = _payout(case, event.payout, status="returned", code=event.reason, reason="", changed_at=event.returned_at)
    case = replace(case, bank_entries=(*case.bank_entries, event.entry))
    case = _booked(case, event.payout, -1)
    return owe_mail(case, "payout_rejected", event.payout, event.returned_at)


def _payout_unknown(case: Case, event: e.PayoutBecameUnknown) -> Case:
    return _payout(case, event.payout, status="unknown", changed_at=event.noted_at, resolution=None)


def _resolution_proposed(case: Case, event: e.PayoutResolutionProposed) -> Case:
    told = Resolution(event.outcome, event.reason, event.proposed_by, event.proposed_at)
    return _payout(case, event.payout, resolution=told)


def _payout_resolved(case: Case, event: e.PayoutResolved) -> Case:
    payout = next(p for p in case.payouts if p.id == event.payout)
    told = replace(payout.resolution, confirmed_by=event.resolved_by) if payout.resolution else None
    case = _payout(case, payout.id, changed_at=event.resolved_at, resolution=told)
    if event.outcome == "carried_out":
        return _payout(case, payout.id, status="sent")
    return _payout(case, payout.id, status="ordered", batch="", resets=payout.resets + 1)


def _payout_voided(case: Case, event: e.PayoutVoided) -> Case:
    void = {"status": "void", "reason": event.reason, "is_final": event.is_final}
    return _payout(case, event.payout, changed_at=event.voided_at, **void)


def _payout_reissued(case: Case, event: e.PayoutReissued) -> Case:
    case = _payout(case, event.replaces, replaced_by=event.payout)
    old = next(p for p in case.payouts if p.id == event.replaces)
    new = Payout(
        event.payout, old.amount, event.account, "ordered", event.reissued_at, replaces=old.id, purpose=old.purpose
    )
    return replace(case, payouts=(*case.payouts, new))


def _set_off_proposed(case: Case, event: e.SetOffProposed) -> Case:
    """A proposal takes the place of one about the same invoice or payout that waited."""
    kept = (
        item
        for item in case.set_offs
        if item.status != "waiting" or (item.invoice != event.invoice and item.payout != event.payout)
    )
    told = SetOff(
        event.invoice,
        event.payout,
        event.amount,
        event.open_before,
        event.reason,
        event.proposed_by,
        event.proposed_at,
    )
    return replace(case, set_offs=(*kept, told))


def _set_off(case: Case, payout: str, **changes: Any) -> Case:
    return replace(
        case,
        set_offs=tuple(
            replace(item, **changes) if item.payout == payout and item.status == "waiting" else item
            for item in case.set_offs
        ),
    )


def _set_off_declined(case: Case, event: e.SetOffDeclined) -> Case:
    return _set_off(case, event.payout, status="declined", decided_by=event.declined_by, decided_at=event.declined_at)


def _payout_set_off(case: Case, event: e.PayoutSetOff) -> Case:
    case = _set_off(case, event.payout, status="decided", decided_by=event.decided_by, decided_at=event.decided_at)
    old = next(p for p in case.payouts if p.id == event.payout)
    case = _payout(
        case,
        old.id,
        status="void",
        changed_at=event.decided_at,
        reason=f"Kvittad mot faktura {event.invoice}.",
        replaced_by=event.replacement,
        is_final=not event.replacement,
    )
    if event.replacement:
        rest = Payout(event.replacement, event.remaining, old.account, "ordered", event.decided_at)
        rest = replace(rest, replaces=old.id, purpose=old.purpose)
        case = replace(case, payouts=(*case.payouts, rest))
    case = paid(case, find_invoice(case, event.invoice), event.amount, swedish_date(event.decided_at))
    case = add(case, settled=event.amount, set_off=event.amount)
    return owe_mail(_moved(case, old.purpose, event.amount), "set_off", old.id, event.decided_at)


FOLDS: Folds = {
    e.PayoutsHeld: _held,
    e.PayoutsReleased: _released,
    e.PayoutQueued: _payout_queued,
    e.PayoutUnqueued: _payout_unqueued,
    e.PayoutSent: _payout_sent,
    e.PayoutSettled: _payout_settled,
    e.PayoutRejected: _payout_rejected,
    e.PayoutReturned: _payout_returned,
    e.PayoutBecameUnknown: _payout_unknown,
    e.PayoutResolutionProposed: _resolution_proposed,
    e.PayoutResolved: _payout_resolved,
    e.PayoutVoided: _payout_voided,
    e.PayoutReissued: _payout_reissued,
    e.SetOffProposed: _set_off_proposed,
    e.SetOffDeclined: _set_off_declined,
    e.PayoutSetOff: _payout_set_off,
}
