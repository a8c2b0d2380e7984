"""Report answers are held against the round's questions, and all faults are told at once."""

from typing import Any

import pytest

from statsbidrag.domain.errors import Refusals
from statsbidrag.domain.terms import Condition, Question
from statsbidrag.entry.answers import answer_rows, read_answers, read_draft, typed

QUESTIONS = (
    Question("amount_used", "amount", "Hur mycket?"),
    Question("organisation", "text", "Hur?", limit=20),
    Question("reached", "whole_number", "Hur många?", required=False, limit=500),
    Question("continues", "choice", "Fortsätter arbetet?", choices=(("yes", "Ja"), ("no", "Nej"))),
    Question("correct", "declaration", "Uppgifterna stämmer."),
)
GIVEN = {
    "amount_used": "1 234,50",
    "organisation": "Två grupper",
    "reached": "120",
    "continues": "yes",
    "correct": "ja",
}


def _refused(**changed: Any) -> dict[str, str]:
    with pytest.raises(Refusals) as refused:
        read_answers(QUESTIONS, {**GIVEN, **changed})
    return {str(each.field): each.code for each in refused.value.refusals}


def test_answers_come_in_one_form() -> None:
    assert read_answers(QUESTIONS, GIVEN) == {
        "amount_used": 123450,
        "organisation": "Två grupper",
        "reached": 120,
        "continues": "yes",
        "correct": "ja",
    }


def test_json_may_give_whole_numbers_and_leave_out_what_is_optional() -> None:
    fields = {name: value for name, value in GIVEN.items() if name != "reached"} | {"amount_used": 1234}
    answers = read_answers(QUESTIONS, fields)
    assert answers["amount_used"] == 123400
    assert "reached" not in answers


def test_text_is_normalised_and_markup_is_only_text() -> None:
    assert (
        read_answers(QUESTIONS, {**GIVEN, "organisation": " A\u030a\r\n<script>\r "})["organisation"] == "Å\n<script>"
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount_used", "", "answer_missing"),
        ("amount_used", "-5", "amount_unreadable"),
        ("amount_used", "1.50", "amount_unreadable"),
        ("amount_used", 1.5, "text_expected"),
        ("amount_used", True, "text_expected"),
        ("organisation", None, "answer_missing"),
        ("organisation", " \n ", "answer_missing"),
        ("organisation", "x" * 21, "answer_too_long"),
        ("organisation", ["x"], "text_expected"),
        ("organisation", "19640823-3234", "identity_number_in_text"),
        ("organisation", "640823 3234", "identity_number_in_text"),
        ("reached", "501", "number_too_large"),
        ("reached", "1e2", "number_unreadable"),
        ("reached", "٣", "number_unreadable"),
        ("continues", "maybe", "choice_unknown"),
        ("correct", "", "declaration_missing"),
        ("correct", "nej", "declaration_missing"),
        ("another", "x", "field_unknown"),
    ],
)
def test_each_fault_is_told_at_its_question(field: str, value: Any, code: str) -> None:
    assert _refused(**{field: value}) == {field: code}


def test_all_faults_are_told_at_once() -> None:
    assert len(_refused(amount_used="", organisation="", continues="", correct="")) == 4


@pytest.mark.parametrize("text", ["212000-0019", "2025-06-02", "640823-3235", "I-2025-0114-1"])
def test_other_numbers_are_not_taken_for_personal(text: str) -> None:
    assert read_answers(QUESTIONS, {**GIVEN, "organisation": text})["organisation"] == text


ASKED_IF = (
    Question("misused", "amount", "Hur mycket till annat?"),
    Question("why", "text", "Till vad?", limit=20, asked_if=Condition("misused", above=0)),
)


def test_a_question_that_is_asked_must_be_answered() -> None:
    with pytest.raises(Refusals) as refused:
        read_answers(ASKED_IF, {"misused": "1", "why": ""})
    assert [(each.field, each.code) for each in refused.value.refusals] == [("why", "answer_missing")]
    assert read_answers(ASKED_IF, {"misused": "1", "why": "Ett kafé"}) == {"misused": 100, "why": "Ett kafé"}


def test_an_answer_to_a_question_that_is_not_asked_is_left_out_of_report_and_review() -> None:
    answers = read_answers(ASKED_IF, {"misused": "0", "why": "Ett kafé"})
    assert answers == {"misused": 0}
    assert [row.label for row in answer_rows(ASKED_IF, answers)] == ["Hur mycket till annat?"]


def test_what_a_condition_hangs_on_is_told_as_any_other_fault() -> None:
    with pytest.raises(Refusals) as refused:
        read_answers(ASKED_IF, {"misused": "many", "why": "x" * 21})
    assert [each.field for each in refused.value.refusals] == ["misused", "why"]


def test_a_draft_keeps_what_was_typed_and_leaves_out_what_was_not() -> None:
    assert read_draft(QUESTIONS, {"amount_used": " många ", "organisation": "", "reached": 7}) == {
        "amount_used": "många",
        "reached": "7",
    }


@pytest.mark.parametrize(("field", "value"), [("amount_used", "9" * 201), ("organisation", "x" * 21), ("other", "x")])
def test_what_a_draft_cannot_hold_is_told_at_its_field(field: str, value: str) -> None:
    with pytest.raises(Refusals) as refused:
        read_draft(QUESTIONS, {field: value})
    assert [each.field for each in refused.value.refusals] == [field]


def test_read_answers_are_typed_again_but_for_the_declaration() -> None:
    answers = read_answers(QUESTIONS, GIVEN)
    again = typed(QUESTIONS, answers)
    assert again == {"amount_used": "1 234,50", "organisation": "Två grupper", "reached": "120", "continues": "yes"}
    assert read_answers(QUESTIONS, {**again, "correct": "ja"}) == answers
