"""Take an officer's decision on a requisition that came after the last day: taken up all the same, or dismissed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.entry.requisition_bodies import LateDecided
from statsbidrag.usecases import requisitions

DECISION = "/rounds/<round_id>/municipalities/<municipality>/requisitions/<number>/late-decision"

app = api.create_app()


@app.post(DECISION)
def decide(round_id: str, municipality: str, number: str) -> Response[str]:
    """Decide on a late requisition, once."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, LateDecided)
    place = parse_round(round_id), parse_municipality(municipality)
    command = body.command(api.number(number), officer)
    told = requisitions.decide_late(wiring.books(), *place, command, api.context(event))
    return api.document(api.in_ore(told))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
