"""Take in another payout account, show it beside the one in force, and let a second person decide on it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.commands import ApproveAccount, DeclineAccount
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.identifiers import parse_account, parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.entry.payout_bodies import PayoutAccount
from statsbidrag.usecases import corrections

ACCOUNT = "/rounds/<round_id>/municipalities/<municipality>/account"
CHANGES = f"{ACCOUNT}/changes"
APPROVAL = f"{CHANGES}/<number>/approval"
REFUSAL = f"{CHANGES}/<number>/refusal"


app = api.create_app()


@app.get(ACCOUNT)
def show(round_id: str, municipality: str) -> Response[str]:
    """Give the account in force, and every change with the account before and after it."""
    case = corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(case))


@app.post(CHANGES)
def propose(round_id: str, municipality: str) -> Response[str]:
    """Propose another account; what is on its way to the one in force is held."""
    event = app.current_event.raw_event
    who, body = api.caller(event).subject, read_json(event, PayoutAccount)
    account = parse_account(body.account_kind, body.account_number)
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.propose_account(wiring.books(), *place, account, who, api.context(event))
    return api.document(_view(case), 201)


@app.post(APPROVAL)
def approve(round_id: str, municipality: str, number: str) -> Response[str]:
    """Approve the account that the person saw; the one who proposed it may not."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, PayoutAccount)
    seen = parse_account(body.account_kind, body.account_number)
    return _decide(round_id, municipality, ApproveAccount(api.number(number), seen, officer))


@app.post(REFUSAL)
def decline(round_id: str, municipality: str, number: str) -> Response[str]:
    """Decline the account; what was held for its sake goes on."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reasoned)
    return _decide(round_id, municipality, DeclineAccount(api.number(number), body.reason, officer))


def _decide(round_id: str, municipality: str, command: ApproveAccount | DeclineAccount) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case))


def _view(case: Case) -> dict[str, Any]:
    recipient, _ = opened(case)
    return {
        "case_number": case.number,
        "account_kind": recipient.account.kind,
        "account": str(recipient.account),
        "changes": [
            {
                "change": change.id,
                "status": change.status,
                "account_kind": change.account.kind,
                "account": str(change.account),
                "previous_kind": change.previous.kind,
                "previous": str(change.previous),
                "proposed_at": change.proposed_at,
                "decided_at": change.decided_at,
                "reason": change.reason,
            }
            for change in case.account_changes
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
