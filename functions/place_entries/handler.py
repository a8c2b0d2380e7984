"""Show the incoming entries in suspense with where they may belong, and book one where a person says."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.usecases.suspense import list_waiting, place

ENTRIES = "/entries"
PLACEMENTS = "/entries/placements"


class Placement(BaseModel, extra="forbid", frozen=True):
    """The bank's reference of an entry, and the invoice that it is booked on."""

    entry: str
    round: str
    municipality: str
    invoice: str


app = api.create_app()


@app.get(ENTRIES)
def show() -> Response[str]:
    """Give what waits, each with the open invoices that it may be meant for, the likeliest first."""
    return api.document(
        {
            "entries": [
                {
                    "entry": waiting.entry.entry,
                    "amount_ore": waiting.entry.amount,
                    "booked_on": waiting.entry.booked_on,
                    "remittance": waiting.entry.remittance,
                    "reason": waiting.entry.reason,
                    "suggestions": [
                        {
                            "municipality": suggestion.municipality,
                            "invoice": suggestion.invoice,
                            "open_ore": suggestion.open_amount,
                            "reasons": suggestion.reasons,
                        }
                        for suggestion in waiting.suggestions
                    ],
                }
                for waiting in list_waiting(wiring.books())
            ]
        }
    )


@app.post(PLACEMENTS)
def add() -> Response[str]:
    """Book an entry on an invoice; what is above it becomes surplus."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Placement)
    where = parse_round(body.round), parse_municipality(body.municipality)
    placed = place(wiring.books(), body.entry, *where, body.invoice, officer, api.context(event))
    return api.document({"entry": placed.entry, "invoice": placed.placed, "status": "placed"}, 201)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
