"""Requisitions, and the account that they are paid to."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds, add, owe_mail, with_changes
from statsbidrag.domain.case.state import (
    AccountChange,
    Case,
    LateDecision,
    MailKind,
    Payout,
    Requisition,
)
from statsbidrag.domain.money import Ore


def _requisition_received(case: Case, event: e.RequisitionReceived) -> Case:
    requisition = Requisition(
        id=event.requisition,
        amount=event.amount,
        account=event.account,
        invoice_reference=event.invoice_reference,
        peppol_id=event.peppol_id,
        received_at=event.received_at,
        content_hash=event.content_hash,
        status="with_officer" if event.late else "received",
        contact_email=event.contact_email,
    )
    case = replace(case, requisitions=(*case.requisitions, requisition))
    kind: MailKind = "requisition_late" if event.late else "requisition_receipt"
    return owe_mail(add(case, requisitioned=event.amount), kind, event.requisition, event.received_at)


def _requisition_approved(case: Case, event: e.RequisitionApproved) -> Case:
    requisition = next(r for r in case.requisitions if r.id == event.requisition)
    payout = Payout(event.payout, requisition.amount, requisition.account, "ordered", event.decided_at)
    case = replace(
        case,
        requisitions=with_changes(
            case.requisitions,
            "id",
            event.requisition,
            status="approved",
            checks=event.checks,
            decided_at=event.decided_at,
        ),
        payouts=(*case.payouts, payout),
    )
    case = add(case, approved=requisition.amount)
    return owe_mail(case, "requisition_approved", event.requisition, event.decided_at)


def _rejected(case: Case, requisition: int, **decision: Any) -> Case:
    """Note why it was rejected, and count it no longer as requisitioned."""
    amount = next(each.amount for each in case.requisitions if each.id == requisition)
    requisitions = with_changes(case.requisitions, "id", requisition, status="rejected", **decision)
    return add(replace(case, requisitions=requisitions), requisitioned=Ore(-amount))


def _requisition_rejected(case: Case, event: e.RequisitionRejected) -> Case:
    case = _rejected(case, event.requisition, checks=event.checks, decided_at=event.decided_at)
    return owe_mail(case, "requisition_rejected", event.requisition, event.decided_at)


def _late_accepted(case: Case, event: e.LateRequisitionAccepted) -> Case:
    told = LateDecision(accepted=True, reason=event.reason, decided_by=event.accepted_by, decided_at=event.accepted_at)
    taken_up = with_changes(case.requisitions, "id", event.requisition, status="received", late_decision=told)
    return replace(case, requisitions=taken_up)


def _late_dismissed(case: Case, event: e.LateRequisitionDismissed) -> Case:
    told = LateDecision(
        accepted=False, reason=event.reason, decided_by=event.dismissed_by, decided_at=event.dismissed_at
    )
    case = _rejected(case, event.requisition, checks=event.checks, decided_at=event.dismissed_at, late_decision=told)
    return owe_mail(case, "requisition_dismissed", event.requisition, event.dismissed_at)


def _account_change(case: Case, change: int, **changes: Any) -> Case:
    return replace(case, account_changes=with_changes(case.account_changes, "id", change, **changes))


def _requisition_status(case: Case, requisition: int, status: str) -> Case:
    return replace(case, requisitions=with_changes(case.requisitions, "id", requisition, status=status))


def _account_proposed(case: Case, event: e.AccountChangeProposed) -> Case:
    change = AccountChange(
        event.change, event.account, event.previous, event.proposed_by, event.proposed_at, event.requisition
    )
    case = replace(case, account_changes=(*case.account_changes, change))
    return _requisition_status(case, event.requisition, "awaiting_account")


def _account_decided(case: Case, change: int, **decision: Any) -> Case:
    """Note the decision; a requisition that waited for it is validated once more."""
    requisition = next(item.requisition for item in case.account_changes if item.id == change)
    return _requisition_status(_account_change(case, change, **decision), requisition, "received")


def _account_approved(case: Case, event: e.AccountChangeApproved) -> Case:
    case = _account_decided(
        case, event.change, status="approved", decided_by=event.approved_by, decided_at=event.approved_at
    )
    if case.recipient is None:
        return case
    account = next(item.account for item in case.account_changes if item.id == event.change)
    if case.recipient.account == account:
        return case
    case = replace(case, recipient=replace(case.recipient, account=account))
    return owe_mail(case, "account_changed", event.change, event.approved_at)


def _account_declined(case: Case, event: e.AccountChangeDeclined) -> Case:
    return _account_decided(
        case,
        event.change,
        status="declined",
        reason=event.reason,
        decided_by=event.declined_by,
        decided_at=event.declined_at,
    )


FOLDS: Folds = {
    e.RequisitionReceived: _requisition_received,
    e.RequisitionApproved: _requisition_approved,
    e.RequisitionRejected: _requisition_rejected,
    e.LateRequisitionAccepted: _late_accepted,
    e.LateRequisitionDismissed: _late_dismissed,
    e.AccountChangeProposed: _account_proposed,
    e.AccountChangeApproved: _account_approved,
    e.AccountChangeDeclined: _account_declined,
}
