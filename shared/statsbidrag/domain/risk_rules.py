"""What makes a report worth a closer look: named rules, each with its points.

All rules and points are a choice of this project. A draw keeps the points that held when it was made. A rule whose
meaning changes gets a new name and none is taken out, so that old draws can be replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, kronor

LARGE, VERY_LARGE = kronor(500_000), kronor(1_000_000)
EVEN = kronor(10_000)
EACH_AT_MOST = kronor(20_000)
ALMOST_ALL = 95
"""Per cent of what was paid."""


class Reported(msgspec.Struct, frozen=True):
    """What a draw knows of a reported case.

    Attributes
    ----------
    paid, used, misused
        Öre, as paid out and as the municipality reported.
    late
        Whether the report came after the last day.
    people_reached
        Persons, by the report; ``None`` where the round does not ask.
    recovered_before
        Öre that were decided to be paid back in earlier rounds.
    """

    municipality: MunicipalityCode
    paid: Ore
    used: Ore
    misused: Ore
    late: bool
    people_reached: int | None
    recovered_before: Ore


@dataclass(frozen=True)
class RiskRule:
    """One rule: its points, why in Swedish, and whether it holds for a case."""

    name: str
    points: int
    explanation: str
    holds: Callable[[Reported], bool]


RULES = (
    RiskRule("reported", 1, "Alla som har återrapporterat kan dras.", lambda _: True),
    RiskRule("large_amount", 2, "Minst 500 000 kronor har betalats ut.", lambda r: r.paid >= LARGE),
    RiskRule("very_large_amount", 2, "Minst 1 000 000 kronor har betalats ut.", lambda r: r.paid >= VERY_LARGE),
    RiskRule("misuse_declared", 4, "Kommunen har uppgett att en del har gått till annat.", lambda r: r.misused > 0),
    RiskRule("spent_to_the_krona", 3, "Hela beloppet är använt, på kronan.", lambda r: r.used == r.paid),
    RiskRule(
        "almost_all_spent",
        2,
        "Minst 95 procent är använt, men inte allt.",
        lambda r: r.used < r.paid and r.used * 100 >= r.paid * ALMOST_ALL,
    ),
    RiskRule(
        "round_number",
        2,
        "Det använda beloppet är ett jämnt tiotusental kronor.",
        lambda r: r.used > 0 and r.used % EVEN == 0,
    ),
    RiskRule("reported_late", 2, "Återrapporten kom in efter sista dagen.", lambda r: r.late),
    RiskRule(
        "few_people_reached",
        3,
        "Mer än 20 000 kronor är använt för varje person som har haft ett samtal.",
        lambda r: r.people_reached is not None and r.used > EACH_AT_MOST * r.people_reached,
    ),
    RiskRule(
        "recovered_before",
        3,
        "Kommunen har fått betala tillbaka bidrag i en tidigare omgång.",
        lambda r: r.recovered_before > 0,
    ),
)
"""The one table. Every case has at least the points of ``reported``."""

POINTS = {rule.name: rule.points for rule in sorted(RULES, key=lambda rule: rule.name)}
"""In the order in which the journal gives them back."""
EXPLANATIONS = {rule.name: rule.explanation for rule in RULES}
_HOLDS = {rule.name: rule.holds for rule in RULES}


def rules_that_hold(case: Reported, points: dict[str, int]) -> tuple[str, ...]:
    """Give the names of the rules, among those that have points, that hold for a case; in the order of the alphabet."""
    return tuple(name for name in sorted(points) if _HOLDS[name](case))
