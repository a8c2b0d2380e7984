"""What the bank has told of an account, as facts: each notification and statement once, with every entry in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from statsbidrag.domain.bank import Direction, Entry, Notification, Statement
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.journal import Event, Kind, Lookup, canonical, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.tasks import Task

PAGE = 500
"""Entries kept under one key, so that they stay well within one DynamoDB item."""
ALL_FILES = "BANKFILES"
"""The index of every page."""

FileKind = Literal["notification", "statement"]


class ToldEntry(msgspec.Struct, frozen=True):
    """One entry as a file told it; `name` is the end-to-end id of a payout, or the reference of what came in."""

    reference: str
    booked_on: date
    amount: Ore
    direction: Direction
    name: str = ""


class Balances(msgspec.Struct, frozen=True):
    """The two booked balances of a statement, öre, and the day it speaks of."""

    day: date
    opening: Ore
    closing: Ore
    gap: Ore


class BankFile(msgspec.Struct, frozen=True):
    """A page of a file that the bank brought; nothing yet before its event."""

    id: str
    kind: FileKind = "notification"
    account: str = ""
    content_hash: str = ""
    read_at: datetime | None = None
    balances: Balances | None = None
    entries: tuple[ToldEntry, ...] = ()


class BankFileRead(Event, frozen=True):
    """The bank told this."""

    kind: FileKind
    account: str
    content_hash: str
    read_at: datetime
    balances: Balances | None
    entries: tuple[ToldEntry, ...]


class ReadBankFile(msgspec.Struct, frozen=True):
    """Note what the bank told, on one of so many pages."""

    kind: FileKind
    pages: int
    account: str
    balances: Balances | None
    entries: tuple[ToldEntry, ...]


def bank_file_key(page: str) -> str:
    """Give the key of a page."""
    return f"BANKFILE#{page}"


def pages(report: Notification | Statement) -> Iterator[tuple[str, ReadBankFile]]:
    """Divide what a file tells into pages, each with its name; a file without entries has one."""
    statement = report if isinstance(report, Statement) else None
    kind: FileKind = "statement" if statement else "notification"
    account = statement.account if statement else next((entry.account for entry in report.entries), "")
    told = tuple(_told(entry) for entry in report.entries)
    starts = range(0, max(len(told), 1), PAGE)
    for number, start in enumerate(starts, start=1):
        balances = (
            Balances(statement.day, statement.opening, statement.closing, statement.gap)
            if statement and number == 1
            else None
        )
        command = ReadBankFile(kind, len(starts), account, balances, told[start : start + PAGE])
        yield f"{kind}-{report.message_id}-{number}", command


def _told(entry: Entry) -> ToldEntry:
    # A payer's own end-to-end id says nothing here: what comes in is known by its reference.
    ours = entry.direction == "debit" or entry.return_reason is not None
    name = (entry.end_to_end_id if ours else entry.remittance) or ""
    return ToldEntry(entry.reference, entry.booked_on, entry.amount, entry.direction, name)


def decide(file: BankFile, command: ReadBankFile, now: datetime) -> Sequence[BankFileRead]:
    """Note a page once; `Refusal` ``bank_file_differs`` when the same name comes with another content."""
    content = sha256(canonical(command))
    if file.read_at is not None:
        if file.content_hash != content:
            raise Refusal("bank_file_differs", "En fil med samma namn men annat innehåll har redan kommit från banken.")
        return []
    return [BankFileRead(command.kind, command.account, content, now, command.balances, command.entries)]


def evolve(file: BankFile, event: BankFileRead) -> BankFile:
    """Give the page after its event."""
    return BankFile(
        file.id, event.kind, event.account, event.content_hash, event.read_at, event.balances, event.entries
    )


def owed(_: BankFile) -> frozenset[Task]:
    """Give nothing: a fact owes nobody anything."""
    return frozenset()


def lookups(file: BankFile, _: BankFileRead) -> tuple[Lookup, ...]:
    """List the page among all that the bank told."""
    return (Lookup(ALL_FILES, file.id),)


BANK_FILE: Kind[BankFile, BankFileRead, ReadBankFile] = Kind(
    name="BANKFILE",
    state=BankFile,
    event=BankFileRead,
    empty=lambda key: BankFile(key.partition("#")[2]),
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda _: "read",
)
