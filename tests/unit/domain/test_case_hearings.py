"""A proposed recovery is answered as often as one likes until it is decided, and no answer is passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.hearings import MOST_ANSWERS
from statsbidrag.domain.case.state import HearingAnswer, HearingStance
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import end_of, swedish_date
from tests.builders import ALLOCATED, CLAIM, REPORT_MISSING, Story, decided, delivered, heard, prepared, refusal, report

Begin = Callable[[], Story]
WHY = "Fakturan kom i januari men gäller december."
USED = Ore(ALLOCATED - kronor(200))


def answering(stance: HearingStance = "objects", text: str = WHY, used: Ore | None = None) -> c.AnswerHearing:
    return c.AnswerHearing(1, stance, text, used, "municipality:0114", f"{stance}{text}{used}")


def answered(command: c.AnswerHearing | None = None, start: Story | None = None) -> Story:
    story = start or heard()
    story.do(command or answering())
    return story


def preparing(seen: int = 1, considered: str = "Fakturan gäller december.", waived: int = 0) -> c.PrepareDecision:
    return c.PrepareDecision(1, Ore(waived), "Skäl.", "officer:1", seen, considered)


def ends(story: Story) -> Story:
    story.now = story.case.recoveries[0].hearing_ends
    return story


# The answer


def test_an_answer_is_kept_as_it_was_given_with_when_it_came() -> None:
    story = answered(answering("objects", WHY, USED))
    (kept,) = story.case.recoveries[0].answers
    hashed = answering("objects", WHY, USED).content_hash
    assert kept == HearingAnswer("objects", WHY, USED, story.now, False, "municipality:0114", hashed)


def test_each_answer_has_a_receipt_by_mail() -> None:
    story = answered(answering(text="Ett."), answered())
    mails = {mail.id for mail in story.case.mails.values() if mail.kind == "hearing_receipt"}
    assert mails == {"2025-0114-hearing_receipt-1-1", "2025-0114-hearing_receipt-1-2"}


def test_several_answers_are_all_kept_in_their_order() -> None:
    story = answered(answering("agrees", ""), answered())
    assert [given.stance for given in story.case.recoveries[0].answers] == ["objects", "agrees"]
    assert story.do(answering())
    assert len(story.case.recoveries[0].answers) == 3


def test_the_same_answer_again_changes_nothing() -> None:
    assert answered().do(answering()) == []


def test_an_answer_on_the_last_day_is_in_time_and_one_after_it_is_received_and_stamped_late() -> None:
    story = heard()
    story.do(answering(), at=story.case.recoveries[0].hearing_ends - timedelta(microseconds=1))
    story.do(answering(text="Mer."), at=story.case.recoveries[0].hearing_ends)
    assert [given.late for given in story.case.recoveries[0].answers] == [False, True]


def test_an_answer_after_the_decision_says_how_to_have_it_changed() -> None:
    answer = refusal(decided(), answering())
    assert (answer.code, answer.status) == ("hearing_closed", 409)
    assert "omprövning" in answer.message
    assert "överklagas" in answer.message


def test_more_answers_than_a_case_can_hold_are_sent_to_the_officer() -> None:
    story = heard()
    for number in range(MOST_ANSWERS):
        story.do(answering(text=f"Yttrande {number}."))
    assert refusal(story, answering()).code == "too_many_answers"


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (answering("objects", ""), "objection_missing", "text"),
        (answering("objects", " \n"), "objection_missing", "text"),
        (answering("agrees", "", USED), "amount_with_consent", "amount_used"),
        (answering("objects", WHY, Ore(ALLOCATED + 1)), "amount_used_above_paid", "amount_used"),
        (answering("objects", WHY, Ore(-1)), "amount_used_above_paid", "amount_used"),
    ],
)
def test_an_answer_that_contradicts_itself_is_told_at_its_field(
    command: c.AnswerHearing, code: str, field: str
) -> None:
    answer = refusal(heard(), command)
    assert (answer.code, answer.field) == (code, field)


@pytest.mark.parametrize("used", [Ore(0), ALLOCATED])
def test_nothing_and_everything_may_be_said_to_be_used(used: Ore) -> None:
    assert answered(answering("objects", WHY, used)).case.recoveries[0].answers[0].amount_used == used


def test_a_recovery_that_is_not_there_is_not_answered() -> None:
    with pytest.raises(NotFound, match="unknown_recovery"):
        heard().do(c.AnswerHearing(2, "agrees", "", None, "municipality:0114", "hash"))


# What the officer does with it


def test_the_task_of_the_decision_names_the_answer() -> None:
    assert "officer/prepare_decision-1" in heard().tasks
    objected = answered()
    assert {"officer/weigh_objection-1"} == {t for t in objected.tasks if t.startswith("officer/")}
    assert objected.due("weigh_objection-1") == objected.case.recoveries[0].hearing_ends
    agreed = answered(answering("agrees", ""))
    assert {"officer/prepare_agreed_decision-1"} == {t for t in agreed.tasks if t.startswith("officer/")}
    assert agreed.due("prepare_agreed_decision-1") == agreed.now


def test_a_late_objection_is_before_the_officer_from_when_it_came() -> None:
    story = ends(heard())
    story.do(answering(), at=story.now + timedelta(days=3))
    assert story.due("weigh_objection-1") == story.now


def test_what_the_municipality_agrees_to_is_prepared_and_decided_before_the_last_day() -> None:
    story = answered(answering("agrees", ""))
    story.do(preparing(considered=""))
    assert story.due("decide_recovery-1") == story.now
    story.do(c.DecideRecovery(1, "officer:2"))
    assert story.case.recoveries[0].to_invoice == CLAIM


def test_what_it_objects_to_waits_for_the_last_day_even_if_it_agreed_before() -> None:
    story = answered(answering(), answered(answering("agrees", "")))
    assert refusal(story, preparing(2)).code == "hearing_not_over"
    assert ends(story).do(preparing(2))


def test_an_objection_is_weighed_in_words() -> None:
    story = ends(answered())
    answer = refusal(story, preparing(considered=" "))
    assert (answer.code, answer.field) == ("answer_not_considered", "answer_considered")
    story.do(preparing(considered=" Fakturan gäller december. "))
    assert story.case.recoveries[0].answer_considered == "Fakturan gäller december."


def test_an_objection_is_weighed_even_if_the_municipality_agreed_afterwards() -> None:
    story = answered(answering("agrees", ""), answered())
    assert refusal(story, preparing(2, "")).code == "answer_not_considered"


@pytest.mark.parametrize("seen", [0, 2])
def test_nothing_is_prepared_on_other_answers_than_those_that_came(seen: int) -> None:
    answer = refusal(ends(answered()), preparing(seen))
    assert (answer.code, answer.field, answer.status) == ("hearing_answers_not_seen", "answers_seen", 409)
    assert "har lämnat 1 yttrande," in answer.message


def test_an_answer_after_the_preparation_has_it_prepared_again() -> None:
    story = answered(start=prepared())
    assert "officer/weigh_objection-1" in story.tasks
    assert refusal(story, c.DecideRecovery(1, "officer:2")).code == "decision_not_prepared"
    story.do(preparing())
    assert story.do(c.DecideRecovery(1, "officer:2"))


def test_a_report_after_the_preparation_has_it_prepared_again() -> None:
    """It came too late to be the report, and is an answer to the hearing all the same."""
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    ends(story).do(preparing(0, ""))
    story.do(report(ALLOCATED))
    assert "officer/prepare_decision-1" in story.tasks
    assert refusal(story, c.DecideRecovery(1, "officer:2")).code == "decision_not_prepared"
    story.do(preparing(0, "", waived=ALLOCATED))
    assert story.do(c.DecideRecovery(1, "officer:2"))


def test_the_same_preparation_again_changes_nothing_and_another_weighing_does() -> None:
    story = ends(answered())
    story.do(preparing())
    assert story.do(preparing()) == []
    assert story.do(preparing(considered="En annan bedömning."))


# Longer to answer


def extending(last_day: date, reason: str = "Kommunen har bett om det.") -> c.ExtendHearing:
    return c.ExtendHearing(1, last_day, reason, "officer:1")


def later(story: Story, days: int = 10) -> date:
    """A day after the last day of the hearing."""
    return swedish_date(story.case.recoveries[0].hearing_ends) + timedelta(days=days)


def test_an_extension_moves_the_last_day_its_task_and_what_counts_as_late() -> None:
    story = heard()
    day = later(story)
    assert story.do(extending(day)) == [
        e.HearingExtended(1, day, end_of(day), "Kommunen har bett om det.", "officer:1", story.now)
    ]
    assert story.due("prepare_decision-1") == story.case.recoveries[0].hearing_ends == end_of(day)
    assert "mail/send_mail-2025-0114-hearing_extended-1-1" in story.tasks
    story.do(answering(), at=end_of(day) - timedelta(seconds=1))
    assert not story.case.recoveries[0].answers[0].late


def test_an_extension_after_the_last_day_opens_the_hearing_again() -> None:
    story = prepared()
    story.do(extending(later(story)))
    assert refusal(story, c.DecideRecovery(1, "officer:2")).code == "decision_not_prepared"
    assert refusal(story, preparing(0)).code == "hearing_not_over"


def test_the_same_extension_again_changes_nothing() -> None:
    story = heard()
    story.do(extending(later(story)))
    assert story.do(extending(later(story, 0) - timedelta(days=1))) == []


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "last_day_not_later"), (-30, "last_day_not_later"), (400, "last_day_too_far")]
)
def test_an_extension_is_later_than_now_and_within_a_year(days: int, code: str) -> None:
    answer = refusal(heard(), extending(later(heard(), days)))
    assert (answer.code, answer.field) == (code, "last_day")


def test_no_last_day_is_set_that_has_passed() -> None:
    story = heard()
    story.now = story.case.recoveries[0].hearing_ends + timedelta(days=30)
    assert refusal(story, extending(later(heard()))).code == "last_day_not_later"


def test_the_last_day_that_there_is_cannot_be_written_is_refused() -> None:
    assert refusal(heard(), extending(date.max)).code == "last_day_too_far"


def test_an_extension_has_a_reason_and_comes_before_the_decision() -> None:
    assert refusal(heard(), extending(later(heard()), " ")).code == "reason_missing"
    assert refusal(decided(), extending(later(decided()))).code == "hearing_closed"
