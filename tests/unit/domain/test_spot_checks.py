"""A draw follows from its seed alone, can be drawn again from what it recorded, and takes by weight."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pytest
from msgspec.structs import replace

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import GENESIS, Kind, Record, canonical, refold, seal
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.risk_rules import POINTS, RULES, Reported, rules_that_hold
from statsbidrag.domain.spot_checks import (
    MOST_DRAWN,
    SPOT_CHECK,
    Draw,
    RecordRequested,
    SpotCheckCommand,
    StartDraw,
    decide,
    draw_key,
    empty_draw,
    evolve,
    in_order,
    owed,
    replay,
    require_drawn,
)

YEAR = RoundId("2025")
KEY = draw_key(YEAR, 1)
NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
PLAIN = Reported(MunicipalityCode("0114"), kronor(300_001), kronor(200_001), Ore(0), False, 100, Ore(0))


def case(code: str, **facts: object) -> Reported:
    return replace(PLAIN, municipality=MunicipalityCode(code), **facts)


CASES = tuple(case(f"{n:04d}", misused=Ore(n % 2), used=kronor(100_000 + n * 5_000)) for n in range(1, 41))


def draw(command: SpotCheckCommand, start: Draw | None = None) -> Draw:
    made = start or empty_draw(KEY)
    for event in decide(made, command, NOW):
        made = evolve(made, event)
    return made


def start(**changes: object) -> StartDraw:
    return replace(StartDraw("2026-04-01", 5, "Årlig kontroll.", "officer-1", CASES), **changes)


# The rules


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({}, set()),
        ({"paid": kronor(500_000)}, {"large_amount"}),
        ({"paid": kronor(499_999)}, set()),
        ({"paid": kronor(1_000_000)}, {"large_amount", "very_large_amount"}),
        ({"misused": Ore(1)}, {"misuse_declared"}),
        ({"used": kronor(300_001)}, {"spent_to_the_krona"}),
        ({"paid": kronor(200_002)}, {"almost_all_spent"}),
        ({"paid": kronor(200_000), "used": kronor(190_001)}, {"almost_all_spent"}),
        ({"paid": kronor(200_020), "used": kronor(190_019)}, {"almost_all_spent"}),
        ({"paid": kronor(200_000), "used": kronor(189_999)}, set()),
        ({"used": kronor(200_000)}, {"round_number"}),
        ({"used": Ore(0)}, set()),
        ({"late": True}, {"reported_late"}),
        ({"people_reached": 10}, {"few_people_reached"}),
        ({"people_reached": 10, "used": kronor(200_000)}, {"round_number"}),
        ({"people_reached": 0}, {"few_people_reached"}),
        ({"people_reached": 0, "used": Ore(0)}, set()),
        ({"people_reached": None}, set()),
        ({"recovered_before": Ore(1)}, {"recovered_before"}),
    ],
)
def test_each_rule_holds_from_its_limit_on(facts: dict[str, object], rules: set[str]) -> None:
    assert set(rules_that_hold(replace(PLAIN, **facts), POINTS)) == rules | {"reported"}


def test_points_are_whole_and_above_nothing_and_each_rule_is_told_once_in_swedish() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(type(rule.points) is int and rule.points > 0 and rule.explanation.endswith(".") for rule in RULES)


# The lot


def test_a_ticket_can_be_worked_out_by_hand() -> None:
    [lot] = in_order(YEAR, "frö", {"reported": 1}, [PLAIN])
    number = sha256("2025|frö|0114|1".encode()).hexdigest()
    assert (lot.place, lot.points, lot.ticket, lot.ticket_number) == (1, 1, 1, number)


def test_a_case_is_drawn_by_its_lowest_ticket() -> None:
    [lot] = in_order(YEAR, "frö", {"reported": 7}, [PLAIN])
    numbers = [sha256(f"2025|frö|0114|{ticket}".encode()).hexdigest() for ticket in range(1, 8)]
    assert (lot.ticket_number, lot.ticket) == (min(numbers), numbers.index(min(numbers)) + 1)


def test_the_order_of_the_cases_does_not_matter_and_leaving_one_out_moves_no_other() -> None:
    order = [lot.municipality for lot in in_order(YEAR, "s", POINTS, CASES)]
    assert [lot.municipality for lot in in_order(YEAR, "s", POINTS, CASES[::-1])] == order
    without = [lot.municipality for lot in in_order(YEAR, "s", POINTS, CASES[1:])]
    assert without == [code for code in order if code != CASES[0].municipality]


def test_another_seed_or_round_draws_others() -> None:
    drawn = {tuple(lot.municipality for lot in in_order(YEAR, f"s{n}", POINTS, CASES)[:5]) for n in range(50)}
    assert len(drawn) == 50
    assert in_order(RoundId("2024"), "s0", POINTS, CASES) != in_order(YEAR, "s0", POINTS, CASES)


WEIGHTS = {"0001": 1, "0002": 2, "0003": 5}


def _weighted(seed: str) -> list[str]:
    """One case of each weight: the rules of each are what gives its points."""
    points = {"reported": 1, "reported_late": 1, "misuse_declared": 3}
    cases = [case("0001"), case("0002", late=True), case("0003", late=True, misused=Ore(1))]
    order = in_order(YEAR, seed, points, cases)
    assert {lot.municipality: lot.points for lot in order} == WEIGHTS
    return [lot.municipality for lot in order]


def test_over_many_seeds_each_case_is_drawn_by_its_weight_and_so_is_the_next_of_those_that_are_left() -> None:
    """Within four standard deviations: 8000 seeds, which never change, so this never fails by chance."""
    seeds = 8000
    orders = [_weighted(f"seed-{n}") for n in range(seeds)]
    first = Counter(order[0] for order in orders)
    for code, weight in WEIGHTS.items():
        expected, off = seeds * weight, abs(8 * first[code] - seeds * weight)
        assert off * off <= 16 * expected * (8 - weight), (code, first[code])
    after = Counter(order[1] for order in orders if order[0] == "0003")
    times = sum(after.values())
    off = abs(3 * after["0001"] - times)
    assert off * off <= 16 * times * 2, after


# The draw


def test_a_draw_takes_as_many_as_were_asked_for_each_once() -> None:
    made = draw(start())
    assert [lot.place for lot in made.drawn] == [1, 2, 3, 4, 5]
    assert len({lot.municipality for lot in made.drawn}) == 5
    assert (made.drawn_by, made.reason, made.seed) == ("officer-1", "Årlig kontroll.", "2026-04-01")
    assert [task.id for task in owed(made)] == ["request_records-1"]


def test_a_draw_drawn_again_from_its_journal_gives_the_same() -> None:
    made, prev = empty_draw(KEY), GENESIS
    records: list[Record] = []
    for command in (start(), RecordRequested()):
        for event in decide(made, command, NOW):
            records.append(seal(KEY, len(records) + 1, event, actor="officer:1", at=NOW, prev=prev))
            prev, made = records[-1].hash, evolve(made, event)
    kind: Kind[Draw, object, object] = SPOT_CHECK  # type: ignore[assignment]
    again = refold(kind, KEY, records)
    assert canonical(again) == canonical(made)
    assert replay(again) == made.drawn
    assert replay(msgspec.json.decode(canonical(made), type=Draw)) == made.drawn


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": "another"},
        {"cases": CASES[1:]},
        {"cases": tuple(replace(each, misused=Ore(1)) for each in CASES)},
        {"points": {**POINTS, "misuse_declared": 40}},
        {"count": 4},
        {"round": RoundId("2024")},
    ],
)
def test_whatever_was_recorded_wrongly_a_replay_tells(changed: dict[str, object]) -> None:
    made = draw(start(count=30))
    assert replay(replace(made, **changed)) != made.drawn


def test_points_of_a_later_day_do_not_change_what_was_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    made = draw(start())
    monkeypatch.setattr("statsbidrag.domain.spot_checks.POINTS", {"reported": 1})
    assert replay(made) == made.drawn


def test_once_its_cases_are_asked_a_draw_owes_nothing() -> None:
    asked = draw(RecordRequested(), draw(start()))
    assert (owed(asked), asked.requested_at) == (frozenset(), NOW)
    assert decide(asked, RecordRequested(), NOW) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"seed": "  "}, "seed_unreadable", "seed"),
        ({"seed": "a\nb"}, "seed_unreadable", "seed"),
        ({"seed": "x" * 101}, "seed_unreadable", "seed"),
        ({"reason": " "}, "reason_missing", "reason"),
        ({"count": 0}, "count_out_of_range", "count"),
        ({"count": -1}, "count_out_of_range", "count"),
        ({"count": MOST_DRAWN + 1}, "count_out_of_range", "count"),
        ({"count": 41}, "too_few_to_draw", "count"),
        ({"cases": ()}, "too_few_to_draw", "count"),
    ],
)
def test_what_cannot_be_drawn_is_told_at_its_field(changes: dict[str, object], code: str, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        draw(start(**changes))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_draw_that_is_made_is_not_made_again() -> None:
    with pytest.raises(Refusal, match="draw_number_taken"):
        draw(start(), draw(start()))


def test_a_draw_that_is_not_made_is_not_there() -> None:
    with pytest.raises(NotFound, match="unknown_spot_check"):
        require_drawn(empty_draw(KEY))
    with pytest.raises(NotFound, match="unknown_spot_check"):
        draw(RecordRequested())
