"""One officer prepares the decision on a recovery, or gives longer to answer; another one decides."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.commands import ExtendHearing
from statsbidrag.domain.case.recoveries import find
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.entry.recovery_bodies import Extension, Preparation
from statsbidrag.usecases import corrections, recoveries

RECOVERY = "/rounds/<round_id>/municipalities/<municipality>/recoveries/<number>"

app = api.create_app()


@app.get(RECOVERY)
def show(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give a recovery with its rules, inputs and arithmetic."""
    case = recoveries.get(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(case, api.number(number)))


@app.post(f"{RECOVERY}/preparation")
def prepare(round_id: str, municipality: str, number: str) -> Response[str]:
    """Prepare the decision."""
    event = app.current_event.raw_event
    officer = api.caller(event).subject
    body = read_json(event, Preparation)
    case = recoveries.prepare(
        wiring.books(),
        parse_round(round_id),
        parse_municipality(municipality),
        api.number(number),
        Ore(body.waived_ore),
        body.reasons,
        officer,
        api.context(event),
        answers_seen=body.answers_seen,
        answer_considered=body.answer_considered,
    )
    return api.document(_view(case, api.number(number)))


@app.post(f"{RECOVERY}/hearing/extension")
def extend(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give the municipality longer to answer."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Extension)
    command = ExtendHearing(api.number(number), body.last_day, body.reason, officer)
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(event))
    return api.document(_view(case, api.number(number)))


@app.post(f"{RECOVERY}/decision")
def decide(round_id: str, municipality: str, number: str) -> Response[str]:
    """Decide what another officer prepared."""
    event = app.current_event.raw_event
    officer = api.caller(event).subject
    case = recoveries.decide(
        wiring.books(),
        parse_round(round_id),
        parse_municipality(municipality),
        api.number(number),
        officer,
        api.context(event),
    )
    return api.document(_view(case, api.number(number)))


def _view(case: Case, number: int) -> dict[str, Any]:
    recovery = find(case, number)
    return {
        "case_number": case.number,
        "recovery": recovery.id,
        "status": recovery.status,
        "grounds": recovery.grounds,
        "claim_ore": recovery.claim,
        "proposed_waiver_ore": recovery.proposed_waiver,
        "waived_ore": recovery.waived,
        "hearing_ends": recovery.hearing_ends,
        "reasons": recovery.reasons,
        "checks": msgspec.to_builtins(recovery.checks),
        "answers": msgspec.to_builtins(recovery.answers),
        "answer_considered": recovery.answer_considered,
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
