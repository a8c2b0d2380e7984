"""Receive requisitions: a form for people and JSON for programs, through the same checks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.bodies import read_fields, request_key
from statsbidrag.entry.forms import ACCOUNT_KINDS, REQUISITION_LABELS, read_requisition
from statsbidrag.entry.pages import Pages
from statsbidrag.entry.requisition_form import Receive, RequisitionForm
from statsbidrag.entry.rights import SUBMITTERS
from statsbidrag.usecases import requisitions
from statsbidrag.usecases.requisitions import Receipt, RequisitionInput, RequisitionView

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/rekvisition/<round_id>/<municipality>"
REVIEW = f"{FORM}/granskning"
PROGRAM = "/rounds/<round_id>/municipalities/<municipality>/requisitions"

app = api.create_app(PAGES.error)


@app.get(FORM)
def show_form(round_id: str, municipality: str) -> Response[str]:
    """Show the form with the municipality's draft, or that it has requisitioned what it may."""
    view = _view(round_id, municipality)
    return _form(view).open(partial(_show, view))


@app.post(FORM)
def submit_form(round_id: str, municipality: str) -> Response[str]:
    """Take the form one step on: saved, to review, back to change, or received."""
    view = _view(round_id, municipality)
    return _form(view, partial(_receive, view)).step(partial(_show, view))


@app.post(REVIEW)
def review_form(round_id: str, municipality: str) -> Response[str]:
    """Save or show what a data coordinator filled in; it is never received, and who may send is told."""
    view = _view(round_id, municipality)
    return _form(view).step(partial(_show, view))


@app.get(PROGRAM)
def show_view(round_id: str, municipality: str) -> Response[str]:
    """Give what can be requisitioned."""
    return api.document(api.in_ore(_view(round_id, municipality), leave_out=("round", "recipient", "seen")))


@app.post(PROGRAM)
def submit(round_id: str, municipality: str) -> Response[str]:
    """Receive a requisition and give its receipt."""
    event = app.current_event.raw_event
    view = _view(round_id, municipality)
    fields = read_fields(event)
    key = request_key(event, fields)
    return api.document(api.in_ore(_receive(view, read_requisition(fields), key)), 201)


def _form(view: RequisitionView, receive: Receive | None = None) -> RequisitionForm:
    return RequisitionForm(app.current_event.raw_event, view, receive)


def _view(round_id: str, municipality: str) -> RequisitionView:
    code = parse_municipality(municipality)
    return requisitions.show(wiring.books(), parse_round(round_id), code)


def _receive(view: RequisitionView, form: RequisitionInput, key: str) -> Receipt:
    context = api.context(app.current_event.raw_event)
    code = view.recipient.municipality
    return requisitions.receive(wiring.books(), view.round.id, code, form, key, context, view.seen)


def _show(view: RequisitionView, template: str, status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {
        "view": view,
        "request_key": api.form_key(event),
        "labels": REQUISITION_LABELS,
        "account_kinds": ACCOUNT_KINDS,
        "may_send": api.caller(event).role in SUBMITTERS,
        "draft": None,
        "other": None,
        "differs": {},
        **shows,
    }
    return api.page(PAGES.render(template, api.root(event), **common), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
