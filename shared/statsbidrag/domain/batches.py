"""A payout batch: planned, prepared with control totals, attested, cleared for the bank, sent once, answered.

Clearing is the point of no return: a hold that is placed before it stops the batch, one after it comes too late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.errors import NotYet, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.domain.journal import Event, Kind, Lookup
from statsbidrag.domain.money import Ore
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.terms import Agency, PainVersion

BANK_ANSWER_WITHIN = timedelta(days=3)
"""How long the bank may be silent about a file before an officer asks."""
_NOTHING_CLAIMED = "Ingen av utbetalningarna kunde läggas i betalningen."


class Line(msgspec.Struct, frozen=True):
    """One payout of a batch, with all that the bank file says about it."""

    payout: str
    municipality: MunicipalityCode
    creditor: str
    account: Account
    amount: Ore
    remittance: str


BatchStatus = Literal["new", "planned", "void", "prepared", "attested", "cleared", "sent", "acknowledged", "rejected"]


class Batch(msgspec.Struct, frozen=True):
    """A batch as its journal folds to; its id is the bank file's message id.

    Attributes
    ----------
    attestations
        How many persons attest it, each another than the one who prepared it.
    held_by
        The holds on its round or on everything that keep it from being cleared.
    to_free
        Payouts of a void batch that still stand in it.
    answer
        How the bank took the file: ``accepted``, ``partial``, ``booked`` where only a booking said so, or why not.
    debtor, pain_version
        Who pays and in which version the file is written, as the round said when the batch was cleared: a file that is
        made again is the same, whatever the round says by then.
    duplicates
        The bank's reports that the file came once more.
    """

    id: str
    round: RoundId
    status: BatchStatus = "new"
    execution_date: date | None = None
    planned_at: datetime | None = None
    prepared_by: str = ""
    lines: tuple[Line, ...] = ()
    attestations: int = 0
    attested_by: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()
    void_reason: str = ""
    voided_by: str = ""
    to_free: tuple[Line, ...] = ()
    file: str = ""
    sent_at: datetime | None = None
    answer: str = ""
    debtor: Agency | None = None
    pain_version: PainVersion = "09"
    duplicates: tuple[str, ...] = ()

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
    attestations: int


class BatchVoided(Event, frozen=True):
    """The batch never leaves: nothing could be claimed, somebody voided it, or a payout in it may not leave."""

    reason: str
    voided_by: str


class BatchFreed(Event, frozen=True):
    """No payout stands in the void batch any more."""


class BatchHeld(Event, frozen=True):
    """The round or everything is on hold: the batch waits."""

    hold: str


class BatchReleased(Event, frozen=True):
    """That hold is over."""

    hold: str


class BatchCleared(Event, frozen=True):
    """Every payout may leave; from here on the batch is the bank's."""

    execution_date: date
    cleared_at: datetime
    debtor: Agency | None = None
    pain_version: PainVersion = "09"


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


class BatchCalledDuplicate(Event, frozen=True):
    """The bank had the file already; its first answer stands."""

    report: str


class BatchRejected(Event, frozen=True):
    """The bank refused the whole file."""

    report: str
    reason: str


BatchEvent = (
    BatchPlanned
    | BatchPrepared
    | BatchVoided
    | BatchFreed
    | BatchHeld
    | BatchReleased
    | BatchAttested
    | BatchCleared
    | BatchSent
    | BatchAcknowledged
    | BatchCalledDuplicate
    | BatchRejected
)


class PlanBatch(msgspec.Struct, frozen=True):
    """Start a batch for a bank day."""

    execution_date: date
    prepared_by: str
    lines: tuple[Line, ...]


class PrepareBatch(msgspec.Struct, frozen=True):
    """Close the batch over the payouts that could be claimed; above `two_attest_above` öre two persons attest it."""

    payouts: tuple[str, ...]
    two_attest_above: Ore


class AttestBatch(msgspec.Struct, frozen=True):
    """Attest the batch; `total` is the control total the person saw."""

    officer: str
    total: Ore


class VoidBatch(msgspec.Struct, frozen=True):
    """Take back a batch that is not cleared; its payouts go free."""

    reason: str
    by: str


class RecordBatchFreed(msgspec.Struct, frozen=True):
    """Every payout was taken out of the void batch."""


class HoldBatch(msgspec.Struct, frozen=True):
    """Keep the batch from being cleared."""

    hold: str


class ReleaseBatch(msgspec.Struct, frozen=True):
    """End a hold on the batch."""

    hold: str


class ClearBatch(msgspec.Struct, frozen=True):
    """Let the batch go to the bank, to be carried out on that bank day."""

    execution_date: date
    debtor: Agency | None = None
    pain_version: PainVersion = "09"


class RecordBatchSent(msgspec.Struct, frozen=True):
    """The file lies in the outbox."""

    file: str


class RecordBatchAnswer(msgspec.Struct, frozen=True):
    """The bank answered about the file as a whole; `booked` is the answer that a booking gives."""

    report: str
    status: Literal["accepted", "partial", "pending", "rejected", "booked"]
    reason_code: str
    reason: str


BatchCommand = (
    PlanBatch
    | PrepareBatch
    | AttestBatch
    | VoidBatch
    | RecordBatchFreed
    | HoldBatch
    | ReleaseBatch
    | ClearBatch
    | RecordBatchSent
    | RecordBatchAnswer
)


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
        return [BatchVoided(_NOTHING_CLAIMED, batch.prepared_by), BatchFreed()]
    total = Ore(sum(line.amount for line in kept))
    attestations = 2 if total > command.two_attest_above else 1
    return [BatchPrepared(tuple(line.payout for line in kept), len(kept), total, attestations)]


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


def _void(batch: Batch, command: VoidBatch, _: datetime) -> list[BatchEvent]:
    if batch.status == "void":
        return []
    if batch.status not in ("prepared", "attested"):
        raise Refusal(
            "batch_cannot_be_voided",
            "Betalningen har lämnats till banken, eller är inte klar att attestera.",
            status=409,
        )
    return [BatchVoided(require_reason(command.reason), command.by)]


def _freed(batch: Batch, _: RecordBatchFreed, __: datetime) -> list[BatchEvent]:
    return [BatchFreed()] if batch.to_free else []


def _hold(batch: Batch, command: HoldBatch, _: datetime) -> list[BatchEvent]:
    if command.hold in batch.held_by or batch.status not in ("planned", "prepared", "attested"):
        return []
    return [BatchHeld(command.hold)]


def _release(batch: Batch, command: ReleaseBatch, _: datetime) -> list[BatchEvent]:
    return [BatchReleased(command.hold)] if command.hold in batch.held_by else []


def _clear(batch: Batch, command: ClearBatch, now: datetime) -> list[BatchEvent]:
    if batch.status == "cleared" or batch.sent_at:
        return []
    if batch.status != "attested":
        raise Refusal("batch_not_attested", "Betalningen är inte attesterad.", status=409)
    if batch.held_by:
        raise Refusal("batch_on_hold", "Betalningen är stoppad. Häv stoppet först.", status=409)
    return [BatchCleared(command.execution_date, now, command.debtor, command.pain_version)]


def _sent(batch: Batch, command: RecordBatchSent, now: datetime) -> list[BatchEvent]:
    if batch.status == "cleared":
        return [BatchSent(command.file, now)]
    if batch.sent_at:
        return []
    raise Refusal("batch_not_cleared", "Betalningen är inte klar att skickas.", status=409)


def _answer(batch: Batch, command: RecordBatchAnswer, _: datetime) -> list[BatchEvent]:
    if command.reason_code == "DUPL" and batch.sent_at:
        return [] if command.report in batch.duplicates else [BatchCalledDuplicate(command.report)]
    if batch.answer == "booked" and command.status in ("accepted", "partial"):
        # The booking came before the answer.
        return [BatchAcknowledged(command.report, command.status)]
    if command.status == "pending" or batch.status in ("acknowledged", "rejected"):
        return []
    if batch.status in ("attested", "cleared"):
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
    VoidBatch: _void,
    RecordBatchFreed: _freed,
    HoldBatch: _hold,
    ReleaseBatch: _release,
    ClearBatch: _clear,
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
            return replace(batch, status="prepared", lines=kept, attestations=event.attestations)
        case BatchVoided():
            return replace(
                batch,
                status="void",
                held_by=(),
                to_free=batch.lines,
                void_reason=event.reason,
                voided_by=event.voided_by,
            )
        case BatchFreed():
            return replace(batch, to_free=())
        case BatchHeld():
            return replace(batch, held_by=(*batch.held_by, event.hold))
        case BatchReleased():
            return replace(batch, held_by=tuple(hold for hold in batch.held_by if hold != event.hold))
        case BatchAttested():
            attested_by = (*batch.attested_by, event.attested_by)
            enough = len(attested_by) >= batch.attestations
            return replace(batch, attested_by=attested_by, status="attested" if enough else "prepared")
        case BatchCleared():
            return replace(
                batch,
                status="cleared",
                execution_date=event.execution_date,
                debtor=event.debtor,
                pain_version=event.pain_version,
            )
        case BatchSent():
            return replace(batch, status="sent", file=event.file, sent_at=event.sent_at)
        case BatchAcknowledged():
            return replace(batch, status="acknowledged", answer=event.status)
        case BatchCalledDuplicate():
            return replace(batch, duplicates=(*batch.duplicates, event.report))
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
    if batch.status == "cleared" or (batch.status == "attested" and not batch.held_by):
        return frozenset({Task("payments", "send_batch", batch.id, at)})
    if batch.to_free:
        return frozenset({Task("payments", "free_payouts", batch.id, at)})
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
