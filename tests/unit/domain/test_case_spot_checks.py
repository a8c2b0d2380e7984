"""A spot check in a case: asked for and concluded once, each file taken in once; what is not shown is claimed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import CASE
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.spot_checks import MOST_FILES
from statsbidrag.domain.case.state import CheckOutcome, RecordFile, SpotCheck
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import NOTHING, Ore, kronor
from statsbidrag.domain.time import end_of
from tests.builders import ALLOCATED, CLAIM, TERMS, Story, delivered, heard, linked, refusal, report, reported

RULES = ("large_amount", "reported")
ASK = c.RequestRecords(1, 3, RULES, "records-hash")
SHORT = kronor(50_000)
WHY = "Underlaget saknar lönekostnader."


def file(name: str) -> RecordFile:
    return RecordFile(name, 100, "text/csv", f"records/2025/0114/{name}")


def files(*names: str, check: int = 1) -> c.ReceiveRecords:
    return c.ReceiveRecords(check, tuple(file(name) for name in names))


def concluding(
    outcome: CheckOutcome = "not_accounted_for", amount: Ore = SHORT, reason: str = WHY, officer: str = "officer:1"
) -> c.ConcludeSpotCheck:
    return c.ConcludeSpotCheck(1, outcome, amount, reason, officer)


def accepted() -> Story:
    story = reported()
    story.do(c.AssessReport())
    return story


def asked(start: Story | None = None) -> Story:
    story = start or accepted()
    story.do(ASK)
    return story


def sent(*names: str) -> Story:
    story = asked()
    story.do(files(*(names or ("a",))))
    return story


def concluded(command: c.ConcludeSpotCheck) -> Story:
    story = sent()
    story.do(command)
    return story


def check(story: Story) -> SpotCheck:
    return story.case.spot_checks[0]


# Asked for


def test_the_municipality_has_whole_days_and_gets_an_email_with_the_link() -> None:
    story = asked()
    assert (check(story).points, check(story).rules) == (3, RULES)
    assert check(story).last_day == date(2026, 1, 15) + timedelta(days=TERMS.records_days)
    assert story.case.mails["2025-0114-records_request-1-1"].status == "owed"
    assert story.due("follow_up_missing_records-1") == end_of(check(story).last_day)
    assert CASE.lookups(story.case, story.events[-1]) == (Lookup("RECORDS", "records-hash"),)


def test_a_draw_asks_once_and_another_draw_anew() -> None:
    story = asked()
    assert story.do(ASK) == []
    story.do(c.RequestRecords(2, 1, ("reported",), "another-hash"))
    assert [each.id for each in story.case.spot_checks] == [1, 2]


@pytest.mark.parametrize("start", [linked, delivered, reported])
def test_without_an_assessed_report_there_is_nothing_to_check(start: object) -> None:
    assert refusal(start(), ASK).code == "nothing_to_check"  # type: ignore[operator]


def test_a_revoked_link_opens_nothing_and_another_one_follows_by_email() -> None:
    story = asked()
    story.do(c.RevokeRecordsLink(1, "Fel mottagare.", "officer:1"))
    assert check(story).link_hash == ""
    assert story.due("issue_records_link-1") == story.now
    assert story.do(c.RevokeRecordsLink(1, "Fel mottagare.", "officer:1")) == []
    [issued] = story.do(c.IssueRecordsLink(1, "another-hash"))
    assert (check(story).link, check(story).link_hash) == (2, "another-hash")
    assert CASE.lookups(story.case, issued) == (Lookup("RECORDS", "another-hash"),)
    assert "2025-0114-records_request-1-2" in story.case.mails
    assert story.do(c.IssueRecordsLink(1, "a-third-hash")) == []


def test_a_link_is_revoked_with_a_reason_and_not_after_the_conclusion() -> None:
    assert refusal(asked(), c.RevokeRecordsLink(1, " ", "officer:1")).code == "reason_missing"
    story = concluded(concluding())
    assert refusal(story, c.RevokeRecordsLink(1, "Skäl.", "officer:1")).code == "spot_check_concluded"
    assert story.do(c.IssueRecordsLink(1, "another-hash")) == []


# Received


def test_files_are_kept_with_hash_size_and_type_and_are_before_an_officer() -> None:
    story = sent("a", "b")
    [came] = check(story).sent
    assert (came.number, came.received_at, came.late) == (1, story.now, False)
    assert came.files == (file("a"), file("b"))
    assert "officer/review_records-1" in story.tasks
    assert "officer/follow_up_missing_records-1" not in story.tasks
    assert "2025-0114-records_receipt-1-1" in story.case.mails


def test_the_same_file_twice_is_one_and_only_the_new_ones_are_noted() -> None:
    story = sent("a")
    assert story.do(files("a")) == []
    assert story.do(files("a", "a")) == []
    [event] = story.do(files("b", "a", "b"))
    assert isinstance(event, e.RecordsReceived)
    assert (event.number, event.files) == (2, (file("b"),))
    assert [f.content_hash for f in check(story).files] == ["a", "b"]
    assert {"2025-0114-records_receipt-1-1", "2025-0114-records_receipt-1-2"} <= set(story.case.mails)


@pytest.mark.parametrize(("after", "late"), [(timedelta(microseconds=-1), False), (timedelta(0), True)])
def test_what_comes_after_the_last_day_is_received_and_stamped_late(after: timedelta, late: bool) -> None:
    story = asked()
    story.do(files("a"), at=end_of(check(story).last_day) + after)
    assert check(story).sent[0].late == late


def test_more_files_than_there_is_room_for_are_refused_and_none_of_them_kept() -> None:
    story = sent(*(f"f{n}" for n in range(MOST_FILES - 1)))
    refused = refusal(story, files("x", "y"))
    assert (refused.code, refused.field, len(check(story).files)) == ("too_many_files", "files", MOST_FILES - 1)
    story.do(files("x", "f1"))
    assert len(check(story).files) == MOST_FILES


def test_nothing_new_is_received_after_the_conclusion() -> None:
    story = concluded(concluding())
    assert refusal(story, files("b")).code == "spot_check_concluded"
    assert story.do(files("a")) == []


# Concluded


def test_what_is_all_accepted_changes_no_money_and_owes_nothing() -> None:
    story = concluded(concluding("accepted", NOTHING))
    assert (story.case.money.accepted_use, story.case.recoveries) == (ALLOCATED, ())
    assert not {task for task in story.tasks if "officer" in task}
    assert (check(story).outcome, check(story).concluded_by) == ("accepted", "officer:1")
    assert story.stage == "closed"


@pytest.mark.parametrize("outcome", ["misused", "not_accounted_for"])
def test_what_is_not_shown_is_no_longer_accepted_and_is_claimed_after_a_hearing(outcome: CheckOutcome) -> None:
    story = concluded(concluding(outcome))
    money, [recovery] = story.case.money, story.case.recoveries
    assert (money.accepted_use, money.to_account_for) == (ALLOCATED - SHORT, SHORT)
    assert (recovery.grounds, recovery.claim, recovery.status) == ((outcome,), SHORT, "hearing")
    [held] = recovery.checks
    assert held.arithmetic == f"{ALLOCATED} - {SHORT} = {ALLOCATED - SHORT}"
    assert WHY in held.explanation
    assert held.inputs["files"] == "a"
    assert story.tasks >= {"officer/prepare_decision-1", "mail/send_mail-2025-0114-hearing-1"}
    assert not any("account_for_payout" in task for task in story.tasks)


def test_the_claim_goes_the_way_of_every_recovery_to_the_last_krona() -> None:
    story = concluded(concluding())
    ends = story.case.recoveries[0].hearing_ends
    story.do(c.PrepareDecision(1, kronor(10_000), "Skäl.", "officer:1"), at=ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    story.do(c.RaiseInvoice(1))
    story.do(c.RecordRepayment(1, "E-9", kronor(40_000), date(2026, 4, 1)))
    money = story.case.money
    assert (money.waived, money.recovered, money.settled) == (kronor(10_000), kronor(40_000), kronor(40_000))
    assert (money.accepted_use, money.to_account_for, story.stage) == (ALLOCATED - SHORT, 0, "closed")


def invoiced(story: Story, recovery: int) -> Story:
    ends = story.case.recoveries[recovery - 1].hearing_ends
    story.do(c.PrepareDecision(recovery, NOTHING, "Skäl.", "officer:1"), at=max(ends, story.now))
    story.do(c.DecideRecovery(recovery, "officer:2"))
    story.do(c.RaiseInvoice(recovery))
    return story


def test_beside_a_recovery_of_unspent_money_it_is_one_of_its_own() -> None:
    story = asked(heard())
    story.do(files("a"))
    invoiced(story, 1).do(concluding())
    assert [(r.id, r.claim) for r in story.case.recoveries] == [(1, CLAIM), (2, SHORT)]
    assert story.stage == "invoiced"
    invoiced(story, 2)
    assert [invoice.amount for invoice in story.case.invoices] == [CLAIM, SHORT]
    assert (story.case.money.recovered, story.case.money.to_account_for) == (CLAIM + SHORT, 0)


def test_the_case_is_closed_when_every_recovery_is_paid_and_every_check_concluded() -> None:
    story = asked(heard())
    story.do(files("a"))
    invoiced(story, 1).do(c.RecordRepayment(1, "E-8", CLAIM, date(2026, 4, 1)))
    assert story.stage == "under_check"
    story.do(concluding())
    assert story.stage == "hearing"
    ends = story.case.recoveries[1].hearing_ends
    story.do(c.PrepareDecision(2, NOTHING, "Skäl.", "officer:1"), at=ends)
    story.do(c.DecideRecovery(2, "officer:2"))
    assert story.stage == "decided"
    story.do(c.RaiseInvoice(2))
    assert story.stage == "invoiced"
    story.do(c.RecordRepayment(2, "E-9", SHORT, date(2026, 5, 1)))
    assert story.stage == "closed"


def test_a_municipality_is_heard_about_one_recovery_at_a_time() -> None:
    story = asked(heard())
    story.do(files("a"))
    assert refusal(story, concluding()).code == "recovery_undecided"
    story.do(concluding("accepted", NOTHING))
    assert [(r.id, r.claim) for r in story.case.recoveries] == [(1, CLAIM)]


# A report that is corrected


def reopened(story: Story) -> Story:
    story.do(c.ReopenReport(date(2026, 3, 31), "Fel belopp.", "officer:1"))
    return story


def test_a_check_goes_on_while_the_report_is_corrected_and_is_concluded_on_the_report_that_stands() -> None:
    story = reopened(sent())
    assert "officer/review_records-1" in story.tasks
    story.do(files("b"))
    for command in (concluding("accepted", NOTHING), concluding()):
        assert refusal(story, command).code == "report_not_assessed"
    less = kronor(100_000)
    story.do(report(less))
    assert refusal(story, concluding("accepted", NOTHING)).code == "report_not_assessed"
    story.do(c.AssessReport())
    assert refusal(story, concluding()).code == "recovery_undecided"
    invoiced(story, 1).do(concluding())
    assert story.case.recoveries[1].checks[0].inputs["accepted_use"] == str(less)
    assert [r.claim for r in story.case.recoveries] == [ALLOCATED - less, SHORT]


def test_who_corrects_nothing_is_checked_on_the_report_as_it_was() -> None:
    story = reopened(sent())
    story.do(c.AssessMissingReport(), at=end_of(date(2026, 3, 31)))
    story.do(c.AssessReport())
    story.do(concluding())
    assert [(r.claim, r.grounds) for r in story.case.recoveries] == [(SHORT, ("not_accounted_for",))]


def test_a_drawn_case_is_asked_also_when_its_report_was_opened_again_meanwhile() -> None:
    story = asked(reopened(accepted()))
    assert check(story).last_day == date(2026, 1, 15) + timedelta(days=TERMS.records_days)


def test_what_a_check_found_is_not_undone_by_a_correction() -> None:
    story = concluded(concluding())
    assert refusal(story, c.ReopenReport(date(2026, 3, 31), "Fel.", "officer:1")).code == "spot_check_found"
    invoiced(story, 1)
    assert refusal(story, c.ReopenReport(date(2026, 3, 31), "Fel.", "officer:1")).code == "recovery_already_decided"


def test_a_check_that_found_nothing_leaves_the_report_open_to_correction() -> None:
    story = reopened(concluded(concluding("accepted", NOTHING)))
    assert (story.case.report, story.case.money.accepted_use) == (None, 0)


# E-mail


REQUEST = "2025-0114-records_request-1-1"


@pytest.mark.parametrize("command", [c.RevokeRecordsLink(1, "Skäl.", "officer:1"), concluding("accepted", NOTHING)])
def test_a_request_that_leads_nowhere_any_more_does_not_leave(command: c.CaseCommand) -> None:
    story = sent()
    story.do(command)
    assert story.case.mails[REQUEST].status == "withdrawn"
    assert story.case.mails["2025-0114-records_receipt-1-1"].status == "owed"


@pytest.mark.parametrize(
    ("meanwhile", "again"),
    [
        (None, {"2025-0114-records_request-1-1-again2"}),
        (c.RevokeRecordsLink(1, "Skäl.", "officer:1"), set()),
        (concluding("accepted", NOTHING), set()),
    ],
)
def test_a_request_that_bounced_goes_again_while_it_leads_somewhere(
    meanwhile: c.CaseCommand | None, again: set[str]
) -> None:
    story = sent()
    story.do(c.RecordMailBounced(REQUEST, story.now))
    if meanwhile is not None:
        story.do(meanwhile)
    story.do(c.CorrectRegistryAddress("ny@kommun-0114.example", "Enligt samtal.", "officer:1"))
    assert {name for name in story.case.mails if name.startswith(f"{REQUEST}-")} == again


def test_lowered_after_all_it_is_accepted_use_again() -> None:
    story = concluded(concluding())
    story.do(c.PrepareDecision(1, NOTHING, "Skäl.", "officer:1"), at=story.case.recoveries[0].hearing_ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    story.do(c.PrepareReconsideration(1, NOTHING, "Underlaget kom.", "officer:1"))
    story.do(c.DecideReconsideration(1, NOTHING, "officer:2"))
    assert (story.case.money.accepted_use, story.case.money.to_account_for) == (ALLOCATED, 0)


def test_less_than_the_smallest_claim_is_proposed_to_be_waived() -> None:
    story = concluded(concluding(amount=kronor(50)))
    assert story.case.recoveries[0].proposed_waiver == kronor(50)


def test_before_anything_came_in_the_last_day_is_awaited() -> None:
    story = asked()
    assert refusal(story, concluding(amount=ALLOCATED)).code == "records_not_due"
    story.do(concluding(amount=ALLOCATED), at=end_of(check(story).last_day))
    assert (story.case.money.accepted_use, story.case.recoveries[0].claim) == (0, ALLOCATED)


def test_the_same_conclusion_again_is_none_and_another_is_refused() -> None:
    story = concluded(concluding())
    assert story.do(concluding()) == []
    for other in (concluding(officer="officer:2"), concluding(amount=kronor(1)), concluding("accepted", NOTHING)):
        assert refusal(story, other).code == "spot_check_concluded"


@pytest.mark.parametrize(
    ("outcome", "amount"),
    [
        ("accepted", Ore(100)),
        ("accepted", Ore(-100)),
        ("misused", NOTHING),
        ("misused", Ore(-100)),
        ("not_accounted_for", Ore(150)),
        ("not_accounted_for", Ore(ALLOCATED + 100)),
    ],
)
def test_an_amount_that_does_not_fit_is_told_at_its_field(outcome: CheckOutcome, amount: Ore) -> None:
    story = sent()
    refused = refusal(story, concluding(outcome, amount))
    assert (refused.code, refused.field, check(story).outcome) == ("amount_out_of_range", "not_accepted", None)


def test_all_of_an_accepted_use_in_ore_can_be_claimed() -> None:
    story = delivered()
    story.do(report(Ore(ALLOCATED - 50)))
    story.do(c.AssessReport())
    invoiced(asked(story), 1).do(files("a"))
    story.do(concluding(amount=Ore(ALLOCATED - 50)))
    assert story.case.money.accepted_use == 0


def test_a_conclusion_needs_a_reason() -> None:
    assert refusal(sent(), concluding(reason=" ")).code == "reason_missing"


@pytest.mark.parametrize(
    "command", [files("a", check=2), c.ConcludeSpotCheck(2, "accepted", NOTHING, WHY, "officer:1")]
)
def test_a_check_that_is_not_there_is_not_found(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound, match="unknown_spot_check"):
        asked().do(command)


@pytest.mark.parametrize(("meanwhile", "told"), [(None, True), (c.RevokeRecordsLink(1, "Skäl.", "officer:1"), False)])
def test_the_agent_gets_a_request_that_bounced_while_it_leads_somewhere(
    meanwhile: c.CaseCommand | None, told: bool
) -> None:
    story = sent()
    story.do(c.RecordMailSent(REQUEST))
    if meanwhile is not None:
        story.do(meanwhile)
    agent = replace(story.case.requisitions[0], contact_email="bidrag@kommun-0114.example")
    story.case = replace(story.case, requisitions=(agent,))
    story.do(c.RecordMailBounced(REQUEST, story.now))
    assert (f"{REQUEST}-agent" in story.case.mails) is told
