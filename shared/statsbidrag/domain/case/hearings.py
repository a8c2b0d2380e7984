"""Decide on hearings: what the municipality answers to a proposed recovery, and how long it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import AnswerHearing, ExtendHearing
from statsbidrag.domain.case.recoveries import find, refuse_withdrawn
from statsbidrag.domain.case.state import Case, HearingStance, Recovery
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.time import end_of, swedish_date

MOST_ANSWERS = 10
"""To one proposal: a case must stay small enough to be stored."""
LONGEST_EXTENSION = timedelta(days=366)


def answer(case: Case, command: AnswerHearing, now: datetime) -> Sequence[e.CaseEvent]:
    """Receive an answer, as many as come until the decision; a late one is received and stamped late."""
    recovery = find(case, command.recovery)
    if recovery.answers and recovery.answers[-1].content_hash == command.content_hash:
        return []
    _refuse_decided(recovery)
    refuse_withdrawn(recovery)
    if len(recovery.answers) >= MOST_ANSWERS:
        raise Refusal(
            "too_many_answers",
            f"Ni har redan lämnat {MOST_ANSWERS} yttranden. Skriv till oss och ange ärendenumret.",
            status=409,
        )
    refuse_answer(command.stance, command.text, command.amount_used, case.money.paid)
    return [
        e.HearingAnswered(
            recovery=recovery.id,
            answer=len(recovery.answers) + 1,
            stance=command.stance,
            text=command.text,
            amount_used=command.amount_used,
            received_at=now,
            late=now >= recovery.hearing_ends,
            answered_by=command.answered_by,
            content_hash=command.content_hash,
        )
    ]


def refuse_answer(stance: HearingStance, text: str, amount_used: Ore | None, paid: Ore) -> None:
    """Refuse an answer that contradicts itself; amounts in öre."""
    if stance == "objects" and not text.strip():
        raise Refusal("objection_missing", "Berätta vad som är fel, eller varför vi ska avstå.", field="text")
    if stance == "agrees" and amount_used is not None:
        raise Refusal("amount_with_consent", "Fyll i beloppet bara om ni invänder.", field="amount_used")
    if amount_used is not None and not 0 <= amount_used <= paid:
        raise Refusal(
            "amount_used_above_paid",
            f"Skriv ett belopp från 0 till {format_kronor(paid)}, som är vad kommunen har fått.",
            field="amount_used",
        )


def extend(case: Case, command: ExtendHearing, now: datetime) -> Sequence[e.CaseEvent]:
    """Give longer to answer, with a reason; never shorter, and not once it is decided."""
    recovery = find(case, command.recovery)
    reason = require_reason(command.reason)
    if recovery.extensions and recovery.extensions[-1] == command.last_day:
        return []
    _refuse_decided(recovery)
    refuse_withdrawn(recovery)
    if command.last_day > swedish_date(now) + LONGEST_EXTENSION:
        raise Refusal("last_day_too_far", "Välj en dag inom ett år.", field="last_day")
    ends = end_of(command.last_day)
    if ends <= max(recovery.hearing_ends, now):
        raise Refusal(
            "last_day_not_later", "Välj en dag som är senare än i dag och än den dag som gäller nu.", field="last_day"
        )
    return [e.HearingExtended(recovery.id, command.last_day, ends, reason, command.officer, now)]


def _refuse_decided(recovery: Recovery) -> None:
    if recovery.status == "decided":
        raise Refusal(
            "hearing_closed",
            "Beslutet är redan fattat. Vill ni att det ändras? Svara på e-brevet med beslutet och begär omprövning. I "
            "beslutet står också om och hur det kan överklagas.",
            status=409,
        )
