"""An appeal holds its claim until the outcome is noted, and a changed decision until it is taken again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.settlement import REMINDED_AFTER
from statsbidrag.domain.case.state import AppealOutcome
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import end_of, swedish_date
from tests.builders import CLAIM, Story, decided, heard, invoiced, prepared, refusal

INVOICE = "I-2025-0114-1"
FEW = kronor(400)
WHY = "Kommunen anser att allt användes rätt."
ENDS: list[AppealOutcome] = ["upheld", "withdrawn", "dismissed"]


def noting(story: Story, days: int = 0, *, in_time: bool = True, reason: str = WHY) -> c.NoteAppeal:
    """An appeal that came that many days after the decision."""
    decided_at = story.case.recoveries[0].decided_at or story.now
    return c.NoteAppeal(1, swedish_date(decided_at) + timedelta(days=days), in_time, reason, "officer:1")


def appealed(start: Story | None = None) -> Story:
    story = start or invoiced()
    story.do(noting(story))
    return story


def ended(outcome: AppealOutcome, start: Story | None = None, days: int = 200) -> Story:
    story = start or appealed()
    command = c.NoteAppealOutcome(1, outcome, "Enligt domen.", "officer:1")
    story.do(command, at=story.now + timedelta(days=days))
    return story


def asked_for(story: Story) -> set[str]:
    """Every task that asks the municipality for money, or leads to that."""
    kinds = ("raise_invoice", "remind_invoice", "follow_up_unpaid_invoice")
    return {task for task in story.tasks if any(kind in task for kind in kinds)}


def test_an_appeal_holds_the_reminder_until_its_outcome_is_noted() -> None:
    assert asked_for(invoiced()) == {"invoices/remind_invoice-I-2025-0114-1"}
    story = appealed()
    assert (asked_for(story), story.stage) == (set(), "appealed")
    assert "officer/note_appeal_outcome-1" in story.tasks
    overdue = end_of(story.case.invoices[0].due_on) + timedelta(days=100)
    assert story.do(c.RemindInvoice(INVOICE), at=overdue) == []


def test_an_appeal_before_the_invoice_holds_the_invoice() -> None:
    story = appealed(decided())
    assert asked_for(story) == set()
    assert refusal(story, c.RaiseInvoice(1)).code == "recovery_on_hold"
    assert asked_for(ended("upheld", story)) == {"invoices/raise_invoice-1"}


def test_an_appeal_after_the_reminder_holds_what_follows() -> None:
    story = invoiced()
    story.do(c.RemindInvoice(INVOICE), at=story.due(f"remind_invoice-{INVOICE}"))
    assert asked_for(story) == {f"officer/follow_up_unpaid_invoice-{INVOICE}"}
    assert asked_for(appealed(story)) == set()
    ended("upheld", story)
    assert story.due(f"follow_up_unpaid_invoice-{INVOICE}") == story.now + REMINDED_AFTER


@pytest.mark.parametrize("outcome", ENDS)
def test_when_the_decision_stands_the_claim_goes_on_with_days_to_pay_in(outcome: AppealOutcome) -> None:
    story = ended(outcome)
    assert asked_for(story) == {f"invoices/remind_invoice-{INVOICE}"}
    assert story.due(f"remind_invoice-{INVOICE}") == story.now + REMINDED_AFTER
    assert refusal(story, c.RemindInvoice(INVOICE)).code == "invoice_not_overdue"
    assert story.do(c.RemindInvoice(INVOICE), at=story.now + REMINDED_AFTER)


def test_an_outcome_before_the_due_date_leaves_the_due_date() -> None:
    story = ended("upheld", days=1)
    assert story.due(f"remind_invoice-{INVOICE}") == invoiced().due(f"remind_invoice-{INVOICE}")


def test_a_changed_decision_is_held_until_it_is_taken_again() -> None:
    story = ended("changed")
    assert asked_for(story) == set()
    assert "officer/reconsider_after_appeal-1" in story.tasks
    story.do(c.PrepareReconsideration(1, FEW, "Enligt domen.", "officer:1"))
    assert asked_for(story) == set()
    story.do(c.DecideReconsideration(1, FEW, "officer:2"))
    assert "officer/reconsider_after_appeal-1" not in story.tasks
    assert asked_for(story) == {f"invoices/remind_invoice-{INVOICE}"}
    assert (story.case.money.credited, story.case.invoices[0].open_amount) == (CLAIM - FEW, FEW)


def test_what_was_taken_again_before_the_outcome_is_not_what_carries_it_out() -> None:
    story = appealed()
    story.do(c.PrepareReconsideration(1, FEW, "Skäl.", "officer:1"))
    story.do(c.DecideReconsideration(1, FEW, "officer:2"))
    assert asked_for(story) == set()
    assert "officer/reconsider_after_appeal-1" in ended("changed", story, days=0).tasks


def test_nothing_is_left_to_claim_when_all_of_it_is_changed() -> None:
    story = ended("changed", appealed(decided()))
    story.do(c.PrepareReconsideration(1, Ore(0), "Enligt domen.", "officer:1"))
    story.do(c.DecideReconsideration(1, Ore(0), "officer:2"))
    assert (asked_for(story), story.stage, story.case.invoices) == (set(), "closed", ())


def test_an_appeal_that_came_too_late_is_dismissed_and_holds_nothing() -> None:
    story = invoiced()
    story.do(noting(story, 22, in_time=False), at=story.now + timedelta(days=22))
    appeal = story.case.recoveries[0].appeals[0]
    assert (appeal.outcome, appeal.outcome_by) == ("dismissed", "officer:1")
    assert asked_for(story) == asked_for(invoiced())
    assert story.due(f"remind_invoice-{INVOICE}") == invoiced().due(f"remind_invoice-{INVOICE}")


@pytest.mark.parametrize("days", [0, 21])
def test_within_three_weeks_of_the_decision_no_appeal_is_too_late(days: int) -> None:
    story = invoiced()
    story.now += timedelta(days=60)
    answer = refusal(story, noting(story, days, in_time=False))
    assert (answer.code, answer.field) == ("appeal_is_in_time", "arrived")


def test_later_than_three_weeks_the_officer_says_whether_it_is_in_time() -> None:
    """The time runs from when the municipality got the decision, which may be later."""
    story = invoiced()
    story.do(noting(story, 25), at=story.now + timedelta(days=30))
    assert story.case.recoveries[0].is_on_hold


@pytest.mark.parametrize("days", [-1, 1])
def test_an_appeal_came_after_the_decision_and_not_tomorrow(days: int) -> None:
    story = invoiced()
    answer = refusal(story, noting(story, days))
    assert (answer.code, answer.field) == ("appeal_day_impossible", "received_on")


@pytest.mark.parametrize("start", [heard, prepared])
def test_what_is_not_decided_is_not_appealed(start: type[Story]) -> None:
    story = start()
    answer = refusal(story, c.NoteAppeal(1, swedish_date(story.now), True, WHY, "officer:1"))
    assert (answer.code, answer.status) == ("recovery_not_decided", 409)


def test_one_appeal_at_a_time_and_another_after_its_outcome() -> None:
    story = appealed()
    assert refusal(story, noting(story, reason="Ett till.")).code == "already_appealed"
    assert refusal(ended("changed"), noting(story, reason="Ett till.")).code == "already_appealed"
    story = ended("withdrawn")
    story.do(noting(story, 30, reason="Ett till."))
    assert (len(story.case.recoveries[0].appeals), asked_for(story)) == (2, set())


def test_the_same_words_again_change_nothing() -> None:
    story = appealed()
    assert story.do(noting(story)) == []
    ended("upheld", story)
    assert story.do(c.NoteAppealOutcome(1, "upheld", " Enligt domen. ", "officer:1")) == []


def test_an_outcome_is_noted_once_and_of_an_appeal() -> None:
    for story in (invoiced(), ended("upheld")):
        answer = refusal(story, c.NoteAppealOutcome(1, "changed", "Skäl.", "officer:1"))
        assert (answer.code, answer.status) == ("nothing_appealed", 409)


def test_appeals_and_outcomes_have_reasons() -> None:
    assert refusal(invoiced(), noting(invoiced(), reason=" ")).code == "reason_missing"
    assert refusal(appealed(), c.NoteAppealOutcome(1, "upheld", "", "officer:1")).code == "reason_missing"


def test_an_appeal_of_a_day_far_away_is_refused_and_not_a_fault() -> None:
    assert refusal(invoiced(), c.NoteAppeal(1, date.max, True, WHY, "officer:1")).code == "appeal_day_impossible"
    assert refusal(invoiced(), c.NoteAppeal(1, date.min, False, WHY, "officer:1")).code == "appeal_day_impossible"


def test_money_that_comes_in_while_it_is_held_is_booked() -> None:
    story = appealed()
    story.do(c.RecordRepayment(1, "E-9", CLAIM, story.now.date()))
    assert (story.case.money.settled, story.case.invoices[0].open_amount) == (CLAIM, 0)
