"""Receive reports behind their links: a form for people and JSON for programs, through the same checks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case.reports import refuse_amounts
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, flow, wiring
from statsbidrag.entry.answers import answer_rows, read_answers
from statsbidrag.entry.bodies import Fields, read_fields, request_key
from statsbidrag.entry.pages import Pages
from statsbidrag.usecases import reports
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.reports import ReportReceipt, ReportView

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/aterrapportering/<token>"
PROGRAM = "/reports/<token>"


def _error_page(problem: api.Problem, root: str) -> str:
    """Show how to get a new link where the one in the address does not open the form."""
    template = {404: "link_not_valid.html", 410: "link_gone.html"}.get(problem.status, "error.html")
    token = str(app.current_event.raw_event.get("path")).rpartition("/")[2]
    return PAGES.render(template, root, problem=problem, token=token)


app = api.create_app(_error_page)
api.options(app, FORM, "GET, POST")
api.options(app, PROGRAM, "GET, POST")


@app.get(FORM)
def show_form(token: str) -> Response[str]:
    """Show the form, or that the report has come in already."""
    view = reports.show(wiring.books(), token)
    return _show(view, "already_reported.html" if view.already_received_at else "report.html", values={})


@app.post(FORM)
def submit_form(token: str) -> Response[str]:
    """Take the form one step on: to review, back to change, or received."""
    view = reports.show(wiring.books(), token)
    form = flow.Form(
        template="report.html",
        receipt="report_receipt.html",
        already="already_reported.html",
        already_code="already_reported",
        labels={question.id: question.label for question in view.round.questions},
        read=partial(_read, view),
        receive=partial(_receive, token, view),
        rows=partial(answer_rows, view.round.questions),
        send_label="Skicka återrapporten",
    )
    return flow.step(app.current_event.raw_event, form, partial(_show, view))


@app.get(PROGRAM)
def show_view(token: str) -> Response[str]:
    """Give what is to be reported, with its questions."""
    view = reports.show(wiring.books(), token)
    shown = api.in_ore(view, leave_out=("round", "recipient"))
    return api.document({**shown, "questions": view.round.questions})


@app.post(PROGRAM)
def submit(token: str) -> Response[str]:
    """Receive a report and give its receipt."""
    event = app.current_event.raw_event
    view = reports.show(wiring.books(), token)
    fields = read_fields(event)
    key = request_key(event, fields)
    return api.document(api.in_ore(_receive(token, view, read_answers(view.round.questions, fields), key)), 201)


def _read(view: ReportView, fields: Fields) -> dict[str, str | int]:
    """Read the form, and say before the review already that amounts do not agree with what was paid."""
    answers = read_answers(view.round.questions, fields)
    refuse_amounts(Ore(int(answers["amount_used"])), Ore(int(answers["amount_not_as_intended"])), view.paid)
    return answers


def _receive(token: str, view: ReportView, answers: dict[str, str | int], key: str) -> ReportReceipt:
    """Receive in the municipality's name: who holds the link speaks for it."""
    actor = f"municipality:{view.recipient.municipality}"
    context = Context(actor, api.correlation(app.current_event.raw_event))
    return reports.receive(wiring.books(), token, answers, key, context)


def _show(view: ReportView, template: str, status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {"view": view, "request_key": api.form_key(event)}
    return api.page(PAGES.render(template, api.root(event), **common, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
