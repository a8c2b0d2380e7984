"""Claim interest on what was paid late, by itself or as an officer asks; waive it; show how it is reckoned."""

from __future__ import annotations

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import ClaimInterest, WaiveInterest
from statsbidrag.domain.case.interests import Reckoning, find_interest, is_due, reckon
from statsbidrag.domain.case.recoveries import find_invoice
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.ports import DueTask
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.rounds import get_round, read_round


def claim_due(books: Books, due: DueTask, seen: Seen[Case], context: Context) -> tuple[Seen[Case], Refusal | None]:
    """Claim interest that is due; a rate that the round file lacks is told, so that the others are claimed first."""
    table = get_round(books, seen.state.round).reference_rates
    try:
        return books.handle(CASE, due.key, ClaimInterest(due.task.about, table), context, seen=seen).seen, None
    except Refusal as refusal:
        if refusal.code != "interest_rate_missing":
            raise
        return seen, refusal


def claim(
    books: Books, round_id: RoundId, municipality: MunicipalityCode, invoice: str, officer: str, context: Context
) -> Case:
    """Claim interest now, and not some days after the last payment."""
    command = ClaimInterest(invoice, read_round(books, round_id).reference_rates, officer)
    return books.handle(CASE, case_key(round_id, municipality), command, context).state


def waive(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    invoice: str,
    reason: str,
    officer: str,
    context: Context,
) -> Case:
    """Decide not to claim interest that is due."""
    command = WaiveInterest(invoice, read_round(books, round_id).reference_rates, reason, officer)
    return books.handle(CASE, case_key(round_id, municipality), command, context).state


def show(books: Books, round_id: RoundId, municipality: MunicipalityCode, number: str) -> tuple[Case, Reckoning | None]:
    """Give the case of an invoice, and how its interest is reckoned where that waits to be claimed."""
    case = books.state(CASE, case_key(round_id, municipality))
    opened(case)
    invoice = find_invoice(case, number)
    if find_interest(case, number) or not is_due(case, invoice):
        return case, None
    return case, reckon(case, number, read_round(books, round_id).reference_rates)
