"""Decide on more time: a later last day for a report (anstånd), and a report that is opened again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import ExtendReport, ReopenReport
from statsbidrag.domain.case.state import Case, opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.time import format_date, swedish_date

LONGEST = timedelta(days=366)
"""How far ahead a day may be set; a later one is taken for a slip of the pen."""


def extend(case: Case, command: ExtendReport, now: datetime) -> Sequence[e.CaseEvent]:
    """Grant a later last day, before or after the one in force; a proposal for a missing report is withdrawn."""
    opened(case)
    reason = require_reason(command.reason)
    told = case.extensions[-1] if case.extensions else None
    if told and (told.last_day, told.reason, told.granted_by) == (command.last_day, reason, command.officer):
        return []
    _refuse_decided(case)
    if case.report is not None:
        raise Refusal(
            "already_reported",
            "Kommunen har redan återrapporterat. Väg in skälen i beslutet, eller öppna återrapporten igen.",
            status=409,
        )
    _refuse_day(command.last_day, now)
    if command.last_day <= case.report_last_day:
        raise Refusal(
            "day_not_later",
            f"Sista dagen är den {format_date(case.report_last_day)}. Skriv en senare dag.",
            field="last_day",
        )
    extended = e.ReportExtended(command.last_day, reason, command.officer, now)
    return [*_withdrawn(case, reason, command.officer, now), extended]


def reopen(case: Case, command: ReopenReport, now: datetime) -> Sequence[e.CaseEvent]:
    """Let the municipality correct its report, until a recovery is decided; what is proposed is withdrawn.

    What was accepted is taken back with it, since the corrected report is assessed as a whole.
    """
    opened(case)
    reason, last = require_reason(command.reason), case.reopening
    if last and (last.last_day, last.reason, last.reopened_by) == (command.last_day, reason, command.officer):
        return []
    _refuse_decided(case)
    _refuse_found(case)
    if last is not None:
        raise Refusal(
            "already_reopened",
            f"Återrapporten är redan öppen till och med den {format_date(last.last_day)}. "
            "Ge anstånd om det behövs mer tid.",
            status=409,
        )
    if case.report is None:
        raise Refusal(
            "nothing_to_reopen", "Kommunen har inte återrapporterat. Ge anstånd om det behövs mer tid.", status=409
        )
    _refuse_day(command.last_day, now)
    reopened = e.ReportReopened(command.last_day, reason, case.money.accepted_use, command.officer, now)
    return [*_withdrawn(case, reason, command.officer, now), reopened]


def _refuse_decided(case: Case) -> None:
    if any(recovery.status == "decided" for recovery in case.recoveries):
        raise Refusal(
            "recovery_already_decided",
            "Återkravet är redan beslutat. Ta in kommunens nya uppgifter i ärendet och ompröva beslutet i stället.",
            status=409,
        )


def _refuse_found(case: Case) -> None:
    """Keep what a spot check found: the whole report would be assessed anew, and the finding forgotten."""
    if any(check.amount for check in case.spot_checks):
        raise Refusal(
            "spot_check_found",
            "Ett stickprov har visat att en del inte kan godtas. Ta in kommunens nya uppgifter som svar på förslaget "
            "till återkrav.",
            status=409,
        )


def _refuse_day(day: date, now: datetime) -> None:
    today = swedish_date(now)
    if not today <= day <= today + LONGEST:
        raise Refusal(
            "day_out_of_range",
            f"Skriv en dag från den {format_date(today)} till den {format_date(today + LONGEST)}.",
            field="last_day",
        )


def _withdrawn(case: Case, reason: str, officer: str, now: datetime) -> list[e.CaseEvent]:
    waiting = case.undecided_recovery
    return [e.RecoveryWithdrawn(waiting.id, reason, officer, now)] if waiting else []
