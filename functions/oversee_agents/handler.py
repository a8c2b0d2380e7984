"""Show officers which applications wait and who acts for a municipality; end mandates, and ask agents to confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_reviews import (
    ASK_LABELS,
    OVERSEE_LABELS,
    asked,
    overseen,
    show_municipality_agents,
    show_waiting,
)
from statsbidrag.entry.agent_views import AgentApplications, told_application
from statsbidrag.entry.bodies import read_fields
from statsbidrag.entry.models import read_json
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.usecases import agents

PAGES = Pages(Path(__file__).parent / "templates")
LIST = "/handlaggning/ombud"
MUNICIPALITY = f"{LIST}/kommun/<municipality>"
PROGRAM = "/agent-applications"
ASK = "/agents/confirmations"


class WantedConfirmation(BaseModel, extra="forbid", frozen=True):
    """The round to confirm for, and the last day, such as ``2026-03-31``."""

    round: str
    last_day: str


app = api.create_app(PAGES.error)


@app.get(LIST)
def show_page() -> Response[str]:
    """Show the applications that wait, the oldest first, and the agents who have not confirmed in time."""
    return _show_list(values=shown(ASK_LABELS, {}))


@app.post(LIST)
def ask_by_form() -> Response[str]:
    """Ask every agent to confirm for a round."""
    event = app.current_event.raw_event
    values = shown(ASK_LABELS, read_fields(event))
    try:
        asked(event, values["round"], values["last_day"])
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        return _show_list(422, values=values, faults=faults(refused, ASK_LABELS))
    return api.see_other(event, "handlaggning/ombud")


@app.get(MUNICIPALITY)
def show_municipality(municipality: str) -> Response[str]:
    """Show who acts for a municipality, who did, and what is invited."""
    return _show_municipality(municipality, values=shown(OVERSEE_LABELS, {}))


@app.post(MUNICIPALITY)
def change(municipality: str) -> Response[str]:
    """Show which mandate is about to end, and end it then; or note that the agent confirmed otherwise than here."""
    event = app.current_event.raw_event
    fields = read_fields(event)
    values = shown(OVERSEE_LABELS, fields)
    try:
        about = overseen(event, municipality, fields, values)
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        told = faults(refused, OVERSEE_LABELS)
        return _show_municipality(municipality, status=refused.status, values=values, faults=told)
    if about is not None:
        return _show_municipality(municipality, "end_mandate_review.html", values=values, mandate=about)
    return api.see_other(event, f"handlaggning/ombud/kommun/{municipality}")


@app.get(PROGRAM)
def show() -> Response[str]:
    """Give the applications that wait for a decision, the oldest first."""
    found = agents.waiting(wiring.books()).applications
    return api.document(AgentApplications(tuple(told_application(view) for view in found)))


@app.post(ASK)
def ask() -> Response[str]:
    """Ask every agent whether the persons are still right in a round; who was asked is not asked again."""
    event = app.current_event.raw_event
    body = read_json(event, WantedConfirmation)
    return api.document(asked(event, body.round, body.last_day))


def _show_list(status: int = 200, **shows: Any) -> Response[str]:
    return show_waiting(PAGES, app.current_event.raw_event, "agent_applications.html", status, **shows)


def _show_municipality(
    municipality: str, template: str = "municipality_agents.html", status: int = 200, **shows: Any
) -> Response[str]:
    return show_municipality_agents(PAGES, app.current_event.raw_event, municipality, template, status, **shows)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
