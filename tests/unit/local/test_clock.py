"""The stored clock: it keeps microseconds and zones right, and never goes back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.clock import ClockMovedBackwardsError, StoredClock
from local.stack import Stack
from statsbidrag.adapters import clock as functions

NOW = datetime(2025, 3, 1, 8, 0, 0, 125, tzinfo=UTC)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(endpoint="", workdir=tmp_path, outputs={}, resources={}, built=tmp_path, parameters={})


@pytest.fixture
def clock(stack: Stack) -> StoredClock:
    return StoredClock(stack)


def test_reads_what_was_set_in_utc(clock: StoredClock) -> None:
    clock.set_to(NOW.astimezone(ZoneInfo("Europe/Stockholm")))
    assert clock.read() == NOW
    assert clock.read().utcoffset() == timedelta()


def test_the_functions_read_what_was_set(clock: StoredClock, stack: Stack) -> None:
    clock.set_to(NOW)
    assert functions.StoredClock(stack.clock_file).now() == NOW


def test_never_goes_back(clock: StoredClock) -> None:
    clock.set_to(NOW)
    clock.set_to(NOW)
    clock.set_to(NOW + timedelta(seconds=1))
    with pytest.raises(ClockMovedBackwardsError):
        clock.set_to(NOW)
    assert clock.read() == NOW + timedelta(seconds=1)


def test_unset_clock_has_no_time(clock: StoredClock) -> None:
    with pytest.raises(LookupError):
        clock.read()


def test_instant_without_zone_is_refused(clock: StoredClock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.set_to(NOW.replace(tzinfo=None))
