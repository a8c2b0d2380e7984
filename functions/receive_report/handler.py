"""Receive reports behind their links: a form for people and JSON for programs, through the same checks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.entry import api
from statsbidrag.entry.bodies import read_fields, request_key
from statsbidrag.entry.pages import Pages
from statsbidrag.entry.report_form import ReportForm
from statsbidrag.usecases.reports import ReportView

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/aterrapportering/<token>"
PROGRAM = "/reports/<token>"
DRAFT = f"{PROGRAM}/draft"


def _error_page(problem: api.Problem, root: str) -> str:
    """Show how to get a new link where the one in the address does not open the form."""
    template = {404: "link_not_valid.html", 410: "link_gone.html"}.get(problem.status, "error.html")
    token = str(app.current_event.raw_event.get("path")).removesuffix("/draft").rpartition("/")[2]
    return PAGES.render("error.html" if problem.code == "no_draft" else template, root, problem=problem, token=token)


app = api.create_app(_error_page)


@app.get(FORM)
def show_form(token: str) -> Response[str]:
    """Show the form with what is saved of it, or that the report has come in already."""
    form = _form(token)
    return form.open(partial(_show, form.view))


@app.post(FORM)
def submit_form(token: str) -> Response[str]:
    """Take the form one step on: saved, to review, back to change, or received."""
    form = _form(token)
    return form.step(partial(_show, form.view))


@app.get(PROGRAM)
def show_view(token: str) -> Response[str]:
    """Give what is to be reported, with its questions and the sums that must agree."""
    view = _form(token).view
    shown = api.in_ore(view, leave_out=("round", "recipient", "earlier"))
    return api.document({**shown, "questions": view.round.questions, "sums": view.round.sums})


@app.post(PROGRAM)
def submit(token: str) -> Response[str]:
    """Receive a report and give its receipt."""
    event, form = app.current_event.raw_event, _form(token)
    fields = read_fields(event)
    key = request_key(event, fields)
    return api.document(api.in_ore(form.receive(form.read(fields), key)), 201)


@app.get(DRAFT)
def show_draft(token: str) -> Response[str]:
    """Give what is saved and not sent."""
    return api.document(_form(token).load())


@app.post(DRAFT)
def save_draft(token: str) -> Response[str]:
    """Save what is written so far on the draft that was seen; 409 when somebody else saved meanwhile."""
    return api.document(_form(token).save(read_fields(app.current_event.raw_event)))


def _form(token: str) -> ReportForm:
    return ReportForm(app.current_event.raw_event, token)


def _show(view: ReportView, template: str, status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {"view": view, "request_key": api.form_key(event), "draft": None, "other": None, "differs": {}, **shows}
    common["token"] = str(event.get("path")).rpartition("/")[2]
    return api.page(PAGES.render(template, api.root(event), **common), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
