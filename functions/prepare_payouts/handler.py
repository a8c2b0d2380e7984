"""Prepare the payouts that are due now, on a person's word and not on the schedule's."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.usecases.payouts import prepared, queue_due
from statsbidrag.usecases.rounds import get_round

BATCHES = "/rounds/<round_id>/batches"

app = api.create_app()


@app.post(BATCHES)
def prepare(round_id: str) -> Response[str]:
    """Put every due payout of the round in a batch, and give all that wait for attestation.

    Whoever asks for it cannot attest what is prepared now.
    """
    event = app.current_event.raw_event
    officer = api.caller(event).subject
    books, known = wiring.books(), parse_round(round_id)
    get_round(books, known)
    queue_due(books, wiring.calendar(), officer, api.context(event), only=known)
    return api.document({"round": known, "batches": list(prepared(books, known))}, 201)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
