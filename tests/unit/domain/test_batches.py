"""A payout batch: planned, prepared, attested by two others, sent once, answered by the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import pytest

from statsbidrag.domain.batches import (
    BATCH,
    AttestBatch,
    Batch,
    BatchAcknowledged,
    BatchAttested,
    BatchCommand,
    BatchEvent,
    BatchPlanned,
    BatchPrepared,
    BatchRejected,
    BatchSent,
    BatchVoided,
    Line,
    PlanBatch,
    PrepareBatch,
    RecordBatchAnswer,
    RecordBatchSent,
    batch_id,
    batch_key,
)
from statsbidrag.domain.errors import NotYet, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import Ore, kronor
from tests.builders import BATCH_ID, ROUND_ID, SPRING, account

DAY = date(2025, 4, 4)
LINES = tuple(
    Line(f"P-2025-{code}-1", MunicipalityCode(code), "Kommunen", account(int(code)), kronor(amount), "Statsbidrag")
    for code, amount in (("0114", 100), ("0115", 20), ("0117", 3))
)
PAYOUTS = tuple(line.payout for line in LINES)
PLAN = PlanBatch(DAY, "system:queue_payouts", LINES)
Status = Literal["accepted", "partial", "pending", "rejected"]


class Run:
    """A batch and its clock."""

    def __init__(self) -> None:
        self.batch: Batch = BATCH.empty(batch_key(BATCH_ID))

    def do(self, command: BatchCommand) -> Sequence[BatchEvent]:
        events = BATCH.decide(self.batch, command, SPRING)
        for event in events:
            self.batch = BATCH.evolve(self.batch, event)
        return events

    @property
    def tasks(self) -> set[str]:
        return {f"{task.queue}/{task.id}" for task in BATCH.owed(self.batch)}


def planned() -> Run:
    run = Run()
    run.do(PLAN)
    return run


def prepared() -> Run:
    run = planned()
    run.do(PrepareBatch(PAYOUTS))
    return run


def attested() -> Run:
    run = prepared()
    run.do(AttestBatch("officer:1", kronor(123)))
    run.do(AttestBatch("officer:2", kronor(123)))
    return run


def sent() -> Run:
    run = attested()
    run.do(RecordBatchSent("out/1.xml"))
    return run


def answer(status: Status, code: str = "") -> RecordBatchAnswer:
    return RecordBatchAnswer("bank-1", status, code, "words")


def test_a_batch_is_named_by_round_day_and_sequence() -> None:
    assert batch_id(ROUND_ID, DAY, 1) == BATCH_ID == Run().batch.id
    assert Run().batch.round == ROUND_ID
    assert len(batch_id(ROUND_ID, DAY, 99_999)) <= 35


def test_a_batch_is_planned_once_and_listed_in_its_round() -> None:
    run = Run()
    assert run.tasks == set()
    assert run.do(PLAN) == [BatchPlanned(DAY, SPRING, "system:queue_payouts", LINES)]
    assert run.do(PlanBatch(DAY, "another", ())) == []
    assert BATCH.lookups(run.batch, BatchPlanned(DAY, SPRING, "", ())) == (Lookup("BATCHES#2025", BATCH_ID),)
    assert BATCH.lookups(run.batch, BatchVoided()) == ()
    assert run.tasks == {f"payouts/prepare_batch-{BATCH_ID}"}


def test_a_batch_is_prepared_over_what_could_be_claimed() -> None:
    run = planned()
    assert run.do(PrepareBatch((PAYOUTS[0], PAYOUTS[2], "P-2025-0999-1"))) == [
        BatchPrepared((PAYOUTS[0], PAYOUTS[2]), 2, kronor(103))
    ]
    assert [line.payout for line in run.batch.lines] == [PAYOUTS[0], PAYOUTS[2]]
    assert run.batch.total == kronor(103)
    assert run.do(PrepareBatch(PAYOUTS)) == []
    assert run.tasks == {f"officer/attest_batch-{BATCH_ID}"}


def test_a_batch_of_nothing_is_void() -> None:
    run = planned()
    assert run.do(PrepareBatch(())) == [BatchVoided()]
    assert (run.batch.lines, run.batch.total, run.tasks) == ((), 0, set())
    assert run.do(PrepareBatch(PAYOUTS)) == []


def test_two_persons_attest_and_then_it_is_to_be_sent() -> None:
    run = prepared()
    assert run.do(AttestBatch("officer:1", kronor(123))) == [BatchAttested("officer:1")]
    assert run.tasks == {f"officer/attest_batch-{BATCH_ID}"}
    assert run.do(AttestBatch("officer:1", kronor(123))) == []
    run.do(AttestBatch("officer:2", kronor(123)))
    assert BATCH.status(run.batch) == "attested"
    assert run.tasks == {f"payments/send_batch-{BATCH_ID}"}


def test_a_third_attestation_is_refused() -> None:
    with pytest.raises(Refusal, match="batch_not_prepared"):
        attested().do(AttestBatch("officer:3", kronor(123)))


def test_who_prepared_it_never_attests_it() -> None:
    with pytest.raises(Refusal, match="same_officer"):
        prepared().do(AttestBatch("system:queue_payouts", kronor(123)))


@pytest.mark.parametrize("total", [Ore(0), Ore(kronor(123) - 1)])
def test_attesting_another_control_total_is_refused(total: Ore) -> None:
    with pytest.raises(Refusal, match="control_total_differs") as refused:
        prepared().do(AttestBatch("officer:1", total))
    assert refused.value.field == "total"


def test_nothing_is_attested_before_it_is_prepared() -> None:
    with pytest.raises(Refusal, match="batch_not_prepared"):
        planned().do(AttestBatch("officer:1", kronor(123)))


def test_a_batch_is_sent_once() -> None:
    run = attested()
    assert run.do(RecordBatchSent("out/1.xml")) == [BatchSent("out/1.xml", SPRING)]
    assert run.do(RecordBatchSent("out/1.xml")) == []
    [task] = BATCH.owed(run.batch)
    assert (task.queue, task.kind, task.due) == ("officer", "ask_bank_about_batch", SPRING + timedelta(days=3))


@pytest.mark.parametrize("start", [planned, prepared])
def test_a_batch_is_not_sent_unattested(start: type[Run]) -> None:
    with pytest.raises(Refusal, match="batch_not_attested"):
        start().do(RecordBatchSent("out/1.xml"))


@pytest.mark.parametrize("status", ["accepted", "partial"])
def test_an_accepted_batch_owes_nothing(status: Status) -> None:
    run = sent()
    assert run.do(answer(status)) == [BatchAcknowledged("bank-1", status)]
    assert (run.batch.status, run.tasks) == ("acknowledged", set())
    assert run.do(answer(status)) == []
    assert run.do(answer("rejected", "AM04")) == []
    assert run.do(RecordBatchSent("out/1.xml")) == []


def test_a_rejected_batch_keeps_the_banks_reason() -> None:
    run = sent()
    assert run.do(answer("rejected", "AM04")) == [BatchRejected("bank-1", "AM04 words")]
    assert run.batch.answer == "AM04 words"
    assert run.do(answer("accepted")) == []


def test_a_pending_answer_changes_nothing() -> None:
    assert sent().do(answer("pending")) == []


def test_an_answer_that_calls_it_a_duplicate_changes_nothing() -> None:
    run = sent()
    assert run.do(answer("rejected", "DUPL")) == []
    assert run.batch.status == "sent"


def test_an_answer_before_the_sending_is_recorded_comes_again_later() -> None:
    with pytest.raises(NotYet) as early:
        attested().do(answer("accepted"))
    assert early.value.retryable


def test_an_answer_to_what_was_never_sent_is_refused() -> None:
    with pytest.raises(Refusal, match="batch_not_sent"):
        prepared().do(answer("accepted"))
