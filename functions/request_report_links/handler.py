"""Let anybody have the registry sent another report link: the holder of an old one, or who names a municipality."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.bodies import read_fields
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.usecases import links
from statsbidrag.usecases.books import Context

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/ny-lank"
LABELS = {"round": "Bidragsår", "municipality": "Kommunkod"}
"""Fields of the form, with their Swedish labels."""

app = api.create_app(PAGES.error)


@app.get(FORM)
def show_form() -> Response[str]:
    """Show the form on which a municipality is named."""
    return _show("new_link.html", values=shown(LABELS, {}))


@app.post(FORM)
def ask() -> Response[str]:
    """Have the registry sent another link where it may be; the answer does not tell whether it was."""
    event = app.current_event.raw_event
    values = shown(("token", *LABELS), read_fields(event))
    context = Context("anyone", api.correlation(event))
    if values["token"]:
        links.request_behind(wiring.books(), wiring.links(), values["token"], context)
        return _show("new_link_asked.html", 202)
    try:
        place = _read(values)
    except Refusals as refused:
        api.log_refusal(event, refused)
        return _show("new_link.html", 422, values=values, faults=faults(refused, LABELS))
    links.request(wiring.books(), wiring.links(), *place, context)
    return _show("new_link_asked.html", 202)


def _read(values: dict[str, str]) -> tuple[RoundId, MunicipalityCode]:
    """Read both fields, and tell all that is wrong at once."""
    refused = []
    try:
        round_id = parse_round(values["round"].strip())
    except Refusal:
        refused.append(
            Refusal("round_invalid", "Skriv bidragsåret med fyra siffror, till exempel 2025.", field="round")
        )
    try:
        municipality = parse_municipality(values["municipality"].strip())
    except Refusal as refusal:
        refused.append(refusal)
    if refused:
        raise Refusals(tuple(refused))
    return round_id, municipality


def _show(template: str, status: int = 200, **shows: Any) -> Response[str]:
    return api.page(PAGES.render(template, api.root(app.current_event.raw_event), labels=LABELS, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
