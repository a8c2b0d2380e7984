"""What a case owes, read off its state. The commit writes what changed; the audit compares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from statsbidrag.domain.case.corrections import answer_due, is_refused
from statsbidrag.domain.case.interests import claim_due, is_due
from statsbidrag.domain.case.links import delivered_in_time
from statsbidrag.domain.case.settlement import REMINDED_AFTER, is_negligible, refundable
from statsbidrag.domain.case.settlement import reminder_due as invoice_reminder_due
from statsbidrag.domain.case.state import Case, Invoice, Payout, Recovery, Requisition
from statsbidrag.domain.holds import hold_tasks
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of, start_of


def owed(case: Case) -> frozenset[Task]:
    """Give every task that follows from the case as it stands."""
    if case.terms is None:
        return frozenset()
    return frozenset(
        [
            *_requisitions(case),
            *_accounts(case),
            *hold_tasks(case.holds),
            *(task for payout in case.payouts for task in _payout(case, payout)),
            *_report(case, case.terms),
            *_spot_checks(case),
            *_recoveries(case),
            *_invoices(case, case.terms),
            *_set_offs(case),
            *_unaccounted(case),
            *_mails(case),
        ]
    )


def _requisitions(case: Case) -> Iterator[Task]:
    for requisition in case.requisitions:
        if requisition.status == "received":
            due = max(_waited_until(case, requisition))
            yield Task("requisitions", "validate_requisition", str(requisition.id), due)
        elif requisition.status == "with_officer":
            yield Task("officer", "decide_late_requisition", str(requisition.id), requisition.received_at)


def _waited_until(case: Case, requisition: Requisition) -> Iterator[datetime]:
    """When people had decided what a requisition waited for: since then, and not since it came, it is to be checked."""
    yield requisition.received_at
    if requisition.late_decision is not None:
        yield requisition.late_decision.decided_at
    yield from (
        change.decided_at
        for change in case.account_changes
        if change.requisition == requisition.id and change.decided_at is not None
    )


def _accounts(case: Case) -> Iterator[Task]:
    for change in case.account_changes:
        if change.status == "waiting":
            yield Task("officer", "approve_account", str(change.id), change.proposed_at)


def _payout(case: Case, payout: Payout) -> Iterator[Task]:
    at = payout.changed_at
    waits = any(item.payout == payout.id for item in case.waiting_set_offs)
    if payout.status == "ordered" and not case.holds_on(payout.id) and not waits:
        yield Task("payouts", "queue_payout", payout.id, max(_let_go(case, payout)))
    elif payout.status == "sent":
        yield Task("payments", "note_silence", payout.id, answer_due(case, payout))
    elif payout.status == "unknown":
        kind = "confirm_resolution" if payout.resolution else "ask_bank_about_payout"
        yield Task("officer", kind, payout.id, at)
    elif payout.status in ("rejected", "returned", "void") and not (payout.replaced_by or payout.is_final):
        refused = case.recipient is not None and is_refused(case, case.recipient.account)
        yield Task("officer", "correct_payout_account" if refused else "reissue_payout", payout.id, at)


def _let_go(case: Case, payout: Payout) -> Iterator[datetime]:
    """When what kept a payout here ended: since then, and not since it was ordered, it is due."""
    yield payout.changed_at
    yield from (hold.released_at for hold in case.holds if hold.released_at and hold.about in ("", payout.id))
    yield from (item.decided_at for item in case.set_offs if item.decided_at and item.payout == payout.id)


def _report(case: Case, terms: Terms) -> Iterator[Task]:
    report = case.report
    if report is not None:
        if not report.assessed:
            yield Task("assessments", "assess_report", "1", report.received_at)
        yield from _late_reports(case)
        return
    if case.reopening is not None:
        # The earlier report is there: nobody is reminded, and it stands again if no other comes.
        yield Task("assessments", "assess_missing_report", "1", end_of(case.reopening.last_day))
        if case.link is not None and case.link.revoked_at is not None:
            yield Task("officer", "renew_report_link", str(case.link.number), case.link.revoked_at)
        return
    if case.money.paid == 0:
        return
    if case.link is None:
        yield Task("report_links", "issue_report_link", "1", start_of(terms.report_opens))
    elif case.live_recoveries:
        return
    elif case.link.revoked_at is not None:
        yield Task("officer", "renew_report_link", str(case.link.number), case.link.revoked_at)
    elif case.unproven_delivery and not delivered_in_time(case, terms):
        yield Task("officer", "prove_delivery_of_report_link", "1", missing_report_due(terms))
    else:
        yield from _reminders(case, terms)
        yield Task("assessments", "assess_missing_report", "1", missing_report_due(terms))


def _late_reports(case: Case) -> Iterator[Task]:
    report = case.report
    if report is None or not report.assessed:
        return
    for recovery in case.recoveries:
        about = str(recovery.id)
        if any(i.recovery == recovery.id and i.written_off for i in case.invoices):
            continue
        if recovery.decided_at is None or report.received_at < recovery.decided_at or recovery.reconsideration:
            continue
        if "report_missing" in recovery.grounds and not recovery.reconsidered_at:
            yield Task("officer", "reconsider_after_late_report", about, report.received_at)


def _reminders(case: Case, terms: Terms) -> Iterator[Task]:
    if case.link is None:
        return
    known_from = max([case.links[0].issued_at, *(extension.granted_at for extension in case.extensions)])
    for day in terms.reminder_days:
        due = reminder_due(terms, day)
        if due > known_from and day > max(case.link.reminders_sent, default=-(10**6)):
            yield Task("report_links", "remind_of_report", str(day), due)


def reminder_due(terms: Terms, day: int) -> datetime:
    """Give the instant from which the reminder of a day on the ladder goes out."""
    return start_of(terms.report_last_day + timedelta(days=day))


def missing_report_due(terms: Terms) -> datetime:
    """Give the instant from which a missing report is assessed: the day after the last reminder, or the last day."""
    last = max((0, *terms.reminder_days))
    return end_of(terms.report_last_day + timedelta(days=last))


def _spot_checks(case: Case) -> Iterator[Task]:
    """A check is before an officer when something came in, or when the last day has passed."""
    for check in case.open_checks:
        if not check.link_hash:
            yield Task("report_links", "issue_records_link", str(check.id), check.link_at)
        if check.sent:
            yield Task("officer", "review_records", str(check.id), check.sent[-1].received_at)
        else:
            yield Task("officer", "follow_up_missing_records", str(check.id), end_of(check.last_day))


def _recoveries(case: Case) -> Iterator[Task]:
    for recovery in case.recoveries:
        about = str(recovery.id)
        if recovery.status == "hearing":
            yield _hearing(recovery)
        elif recovery.status == "prepared":
            due = recovery.answers[-1].received_at if recovery.is_agreed else recovery.hearing_ends
            yield Task("officer", "decide_recovery", about, due)
        elif recovery.decided_at is not None:
            yield from _decided(case, recovery, recovery.decided_at)


def _hearing(recovery: Recovery) -> Task:
    """The decision is prepared when the hearing is over, or once the municipality agrees; an answer is named."""
    about = str(recovery.id)
    if not recovery.answers:
        return Task("officer", "prepare_decision", about, recovery.hearing_ends)
    answered_at = recovery.answers[-1].received_at
    if recovery.is_agreed:
        return Task("officer", "prepare_agreed_decision", about, answered_at)
    return Task("officer", "weigh_objection", about, max(answered_at, recovery.hearing_ends))


def _decided(case: Case, recovery: Recovery, decided_at: datetime) -> Iterator[Task]:
    about = str(recovery.id)
    if not recovery.letter:
        yield Task("letters", "file_letter", about, decided_at)
    for number, again in enumerate(recovery.reconsidered, start=1):
        if not again.letter:
            yield Task("letters", "file_reconsideration", f"{about}-{number}", again.decided_at)
    if recovery.reconsideration and not any(i.recovery == recovery.id and i.written_off for i in case.invoices):
        yield Task("officer", "decide_reconsideration", about, decided_at)
    if recovery.is_on_hold:
        yield _appealed(recovery)
    elif recovery.to_invoice and not any(i.recovery == recovery.id for i in case.invoices):
        yield Task("invoices", "raise_invoice", about, decided_at)


def _appealed(recovery: Recovery) -> Task:
    """What ends a hold: the outcome, and where it changed the decision, a new one."""
    appeal, about = recovery.appeals[-1], str(recovery.id)
    if appeal.outcome_at is None:
        return Task("officer", "note_appeal_outcome", about, appeal.noted_at)
    return Task("officer", "reconsider_after_appeal", about, appeal.outcome_at)


def _invoices(case: Case, terms: Terms) -> Iterator[Task]:
    for invoice in case.all_invoices:
        if not invoice.xml:
            yield Task("invoices", "file_invoice", invoice.number, start_of(invoice.issued_on))
        if invoice.open_amount > 0:
            recovery = next(r for r in case.recoveries if r.id == invoice.recovery)
            yield from _unpaid(invoice, recovery, terms)
        if is_due(case, invoice):
            yield Task("invoices", "claim_interest", invoice.number, claim_due(case, invoice))
    for note in case.credit_notes:
        if not note.xml:
            yield Task("invoices", "file_credit_note", note.number, start_of(note.issued_on))
    if 0 < refundable(case) >= terms.smallest_refund:
        last = max(case.invoices, key=lambda invoice: invoice.number)
        yield Task("officer", "refund_surplus", last.number, end_of(last.due_on))


def _unpaid(invoice: Invoice, recovery: Recovery, terms: Terms) -> Iterator[Task]:
    """What follows while something is open: a reminder, then an officer, then a decision to give it up.

    Nothing is asked for while an appeal holds the claim.
    """
    if invoice.write_off and not invoice.write_off.decided_by:
        yield Task("officer", "decide_write_off", invoice.number, end_of(invoice.due_on))
    elif recovery.is_on_hold:
        return
    elif is_negligible(invoice, terms):
        yield Task("officer", "propose_write_off", invoice.number, end_of(invoice.due_on))
    elif invoice.reminded_at is None:
        due = invoice_reminder_due(invoice, recovery.hold_ended_at)
        yield Task("invoices", "remind_invoice", invoice.number, due)
    else:
        asked_at = max(invoice.reminded_at, recovery.hold_ended_at or invoice.reminded_at)
        yield Task("officer", "follow_up_unpaid_invoice", invoice.number, asked_at + REMINDED_AFTER)


def _set_offs(case: Case) -> Iterator[Task]:
    for item in case.waiting_set_offs:
        yield Task("officer", "decide_set_off", item.invoice, item.proposed_at)


def _unaccounted(case: Case) -> Iterator[Task]:
    """Money that came to the municipality after its use was assessed is before an officer."""
    recoveries = case.live_recoveries
    if not (recoveries or (case.report and case.report.assessed)):
        return
    invoiced = {invoice.recovery for invoice in case.invoices}
    claimed = (r.claim if r.status != "decided" else r.to_invoice for r in recoveries if r.id not in invoiced)
    if case.money.to_account_for > sum(claimed):
        set_off = {item.payout for item in case.set_offs if item.status == "decided"}
        grants = (payout for payout in case.payouts if payout.purpose == "grant")
        paid = (payout for payout in grants if payout.status == "settled" or payout.id in set_off)
        last = max(paid, key=lambda payout: payout.changed_at)
        yield Task("officer", "account_for_payout", last.id, last.changed_at)


def _mails(case: Case) -> Iterator[Task]:
    for mail in case.mails.values():
        if mail.status == "owed":
            yield Task("mail", "send_mail", mail.id, mail.owed_at)
        elif mail.status == "bounced":
            yield Task("officer", "correct_registry_address", mail.id, mail.owed_at)
        if mail.complaint == "open":
            yield Task("officer", "answer_complaint", mail.id, mail.owed_at)
