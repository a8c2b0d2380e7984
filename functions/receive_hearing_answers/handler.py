"""Show what is proposed to be recovered, and receive the answer: by the municipality's link or from its agent."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case.hearings import refuse_answer
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, flow, wiring
from statsbidrag.entry.bodies import Fields, read_fields, request_key
from statsbidrag.entry.hearing_form import LABELS, QUESTIONS, findings, hearing_rows, read_hearing
from statsbidrag.entry.pages import Pages
from statsbidrag.usecases import hearings
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.hearings import HearingInput, HearingView

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/yttrande/<token>"
PROGRAM = "/rounds/<round_id>/municipalities/<municipality>/recoveries/<number>/hearing"


app = api.create_app(PAGES.error)


@app.get(FORM)
def show_form(token: str) -> Response[str]:
    """Show the proposal with the form, or that the decision is taken."""
    view = hearings.behind(wiring.books(), token)
    return _show(view, "hearing_closed.html" if view.recovery.decided_at else "hearing.html", values={})


@app.post(FORM)
def submit_form(token: str) -> Response[str]:
    """Take the form one step on: to review, back to change, or received."""
    event = app.current_event.raw_event
    view = hearings.behind(wiring.books(), token)
    context = Context(f"municipality:{view.recipient.municipality}", api.correlation(event))
    form = flow.Form(
        template="hearing.html",
        receipt="hearing_receipt.html",
        already="hearing_closed.html",
        already_code="hearing_closed",
        labels=LABELS,
        read=partial(_read, view),
        receive=lambda given, key: hearings.receive(wiring.books(), view, given, key, context),
        rows=hearing_rows,
        send_label="Skicka yttrandet",
    )
    return flow.step(event, form, partial(_show, view))


@app.get(PROGRAM)
def show_view(round_id: str, municipality: str, number: str) -> Response[str]:
    """Give the proposal to the municipality's agent: rules, inputs, arithmetic, amount, last day and answers."""
    return api.document(_proposal(_view(round_id, municipality, number)))


@app.post(PROGRAM)
def submit(round_id: str, municipality: str, number: str) -> Response[str]:
    """Receive the agent's answer and give its receipt."""
    event = app.current_event.raw_event
    view = _view(round_id, municipality, number)
    fields = read_fields(event)
    key = request_key(event, fields)
    given = read_hearing(fields)
    return api.document(hearings.receive(wiring.books(), view, given, key, api.context(event)), 201)


def _view(round_id: str, municipality: str, number: str) -> HearingView:
    code = parse_municipality(municipality)
    return hearings.show(wiring.books(), parse_round(round_id), code, api.number(number))


def _read(view: HearingView, fields: Fields) -> HearingInput:
    """Read the form, and say before the review already that an answer contradicts itself."""
    given = read_hearing(fields)
    refuse_answer(given.stance, given.text, given.amount_used, view.paid)
    return given


def _proposal(view: HearingView) -> dict[str, Any]:
    recovery = view.recovery
    return {
        "case_number": view.case_number,
        "recovery": recovery.id,
        "status": recovery.status,
        "grounds": recovery.grounds,
        "checks": msgspec.to_builtins(recovery.checks),
        "paid_ore": view.paid,
        "claim_ore": recovery.claim,
        "proposed_waiver_ore": recovery.proposed_waiver,
        "closes_at": view.closes_at,
        "is_late": view.is_late,
        "answers": msgspec.to_builtins(recovery.answers),
    }


def _show(view: HearingView, template: str, status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {"view": view, "request_key": api.form_key(event), "form": QUESTIONS, "findings": findings(view.recovery)}
    return api.page(PAGES.render(template, api.root(event), **common, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
