"""Decide on spot checks: accounting records asked for, received, and what follows from them (LKBR 3 kap. 2 §)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import (
    ConcludeSpotCheck,
    IssueRecordsLink,
    ReceiveRecords,
    RequestRecords,
    RevokeRecordsLink,
)
from statsbidrag.domain.case.reports import propose
from statsbidrag.domain.case.state import Case, Check, SpotCheck, opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, format_kronor
from statsbidrag.domain.time import end_of, format_date, swedish_date

MOST_FILES = 50
"""How many files of accounting records a case takes in for one check."""
ASKED_FOR = (
    "Utdrag ur huvudboken för det konto eller den kod där bidraget och kostnaderna är bokförda.",
    "Fakturor och andra verifikationer för de kostnader som bidraget har betalat.",
    "Underlag för lönekostnader: tjänst, del av tid och belopp, utan namn och personnummer.",
    "En kort beskrivning av hur det använda beloppet i återrapporten är uträknat.",
)
"""What a municipality is asked for, for people."""


def find(case: Case, spot_check: int) -> SpotCheck:
    """Give the spot check of that number; `NotFound` ``unknown_spot_check``."""
    found = next((check for check in case.spot_checks if check.id == spot_check), None)
    if found is None:
        raise NotFound("unknown_spot_check", "Kommunen är inte med i det stickprovet.")
    return found


def request(case: Case, command: RequestRecords, now: datetime) -> Sequence[e.CaseEvent]:
    """Ask for accounting records, once for each draw; the municipality has whole days to send them."""
    _, terms = opened(case)
    if any(check.id == command.spot_check for check in case.spot_checks):
        return []
    # One that was opened again after the draw is corrected or stands again, and is checked then.
    if not case.reopenings and not (case.report and case.report.assessed):
        raise Refusal("nothing_to_check", "Det finns ingen bedömd återrapport att kontrollera.", status=409)
    return [
        e.RecordsRequested(
            spot_check=command.spot_check,
            points=command.points,
            rules=command.rules,
            token_hash=command.token_hash,
            last_day=swedish_date(now) + timedelta(days=terms.records_days),
            requested_at=now,
        )
    ]


def revoke_link(case: Case, command: RevokeRecordsLink, now: datetime) -> Sequence[e.CaseEvent]:
    """End the link at once, as when it reached somebody it was not for; another follows by e-mail."""
    check, reason = find(case, command.spot_check), require_reason(command.reason)
    _refuse_concluded(check)
    return [e.RecordsLinkRevoked(check.id, reason, command.officer, now)] if check.link_hash else []


def issue_link(case: Case, command: IssueRecordsLink, now: datetime) -> Sequence[e.CaseEvent]:
    """Issue another link in place of a revoked one, to the registry alone."""
    check = find(case, command.spot_check)
    if check.link_hash or check.concluded_at is not None:
        return []
    return [e.RecordsLinkIssued(check.id, check.link + 1, command.token_hash, now)]


def receive(case: Case, command: ReceiveRecords, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in files, each once by its content; what comes after the last day is received and stamped late."""
    check = find(case, command.spot_check)
    known = {file.content_hash for file in check.files}
    new = {file.content_hash: file for file in command.files if file.content_hash not in known}
    if not new:
        return []
    _refuse_concluded(check)
    if len(known) + len(new) > MOST_FILES:
        raise Refusal(
            "too_many_files",
            f"Vi tar emot högst {MOST_FILES} filer, och ni har skickat {len(known)}. Slå ihop flera dokument till en "
            "fil, eller kontakta handläggaren.",
            field="files",
        )
    late = now >= end_of(check.last_day)
    return [e.RecordsReceived(check.id, len(check.sent) + 1, tuple(new.values()), late, now)]


def conclude(case: Case, command: ConcludeSpotCheck, now: datetime) -> Sequence[e.CaseEvent]:
    """Conclude a check; what cannot be accepted is no longer accepted use, and is proposed to be recovered."""
    check, reason = find(case, command.spot_check), require_reason(command.reason)
    told = (command.outcome, command.amount, reason, command.officer)
    if (check.outcome, check.amount, check.reason, check.concluded_by) == told:
        return []
    _refuse_concluded(check)
    if not check.sent and now < end_of(check.last_day):
        raise Refusal(
            "records_not_due",
            f"Inget underlag har kommit in, och kommunen har på sig till och med den {format_date(check.last_day)}.",
            status=409,
        )
    _refuse_open_report(case)
    _refuse_amount(case, command)
    if command.outcome != "accepted":
        _refuse_second_hearing(case)
    concluded = e.SpotCheckConcluded(check.id, command.outcome, command.amount, reason, command.officer, now)
    if command.outcome == "accepted":
        return [concluded]
    return [
        concluded,
        propose(case, now, grounds=(command.outcome,), claim=command.amount, checks=(_shown(case, check, command),)),
    ]


def _refuse_concluded(check: SpotCheck) -> None:
    if check.concluded_at is not None:
        raise Refusal("spot_check_concluded", "Kontrollen är avslutad. Kontakta handläggaren.", status=409)


def _refuse_open_report(case: Case) -> None:
    """Conclude on the report that stands, not on one that is being corrected."""
    if case.report is None or not case.report.assessed:
        raise Refusal(
            "report_not_assessed",
            "Återrapporten är öppen för rättelse eller inte bedömd. Avsluta kontrollen när den är bedömd.",
            status=409,
        )


def _refuse_second_hearing(case: Case) -> None:
    """Hear the municipality of one recovery at a time: its link leads to one."""
    waiting = case.undecided_recovery
    if waiting is not None:
        raise Refusal(
            "recovery_undecided",
            f"Återkrav {waiting.id} i ärendet är inte beslutat. Besluta det först, så att kommunen hörs om en sak i "
            "taget.",
            status=409,
        )


def _refuse_amount(case: Case, command: ConcludeSpotCheck) -> None:
    accepted = case.money.accepted_use
    if command.outcome == "accepted" and command.amount:
        message = "Godtas allt är beloppet som inte godtas 0. Välj ett annat utfall eller ändra beloppet."
        raise Refusal("amount_out_of_range", message, field="not_accepted")
    whole = command.amount % ORE_PER_KRONA == 0 or command.amount == accepted
    if command.outcome != "accepted" and not (whole and 0 < command.amount <= accepted):
        raise Refusal(
            "amount_out_of_range",
            f"Skriv ett belopp i hela kronor, högst {format_kronor(accepted)}, som är den användning som är godtagen.",
            field="not_accepted",
        )


def _shown(case: Case, check: SpotCheck, command: ConcludeSpotCheck) -> Check:
    accepted = case.money.accepted_use
    remains = Ore(accepted - command.amount)
    return Check(
        rule="use_shown_by_accounting_records",
        passed=False,
        inputs={
            "spot_check": str(check.id),
            "accepted_use": str(accepted),
            "not_accepted": str(command.amount),
            "files": ", ".join(file.content_hash for file in check.files),
            "last_day": check.last_day.isoformat(),
        },
        arithmetic=f"{accepted} - {command.amount} = {remains}",
        explanation=f"Godtagen användning {format_kronor(accepted)}, efter kontroll av räkenskaperna inte godtaget "
        f"{format_kronor(command.amount)}, kvar {format_kronor(remains)}. {command.reason.strip()}",
    )
