"""A bank entry that nothing could be done with by rule: kept whole, and put before an officer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from statsbidrag.domain.journal import Event, Kind, Lookup
from statsbidrag.domain.money import Ore
from statsbidrag.domain.tasks import Task


class SuspendedEntry(msgspec.Struct, frozen=True):
    """A booked entry in suspense; nothing yet before its event."""

    entry: str
    suspended_at: datetime | None = None
    amount: Ore = Ore(0)
    direction: str = ""
    remittance: str = ""
    reason: str = ""


class EntrySuspended(Event, frozen=True):
    """The entry belongs to no payout and no invoice, or does not fit the one it names."""

    entry: str
    amount: Ore
    direction: str
    remittance: str
    booked_on: date
    reason: str
    suspended_at: datetime


class SuspendEntry(msgspec.Struct, frozen=True):
    """Put an entry in suspense; `reason` is the code of the refusal."""

    entry: str
    amount: Ore
    direction: str
    remittance: str
    booked_on: date
    reason: str


def entry_key(entry: str) -> str:
    """Give the key under which a suspended entry is stored."""
    return f"ENTRY#{entry}"


def decide(state: SuspendedEntry, command: SuspendEntry, now: datetime) -> Sequence[EntrySuspended]:
    """Suspend an entry once."""
    if state.suspended_at is not None:
        return []
    return [
        EntrySuspended(
            entry=command.entry,
            amount=command.amount,
            direction=command.direction,
            remittance=command.remittance,
            booked_on=command.booked_on,
            reason=command.reason,
            suspended_at=now,
        )
    ]


def evolve(_: SuspendedEntry, event: EntrySuspended) -> SuspendedEntry:
    """Give the entry after its event."""
    return SuspendedEntry(
        event.entry, event.suspended_at, event.amount, event.direction, event.remittance, event.reason
    )


def owed(state: SuspendedEntry) -> frozenset[Task]:
    """Give the officer's task: find where the money belongs."""
    if state.suspended_at is None:
        return frozenset()
    return frozenset({Task("officer", "place_entry", "1", state.suspended_at)})


def lookups(state: SuspendedEntry, _: EntrySuspended) -> tuple[Lookup, ...]:
    """List the entry among those in suspense."""
    return (Lookup("ENTRIES", state.entry),)


ENTRY: Kind[SuspendedEntry, EntrySuspended, SuspendEntry] = Kind(
    name="ENTRY",
    state=SuspendedEntry,
    event=EntrySuspended,
    empty=lambda key: SuspendedEntry(key.partition("#")[2]),
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda _: "suspended",
)
