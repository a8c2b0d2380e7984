"""A spot check of a round: which of its reported cases are looked at closer, drawn by lot with weights from a seed.

Every case has as many tickets as points. A ticket's number is the SHA-256 of round, seed, municipality and ticket, and
the cases are drawn by their lowest number. So the next case is always each remaining one with its share of the points
left, with integers alone, and anybody can work out any ticket by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.counts import counted
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import Event, Kind, Lookup, sha256
from statsbidrag.domain.risk_rules import POINTS, Reported, rules_that_hold
from statsbidrag.domain.tasks import Task

MOST_DRAWN = 50
LONGEST_SEED = 100


class Lot(msgspec.Struct, frozen=True):
    """One case in the order of a draw.

    Attributes
    ----------
    place
        1 for the first that is drawn.
    rules
        Names of the rules that its points come from.
    ticket, ticket_number
        The lowest of its tickets: which one, and its number in hex.
    """

    municipality: MunicipalityCode
    place: int
    points: int
    rules: tuple[str, ...]
    ticket: int
    ticket_number: str


class Draw(msgspec.Struct, frozen=True):
    """One draw with all that it was made from.

    Attributes
    ----------
    points
        By rule, as they were when it was made.
    cases
        Those that could be drawn.
    drawn
        The first `count` in order.
    requested_at
        When the last of them was asked for its accounting records.
    """

    round: RoundId
    number: int
    seed: str = ""
    count: int = 0
    reason: str = ""
    drawn_by: str = ""
    drawn_at: datetime | None = None
    points: dict[str, int] = {}
    cases: tuple[Reported, ...] = ()
    drawn: tuple[Lot, ...] = ()
    requested_at: datetime | None = None


class SpotCheckDrawn(Event, frozen=True):
    """An officer had cases drawn; everything to draw them again stands here."""

    seed: str
    count: int
    reason: str
    drawn_by: str
    drawn_at: datetime
    points: dict[str, int]
    cases: tuple[Reported, ...]
    drawn: tuple[Lot, ...]


class SpotCheckRequested(Event, frozen=True):
    """Every case that was drawn has been asked for its accounting records."""

    requested_at: datetime


SpotCheckEvent = SpotCheckDrawn | SpotCheckRequested


class StartDraw(msgspec.Struct, frozen=True):
    """Draw among these cases."""

    seed: str
    count: int
    reason: str
    officer: str
    cases: tuple[Reported, ...]


class RecordRequested(msgspec.Struct, frozen=True):
    """Every drawn case has been asked."""


SpotCheckCommand = StartDraw | RecordRequested


def draw_key(round_id: RoundId, number: int) -> str:
    """Give the key under which a draw is stored: ``SPOTCHECK#2025#1``."""
    return f"SPOTCHECK#{round_id}#{number}"


def empty_draw(key: str) -> Draw:
    """Give a draw before it is made."""
    _, round_id, number = key.split("#")
    return Draw(RoundId(round_id), int(number))


def in_order(round_id: RoundId, seed: str, points: dict[str, int], cases: Sequence[Reported]) -> tuple[Lot, ...]:
    """Give every case in the order in which it is drawn."""
    lots = sorted((_lot(round_id, seed, points, case) for case in cases), key=lambda lot: (lot[0], lot[1].municipality))
    return tuple(replace(lot, place=place) for place, (_, lot) in enumerate(lots, start=1))


def _lot(round_id: RoundId, seed: str, points: dict[str, int], case: Reported) -> tuple[str, Lot]:
    rules = rules_that_hold(case, points)
    total = sum(points[rule] for rule in rules)
    tickets = ((ticket_number(round_id, seed, case.municipality, n), n) for n in range(1, total + 1))
    lowest, ticket = min(tickets)
    return lowest, Lot(case.municipality, 0, total, rules, ticket, lowest)


def ticket_number(round_id: RoundId, seed: str, municipality: MunicipalityCode, ticket: int) -> str:
    """Give the number of a ticket: SHA-256 of ``2025|seed|0114|1`` in hex, so that text order is number order."""
    return sha256(f"{round_id}|{seed}|{municipality}|{ticket}".encode())


def replay(draw: Draw) -> tuple[Lot, ...]:
    """Draw again from what a draw recorded; the same as `Draw.drawn`, or the books are wrong."""
    return in_order(draw.round, draw.seed, draw.points, draw.cases)[: draw.count]


def require_drawn(draw: Draw) -> Draw:
    """Give the draw; `NotFound` ``unknown_spot_check`` before it is made."""
    if draw.drawn_at is None:
        raise NotFound("unknown_spot_check", "Stickprovet finns inte.")
    return draw


def read_seed(seed: str) -> str:
    """Give a seed without the space around it; `Refusal` ``seed_unreadable``."""
    read = seed.strip()
    if not (0 < len(read) <= LONGEST_SEED and read.isprintable()):
        raise Refusal(
            "seed_unreadable", f"Skriv ett startvärde på 1–{LONGEST_SEED} tecken, till exempel ett datum.", field="seed"
        )
    return read


def decide(draw: Draw, command: SpotCheckCommand, now: datetime) -> Sequence[SpotCheckEvent]:
    """Draw once, and note once that every drawn case was asked."""
    if isinstance(command, RecordRequested):
        require_drawn(draw)
        return [] if draw.requested_at else [SpotCheckRequested(now)]
    seed, reason = read_seed(command.seed), require_reason(command.reason)
    if draw.drawn_at is not None:
        raise Refusal("draw_number_taken", "Någon annan drog ett stickprov samtidigt. Försök igen.", status=409)
    if not 1 <= command.count <= MOST_DRAWN:
        raise Refusal("count_out_of_range", f"Dra mellan 1 och {MOST_DRAWN} kommuner åt gången.", field="count")
    if command.count > len(command.cases):
        raise Refusal(
            "too_few_to_draw",
            f"Det finns {counted(len(command.cases), 'kommun', 'kommuner')} att dra bland: bara de som har "
            "återrapporterat, har fått använda pengar godtagna och inte är dragna förut.",
            field="count",
            status=409,
        )
    cases = tuple(sorted(command.cases, key=lambda case: case.municipality))
    return [
        SpotCheckDrawn(
            seed=seed,
            count=command.count,
            reason=reason,
            drawn_by=command.officer,
            drawn_at=now,
            points=POINTS,
            cases=cases,
            drawn=in_order(draw.round, seed, POINTS, cases)[: command.count],
        )
    ]


def evolve(draw: Draw, event: SpotCheckEvent) -> Draw:
    """Give the draw after an event."""
    if isinstance(event, SpotCheckRequested):
        return replace(draw, requested_at=event.requested_at)
    return replace(draw, **{name: getattr(event, name) for name in event.__struct_fields__})


def owed(draw: Draw) -> frozenset[Task]:
    """Give what a draw owes: its cases are asked for their records by the function that makes links."""
    if draw.drawn_at is None or draw.requested_at is not None:
        return frozenset()
    return frozenset({Task("report_links", "request_records", str(draw.number), draw.drawn_at)})


def lookups(draw: Draw, event: SpotCheckEvent) -> tuple[Lookup, ...]:
    """List the draw among those of its round, in their order."""
    return (Lookup(f"SPOTCHECKS#{draw.round}", f"{draw.number:03d}"),) if isinstance(event, SpotCheckDrawn) else ()


SPOT_CHECK: Kind[Draw, SpotCheckEvent, SpotCheckCommand] = Kind(
    name="SPOTCHECK",
    state=Draw,
    event=SpotCheckEvent,
    empty=empty_draw,
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda draw: "requested" if draw.requested_at else "drawn",
)
