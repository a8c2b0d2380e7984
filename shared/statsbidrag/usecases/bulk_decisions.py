"""Prepare and decide many undisputed recoveries at once: each in its own case, none held up by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import DecideRecovery, PrepareDecision
from statsbidrag.domain.case.recoveries import find, is_undisputed
from statsbidrag.domain.case.state import Recovery, opened
from statsbidrag.domain.errors import Conflict, NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.rounds import get_round

MOST_AT_ONCE = 100
"""As many as one call decides well within the time that a caller waits for it."""


class Undisputed(msgspec.Struct, frozen=True):
    """A recovery that can be prepared or decided with others; öre."""

    municipality: MunicipalityCode
    name: str
    case_number: str
    recovery: Recovery


class Chosen(msgspec.Struct, frozen=True):
    """A recovery as an officer saw it: what is to be paid back, öre."""

    municipality: MunicipalityCode
    recovery: int
    to_pay: Ore


class Declined(msgspec.Struct, frozen=True):
    """One that could not be done, and why."""

    municipality: MunicipalityCode
    recovery: int
    code: str
    message: str


class Outcome(msgspec.Struct, frozen=True):
    """What a call came to; those that were so already count as done. `total` is in öre."""

    done: int
    total: Ore
    declined: tuple[Declined, ...]


def list_undisputed(books: Books, round_id: RoundId) -> list[Undisputed]:
    """Give the undisputed recoveries whose hearing is over and that are not decided."""
    get_round(books, round_id)
    keys = {due.key for due in books.store.due("officer", books.now()) if due.task.kind in _KINDS}
    cases = books.states(CASE, sorted(key for key in keys if key.split("#")[1] == round_id))
    return [
        Undisputed(case.municipality, opened(case)[0].name, case.number, recovery)
        for case in cases
        for recovery in case.live_recoveries
        if recovery.status in ("hearing", "prepared")
        and (recovery.hearing_ends <= books.now() or recovery.is_agreed)
        and is_undisputed(case, recovery)
    ]


_KINDS = ("prepare_decision", "prepare_agreed_decision", "decide_recovery")


def prepare_all(
    books: Books,
    round_id: RoundId,
    chosen: Sequence[Chosen],
    total: Ore,
    reasons: str,
    officer: str,
    context: Context,
) -> Outcome:
    """Prepare to claim each of them in full, for the same reasons.

    Raises
    ------
    Refusal
        ``total_differs``, ``chosen_twice``, ``none_chosen``, ``too_many_chosen``: nothing was done.
    """

    def command(one: Chosen, case: Case) -> PrepareDecision:
        # An answer that agrees needs no weighing, and with one that objects it is not undisputed.
        answers = len(find(case, one.recovery).answers)
        return PrepareDecision(one.recovery, Ore(0), reasons, officer, answers, to_pay_in_bulk=one.to_pay)

    return _each(books, round_id, chosen, total, command, context)


def decide_all(
    books: Books, round_id: RoundId, chosen: Sequence[Chosen], total: Ore, officer: str, context: Context
) -> Outcome:
    """Decide each of them as another officer prepared it; refused as a whole as `prepare_all`."""

    def command(one: Chosen, _: Case) -> DecideRecovery:
        return DecideRecovery(one.recovery, officer, one.to_pay)

    return _each(books, round_id, chosen, total, command, context)


def _each(
    books: Books,
    round_id: RoundId,
    chosen: Sequence[Chosen],
    total: Ore,
    command: Callable[[Chosen, Case], PrepareDecision | DecideRecovery],
    context: Context,
) -> Outcome:
    _require_whole(chosen, total)
    get_round(books, round_id)
    cases = books.see_all(CASE, (case_key(round_id, one.municipality) for one in chosen))
    done: list[Ore] = []
    declined: list[Declined] = []
    for one in chosen:
        key = case_key(round_id, one.municipality)
        try:
            cases[key] = books.handle(CASE, key, command(one, cases[key].state), context, seen=cases[key]).seen
        except (Refusal, NotFound, Conflict) as why:
            declined.append(Declined(one.municipality, one.recovery, why.code, why.message))
        else:
            done.append(one.to_pay)
    return Outcome(len(done), Ore(sum(done)), tuple(declined))


def _require_whole(chosen: Sequence[Chosen], total: Ore) -> None:
    if not chosen:
        raise Refusal("none_chosen", "Välj minst ett återkrav.", field="recoveries")
    if len(chosen) > MOST_AT_ONCE:
        raise Refusal("too_many_chosen", f"Välj högst {MOST_AT_ONCE} återkrav åt gången.", field="recoveries")
    if len({(one.municipality, one.recovery) for one in chosen}) < len(chosen):
        raise Refusal(
            "chosen_twice", "Ett återkrav är valt två gånger. Välj varje återkrav en gång.", field="recoveries"
        )
    if (summed := sum(one.to_pay for one in chosen)) != total:
        raise Refusal(
            "total_differs",
            f"Summan av de valda återkraven är {format_kronor(Ore(summed))}. Läs listan igen och försök på nytt.",
            field="total_ore",
            status=409,
        )
