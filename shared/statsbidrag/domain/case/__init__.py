"""The case: one municipality in one round, its journal and what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from statsbidrag.domain.case import (
    accounts,
    appeals,
    corrections,
    extensions,
    hearings,
    interests,
    late_requisitions,
    links,
    mails,
    opening,
    payouts,
    recoveries,
    reissues,
    reports,
    requisitions,
    set_offs,
    settlement,
    spot_checks,
)
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.evolve import evolve
from statsbidrag.domain.case.owed import owed
from statsbidrag.domain.case.state import Case, Recovery, case_key, empty_case
from statsbidrag.domain.journal import Kind, Lookup

__all__ = ["CASE", "Case", "case_key", "decide", "empty_case", "evolve", "owed"]

_DECISIONS: dict[type, Callable[[Case, Any, datetime], Sequence[e.CaseEvent]]] = {
    c.OpenCase: opening.open_case,
    c.SubmitRequisition: requisitions.submit,
    c.ValidateRequisition: requisitions.validate,
    c.DecideLateRequisition: late_requisitions.decide_late,
    c.ProposeAccount: accounts.propose,
    c.ApproveAccount: accounts.approve,
    c.DeclineAccount: accounts.decline,
    c.HoldPayouts: corrections.hold,
    c.ReleasePayouts: corrections.release,
    c.QueuePayout: payouts.queue,
    c.UnqueuePayout: payouts.unqueue,
    c.RecordPayoutSent: payouts.sent,
    c.RecordPayoutSettled: payouts.settled,
    c.RecordPayoutRejected: payouts.rejected,
    c.RecordPayoutReturned: payouts.returned,
    c.RecordSilence: corrections.silent,
    c.ProposeResolution: corrections.propose_resolution,
    c.ConfirmResolution: corrections.confirm_resolution,
    c.VoidPayout: corrections.void,
    c.ReissuePayout: corrections.reissue,
    c.IssueReportLink: reports.issue_link,
    c.RequestReportLink: links.request,
    c.RenewReportLink: links.renew,
    c.RevokeReportLinks: links.revoke,
    c.ProveDelivery: links.prove,
    c.IssueReminder: reports.issue_reminder,
    c.SubmitReport: reports.submit,
    c.ExtendReport: extensions.extend,
    c.ReopenReport: extensions.reopen,
    c.AssessReport: reports.assess,
    c.AssessMissingReport: reports.assess_missing,
    c.AnswerHearing: hearings.answer,
    c.ExtendHearing: hearings.extend,
    c.RequestRecords: spot_checks.request,
    c.RevokeRecordsLink: spot_checks.revoke_link,
    c.IssueRecordsLink: spot_checks.issue_link,
    c.ReceiveRecords: spot_checks.receive,
    c.ConcludeSpotCheck: spot_checks.conclude,
    c.PrepareDecision: recoveries.prepare,
    c.DecideRecovery: recoveries.decide_recovery,
    c.RecordLetterFiled: recoveries.letter_filed,
    c.RaiseInvoice: recoveries.raise_invoice,
    c.RecordInvoiceFiled: recoveries.invoice_filed,
    c.RecordRepayment: recoveries.repaid,
    c.RemindInvoice: settlement.remind,
    c.PrepareReconsideration: settlement.prepare_reconsideration,
    c.DecideReconsideration: settlement.decide_reconsideration,
    c.RecordReconsiderationFiled: settlement.reconsideration_filed,
    c.NoteAppeal: appeals.note,
    c.NoteAppealOutcome: appeals.end,
    c.RecordCreditNoteFiled: settlement.credit_note_filed,
    c.ProposeWriteOff: settlement.propose_write_off,
    c.DecideWriteOff: settlement.decide_write_off,
    c.OrderRefund: settlement.order_refund,
    c.ReissueInvoice: reissues.reissue_invoice,
    c.ProposeSetOff: set_offs.propose_set_off,
    c.DecideSetOff: set_offs.decide_set_off,
    c.DeclineSetOff: set_offs.decline_set_off,
    c.ClaimInterest: interests.claim,
    c.WaiveInterest: interests.waive,
    c.RecordMailSent: mails.sent,
    c.RecordMailDelivered: mails.delivered,
    c.RecordMailBounced: mails.bounced,
    c.RecordMailComplained: mails.complained,
    c.CorrectRegistryAddress: mails.correct_address,
}


def decide(case: Case, command: c.CaseCommand, now: datetime) -> Sequence[e.CaseEvent]:
    """Answer a command with the events it causes.

    Parameters
    ----------
    now
        UTC instant from the clock.

    Returns
    -------
    Sequence[CaseEvent]
        Empty when what was asked for is already so.

    Raises
    ------
    Refusal, NotFound
        The rules say no; the case is untouched.
    """
    return _DECISIONS[type(command)](case, command, now)


def lookups(case: Case, event: e.CaseEvent) -> tuple[Lookup, ...]:
    """Give the second keys an event brings: the case in its round, and each link by its token's hash."""
    if isinstance(event, e.CaseOpened):
        return (Lookup(f"CASES#{case.round}", case.municipality),)
    if isinstance(event, e.ReportLinkIssued):
        return (Lookup("LINK", event.token_hash),)
    if isinstance(event, (e.RecordsRequested, e.RecordsLinkIssued)):
        return (Lookup("RECORDS", event.token_hash),)
    return ()


def stage(case: Case) -> str:
    """Say in one word where a case stands in its year."""
    if case.live_recoveries or (case.report is not None and case.report.assessed):
        stages = (_recovery_stage(case, recovery) for recovery in case.live_recoveries)
        return next((word for word in stages if word != "closed"), "under_check" if case.open_checks else "closed")
    if case.report is not None:
        return "reported"
    if case.money.paid:
        return "report_due" if case.link else "paid"
    if case.payouts:
        return case.payouts[-1].status
    return case.requisitions[-1].status if case.requisitions else "allocated"


def _recovery_stage(case: Case, recovery: Recovery) -> str:
    if recovery.status != "decided":
        return recovery.status
    if recovery.is_on_hold:
        return "appealed"
    invoices = [invoice for invoice in case.invoices if invoice.recovery == recovery.id]
    if recovery.to_invoice and not invoices:
        return "decided"
    claims = [invoice for invoice in case.all_invoices if invoice.recovery == recovery.id]
    return "invoiced" if any(invoice.open_amount for invoice in claims) else "closed"


CASE: Kind[Case, e.CaseEvent, c.CaseCommand] = Kind(
    name="CASE",
    state=Case,
    event=e.CaseEvent,
    empty=empty_case,
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=stage,
)
