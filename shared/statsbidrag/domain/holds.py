"""Holds on money: a stop switch for a round or for everything, and what a hold is.

A hold stops what has not been cleared for the bank. A case keeps the holds on itself and its payouts; those on a
round or on everything are kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.journal import Event, Kind, Lookup
from statsbidrag.domain.tasks import Task

EVERYTHING = "ALL"
"""The scope of a hold on every round."""


class Hold(msgspec.Struct, frozen=True):
    """One hold.

    Attributes
    ----------
    about
        The payout it stops; empty where it stops all of the municipality, the round, or everything.
    change
        The change of account that caused it, 0 for one that a person placed.
    """

    id: int
    reason: str
    placed_by: str
    placed_at: datetime
    about: str = ""
    change: int = 0
    released_by: str = ""
    released_at: datetime | None = None
    release_reason: str = ""


class StopSwitch(msgspec.Struct, frozen=True):
    """The holds on a round, or on everything."""

    scope: str
    holds: tuple[Hold, ...] = ()

    @property
    def live(self) -> Hold | None:
        """The first hold that is not released, if one is not."""
        return next((hold for hold in self.holds if hold.released_at is None), None)


class HoldPlaced(Event, frozen=True):
    """Nothing that has not left may leave."""

    hold: int
    reason: str
    placed_by: str
    placed_at: datetime


class HoldReleased(Event, frozen=True):
    """The hold no longer stops anything."""

    hold: int
    reason: str
    released_by: str
    released_at: datetime


HoldEvent = HoldPlaced | HoldReleased


class PlaceHold(msgspec.Struct, frozen=True):
    """Stop what has not left."""

    reason: str
    officer: str


class ReleaseHold(msgspec.Struct, frozen=True):
    """Let it go on."""

    hold: int
    reason: str
    officer: str


HoldCommand = PlaceHold | ReleaseHold


def holds_key(scope: str) -> str:
    """Give the key of a scope's holds: a round, or `EVERYTHING`."""
    return f"HOLDS#{scope}"


def scopes(round_id: RoundId) -> tuple[str, str]:
    """Give the scopes that can stop a round."""
    return (EVERYTHING, round_id)


def require_reason(reason: str) -> str:
    """Give the reason without the space around it; `Refusal` ``reason_missing`` if nothing is left."""
    if not reason.strip():
        raise Refusal("reason_missing", "Skriv skälet. Den som läser ärendet senare behöver det.", field="reason")
    return reason.strip()


def find_hold(holds: Sequence[Hold], hold: int) -> Hold:
    """Give the hold of that number; `NotFound` ``unknown_hold``."""
    found = next((item for item in holds if item.id == hold), None)
    if found is None:
        raise NotFound("unknown_hold", "Stoppet finns inte.")
    return found


def _place(switch: StopSwitch, command: PlaceHold, now: datetime) -> list[HoldEvent]:
    reason = require_reason(command.reason)
    if any(h.released_at is None and (h.reason, h.placed_by) == (reason, command.officer) for h in switch.holds):
        return []
    return [HoldPlaced(len(switch.holds) + 1, reason, command.officer, now)]


def _release(switch: StopSwitch, command: ReleaseHold, now: datetime) -> list[HoldEvent]:
    if find_hold(switch.holds, command.hold).released_at is not None:
        return []
    return [HoldReleased(command.hold, require_reason(command.reason), command.officer, now)]


_DECISIONS: dict[type, Callable[[StopSwitch, Any, datetime], list[HoldEvent]]] = {
    PlaceHold: _place,
    ReleaseHold: _release,
}


def decide(switch: StopSwitch, command: HoldCommand, now: datetime) -> Sequence[HoldEvent]:
    """Answer a command with its events; raises `Refusal` or `NotFound`."""
    return _DECISIONS[type(command)](switch, command, now)


def evolve(switch: StopSwitch, event: HoldEvent) -> StopSwitch:
    """Give the holds after an event."""
    if isinstance(event, HoldPlaced):
        placed = Hold(event.hold, event.reason, event.placed_by, event.placed_at)
        return replace(switch, holds=(*switch.holds, placed))
    return replace(switch, holds=end_hold(switch.holds, event.hold, event.released_by, event.released_at, event.reason))


def end_hold(holds: Sequence[Hold], hold: int, by: str, at: datetime, reason: str) -> tuple[Hold, ...]:
    """Give the holds with one of them released."""
    ended = {"released_by": by, "released_at": at, "release_reason": reason}
    return tuple(replace(item, **ended) if item.id == hold else item for item in holds)


def owed(switch: StopSwitch) -> frozenset[Task]:
    """Give an officer's task for each hold: look whether it is still needed."""
    return hold_tasks(switch.holds)


def hold_tasks(holds: Sequence[Hold]) -> frozenset[Task]:
    """Give the task to look at each hold that is not released."""
    return frozenset(
        Task("officer", "review_hold", str(hold.id), hold.placed_at) for hold in holds if hold.released_at is None
    )


def lookups(switch: StopSwitch, event: HoldEvent) -> tuple[Lookup, ...]:
    """List the scope among those that were ever on hold, at its first."""
    return (Lookup("HOLDS", switch.scope),) if isinstance(event, HoldPlaced) and event.hold == 1 else ()


HOLDS: Kind[StopSwitch, HoldEvent, HoldCommand] = Kind(
    name="HOLDS",
    state=StopSwitch,
    event=HoldEvent,
    empty=lambda key: StopSwitch(key.partition("#")[2]),
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda switch: "on_hold" if switch.live else "free",
)
