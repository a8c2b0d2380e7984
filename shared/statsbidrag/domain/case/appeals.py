"""Decide on appeals: noted by an officer, they hold the claim until their outcome is noted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import NoteAppeal, NoteAppealOutcome
from statsbidrag.domain.case.recoveries import find
from statsbidrag.domain.case.state import Case
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.time import format_date, swedish_date

APPEAL_TIME = timedelta(weeks=3)
"""From when the municipality got the decision (förvaltningslagen 44 §), which is never before it was taken."""


def note(case: Case, command: NoteAppeal, now: datetime) -> Sequence[e.CaseEvent]:
    """Note an appeal with whether it came in time (förvaltningslagen 45 §); one at a time is open."""
    recovery = find(case, command.recovery)
    reason = require_reason(command.reason)
    last = recovery.appeals[-1] if recovery.appeals else None
    if last and (last.received_on, last.in_time, last.reason, last.noted_by) == (
        command.received_on,
        command.in_time,
        reason,
        command.officer,
    ):
        return []
    if recovery.decided_at is None:
        raise Refusal("recovery_not_decided", "Återkravet är inte beslutat.", status=409)
    if recovery.is_on_hold:
        raise Refusal(
            "already_appealed",
            "Beslutet är redan överklagat. Notera först hur det gick, och ompröva det om det ändrades.",
            status=409,
        )
    decided_on = swedish_date(recovery.decided_at)
    if not decided_on <= command.received_on <= swedish_date(now):
        raise Refusal(
            "appeal_day_impossible",
            f"Överklagandet har kommit in tidigast den {format_date(decided_on)}, då beslutet fattades, och senast i "
            "dag.",
            field="received_on",
        )
    decisions = (decided_on, *(swedish_date(again.decided_at) for again in recovery.reconsidered))
    if not command.in_time and any(day <= command.received_on <= day + APPEAL_TIME for day in decisions):
        raise Refusal(
            "appeal_is_in_time",
            "Överklagandet kom in inom tre veckor från ett beslut i ärendet, och är alltså i rätt tid.",
            field="arrived",
        )
    return [e.AppealNoted(recovery.id, command.received_on, command.in_time, reason, command.officer, now)]


def end(case: Case, command: NoteAppealOutcome, now: datetime) -> Sequence[e.CaseEvent]:
    """Note how an appeal ended; where the decision was changed, the claim is held until it is reconsidered."""
    recovery = find(case, command.recovery)
    reason = require_reason(command.reason)
    last = recovery.appeals[-1] if recovery.appeals else None
    if last and (last.outcome, last.outcome_reason, last.outcome_by) == (command.outcome, reason, command.officer):
        return []
    if last is None or last.outcome is not None:
        raise Refusal("nothing_appealed", "Det finns inget överklagande som väntar på utgång.", status=409)
    return [e.AppealEnded(recovery.id, command.outcome, reason, command.officer, now)]
