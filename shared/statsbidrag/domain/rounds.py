"""A grant round's own journal: what its file said, and its allocation lists with who put them in and who approved.

The rows of a list live here; each municipality's share is then written to its case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import Event, Kind, Lookup
from statsbidrag.domain.money import Ore
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.terms import Round


class Share(msgspec.Struct, frozen=True):
    """What one municipality may draw at most, öre."""

    municipality: MunicipalityCode
    amount: Ore


ListStatus = Literal["checked", "approved", "applied"]


class AllocationList(msgspec.Struct, frozen=True):
    """One version of the allocation list.

    Attributes
    ----------
    id
        Made from the rows, so that the same list put in twice is one list.
    source
        Where the file lies in the archive.
    """

    id: str
    shares: tuple[Share, ...]
    source: str
    uploaded_by: str
    checked_at: datetime
    status: ListStatus = "checked"
    approved_by: str = ""
    approved_at: datetime | None = None


class RoundBook(msgspec.Struct, frozen=True):
    """A round as its journal folds to; lists in the order they came."""

    id: RoundId
    round: Round | None = None
    lists: tuple[AllocationList, ...] = ()

    @property
    def current(self) -> AllocationList | None:
        """The list in force: the one approved last, whichever was put in last."""
        approved = [(item.approved_at, item) for item in self.lists if item.approved_at is not None]
        return max(approved, key=lambda pair: pair[0])[1] if approved else None


class RoundOpened(Event, frozen=True):
    """The round's file was read."""

    round: Round


class RoundChanged(Event, frozen=True):
    """The round's file was read again and says something new; open cases keep their terms."""

    round: Round


class AllocationListChecked(Event, frozen=True):
    """A list was read and is whole; it waits for a second person."""

    allocation_list: str
    shares: tuple[Share, ...]
    source: str
    uploaded_by: str
    checked_at: datetime


class AllocationListApproved(Event, frozen=True):
    """A second person approved the list."""

    allocation_list: str
    approved_by: str
    approved_at: datetime


class AllocationListApplied(Event, frozen=True):
    """Every municipality's case has its share of the list."""

    allocation_list: str


RoundEvent = RoundOpened | RoundChanged | AllocationListChecked | AllocationListApproved | AllocationListApplied


class OpenRound(msgspec.Struct, frozen=True):
    """Take in a round's file."""

    round: Round


class CheckAllocationList(msgspec.Struct, frozen=True):
    """Take in a list that passed every check."""

    allocation_list: str
    shares: tuple[Share, ...]
    source: str
    uploaded_by: str


class ApproveAllocationList(msgspec.Struct, frozen=True):
    """Approve a list that somebody else put in."""

    allocation_list: str
    officer: str


class RecordAllocationListApplied(msgspec.Struct, frozen=True):
    """Every case has its share."""

    allocation_list: str


RoundCommand = OpenRound | CheckAllocationList | ApproveAllocationList | RecordAllocationListApplied


def round_key(round_id: RoundId) -> str:
    """Give the key under which a round is stored: ``ROUND#2025``."""
    return f"ROUND#{round_id}"


def _open(book: RoundBook, command: OpenRound, _: datetime) -> list[RoundEvent]:
    if book.round is None:
        return [RoundOpened(command.round)]
    return [] if book.round == command.round else [RoundChanged(command.round)]


def _check(book: RoundBook, command: CheckAllocationList, now: datetime) -> list[RoundEvent]:
    if book.round is None:
        raise NotFound("unknown_round", "Det finns ingen bidragsomgång med det namnet.")
    if any(item.id == command.allocation_list for item in book.lists):
        return []
    return [AllocationListChecked(command.allocation_list, command.shares, command.source, command.uploaded_by, now)]


def find_list(book: RoundBook, allocation_list: str) -> AllocationList:
    """Give the list of that id; `NotFound` ``unknown_allocation_list``."""
    found = next((item for item in book.lists if item.id == allocation_list), None)
    if found is None:
        raise NotFound("unknown_allocation_list", "Fördelningslistan finns inte.")
    return found


def _approve(book: RoundBook, command: ApproveAllocationList, now: datetime) -> list[RoundEvent]:
    item = find_list(book, command.allocation_list)
    if item.status != "checked":
        return []
    if item.uploaded_by == command.officer:
        raise Refusal(
            "same_officer", "Den som har lagt in listan får inte godkänna den. Be en annan handläggare.", status=403
        )
    return [AllocationListApproved(item.id, command.officer, now)]


def _applied(book: RoundBook, command: RecordAllocationListApplied, _: datetime) -> list[RoundEvent]:
    item = find_list(book, command.allocation_list)
    in_force = book.current is not None and book.current.id == item.id
    return [AllocationListApplied(item.id)] if in_force and item.status == "approved" else []


_DECISIONS: dict[type, Callable[[RoundBook, Any, datetime], list[RoundEvent]]] = {
    OpenRound: _open,
    CheckAllocationList: _check,
    ApproveAllocationList: _approve,
    RecordAllocationListApplied: _applied,
}


def decide(book: RoundBook, command: RoundCommand, now: datetime) -> Sequence[RoundEvent]:
    """Answer a command with its events; raises `Refusal` or `NotFound`."""
    return _DECISIONS[type(command)](book, command, now)


def _set_list(book: RoundBook, allocation_list: str, **changes: Any) -> RoundBook:
    lists = tuple(replace(item, **changes) if item.id == allocation_list else item for item in book.lists)
    return replace(book, lists=lists)


def evolve(book: RoundBook, event: RoundEvent) -> RoundBook:
    """Give the round after an event."""
    match event:
        case RoundOpened(round=opened) | RoundChanged(round=opened):
            return replace(book, round=opened)
        case AllocationListChecked():
            item = AllocationList(
                event.allocation_list, event.shares, event.source, event.uploaded_by, event.checked_at
            )
            return replace(book, lists=(*book.lists, item))
        case AllocationListApproved():
            return _set_list(
                book,
                event.allocation_list,
                status="approved",
                approved_by=event.approved_by,
                approved_at=event.approved_at,
            )
        case AllocationListApplied():
            return _set_list(book, event.allocation_list, status="applied")


def owed(book: RoundBook) -> frozenset[Task]:
    """Give what a round owes: lists to approve, and the list in force to write to the cases."""
    current = book.current
    waiting = [item for item in book.lists if item.status == "checked"]
    tasks = {Task("officer", "approve_allocation_list", item.id, item.checked_at) for item in waiting}
    if current is not None and current.approved_at is not None and current.status == "approved":
        tasks.add(Task("allocations", "apply_allocation_list", current.id, current.approved_at))
    return frozenset(tasks)


def lookups(book: RoundBook, event: RoundEvent) -> tuple[Lookup, ...]:
    """List the round among the rounds when it opens."""
    return (Lookup("ROUNDS", book.id),) if isinstance(event, RoundOpened) else ()


ROUND: Kind[RoundBook, RoundEvent, RoundCommand] = Kind(
    name="ROUND",
    state=RoundBook,
    event=RoundEvent,
    empty=lambda key: RoundBook(RoundId(key.split("#")[1])),
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda book: "open" if book.current else "announced",
)
