"""The municipality's answer to a hearing, as people and programs send it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from statsbidrag.domain.case.state import Check, Recovery
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.terms import Question
from statsbidrag.domain.time import format_date, format_instant
from statsbidrag.entry.answers import answer_rows, read_answers
from statsbidrag.entry.pages import Row
from statsbidrag.usecases.hearings import HearingInput

QUESTIONS = (
    Question(
        "stance",
        "choice",
        "Godtar ni förslaget?",
        choices=(("agrees", "Ja, vi godtar förslaget"), ("objects", "Nej, vi invänder")),
    ),
    Question(
        "text",
        "text",
        "Vad vill ni säga?",
        help="Måste fyllas i om ni invänder. Berätta vad som är fel, eller vilka särskilda skäl som finns att avstå "
        "från hela eller en del av återkravet.",
        required=False,
    ),
    Question(
        "amount_used",
        "amount",
        "Hur mycket användes enligt villkoren?",
        help="Fyll bara i om ni invänder och beloppet är ett annat än det i förslaget.",
        required=False,
    ),
)
"""The form; its ids are the fields."""
LABELS = {question.id: question.label for question in QUESTIONS}
RULES = {
    "report_received_in_time": "Återrapporten ska komma in i tid",
    "all_money_used": "Hela bidraget ska användas under året",
    "money_used_under_the_conditions": "Bidraget ska användas enligt villkoren",
}
"""The rules of an assessment, for people."""


def _kronor(value: str) -> str:
    return format_kronor(Ore(int(value)))


_INPUTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "paid": ("Utbetalt", _kronor),
    "amount_used": ("Använt enligt återrapporten", _kronor),
    "amount_misused": ("Därav använt till annat", _kronor),
    "received_at": (
        "Återrapporten kom in",
        lambda value: f"{format_instant(datetime.fromisoformat(value))}, svensk tid",
    ),
    "last_day": ("Sista dag", lambda value: format_date(date.fromisoformat(value))),
    "delivered": ("Länken är visad levererad före sista dagen", lambda value: "Ja" if value else "Nej"),
}
"""What a rule looked at, and how it is written for people."""
_OF_AMOUNTS = re.compile(r"[0-9 +=<>-]+")


class Finding(NamedTuple):
    """How one rule came out: its name, what was found, and what was compared with what."""

    title: str
    passed: bool
    explanation: str
    rows: tuple[Row, ...]


def findings(recovery: Recovery) -> list[Finding]:
    """Write the rules that a proposal rests on for people; programs get them as the journal has them."""
    return [
        Finding(RULES.get(check.rule, check.rule), check.passed, check.explanation, tuple(_rows(check)))
        for check in recovery.checks
    ]


def _rows(check: Check) -> Iterator[Row]:
    for name, value in check.inputs.items():
        label, write = _INPUTS.get(name, (name, str))
        yield Row(label, write(value))
    if _OF_AMOUNTS.fullmatch(check.arithmetic):
        yield Row("Uträkning", re.sub(r"[0-9]+", lambda found: _kronor(found[0]), check.arithmetic))


def read_hearing(fields: Mapping[str, Any]) -> HearingInput:
    """Read an answer; `Refusals` as `read_answers` raises them."""
    answers = read_answers(QUESTIONS, fields)
    amount = answers.get("amount_used")
    return msgspec.convert(
        {
            "stance": answers["stance"],
            "text": answers.get("text", ""),
            "amount_used": None if amount is None else Ore(int(amount)),
        },
        HearingInput,
    )


def hearing_rows(given: HearingInput) -> list[Row]:
    """Write a read answer for people to review."""
    answers = {name: getattr(given, name) for name in LABELS}
    return answer_rows(QUESTIONS, answers)
