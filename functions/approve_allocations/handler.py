"""A second person approves an allocation list."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.usecases.rounds import approve_list

APPROVAL = "/rounds/<round_id>/allocation-lists/<list_id>/approval"

app = api.create_app()
api.options(app, APPROVAL, "POST")


@app.post(APPROVAL)
def approve(round_id: str, list_id: str) -> Response[str]:
    """Approve the list; its cases are then opened."""
    event = app.current_event.raw_event
    officer = api.staff(event, "officer")
    book = approve_list(wiring.books(), parse_round(round_id), list_id, officer, api.context(event))
    return api.document({"round": book.id, "allocation_list": list_id, "status": "approved"})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
