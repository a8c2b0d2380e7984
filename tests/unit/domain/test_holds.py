"""The stop switch of a round or of everything: each hold has a reason and a person, and one is enough to stop.

A released hold is kept, with who released it and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import (
    EVERYTHING,
    HOLDS,
    Hold,
    HoldCommand,
    HoldEvent,
    HoldPlaced,
    HoldReleased,
    PlaceHold,
    ReleaseHold,
    StopSwitch,
    find_hold,
    holds_key,
    require_reason,
    scopes,
)
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.tasks import Task
from tests.builders import ROUND_ID, SPRING

LATER = SPRING + timedelta(hours=1)
PLACE = PlaceHold("Banken har driftstörning.", "officer:1")
BY_ANOTHER = PlaceHold(PLACE.reason, "officer:2")
RELEASE = ReleaseHold(1, "Banken svarar igen.", "officer:2")


class Switch:
    """The holds of one scope and their clock."""

    def __init__(self, *commands: HoldCommand) -> None:
        self.state: StopSwitch = HOLDS.empty(holds_key(ROUND_ID))
        self.now = SPRING
        for command in commands:
            self.do(command)

    def do(self, command: HoldCommand) -> Sequence[HoldEvent]:
        events = HOLDS.decide(self.state, command, self.now)
        for event in events:
            self.state = HOLDS.evolve(self.state, event)
        return events

    @property
    def live(self) -> int:
        """The number of the first hold that stops now; 0 if nothing does."""
        return self.state.live.id if self.state.live else 0


def test_a_scope_without_holds_is_free() -> None:
    switch = Switch()
    assert (switch.state, switch.live) == (StopSwitch("2025"), 0)
    assert HOLDS.status(switch.state) == "free"
    assert HOLDS.owed(switch.state) == frozenset()


def test_a_round_is_stopped_by_its_own_holds_and_by_those_on_everything() -> None:
    assert scopes(ROUND_ID) == (EVERYTHING, "2025")
    assert HOLDS.empty(holds_key(EVERYTHING)).scope == EVERYTHING
    assert holds_key(EVERYTHING) != holds_key(ROUND_ID)


def test_a_hold_stops_and_is_put_before_an_officer() -> None:
    switch = Switch()
    assert switch.do(PLACE) == [HoldPlaced(1, PLACE.reason, "officer:1", SPRING)]
    assert switch.state.live == Hold(1, PLACE.reason, "officer:1", SPRING)
    assert HOLDS.status(switch.state) == "on_hold"
    assert HOLDS.owed(switch.state) == {Task("officer", "review_hold", "1", SPRING)}


def test_a_released_hold_stops_nothing_and_is_kept_with_who_released_it_and_why() -> None:
    switch = Switch(PLACE)
    switch.now = LATER
    assert switch.do(RELEASE) == [HoldReleased(1, RELEASE.reason, "officer:2", LATER)]
    [hold] = switch.state.holds
    assert (hold.reason, hold.placed_by, hold.placed_at) == (PLACE.reason, "officer:1", SPRING)
    assert (hold.release_reason, hold.released_by, hold.released_at) == (RELEASE.reason, "officer:2", LATER)
    assert (switch.live, HOLDS.status(switch.state), HOLDS.owed(switch.state)) == (0, "free", frozenset())


@pytest.mark.parametrize(
    ("commands", "live", "holds"),
    [
        ((PLACE, BY_ANOTHER), 1, 2),
        ((PLACE, BY_ANOTHER, RELEASE), 2, 2),
        ((PLACE, BY_ANOTHER, ReleaseHold(2, "Skäl.", "officer:1")), 1, 2),
        ((PLACE, RELEASE, PLACE), 2, 2),
        ((PLACE, RELEASE, PLACE, RELEASE), 2, 2),
        ((PLACE, BY_ANOTHER, RELEASE, ReleaseHold(2, "Skäl.", "officer:1")), 0, 2),
    ],
)
def test_the_scope_is_stopped_as_long_as_one_hold_lives(
    commands: tuple[HoldCommand, ...], live: int, holds: int
) -> None:
    switch = Switch(*commands)
    assert (switch.live, len(switch.state.holds)) == (live, holds)
    assert [hold.id for hold in switch.state.holds] == list(range(1, holds + 1))


@pytest.mark.parametrize(
    ("before", "again", "live"),
    [
        ((PLACE,), PLACE, [1]),
        ((PLACE,), PlaceHold(f" {PLACE.reason} ", "officer:1"), [1]),
        ((PLACE,), BY_ANOTHER, [1, 2]),
        ((PLACE,), PlaceHold("Ett annat skäl.", "officer:1"), [1, 2]),
        ((PLACE, BY_ANOTHER), PLACE, [1, 2]),
        ((PLACE, RELEASE), PLACE, [2]),
        ((PLACE, BY_ANOTHER, RELEASE), PLACE, [2, 3]),
    ],
)
def test_a_person_places_a_hold_for_one_reason_once_while_it_lives(
    before: tuple[HoldCommand, ...], again: PlaceHold, live: list[int]
) -> None:
    switch = Switch(*before)
    already = [hold.id for hold in switch.state.holds if hold.released_at is None]
    assert (switch.do(again) == []) == (live == already)
    assert [hold.id for hold in switch.state.holds if hold.released_at is None] == live


def test_the_person_who_placed_a_hold_may_release_it() -> None:
    assert Switch(PLACE).do(ReleaseHold(1, "Fel omgång.", "officer:1"))


def test_a_hold_is_released_once() -> None:
    switch = Switch(PLACE, RELEASE)
    before = switch.state
    assert switch.do(ReleaseHold(1, "Ett annat skäl.", "officer:3")) == []
    assert switch.state == before


@pytest.mark.parametrize("hold", [0, 2, -1])
def test_a_hold_that_is_not_there_is_not_found(hold: int) -> None:
    with pytest.raises(NotFound, match="unknown_hold"):
        Switch(PLACE).do(ReleaseHold(hold, "Skäl.", "officer:1"))
    with pytest.raises(NotFound, match="unknown_hold"):
        find_hold((), hold)


@pytest.mark.parametrize("reason", ["", " ", "\n\t"])
@pytest.mark.parametrize("command", [PlaceHold, lambda reason, officer: ReleaseHold(1, reason, officer)])
def test_placing_and_releasing_need_a_reason(command: type[PlaceHold], reason: str) -> None:
    with pytest.raises(Refusal, match="reason_missing") as refused:
        Switch(PLACE).do(command(reason, "officer:1"))
    assert refused.value.field == "reason"


def test_a_reason_is_kept_without_the_space_around_it() -> None:
    assert require_reason("  Fel  belopp.\n") == "Fel  belopp."
    switch = Switch(PlaceHold(" Fel. ", "officer:1"), ReleaseHold(1, " Rättat. ", "officer:1"))
    assert (switch.state.holds[0].reason, switch.state.holds[0].release_reason) == ("Fel.", "Rättat.")


def test_a_scope_is_listed_once_among_those_that_were_ever_on_hold() -> None:
    switch = Switch()
    listed: list[Lookup] = []
    for command in (PLACE, RELEASE, PLACE, BY_ANOTHER):
        for event in switch.do(command):
            listed += HOLDS.lookups(switch.state, event)
    assert listed == [Lookup("HOLDS", "2025")]
