"""What staff do about accounts and payouts: propose, approve, void, issue anew, resolve the unknown."""

from __future__ import annotations

from statsbidrag.domain.batches import BATCH, RecordBatchAnswer, batch_key
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import CaseCommand, ConfirmResolution, ProposeAccount
from statsbidrag.domain.case.payouts import find
from statsbidrag.domain.case.state import Payout, UnknownOutcome, opened
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.usecases.batch_stops import stop_for_account
from statsbidrag.usecases.books import Books, Context


def show(books: Books, round_id: RoundId, municipality: MunicipalityCode) -> Case:
    """Give an open case; `NotFound` for one that is not."""
    case = books.state(CASE, case_key(round_id, municipality))
    opened(case)
    return case


def propose_account(
    books: Books, round_id: RoundId, municipality: MunicipalityCode, account: Account, by: str, context: Context
) -> Case:
    """Take in another payout account and stop what is on its way to the one before."""
    key = case_key(round_id, municipality)
    case = books.handle(CASE, key, ProposeAccount(account, by), context).state
    stop_for_account(books, case, context)
    return case


def confirm_resolution(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    payout: str,
    outcome: UnknownOutcome,
    officer: str,
    context: Context,
) -> Case:
    """End an unknown by a second person; a batch of which nothing was carried out was never the bank's.

    The batch is told first, so that a call that breaks can be made again; what the rules refuse changes neither.
    """
    key, command = case_key(round_id, municipality), ConfirmResolution(payout, outcome, officer)
    seen = books.see(CASE, key)
    is_new = bool(CASE.decide(seen.state, command, books.now()))
    if is_new and outcome == "not_carried_out":
        _give_up(books, find(seen.state, payout), context)
    return books.handle(CASE, key, command, context, seen=seen).state


def _give_up(books: Books, last: Payout, context: Context) -> None:
    """Note that the bank never had a batch, once its last payout is about to leave it."""
    batch = books.state(BATCH, batch_key(last.batch))
    others = (line for line in batch.lines if line.payout != last.id)
    cases = ((line, books.state(CASE, case_key(batch.round, line.municipality))) for line in others)
    if not any(find(case, line.payout).batch == batch.id for line, case in cases):
        answer = RecordBatchAnswer(last.id, "rejected", "", "Banken har inte genomfört någon av betalningarna.")
        books.handle(BATCH, batch_key(batch.id), answer, context)


def act(
    books: Books, round_id: RoundId, municipality: MunicipalityCode, command: CaseCommand, context: Context
) -> Case:
    """Carry out what one person asks of a case."""
    case = books.handle(CASE, case_key(round_id, municipality), command, context).state
    stop_for_account(books, case, context)
    return case
