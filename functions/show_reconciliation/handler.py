"""Give staff a round's last reconciliation with the bank, as JSON or as CSV."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.usecases.reconciling import FORMATS, last

JSON = "/rounds/<round_id>/reconciliation"
CSV = "/rounds/<round_id>/reconciliation.csv"

app = api.create_app()


@app.get(JSON)
def show(round_id: str) -> Response[str]:
    """Give the sums, each batch, and everything that does not match by name."""
    return _give(round_id, "json")


@app.get(CSV)
def download(round_id: str) -> Response[str]:
    """Give the same as a file for a spreadsheet, with no cell that is a formula."""
    return _give(round_id, "csv")


def _give(round_id: str, ending: str) -> Response[str]:
    found = last(wiring.books(), wiring.files("archive_bucket"), parse_round(round_id), ending)
    name = f"avstamning-{round_id}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if ending == "csv" else {}
    return Response(200, content_type=FORMATS[ending], body=found.decode("utf-8"), headers=headers)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
