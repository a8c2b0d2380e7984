"""Show how interest on an invoice that was paid late is reckoned, claim it at once, or waive it with a reason."""

from __future__ import annotations

from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.interests import Reckoning, find_interest, find_interest_invoice
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases import interest

INTEREST = "/rounds/<round_id>/municipalities/<municipality>/invoices/<invoice>/interest"
WAIVER = f"{INTEREST}/waiver"

app = api.create_app()


@app.get(INTEREST)
def show(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Give what became of the interest on an invoice, or how it is reckoned where that waits."""
    place = parse_round(round_id), parse_municipality(municipality)
    return api.document(_view(*interest.show(wiring.books(), *place, invoice), invoice))


@app.post(INTEREST)
def claim(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Claim the interest now."""
    event = app.current_event.raw_event
    officer, place = api.caller(event).subject, (parse_round(round_id), parse_municipality(municipality))
    case = interest.claim(wiring.books(), *place, invoice, officer, api.context(event))
    return api.document(_view(case, None, invoice))


@app.post(WAIVER)
def waive(round_id: str, municipality: str, invoice: str) -> Response[str]:
    """Decide not to claim the interest."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reasoned)
    place = parse_round(round_id), parse_municipality(municipality)
    case = interest.waive(wiring.books(), *place, invoice, body.reason, officer, api.context(event))
    return api.document(_view(case, None, invoice))


def _view(case: Case, waiting: Reckoning | None, number: str) -> dict[str, Any]:
    told, claimed = find_interest(case, number), find_interest_invoice(case, number)
    found = told or waiting
    return {
        "invoice": number,
        "status": told.status if told else "waiting" if waiting else "none",
        "amount_ore": found.amount if found else 0,
        "reason": told.reason if told else "",
        "interest_invoice": claimed.number if claimed else "",
        "open_ore": claimed.open_amount if claimed else 0,
        "lines": [msgspec.to_builtins(line) | {"days": line.days} for line in found.lines] if found else [],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
