"""Draw spot checks of a round and ask the drawn cases for their accounting records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.risk_rules import Reported
from statsbidrag.domain.spot_checks import SPOT_CHECK, Draw, StartDraw, draw_key, read_seed, require_drawn
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.rounds import get_round

PEOPLE_REACHED = "people_reached"
"""The report's question on how many persons had a talk, where a round asks it."""


def list_draws(books: Books, round_id: RoundId) -> list[Draw]:
    """Give the draws of a round, the first one first."""
    get_round(books, round_id)
    listed = books.store.listed(f"SPOTCHECKS#{round_id}")
    return books.states(SPOT_CHECK, (draw_key(round_id, int(name)) for name in listed))


def show_draw(books: Books, round_id: RoundId, number: int) -> Draw:
    """Give one draw; `NotFound` ``unknown_spot_check``."""
    get_round(books, round_id)
    return require_drawn(books.state(SPOT_CHECK, draw_key(round_id, number)))


def draw(books: Books, round_id: RoundId, count: int, seed: str, reason: str, officer: str, context: Context) -> Draw:
    """Draw among the reported cases of a round that no draw has taken yet.

    A seed is used once in a round: called again with all the same, it gives the draw that was made.

    Raises
    ------
    Refusal
        ``seed_used`` where it made another draw; and as the draw's `decide`.
    """
    before = list_draws(books, round_id)
    asked = (read_seed(seed), count, reason.strip(), officer)
    for made in before:
        if (made.seed, made.count, made.reason, made.drawn_by) == asked:
            return made
        if made.seed == asked[0]:
            message = f"Startvärdet är redan använt för stickprov {made.number} i omgången. Välj ett annat."
            raise Refusal("seed_used", message, field="seed", status=409)
    taken = {lot.municipality for made in before for lot in made.drawn}
    command = StartDraw(seed, count, reason, officer, tuple(_reported(books, round_id, taken)))
    return books.handle(SPOT_CHECK, draw_key(round_id, len(before) + 1), command, context).state


def _reported(books: Books, round_id: RoundId, taken: set[MunicipalityCode]) -> Iterator[Reported]:
    """Give what can be drawn: reported, assessed, and with use that was accepted and so can be checked."""
    recovered = _recovered(books, [RoundId(name) for name in books.store.listed("ROUNDS") if name < round_id])
    for case in books.states(CASE, _keys(books, round_id)):
        report = case.report
        if report is None or not report.assessed or case.money.accepted_use == 0 or case.municipality in taken:
            continue
        people = report.answers.get(PEOPLE_REACHED)
        yield Reported(
            municipality=case.municipality,
            paid=case.money.paid,
            used=report.amount_used,
            misused=report.amount_misused,
            late=report.late,
            people_reached=people if isinstance(people, int) else None,
            recovered_before=Ore(recovered[case.municipality]),
        )


def _keys(books: Books, round_id: RoundId) -> list[str]:
    return [case_key(round_id, MunicipalityCode(name)) for name in books.store.listed(f"CASES#{round_id}")]


def _recovered(books: Books, rounds: list[RoundId]) -> Counter[MunicipalityCode]:
    """Sum what was decided to be paid back in earlier rounds, öre by municipality."""
    recovered: Counter[MunicipalityCode] = Counter()
    for case in books.states(CASE, (key for each in rounds for key in _keys(books, each))):
        recovered[case.municipality] += sum(r.to_invoice for r in case.recoveries if r.status == "decided")
    return recovered
