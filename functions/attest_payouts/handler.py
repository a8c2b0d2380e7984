"""Show a payout batch, take its attestations, and take it back while it is not cleared for the bank."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.batches import Batch
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases.payouts import attest, get_batch, void_batch

BATCH = "/batches/<batch_id>"
ATTESTATIONS = "/batches/<batch_id>/attestations"
VOID = "/batches/<batch_id>/void"


class Attestation(BaseModel, extra="forbid", frozen=True):
    """The control total that the person saw, in öre."""

    total_ore: int


app = api.create_app()


@app.get(BATCH)
def show(batch_id: str) -> Response[str]:
    """Give a batch with its lines and control total."""
    return api.document(_view(get_batch(wiring.books(), batch_id)))


@app.post(ATTESTATIONS)
def add(batch_id: str) -> Response[str]:
    """Attest the batch; the last attestation it needs sends it."""
    event = app.current_event.raw_event
    attester = api.caller(event).subject
    body = read_json(event, Attestation)
    return api.document(_view(attest(wiring.books(), batch_id, attester, Ore(body.total_ore), api.context(event))), 201)


@app.post(VOID)
def void(batch_id: str) -> Response[str]:
    """Take the batch back; its payouts come in another."""
    event = app.current_event.raw_event
    who, body = api.caller(event).subject, read_json(event, Reasoned)
    return api.document(_view(void_batch(wiring.books(), batch_id, body.reason, who, api.context(event))))


def _view(batch: Batch) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "round": batch.round,
        "status": batch.status,
        "execution_date": batch.execution_date,
        "count": len(batch.lines),
        "total_ore": batch.total,
        "attestations": len(batch.attested_by),
        "attestations_needed": batch.attestations,
        "on_hold": batch.held_by,
        "void_reason": batch.void_reason,
        "answer": batch.answer,
        "payouts": [
            {
                "payout": line.payout,
                "municipality": line.municipality,
                "creditor": line.creditor,
                "account": str(line.account),
                "amount_ore": line.amount,
            }
            for line in batch.lines
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
