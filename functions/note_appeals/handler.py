"""Note that a decision is appealed, which holds its claim, and how the appeal ended."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.recoveries import find
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.entry.recovery_bodies import Appealed, Outcome
from statsbidrag.usecases import corrections

APPEALS = "/rounds/<round_id>/municipalities/<municipality>/recoveries/<number>/appeals"
OUTCOME = f"{APPEALS}/outcome"

app = api.create_app()


@app.get(APPEALS)
def show(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give the appeals of a decision, and whether they hold its claim."""
    case = corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(case, api.number(number)))


@app.post(APPEALS)
def note(round_id: str, municipality: str, number: str) -> Response[str]:
    """Note an appeal."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Appealed)
    in_time = body.arrived == "in_time"
    command = c.NoteAppeal(api.number(number), body.received_on, in_time, body.reason, officer)
    return _act(round_id, municipality, number, command)


@app.post(OUTCOME)
def end(round_id: str, municipality: str, number: str) -> Response[str]:
    """Note how the appeal ended."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Outcome)
    return _act(
        round_id, municipality, number, c.NoteAppealOutcome(api.number(number), body.outcome, body.reason, officer)
    )


def _act(round_id: str, municipality: str, number: str, command: c.CaseCommand) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case, api.number(number)))


def _view(case: Case, number: int) -> dict[str, Any]:
    recovery = find(case, number)
    return {
        "case_number": case.number,
        "recovery": recovery.id,
        "decided_at": recovery.decided_at,
        "to_pay_ore": recovery.to_invoice,
        "is_on_hold": recovery.is_on_hold,
        "appeals": msgspec.to_builtins(recovery.appeals),
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
