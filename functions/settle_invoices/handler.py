"""Show a municipality's invoices, give up what cannot be collected, and refund what came in above them."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases import corrections

INVOICES = "/rounds/<round_id>/municipalities/<municipality>/invoices"
WRITE_OFF = f"{INVOICES}/<invoice>/write-off"
DECISION = f"{WRITE_OFF}/decision"
REFUND = "/rounds/<round_id>/municipalities/<municipality>/refund"


class Amount(BaseModel, extra="forbid", frozen=True):
    """The amount that the person saw, in öre."""

    amount_ore: int


app = api.create_app()


@app.get(INVOICES)
def show(round_id: str, municipality: str) -> Response[str]:
    """Give the invoices and credit notes of a municipality, with what is open on each."""
    return api.document(
        _view(corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality)))
    )


@app.post(WRITE_OFF)
def propose_write_off(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Propose to give up what is open on an invoice."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reasoned)
    return _act(round_id, municipality, c.ProposeWriteOff(invoice, body.reason, officer))


@app.post(DECISION)
def decide_write_off(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Decide to give up what another officer proposed."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Amount)
    return _act(round_id, municipality, c.DecideWriteOff(invoice, Ore(body.amount_ore), officer))


@app.post(REFUND)
def refund(round_id: str, municipality: str) -> Response[str]:
    """Order a payout of what came in above the invoices."""
    officer = api.caller(app.current_event.raw_event).subject
    return _act(round_id, municipality, c.OrderRefund(officer))


def _act(round_id: str, municipality: str, command: c.CaseCommand) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case))


def _view(case: Case) -> dict[str, Any]:
    return {
        "case_number": case.number,
        "surplus_ore": case.money.surplus,
        "refunded_ore": case.money.refunded,
        "invoices": [
            {
                "invoice": invoice.number,
                "amount_ore": invoice.amount,
                "credited_ore": invoice.credited,
                "settled_ore": invoice.settled,
                "written_off_ore": invoice.written_off,
                "open_ore": invoice.open_amount,
                "due_on": invoice.due_on,
                "interest_on": invoice.interest_on,
                "write_off": msgspec.to_builtins(invoice.write_off),
            }
            for invoice in case.all_invoices
        ],
        "credit_notes": [
            {
                "credit_note": note.number,
                "invoice": note.invoice,
                "amount_ore": note.amount,
                "issued_on": note.issued_on,
            }
            for note in case.credit_notes
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
