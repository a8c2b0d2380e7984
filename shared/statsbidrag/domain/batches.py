"""A payout batch: planned, prepared with control totals, attested by two persons, sent once, answered by the bank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.errors import NotYet, Refusal
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.domain.journal import Event, Kind, Lookup
from statsbidrag.domain.money import Ore
from statsbidrag.domain.tasks import Task

ATTESTATIONS = 2
"""How many persons attest a batch, each another than the one who prepared it."""
BANK_ANSWER_WITHIN = timedelta(days=3)
"""How long the bank may be silent about a file before an officer asks."""


class Line(msgspec.Struct, frozen=True):
    """One payout of a batch, with all that the bank file says about it."""

    payout: str
    municipality: MunicipalityCode
    creditor: str
    account: Account
    amount: Ore
    remittance: str


BatchStatus = Literal["new", "planned", "void", "prepared", "attested", "sent", "acknowledged", "rejected"]


class Batch(msgspec.Struct, frozen=True):
    """A batch as its journal folds to; its id is the bank file's message id."""

    id: str
    round: RoundId
    status: BatchStatus = "new"
    execution_date: date | None = None
    planned_at: datetime | None = None
    prepared_by: str = ""
    lines: tuple[Line, ...] = ()
    attested_by: tuple[str, ...] = ()
    file: str = ""
    sent_at: datetime | None = None
    answer: str = ""

    @property
    def total(self) -> Ore:
        """Control total, öre."""
        return Ore(sum(line.amount for line in self.lines))


class BatchPlanned(Event, frozen=True):
    """These payouts are to be claimed for the batch."""

    execution_date: date
    planned_at: datetime
    prepared_by: str
    lines: tuple[Line, ...]


class BatchPrepared(Event, frozen=True):
    """These payouts were claimed, and sum to the control total."""

    payouts: tuple[str, ...]
    count: int
    total: Ore


class BatchVoided(Event, frozen=True):
    """Nothing could be claimed: the payouts stand elsewhere."""


class BatchAttested(Event, frozen=True):
    """One person attested the batch."""

    attested_by: str


class BatchSent(Event, frozen=True):
    """The bank file lies in the outbox."""

    file: str
    sent_at: datetime


class BatchAcknowledged(Event, frozen=True):
    """The bank accepted the file, wholly or in part."""

    report: str
    status: str


class BatchRejected(Event, frozen=True):
    """The bank refused the whole file."""

    report: str
    reason: str


BatchEvent = BatchPlanned | BatchPrepared | BatchVoided | BatchAttested | BatchSent | BatchAcknowledged | BatchRejected


class PlanBatch(msgspec.Struct, frozen=True):
    """Start a batch for a bank day."""

    execution_date: date
    prepared_by: str
    lines: tuple[Line, ...]


class PrepareBatch(msgspec.Struct, frozen=True):
    """Close the batch over the payouts that could be claimed."""

    payouts: tuple[str, ...]


class AttestBatch(msgspec.Struct, frozen=True):
    """Attest the batch; `total` is the control total the person saw."""

    officer: str
    total: Ore


class RecordBatchSent(msgspec.Struct, frozen=True):
    """The file lies in the outbox."""

    file: str


class RecordBatchAnswer(msgspec.Struct, frozen=True):
    """The bank answered about the file as a whole."""

    report: str
    status: Literal["accepted", "partial", "pending", "rejected"]
    reason_code: str
    reason: str


BatchCommand = PlanBatch | PrepareBatch | AttestBatch | RecordBatchSent | RecordBatchAnswer


def batch_id(round_id: RoundId, execution_date: date, sequence: int) -> str:
    """Name a batch; it is the bank's message id: ``B-2025-20250610-1``."""
    return f"B-{round_id}-{execution_date:%Y%m%d}-{sequence}"


def batch_key(batch: str) -> str:
    """Give the key under which a batch is stored."""
    return f"BATCH#{batch}"


def _plan(batch: Batch, command: PlanBatch, now: datetime) -> list[BatchEvent]:
    if batch.status != "new":
        return []
    return [BatchPlanned(command.execution_date, now, command.prepared_by, command.lines)]


def _prepare(batch: Batch, command: PrepareBatch, _: datetime) -> list[BatchEvent]:
    if batch.status != "planned":
        return []
    kept = [line for line in batch.lines if line.payout in command.payouts]
    if not kept:
        return [BatchVoided()]
    total = Ore(sum(line.amount for line in kept))
    return [BatchPrepared(tuple(line.payout for line in kept), len(kept), total)]


def _attest(batch: Batch, command: AttestBatch, _: datetime) -> list[BatchEvent]:
    if command.officer == batch.prepared_by:
        raise Refusal("same_officer", "Den som har förberett betalningen får inte attestera den.", status=403)
    if command.officer in batch.attested_by:
        return []
    if batch.status != "prepared":
        raise Refusal("batch_not_prepared", "Betalningen väntar inte på attest.", status=409)
    if command.total != batch.total:
        raise Refusal(
            "control_total_differs",
            "Kontrollsumman stämmer inte med betalningen. Läs in den på nytt och kontrollera.",
            field="total",
        )
    return [BatchAttested(command.officer)]


def _sent(batch: Batch, command: RecordBatchSent, now: datetime) -> list[BatchEvent]:
    if batch.status == "attested":
        return [BatchSent(command.file, now)]
    if batch.sent_at:
        return []
    raise Refusal("batch_not_attested", "Betalningen är inte attesterad.", status=409)


def _answer(batch: Batch, command: RecordBatchAnswer, _: datetime) -> list[BatchEvent]:
    duplicate = command.reason_code == "DUPL" or batch.status in ("acknowledged", "rejected")
    if duplicate or command.status == "pending":
        return []
    if batch.status == "attested":
        raise NotYet("batch_not_recorded_as_sent", "Bankens svar kom innan betalningen var noterad som skickad.")
    if batch.status != "sent":
        raise Refusal("batch_not_sent", "Banken svarar på en betalning som inte är skickad.", status=409)
    if command.status == "rejected":
        return [BatchRejected(command.report, f"{command.reason_code} {command.reason}".strip())]
    return [BatchAcknowledged(command.report, command.status)]


_DECISIONS: dict[type, Callable[[Batch, Any, datetime], list[BatchEvent]]] = {
    PlanBatch: _plan,
    PrepareBatch: _prepare,
    AttestBatch: _attest,
    RecordBatchSent: _sent,
    RecordBatchAnswer: _answer,
}


def decide(batch: Batch, command: BatchCommand, now: datetime) -> Sequence[BatchEvent]:
    """Answer a command with its events; raises `Refusal`."""
    return _DECISIONS[type(command)](batch, command, now)


def evolve(batch: Batch, event: BatchEvent) -> Batch:
    """Give the batch after an event."""
    match event:
        case BatchPlanned():
            return replace(
                batch,
                status="planned",
                execution_date=event.execution_date,
                planned_at=event.planned_at,
                prepared_by=event.prepared_by,
                lines=event.lines,
            )
        case BatchPrepared():
            kept = tuple(line for line in batch.lines if line.payout in event.payouts)
            return replace(batch, status="prepared", lines=kept)
        case BatchVoided():
            return replace(batch, status="void", lines=())
        case BatchAttested():
            attested_by = (*batch.attested_by, event.attested_by)
            enough = len(attested_by) >= ATTESTATIONS
            return replace(batch, attested_by=attested_by, status="attested" if enough else "prepared")
        case BatchSent():
            return replace(batch, status="sent", file=event.file, sent_at=event.sent_at)
        case BatchAcknowledged():
            return replace(batch, status="acknowledged", answer=event.status)
        case BatchRejected():
            return replace(batch, status="rejected", answer=event.reason)


def owed(batch: Batch) -> frozenset[Task]:
    """Give what a batch owes: claiming, attestation, sending, the bank's answer."""
    at = batch.planned_at
    if at is None:
        return frozenset()
    if batch.status == "planned":
        return frozenset({Task("payouts", "prepare_batch", batch.id, at)})
    if batch.status == "prepared":
        return frozenset({Task("officer", "attest_batch", batch.id, at)})
    if batch.status == "attested":
        return frozenset({Task("payments", "send_batch", batch.id, at)})
    if batch.status == "sent" and batch.sent_at:
        return frozenset({Task("officer", "ask_bank_about_batch", batch.id, batch.sent_at + BANK_ANSWER_WITHIN)})
    return frozenset()


def lookups(batch: Batch, event: BatchEvent) -> tuple[Lookup, ...]:
    """List the batch among its round's batches when it is planned."""
    return (Lookup(f"BATCHES#{batch.round}", batch.id),) if isinstance(event, BatchPlanned) else ()


def _empty(key: str) -> Batch:
    batch = key.split("#")[1]
    return Batch(batch, RoundId(batch.split("-")[1]))


BATCH: Kind[Batch, BatchEvent, BatchCommand] = Kind(
    name="BATCH",
    state=Batch,
    event=BatchEvent,
    empty=_empty,
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=lambda batch: batch.status,
)
