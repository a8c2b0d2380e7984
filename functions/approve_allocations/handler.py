"""Show an allocation list to a second person, with what it changes, and take the approval."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.usecases.rounds import approve_list, show_list

LIST = "/rounds/<round_id>/allocation-lists/<list_id>"
APPROVAL = "/rounds/<round_id>/allocation-lists/<list_id>/approval"

app = api.create_app()


@app.get(LIST)
def show(round_id: str, list_id: str) -> Response[str]:
    """Give the list's total, what it changes for whom, and whom it gives less than is approved already."""
    view = show_list(wiring.books(), parse_round(round_id), list_id)
    return api.document(
        {
            "round": round_id,
            "allocation_list": view.found.id,
            "status": view.found.status,
            "source": view.found.source,
            "uploaded_by": view.found.uploaded_by,
            "municipalities": len(view.found.shares),
            "total_ore": sum(share.amount for share in view.found.shares),
            "replaces": view.replaces,
            "changes": [
                {
                    "municipality": change.municipality,
                    "kind": change.kind,
                    "before_ore": change.before,
                    "after_ore": change.after,
                }
                for change in view.changes
            ],
            "below_approved": view.below_approved,
        }
    )


@app.post(APPROVAL)
def approve(round_id: str, list_id: str) -> Response[str]:
    """Approve the list; its cases are then opened."""
    event = app.current_event.raw_event
    officer = api.caller(event).subject
    book = approve_list(wiring.books(), parse_round(round_id), list_id, officer, api.context(event))
    return api.document({"round": book.id, "allocation_list": list_id, "status": "approved"})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
