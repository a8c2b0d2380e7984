from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.domain.time import (
    STOCKHOLM,
    end_of,
    format_date,
    format_instant,
    from_text,
    start_of,
    swedish_date,
    to_text,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))
INSTANTS = st.integers(min_value=0, max_value=4 * 10**15).map(
    lambda passed: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(microseconds=passed)
)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("last_day", "ends"),
    [
        (date(2025, 6, 2), datetime(2025, 6, 2, 22, tzinfo=UTC)),
        (date(2024, 6, 3), datetime(2024, 6, 3, 22, tzinfo=UTC)),
        (date(2025, 12, 31), datetime(2025, 12, 31, 23, tzinfo=UTC)),
        # The nights when the clock is moved, and the days before them.
        (date(2025, 3, 29), datetime(2025, 3, 29, 23, tzinfo=UTC)),
        (date(2025, 3, 30), datetime(2025, 3, 30, 22, tzinfo=UTC)),
        (date(2025, 10, 25), datetime(2025, 10, 25, 22, tzinfo=UTC)),
        (date(2025, 10, 26), datetime(2025, 10, 26, 23, tzinfo=UTC)),
    ],
)
def test_a_last_day_ends_when_the_next_begins_in_stockholm(last_day: date, ends: datetime) -> None:
    assert end_of(last_day) == ends


@pytest.mark.parametrize("last_day", [date(2025, 6, 2), date(2024, 6, 3), date(2025, 3, 30), date(2025, 10, 26)])
def test_every_minute_around_midnight_is_on_its_side_of_the_deadline(last_day: date) -> None:
    midnight = datetime.combine(last_day + timedelta(days=1), datetime.min.time(), tzinfo=STOCKHOLM)
    deadline = end_of(last_day)
    for minute in range(-90, 91):
        instant = midnight.astimezone(UTC) + minute * MINUTE
        assert (instant < deadline) == (minute < 0)
        assert (swedish_date(instant) <= last_day) == (minute < 0)
    assert deadline - timedelta(microseconds=1) < deadline
    assert swedish_date(deadline - timedelta(microseconds=1)) == last_day


@pytest.mark.parametrize(("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 6, 2), 24)])
def test_a_day_has_the_hours_the_clock_gives_it(day: date, hours: int) -> None:
    assert end_of(day) - start_of(day) == timedelta(hours=hours)


@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 10, 26)])
def test_every_minute_of_a_night_when_the_clock_is_moved_belongs_to_its_day(day: date) -> None:
    instant = start_of(day)
    while instant < end_of(day):
        assert swedish_date(instant) == day
        instant += MINUTE


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    first = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    second = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)
    assert format_instant(first) == format_instant(second) == "26 oktober 2025 kl. 02.30"
    assert to_text(first) < to_text(second)


@given(DAYS)
def test_days_follow_each_other_without_gap(day: date) -> None:
    assert end_of(day) == start_of(day + timedelta(days=1))
    assert swedish_date(start_of(day)) == day


@given(INSTANTS)
def test_an_instant_is_read_back_as_stored(instant: datetime) -> None:
    assert from_text(to_text(instant)) == instant


@given(INSTANTS, INSTANTS)
def test_stored_text_sorts_as_time(one: datetime, other: datetime) -> None:
    assert (to_text(one) < to_text(other)) == (one < other)


def test_instants_are_stored_in_utc_whatever_their_zone() -> None:
    instant = datetime(2025, 6, 2, 23, 59, tzinfo=timezone(timedelta(hours=2)))
    assert to_text(instant) == "2025-06-02T21:59:00.000000Z"


@pytest.mark.parametrize("use", [swedish_date, to_text, format_instant])
def test_an_instant_without_a_zone_is_an_error(use: Callable[[datetime], object]) -> None:
    with pytest.raises(ValueError, match="time zone"):
        use(datetime(2025, 6, 2, 12, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize("text", ["2025-06-02", "2025-06-02T21:59:00Z", "2025-06-02T21:59:00.000000+02:00"])
def test_only_the_stored_form_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="does not match"):
        from_text(text)


def test_days_and_instants_are_written_in_swedish() -> None:
    assert format_date(date(2025, 6, 2)) == "2 juni 2025"
    assert format_date(date(2026, 1, 15)) == "15 januari 2026"
    assert format_date(date(2025, 12, 31)) == "31 december 2025"
    assert format_instant(datetime(2025, 6, 2, 21, 59, tzinfo=UTC)) == "2 juni 2025 kl. 23.59"
    assert format_instant(datetime(2025, 12, 31, 23, 0, tzinfo=UTC)) == "1 januari 2026 kl. 00.00"
