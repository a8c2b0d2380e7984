"""One officer prepares to change a decided recovery, another decides; a credit note follows."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.recoveries import find
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.usecases import corrections

RECONSIDERATION = "/rounds/<round_id>/municipalities/<municipality>/recoveries/<number>/reconsideration"
DECISION = f"{RECONSIDERATION}/decision"


class NewAmount(BaseModel, extra="forbid", frozen=True):
    """What is to be paid back in the end, in öre."""

    amount_ore: int


class Reconsidering(NewAmount, extra="forbid", frozen=True):
    """What is to be paid back in the end, in öre, and why."""

    reasons: str


app = api.create_app()


@app.get(RECONSIDERATION)
def show(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give what the municipality reported late, what is claimed, and what is prepared."""
    case = corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(case, api.number(number)))


@app.post(RECONSIDERATION)
def prepare(round_id: str, municipality: str, number: str) -> Response[str]:
    """Prepare to change the recovery, or to let it stand."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reconsidering)
    command = c.PrepareReconsideration(api.number(number), Ore(body.amount_ore), body.reasons, officer)
    return _act(round_id, municipality, number, command)


@app.post(DECISION)
def decide(round_id: str, municipality: str, number: str) -> Response[str]:
    """Decide what another officer prepared."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, NewAmount)
    command = c.DecideReconsideration(api.number(number), Ore(body.amount_ore), officer)
    return _act(round_id, municipality, number, command)


def _act(round_id: str, municipality: str, number: str, command: c.CaseCommand) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case, api.number(number)))


def _view(case: Case, number: int) -> dict[str, Any]:
    recovery, report = find(case, number), case.report
    return {
        "case_number": case.number,
        "recovery": recovery.id,
        "claim_ore": recovery.claim,
        "to_pay_ore": recovery.to_invoice,
        "paid_out_ore": case.money.paid,
        "reported_used_ore": report.amount_used if report else None,
        "reported_misused_ore": report.amount_misused if report else None,
        "prepared_ore": recovery.reconsideration.amount if recovery.reconsideration else None,
        "reconsidered_at": recovery.reconsidered_at,
        "reconsidered": msgspec.to_builtins(recovery.reconsidered),
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
