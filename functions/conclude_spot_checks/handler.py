"""Show a municipality's spot check with what came in, and conclude it; a recovery may follow."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.spot_checks import find
from statsbidrag.domain.case.state import CheckOutcome
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.money import Ore
from statsbidrag.domain.risk_rules import EXPLANATIONS
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases import records

CHECK = "/rounds/<round_id>/municipalities/<municipality>/spot-checks/<number>"
CONCLUSION, LINK = f"{CHECK}/conclusion", f"{CHECK}/link"


class Conclusion(BaseModel, extra="forbid", frozen=True):
    """How the check ends, what cannot be accepted in öre (0 where all is), and why."""

    outcome: CheckOutcome
    not_accepted_ore: int
    reason: str


app = api.create_app()


@app.get(CHECK)
def show(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give why the municipality was drawn, what came in and where it lies, and how the check ended."""
    place = parse_round(round_id), parse_municipality(municipality), api.number(number)
    return api.document(_view(records.show_check(wiring.books(), *place), place[2]))


@app.post(CONCLUSION)
def conclude(round_id: str, municipality: str, number: str) -> Response[str]:
    """Conclude the check; what cannot be accepted is proposed to be recovered, after a hearing."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Conclusion)
    place = parse_round(round_id), parse_municipality(municipality), api.number(number)
    amount, context = Ore(body.not_accepted_ore), api.context(event)
    case = records.conclude(wiring.books(), *place, body.outcome, amount, body.reason, officer, context)
    return api.document(_view(case, place[2]))


@app.post(LINK)
def renew_link(round_id: str, municipality: str, number: str) -> Response[str]:
    """End the municipality's link; another goes to its registry."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reasoned)
    place = parse_round(round_id), parse_municipality(municipality), api.number(number)
    case = records.revoke_link(wiring.books(), *place, body.reason, officer, api.context(event))
    return api.document(_view(case, place[2]))


def _view(case: Case, number: int) -> dict[str, Any]:
    check = find(case, number)
    return {
        "case_number": case.number,
        "spot_check": check.id,
        "points": check.points,
        "rules": [{"rule": rule, "explanation": EXPLANATIONS[rule]} for rule in check.rules],
        "requested_at": check.requested_at,
        "last_day": check.last_day,
        "has_link": bool(check.link_hash),
        "sent": check.sent,
        "accepted_use_ore": case.money.accepted_use,
        "outcome": check.outcome,
        "not_accepted_ore": check.amount,
        "reason": check.reason,
        "concluded_by": check.concluded_by,
        "concluded_at": check.concluded_at,
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
