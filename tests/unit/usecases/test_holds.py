"""The stop switch: what is not cleared for the bank stops, what is cleared is named as too late, and others go on.

Also who may attest a batch, how many do, and on which day it is carried out.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from msgspec.structs import replace

from statsbidrag.domain.batches import BATCH, PlanBatch, batch_key
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import EVERYTHING
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import NOTHING, Ore, kronor
from statsbidrag.domain.tasks import Queue
from statsbidrag.domain.terms import Payments
from statsbidrag.ports import Commit, DueTask
from statsbidrag.usecases import holds, payouts, rounds
from statsbidrag.usecases.books import Books
from tests.builders import BATCH_ID, ROUND_ID, SPRING
from tests.fakes import FakeCalendar, FakeStore, Killed
from tests.house import OFFICER, SYSTEM, House, later, render_batch, status_report

FIRST, SECOND = MunicipalityCode("0114"), MunicipalityCode("0115")
SHARES: dict[str, Ore] = {FIRST: kronor(600), SECOND: kronor(400)}
TOTAL = kronor(1000)
NEXT_BATCH = "B-2025-20250404-2"
FILE, NEXT_FILE = f"out/{BATCH_ID}.xml", f"out/{NEXT_BATCH}.xml"
WHY = "Banken har ringt om kontot."
SCOPES = pytest.mark.parametrize("scope", [ROUND_ID, EVERYTHING])


def due_to_be_paid(two_attest_above: Ore = NOTHING) -> House:
    """Two payouts are ordered; it is a Friday on which banks are open."""
    agency = House(SHARES)
    agency.round = replace(agency.round, payments=Payments(two_attest_above))
    agency.open_round()
    for code in SHARES:
        agency.requisition(code)
    agency.validate()
    agency.post()
    agency.at(later(SPRING, 1))
    return agency


@pytest.fixture
def agency() -> House:
    """Both payouts stand in a batch that nobody has attested."""
    agency = due_to_be_paid()
    assert agency.queue_payouts() == [BATCH_ID]
    return agency


def stop(agency: House, scope: str = ROUND_ID, by: str = "officer:3") -> holds.Stopped:
    return holds.stop(agency.books, scope, WHY, by, OFFICER)


def release(agency: House, scope: str = ROUND_ID, hold: int = 1) -> holds.Stopped:
    return holds.release(agency.books, scope, hold, "Allt stämmer.", "officer:3", OFFICER)


def stop_first(agency: House, payout: str = "") -> holds.Stopped:
    return holds.stop_municipality(agency.books, ROUND_ID, FIRST, payout, WHY, "officer:3", OFFICER)


def release_first(agency: House, hold: int = 1) -> holds.Stopped:
    return holds.release_municipality(agency.books, ROUND_ID, FIRST, hold, "Allt stämmer.", "officer:3", OFFICER)


def stand(agency: House) -> dict[str, str]:
    """Where each municipality's payout stands."""
    return {code: agency.case(code).payouts[0].status for code in SHARES}


# A round, or everything


@SCOPES
def test_a_hold_before_the_attestation_lets_it_be_attested_and_keeps_it_here(agency: House, scope: str) -> None:
    told = stop(agency, scope)
    assert (told.stopped, told.too_late) == ((BATCH_ID,), ())
    agency.attest()
    assert agency.send_payments() == 0
    assert (agency.batch(BATCH_ID).status, agency.batch(BATCH_ID).held_by) == ("attested", (scope,))
    assert agency.outbox.objects == {}
    assert agency.findings() == []


@SCOPES
def test_a_hold_between_attestation_and_sending_names_the_batch_as_stopped(agency: House, scope: str) -> None:
    agency.attest()
    told = stop(agency, scope)
    assert (told.stopped, told.too_late) == ((BATCH_ID,), ())
    agency.send_payments()
    assert agency.outbox.objects == {}
    assert set(stand(agency).values()) == {"batched"}


@SCOPES
def test_a_hold_after_the_sending_names_the_batch_as_too_late(agency: House, scope: str) -> None:
    agency.attest()
    agency.send_payments()
    told = stop(agency, scope)
    assert (told.stopped, told.too_late) == ((), (BATCH_ID,))
    assert agency.batch(BATCH_ID).held_by == ()
    assert list(agency.outbox.objects) == [FILE]


@SCOPES
def test_a_hold_between_clearing_and_the_file_is_too_late_and_the_file_comes(agency: House, scope: str) -> None:
    agency.attest()
    agency.faults.next("outbox.put", "killed_before")
    with pytest.raises(Killed):
        send(agency)
    assert agency.batch(BATCH_ID).status == "cleared"
    told = stop(agency, scope)
    assert (told.stopped, told.too_late) == ((), (BATCH_ID,))
    agency.send_payments()
    assert list(agency.outbox.objects) == [FILE]
    assert agency.batch(BATCH_ID).status == "sent"


def test_what_the_bank_has_answered_about_or_what_is_void_is_neither_stopped_nor_too_late(agency: House) -> None:
    payouts.void_batch(agency.books, BATCH_ID, WHY, "officer:3", OFFICER)
    agency.send_payments()
    agency.pay()
    agency.answer(status_report(NEXT_BATCH))
    told = stop(agency)
    assert (told.stopped, told.too_late) == ((), ())


@SCOPES
def test_a_released_batch_goes_on_and_is_sent_once(agency: House, scope: str) -> None:
    agency.attest()
    stop(agency, scope)
    told = release(agency, scope)
    assert [hold.release_reason for hold in told.holds] == ["Allt stämmer."]
    for _ in range(2):
        agency.send_payments()
    assert list(agency.outbox.objects) == [FILE]
    assert agency.batch(BATCH_ID).status == "sent"
    assert agency.findings() == []


def test_a_batch_waits_for_the_last_hold_of_every_scope(agency: House) -> None:
    agency.attest()
    stop(agency)
    stop(agency, by="officer:4")
    stop(agency, EVERYTHING)
    for scope, hold in ((ROUND_ID, 1), (EVERYTHING, 1)):
        release(agency, scope, hold)
        assert agency.send_payments() == 0
        assert agency.outbox.objects == {}
    release(agency, ROUND_ID, 2)
    agency.send_payments()
    assert list(agency.outbox.objects) == [FILE]


def test_a_hold_whose_placing_broke_off_stops_the_batch_all_the_same(agency: House) -> None:
    agency.attest()
    agency.faults.next("store.listed", "killed_before")
    with pytest.raises(Killed):
        stop(agency)
    assert agency.batch(BATCH_ID).held_by == ()
    agency.send_payments()
    assert agency.batch(BATCH_ID).held_by == (ROUND_ID,)
    assert agency.outbox.objects == {}


@SCOPES
def test_nothing_of_a_round_on_hold_is_put_in_a_batch(scope: str) -> None:
    agency = due_to_be_paid()
    stop(agency, scope)
    assert agency.queue_payouts() == []
    assert set(stand(agency).values()) == {"ordered"}
    release(agency, scope)
    assert agency.queue_payouts() == [BATCH_ID]


def test_a_batch_that_was_begun_is_not_finished_while_the_round_is_on_hold(agency: House) -> None:
    lines = agency.batch(BATCH_ID).lines
    key = batch_key("B-2025-20250403-1")
    agency.books.handle(BATCH, key, PlanBatch(SPRING.date(), SYSTEM.actor, lines), SYSTEM)
    told = stop(agency)
    assert told.stopped == ("B-2025-20250403-1", BATCH_ID)
    assert agency.queue_payouts() == []
    assert agency.batch("B-2025-20250403-1").status == "planned"
    release(agency)
    assert agency.queue_payouts() == ["B-2025-20250403-1"]
    assert agency.batch("B-2025-20250403-1").status == "void"


def test_a_hold_on_another_round_stops_nothing_here(agency: House) -> None:
    rounds.open_round(agency.books, replace(agency.round, id=RoundId("2026")), SYSTEM)
    told = stop(agency, "2026")
    assert (told.stopped, told.too_late) == ((), ())
    agency.attest()
    agency.send_payments()
    assert list(agency.outbox.objects) == [FILE]


def test_the_holds_of_a_scope_are_shown_with_those_that_are_over(agency: House) -> None:
    stop(agency)
    release(agency)
    stop(agency)
    shown = holds.show(agency.books, ROUND_ID)
    assert [(hold.id, hold.released_by) for hold in shown.holds] == [(1, "officer:3"), (2, "")]
    assert holds.show(agency.books, EVERYTHING).holds == ()


@pytest.mark.parametrize(
    "do",
    [
        lambda agency: holds.stop(agency.books, "2031", WHY, "officer:3", OFFICER),
        lambda agency: holds.show(agency.books, "2031"),
        lambda agency: release(agency, hold=1),
        lambda agency: release_first(agency, hold=1),
    ],
)
def test_a_round_or_a_hold_that_is_not_there_is_not_found(agency: House, do: Callable[[House], object]) -> None:
    before = agency.store.commits
    with pytest.raises(NotFound):
        do(agency)
    assert agency.store.commits == before


# One municipality, or one payout of it


@pytest.mark.parametrize("payout", ["", "P-2025-0114-1"])
@pytest.mark.parametrize("attested", [False, True])
def test_a_hold_on_one_voids_the_batch_and_the_other_comes_in_the_next(
    agency: House, payout: str, attested: bool
) -> None:
    if attested:
        agency.attest()
    told = stop_first(agency, payout)
    assert (told.stopped, told.too_late) == (("P-2025-0114-1",), ())
    assert agency.batch(BATCH_ID).status == "void"
    assert agency.batch(BATCH_ID).void_reason == "P-2025-0114-1 är stoppad."
    agency.send_payments()
    assert stand(agency) == {FIRST: "ordered", SECOND: "ordered"}
    agency.pay()
    assert list(agency.outbox.objects) == [NEXT_FILE]
    assert [line.municipality for line in agency.batch(NEXT_BATCH).lines] == [SECOND]
    assert agency.findings() == []


def test_what_was_held_comes_in_a_batch_once_it_is_released(agency: House) -> None:
    stop_first(agency)
    agency.send_payments()
    agency.pay()
    release_first(agency)
    agency.pay()
    assert sorted(agency.outbox.objects) == [NEXT_FILE, "out/B-2025-20250404-3.xml"]
    assert stand(agency) == {FIRST: "sent", SECOND: "sent"}
    assert agency.findings() == []


def test_a_hold_on_a_payout_that_left_is_too_late(agency: House) -> None:
    agency.attest()
    agency.send_payments()
    told = stop_first(agency)
    assert (told.stopped, told.too_late) == ((), ("P-2025-0114-1",))
    assert agency.batch(BATCH_ID).status == "sent"


def test_a_hold_on_a_payout_that_is_cleared_is_too_late(agency: House) -> None:
    agency.attest()
    agency.faults.next("outbox.put", "killed_before")
    with pytest.raises(Killed):
        send(agency)
    assert stop_first(agency).too_late == ("P-2025-0114-1",)
    agency.send_payments()
    assert list(agency.outbox.objects) == [FILE]
    assert agency.findings() == []


def test_a_hold_whose_placing_broke_off_voids_the_batch_when_it_is_to_be_sent(agency: House) -> None:
    agency.attest()
    agency.faults.next("store.commit", "killed_after")
    with pytest.raises(Killed):
        stop_first(agency)
    assert agency.batch(BATCH_ID).status == "attested"
    agency.send_payments()
    agency.send_payments()
    assert agency.batch(BATCH_ID).status == "void"
    assert stand(agency) == {FIRST: "ordered", SECOND: "ordered"}
    assert agency.outbox.objects == {}


@pytest.mark.parametrize("do", [stop, lambda agency: stop(agency, EVERYTHING), stop_first])
def test_the_same_hold_by_the_same_person_is_one_and_answered_alike(
    agency: House, do: Callable[[House], holds.Stopped]
) -> None:
    told = do(agency)
    assert len(told.holds) == 1
    assert do(agency) == told


def test_a_hold_before_anything_is_ordered_keeps_what_is_ordered_later() -> None:
    agency = House(SHARES)
    agency.open_round()
    told = stop_first(agency)
    assert (told.stopped, told.too_late) == ((), ())
    agency.requisition(FIRST)
    agency.validate()
    agency.at(later(SPRING, 1))
    assert agency.queue_payouts() == []
    release_first(agency)
    assert agency.queue_payouts() == [BATCH_ID]


def test_a_payout_that_was_held_after_the_batch_was_begun_is_left_out_of_it() -> None:
    agency = due_to_be_paid()
    agency.faults.next("store.commit", "killed_after")
    with pytest.raises(Killed):
        payouts.queue_due(agency.books, FakeCalendar(), SYSTEM.actor, SYSTEM)
    assert agency.batch(BATCH_ID).status == "planned"
    assert stop_first(agency).stopped == ("P-2025-0114-1",)
    agency.pay()
    assert [line.municipality for line in agency.batch(BATCH_ID).lines] == [SECOND]
    assert stand(agency) == {FIRST: "ordered", SECOND: "sent"}


class Lagging(FakeStore):
    """A store whose index of due tasks is as it was when this was made."""

    def __init__(self, agency: House) -> None:
        super().__init__()
        self.__dict__.update(agency.store.__dict__)
        self._before = list(agency.store.due("payouts", agency.clock.now()))

    def due(self, queue: Queue, now: datetime) -> Iterator[DueTask]:
        yield from self._before if queue == "payouts" else super().due(queue, now)


def test_what_was_held_since_the_index_was_written_is_not_planned() -> None:
    agency = due_to_be_paid()
    lagging = dataclasses.replace(agency.books, store=Lagging(agency))
    stop_first(agency)
    assert payouts.queue_due(lagging, FakeCalendar(), SYSTEM.actor, SYSTEM) == [BATCH_ID]
    assert [line.municipality for line in agency.batch(BATCH_ID).lines] == [SECOND]
    planned = json.loads(agency.store.records[batch_key(BATCH_ID)][1].body)["data"]["lines"]
    assert [line["municipality"] for line in planned] == [SECOND]


# Between the reading and the writing of another


class Interrupted(FakeStore):
    """A store in which somebody comes in between, once: just before an event of that type is written."""

    def __init__(self, agency: House, before: str, do: Callable[[], object]) -> None:
        super().__init__()
        self.__dict__.update(agency.store.__dict__)
        self._before = before
        self._do: list[Callable[[], object]] = [do]

    def commit(self, commit: Commit) -> None:
        if self._do and commit.records[0].type == self._before:
            self._do.pop()()
        super().commit(commit)


def sending(agency: House) -> DueTask:
    [due] = [due for due in agency.store.due("payments", agency.clock.now()) if due.task.kind == "send_batch"]
    return due


def send(agency: House, books: Books | None = None, due: DueTask | None = None) -> None:
    """Send the batch once, as the function does with one message."""
    due = due or sending(agency)
    payouts.send_batch(books or agency.books, agency.outbox, FakeCalendar(), render_batch, due, SYSTEM)


def send_interrupted(agency: House, before: str, do: Callable[[], object]) -> None:
    send(agency, dataclasses.replace(agency.books, store=Interrupted(agency, before, do)))


@pytest.mark.parametrize(
    ("do", "status"),
    [
        (stop, "attested"),
        (lambda agency: stop(agency, EVERYTHING), "attested"),
        (stop_first, "void"),
        (lambda agency: payouts.void_batch(agency.books, BATCH_ID, WHY, "officer:3", OFFICER), "void"),
    ],
    ids=["a round", "everything", "a municipality", "void"],
)
def test_who_comes_just_before_the_clearing_wins_and_the_message_is_done_with(
    agency: House, do: Callable[[House], object], status: str
) -> None:
    agency.attest()
    send_interrupted(agency, "batch_cleared", lambda: do(agency))
    assert agency.batch(BATCH_ID).status == status
    assert agency.outbox.objects == {}
    agency.send_payments()
    assert agency.outbox.objects == {}
    assert agency.findings() == []


@pytest.mark.parametrize(
    "do",
    [stop, lambda agency: stop(agency, EVERYTHING), stop_first],
    ids=["a round", "everything", "a municipality"],
)
def test_who_comes_just_after_the_clearing_is_too_late_and_told_so(
    agency: House, do: Callable[[House], holds.Stopped]
) -> None:
    agency.attest()
    told: list[holds.Stopped] = []
    send_interrupted(agency, "payout_sent", lambda: told.append(do(agency)))
    assert told[0].stopped == ()
    assert told[0].too_late
    assert list(agency.outbox.objects) == [FILE]
    assert agency.batch(BATCH_ID).status == "sent"
    assert agency.findings() == []


def test_a_hold_that_comes_while_the_batch_is_put_together_stops_it_when_it_is_to_be_sent() -> None:
    agency = due_to_be_paid()
    told: list[holds.Stopped] = []
    store = Interrupted(agency, "batch_prepared", lambda: told.append(stop_first(agency)))
    payouts.queue_due(dataclasses.replace(agency.books, store=store), FakeCalendar(), SYSTEM.actor, SYSTEM)
    assert (told[0].stopped, told[0].too_late) == (("P-2025-0114-1",), ())
    agency.attest()
    agency.send_payments()
    agency.send_payments()
    assert (agency.batch(BATCH_ID).status, agency.outbox.objects) == ("void", {})
    assert stand(agency) == {FIRST: "ordered", SECOND: "ordered"}


def test_a_batch_is_not_held_for_a_hold_that_was_released_meanwhile(agency: House) -> None:
    """The sender has seen the hold and marks the batch after the person who released it went through the batches."""
    agency.attest()
    agency.faults.next("store.listed", "killed_before")
    with pytest.raises(Killed):
        stop(agency)
    send_interrupted(agency, "batch_held", lambda: release(agency))
    agency.send_payments()
    assert agency.batch(BATCH_ID).held_by == ()
    assert list(agency.outbox.objects) == [FILE]


# Attestation


def attest(agency: House, officer: str) -> str:
    return payouts.attest(agency.books, BATCH_ID, officer, TOTAL, OFFICER).status


def test_who_prepared_a_batch_cannot_attest_it() -> None:
    agency = due_to_be_paid()
    assert payouts.queue_due(agency.books, FakeCalendar(), "officer:1", OFFICER, only=ROUND_ID) == [BATCH_ID]
    with pytest.raises(Refusal, match="same_officer") as refused:
        attest(agency, "officer:1")
    assert refused.value.status == 403
    assert attest(agency, "officer:2") == "prepared"
    with pytest.raises(Refusal, match="same_officer"):
        attest(agency, "officer:1")
    assert attest(agency, "officer:3") == "attested"


def test_who_asks_for_what_the_schedule_prepared_did_not_prepare_it(agency: House) -> None:
    assert payouts.queue_due(agency.books, FakeCalendar(), "officer:1", OFFICER, only=ROUND_ID) == []
    assert agency.batch(BATCH_ID).prepared_by == SYSTEM.actor
    assert attest(agency, "officer:1") == "prepared"


@pytest.mark.parametrize(
    ("above", "statuses"),
    [(TOTAL, ["attested"]), (Ore(TOTAL - 1), ["prepared", "attested"]), (NOTHING, ["prepared", "attested"])],
)
def test_one_attests_up_to_the_rounds_threshold_and_two_above_it(above: Ore, statuses: list[str]) -> None:
    agency = due_to_be_paid(above)
    agency.queue_payouts()
    assert agency.batch(BATCH_ID).attestations == len(statuses)
    officers = ["officer:1", "officer:2"][: len(statuses)]
    assert [attest(agency, officer) for officer in officers] == statuses
    agency.send_payments()
    assert list(agency.outbox.objects) == [FILE]


def test_the_same_person_twice_is_one_attestation(agency: House) -> None:
    assert [attest(agency, "officer:1") for _ in range(2)] == ["prepared"] * 2
    agency.send_payments()
    assert agency.outbox.objects == {}


def test_a_round_that_another_is_prepared_for_is_left_alone() -> None:
    agency = due_to_be_paid()
    assert payouts.queue_due(agency.books, FakeCalendar(), "officer:1", OFFICER, only=RoundId("2026")) == []
    assert set(stand(agency).values()) == {"ordered"}


# The day


@pytest.mark.parametrize(
    ("days_late", "day"),
    [
        (0, date(2025, 4, 4)),
        (1, date(2025, 4, 7)),
        (2, date(2025, 4, 7)),
        (3, date(2025, 4, 7)),
        (4, date(2025, 4, 8)),
        (8, date(2025, 4, 14)),
    ],
)
def test_a_batch_that_is_sent_late_is_carried_out_on_the_next_bank_day(
    agency: House, days_late: int, day: date
) -> None:
    agency.attest()
    agency.at(later(agency.clock.time, days_late))
    agency.send_payments()
    assert agency.batch(BATCH_ID).execution_date == day
    assert list(agency.outbox.objects) == [FILE]


def test_the_day_of_a_cleared_batch_stands_though_the_file_comes_later(agency: House) -> None:
    agency.attest()
    agency.faults.next("outbox.put", "killed_after")
    with pytest.raises(Killed):
        send(agency)
    written = dict(agency.outbox.objects)
    agency.at(later(agency.clock.time, 3))
    agency.send_payments()
    assert agency.batch(BATCH_ID).execution_date == date(2025, 4, 4)
    assert agency.outbox.objects == written
