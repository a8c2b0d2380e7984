"""Interest worked out by hand: 365 000 kronor at 10 percent a year are 100 kronor a day."""

from __future__ import annotations

from datetime import date

import pytest

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.interest import (
    InterestTerms,
    Paid,
    Period,
    Rate,
    RateTable,
    account,
    claimed_rates,
    late,
    months_after,
    total,
)
from statsbidrag.domain.money import Ore, kronor

WHOLE = kronor(365_000)
TEN = (Rate(date(2025, 1, 1), 1000),)
HALVED = (*TEN, Rate(date(2026, 7, 1), 500))
"""10 percent until June, then 5."""
FREE = date(2026, 4, 15)


def paid(*parts: tuple[date, int]) -> tuple[Paid, ...]:
    return tuple(Paid(on, Ore(amount)) for on, amount in parts)


@pytest.mark.parametrize(
    ("free_to", "payments", "rates", "expected"),
    [
        pytest.param(FREE, [(date(2026, 4, 15), WHOLE)], TEN, [], id="on the last free day"),
        pytest.param(FREE, [(date(2026, 4, 16), WHOLE)], TEN, [10_000], id="one day late"),
        pytest.param(FREE, [(date(2026, 5, 15), WHOLE)], TEN, [300_000], id="thirty days late"),
        pytest.param(FREE, [(date(2027, 4, 15), WHOLE)], TEN, [3_650_000], id="a year is the rate of a year"),
        pytest.param(date(2028, 2, 15), [(date(2028, 3, 15), WHOLE)], TEN, [290_000], id="29 days over a leap day"),
        pytest.param(date(2027, 12, 31), [(date(2028, 12, 31), WHOLE)], TEN, [3_660_000], id="366 days in a leap year"),
        pytest.param(date(2026, 3, 28), [(date(2026, 3, 30), WHOLE)], TEN, [20_000], id="clocks go forward"),
        pytest.param(date(2026, 10, 24), [(date(2026, 10, 26), WHOLE)], TEN, [20_000], id="clocks go back"),
        pytest.param(
            date(2026, 6, 20), [(date(2026, 7, 10), WHOLE)], HALVED, [100_000, 50_000], id="another rate from July"
        ),
        pytest.param(date(2026, 6, 20), [(date(2026, 6, 30), WHOLE)], HALVED, [100_000], id="paid before the new rate"),
        pytest.param(date(2026, 6, 30), [(date(2026, 7, 1), WHOLE)], HALVED, [5_000], id="free until the new rate"),
        pytest.param(date(2026, 6, 29), [(date(2026, 7, 1), WHOLE)], HALVED, [10_000, 5_000], id="a day of each rate"),
        pytest.param(
            FREE,
            [(date(2026, 4, 25), 14_600_000), (date(2026, 5, 5), 21_900_000)],
            TEN,
            [100_000, 60_000],
            id="40 percent after ten days, the rest after twenty",
        ),
        pytest.param(
            FREE, [(FREE, 14_600_000), (date(2026, 4, 25), 21_900_000)], TEN, [60_000], id="a part within free time"
        ),
        pytest.param(
            FREE,
            [(date(2026, 4, 25), 21_900_000), (date(2026, 4, 25), 14_600_000)],
            TEN,
            [100_000],
            id="two parts on one day",
        ),
        pytest.param(
            FREE,
            [(date(2026, 5, 5), 21_900_000), (date(2026, 4, 25), 14_600_000)],
            TEN,
            [100_000, 60_000],
            id="booked in another order",
        ),
        pytest.param(
            date(2026, 6, 20),
            [(date(2026, 6, 30), 14_600_000), (date(2026, 7, 10), 21_900_000)],
            HALVED,
            [100_000, 30_000],
            id="a part payment right before another rate",
        ),
        pytest.param(FREE, [(date(2026, 4, 16), WHOLE), (date(2026, 9, 1), 5)], TEN, [10_000], id="above the claim"),
        pytest.param(FREE, [], TEN, [], id="nothing paid"),
        pytest.param(FREE, [(date(2026, 4, 16), 14_600_000)], TEN, [4_000], id="the rest given up bears nothing"),
    ],
)
def test_interest_is_what_a_pocket_calculator_gives(
    free_to: date, payments: list[tuple[date, int]], rates: tuple[Rate, ...], expected: list[int]
) -> None:
    lines = account(WHOLE, paid(*payments), free_to, rates)
    assert [line.amount for line in lines] == expected
    assert total(lines) == sum(expected)


def test_each_line_says_what_it_is_made_of() -> None:
    payments = paid((date(2026, 6, 25), 14_600_000), (date(2026, 7, 10), 21_900_000))
    assert account(WHOLE, payments, date(2026, 6, 20), HALVED) == (
        Period(WHOLE, date(2026, 6, 21), date(2026, 6, 25), 1000, Ore(50_000)),
        Period(Ore(21_900_000), date(2026, 6, 26), date(2026, 6, 30), 1000, Ore(30_000)),
        Period(Ore(21_900_000), date(2026, 7, 1), date(2026, 7, 10), 500, Ore(30_000)),
    )


@pytest.mark.parametrize(
    ("principal", "points", "days", "expected"),
    [
        # 10 000 · 0,0462 / 365 = 1,2657…; 10 000 · 0,0462 · 7 / 365 = 8,8602…; 36 499 999 · 0,1 / 365 = 9 999,9997…
        (10_000, 462, 1, 1),
        (10_000, 462, 7, 8),
        (36_499_999, 1000, 1, 9_999),
        (1, 1000, 1, 0),
        (36_500_000, 0, 100, 0),
        # Larger than a float could hold to the öre: 2^53 · 0,1 / 365.
        (9_007_199_254_740_993, 1000, 1, 2_467_725_823_216),
    ],
)
def test_a_line_is_rounded_down(principal: int, points: int, days: int, expected: int) -> None:
    on = date.fromordinal(FREE.toordinal() + days)
    lines = account(Ore(principal), paid((on, principal)), FREE, (Rate(date(2025, 1, 1), points),))
    assert total(lines) == expected


def test_what_is_credited_falls_away_from_what_was_paid_last() -> None:
    payments = paid((FREE, 14_600_000), (date(2026, 4, 25), 21_900_000))
    assert late(Ore(21_900_000), payments, FREE) == paid((date(2026, 4, 25), 7_300_000))
    assert total(account(Ore(21_900_000), payments, FREE, TEN)) == 20_000
    assert account(Ore(14_600_000), payments, FREE, TEN) == ()


@pytest.mark.parametrize(
    ("day", "after"),
    [
        (date(2026, 2, 6), date(2026, 3, 6)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2026, 11, 30), date(2026, 12, 30)),
    ],
)
def test_a_month_after_is_the_same_day_or_the_last_of_the_month(day: date, after: date) -> None:
    assert months_after(day, 1) == after


TERMS = InterestTerms("Villkor 9.", 200, kronor(100))
TABLE = RateTable(
    (Rate(date(2026, 1, 1), 262), Rate(date(2026, 7, 1), -300), Rate(date(2027, 1, 1), 200)), date(2027, 6, 30)
)


def test_the_points_are_added_to_the_rate_of_each_day_and_never_come_below_zero() -> None:
    assert claimed_rates(TERMS, TABLE, date(2026, 6, 30), date(2026, 7, 1)) == (
        Rate(date(2026, 1, 1), 462),
        Rate(date(2026, 7, 1), 0),
    )
    assert claimed_rates(TERMS, TABLE, date(2027, 1, 1), date(2027, 6, 30)) == (Rate(date(2027, 1, 1), 400),)


@pytest.mark.parametrize(
    ("table", "first", "last"),
    [
        (None, date(2026, 7, 1), date(2026, 7, 2)),
        (TABLE, date(2025, 12, 31), date(2026, 7, 2)),
        (TABLE, date(2026, 7, 1), date(2027, 7, 1)),
    ],
)
def test_a_rate_that_is_not_known_is_not_guessed(table: RateTable | None, first: date, last: date) -> None:
    with pytest.raises(Refusal, match="interest_rate_missing"):
        claimed_rates(TERMS, table, first, last)
