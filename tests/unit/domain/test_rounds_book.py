"""A round's journal: its file, and its allocation lists with two persons each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.rounds import (
    ROUND,
    AllocationListApplied,
    AllocationListApproved,
    AllocationListChecked,
    ApproveAllocationList,
    CheckAllocationList,
    OpenRound,
    RecordAllocationListApplied,
    RoundBook,
    RoundChanged,
    RoundCommand,
    RoundEvent,
    RoundOpened,
    Share,
    round_key,
)
from tests.builders import ROUND_ID, SPRING, grant_round

GRANT = grant_round(kronor(1000))
SHARES = (Share(MunicipalityCode("0114"), kronor(1000)),)


class Book:
    """A round's book and its clock."""

    def __init__(self) -> None:
        self.state: RoundBook = ROUND.empty(round_key(ROUND_ID))
        self.now = SPRING

    def do(self, command: RoundCommand) -> Sequence[RoundEvent]:
        self.now += timedelta(minutes=1)
        events = ROUND.decide(self.state, command, self.now)
        for event in events:
            self.state = ROUND.evolve(self.state, event)
        return events

    @property
    def tasks(self) -> set[str]:
        return {f"{task.queue}/{task.id}" for task in ROUND.owed(self.state)}


def checked(*lists: str) -> Book:
    book = Book()
    book.do(OpenRound(GRANT))
    for allocation_list in lists or ("L-1",):
        book.do(CheckAllocationList(allocation_list, SHARES, "lists/1.csv", "officer:1"))
    return book


def test_a_round_opens_once_and_is_listed() -> None:
    book = Book()
    assert book.do(OpenRound(GRANT)) == [RoundOpened(GRANT)]
    assert book.do(OpenRound(GRANT)) == []
    assert ROUND.lookups(book.state, RoundOpened(GRANT)) == (Lookup("ROUNDS", "2025"),)
    assert ROUND.status(book.state) == "announced"


def test_a_changed_round_file_is_taken_in() -> None:
    book = checked()
    changed = msgspec.structs.replace(GRANT, name="Statsbidrag, ändrat")
    assert book.do(OpenRound(changed)) == [RoundChanged(changed)]
    assert ROUND.lookups(book.state, RoundChanged(changed)) == ()
    assert book.state.round == changed


def test_a_list_needs_a_round() -> None:
    with pytest.raises(NotFound, match="unknown_round"):
        Book().do(CheckAllocationList("L-1", SHARES, "lists/1.csv", "officer:1"))


def test_a_checked_list_waits_for_a_second_person_and_is_not_in_force() -> None:
    book = checked()
    assert book.tasks == {"officer/approve_allocation_list-L-1"}
    assert book.state.current is None
    assert book.do(CheckAllocationList("L-1", SHARES, "lists/again.csv", "officer:2")) == []


def test_nobody_approves_the_list_they_put_in() -> None:
    with pytest.raises(Refusal, match="same_officer") as refused:
        checked().do(ApproveAllocationList("L-1", "officer:1"))
    assert refused.value.status == 403


def test_an_approved_list_is_in_force_and_to_be_applied() -> None:
    book = checked()
    assert book.do(ApproveAllocationList("L-1", "officer:2")) == [AllocationListApproved("L-1", "officer:2", book.now)]
    assert book.do(ApproveAllocationList("L-1", "officer:3")) == []
    assert book.tasks == {"allocations/apply_allocation_list-L-1"}
    assert ROUND.status(book.state) == "open"


def test_an_applied_list_owes_nothing() -> None:
    book = checked()
    book.do(ApproveAllocationList("L-1", "officer:2"))
    assert book.do(RecordAllocationListApplied("L-1")) == [AllocationListApplied("L-1")]
    assert book.do(RecordAllocationListApplied("L-1")) == []
    assert book.tasks == set()


def test_a_list_that_is_not_approved_cannot_be_applied() -> None:
    assert checked().do(RecordAllocationListApplied("L-1")) == []


def test_the_list_in_force_is_the_one_approved_last_not_the_one_put_in_last() -> None:
    book = checked("L-1", "L-2")
    book.do(ApproveAllocationList("L-2", "officer:2"))
    book.do(ApproveAllocationList("L-1", "officer:2"))
    assert book.state.current is not None
    assert book.state.current.id == "L-1"


def test_a_list_that_another_one_overtook_is_not_applied() -> None:
    book = checked("L-1", "L-2")
    book.do(ApproveAllocationList("L-1", "officer:2"))
    book.do(ApproveAllocationList("L-2", "officer:2"))
    assert book.tasks == {"allocations/apply_allocation_list-L-2"}
    assert book.do(RecordAllocationListApplied("L-1")) == []


@pytest.mark.parametrize("command", [ApproveAllocationList("L-9", "officer:2"), RecordAllocationListApplied("L-9")])
def test_an_unknown_list_is_not_found(command: RoundCommand) -> None:
    with pytest.raises(NotFound, match="unknown_allocation_list"):
        checked().do(command)


def test_a_list_carries_its_rows() -> None:
    event = checked().state.lists[0]
    assert event.shares == SHARES
    assert sum(share.amount for share in event.shares) == Ore(100_000)
    assert AllocationListChecked("L-1", SHARES, "s", "o", SPRING).shares == SHARES
