"""Decide on a requisition that came after the last day: taken up all the same, or dismissed as too late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import DecideLateRequisition
from statsbidrag.domain.case.requisitions import find, received_in_time
from statsbidrag.domain.case.state import Case
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.time import format_instant


def decide_late(case: Case, command: DecideLateRequisition, now: datetime) -> Sequence[e.CaseEvent]:
    """Decide once, with a reason; what is taken up is then held against every other rule as one in time.

    Raises
    ------
    Refusal
        ``reason_missing``, ``requisition_not_late`` or ``late_requisition_decided``.
    NotFound
        ``unknown_requisition``.
    """
    requisition, reason = find(case, command.requisition), require_reason(command.reason)
    told = requisition.late_decision
    if told and (told.accepted, told.reason, told.decided_by) == (command.accepted, reason, command.officer):
        return []
    if told is not None:
        outcome = "tagit upp rekvisitionen" if told.accepted else "avvisat rekvisitionen"
        raise Refusal(
            "late_requisition_decided",
            f"{told.decided_by} har redan {outcome}, {format_instant(told.decided_at)}. Se ärendet.",
            status=409,
        )
    if requisition.status != "with_officer":
        raise Refusal(
            "requisition_not_late",
            "Rekvisitionen kom i tid. Den prövas mot villkoren utan beslut av en handläggare.",
            status=409,
        )
    if command.accepted:
        return [e.LateRequisitionAccepted(requisition.id, reason, command.officer, now)]
    checks = (received_in_time(case, requisition),)
    return [e.LateRequisitionDismissed(requisition.id, reason, checks, command.officer, now)]
