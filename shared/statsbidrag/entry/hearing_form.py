"""The municipality's answer to a hearing, as people and programs send it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from statsbidrag.domain.money import Ore
from statsbidrag.domain.terms import Question
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
