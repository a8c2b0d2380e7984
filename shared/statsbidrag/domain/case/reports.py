"""Decide on the report: the link, the reminders, what is received and how it is assessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import (
    AssessMissingReport,
    AssessReport,
    IssueReminder,
    IssueReportLink,
    SubmitReport,
)
from statsbidrag.domain.case.links import delivered_in_time, refuse_closed
from statsbidrag.domain.case.owed import missing_report_due, reminder_due
from statsbidrag.domain.case.state import Case, Check, Ground, Report, opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.money import NOTHING, Ore, format_kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of, format_date, start_of, swedish_date


def issue_link(case: Case, command: IssueReportLink, now: datetime) -> Sequence[e.CaseEvent]:
    """Issue the link once, from the round's date on, to a municipality that was paid."""
    _, terms = opened(case)
    if case.link is not None or case.report is not None:
        return []
    if now < start_of(terms.report_opens):
        raise Refusal("report_not_open", f"Länken skickas från den {format_date(terms.report_opens)}.", status=409)
    if case.money.paid == 0:
        raise Refusal("nothing_to_report", "Kommunen har inte fått något bidrag att redovisa.", status=409)
    return [e.ReportLinkIssued(1, command.token_hash, now)]


def issue_reminder(case: Case, command: IssueReminder, now: datetime) -> Sequence[e.CaseEvent]:
    """Remind once per step of the ladder, and not after a report or a later reminder."""
    _, terms = opened(case)
    link = case.link
    if link is None or link.revoked_at is not None or case.report is not None:
        return []
    if case.reopenings or case.live_recoveries or command.day <= max(link.reminders_sent, default=-(10**6)):
        return []
    if now < reminder_due(terms, command.day):
        raise Refusal("reminder_not_due", "Det är för tidigt att påminna.", status=409)
    return [e.ReportReminderIssued(command.day, now)]


def submit(case: Case, command: SubmitReport, now: datetime) -> Sequence[e.CaseEvent]:
    """Receive a report; a late one is received and stamped late."""
    _, terms = opened(case)
    refuse_closed(case, command.token_hash, now)
    if case.report is not None:
        raise Refusal(
            "already_reported",
            "Kommunen har redan lämnat sin återrapportering. Kontakta handläggaren om något behöver ändras.",
            status=409,
        )
    refuse_amounts(command.amount_used, command.amount_misused, case.money.paid)
    first = case.reopening.earlier.counts_from if case.reopening else None
    return [
        e.ReportReceived(
            received_at=now,
            late=(first or now) >= end_of(terms.report_last_day),
            form_version=command.form_version,
            answers=command.answers,
            amount_used=command.amount_used,
            amount_misused=command.amount_misused,
            content_hash=command.content_hash,
            first_received_at=first,
        )
    ]


def refuse_amounts(used: Ore, misused: Ore, paid: Ore) -> None:
    """Refuse amounts that do not agree with what was paid, or with each other; all in öre."""
    if not 0 <= used <= paid:
        raise Refusal(
            "amount_used_above_paid",
            f"Skriv ett belopp från 0 till {format_kronor(paid)}, som är vad kommunen har fått.",
            field="amount_used",
        )
    if not 0 <= misused <= used:
        raise Refusal(
            "amount_misused_above_used",
            "Beloppet som använts till annat kan inte vara större än det belopp som har använts.",
            field="amount_not_as_intended",
        )


def assess(case: Case, _command: AssessReport, now: datetime) -> Sequence[e.CaseEvent]:
    """Accept what was used rightly and in time; propose to recover the rest.

    A report that came after the last day breaks a condition, so the whole grant is proposed and an officer
    decides what to waive; lateness is not held against a municipality whose link is not proven to have arrived. A
    recovery that is already open takes the report in as an answer to its hearing.
    """
    _, terms = opened(case)
    report = case.report
    if report is None and case.reopening:
        return []
    if report is None:
        raise NotFound("unknown_report", "Det finns ingen återrapportering att bedöma.")
    if report.assessed:
        return []
    if case.live_recoveries:
        return [e.ReportAssessed(NOTHING, (_in_time(case, report, terms),))]
    in_time = _in_time(case, report, terms)
    checks = (in_time, _all_used(case, report), _used_rightly(report))
    if not in_time.passed and case.money.paid:
        proposal = propose(case, now, grounds=("late_report",), claim=case.money.to_account_for, checks=checks)
        return [e.ReportAssessed(NOTHING, checks), proposal]
    unspent = case.money.paid - report.amount_used
    claim = Ore(unspent + report.amount_misused)
    assessed = e.ReportAssessed(Ore(case.money.paid - claim), checks)
    if claim == 0:
        return [assessed]
    grounds: list[Ground] = ["unspent"] if unspent else []
    if report.amount_misused:
        grounds.append("misused")
    return [assessed, propose(case, now, grounds=tuple(grounds), claim=claim, checks=checks)]


def assess_missing(case: Case, _command: AssessMissingReport, now: datetime) -> Sequence[e.CaseEvent]:
    """Propose to recover the whole grant when no report came; only with proof that the link arrived.

    While every link is revoked the municipality cannot report, and nothing is held against it. Where the report was
    opened again and no corrected one came, the earlier one stands again.
    """
    _, terms = opened(case)
    if case.reopening is not None:
        return [e.ReportReinstated(now)] if now >= end_of(case.reopening.last_day) else []
    if case.report is not None or case.live_recoveries or case.money.paid == 0:
        return []
    if case.link is not None and case.link.revoked_at is not None:
        return []
    if now < missing_report_due(terms):
        if case.extensions:
            return []
        raise Refusal("report_not_overdue", "Det är för tidigt att bedöma en utebliven återrapportering.", status=409)
    proofs = delivered_in_time(case, terms)
    if not proofs:
        return [] if case.unproven_delivery else [e.DeliveryUnproven()]
    check = Check(
        rule="report_received_in_time",
        passed=False,
        inputs={"last_day": terms.report_last_day.isoformat(), "delivered": ", ".join(proofs)},
        arithmetic=f"no report < {end_of(terms.report_last_day).isoformat()}",
        explanation=f"Återrapporteringen skulle ha kommit in senast den {format_date(terms.report_last_day)}. "
        "Länken har nått kommunen.",
    )
    return [propose(case, now, grounds=("report_missing",), claim=case.money.to_account_for, checks=(check,))]


def propose(
    case: Case,
    now: datetime,
    *,
    grounds: tuple[Ground, ...],
    claim: Ore,
    checks: tuple[Check, ...],
) -> e.RecoveryProposed:
    """Open a recovery with its hearing; the municipality has whole days to answer. A small one may be waived whole."""
    _, terms = opened(case)
    last_day = swedish_date(now) + timedelta(days=terms.hearing_days)
    return e.RecoveryProposed(
        recovery=len(case.recoveries) + 1,
        grounds=grounds,
        claim=claim,
        proposed_waiver=claim if claim < terms.smallest_claim else NOTHING,
        checks=checks,
        proposed_at=now,
        hearing_ends=end_of(last_day),
    )


def _in_time(case: Case, report: Report, terms: Terms) -> Check:
    """Hold the day against the municipality only if the link is proven to have arrived."""
    ends, proofs = end_of(terms.report_last_day), delivered_in_time(case, terms)
    explanation = f"Sista dag för återrapportering var den {format_date(terms.report_last_day)}."
    if report.late and not proofs:
        explanation += " Det är inte visat att länken nådde kommunen innan dess."
    return Check(
        rule="report_received_in_time",
        passed=not report.late or not proofs,
        inputs={
            "received_at": report.counts_from.isoformat(),
            "last_day": terms.report_last_day.isoformat(),
            "delivered": ", ".join(proofs),
        },
        arithmetic=f"{report.counts_from.isoformat()} < {ends.isoformat()} or {len(proofs)} = 0",
        explanation=explanation,
    )


def _all_used(case: Case, report: Report) -> Check:
    unspent = Ore(case.money.paid - report.amount_used)
    return Check(
        rule="all_money_used",
        passed=unspent == 0,
        inputs={"paid": str(case.money.paid), "amount_used": str(report.amount_used)},
        arithmetic=f"{case.money.paid} - {report.amount_used} = {unspent}",
        explanation=f"Utbetalt {format_kronor(case.money.paid)}, använt {format_kronor(report.amount_used)}, "
        f"inte använt {format_kronor(unspent)}.",
    )


def _used_rightly(report: Report) -> Check:
    rightly = Ore(report.amount_used - report.amount_misused)
    return Check(
        rule="money_used_under_the_conditions",
        passed=report.amount_misused == 0,
        inputs={"amount_used": str(report.amount_used), "amount_misused": str(report.amount_misused)},
        arithmetic=f"{report.amount_used} - {report.amount_misused} = {rightly}",
        explanation=f"Använt enligt villkoren {format_kronor(rightly)}, "
        f"till annat {format_kronor(report.amount_misused)}.",
    )
