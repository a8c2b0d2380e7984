"""In the embedded run an invocation reads the stored clock once, and the next one reads it anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from statsbidrag.adapters.clock import StoredClock
from statsbidrag.domain.errors import CorruptBooks

BEFORE, AFTER = "2025-06-02T21:59:59.000000Z", "2025-06-02T22:00:00.000000Z"
SECOND_BEFORE, MIDNIGHT = datetime(2025, 6, 2, 21, 59, 59, tzinfo=UTC), datetime(2025, 6, 2, 22, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    stored = tmp_path / "clock"
    stored.write_text(BEFORE, "ascii")
    return stored


def test_the_clock_is_read_once_for_what_happens_at_once(file: Path) -> None:
    clock = StoredClock(file)
    with clock.at_once():
        assert clock.now() == SECOND_BEFORE
        file.write_text(AFTER, "ascii")
        assert clock.now() == SECOND_BEFORE
    with clock.at_once():
        assert clock.now() == MIDNIGHT


def test_the_clock_is_read_anew_each_time_otherwise(file: Path) -> None:
    clock = StoredClock(file)
    assert clock.now() == SECOND_BEFORE
    file.write_text(AFTER, "ascii")
    assert clock.now() == MIDNIGHT


def test_a_clock_that_was_never_set_tells_no_time(tmp_path: Path) -> None:
    with pytest.raises(CorruptBooks, match="never set"):
        StoredClock(tmp_path / "clock").now()
