"""Show a municipality its payout account and let its agent propose another, with a review before it is sent."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import Account, parse_municipality, parse_round
from statsbidrag.entry import api, flow, wiring
from statsbidrag.entry.forms import ACCOUNT_KINDS, ACCOUNT_LABELS, account_rows, read_account
from statsbidrag.entry.pages import Pages
from statsbidrag.usecases import case_view, corrections
from statsbidrag.usecases.case_view import CaseView

FORM = "/kommun/<municipality>/arende/<round_id>/konto"
NEXT_STEPS = (
    "En handläggare kontrollerar kontot. Pengar som inte har gått iväg väntar tills kontot är godkänt.",
    "Kommunens registratur får ett e-brev när ett annat konto gäller.",
)
PAGES = Pages(Path(__file__).parent / "templates")

app = api.create_app(PAGES.error)


@app.get(FORM)
def show_account(municipality: str, round_id: str) -> Response[str]:
    """Show the account in force, what was proposed and what became of it, and the form for another."""
    return _show(_view(municipality, round_id), "account.html", values=dict.fromkeys(ACCOUNT_LABELS, ""))


@app.post(FORM)
def propose_account(municipality: str, round_id: str) -> Response[str]:
    """Take the form one step on: to review, back to change, or proposed."""
    view = _view(municipality, round_id)
    form = flow.Form(
        template="account.html",
        receipt="account_proposed.html",
        already="account.html",
        already_code="account_in_force",
        labels=ACCOUNT_LABELS,
        read=partial(read_account, in_force=view.recipient.account),
        receive=partial(_propose, view),
        rows=account_rows,
        send_label="Anmäl kontot",
        next_steps=NEXT_STEPS,
    )
    return flow.step(app.current_event.raw_event, form, partial(_show, view))


def _propose(view: CaseView, account: Account, _: str) -> Account:
    """Propose it; the same account again changes nothing, so the request needs no key of its own."""
    event = app.current_event.raw_event
    place = view.round.id, view.recipient.municipality
    corrections.propose_account(wiring.books(), *place, account, api.caller(event).subject, api.context(event))
    return account


def _view(municipality: str, round_id: str) -> CaseView:
    return case_view.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))


def _show(view: CaseView, template: str, status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {
        "view": view,
        "request_key": api.form_key(event),
        "labels": ACCOUNT_LABELS,
        "account_kinds": ACCOUNT_KINDS,
        "may_propose": api.caller(event).role == "agent",
    }
    return api.page(PAGES.render(template, api.root(event), **common, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
