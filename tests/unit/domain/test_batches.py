"""A payout batch: planned, prepared with control totals, attested by others, cleared, sent once, answered.

How many attest it depends on the control total. Until it is cleared it may be held and taken back, and its payouts go
free; after that it is the bank's.

What the bank says of a file stands, but for a booking: the bank's own answer comes in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Literal, get_args

import pytest

from statsbidrag.domain.batches import (
    BATCH,
    AttestBatch,
    Batch,
    BatchAcknowledged,
    BatchAttested,
    BatchCalledDuplicate,
    BatchCleared,
    BatchCommand,
    BatchEvent,
    BatchFreed,
    BatchHeld,
    BatchPlanned,
    BatchPrepared,
    BatchRejected,
    BatchReleased,
    BatchSent,
    BatchVoided,
    ClearBatch,
    HoldBatch,
    Line,
    PlanBatch,
    PrepareBatch,
    RecordBatchAnswer,
    RecordBatchFreed,
    RecordBatchSent,
    ReleaseBatch,
    VoidBatch,
    batch_id,
    batch_key,
)
from statsbidrag.domain.errors import NotYet, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import Lookup, canonical
from statsbidrag.domain.money import NOTHING, Ore, kronor
from tests.builders import AGENCY, BATCH_ID, ROUND_ID, SPRING, account

DAY = date(2025, 4, 4)
MONDAY = date(2025, 4, 7)
LINES = tuple(
    Line(f"P-2025-{code}-1", MunicipalityCode(code), "Kommunen", account(int(code)), kronor(amount), "Statsbidrag")
    for code, amount in (("0114", 100), ("0115", 20), ("0117", 3))
)
PAYOUTS = tuple(line.payout for line in LINES)
TOTAL = kronor(123)
PREPARER = "system:queue_payouts"
PLAN = PlanBatch(DAY, PREPARER, LINES)
VOID = VoidBatch("Fel dag.", "officer:3")
SEND_TASK = f"payments/send_batch-{BATCH_ID}"
ATTEST_TASK = f"officer/attest_batch-{BATCH_ID}"
FREE_TASK = f"payments/free_payouts-{BATCH_ID}"
Status = Literal["accepted", "partial", "booked", "pending", "rejected"]


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


Start = Callable[[], Run]


def planned() -> Run:
    run = Run()
    run.do(PLAN)
    return run


def prepared(above: Ore = NOTHING) -> Run:
    run = planned()
    run.do(PrepareBatch(PAYOUTS, above))
    return run


def half_attested() -> Run:
    run = prepared()
    run.do(AttestBatch("officer:1", TOTAL))
    return run


def attested() -> Run:
    run = half_attested()
    run.do(AttestBatch("officer:2", TOTAL))
    return run


def cleared() -> Run:
    run = attested()
    run.do(ClearBatch(MONDAY))
    return run


def sent() -> Run:
    run = cleared()
    run.do(RecordBatchSent("out/1.xml"))
    return run


def acknowledged() -> Run:
    run = sent()
    run.do(answer("accepted"))
    return run


def rejected() -> Run:
    run = sent()
    run.do(answer("rejected", "AM04"))
    return run


def void() -> Run:
    run = attested()
    run.do(VOID)
    return run


def freed() -> Run:
    run = void()
    run.do(RecordBatchFreed())
    return run


def answer(status: Status, code: str = "") -> RecordBatchAnswer:
    return RecordBatchAnswer("bank-1", status, code, "words")


def refused(run: Run, command: BatchCommand) -> str:
    before = run.batch
    with pytest.raises(Refusal) as refusal:
        run.do(command)
    assert run.batch == before
    return refusal.value.code


def test_a_batch_is_named_by_round_day_and_sequence() -> None:
    assert batch_id(ROUND_ID, DAY, 1) == BATCH_ID == Run().batch.id
    assert Run().batch.round == ROUND_ID
    assert len(batch_id(ROUND_ID, DAY, 99_999)) <= 35


def test_a_batch_is_planned_once_and_listed_in_its_round() -> None:
    run = Run()
    assert run.tasks == set()
    assert run.do(PLAN) == [BatchPlanned(DAY, SPRING, PREPARER, LINES)]
    assert run.do(PlanBatch(DAY, "another", ())) == []
    assert BATCH.lookups(run.batch, BatchPlanned(DAY, SPRING, "", ())) == (Lookup("BATCHES#2025", BATCH_ID),)
    assert BATCH.lookups(run.batch, BatchFreed()) == ()
    assert run.tasks == {f"payouts/prepare_batch-{BATCH_ID}"}


def test_a_batch_is_prepared_over_what_could_be_claimed() -> None:
    run = planned()
    assert run.do(PrepareBatch((PAYOUTS[0], PAYOUTS[2], "P-2025-0999-1"), NOTHING)) == [
        BatchPrepared((PAYOUTS[0], PAYOUTS[2]), 2, kronor(103), 2)
    ]
    assert [line.payout for line in run.batch.lines] == [PAYOUTS[0], PAYOUTS[2]]
    assert run.batch.total == kronor(103)
    assert run.do(PrepareBatch(PAYOUTS, NOTHING)) == []
    assert run.tasks == {ATTEST_TASK}


def test_a_batch_of_nothing_is_void_and_has_nothing_to_free() -> None:
    run = planned()
    [voided, last] = run.do(PrepareBatch((), NOTHING))
    assert isinstance(voided, BatchVoided)
    assert voided.reason
    assert (voided.voided_by, last) == (PREPARER, BatchFreed())
    assert (run.batch.status, run.batch.to_free, run.tasks) == ("void", (), set())
    assert run.do(PrepareBatch(PAYOUTS, NOTHING)) == []
    assert run.do(RecordBatchFreed()) == []


# Attestation


@pytest.mark.parametrize(
    ("above", "attestations"),
    [
        (NOTHING, 2),
        (Ore(TOTAL - 1), 2),
        (TOTAL, 1),
        (Ore(TOTAL + 1), 1),
    ],
)
def test_two_persons_attest_a_total_above_the_threshold_and_one_any_other(above: Ore, attestations: int) -> None:
    run = prepared(above)
    assert run.batch.attestations == attestations
    for number in range(1, attestations + 1):
        assert (run.batch.status, run.tasks) == ("prepared", {ATTEST_TASK})
        assert run.do(AttestBatch(f"officer:{number}", TOTAL)) == [BatchAttested(f"officer:{number}")]
    assert (run.batch.status, run.tasks) == ("attested", {SEND_TASK})
    assert refused(run, AttestBatch("officer:9", TOTAL)) == "batch_not_prepared"


def test_the_threshold_is_held_against_what_was_claimed_and_not_against_what_was_planned() -> None:
    run = planned()
    run.do(PrepareBatch(PAYOUTS[:1], kronor(100)))
    assert (run.batch.total, run.batch.attestations) == (kronor(100), 1)


def test_one_person_attests_once() -> None:
    run = half_attested()
    assert run.do(AttestBatch("officer:1", TOTAL)) == []
    assert run.batch.status == "prepared"


@pytest.mark.parametrize("above", [NOTHING, TOTAL])
def test_who_prepared_it_never_attests_it(above: Ore) -> None:
    run = prepared(above)
    with pytest.raises(Refusal, match="same_officer") as refusal:
        run.do(AttestBatch(PREPARER, TOTAL))
    assert refusal.value.status == 403


@pytest.mark.parametrize("total", [NOTHING, Ore(TOTAL - 1), Ore(TOTAL + 1)])
def test_attesting_another_control_total_is_refused_at_its_field(total: Ore) -> None:
    with pytest.raises(Refusal, match="control_total_differs") as refusal:
        prepared().do(AttestBatch("officer:1", total))
    assert refusal.value.field == "total"


@pytest.mark.parametrize("start", [planned, attested, cleared, sent, acknowledged, rejected, void])
def test_only_a_prepared_batch_is_attested(start: Start) -> None:
    assert refused(start(), AttestBatch("officer:9", TOTAL)) == "batch_not_prepared"


# Taking it back


@pytest.mark.parametrize("start", [prepared, half_attested, attested])
def test_a_batch_that_is_not_cleared_is_taken_back_and_its_payouts_go_free(start: Start) -> None:
    run = start()
    assert run.do(VOID) == [BatchVoided("Fel dag.", "officer:3")]
    assert (run.batch.status, run.batch.void_reason, run.batch.voided_by) == ("void", "Fel dag.", "officer:3")
    assert run.batch.to_free == LINES
    assert run.tasks == {FREE_TASK}
    assert run.do(VOID) == []
    assert run.do(RecordBatchFreed()) == [BatchFreed()]
    assert (run.batch.to_free, run.batch.status, run.tasks) == ((), "void", set())
    assert run.do(RecordBatchFreed()) == []


def test_only_what_was_claimed_is_freed() -> None:
    run = planned()
    run.do(PrepareBatch(PAYOUTS[1:], NOTHING))
    run.do(VOID)
    assert run.batch.to_free == LINES[1:]


@pytest.mark.parametrize("start", [Run, planned, cleared, sent, acknowledged, rejected])
def test_a_batch_that_is_not_ready_or_is_the_banks_is_not_taken_back(start: Start) -> None:
    run = start()
    assert refused(run, VOID) == "batch_cannot_be_voided"
    assert run.do(RecordBatchFreed()) == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_taking_a_batch_back_needs_a_reason(reason: str) -> None:
    assert refused(attested(), VoidBatch(reason, "officer:3")) == "reason_missing"


@pytest.mark.parametrize("command", [ClearBatch(MONDAY), RecordBatchSent("out/1.xml"), AttestBatch("officer:9", TOTAL)])
@pytest.mark.parametrize("start", [void, freed])
def test_a_void_batch_never_leaves(start: Start, command: BatchCommand) -> None:
    refused(start(), command)


# Holding it


@pytest.mark.parametrize("start", [planned, prepared, half_attested, attested])
def test_a_batch_is_held_once_by_each_hold_and_goes_on_when_the_last_is_over(start: Start) -> None:
    run = start()
    before = run.batch, run.tasks
    assert run.do(HoldBatch("ALL")) == [BatchHeld("ALL")]
    assert run.do(HoldBatch("ALL")) == []
    assert run.do(HoldBatch("2025")) == [BatchHeld("2025")]
    assert run.do(ReleaseBatch("ALL")) == [BatchReleased("ALL")]
    assert run.do(ReleaseBatch("ALL")) == []
    assert run.batch.held_by == ("2025",)
    assert SEND_TASK not in run.tasks
    assert run.do(ReleaseBatch("2025")) == [BatchReleased("2025")]
    assert (run.batch, run.tasks) == before


@pytest.mark.parametrize("start", [prepared, half_attested, attested])
def test_a_void_batch_waits_for_no_hold(start: Start) -> None:
    run = start()
    run.do(HoldBatch("ALL"))
    run.do(HoldBatch("2025"))
    run.do(VOID)
    assert (run.batch.held_by, run.tasks) == ((), {FREE_TASK})
    assert run.do(ReleaseBatch("ALL")) == []


def test_a_batch_of_nothing_waits_for_no_hold() -> None:
    run = planned()
    run.do(HoldBatch("ALL"))
    run.do(PrepareBatch((), NOTHING))
    assert (run.batch.held_by, run.tasks) == ((), set())


@pytest.mark.parametrize("start", [Run, cleared, sent, acknowledged, rejected, void, freed])
def test_a_hold_comes_too_late_for_a_batch_that_is_cleared_or_void(start: Start) -> None:
    run = start()
    assert run.do(HoldBatch("ALL")) == []
    assert run.do(ReleaseBatch("ALL")) == []


@pytest.mark.parametrize(
    ("orders", "status"),
    [
        ([HoldBatch("ALL"), ReleaseBatch("ALL"), ClearBatch(MONDAY)], "cleared"),
        ([ClearBatch(MONDAY), HoldBatch("ALL")], "cleared"),
        ([ClearBatch(MONDAY), HoldBatch("ALL"), RecordBatchSent("out/1.xml")], "sent"),
        ([HoldBatch("ALL"), VOID], "void"),
    ],
)
def test_a_hold_that_is_over_or_came_too_late_stops_nothing(orders: list[BatchCommand], status: str) -> None:
    run = attested()
    for order in orders:
        run.do(order)
    assert BATCH.status(run.batch) == status


@pytest.mark.parametrize(
    ("orders", "last", "code"),
    [
        ([HoldBatch("ALL")], ClearBatch(MONDAY), "batch_on_hold"),
        ([HoldBatch("ALL"), HoldBatch("2025"), ReleaseBatch("ALL")], ClearBatch(MONDAY), "batch_on_hold"),
        ([HoldBatch("ALL"), ReleaseBatch("2025")], ClearBatch(MONDAY), "batch_on_hold"),
        ([HoldBatch("ALL")], RecordBatchSent("out/1.xml"), "batch_not_cleared"),
        ([HoldBatch("ALL"), VOID, ReleaseBatch("ALL")], ClearBatch(MONDAY), "batch_not_attested"),
        ([VOID], ClearBatch(MONDAY), "batch_not_attested"),
        ([ClearBatch(MONDAY)], VOID, "batch_cannot_be_voided"),
    ],
)
def test_what_is_held_void_or_cleared_does_not_go_the_other_way(
    orders: list[BatchCommand], last: BatchCommand, code: str
) -> None:
    run = attested()
    for order in orders:
        run.do(order)
    assert refused(run, last) == code


def test_a_held_batch_may_be_prepared_and_attested_but_is_not_to_be_sent() -> None:
    run = planned()
    run.do(HoldBatch("ALL"))
    assert run.do(PrepareBatch(PAYOUTS, TOTAL))
    assert run.do(AttestBatch("officer:1", TOTAL))
    assert (run.batch.status, run.batch.held_by, run.tasks) == ("attested", ("ALL",), set())
    run.do(ReleaseBatch("ALL"))
    assert run.tasks == {SEND_TASK}


# Clearing and sending


def test_a_batch_is_cleared_once_for_its_bank_day() -> None:
    run = attested()
    assert run.do(ClearBatch(MONDAY, AGENCY, "03")) == [BatchCleared(MONDAY, SPRING, AGENCY, "03")]
    batch = run.batch
    assert (batch.execution_date, batch.debtor, batch.pain_version) == (MONDAY, AGENCY, "03")
    assert run.tasks == {SEND_TASK}
    again = ClearBatch(MONDAY + timedelta(days=1), None, "09")
    assert run.do(again) == []
    run.do(RecordBatchSent("out/1.xml"))
    assert run.do(again) == []
    assert (run.batch.execution_date, run.batch.debtor, run.batch.pain_version) == (MONDAY, AGENCY, "03")


@pytest.mark.parametrize("start", [Run, planned, prepared, half_attested, void, freed])
def test_a_batch_is_not_cleared_unattested(start: Start) -> None:
    assert refused(start(), ClearBatch(MONDAY)) == "batch_not_attested"


def test_a_batch_is_sent_once_and_asked_about_when_the_bank_is_silent() -> None:
    run = cleared()
    assert run.do(RecordBatchSent("out/1.xml")) == [BatchSent("out/1.xml", SPRING)]
    assert run.do(RecordBatchSent("out/1.xml")) == []
    [task] = BATCH.owed(run.batch)
    assert (task.queue, task.kind, task.due) == ("officer", "ask_bank_about_batch", SPRING + timedelta(days=3))


@pytest.mark.parametrize("start", [Run, planned, prepared, half_attested, attested, void, freed])
def test_a_batch_is_not_sent_before_it_is_cleared(start: Start) -> None:
    assert refused(start(), RecordBatchSent("out/1.xml")) == "batch_not_cleared"


# The bank's answer


@pytest.mark.parametrize("status", ["accepted", "partial", "booked"])
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
    assert (run.batch.answer, run.tasks) == ("AM04 words", set())
    assert run.do(answer("accepted")) == []


@pytest.mark.parametrize("start", [attested, cleared, sent, acknowledged, rejected])
def test_a_pending_answer_changes_nothing(start: Start) -> None:
    assert start().do(answer("pending")) == []


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ([answer("booked"), answer("accepted")], "accepted"),
        ([answer("booked"), answer("partial")], "partial"),
        ([answer("booked"), answer("booked")], "booked"),
        ([answer("booked"), answer("pending")], "booked"),
        ([answer("booked"), answer("rejected", "AM04")], "booked"),
        ([answer("booked"), answer("rejected", "DUPL")], "booked"),
        ([answer("booked"), answer("partial"), answer("accepted")], "partial"),
        ([answer("accepted"), answer("booked")], "accepted"),
        ([answer("partial"), answer("accepted")], "partial"),
        ([answer("accepted"), answer("partial")], "accepted"),
        ([answer("rejected", "AM04"), answer("booked")], "AM04 words"),
    ],
)
def test_the_banks_answer_comes_in_place_of_what_a_booking_said_and_of_nothing_else(
    answers: list[BatchCommand], kept: str
) -> None:
    run = sent()
    for command in answers:
        run.do(command)
    assert (run.batch.answer, run.tasks) == (kept, set())
    assert run.batch.status == ("rejected" if kept.startswith("AM04") else "acknowledged")


@pytest.mark.parametrize("start", [sent, acknowledged, rejected])
@pytest.mark.parametrize("status", get_args(Status))
def test_an_answer_that_calls_the_file_a_duplicate_is_noted_and_says_nothing_of_the_first(
    start: Start, status: Status
) -> None:
    run = start()
    before = (run.batch.status, run.batch.answer, run.tasks)
    assert run.do(answer(status, "DUPL")) == [BatchCalledDuplicate("bank-1")]
    assert run.do(answer(status, "DUPL")) == []
    assert (run.batch.status, run.batch.answer, run.tasks) == before
    assert run.batch.duplicates == ("bank-1",)


@pytest.mark.parametrize("start", [attested, cleared])
@pytest.mark.parametrize("code", ["", "DUPL"])
@pytest.mark.parametrize("status", ["accepted", "partial", "booked", "rejected"])
def test_an_answer_before_the_sending_is_recorded_comes_again_later(start: Start, status: Status, code: str) -> None:
    run = start()
    with pytest.raises(NotYet, match="batch_not_recorded_as_sent") as early:
        run.do(answer(status, code))
    assert early.value.retryable
    assert run.batch.duplicates == ()


@pytest.mark.parametrize("start", [Run, planned, prepared, half_attested, void, freed])
@pytest.mark.parametrize("code", ["", "DUPL"])
@pytest.mark.parametrize("status", ["accepted", "partial", "booked", "rejected"])
def test_an_answer_to_what_was_never_sent_is_refused(start: Start, status: Status, code: str) -> None:
    assert refused(start(), answer(status, code)) == "batch_not_sent"


# Everything that can come of a batch

ANY: tuple[BatchCommand, ...] = (
    PLAN,
    PrepareBatch((), NOTHING),
    PrepareBatch(PAYOUTS[:2], NOTHING),
    PrepareBatch(PAYOUTS, TOTAL),
    *(AttestBatch(who, Ore(total)) for who in (PREPARER, "officer:1", "officer:2") for total in (TOTAL, kronor(120))),
    VOID,
    RecordBatchFreed(),
    HoldBatch("ALL"),
    HoldBatch("2025"),
    ReleaseBatch("ALL"),
    ReleaseBatch("2025"),
    ClearBatch(DAY),
    ClearBatch(MONDAY, AGENCY, "03"),
    RecordBatchSent("out/1.xml"),
    answer("accepted"),
    answer("partial"),
    answer("booked"),
    answer("pending"),
    answer("rejected", "AM04"),
    answer("rejected", "DUPL"),
)
LEFT = ("cleared", "sent", "acknowledged", "rejected")


def check(before: Batch, events: Sequence[BatchEvent], after: Batch) -> None:
    """What holds for every step from every batch that there can be."""
    if before.status in LEFT:
        assert after.status in LEFT
        assert (after.lines, after.held_by, after.attested_by) == (before.lines, before.held_by, before.attested_by)
        assert after.execution_date == before.execution_date
        assert (after.debtor, after.pain_version) == (before.debtor, before.pain_version)
    if after.answer != before.answer:
        assert before.answer == "" or (before.answer, after.answer) in (("booked", "accepted"), ("booked", "partial"))
    if after.duplicates:
        assert after.sent_at is not None
    if before.status == "void":
        assert (after.status, after.lines) == ("void", before.lines)
    if after.status == "void":
        assert after.held_by == ()
    if any(isinstance(event, BatchCleared) for event in events):
        assert before.held_by == ()
    if after.status in ("attested", *LEFT):
        assert len(after.attested_by) == after.attestations == len(set(after.attested_by)) >= 1
        assert after.prepared_by not in after.attested_by
        assert after.to_free == ()
    assert (after.sent_at is not None) == (after.status in ("sent", "acknowledged", "rejected"))
    assert len(BATCH.owed(after)) <= 1


def test_every_batch_that_there_can_be_keeps_the_rules() -> None:
    """All commands on every state that they lead to: whatever their order, not a sample of it."""
    reached = {canonical(Run().batch)}
    to_try = [Run().batch]
    happened: set[type] = set()
    while to_try:
        before = to_try.pop()
        for command in ANY:
            try:
                events = BATCH.decide(before, command, SPRING)
            except (Refusal, NotYet):
                continue
            assert BATCH.decide(before, command, SPRING) == events
            after = before
            for event in events:
                after = BATCH.evolve(after, event)
            assert not events or after != before
            check(before, events, after)
            happened |= {type(event) for event in events}
            if canonical(after) not in reached:
                reached.add(canonical(after))
                to_try.append(after)
    assert happened == set(get_args(BatchEvent))
    assert len(reached) > 100
