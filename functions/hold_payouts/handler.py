"""The stop switch: hold one payout, a municipality, a round or everything, and let it go on."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.holds import EVERYTHING
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases import corrections, holds

ALL = "/holds"
ROUND = "/rounds/<round_id>/holds"
CASE = "/rounds/<round_id>/municipalities/<municipality>/holds"


class MunicipalityHold(BaseModel, extra="forbid", frozen=True):
    """Why, and which payout; all of the municipality where none is named."""

    reason: str
    payout: str = ""


app = api.create_app()


@app.get(ALL)
def show_all() -> Response[str]:
    """Give the holds on everything."""
    return api.document(_view(holds.show(wiring.books(), EVERYTHING)))


@app.post(ALL)
def hold_all() -> Response[str]:
    """Stop everything that is not cleared for the bank; say what that came too late for."""
    return _stop(EVERYTHING)


@app.post(f"{ALL}/<number>/release")
def release_all(number: str) -> Response[str]:
    """End a hold on everything."""
    return _release(EVERYTHING, number)


@app.get(ROUND)
def show_round(round_id: str) -> Response[str]:
    """Give the holds on a round."""
    return api.document(_view(holds.show(wiring.books(), parse_round(round_id))))


@app.post(ROUND)
def hold_round(round_id: str) -> Response[str]:
    """Stop a round; say what that came too late for."""
    return _stop(parse_round(round_id))


@app.post(f"{ROUND}/<number>/release")
def release_round(round_id: str, number: str) -> Response[str]:
    """End a hold on a round."""
    return _release(parse_round(round_id), number)


@app.get(CASE)
def show_municipality(round_id: str, municipality: str) -> Response[str]:
    """Give the holds on a municipality and on its payouts."""
    case = corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(holds.Stopped(case.holds)))


@app.post(CASE)
def hold_municipality(round_id: str, municipality: str) -> Response[str]:
    """Stop a municipality or one payout of it; a batch that has it and is not cleared is void."""
    event = app.current_event.raw_event
    who, body = api.caller(event).subject, read_json(event, MunicipalityHold)
    place = parse_round(round_id), parse_municipality(municipality)
    told = holds.stop_municipality(wiring.books(), *place, body.payout, body.reason, who, api.context(event))
    return api.document(_view(told), 201)


@app.post(f"{CASE}/<number>/release")
def release_municipality(round_id: str, municipality: str, number: str) -> Response[str]:
    """End a hold on a municipality or a payout."""
    event = app.current_event.raw_event
    who, body = api.caller(event).subject, read_json(event, Reasoned)
    place = parse_round(round_id), parse_municipality(municipality)
    told = holds.release_municipality(wiring.books(), *place, api.number(number), body.reason, who, api.context(event))
    return api.document(_view(told))


def _stop(scope: str) -> Response[str]:
    event = app.current_event.raw_event
    who, body = api.caller(event).subject, read_json(event, Reasoned)
    return api.document(_view(holds.stop(wiring.books(), scope, body.reason, who, api.context(event))), 201)


def _release(scope: str, number: str) -> Response[str]:
    event = app.current_event.raw_event
    who, body = api.caller(event).subject, read_json(event, Reasoned)
    told = holds.release(wiring.books(), scope, api.number(number), body.reason, who, api.context(event))
    return api.document(_view(told))


def _view(told: holds.Stopped) -> dict[str, Any]:
    return {
        "holds": [msgspec.to_builtins(hold) for hold in told.holds],
        "stopped": told.stopped,
        "too_late": told.too_late,
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
