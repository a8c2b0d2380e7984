"""Fold one event into a case. Never refuses: what is in the journal happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.state import (
    CARRIES_LINK,
    AccountChange,
    Appeal,
    Case,
    CreditNote,
    DeliveryProof,
    Extension,
    HearingAnswer,
    Interest,
    InterestStatus,
    Invoice,
    LateDecision,
    Link,
    Mail,
    MailKind,
    Payout,
    PayoutPurpose,
    Reconsideration,
    Reconsidered,
    RecordsSent,
    Recovery,
    Reopening,
    Report,
    Requisition,
    Resolution,
    SetOff,
    SpotCheck,
    WriteOff,
)
from statsbidrag.domain.holds import Hold, end_hold
from statsbidrag.domain.interest import Paid
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import swedish_date

_AGAIN = "-again"
"""Stands between the name of an e-mail that bounced and the number of its new sending."""
T = TypeVar("T", Requisition, AccountChange, Payout, SpotCheck, Recovery, Invoice, CreditNote)


def evolve(case: Case, event: e.CaseEvent) -> Case:
    """Give the case after an event."""
    fold: Callable[[Case, Any], Case] = _FOLDS[type(event)]
    return fold(case, event)


def _with(items: tuple[T, ...], key: str, value: object, **changes: Any) -> tuple[T, ...]:
    return tuple(replace(item, **changes) if getattr(item, key) == value else item for item in items)


def _add(case: Case, **amounts: int) -> Case:
    changed = {name: getattr(case.money, name) + amount for name, amount in amounts.items()}
    return replace(case, money=replace(case.money, **changed))


def _owe_mail(case: Case, kind: MailKind, about: object, at: datetime) -> Case:
    if case.recipient is None:
        return case
    mail_id = f"{case.round}-{case.municipality}-{kind}-{about}"
    mail = Mail(mail_id, kind, str(about), case.recipient.registry_email, at)
    return replace(case, mails={**case.mails, mail_id: mail})


def _opened(case: Case, event: e.CaseOpened) -> Case:
    return replace(case, recipient=event.recipient, terms=event.terms, register_account=event.recipient.account)


def _recipient_changed(case: Case, event: e.RecipientChanged) -> Case:
    """Take over what the register says but for the account: that changes only when it is approved.

    An address that an officer corrected stays until the register names another than it did then.
    """
    if case.recipient is None:
        return case
    stays = case.register_email == event.recipient.registry_email
    email = case.recipient.registry_email if stays else event.recipient.registry_email
    recipient = replace(event.recipient, account=case.recipient.account, registry_email=email)
    case = replace(case, register_email=case.register_email if stays else "")
    return replace(case, recipient=recipient, register_account=event.recipient.account)


def _allocated(case: Case, event: e.AllocationSet) -> Case:
    money = replace(case.money, allocated=event.amount)
    return replace(
        case,
        allocation_list=event.allocation_list,
        allocation_approved_at=event.approved_at,
        money=money,
    )


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
    return _owe_mail(_add(case, requisitioned=event.amount), kind, event.requisition, event.received_at)


def _requisition_approved(case: Case, event: e.RequisitionApproved) -> Case:
    requisition = next(r for r in case.requisitions if r.id == event.requisition)
    payout = Payout(event.payout, requisition.amount, requisition.account, "ordered", event.decided_at)
    case = replace(
        case,
        requisitions=_with(
            case.requisitions,
            "id",
            event.requisition,
            status="approved",
            checks=event.checks,
            decided_at=event.decided_at,
        ),
        payouts=(*case.payouts, payout),
    )
    case = _add(case, approved=requisition.amount)
    return _owe_mail(case, "requisition_approved", event.requisition, event.decided_at)


def _requisition_rejected(case: Case, event: e.RequisitionRejected) -> Case:
    rejected = _with(
        case.requisitions,
        "id",
        event.requisition,
        status="rejected",
        checks=event.checks,
        decided_at=event.decided_at,
    )
    case = replace(case, requisitions=rejected)
    return _owe_mail(case, "requisition_rejected", event.requisition, event.decided_at)


def _late_accepted(case: Case, event: e.LateRequisitionAccepted) -> Case:
    told = LateDecision(accepted=True, reason=event.reason, decided_by=event.accepted_by, decided_at=event.accepted_at)
    taken_up = _with(case.requisitions, "id", event.requisition, status="received", late_decision=told)
    return replace(case, requisitions=taken_up)


def _late_dismissed(case: Case, event: e.LateRequisitionDismissed) -> Case:
    told = LateDecision(
        accepted=False, reason=event.reason, decided_by=event.dismissed_by, decided_at=event.dismissed_at
    )
    outcome = {"status": "rejected", "checks": event.checks, "decided_at": event.dismissed_at, "late_decision": told}
    case = replace(case, requisitions=_with(case.requisitions, "id", event.requisition, **outcome))
    return _owe_mail(case, "requisition_dismissed", event.requisition, event.dismissed_at)


def _account_change(case: Case, change: int, **changes: Any) -> Case:
    return replace(case, account_changes=_with(case.account_changes, "id", change, **changes))


def _requisition_status(case: Case, requisition: int, status: str) -> Case:
    return replace(case, requisitions=_with(case.requisitions, "id", requisition, status=status))


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
    return _owe_mail(case, "account_changed", event.change, event.approved_at)


def _account_declined(case: Case, event: e.AccountChangeDeclined) -> Case:
    return _account_decided(
        case,
        event.change,
        status="declined",
        reason=event.reason,
        decided_by=event.declined_by,
        decided_at=event.declined_at,
    )


def _held(case: Case, event: e.PayoutsHeld) -> Case:
    hold = Hold(event.hold, event.reason, event.placed_by, event.placed_at, event.payout, event.change)
    return replace(case, holds=(*case.holds, hold))


def _released(case: Case, event: e.PayoutsReleased) -> Case:
    return replace(case, holds=end_hold(case.holds, event.hold, event.released_by, event.released_at, event.reason))


def _payout(case: Case, payout: str, **changes: Any) -> Case:
    return replace(case, payouts=_with(case.payouts, "id", payout, **changes))


def _amount(case: Case, payout: str) -> Ore:
    return next(p.amount for p in case.payouts if p.id == payout)


def _booked(case: Case, payout: str, sign: int) -> Case:
    """Book a payout, or take its booking back."""
    found = next(p for p in case.payouts if p.id == payout)
    return _moved(case, found.purpose, sign * found.amount)


def _moved(case: Case, purpose: PayoutPurpose, amount: int) -> Case:
    """Count what reached the municipality: a grant is paid, a refund takes from the surplus."""
    return _add(case, refunded=amount, surplus=-amount) if purpose == "refund" else _add(case, paid=amount)


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
    return _owe_mail(case, "payout_rejected", event.payout, event.rejected_at)


def _payout_returned(case: Case, event: e.PayoutReturned) -> Case:
    case = _payout(case, event.payout, status="returned", code=event.reason, reason="", changed_at=event.returned_at)
    case = replace(case, bank_entries=(*case.bank_entries, event.entry))
    case = _booked(case, event.payout, -1)
    return _owe_mail(case, "payout_rejected", event.payout, event.returned_at)


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


def _link_issued(case: Case, event: e.ReportLinkIssued) -> Case:
    reminded = case.link.reminders_sent if case.link else ()
    link = Link(event.link, event.token_hash, event.issued_at, reminded, asked_by=event.asked_by)
    case = replace(case, earlier_links=case.links, link=link)
    return _owe_mail(case, "report_link", event.link, event.issued_at)


def _links_revoked(case: Case, event: e.ReportLinksRevoked) -> Case:
    closed = [
        replace(link, revoked_at=event.revoked_at) if link.revoked_at is None and link.number <= event.link else link
        for link in case.links
    ]
    mails = {
        name: replace(mail, status="withdrawn") if mail.kind in CARRIES_LINK and mail.status == "owed" else mail
        for name, mail in case.mails.items()
    }
    return replace(case, earlier_links=tuple(closed[:-1]), link=closed[-1], mails=mails)


def _delivery_proven(case: Case, event: e.LinkDeliveryProven) -> Case:
    proof = DeliveryProof(event.delivered_on, event.reason, event.proven_by)
    return replace(case, delivery_proofs=(*case.delivery_proofs, proof))


def _reminder_issued(case: Case, event: e.ReportReminderIssued) -> Case:
    if case.link is None:
        return case
    reminded = replace(case.link, reminders_sent=(*case.link.reminders_sent, event.day))
    # The ladder of a later last day has e-mails of its own.
    ladder = f"-{len(case.extensions)}" if case.extensions else ""
    return _owe_mail(replace(case, link=reminded), "report_reminder", f"{event.day}{ladder}", event.issued_at)


def _report_received(case: Case, event: e.ReportReceived) -> Case:
    report = Report(
        received_at=event.received_at,
        late=event.late,
        form_version=event.form_version,
        answers=event.answers,
        amount_used=event.amount_used,
        amount_misused=event.amount_misused,
        content_hash=event.content_hash,
        first_received_at=event.first_received_at,
    )
    # A report is an answer to a hearing too: what was prepared without it is prepared again.
    recoveries = _with(case.recoveries, "status", "prepared", status="hearing")
    case = replace(case, report=report, recoveries=recoveries, unproven_delivery=False)
    return _owe_mail(case, "report_receipt", len(case.reopenings) + 1, event.received_at)


def _report_extended(case: Case, event: e.ReportExtended) -> Case:
    extension = Extension(event.last_day, case.report_last_day, event.reason, event.granted_by, event.granted_at)
    if case.reopening is not None:
        later = replace(case.reopening, last_day=event.last_day)
        case = replace(case, reopenings=(*case.reopenings[:-1], later))
    elif case.terms is not None:
        case = replace(case, terms=replace(case.terms, report_last_day=event.last_day))
    link = replace(case.link, reminders_sent=()) if case.link else None
    case = replace(case, extensions=(*case.extensions, extension), link=link, unproven_delivery=False)
    return _owe_mail(case, "report_extended", len(case.extensions), event.granted_at)


def _report_reopened(case: Case, event: e.ReportReopened) -> Case:
    if case.report is None:
        return case
    opened_again = Reopening(event.last_day, event.reason, event.reopened_by, event.reopened_at, case.report)
    case = replace(case, report=None, reopenings=(*case.reopenings, opened_again))
    case = _add(case, accepted_use=-event.taken_back)
    if case.link is not None and case.link.revoked_at is not None:
        # Nobody can be sent a link that is closed: the next one tells of the day.
        return case
    return _owe_mail(case, "report_reopened", len(case.reopenings), event.reopened_at)


def _report_reinstated(case: Case, _: e.ReportReinstated) -> Case:
    return replace(case, report=replace(case.reopening.earlier, assessed=False)) if case.reopening else case


def _report_assessed(case: Case, event: e.ReportAssessed) -> Case:
    if case.report is None:
        return case
    case = replace(case, report=replace(case.report, assessed=True))
    return _add(case, accepted_use=event.accepted)


def _delivery_unproven(case: Case, _: e.DeliveryUnproven) -> Case:
    return replace(case, unproven_delivery=True)


def _records_requested(case: Case, event: e.RecordsRequested) -> Case:
    check = SpotCheck(
        id=event.spot_check,
        points=event.points,
        rules=event.rules,
        link_hash=event.token_hash,
        requested_at=event.requested_at,
        last_day=event.last_day,
        link_at=event.requested_at,
    )
    case = replace(case, spot_checks=(*case.spot_checks, check))
    return _owe_mail(case, "records_request", f"{check.id}-{check.link}", event.requested_at)


def _spot_check(case: Case, spot_check: int, **changes: Any) -> Case:
    return replace(case, spot_checks=_with(case.spot_checks, "id", spot_check, **changes))


def _records_link_revoked(case: Case, event: e.RecordsLinkRevoked) -> Case:
    return _withdraw_requests(_spot_check(case, event.spot_check, link_hash="", link_at=event.revoked_at))


def _withdraw_requests(case: Case) -> Case:
    """Let no request leave that leads nowhere any more."""
    mails = {
        name: replace(mail, status="withdrawn")
        if mail.kind == "records_request" and mail.status == "owed" and not case.asks_for_records(mail)
        else mail
        for name, mail in case.mails.items()
    }
    return replace(case, mails=mails)


def _records_link_issued(case: Case, event: e.RecordsLinkIssued) -> Case:
    link = {"link": event.link, "link_hash": event.token_hash, "link_at": event.issued_at}
    case = _spot_check(case, event.spot_check, **link)
    return _owe_mail(case, "records_request", f"{event.spot_check}-{event.link}", event.issued_at)


def _records_received(case: Case, event: e.RecordsReceived) -> Case:
    check = next(check for check in case.spot_checks if check.id == event.spot_check)
    sent = RecordsSent(event.number, event.received_at, event.late, event.files)
    case = _spot_check(case, check.id, sent=(*check.sent, sent))
    return _owe_mail(case, "records_receipt", f"{check.id}-{event.number}", event.received_at)


def _spot_check_concluded(case: Case, event: e.SpotCheckConcluded) -> Case:
    """Take back what was accepted too much; the recovery that follows claims it."""
    case = _spot_check(
        case,
        event.spot_check,
        outcome=event.outcome,
        amount=event.amount,
        reason=event.reason,
        concluded_by=event.concluded_by,
        concluded_at=event.concluded_at,
    )
    return _add(_withdraw_requests(case), accepted_use=-event.amount)


def _recovery_proposed(case: Case, event: e.RecoveryProposed) -> Case:
    recovery = Recovery(
        id=event.recovery,
        grounds=event.grounds,
        claim=event.claim,
        checks=event.checks,
        proposed_at=event.proposed_at,
        hearing_ends=event.hearing_ends,
        proposed_waiver=event.proposed_waiver,
    )
    case = replace(case, recoveries=(*case.recoveries, recovery))
    return _owe_mail(case, "hearing", event.recovery, event.proposed_at)


def _recovery(case: Case, recovery: int, **changes: Any) -> Case:
    return replace(case, recoveries=_with(case.recoveries, "id", recovery, **changes))


def _recovery_withdrawn(case: Case, event: e.RecoveryWithdrawn) -> Case:
    return _recovery(case, event.recovery, status="withdrawn")


def _find_recovery(case: Case, recovery: int) -> Recovery:
    return next(r for r in case.recoveries if r.id == recovery)


def _hearing_answered(case: Case, event: e.HearingAnswered) -> Case:
    """Keep the answer; a decision that was prepared without it is prepared again."""
    given = HearingAnswer(
        stance=event.stance,
        text=event.text,
        amount_used=event.amount_used,
        received_at=event.received_at,
        late=event.late,
        answered_by=event.answered_by,
        content_hash=event.content_hash,
    )
    answers = (*_find_recovery(case, event.recovery).answers, given)
    case = _recovery(case, event.recovery, answers=answers, status="hearing")
    return _owe_mail(case, "hearing_receipt", f"{event.recovery}-{event.answer}", event.received_at)


def _hearing_extended(case: Case, event: e.HearingExtended) -> Case:
    extensions = (*_find_recovery(case, event.recovery).extensions, event.last_day)
    longer = {"extensions": extensions, "hearing_ends": event.hearing_ends, "status": "hearing"}
    case = _recovery(case, event.recovery, **longer)
    return _owe_mail(case, "hearing_extended", f"{event.recovery}-{len(extensions)}", event.extended_at)


def _decision_prepared(case: Case, event: e.DecisionPrepared) -> Case:
    return _recovery(
        case,
        event.recovery,
        status="prepared",
        waived=event.waived,
        reasons=event.reasons,
        prepared_by=event.prepared_by,
        answer_considered=event.answer_considered,
    )


def _recovery_decided(case: Case, event: e.RecoveryDecided) -> Case:
    case = _recovery(case, event.recovery, status="decided", decided_by=event.decided_by, decided_at=event.decided_at)
    return _add(case, waived=next(r.waived for r in case.recoveries if r.id == event.recovery))


def _letter_filed(case: Case, event: e.LetterFiled) -> Case:
    case = _recovery(case, event.recovery, letter=event.letter)
    decided_at = next(r.decided_at for r in case.recoveries if r.id == event.recovery)
    return _owe_mail(case, "decision", event.recovery, decided_at) if decided_at else case


def _invoice_raised(case: Case, event: e.InvoiceRaised) -> Case:
    invoice = Invoice(event.invoice, event.recovery, event.amount, event.ocr, event.issued_on, event.due_on)
    return _add(replace(case, invoices=(*case.invoices, invoice)), invoiced=event.amount)


def _invoice_filed(case: Case, event: e.InvoiceFiled) -> Case:
    case = _invoice_of(case, event.invoice, xml=event.xml, pdf=event.pdf)
    return _owe_mail(case, "invoice", event.invoice, event.filed_at)


def _repayment_received(case: Case, event: e.RepaymentReceived) -> Case:
    invoice = _find_invoice(case, event.invoice)
    case = _paid(case, invoice, event.amount, event.booked_on)
    case = replace(case, bank_entries=(*case.bank_entries, event.entry))
    return _add_to(_add(case, surplus=event.surplus), invoice, settled=event.amount)


def _find_invoice(case: Case, number: str) -> Invoice:
    return next(i for i in case.all_invoices if i.number == number)


def _paid(case: Case, invoice: Invoice, amount: Ore, on: date) -> Case:
    paid = (*invoice.paid, Paid(on, amount)) if amount else invoice.paid
    return _invoice_of(case, invoice.number, settled=invoice.settled + amount, paid=paid)


def _add_to(case: Case, invoice: Invoice, **amounts: int) -> Case:
    """Add to the accounts of the grant, or to those of interest."""
    kind = "interest_" if invoice.interest_on else ""
    return _add(case, **{f"{kind}{name}": amount for name, amount in amounts.items()})


def _invoice_of(case: Case, number: str, **changes: Any) -> Case:
    return replace(
        case,
        invoices=_with(case.invoices, "number", number, **changes),
        interest_invoices=_with(case.interest_invoices, "number", number, **changes),
    )


def _invoice_reminded(case: Case, event: e.InvoiceReminded) -> Case:
    case = _invoice_of(case, event.invoice, reminded_at=event.reminded_at)
    return _owe_mail(case, "invoice_reminder", event.invoice, event.reminded_at)


def _reconsideration_prepared(case: Case, event: e.ReconsiderationPrepared) -> Case:
    prepared = Reconsideration(event.amount, event.reasons, event.prepared_by)
    return _recovery(case, event.recovery, reconsideration=prepared)


def _recovery_reconsidered(case: Case, event: e.RecoveryReconsidered) -> Case:
    recovery, prepared = _find_recovery(case, event.recovery), None
    if event.reconsideration:
        prepared = recovery.reconsideration
    again = () if prepared is None else (_reconsidered(recovery, prepared, event),)
    case = _recovery(
        case,
        recovery.id,
        reduced=recovery.reduced + event.reduction,
        reconsideration=None,
        reconsidered_at=event.decided_at,
        reconsidered=(*recovery.reconsidered, *again),
    )
    return _add(case, accepted_use=event.reduction)


def _reconsidered(recovery: Recovery, prepared: Reconsideration, event: e.RecoveryReconsidered) -> Reconsidered:
    return Reconsidered(
        before=recovery.to_invoice,
        amount=Ore(recovery.to_invoice - event.reduction),
        reasons=prepared.reasons,
        prepared_by=prepared.prepared_by,
        decided_by=event.decided_by,
        decided_at=event.decided_at,
        credit_note=event.credit_note,
    )


def _reconsideration_filed(case: Case, event: e.ReconsiderationFiled) -> Case:
    all_of_them = list(_find_recovery(case, event.recovery).reconsidered)
    filed = replace(all_of_them[event.reconsideration - 1], letter=event.letter)
    all_of_them[event.reconsideration - 1] = filed
    case = _recovery(case, event.recovery, reconsidered=tuple(all_of_them))
    return _owe_mail(case, "reconsideration", f"{event.recovery}-{event.reconsideration}", filed.decided_at)


def _appeal_noted(case: Case, event: e.AppealNoted) -> Case:
    """Open the appeal; one that came too late is dismissed as it is noted."""
    appeal = Appeal(event.received_on, event.in_time, event.reason, event.noted_by, event.noted_at)
    if not event.in_time:
        appeal = replace(appeal, outcome="dismissed", outcome_by=event.noted_by, outcome_at=event.noted_at)
    return _recovery(case, event.recovery, appeals=(*_find_recovery(case, event.recovery).appeals, appeal))


def _appeal_ended(case: Case, event: e.AppealEnded) -> Case:
    recovery = _find_recovery(case, event.recovery)
    ended = replace(
        recovery.appeals[-1],
        outcome=event.outcome,
        outcome_reason=event.reason,
        outcome_by=event.noted_by,
        outcome_at=event.noted_at,
        decisions=len(recovery.reconsidered),
    )
    return _recovery(case, event.recovery, appeals=(*recovery.appeals[:-1], ended))


def _credit_note_raised(case: Case, event: e.CreditNoteRaised) -> Case:
    note = CreditNote(event.credit_note, event.invoice, event.amount, event.issued_on, event.reasons)
    invoice = _find_invoice(case, event.invoice)
    credited, settled = invoice.credited + event.amount, invoice.settled - event.surplus
    case = _invoice_of(case, invoice.number, credited=credited, settled=settled)
    case = replace(case, credit_notes=(*case.credit_notes, note))
    return _add_to(_add(case, surplus=event.surplus), invoice, credited=event.amount, settled=-event.surplus)


def _credit_note_filed(case: Case, event: e.CreditNoteFiled) -> Case:
    filed = _with(case.credit_notes, "number", event.credit_note, xml=event.xml, pdf=event.pdf)
    note = next(note for note in filed if note.number == event.credit_note)
    kind: MailKind = "invoice_voided" if note.replacement else "credit_note"
    return _owe_mail(replace(case, credit_notes=filed), kind, event.credit_note, event.filed_at)


def _write_off_proposed(case: Case, event: e.WriteOffProposed) -> Case:
    return _invoice_of(case, event.invoice, write_off=WriteOff(event.amount, event.reason, event.proposed_by))


def _invoice_written_off(case: Case, event: e.InvoiceWrittenOff) -> Case:
    invoice = _find_invoice(case, event.invoice)
    decided = replace(invoice.write_off, decided_by=event.decided_by) if invoice.write_off else None
    written_off = invoice.written_off + event.amount
    case = _invoice_of(case, invoice.number, written_off=written_off, write_off=decided)
    return _add_to(case, invoice, written_off=event.amount)


def _refund_ordered(case: Case, event: e.RefundOrdered) -> Case:
    refund = Payout(event.payout, event.amount, event.account, "ordered", event.ordered_at, purpose="refund")
    return replace(case, payouts=(*case.payouts, refund))


def _invoice_reissued(case: Case, event: e.InvoiceReissued) -> Case:
    old = _find_invoice(case, event.invoice)
    note = CreditNote(
        event.credit_note, old.number, event.amount, event.issued_on, event.reason, replacement=event.replacement
    )
    new = Invoice(
        event.replacement,
        old.recovery,
        event.amount,
        event.ocr,
        event.issued_on,
        event.due_on,
        settled=event.prepaid,
        replaces=old.number,
        prepaid=event.prepaid,
        buyer_reference=event.invoice_reference,
        paid=old.paid,
        interest_on=old.interest_on,
    )
    void = {"credited": old.credited + event.amount, "settled": old.settled - event.prepaid}
    case = _invoice_of(case, old.number, replaced_by=new.number, **void)
    case = replace(_with_invoice(case, new), credit_notes=(*case.credit_notes, note))
    return _add_to(case, new, invoiced=event.amount, credited=event.amount)


def _with_invoice(case: Case, new: Invoice) -> Case:
    if new.interest_on:
        return replace(case, interest_invoices=(*case.interest_invoices, new))
    return replace(case, invoices=(*case.invoices, new))


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
    case = _paid(case, _find_invoice(case, event.invoice), event.amount, swedish_date(event.decided_at))
    case = _add(case, settled=event.amount, set_off=event.amount)
    return _owe_mail(_moved(case, old.purpose, event.amount), "set_off", old.id, event.decided_at)


def _interest(case: Case, event: e.InterestClaimed | e.InterestForgone, status: InterestStatus, reason: str) -> Case:
    told = Interest(
        invoice=event.invoice,
        amount=event.amount,
        free_to=event.free_to,
        rates=event.rates,
        lines=event.lines,
        status=status,
        decided_at=event.decided_at,
        reason=reason,
        decided_by=event.decided_by,
    )
    return replace(case, interest=(*case.interest, told))


def _interest_claimed(case: Case, event: e.InterestClaimed) -> Case:
    late = _find_invoice(case, event.invoice)
    invoice = Invoice(
        event.interest_invoice,
        late.recovery,
        event.amount,
        event.ocr,
        event.issued_on,
        event.due_on,
        buyer_reference=late.buyer_reference,
        interest_on=late.number,
    )
    return _add_to(_with_invoice(_interest(case, event, "claimed", ""), invoice), invoice, invoiced=event.amount)


def _interest_forgone(case: Case, event: e.InterestForgone) -> Case:
    return _add(_interest(case, event, event.status, event.reason), interest_forgone=event.amount)


def _mail_status(case: Case, mail: str, status: str) -> Case:
    return replace(case, mails={**case.mails, mail: replace(case.mails[mail], status=status)})


def _mail_sent(case: Case, event: e.MailSent) -> Case:
    return _mail_status(case, event.mail, "sent")


def _mail_delivered(case: Case, event: e.MailDelivered) -> Case:
    return _mail_status(case, event.mail, "delivered")


def _mail_bounced(case: Case, event: e.MailBounced) -> Case:
    """Owe the agent what the registry did not get, once; with a link only where that opens a form to be filled in."""
    case = _mail_status(case, event.mail, "bounced")
    mail, to = case.mails[event.mail], case.agent_email
    name = f"{mail.id.partition(_AGAIN)[0]}-agent"
    if not to or mail.addressee == "agent" or name in case.mails:
        return case
    if mail.kind in CARRIES_LINK and (case.report or case.link is None or case.link.revoked_at):
        return case
    if mail.kind == "records_request" and not case.asks_for_records(mail):
        return case
    fallback = Mail(name, mail.kind, mail.about, to, event.bounced_at, addressee="agent")
    return replace(case, mails={**case.mails, name: fallback})


def _mail_complained(case: Case, event: e.MailComplained) -> Case:
    mail = replace(case.mails[event.mail], complaint="open")
    return replace(case, mails={**case.mails, mail.id: mail})


def _registry_corrected(case: Case, event: e.RegistryAddressCorrected) -> Case:
    if case.recipient is None:
        return case
    said = case.register_email or case.recipient.registry_email
    mails = {name: _dealt_with(mail, case.recipient.registry_email, event.email) for name, mail in case.mails.items()}
    for name in event.again:
        old = case.mails[name]
        base = name.partition(_AGAIN)[0]
        number = sum(other.partition(_AGAIN)[0] == base for other in mails) + 1
        new = Mail(f"{base}{_AGAIN}{number}", old.kind, old.about, event.email, event.corrected_at)
        mails[new.id] = new
    recipient = replace(case.recipient, registry_email=event.email)
    return replace(case, recipient=recipient, register_email=said, mails=mails)


def _dealt_with(mail: Mail, old: str, new: str) -> Mail:
    """What came back is renewed, what has not left goes to the right address, and complaints are settled."""
    if mail.status == "bounced":
        mail = replace(mail, status="renewed")
    elif mail.status == "owed" and mail.to == old:
        mail = replace(mail, to=new)
    return replace(mail, complaint="settled") if mail.complaint == "open" else mail


_FOLDS: dict[type, Callable[[Case, Any], Case]] = {
    e.CaseOpened: _opened,
    e.RecipientChanged: _recipient_changed,
    e.AllocationSet: _allocated,
    e.RequisitionReceived: _requisition_received,
    e.RequisitionApproved: _requisition_approved,
    e.RequisitionRejected: _requisition_rejected,
    e.LateRequisitionAccepted: _late_accepted,
    e.LateRequisitionDismissed: _late_dismissed,
    e.AccountChangeProposed: _account_proposed,
    e.AccountChangeApproved: _account_approved,
    e.AccountChangeDeclined: _account_declined,
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
    e.ReportLinkIssued: _link_issued,
    e.ReportLinksRevoked: _links_revoked,
    e.LinkDeliveryProven: _delivery_proven,
    e.ReportReminderIssued: _reminder_issued,
    e.ReportReceived: _report_received,
    e.ReportExtended: _report_extended,
    e.ReportReopened: _report_reopened,
    e.ReportReinstated: _report_reinstated,
    e.ReportAssessed: _report_assessed,
    e.DeliveryUnproven: _delivery_unproven,
    e.RecordsRequested: _records_requested,
    e.RecordsLinkRevoked: _records_link_revoked,
    e.RecordsLinkIssued: _records_link_issued,
    e.RecordsReceived: _records_received,
    e.SpotCheckConcluded: _spot_check_concluded,
    e.RecoveryProposed: _recovery_proposed,
    e.RecoveryWithdrawn: _recovery_withdrawn,
    e.HearingAnswered: _hearing_answered,
    e.HearingExtended: _hearing_extended,
    e.DecisionPrepared: _decision_prepared,
    e.RecoveryDecided: _recovery_decided,
    e.LetterFiled: _letter_filed,
    e.InvoiceRaised: _invoice_raised,
    e.InvoiceFiled: _invoice_filed,
    e.RepaymentReceived: _repayment_received,
    e.InvoiceReminded: _invoice_reminded,
    e.ReconsiderationPrepared: _reconsideration_prepared,
    e.RecoveryReconsidered: _recovery_reconsidered,
    e.ReconsiderationFiled: _reconsideration_filed,
    e.AppealNoted: _appeal_noted,
    e.AppealEnded: _appeal_ended,
    e.CreditNoteRaised: _credit_note_raised,
    e.CreditNoteFiled: _credit_note_filed,
    e.WriteOffProposed: _write_off_proposed,
    e.InvoiceWrittenOff: _invoice_written_off,
    e.RefundOrdered: _refund_ordered,
    e.InvoiceReissued: _invoice_reissued,
    e.SetOffProposed: _set_off_proposed,
    e.SetOffDeclined: _set_off_declined,
    e.PayoutSetOff: _payout_set_off,
    e.InterestClaimed: _interest_claimed,
    e.InterestForgone: _interest_forgone,
    e.MailSent: _mail_sent,
    e.MailDelivered: _mail_delivered,
    e.MailBounced: _mail_bounced,
    e.MailComplained: _mail_complained,
    e.RegistryAddressCorrected: _registry_corrected,
}
