"""A round with one municipality in books that are kept in memory, for the functions that people and programs call."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.errors import Conflict
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber, RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.ports import Commit, Marker, Request, Snapshot, Store
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.rounds import open_round

ROOT = Path(__file__).parents[3]
ROUND_FILE = (ROOT / "rounds" / "2025.toml").read_bytes()
ROUND = read_round(ROUND_FILE)
CHARGED = read_round(ROUND_FILE + (ROOT / "tests/data/rounds/interest.toml").read_bytes())
"""The same with a legal ground for interest."""
RECIPIENT = Recipient(
    municipality=MunicipalityCode("0114"),
    name="Upplands Väsby",
    organisation_number=OrganisationNumber("2120000019"),
    registry_email="registrator@upplands-vasby.example",
    account=Account("bankgiro", "50501055"),
    invoice_reference="REF 4711",
    peppol_id="0007:2120000019",
)
KEY = case_key(RoundId("2025"), RECIPIENT.municipality)
TOKEN = "exempel-" * 5 + "lnk"
IN_TIME = datetime(2025, 5, 6, 8, 0, tzinfo=UTC)
LATE = datetime(2025, 6, 2, 22, 0, tzinfo=UTC)
REPORTING = datetime(2026, 2, 3, 8, 0, tzinfo=UTC)
TEST = Context("system:test", "test")


class MemoryStore:
    """The part of `Store` that calls from outside reach."""

    def __init__(self) -> None:
        self.snapshots: dict[str, Snapshot] = {}
        self.markers: dict[tuple[str, str], Marker] = {}
        self.names: dict[tuple[str, str], str] = {}

    def load(self, key: str) -> Snapshot | None:
        return self.snapshots.get(key)

    def load_all(self, keys: Sequence[str]) -> Mapping[str, Snapshot]:
        return {key: self.snapshots[key] for key in keys if key in self.snapshots}

    def marker(self, key: str, request: Request) -> Marker | None:
        return self.markers.get((key, request.key))

    def found(self, index: str, name: str) -> str | None:
        return self.names.get((index, name))

    def commit(self, commit: Commit) -> None:
        key = commit.snapshot.key
        stored = self.snapshots.get(key)
        if (stored.version if stored else 0) != commit.expected:
            raise Conflict(key)
        self.snapshots[key] = commit.snapshot
        self.names |= {(each.index, each.name): key for each in commit.lookups}
        if commit.request is not None:
            self.markers[(key, commit.request.key)] = Marker(commit.request.content_hash, commit.answer)


class FixedClock:
    """A clock that stands where it was put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def opened(at: datetime = IN_TIME) -> Books:
    """Give the books of a round in which one municipality may draw 461 836 kronor."""
    books = Books(cast(Store, MemoryStore()), FixedClock(at), lambda record, context: None)
    open_round(books, ROUND, TEST)
    books.handle(CASE, KEY, c.OpenCase(RECIPIENT, ROUND.terms, "L-1", kronor(461_836)), TEST)
    return books


def paid(at: datetime = REPORTING) -> Books:
    """Give the books after payout, with the report link sent."""
    books = opened()
    for command in (
        c.SubmitRequisition(kronor(461_836), RECIPIENT.account, "REF 4711", "0007:2120000019", "00"),
        c.ValidateRequisition(1),
        c.QueuePayout("P-2025-0114-1", "B-2025-20250610-1"),
        c.RecordPayoutSent("P-2025-0114-1", "B-2025-20250610-1"),
        c.RecordPayoutSettled("P-2025-0114-1", "entry-1", kronor(461_836), date(2025, 6, 10)),
    ):
        books.handle(CASE, KEY, command, TEST)
    cast(FixedClock, books.clock).at = REPORTING
    books.handle(CASE, KEY, c.IssueReportLink(sha256(TOKEN.encode())), TEST)
    cast(FixedClock, books.clock).at = at
    return books


def sample(function: str, name: str) -> dict[str, Any]:
    """Give a sample event of a function."""
    event: dict[str, Any] = json.loads((ROOT / "events" / function / f"{name}.json").read_text(encoding="utf-8"))
    return event


def headers(answer: dict[str, Any], name: str) -> list[str]:
    """Give the values of one header of an answer."""
    values: list[str] = answer["multiValueHeaders"].get(name, [])
    return values
