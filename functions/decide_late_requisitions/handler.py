"""An officer decides on a requisition that came after the last day: it is taken up all the same, or dismissed."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.commands import DecideLateRequisition
from statsbidrag.domain.case.requisitions import find
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.usecases import corrections

REQUISITION = "/rounds/<round_id>/municipalities/<municipality>/requisitions/<number>"
DECISION = f"{REQUISITION}/late-decision"


class LateDecided(BaseModel, extra="forbid", frozen=True):
    """Whether the requisition is taken up or dismissed, and why; the municipality reads why it is dismissed."""

    outcome: Literal["accepted", "dismissed"]
    reason: str


app = api.create_app()
api.options(app, REQUISITION, "GET")
api.options(app, DECISION, "POST")


@app.get(REQUISITION)
def show(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give a requisition with when it came, how it was tried, and what was decided about its lateness."""
    place = parse_round(round_id), parse_municipality(municipality)
    return api.document(_view(corrections.show(wiring.books(), *place), api.number(number)))


@app.post(DECISION)
def decide(round_id: str, municipality: str, number: str) -> Response[str]:
    """Decide on a late requisition, once."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, LateDecided)
    place = parse_round(round_id), parse_municipality(municipality)
    command = DecideLateRequisition(api.number(number), body.outcome == "accepted", body.reason, officer)
    case = corrections.act(wiring.books(), *place, command, api.context(event))
    return api.document(_view(case, command.requisition))


def _view(case: Case, number: int) -> dict[str, Any]:
    requisition = find(case, number)
    return {
        "case_number": case.number,
        "requisition": requisition.id,
        "amount_ore": requisition.amount,
        "received_at": requisition.received_at,
        "status": requisition.status,
        "decided_at": requisition.decided_at,
        "late_decision": msgspec.to_builtins(requisition.late_decision),
        "checks": [
            {"rule": check.rule, "passed": check.passed, "explanation": check.explanation}
            for check in requisition.checks
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
