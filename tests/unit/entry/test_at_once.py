"""In the embedded run an invocation reads the stored clock once, and the next one reads it anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from statsbidrag.adapters.clock import StoredClock


class Table:
    """One item, and how often it was read."""

    def __init__(self) -> None:
        self.text, self.reads = "2025-06-02T21:59:59.000000Z", 0

    def get_item(self, **_: object) -> dict[str, Any]:
        self.reads += 1
        return {"Item": {"now": {"S": self.text}}}


def test_the_clock_is_read_once_for_what_happens_at_once() -> None:
    table = Table()
    clock = StoredClock(table, "table")  # type: ignore[arg-type]
    with clock.at_once():
        assert table.reads == 0
        assert clock.now() == clock.now() == datetime(2025, 6, 2, 21, 59, 59, tzinfo=UTC)
        assert table.reads == 1


def test_the_clock_is_read_anew_each_time_otherwise() -> None:
    table = Table()
    clock = StoredClock(table, "table")  # type: ignore[arg-type]
    with clock.at_once():
        clock.now()
    table.text = "2025-06-02T22:00:00.000000Z"
    assert clock.now() == datetime(2025, 6, 2, 22, tzinfo=UTC)
    with clock.at_once():
        assert clock.now() == datetime(2025, 6, 2, 22, tzinfo=UTC)
    assert clock.now() == clock.now()
    assert table.reads == 5
