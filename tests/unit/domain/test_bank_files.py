"""What the bank told is kept as facts: every entry of every file once, in pages.

Another content by the same name is refused, and a statement keeps what its balances miss.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import msgspec
import pytest

from statsbidrag.domain.bank import Direction, Entry, Notification, Statement
from statsbidrag.domain.bank_files import (
    BANK_FILE,
    PAGE,
    Balances,
    BankFile,
    BankFileRead,
    ReadBankFile,
    ToldEntry,
    bank_file_key,
    pages,
)
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import Ore
from tests.builders import PAYOUT, SPRING

DAY = date(2025, 4, 7)
Report = Callable[[int], Notification | Statement]
LATER = SPRING + timedelta(days=1)


def entries(count: int) -> tuple[Entry, ...]:
    """Debits of 1, 2, 3 … öre."""
    return tuple(
        Entry(f"SE35-{n}", "SE35", DAY, Ore(n), "debit", f"P-2025-0114-{n}", None, None, None)
        for n in range(1, count + 1)
    )


def notification(count: int, message: str = "N-1") -> Notification:
    return Notification(message, entries(count))


def statement(count: int, closing: int = 0) -> Statement:
    return Statement("S-1", "SE35", DAY, Ore(1000), Ore(closing), entries(count))


def even_statement(count: int) -> Statement:
    """Entries of nothing, so that the balances are the same whatever their number."""
    told = tuple(msgspec.structs.replace(entry, amount=Ore(0)) for entry in entries(count))
    return Statement("S-1", "SE35", DAY, Ore(1000), Ore(1000), told)


class Shelf:
    """The pages by name, as a store would keep them."""

    def __init__(self) -> None:
        self.pages: dict[str, BankFile] = {}

    def take(self, report: Notification | Statement, now: datetime = SPRING) -> Sequence[BankFileRead]:
        """Read every page of a file; gives the events."""
        events: list[BankFileRead] = []
        for name, command in pages(report):
            page = self.pages.get(name, BANK_FILE.empty(bank_file_key(name)))
            for event in BANK_FILE.decide(page, command, now):
                self.pages[name] = page = BANK_FILE.evolve(page, event)
                events.append(event)
        return events


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, [0]),
        (1, [1]),
        (PAGE - 1, [PAGE - 1]),
        (PAGE, [PAGE]),
        (PAGE + 1, [PAGE, 1]),
        (2 * PAGE, [PAGE, PAGE]),
        (2 * PAGE + 7, [PAGE, PAGE, 7]),
    ],
)
@pytest.mark.parametrize("report", [notification, statement])
def test_a_file_is_kept_in_pages_and_no_entry_is_lost(report: Report, count: int, sizes: list[int]) -> None:
    told = report(count)
    named = list(pages(told))
    assert [len(command.entries) for _, command in named] == sizes
    assert [entry.reference for _, command in named for entry in command.entries] == [e.reference for e in told.entries]
    kind = "notification-N-1" if isinstance(told, Notification) else "statement-S-1"
    assert [name for name, _ in named] == [f"{kind}-{number}" for number in range(1, len(sizes) + 1)]


def test_a_page_holds_five_hundred_entries() -> None:
    assert PAGE == 500


def test_only_the_first_page_of_a_statement_has_its_balances_and_a_notification_has_none() -> None:
    assert [command.balances for _, command in pages(statement(PAGE + 1))][1:] == [None]
    assert [command.balances for _, command in pages(notification(PAGE + 1))] == [None, None]


@pytest.mark.parametrize(
    ("closing", "gap"),
    [
        (994, 0),
        (995, 1),
        (0, -994),
        (-6, -1000),
    ],
)
def test_a_statement_keeps_its_day_its_balances_and_what_they_miss(closing: int, gap: int) -> None:
    shelf = Shelf()
    shelf.take(statement(3, closing))
    kept = shelf.pages["statement-S-1-1"]
    assert kept.balances == Balances(DAY, Ore(1000), Ore(closing), Ore(gap))
    assert (kept.kind, kept.account, kept.read_at) == ("statement", "SE35", SPRING)


def test_the_gap_is_of_the_whole_file_and_not_of_its_first_page() -> None:
    moved = sum(range(1, PAGE + 2))
    [(_, first), _] = pages(statement(PAGE + 1, 1000 - moved))
    assert first.balances is not None
    assert first.balances.gap == 0


def test_a_file_without_entries_is_a_fact_too() -> None:
    shelf = Shelf()
    [quiet] = shelf.take(notification(0))
    assert (quiet.entries, quiet.account, quiet.balances) == ((), "", None)
    [still] = shelf.take(statement(0, 1000))
    assert (still.entries, still.account) == ((), "SE35")
    assert still.balances == Balances(DAY, Ore(1000), Ore(1000), Ore(0))


@pytest.mark.parametrize(
    ("direction", "returned", "end_to_end_id", "remittance", "name"),
    [
        ("debit", None, PAYOUT, "20250114", PAYOUT),
        ("debit", None, PAYOUT, None, PAYOUT),
        ("debit", None, None, "20250114", ""),
        ("credit", "AC04", PAYOUT, "20250114", PAYOUT),
        ("credit", "AC04", None, "20250114", ""),
        ("credit", None, None, "20250114", "20250114"),
        ("credit", None, "the payer's own", "20250114", "20250114"),
        ("credit", None, PAYOUT, None, ""),
        ("credit", None, None, None, ""),
    ],
)
def test_what_left_or_came_back_is_kept_by_our_name_for_it_and_what_came_in_by_the_payers_reference(
    direction: Direction, returned: str | None, end_to_end_id: str | None, remittance: str | None, name: str
) -> None:
    entry = Entry("SE35-1", "SE35", DAY, Ore(5), direction, end_to_end_id, remittance, "En kommun", returned)
    [(_, command)] = pages(Notification("N-1", (entry,)))
    assert command.entries == (ToldEntry("SE35-1", DAY, Ore(5), direction, name),)


@pytest.mark.parametrize("count", [0, 3, PAGE + 1])
@pytest.mark.parametrize("report", [notification, statement])
def test_the_same_file_again_gives_no_events(report: Report, count: int) -> None:
    shelf = Shelf()
    told = report(count)
    assert shelf.take(told)
    before = dict(shelf.pages)
    assert shelf.take(told, LATER) == []
    assert shelf.pages == before


ENTRY = entries(1)[0]


@pytest.mark.parametrize(
    "other",
    [
        Notification("N-1", ()),
        Notification("N-1", entries(2)),
        Notification("N-1", (msgspec.structs.replace(ENTRY, amount=Ore(2)),)),
        Notification("N-1", (msgspec.structs.replace(ENTRY, direction="credit"),)),
        Notification("N-1", (msgspec.structs.replace(ENTRY, reference="SE35-2"),)),
        Notification("N-1", (msgspec.structs.replace(ENTRY, booked_on=DAY + timedelta(days=1)),)),
        Notification("N-1", (msgspec.structs.replace(ENTRY, end_to_end_id="P-2025-0114-2"),)),
        Notification("N-1", (msgspec.structs.replace(ENTRY, account="SE36"),)),
    ],
)
def test_another_content_by_the_same_name_is_refused_and_what_was_kept_stays(other: Notification) -> None:
    shelf = Shelf()
    shelf.take(notification(1))
    before = dict(shelf.pages)
    with pytest.raises(Refusal, match="bank_file_differs"):
        shelf.take(other)
    assert shelf.pages == before


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (PAGE, PAGE + 1),
        (PAGE + 1, PAGE),
        (2 * PAGE, 2 * PAGE + 1),
        (2 * PAGE + 1, PAGE),
        (2 * PAGE + 1, 2 * PAGE),
        (PAGE + 1, 2 * PAGE),
    ],
)
@pytest.mark.parametrize("report", [notification, even_statement])
def test_more_or_fewer_entries_by_the_same_name_are_refused_also_where_the_pages_before_are_the_same(
    report: Report, first: int, then: int
) -> None:
    shelf = Shelf()
    shelf.take(report(first))
    before = dict(shelf.pages)
    with pytest.raises(Refusal, match="bank_file_differs"):
        shelf.take(report(then))
    assert shelf.pages == before


@pytest.mark.parametrize(
    "change",
    [{"opening": Ore(1)}, {"closing": Ore(1)}, {"day": DAY + timedelta(days=1)}, {"account": "SE36"}],
)
def test_another_balance_day_or_account_by_the_same_name_is_refused(change: dict[str, object]) -> None:
    shelf = Shelf()
    shelf.take(statement(1))
    with pytest.raises(Refusal, match="bank_file_differs"):
        shelf.take(msgspec.structs.replace(statement(1), **change))


def test_the_same_name_for_a_notification_and_a_statement_are_two_files() -> None:
    shelf = Shelf()
    shelf.take(notification(1, "S-1"))
    assert shelf.take(statement(1))
    assert sorted(shelf.pages) == ["notification-S-1-1", "statement-S-1-1"]


def test_a_page_is_listed_among_all_that_the_bank_told_and_owes_nobody_anything() -> None:
    [(name, command)] = pages(notification(1))
    empty = BANK_FILE.empty(bank_file_key(name))
    assert (empty.id, empty.read_at) == (name, None)
    [event] = BANK_FILE.decide(empty, command, SPRING)
    page = BANK_FILE.evolve(empty, event)
    assert BANK_FILE.lookups(page, event) == (Lookup("BANKFILES", name),)
    assert BANK_FILE.owed(page) == frozenset()
    assert BANK_FILE.status(page) == "read"


def test_a_name_with_the_separator_in_it_is_kept_whole() -> None:
    assert BANK_FILE.empty(bank_file_key("notification-A#1-1")).id == "notification-A#1-1"


def test_what_is_read_is_the_command_of_its_page() -> None:
    command = ReadBankFile("statement", 1, "SE35", None, ())
    [event] = BANK_FILE.decide(BankFile("x"), command, SPRING)
    assert (event.kind, event.account, event.entries, event.read_at) == ("statement", "SE35", (), SPRING)
