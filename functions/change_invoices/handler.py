"""Reissue an invoice with wrong particulars, and set one off against a payout: one proposes, another decides."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel, Field

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.recoveries import find_invoice
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases import corrections

INVOICE = "/rounds/<round_id>/municipalities/<municipality>/invoices/<invoice>"
REISSUE = f"{INVOICE}/reissue"
SET_OFF = f"{INVOICE}/set-off"
DECISION = f"{SET_OFF}/decision"
DECLINE = f"{SET_OFF}/refusal"


class Reissuing(Reasoned, extra="forbid", frozen=True):
    """What is wrong with the invoice, and the municipality's right reference where that is it."""

    invoice_reference: Annotated[str, Field(max_length=100, pattern=r"^[^\r\n]*$")] = ""


class SetOff(BaseModel, extra="forbid", frozen=True):
    """A payout, and how much of it in öre is kept as payment of the invoice."""

    payout: str
    amount_ore: int


class SettingOff(SetOff, extra="forbid", frozen=True):
    """A set-off, and why."""

    reason: str


app = api.create_app()


@app.post(REISSUE)
def reissue(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Make an invoice void and issue another with right particulars; the amount stays."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reissuing)
    return _act(round_id, municipality, c.ReissueInvoice(invoice, body.reason, officer, body.invoice_reference))


@app.post(SET_OFF)
def propose_set_off(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Propose to keep a payout that is here, or some of it, as payment of an invoice that is due."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, SettingOff)
    command = c.ProposeSetOff(invoice, body.payout, Ore(body.amount_ore), body.reason, officer)
    return _act(round_id, municipality, command)


@app.post(DECISION)
def decide_set_off(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Set off what another officer proposed, as it was seen."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, SetOff)
    return _act(round_id, municipality, c.DecideSetOff(invoice, body.payout, Ore(body.amount_ore), officer))


@app.post(DECLINE)
def decline_set_off(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Let the payout go on."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reasoned)
    return _act(round_id, municipality, c.DeclineSetOff(invoice, body.reason, officer))


def _act(round_id: str, municipality: str, command: Any) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case, command.invoice))


def _view(case: Case, number: str) -> dict[str, Any]:
    invoice = find_invoice(case, number)
    return {
        "invoice": invoice.number,
        "open_ore": invoice.open_amount,
        "replaces": invoice.replaces,
        "replaced_by": invoice.replaced_by,
        "set_offs": [
            {"payout": item.payout, "amount_ore": item.amount, "reason": item.reason, "status": item.status}
            for item in case.set_offs
            if item.invoice == number
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
