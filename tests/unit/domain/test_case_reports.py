"""The report: its link and reminders, how it is received and assessed, and what happens when it does not come."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

import msgspec
import pytest

from statsbidrag.domain.case import CASE, evolve
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.owed import missing_report_due, reminder_due
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.money import NOTHING, Ore, kronor
from statsbidrag.domain.time import start_of
from tests.builders import (
    ALLOCATED,
    CLAIM,
    LINK_MAIL,
    NEXT_BATCH,
    PAYOUT,
    REPORT_LATE,
    REPORT_MISSING,
    REPORT_OPENS,
    SECOND,
    TERMS,
    Story,
    approved,
    batched,
    changed,
    delivered,
    give_back,
    heard,
    linked,
    paid,
    rejected,
    report,
    reported,
    requisition,
    requisitioned,
    returned,
    sent,
    settle,
    unknown,
    voided,
)

TICK = timedelta(microseconds=1)
BOOKED = date(2026, 6, 1)


def refusal(story: Story, command: c.CaseCommand) -> Refusal:
    with pytest.raises(Refusal) as refused:
        story.do(command)
    return refused.value


# The link


def test_the_link_is_owed_from_the_rounds_day_on() -> None:
    assert paid().due("issue_report_link-1") == REPORT_OPENS


def test_the_link_goes_out_once_and_not_before_its_day() -> None:
    story = paid()
    story.now = REPORT_OPENS - TICK
    assert refusal(story, c.IssueReportLink("hash")).code == "report_not_open"
    assert story.do(c.IssueReportLink("hash"), at=REPORT_OPENS) == [e.ReportLinkIssued(1, "hash", REPORT_OPENS)]
    assert story.do(c.IssueReportLink("another")) == []
    assert story.stage == "report_due"
    assert f"mail/send_mail-{LINK_MAIL}" in story.tasks


def test_who_was_not_paid_gets_no_link() -> None:
    story = sent()
    story.now = REPORT_OPENS
    assert refusal(story, c.IssueReportLink("hash")).code == "nothing_to_report"


# The reminders


def ladder(story: Story) -> set[str]:
    return {task for task in story.tasks if "remind_of_report" in task}


def test_the_ladder_of_reminders_counts_from_the_last_day() -> None:
    story = linked()
    assert ladder(story) == {f"report_links/remind_of_report-{day}" for day in (-14, -3, 7)}
    assert story.due("remind_of_report-7") == start_of(TERMS.report_last_day + timedelta(days=7))


def test_a_reminder_goes_out_once_when_it_is_due() -> None:
    story = linked()
    due = reminder_due(TERMS, -14)
    story.now = due - TICK
    assert refusal(story, c.IssueReminder(-14)).code == "reminder_not_due"
    assert story.do(c.IssueReminder(-14), at=due) == [e.ReportReminderIssued(-14, due)]
    assert story.do(c.IssueReminder(-14)) == []
    assert ladder(story) == {f"report_links/remind_of_report-{day}" for day in (-3, 7)}
    assert "mail/send_mail-2025-0114-report_reminder--14" in story.tasks


def test_a_later_reminder_takes_the_place_of_those_that_were_missed() -> None:
    story = linked()
    story.do(c.IssueReminder(-3), at=reminder_due(TERMS, -3))
    assert ladder(story) == {"report_links/remind_of_report-7"}
    assert story.do(c.IssueReminder(-14)) == []


def test_a_link_that_came_late_skips_the_reminders_before_it() -> None:
    story = paid()
    story.do(c.IssueReportLink("hash"), at=reminder_due(TERMS, -14))
    assert ladder(story) == {f"report_links/remind_of_report-{day}" for day in (-3, 7)}


def test_nobody_is_reminded_before_the_link_or_after_the_report() -> None:
    assert paid().do(c.IssueReminder(7), at=REPORT_MISSING) == []
    assert reported().do(c.IssueReminder(7), at=REPORT_MISSING) == []
    assert ladder(reported()) == set()


# Receiving


def test_a_report_in_time_is_received_and_to_be_assessed() -> None:
    story = reported()
    assert story.stage == "reported"
    received = story.case.report
    assert received is not None
    assert not received.late
    assert "assessments/assess_report-1" in story.tasks
    assert "mail/send_mail-2025-0114-report_receipt-1" in story.tasks
    assert "assessments/assess_missing_report-1" not in story.tasks


def test_the_last_moment_of_the_last_day_is_in_time_and_the_next_is_late() -> None:
    in_time, late = delivered(), delivered()
    in_time.do(report(), at=REPORT_LATE - TICK)
    late.do(report(), at=REPORT_LATE)
    assert [s.case.report.late for s in (in_time, late) if s.case.report] == [False, True]


def test_a_second_report_is_refused() -> None:
    answer = refusal(reported(), report())
    assert (answer.code, answer.status) == ("already_reported", 409)


def test_a_report_without_a_link_finds_nothing() -> None:
    with pytest.raises(NotFound, match="link_not_valid"):
        paid().do(report(), at=REPORT_OPENS)


@pytest.mark.parametrize(
    ("used", "misused", "code", "field"),
    [
        (Ore(ALLOCATED + 1), Ore(0), "amount_used_above_paid", "amount_used"),
        (Ore(-1), Ore(0), "amount_used_above_paid", "amount_used"),
        (kronor(10), kronor(11), "amount_misused_above_used", "amount_not_as_intended"),
        (kronor(10), kronor(-1), "amount_misused_above_used", "amount_not_as_intended"),
    ],
)
def test_amounts_that_do_not_agree_are_refused_at_their_field(used: Ore, misused: Ore, code: str, field: str) -> None:
    answer = refusal(linked(), report(used, misused))
    assert (answer.code, answer.field) == (code, field)


# Assessing


def test_all_used_rightly_and_in_time_closes_the_case() -> None:
    story = reported()
    story.do(c.AssessReport())
    assert story.case.money.accepted_use == ALLOCATED
    assert story.case.money.to_account_for == 0
    assert story.case.recoveries == ()
    assert story.stage == "closed"
    assert story.do(c.AssessReport()) == []


def test_unspent_and_misused_money_is_proposed_to_go_back() -> None:
    story = reported(used=Ore(ALLOCATED - kronor(2000)), misused=kronor(500))
    story.do(c.AssessReport())
    recovery = story.case.recoveries[0]
    assert recovery.grounds == ("unspent", "misused")
    assert recovery.claim == kronor(2500)
    assert recovery.proposed_waiver == 0
    assert story.case.money.accepted_use == ALLOCATED - kronor(2500)
    assert story.stage == "hearing"
    assert "mail/send_mail-2025-0114-hearing-1" in story.tasks


def test_misuse_alone_is_its_own_ground() -> None:
    story = reported(misused=kronor(500))
    story.do(c.AssessReport())
    assert story.case.recoveries[0].grounds == ("misused",)


@pytest.mark.parametrize(("claim", "waiver"), [(9_999, 9_999), (10_000, 0), (1, 1)])
def test_a_claim_below_the_smallest_is_proposed_to_be_waived(claim: int, waiver: int) -> None:
    story = reported(used=Ore(ALLOCATED - claim))
    story.do(c.AssessReport())
    recovery = story.case.recoveries[0]
    assert (recovery.claim, recovery.proposed_waiver) == (claim, waiver)


def test_the_hearing_lasts_whole_days() -> None:
    story = heard()
    recovery = story.case.recoveries[0]
    assert recovery.hearing_ends == start_of(TERMS.report_opens + timedelta(days=TERMS.hearing_days + 1))
    assert story.due("prepare_decision-1") == recovery.hearing_ends


def test_a_report_is_assessed_only_when_there_is_one() -> None:
    with pytest.raises(NotFound, match="unknown_report"):
        linked().do(c.AssessReport())


# Late reports


def late_report(story: Story, used: Ore = ALLOCATED) -> Story:
    story.do(report(used), at=REPORT_LATE)
    story.do(c.AssessReport())
    return story


def test_a_late_report_puts_the_whole_grant_before_an_officer() -> None:
    story = late_report(delivered())
    recovery = story.case.recoveries[0]
    assert (recovery.grounds, recovery.claim) == (("late_report",), ALLOCATED)
    assert story.case.money.accepted_use == 0


def test_lateness_is_not_claimed_without_proof_that_the_link_arrived() -> None:
    story = late_report(linked())
    assert story.case.recoveries == ()
    assert story.case.money.accepted_use == ALLOCATED


def test_without_proof_a_late_report_is_judged_by_what_it_says() -> None:
    story = late_report(linked(), used=Ore(ALLOCATED - kronor(1000)))
    recovery = story.case.recoveries[0]
    assert (recovery.grounds, recovery.claim) == (("unspent",), kronor(1000))
    assert [check.rule for check in recovery.checks if not check.passed] == ["all_money_used"]


def test_a_link_sent_after_the_last_day_proves_no_lateness() -> None:
    story = paid()
    story.do(c.IssueReportLink("token-hash"), at=REPORT_LATE)
    story.do(c.RecordMailDelivered(LINK_MAIL, REPORT_LATE))
    assert late_report(story).case.recoveries == ()


def test_a_late_report_on_nothing_paid_claims_nothing() -> None:
    story = delivered()
    story.do(give_back())
    assert late_report(story, used=Ore(0)).case.recoveries == ()


def test_a_late_report_on_less_than_the_smallest_claim_is_proposed_to_be_waived() -> None:
    story = late_report(delivered(amount=kronor(50)), used=kronor(50))
    assert story.case.recoveries[0].proposed_waiver == kronor(50)


# Missing reports


def test_a_missing_report_is_assessed_the_day_after_the_last_reminder() -> None:
    assert missing_report_due(TERMS) == REPORT_MISSING
    story = delivered()
    story.now = REPORT_MISSING - TICK
    assert refusal(story, c.AssessMissingReport()).code == "report_not_overdue"
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    recovery = story.case.recoveries[0]
    assert (recovery.grounds, recovery.claim) == (("report_missing",), ALLOCATED)
    assert recovery.checks[0].inputs["delivered"] == LINK_MAIL
    assert ladder(story) == set()
    assert story.do(c.AssessMissingReport()) == []


def test_without_proof_of_delivery_an_officer_must_look_and_nothing_is_claimed() -> None:
    story = linked()
    assert story.do(c.AssessMissingReport(), at=REPORT_MISSING) == [e.DeliveryUnproven()]
    assert story.case.recoveries == ()
    assert "officer/prove_delivery_of_report_link-1" in story.tasks
    assert "assessments/assess_missing_report-1" not in story.tasks
    assert story.do(c.AssessMissingReport()) == []


def test_a_bounced_link_is_no_proof() -> None:
    story = delivered()
    story.do(c.RecordMailBounced(LINK_MAIL, story.now))
    assert story.do(c.AssessMissingReport(), at=REPORT_MISSING) == [e.DeliveryUnproven()]


def test_a_delivered_reminder_proves_the_link_as_well() -> None:
    story = linked()
    story.do(c.IssueReminder(-14), at=reminder_due(TERMS, -14))
    story.do(c.RecordMailDelivered("2025-0114-report_reminder--14", story.now))
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.recoveries[0].grounds == ("report_missing",)


def test_a_reminder_after_the_last_day_proves_no_lateness() -> None:
    story = linked()
    story.do(c.IssueReminder(7), at=reminder_due(TERMS, 7))
    story.do(c.RecordMailDelivered("2025-0114-report_reminder-7", story.now))
    assert story.do(c.AssessMissingReport(), at=REPORT_MISSING) == [e.DeliveryUnproven()]


def test_who_was_not_paid_is_not_missed() -> None:
    assert sent().do(c.AssessMissingReport(), at=REPORT_MISSING) == []


def test_a_report_that_comes_while_it_is_claimed_answers_the_hearing() -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    story.do(report(), at=REPORT_MISSING + timedelta(days=1))
    story.do(c.AssessReport())
    assert len(story.case.recoveries) == 1
    assert story.case.money.accepted_use == 0
    assert story.case.money.imbalances() == []


def test_a_report_after_the_decision_makes_an_officer_reconsider() -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    ends = story.case.recoveries[0].hearing_ends
    story.do(c.PrepareDecision(1, Ore(0), "Ingen rapport.", "officer:1"), at=ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    story.do(report())
    story.do(c.AssessReport())
    assert "officer/reconsider_after_late_report-1" in story.tasks


# Money that comes after its use was looked at


def account_tasks(story: Story) -> set[str]:
    return {task for task in story.tasks if "account_for_payout" in task}


def half_paid(*more: Ore) -> Story:
    """The first payout is paid and its link has arrived; the second, and what more there is, is ordered."""
    story = paid(msgspec.structs.replace(TERMS, requisitions_allowed=2 + len(more)), kronor(100))
    for number, amount in enumerate((kronor(50), *more), start=2):
        story.do(requisition(amount))
        story.do(c.ValidateRequisition(number))
    story.do(c.IssueReportLink("token-hash"), at=REPORT_OPENS)
    story.do(c.RecordMailDelivered(LINK_MAIL, story.now))
    return story


PAY_SECOND: tuple[c.CaseCommand, ...] = (
    c.QueuePayout(SECOND, NEXT_BATCH),
    c.RecordPayoutSent(SECOND, NEXT_BATCH),
    settle("E-2", kronor(50), SECOND),
)
SECOND_TASK = f"officer/account_for_payout-{SECOND}"


def test_money_that_is_paid_after_the_report_was_assessed_is_before_an_officer_until_it_is_accounted_for() -> None:
    story = half_paid()
    story.do(report(kronor(100)))
    story.do(c.AssessReport())
    for command in PAY_SECOND:
        assert account_tasks(story) == set()
        story.do(command, at=story.now + timedelta(days=1))
    assert account_tasks(story) == {SECOND_TASK}
    assert story.due(f"account_for_payout-{SECOND}") == story.now
    assert story.case.money.to_account_for == kronor(50)
    but_one_ore = evolve(story.case, e.ReportAssessed(Ore(kronor(50) - 1), ()))
    assert any(task.kind == "account_for_payout" for task in CASE.owed(but_one_ore))
    all_of_it = evolve(story.case, e.ReportAssessed(kronor(50), ()))
    assert not any(task.kind == "account_for_payout" for task in CASE.owed(all_of_it))


def test_money_that_is_paid_while_the_grant_is_claimed_is_before_an_officer_at_every_step_after() -> None:
    story = half_paid()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.recoveries[0].claim == kronor(100)
    assert account_tasks(story) == set()
    for command in PAY_SECOND:
        story.do(command)
    steps: tuple[c.CaseCommand, ...] = (
        c.PrepareDecision(1, kronor(60), "Skäl.", "officer:1"),
        c.DecideRecovery(1, "officer:2"),
        report(kronor(150)),
        c.AssessReport(),
        c.RaiseInvoice(1),
        c.RecordRepayment(1, "E-9", kronor(40), BOOKED),
    )
    story.now = story.case.recoveries[0].hearing_ends
    for step in steps:
        assert account_tasks(story) == {SECOND_TASK}
        assert story.do(step)
    assert account_tasks(story) == {SECOND_TASK}
    assert story.case.money.to_account_for == kronor(50)


def test_money_that_came_back_and_is_paid_anew_after_a_report_of_nothing_is_before_an_officer() -> None:
    story = delivered()
    story.do(give_back())
    story.do(report(Ore(0)))
    story.do(c.AssessReport())
    changed(story)
    story.do(c.ReissuePayout(PAYOUT, "officer:1"))
    for command in (c.QueuePayout(SECOND, NEXT_BATCH), c.RecordPayoutSent(SECOND, NEXT_BATCH)):
        story.do(command, at=story.now + TICK)
        assert account_tasks(story) == set()
    story.do(settle("E-2", payout=SECOND), at=story.now + TICK)
    assert account_tasks(story) == {SECOND_TASK}


def test_money_that_is_paid_before_its_report_is_assessed_is_no_task_of_its_own() -> None:
    before_the_report, before_the_assessment = half_paid(), half_paid()
    for command in PAY_SECOND:
        before_the_report.do(command)
    before_the_report.do(report(kronor(150)))
    before_the_assessment.do(report(kronor(100)))
    for command in PAY_SECOND:
        before_the_assessment.do(command)
    for story in (before_the_report, before_the_assessment):
        assert account_tasks(story) == set()
        story.do(c.AssessReport())
        assert account_tasks(story) == set()


def test_the_payout_that_is_to_be_accounted_for_is_one_that_was_paid() -> None:
    story = half_paid(kronor(7))
    story.do(report(kronor(100)))
    story.do(c.AssessReport())
    for command in PAY_SECOND:
        story.do(command)
    story.do(c.VoidPayout("P-2025-0114-3", "Fel belopp.", "officer:1", is_final=True), at=story.now + TICK)
    assert account_tasks(story) == {SECOND_TASK}


WAIVERS = (Ore(0), Ore(CLAIM - kronor(1)), CLAIM)


def usual_report(used: Ore = ALLOCATED, misused: Ore = NOTHING) -> list[c.CaseCommand]:
    return [report(used, misused), c.AssessReport()]


def usual_recovery(waived: Ore) -> list[c.CaseCommand]:
    return [
        c.PrepareDecision(1, waived, "Skäl.", "officer:1"),
        c.DecideRecovery(1, "officer:2"),
        c.RecordLetterFiled(1, "letter.pdf"),
        c.RaiseInvoice(1),
        c.RecordInvoiceFiled("I-2025-0114-1", "i.xml", "i.pdf"),
        c.RecordRepayment(1, "E-9", ALLOCATED, BOOKED),
    ]


@pytest.mark.parametrize(
    ("commands", "at"),
    [
        (usual_report(), REPORT_OPENS),
        *(([*usual_report(Ore(ALLOCATED - CLAIM)), *usual_recovery(w)], REPORT_OPENS) for w in WAIVERS),
        *(([*usual_report(misused=CLAIM), *usual_recovery(w)], REPORT_OPENS) for w in WAIVERS),
        *(([*usual_report(), *usual_recovery(w)], REPORT_LATE) for w in WAIVERS),
        *(([c.AssessMissingReport(), *usual_recovery(w)], REPORT_MISSING) for w in WAIVERS),
        *(([c.AssessMissingReport(), *usual_report(), *usual_recovery(w)], REPORT_MISSING) for w in WAIVERS),
        *(([c.AssessMissingReport(), *usual_recovery(w), *usual_report()], REPORT_MISSING) for w in WAIVERS),
    ],
)
def test_in_an_ordinary_year_no_payout_is_left_to_be_accounted_for_at_any_step(
    commands: list[c.CaseCommand], at: datetime
) -> None:
    story = delivered()
    story.now = at
    for command in commands:
        if isinstance(command, c.PrepareDecision):
            story.now = story.case.recoveries[0].hearing_ends
        with suppress(Refusal, NotFound):
            story.do(command)
        assert account_tasks(story) == set()
    assert story.stage == "closed"
    assert story.case.money.to_account_for == 0


@pytest.mark.parametrize("start", [requisitioned, approved, batched, sent, paid, unknown, returned, rejected, voided])
def test_a_payout_is_not_to_be_accounted_for_before_a_report_was_assessed(start: Callable[[], Story]) -> None:
    assert account_tasks(start()) == set()
