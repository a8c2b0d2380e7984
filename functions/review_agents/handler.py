"""Show an application to be an agent to an officer, who asks for more, approves or closes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_reviews import REVIEW_ACTS, REVIEW_LABELS, reviewed, show_review
from statsbidrag.entry.agent_views import told_application
from statsbidrag.entry.bodies import read_fields
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.usecases.agents import ApplicationView, show_application

PAGES = Pages(Path(__file__).parent / "templates")
PAGE = "/handlaggning/ombud/<application>"
REQUEST = "/agent-applications/<application>/completion-request"
APPROVAL = "/agent-applications/<application>/approval"
CLOSING = "/agent-applications/<application>/closing"


class WantedCompletion(BaseModel, extra="forbid", frozen=True):
    """What is missing, and the last day to send it, such as ``2025-05-14``."""

    reason: str
    last_day: str


app = api.create_app(PAGES.error)


@app.get(PAGE)
def show_page(application: str) -> Response[str]:
    """Show an application, its files and what can be done with it."""
    return show_review(PAGES, app.current_event.raw_event, _view(application))


@app.post(PAGE)
def decide_by_form(application: str) -> Response[str]:
    """Show what is about to be decided, and do it once that is confirmed."""
    event = app.current_event.raw_event
    view, fields = _view(application), read_fields(event)
    wish = fields.pop("step", "send")
    values = shown(REVIEW_LABELS, fields)
    if wish == "change":
        return show_review(PAGES, event, view, values=values)
    if wish == "review" and values["action"] in REVIEW_ACTS:
        return show_review(PAGES, event, view, "agent_decision_review.html", values=values)
    try:
        reviewed(event, application, fields)
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        told = faults(refused, REVIEW_LABELS)
        return show_review(PAGES, event, view, status=refused.status, values=values, faults=told)
    return api.see_other(event, f"handlaggning/ombud/{application}")


@app.post(REQUEST)
def request_completion(application: str) -> Response[str]:
    """Ask the applicant for what is missing."""
    body = read_json(app.current_event.raw_event, WantedCompletion)
    return _do("request_completion", application, body.reason, body.last_day)


@app.post(APPROVAL)
def approve(application: str) -> Response[str]:
    """Make the applicant the agent, in place of the one before; why, where the application came late."""
    return _do("approve", application, read_json(app.current_event.raw_event, Reasoned).reason)


@app.post(CLOSING)
def close(application: str) -> Response[str]:
    """Close an application without approval."""
    return _do("close", application, read_json(app.current_event.raw_event, Reasoned).reason)


def _do(action: str, application: str, reason: str, last_day: str = "") -> Response[str]:
    fields = {"action": action, "reason": reason, "last_day": last_day}
    return api.document(told_application(reviewed(app.current_event.raw_event, application, fields)))


def _view(application: str) -> ApplicationView:
    return show_application(wiring.books(), application, None)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
