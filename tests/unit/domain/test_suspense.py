"""A bank entry without a place is kept whole, once, before an officer, until a person places it, once."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import kronor
from statsbidrag.domain.suspense import (
    ENTRY,
    EntryPlaced,
    EntrySuspended,
    PlaceEntry,
    SuspendedEntry,
    SuspendEntry,
    entry_key,
    require_credit,
)
from tests.builders import SPRING

NAME = "SE35#bank-1#2025-04-07#0"
COMMAND = SuspendEntry(NAME, kronor(5), "credit", "tack", date(2025, 4, 7), "unknown_reference")
INVOICE = "I-2025-0114-1"
PLACE = PlaceEntry(INVOICE, "officer:1")


def suspended(direction: str = "credit") -> SuspendedEntry:
    empty = ENTRY.empty(entry_key(NAME))
    [event] = ENTRY.decide(empty, replace(COMMAND, direction=direction), SPRING)
    return ENTRY.evolve(empty, event)


def placed() -> SuspendedEntry:
    [event] = ENTRY.decide(suspended(), PLACE, SPRING)
    return ENTRY.evolve(suspended(), event)


def test_an_entry_is_suspended_once_and_put_before_an_officer() -> None:
    empty = ENTRY.empty(entry_key(NAME))
    assert empty.entry == NAME
    assert ENTRY.owed(empty) == frozenset()
    [event] = ENTRY.decide(empty, COMMAND, SPRING)
    assert event == EntrySuspended(NAME, kronor(5), "credit", "tack", date(2025, 4, 7), "unknown_reference", SPRING)
    state = ENTRY.evolve(empty, event)
    assert (state.amount, state.direction, state.remittance, state.reason, state.booked_on) == (
        kronor(5),
        "credit",
        "tack",
        "unknown_reference",
        date(2025, 4, 7),
    )
    [task] = ENTRY.owed(state)
    assert (task.queue, task.id, task.due) == ("officer", "place_entry-1", SPRING)
    assert ENTRY.decide(state, COMMAND, SPRING) == []
    assert ENTRY.lookups(state, event) == (Lookup("ENTRIES", NAME),)
    assert ENTRY.status(state) == "suspended"


def test_an_entry_is_placed_by_a_person_and_before_nobody_then() -> None:
    [event] = ENTRY.decide(suspended(), PLACE, SPRING)
    assert event == EntryPlaced(INVOICE, "officer:1", SPRING)
    state = ENTRY.evolve(suspended(), event)
    assert state == replace(suspended(), placed=INVOICE, placed_by="officer:1")
    assert ENTRY.owed(state) == frozenset()
    assert ENTRY.status(state) == "placed"
    assert ENTRY.lookups(state, event) == ()


@pytest.mark.parametrize("officer", ["officer:1", "officer:2"])
def test_an_entry_is_placed_once(officer: str) -> None:
    assert ENTRY.decide(placed(), PlaceEntry(INVOICE, officer), SPRING) == []


def test_a_placed_entry_is_not_placed_elsewhere() -> None:
    with pytest.raises(Refusal, match=f"entry_placed: .*{INVOICE}") as refused:
        ENTRY.decide(placed(), PlaceEntry("I-2025-0115-1", "officer:1"), SPRING)
    assert refused.value.status == 409


def test_a_placed_entry_is_not_suspended_again() -> None:
    assert ENTRY.decide(placed(), COMMAND, SPRING) == []


def test_what_never_was_in_suspense_is_not_placed() -> None:
    with pytest.raises(NotFound, match="unknown_entry") as refused:
        ENTRY.decide(ENTRY.empty(entry_key(NAME)), PLACE, SPRING)
    assert refused.value.status == 404


def test_what_left_the_account_is_not_placed() -> None:
    with pytest.raises(Refusal, match="entry_not_incoming") as refused:
        ENTRY.decide(suspended("debit"), PLACE, SPRING)
    assert refused.value.status == 422


def test_what_came_in_may_be_placed() -> None:
    require_credit(suspended())
    require_credit(placed())
