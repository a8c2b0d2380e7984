"""Show a municipality's payouts, and put right what went wrong: void, issue anew, resolve the unknown."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.documents.bank_reasons import swedish_reason
from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.entry.payout_bodies import BankAnswer, Confirmation, Voiding
from statsbidrag.usecases import corrections

PAYOUTS = "/rounds/<round_id>/municipalities/<municipality>/payouts"
VOID = f"{PAYOUTS}/<payout>/void"
REISSUE = f"{PAYOUTS}/<payout>/reissue"
RESOLUTION = f"{PAYOUTS}/<payout>/resolution"
CONFIRMATION = f"{RESOLUTION}/confirmation"


app = api.create_app()


@app.get(PAYOUTS)
def show(round_id: str, municipality: str) -> Response[str]:
    """Give the payouts of a municipality, each with why it failed and what replaced it."""
    case = corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(case))


@app.post(VOID)
def void(round_id: str, municipality: str, payout: str) -> Response[str]:
    """Decide that a payout that stands in no batch is not made."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Voiding)
    return _act(round_id, municipality, c.VoidPayout(payout, body.reason, officer, body.final))


@app.post(REISSUE)
def reissue(round_id: str, municipality: str, payout: str) -> Response[str]:
    """Order a linked payout in place of one that failed, to the account in force."""
    officer = api.caller(app.current_event.raw_event).subject
    return _act(round_id, municipality, c.ReissuePayout(payout, officer))


@app.post(RESOLUTION)
def propose_resolution(round_id: str, municipality: str, payout: str) -> Response[str]:
    """Say what the bank answered about an unknown payout."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, BankAnswer)
    return _act(round_id, municipality, c.ProposeResolution(payout, body.outcome, body.reason, officer))


@app.post(CONFIRMATION)
def confirm_resolution(round_id: str, municipality: str, payout: str) -> Response[str]:
    """Confirm it as a second person; what was not carried out is sent again under the same id."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Confirmation)
    place = parse_round(round_id), parse_municipality(municipality)
    told = corrections.confirm_resolution(wiring.books(), *place, payout, body.outcome, officer, api.context(event))
    return api.document(_view(told))


def _act(round_id: str, municipality: str, command: c.CaseCommand) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case))


def _view(case: Case) -> dict[str, Any]:
    return {
        "case_number": case.number,
        "payouts": [
            {
                "payout": payout.id,
                "status": payout.status,
                "amount_ore": payout.amount,
                "account_kind": payout.account.kind,
                "account": str(payout.account),
                "batch": payout.batch,
                "code": payout.code,
                "reason": swedish_reason(payout.code, payout.reason) if payout.code else payout.reason,
                "on_hold": [hold.id for hold in case.holds_on(payout.id)],
                "replaces": payout.replaces,
                "replaced_by": payout.replaced_by,
                "resets": payout.resets,
                "resolution": msgspec.to_builtins(payout.resolution),
            }
            for payout in case.payouts
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
