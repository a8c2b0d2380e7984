"""A bank entry without a place is kept whole, once, before an officer."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import kronor
from statsbidrag.domain.suspense import ENTRY, EntrySuspended, SuspendEntry, entry_key
from tests.builders import SPRING

NAME = "SE35#bank-1#2025-04-07#0"
COMMAND = SuspendEntry(NAME, kronor(5), "credit", "tack", date(2025, 4, 7), "unknown_reference")


def test_an_entry_is_suspended_once_and_put_before_an_officer() -> None:
    empty = ENTRY.empty(entry_key(NAME))
    assert empty.entry == NAME
    assert ENTRY.owed(empty) == frozenset()
    [event] = ENTRY.decide(empty, COMMAND, SPRING)
    assert event == EntrySuspended(NAME, kronor(5), "credit", "tack", date(2025, 4, 7), "unknown_reference", SPRING)
    state = ENTRY.evolve(empty, event)
    assert (state.amount, state.direction, state.remittance, state.reason) == (
        kronor(5),
        "credit",
        "tack",
        "unknown_reference",
    )
    [task] = ENTRY.owed(state)
    assert (task.queue, task.id, task.due) == ("officer", "place_entry-1", SPRING)
    assert ENTRY.decide(state, COMMAND, SPRING) == []
    assert ENTRY.lookups(state, event) == (Lookup("ENTRIES", NAME),)
    assert ENTRY.status(state) == "suspended"
