"""Place and release holds; say what they stopped and what they came too late for."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from statsbidrag.domain.batches import BATCH, HoldBatch, ReleaseBatch, batch_key
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case.commands import HoldPayouts, ReleasePayouts
from statsbidrag.domain.holds import EVERYTHING, HOLDS, Hold, PlaceHold, ReleaseHold, holds_key
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.usecases.batch_stops import stop_batch
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.rounds import get_round

_FINAL = ("void", "acknowledged", "rejected")


class Stopped(msgspec.Struct, frozen=True):
    """What a hold came to.

    Attributes
    ----------
    stopped
        Batches, or payouts that stand in none, that do not leave while the hold lasts.
    too_late
        Batches or payouts that the bank has, and that the hold cannot call back.
    """

    holds: tuple[Hold, ...]
    stopped: tuple[str, ...] = ()
    too_late: tuple[str, ...] = ()


def show(books: Books, scope: str) -> Stopped:
    """Give the holds of a scope, the released ones too."""
    _require_scope(books, scope)
    return Stopped(books.state(HOLDS, holds_key(scope)).holds)


def stop(books: Books, scope: str, reason: str, officer: str, context: Context) -> Stopped:
    """Stop a round or everything.

    The hold comes first; then every batch that is not cleared is marked, so that one that is being cleared right now
    either was so before its mark, and is named as too late, or never leaves.
    """
    _require_scope(books, scope)
    switch = books.handle(HOLDS, holds_key(scope), PlaceHold(reason, officer), context).state
    stopped, too_late = [], []
    for batch in _batches(books, scope):
        marked = books.handle(BATCH, batch_key(batch), HoldBatch(scope), context).state
        if scope in marked.held_by:
            stopped.append(batch)
        elif marked.status not in _FINAL:
            too_late.append(batch)
    return Stopped(switch.holds, tuple(stopped), tuple(too_late))


def release(books: Books, scope: str, hold: int, reason: str, officer: str, context: Context) -> Stopped:
    """End a hold on a round or on everything; batches go on when the scope's last hold is over."""
    switch = books.handle(HOLDS, holds_key(scope), ReleaseHold(hold, reason, officer), context).state
    if switch.live is None:
        for batch in _batches(books, scope):
            books.handle(BATCH, batch_key(batch), ReleaseBatch(scope), context)
    return Stopped(switch.holds)


def _require_scope(books: Books, scope: str) -> None:
    if scope != EVERYTHING:
        get_round(books, RoundId(scope))


def _batches(books: Books, scope: str) -> Iterator[str]:
    rounds = books.store.listed("ROUNDS") if scope == EVERYTHING else (scope,)
    for round_id in rounds:
        yield from books.store.listed(f"BATCHES#{round_id}")


def stop_municipality(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    payout: str,
    reason: str,
    officer: str,
    context: Context,
) -> Stopped:
    """Stop one payout, or all of a municipality where none is named; a batch that has it and is not cleared is void."""
    key = case_key(round_id, municipality)
    case = books.handle(CASE, key, HoldPayouts(payout, reason, officer), context).state
    on_their_way = [p for p in case.payouts if payout in ("", p.id) and p.is_on_its_way]
    stopped = [p.id for p in on_their_way if stop_batch(books, p, officer, context)]
    return Stopped(case.holds, tuple(stopped), tuple(p.id for p in on_their_way if p.id not in stopped))


def release_municipality(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    hold: int,
    reason: str,
    officer: str,
    context: Context,
) -> Stopped:
    """End a hold in a case."""
    command = ReleasePayouts(hold, reason, officer)
    return Stopped(books.handle(CASE, case_key(round_id, municipality), command, context).state.holds)
