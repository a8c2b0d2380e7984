"""A round declares when a question is asked and which sums must agree."""

from __future__ import annotations

import pytest

from statsbidrag.domain.money import Ore
from statsbidrag.domain.report_form import condition_text, disagreements, is_asked
from statsbidrag.domain.terms import PAID, Condition, Question, Sum

ABOVE = Question("why", "text", "Varför?", asked_if=Condition("misused", above=0))
CHOSEN = Question("how", "text", "Hur?", asked_if=Condition("goes_on", equals="yes"))
MANY = Question("where", "text", "Var?", asked_if=Condition("people", above=10))
QUESTIONS = (
    Question("used", "amount", "Använt"),
    Question("unused", "amount", "Inte använt", required=False),
    Question("misused", "amount", "Till annat"),
    Question("people", "whole_number", "Personer"),
    Question("goes_on", "choice", "Fortsätter arbetet?", choices=(("yes", "Ja, det gör det"), ("no", "Nej"))),
    ABOVE,
    CHOSEN,
    MANY,
)
WHOLE = Sum(("used", "unused"), "equals", PAID, "Tillsammans {sum}, ska bli {whole}.")
PART = Sum(("misused",), "at_most", "used", "Högst {whole}.")


@pytest.mark.parametrize(
    ("question", "answers", "asked"),
    [
        (ABOVE, {"misused": 0}, False),
        (ABOVE, {"misused": 1}, True),
        (ABOVE, {}, False),
        (MANY, {"people": 10}, False),
        (MANY, {"people": 11}, True),
        (CHOSEN, {"goes_on": "yes"}, True),
        (CHOSEN, {"goes_on": "no"}, False),
        (QUESTIONS[0], {}, True),
    ],
)
def test_a_question_is_asked_by_what_another_was_answered(
    question: Question, answers: dict[str, str | int], asked: bool
) -> None:
    assert is_asked(question, answers, QUESTIONS) is asked


def test_a_limit_of_an_amount_is_in_kronor() -> None:
    question = Question("why", "text", "Varför?", asked_if=Condition("misused", above=100))
    assert not is_asked(question, {"misused": 10_000}, QUESTIONS)
    assert is_asked(question, {"misused": 10_001}, QUESTIONS)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (ABOVE, "Svara bara om ni har skrivit mer än 0 kronor på frågan ”Till annat”"),
        (MANY, "Svara bara om ni har skrivit mer än 10 på frågan ”Personer”"),
        (CHOSEN, "Svara bara om ni har svarat ”Ja, det gör det” på frågan ”Fortsätter arbetet?”"),
    ],
)
def test_the_page_says_when_a_question_is_asked(question: Question, text: str) -> None:
    assert question.asked_if
    assert condition_text(question.asked_if, QUESTIONS) == text


@pytest.mark.parametrize(
    ("used", "unused", "misused", "wrong"),
    [
        (600, 400, 0, []),
        (1000, None, 1000, []),
        (600, 399, 0, ["unused"]),
        (600, 401, 0, ["unused"]),
        (600, 400, 601, ["misused"]),
        (0, 0, 1, ["unused", "misused"]),
    ],
)
def test_sums_agree_to_the_ore_and_all_that_do_not_are_told(
    used: int, unused: int | None, misused: int, wrong: list[str]
) -> None:
    answers: dict[str, str | int] = {"used": used, "misused": misused}
    if unused is not None:
        answers["unused"] = unused
    assert [refused.field for refused in disagreements((WHOLE, PART), answers, Ore(1000))] == wrong


def test_the_fault_says_the_amounts() -> None:
    [refused] = disagreements((WHOLE,), {"used": 50_000, "unused": 0}, Ore(100_000))
    assert refused.code == "sum_disagrees"
    assert refused.message == "Tillsammans 500\u00a0kronor, ska bli 1\u00a0000\u00a0kronor."
