"""Take in applications to be a municipality's agent: a form, its review with the files, and JSON for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.agents.applications import in_time_to
from statsbidrag.domain.agents.state import DOCUMENTS
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_forms import APPLICATION_LABELS, application_rows, read_application, read_pdfs
from statsbidrag.entry.bodies import request_key
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.entry.uploads import LIMITS, read_form
from statsbidrag.usecases import agents
from statsbidrag.usecases.agents import ApplicationInput, ApplicationReceipt

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/ombud/ansokan"
PROGRAM = "/agent-applications"

app = api.create_app(PAGES.error)


@app.get(FORM)
def show_form() -> Response[str]:
    """Show the form on which one applies to be a municipality's agent."""
    return _show_form(shown(APPLICATION_LABELS, {}))


@app.post(FORM)
def submit_form() -> Response[str]:
    """Take the form one step on: to the review with its files, back to change, or received."""
    event = app.current_event.raw_event
    fields, files = read_form(event)
    key, wish = request_key(event, fields), fields.pop("step", "send")
    values = shown(APPLICATION_LABELS, fields)
    if wish == "change":
        return _show_form(values)
    try:
        form = read_application(fields, api.caller(event).subject)
        named = agents.find_recipient(wiring.register(), form.municipality).name
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        return _show_form(values, refused.status if refused.status != 404 else 422, faults(refused, APPLICATION_LABELS))
    review: dict[str, Any] = {"values": values, "rows": application_rows(form, named), "limits": LIMITS}
    if wish != "send":
        return _show("agent_review.html", **review)
    try:
        receipt = _receive(form, files, key)
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        return _show("agent_review.html", refused.status, faults=faults(refused, APPLICATION_LABELS), **review)
    return api.see_other(event, f"ombud/ansokan/{receipt.application}")


@app.post(PROGRAM)
def submit() -> Response[str]:
    """Receive an application with its files in base64, and give its receipt."""
    event = app.current_event.raw_event
    fields, files = read_form(event)
    key = request_key(event, fields)
    return api.document(_receive(read_application(fields, api.caller(event).subject), files, key), 201)


def _receive(form: ApplicationInput, files: list[bytes], key: str) -> ApplicationReceipt:
    event, archive = app.current_event.raw_event, wiring.files("archive_bucket")
    pdfs = read_pdfs(files)
    return agents.apply(wiring.books(), wiring.register(), archive, form, pdfs, key, api.context(event))


def _show_form(values: dict[str, str], status: int = 200, wrong: Any = ()) -> Response[str]:
    current = agents.current_round(wiring.books())
    return _show(
        "agent_application.html",
        status,
        values=values,
        faults=wrong,
        round=current,
        in_time_to=in_time_to(current.terms.requisition_last_day),
        municipalities=wiring.register().all(),
        documents=DOCUMENTS,
    )


def _show(template: str, status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {"labels": APPLICATION_LABELS, "request_key": api.form_key(event)}
    return api.page(PAGES.render(template, api.root(event), **common, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
