"""The one way to change anything: idempotency keys, other writers, lost answers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from statsbidrag.domain.case import CASE
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.errors import Conflict, CorruptBooks, Refusal, StatsbidragError
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import kronor
from statsbidrag.ports import Commit, Snapshot
from statsbidrag.usecases import requisitions
from statsbidrag.usecases.books import ATTEMPTS, Books
from tests.builders import CODE, KEY, REPORT_OPENS, ROUND_ID, SPRING, requisition
from tests.fakes import FakeClock, FakeStore, Killed
from tests.house import AGENT, SYSTEM, House

SHARES = {"0114": kronor(461_836)}


@pytest.fixture
def agency() -> House:
    agency = House(SHARES)
    agency.open_round()
    return agency


def receive(agency: House, amount: int = 1000, key: str = "key-1") -> requisitions.Receipt:
    form = agency.form("0114", kronor(amount))
    return requisitions.receive(agency.books, ROUND_ID, CODE, form, key, AGENT)


def test_the_same_key_and_content_gets_the_same_answer(agency: House) -> None:
    first = receive(agency)
    agency.clock.move(hours=1)
    agency.validate()
    before = agency.store.commits
    assert receive(agency) == first
    assert agency.store.commits == before


def test_the_same_key_with_another_content_is_refused(agency: House) -> None:
    receive(agency)
    with pytest.raises(Refusal) as refused:
        receive(agency, 2000)
    assert (refused.value.code, refused.value.status) == ("key_used_for_another_request", 422)


def test_another_key_is_another_requisition_and_refused(agency: House) -> None:
    receive(agency)
    with pytest.raises(Refusal, match="already_requisitioned"):
        receive(agency, key="key-2")


def test_a_refused_request_leaves_its_key_free(agency: House) -> None:
    with pytest.raises(Refusal, match="amount_above_allocation"):
        receive(agency, 999_999)
    assert receive(agency).amount == kronor(1000)


def test_another_callers_key_is_another_key(agency: House) -> None:
    receive(agency)
    form = agency.form("0114", kronor(2000))
    with pytest.raises(Refusal, match="already_requisitioned"):
        requisitions.receive(agency.books, ROUND_ID, CODE, form, "key-1", SYSTEM)


def test_the_receipt_says_what_was_stored(agency: House) -> None:
    receipt = receive(agency)
    stored = agency.case("0114").requisitions[0]
    assert (receipt.case_number, receipt.amount, receipt.received_at, receipt.late, receipt.content_hash) == (
        "9.3-0114/2025",
        kronor(1000),
        SPRING,
        False,
        stored.content_hash,
    )


def test_a_requisition_without_a_share_is_unknown(agency: House) -> None:
    form = agency.form("0114", kronor(1))
    with pytest.raises(StatsbidragError, match="unknown_municipality"):
        requisitions.receive(agency.books, ROUND_ID, MunicipalityCode("9999"), form, "key-1", AGENT)
    assert "CASE#2025#9999" not in agency.store.snapshots


@pytest.mark.parametrize("how", ["applied", "killed_after"])
def test_a_commit_whose_answer_was_lost_is_answered_by_its_marker(agency: House, how: str) -> None:
    agency.faults.next("store.commit", "applied" if how == "applied" else "killed_after")
    with pytest.raises((TimeoutError, Killed)):
        receive(agency)
    commits = agency.store.commits
    assert receive(agency).requisition_id == 1
    assert agency.store.commits == commits


def test_a_report_has_its_key_too(agency: House) -> None:
    agency.requisition("0114")
    agency.validate()
    agency.at(SPRING.replace(day=4))
    agency.pay()
    agency.bank_books("B-2025-20250404-1")
    agency.at(REPORT_OPENS)
    agency.send_links()
    first = agency.report("0114", SHARES["0114"])
    assert agency.report("0114", SHARES["0114"]) == first
    with pytest.raises(Refusal, match="key_used_for_another_request"):
        agency.report("0114", kronor(1))
    with pytest.raises(Refusal, match="already_reported"):
        agency.report("0114", SHARES["0114"], key="key-2")


class Raced(FakeStore):
    """A store in which another writer is first, some times over."""

    def __init__(self, inner: FakeStore, times: int) -> None:
        super().__init__()
        self.__dict__.update(inner.__dict__)
        self.times = times

    def commit(self, commit: Commit) -> None:
        if self.times:
            self.times -= 1
            raise Conflict(commit.snapshot.key)
        super().commit(commit)


def test_a_lost_race_is_run_again_on_fresh_state(agency: House) -> None:
    books = Books(Raced(agency.store, ATTEMPTS - 1), agency.clock, agency.books.observe)
    assert books.handle(CASE, KEY, requisition(kronor(1)), SYSTEM).records


def test_too_many_lost_races_are_a_conflict(agency: House) -> None:
    books = Books(Raced(agency.store, ATTEMPTS), agency.clock, agency.books.observe)
    with pytest.raises(Conflict) as lost:
        books.handle(CASE, KEY, requisition(kronor(1)), SYSTEM)
    assert (lost.value.status, lost.value.retryable) == (409, True)


def at_once(agency: House, *amounts: int, keys: tuple[str, ...]) -> list[requisitions.Receipt | StatsbidragError]:
    """Send several requisitions at the same moment."""
    gate = threading.Barrier(len(keys))

    def send(amount: int, key: str) -> requisitions.Receipt | StatsbidragError:
        gate.wait()
        try:
            return receive(agency, amount, key)
        except StatsbidragError as refused:
            return refused

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(send, amounts, keys))


def test_the_same_form_twice_at_once_is_received_once_and_answered_twice(agency: House) -> None:
    receipts = at_once(agency, *[1000] * 8, keys=("key-1",) * 8)
    assert len(agency.case("0114").requisitions) == 1
    assert len({str(receipt) for receipt in receipts}) == 1
    assert isinstance(receipts[0], requisitions.Receipt)


def test_two_forms_at_once_have_one_winner(agency: House) -> None:
    answers = at_once(agency, *range(1, 9), keys=tuple(f"key-{n}" for n in range(8)))
    won = [answer for answer in answers if isinstance(answer, requisitions.Receipt)]
    lost = [answer.code for answer in answers if isinstance(answer, StatsbidragError)]
    assert len(won) == 1
    assert lost == ["already_requisitioned"] * 7
    assert agency.case("0114").requisitions[0].amount == won[0].amount
    assert agency.findings() == []


def test_many_writers_at_once_lose_no_update(agency: House) -> None:
    case = agency.case("0114")
    assert case.recipient is not None
    assert case.terms is not None
    lists = [c.OpenCase(case.recipient, case.terms, f"L-{n}", kronor(n)) for n in range(1, 5)]
    version = agency.store.snapshots[KEY].version
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda command: agency.books.handle(CASE, KEY, command, SYSTEM), lists))
    assert [len(outcome.records) for outcome in outcomes] == [1] * 4
    assert agency.store.snapshots[KEY].version == version + 4
    assert agency.store.collection(KEY).tasks == CASE.owed(agency.case("0114"))


def test_a_snapshot_that_does_not_decode_stops_everything() -> None:
    store = FakeStore()
    store.snapshots[KEY] = Snapshot(KEY, 1, "", b'{"round":1}')
    books = Books(store, FakeClock(SPRING), lambda record, context: None)
    with pytest.raises(CorruptBooks):
        books.state(CASE, KEY)


def test_the_books_of_nothing_are_empty() -> None:
    books = Books(FakeStore(), FakeClock(SPRING), lambda record, context: None)
    assert books.state(CASE, KEY).money.allocated == 0
