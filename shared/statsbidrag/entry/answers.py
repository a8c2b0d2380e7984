"""The answers to a round's report questions: checked against the questions, given in one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Annotated, Any

from msgspec.structs import replace
from pydantic import BaseModel, Field, create_model

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import holds_identity_number
from statsbidrag.domain.money import Ore, format_kronor, parse_amount
from statsbidrag.domain.report_form import is_asked
from statsbidrag.domain.terms import Question
from statsbidrag.entry.forms import DECLARATION_MISSING, read_declaration
from statsbidrag.entry.models import STRICT, reader, text_of, validated
from statsbidrag.entry.pages import Row, plain_number

_LONGEST_SHORT = 200
"""Characters of an answer that is no text, as long as it is a draft."""


def read_answers(questions: Sequence[Question], fields: Mapping[str, Any]) -> dict[str, str | int]:
    """Check what was answered against the questions.

    Parameters
    ----------
    questions
        Of the round.
    fields
        Texts by question id; JSON may give whole numbers as numbers. How an amount relates to what was paid is for
        the rules of the case to judge.

    Returns
    -------
    dict
        By question id, in the questions' order: öre for an amount, a number for a whole number, else text. A question
        left unanswered that may be is left out, and so is what was answered to one that is not asked.

    Raises
    ------
    Refusals
        Every answer that cannot stand, each with its question's id as field.
    """
    known = {q.id: _answer_if_read(q, fields) for q in questions if q.asked_if is None}
    given = {name: answer for name, answer in known.items() if answer is not None}
    asked = {q.id for q in questions if is_asked(q, given, questions)}
    form = tuple(q if q.id in asked else replace(q, required=False) for q in questions)
    read = validated(_model(form), fields).model_dump()
    return {name: answer for name, answer in read.items() if answer is not None and name in asked}


def _answer_if_read(question: Question, fields: Mapping[str, Any]) -> str | int | None:
    """Give an answer that others hang on; what is wrong with it is told when the form is read."""
    try:
        return _answer(question, text_of(fields.get(question.id)))
    except Refusal:
        return None


def read_draft(questions: Sequence[Question], fields: Mapping[str, Any]) -> dict[str, str]:
    """Take what was written so far, as typed; what is not answered is left out.

    Raises
    ------
    Refusals
        For what could not even be kept: a text that is too long or looks like an identity number, an unknown field.
    """
    form: dict[str, Any] = {
        q.id: (Annotated[str, reader(partial(_drafted, q))], Field("", title=q.label)) for q in questions
    }
    read = validated(create_model("DraftForm", __config__=STRICT, **form), fields).model_dump()
    return {name: text for name, text in read.items() if text}


def _drafted(question: Question, text: str) -> str:
    return _text(question if question.kind == "text" else replace(question, limit=_LONGEST_SHORT), text)


def typed(questions: Sequence[Question], answers: Mapping[str, str | int]) -> dict[str, str]:
    """Write read answers as people would type them, to go on from there; a declaration is made anew."""
    return {q.id: _typed(q, answers[q.id]) for q in questions if q.id in answers and q.kind != "declaration"}


def _typed(question: Question, answer: str | int) -> str:
    return plain_number(Ore(int(answer))) if question.kind == "amount" else str(answer)


@cache
def _model(questions: tuple[Question, ...]) -> type[BaseModel]:
    """Make the form of a round's questions."""
    form: dict[str, Any] = {
        question.id: (Annotated[str | int | None, reader(partial(_answer, question))], Field("", title=question.label))
        for question in questions
    }
    return create_model("ReportForm", __config__=STRICT, **form)


def answer_rows(questions: Sequence[Question], answers: Mapping[str, str | int]) -> list[Row]:
    """Write read answers for people to review."""
    asked = [question for question in questions if is_asked(question, answers, questions)]
    return [Row(question.label, _shown(question, answers.get(question.id))) for question in asked]


def _shown(question: Question, answer: str | int | None) -> str:
    if answer is None:
        return ""
    if question.kind == "amount":
        return format_kronor(Ore(int(answer)))
    if question.kind == "declaration":
        return "Ja"
    return dict(question.choices).get(str(answer), str(answer))


def _answer(question: Question, text: str) -> str | int | None:
    if text:
        return _READERS[question.kind](question, text)
    if question.required:
        raise Refusal(*_MISSING.get(question.kind, ("answer_missing", "Svara på frågan.")))
    return None


_MISSING = {
    "amount": ("answer_missing", "Fyll i beloppet. Skriv 0 om inget har använts."),
    "choice": ("answer_missing", "Välj ett av alternativen."),
    "declaration": DECLARATION_MISSING,
}


def _amount(_: Question, text: str) -> int:
    return parse_amount(text)


def _text(question: Question, text: str) -> str:
    if len(text) > question.limit:
        message = f"Texten är {len(text)} tecken. Korta den till högst {question.limit}."
        raise Refusal("answer_too_long", message)
    if holds_identity_number(text):
        raise Refusal(
            "identity_number_in_text", "Texten ser ut att innehålla ett personnummer. Ta bort uppgifter om enskilda."
        )
    return text


def _choice(question: Question, text: str) -> str:
    if text not in {value for value, _ in question.choices}:
        raise Refusal("choice_unknown", "Välj ett av alternativen.")
    return text


def _whole_number(question: Question, text: str) -> int:
    digits = re.sub(r"[ \u00a0\u202f]", "", text)
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise Refusal("number_unreadable", "Skriv ett heltal med bara siffror, till exempel 120.")
    if int(digits) > question.limit:
        raise Refusal("number_too_large", f"Talet kan vara högst {question.limit}.")
    return int(digits)


def _declaration(_: Question, text: str) -> str:
    return read_declaration(text)


_READERS: dict[str, Callable[[Question, str], str | int]] = {
    "amount": _amount,
    "text": _text,
    "choice": _choice,
    "whole_number": _whole_number,
    "declaration": _declaration,
}
