"""More time to report, and a report that is opened again: everything that looks at the last day follows it."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.money import NOTHING, Ore
from statsbidrag.domain.time import end_of, start_of
from tests.builders import (
    ALLOCATED,
    CLAIM,
    REPORT_LATE,
    REPORT_MISSING,
    TERMS,
    Story,
    decided,
    delivered,
    heard,
    invoiced,
    linked,
    paid,
    prepared,
    refusal,
    report,
    reported,
)

LATER = date(2026, 3, 31)
WHY = "Kommunen har bytt ekonomisystem."
GRANT = c.ExtendReport(LATER, WHY, "officer:1")
REOPEN = c.ReopenReport(LATER, "Ett belopp hade blivit fel.", "officer:1")
REMINDERS = {"remind_of_report--14", "remind_of_report--3", "remind_of_report-7"}


def extended() -> Story:
    story = delivered()
    story.do(GRANT)
    return story


def reopened(start: Story | None = None) -> Story:
    story = start or heard()
    story.do(REOPEN)
    return story


# More time


def test_reminders_and_the_missing_report_follow_the_later_day() -> None:
    story = extended()
    assert {task.rpartition("/")[2] for task in story.tasks} >= REMINDERS
    assert story.due("remind_of_report--14") == start_of(LATER - timedelta(days=14))
    assert story.due("assess_missing_report-1") == end_of(LATER + timedelta(days=7))


def test_a_report_by_the_later_day_is_in_time_and_one_after_it_is_late() -> None:
    in_time, late = extended(), extended()
    in_time.do(report(), at=end_of(LATER) - timedelta(microseconds=1))
    late.do(report(), at=end_of(LATER))
    assert [s.case.report.late for s in (in_time, late) if s.case.report] == [False, True]
    in_time.do(c.AssessReport())
    late.do(c.AssessReport())
    assert in_time.case.recoveries == ()
    assert late.case.recoveries[0].grounds == ("late_report",)
    assert late.case.recoveries[0].checks[0].inputs["last_day"] == "2026-03-31"


def test_more_time_may_be_given_after_the_last_day() -> None:
    story = delivered()
    story.do(GRANT, at=REPORT_LATE + timedelta(days=2))
    story.do(report())
    assert story.case.report
    assert not story.case.report.late


def test_the_registry_is_told_once() -> None:
    story = extended()
    [mail] = [mail for mail in story.case.mails.values() if mail.kind == "report_extended"]
    assert mail.id == "2025-0114-report_extended-1"
    assert story.do(GRANT) == []


def test_it_is_kept_who_gave_it_why_and_what_held_before() -> None:
    [extension] = extended().case.extensions
    assert (extension.previous, extension.last_day) == (TERMS.report_last_day, LATER)
    assert (extension.reason, extension.granted_by) == (WHY, "officer:1")


def test_a_reminder_of_the_later_day_is_an_e_mail_of_its_own() -> None:
    story = delivered()
    story.do(c.IssueReminder(-14), at=start_of(TERMS.report_last_day - timedelta(days=14)))
    story.do(GRANT)
    story.do(c.IssueReminder(-14), at=start_of(LATER - timedelta(days=14)))
    names = sorted(mail.id for mail in story.case.mails.values() if mail.kind == "report_reminder")
    assert names == ["2025-0114-report_reminder--14", "2025-0114-report_reminder--14-1"]


def test_no_reminder_is_due_of_a_day_that_had_passed_when_more_time_was_given() -> None:
    story = delivered()
    story.do(c.ExtendReport(LATER, WHY, "officer:1"), at=start_of(LATER - timedelta(days=10)))
    assert "report_links/remind_of_report--14" not in story.tasks
    assert "report_links/remind_of_report--3" in story.tasks


def test_before_the_link_more_time_is_given_as_well() -> None:
    story = paid()
    story.do(GRANT)
    assert story.case.report_last_day == LATER
    assert "report_links/issue_report_link-1" in story.tasks


def test_a_proposal_for_a_missing_report_is_withdrawn() -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    events = story.do(c.ExtendReport(date(2026, 4, 30), WHY, "officer:1"))
    assert [type(event) for event in events] == [e.RecoveryWithdrawn, e.ReportExtended]
    assert not story.case.live_recoveries
    assert story.stage == "report_due"
    assert "officer/prepare_decision-1" not in story.tasks
    story.do(c.AssessMissingReport(), at=end_of(date(2026, 5, 7)))
    assert [recovery.id for recovery in story.case.live_recoveries] == [2]
    assert story.case.recoveries[1].claim == ALLOCATED


def test_where_nothing_proved_the_delivery_the_later_day_is_tried_anew() -> None:
    story = linked()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.unproven_delivery
    story.do(c.ExtendReport(date(2026, 4, 30), WHY, "officer:1"))
    assert "officer/prove_delivery_of_report_link-1" not in story.tasks
    assert "assessments/assess_missing_report-1" in story.tasks


def test_an_assessment_that_was_on_its_way_when_the_day_moved_changes_nothing() -> None:
    story = delivered()
    story.do(GRANT, at=REPORT_MISSING)
    assert story.do(c.AssessMissingReport()) == []


@pytest.mark.parametrize("day", [TERMS.report_last_day, date(2026, 2, 1)])
def test_an_earlier_day_or_the_same_is_refused(day: date) -> None:
    story = delivered()
    refused = refusal(story, c.ExtendReport(day, WHY, "officer:1"))
    assert (refused.code, refused.field) == ("day_not_later", "last_day")


@pytest.mark.parametrize("day", [date(2026, 1, 14), date(2027, 1, 17), date(2062, 3, 31)])
@pytest.mark.parametrize("command", [c.ExtendReport, c.ReopenReport])
def test_a_day_that_has_passed_or_is_far_off_is_refused(
    command: type[c.ExtendReport] | type[c.ReopenReport], day: date
) -> None:
    story = delivered() if command is c.ExtendReport else reported()
    refused = refusal(story, command(day, WHY, "officer:1"))
    assert (refused.code, refused.field) == ("day_out_of_range", "last_day")


def test_who_has_reported_gets_no_more_time() -> None:
    assert refusal(reported(), GRANT).code == "already_reported"


@pytest.mark.parametrize("command", [GRANT, REOPEN])
def test_a_decided_recovery_is_reconsidered_instead(command: c.CaseCommand) -> None:
    for story in (decided(), decided(waived=CLAIM), invoiced()):
        refused = refusal(story, command)
        assert (refused.code, refused.status) == ("recovery_already_decided", 409)
        assert "ompröva" in refused.message


# A report that is opened again


def test_what_was_accepted_and_proposed_is_undone_and_the_earlier_report_kept() -> None:
    story = reopened()
    money = story.case.money
    assert (money.accepted_use, money.to_account_for) == (0, ALLOCATED)
    assert [recovery.status for recovery in story.case.recoveries] == ["withdrawn"]
    assert story.case.report is None
    [reopening] = story.case.reopenings
    assert reopening.earlier.amount_used == ALLOCATED - CLAIM
    assert story.stage == "report_due"
    assert "mail/send_mail-2025-0114-report_reopened-1" in story.tasks


@pytest.mark.parametrize("used", [ALLOCATED, Ore(ALLOCATED - 2 * CLAIM)])
def test_the_corrected_report_is_assessed_as_a_whole(used: Ore) -> None:
    story = reopened()
    story.do(report(used), at=end_of(LATER) - timedelta(days=3))
    story.do(c.AssessReport())
    claims = [recovery.claim for recovery in story.case.live_recoveries]
    assert claims == ([] if used == ALLOCATED else [2 * CLAIM])
    assert story.case.money.accepted_use == used
    assert [each.amount_used for each in story.case.all_reports] == [ALLOCATED - CLAIM, used]
    assert sum(mail.kind == "report_receipt" for mail in story.case.mails.values()) == 2


def test_a_withdrawn_proposal_is_neither_prepared_nor_decided() -> None:
    story = reopened(prepared())
    assert refusal(story, c.PrepareDecision(1, NOTHING, "Skäl.", "officer:1")).code == "recovery_withdrawn"
    assert refusal(story, c.DecideRecovery(1, "officer:2")).code == "recovery_withdrawn"
    assert not {"officer/decide_recovery-1", "officer/prepare_decision-1"} & story.tasks


def test_a_correction_of_a_report_that_came_in_time_is_not_late() -> None:
    story = reopened()
    story.do(report(), at=end_of(LATER) - timedelta(days=1))
    story.do(c.AssessReport())
    assert story.case.report
    assert not story.case.report.late
    assert story.case.recoveries[1:] == ()


def test_a_correction_of_a_late_report_is_as_late_as_it() -> None:
    story = delivered()
    story.do(report(), at=REPORT_LATE)
    story.do(c.AssessReport())
    story.do(REOPEN)
    story.do(report(), at=REPORT_LATE + timedelta(days=9))
    story.do(c.AssessReport())
    assert story.case.report
    assert story.case.report.late
    [live] = story.case.live_recoveries
    assert (live.grounds, live.claim) == (("late_report",), ALLOCATED)
    assert live.checks[0].inputs["received_at"] == REPORT_LATE.isoformat()
    assert live.checks[0].arithmetic.startswith(f"{REPORT_LATE.isoformat()} < {REPORT_LATE.isoformat()}")


def test_without_a_correction_the_earlier_report_stands_again() -> None:
    story = reopened()
    assert story.due("assess_missing_report-1") == end_of(LATER)
    assert story.do(c.AssessMissingReport()) == []
    story.do(c.AssessMissingReport(), at=end_of(LATER))
    assert "assessments/assess_report-1" in story.tasks
    story.do(c.AssessReport())
    assert story.case.money.accepted_use == ALLOCATED - CLAIM
    assert [recovery.claim for recovery in story.case.live_recoveries] == [CLAIM]
    assert len(story.case.all_reports) == 1


def test_nobody_is_reminded_of_a_correction() -> None:
    story = reopened()
    assert not [task for task in story.tasks if "remind_of_report" in task]
    assert story.do(c.IssueReminder(7), at=REPORT_MISSING) == []


def test_a_correction_gets_more_time_as_well() -> None:
    story = reopened()
    story.do(c.ExtendReport(date(2026, 4, 15), WHY, "officer:1"))
    assert story.case.report_last_day == date(2026, 4, 15)
    assert story.case.terms == TERMS
    assert story.due("assess_missing_report-1") == end_of(date(2026, 4, 15))


def test_an_assessment_that_was_on_its_way_when_it_was_opened_again_changes_nothing() -> None:
    assert reopened(reported()).do(c.AssessReport()) == []


def test_it_is_opened_once_and_only_where_there_is_a_report() -> None:
    story = reopened()
    assert story.do(REOPEN) == []
    assert refusal(story, c.ReopenReport(LATER, "Annat.", "officer:2")).code == "already_reopened"
    assert refusal(delivered(), REOPEN).code == "nothing_to_reopen"


def test_a_corrected_report_may_be_opened_again() -> None:
    story = reopened()
    story.do(report())
    story.do(REOPEN)
    assert len(story.case.reopenings) == 2
    assert "mail/send_mail-2025-0114-report_reopened-2" in story.tasks


@pytest.mark.parametrize("command", [c.ExtendReport, c.ReopenReport])
def test_a_reason_is_asked_for(command: type[c.ExtendReport] | type[c.ReopenReport]) -> None:
    assert refusal(reported(), command(LATER, " ", "officer:1")).field == "reason"


def test_a_case_and_a_report_from_before_all_this_still_decode() -> None:
    case = msgspec.to_builtins(heard().case)
    for new in ("extensions", "reopenings"):
        del case[new]
    del case["report"]["first_received_at"]
    old = msgspec.convert(case, Case)
    assert old == heard().case
    assert CASE.owed(old) == CASE.owed(heard().case)
    received = msgspec.to_builtins(next(event for event in heard().events if isinstance(event, e.ReportReceived)))
    del received["first_received_at"]
    assert msgspec.convert(received, e.ReportReceived).first_received_at is None


@pytest.mark.parametrize(
    "late",
    [
        c.AnswerHearing(1, "agrees", "", None, "agent:0114", "hash"),
        c.ExtendHearing(1, date(2026, 5, 20), WHY, "officer:1"),
    ],
)
def test_nothing_brings_a_withdrawn_proposal_back(late: c.CaseCommand) -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    story.do(c.ExtendReport(date(2026, 4, 30), WHY, "officer:1"))
    assert refusal(story, late).code == "recovery_withdrawn"
    assert not story.case.live_recoveries


def test_a_payout_that_an_open_report_accounts_for_is_not_returned_under_it() -> None:
    """If no correction comes the earlier report stands again, and accepts use of that money."""
    story = reported()
    story.do(c.AssessReport())
    story.do(REOPEN)
    returned = c.RecordPayoutReturned(story.case.payouts[0].id, "entry-9", story.case.payouts[0].amount, "AC04")
    assert refusal(story, returned).code == "payout_not_returnable"
    assert story.case.money.paid == ALLOCATED
