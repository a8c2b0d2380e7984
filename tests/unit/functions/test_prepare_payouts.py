"""An officer has the due payouts of a round put in a batch, and thereby cannot attest it."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from statsbidrag.domain.identifiers import RoundId
from statsbidrag.usecases import holds
from statsbidrag.usecases.payouts import get_batch
from statsbidrag.usecases.rounds import open_round
from tests.unit.functions.material import ROUND, TEST
from tests.unit.functions.payouts import BATCH_ID, FIRST, SECOND, YEAR, Desk

ASCENSION = datetime(2025, 5, 29, 8, 0, tzinfo=UTC)


def test_what_is_due_comes_in_a_batch_that_waits_for_another_person(desk: Desk) -> None:
    answer = desk.call("prepare_payouts", "prepare")
    assert (answer.status, answer.read) == (201, {"round": "2025", "batches": [BATCH_ID]})
    batch = get_batch(desk.books, BATCH_ID)
    assert (batch.status, batch.prepared_by, len(batch.lines)) == ("prepared", "officer-1", 2)
    assert [desk.case(code).payouts[0].batch for code in (FIRST, SECOND)] == [BATCH_ID] * 2


def test_asked_for_again_the_answer_is_the_same_and_nothing_more_is_put_in_a_batch(desk: Desk) -> None:
    first = desk.call("prepare_payouts", "prepare")
    before = desk.store.commits
    answer = desk.call("prepare_payouts", "prepare")
    assert (answer.status, answer.read, desk.store.commits) == (201, first.read, before)


def test_on_a_day_without_banks_nothing_is_prepared(desk: Desk) -> None:
    desk.clock.time = ASCENSION
    answer = desk.call("prepare_payouts", "prepare")
    assert (answer.status, answer.read["batches"]) == (201, [])


def test_a_round_on_hold_is_left_alone(desk: Desk) -> None:
    holds.stop(desk.books, YEAR, "Skäl.", "officer-9", TEST)
    assert desk.call("prepare_payouts", "prepare").read["batches"] == []


def test_another_round_is_left_alone(desk: Desk) -> None:
    open_round(desk.books, replace(ROUND, id=RoundId("2026")), TEST)
    answer = desk.call("prepare_payouts", "prepare", path=("2025", "2026"))
    assert (answer.status, answer.read) == (201, {"round": "2026", "batches": []})
    assert desk.case().payouts[0].status == "ordered"
