"""The report form as a round declares it: which questions are asked, and which sums must agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, format_kronor
from statsbidrag.domain.terms import PAID, Condition, Question, Sum

Answers = Mapping[str, str | int]


def is_asked(question: Question, answers: Answers, questions: Sequence[Question]) -> bool:
    """Tell whether a question is asked, given what the others were answered; amounts in öre."""
    condition = question.asked_if
    if condition is None:
        return True
    answer = answers.get(condition.question)
    if answer is None:
        return False
    if condition.above is None:
        return answer == condition.equals
    other = next(each for each in questions if each.id == condition.question)
    least = condition.above * (ORE_PER_KRONA if other.kind == "amount" else 1)
    return int(answer) > least


def condition_text(condition: Condition, questions: Sequence[Question]) -> str:
    """Say in Swedish when a question is asked."""
    other = next(each for each in questions if each.id == condition.question)
    if condition.above is None:
        wanted = dict(other.choices).get(condition.equals or "", "Ja")
        return f"Svara bara om ni har svarat ”{wanted}” på frågan ”{other.label}”"
    unit = " kronor" if other.kind == "amount" else ""
    return f"Svara bara om ni har skrivit mer än {condition.above}{unit} på frågan ”{other.label}”"


def disagreements(sums: Sequence[Sum], answers: Answers, paid: Ore) -> tuple[Refusal, ...]:
    """Give a refusal for every sum that does not agree, at the last of its parts; amounts in öre."""
    found = []
    for check in sums:
        total = sum(int(answers.get(part, 0)) for part in check.parts)
        whole = paid if check.whole == PAID else Ore(int(answers.get(check.whole, 0)))
        if total == whole if check.relation == "equals" else total <= whole:
            continue
        told = check.text.format(whole=format_kronor(whole), sum=format_kronor(Ore(total)))
        found.append(Refusal("sum_disagrees", told, field=check.parts[-1]))
    return tuple(found)
