"""A bank entry that nothing could be done with by rule: kept whole, and put before an officer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.errors import NotFound, Refusal
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
    booked_on: date | None = None
    placed: str = ""
    placed_by: str = ""


class EntrySuspended(Event, frozen=True):
    """The entry belongs to no payout and no invoice, or does not fit the one it names."""

    entry: str
    amount: Ore
    direction: str
    remittance: str
    booked_on: date
    reason: str
    suspended_at: datetime


class EntryPlaced(Event, frozen=True):
    """A person found where the money belongs: `placed` is the invoice it was booked on."""

    placed: str
    placed_by: str
    placed_at: datetime


EntryEvent = EntrySuspended | EntryPlaced


class PlaceEntry(msgspec.Struct, frozen=True):
    """Note that the entry was booked on an invoice."""

    invoice: str
    officer: str


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


def decide(state: SuspendedEntry, command: SuspendEntry | PlaceEntry, now: datetime) -> Sequence[EntryEvent]:
    """Suspend an entry once, and place it once."""
    if isinstance(command, PlaceEntry):
        return _place(state, command, now)
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


def _place(state: SuspendedEntry, command: PlaceEntry, now: datetime) -> Sequence[EntryEvent]:
    require_credit(state)
    if state.placed == command.invoice:
        return []
    if state.placed:
        raise Refusal("entry_placed", f"Posten är redan placerad på {state.placed}.", status=409)
    return [EntryPlaced(command.invoice, command.officer, now)]


def require_credit(state: SuspendedEntry) -> None:
    """Refuse what cannot be placed on an invoice: ``unknown_entry`` (404), ``entry_not_incoming``."""
    if state.suspended_at is None:
        raise NotFound("unknown_entry", "Posten väntar inte på placering.")
    if state.direction != "credit":
        raise Refusal("entry_not_incoming", "Posten är ingen inbetalning och kan inte placeras på en faktura.")


def evolve(state: SuspendedEntry, event: EntryEvent) -> SuspendedEntry:
    """Give the entry after its event."""
    if isinstance(event, EntryPlaced):
        return replace(state, placed=event.placed, placed_by=event.placed_by)
    return SuspendedEntry(
        entry=event.entry,
        suspended_at=event.suspended_at,
        amount=event.amount,
        direction=event.direction,
        remittance=event.remittance,
        reason=event.reason,
        booked_on=event.booked_on,
    )


def owed(state: SuspendedEntry) -> frozenset[Task]:
    """Give the officer's task: find where the money belongs."""
    if state.suspended_at is None or state.placed:
        return frozenset()
    return frozenset({Task("officer", "place_entry", "1", state.suspended_at)})


def lookups(state: SuspendedEntry, event: EntryEvent) -> tuple[Lookup, ...]:
    """List the entry among those that ever were in suspense."""
    return (Lookup("ENTRIES", state.entry),) if isinstance(event, EntrySuspended) else ()


ENTRY: Kind[SuspendedEntry, EntryEvent, SuspendEntry | PlaceEntry] = Kind(
    name="ENTRY",
    state=SuspendedEntry,
    event=EntryEvent,
    empty=lambda key: SuspendedEntry(key.partition("#")[2]),
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda state: "placed" if state.placed else "suspended",
)
