"""Show a municipality who acts for it, and let its agent invite, end and confirm; officers may end a mandate too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.agents import Agents
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_forms import INVITATION_LABELS, ConfirmedMandates, read_invitation
from statsbidrag.entry.agent_pages import managed, show_managed
from statsbidrag.entry.agent_views import told_agents
from statsbidrag.entry.bodies import read_fields
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.usecases import agents

PAGES = Pages(Path(__file__).parent / "templates")
PAGE = "/kommun/<municipality>/ombud"
PROGRAM = "/municipalities/<municipality>/agents"
INVITATIONS = f"{PROGRAM}/invitations"
UNINVITE = f"{INVITATIONS}/<number>/revocation"
REVOKE = f"{PROGRAM}/<number>/revocation"
CONFIRM = f"{PROGRAM}/confirmations"


app = api.create_app(PAGES.error)


@app.get(PAGE)
def show_page(municipality: str) -> Response[str]:
    """Show who acts for the municipality, and to its agent what can be done about it."""
    return show_managed(PAGES, app.current_event.raw_event, _state(municipality))


@app.post(PAGE)
def change(municipality: str) -> Response[str]:
    """Invite, take an invitation back, end a mandate once that was asked again, or confirm."""
    event = app.current_event.raw_event
    fields = read_fields(event)
    if fields.get("action") == "ask_revoke":
        return show_managed(PAGES, event, _state(municipality), "end_mandate.html", mandate=fields.get("mandate", ""))
    try:
        managed(event, parse_municipality(municipality), fields)
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        told, values = faults(refused, INVITATION_LABELS), shown(INVITATION_LABELS, fields)
        return show_managed(PAGES, event, _state(municipality), status=refused.status, faults=told, values=values)
    return api.see_other(event, f"kommun/{municipality}/ombud")


@app.get(PROGRAM)
def show(municipality: str) -> Response[str]:
    """Give who acts for a municipality."""
    return _told(_state(municipality))


@app.post(INVITATIONS)
def invite(municipality: str) -> Response[str]:
    """Invite a representative or a data coordinator by e-mail."""
    role, email = read_invitation(read_fields(app.current_event.raw_event))
    code, context = parse_municipality(municipality), api.context(app.current_event.raw_event)
    return _told(agents.invite(wiring.books(), wiring.links(), code, role, email, _subject(), context), 201)


@app.post(UNINVITE)
def revoke_invitation(municipality: str, number: str) -> Response[str]:
    """Take an invitation back."""
    return _act(municipality, c.RevokeInvitation(api.number(number), _subject()))


@app.post(REVOKE)
def revoke(municipality: str, number: str) -> Response[str]:
    """End a mandate; an officer says why."""
    event = app.current_event.raw_event
    reason, as_officer = read_json(event, Reasoned).reason, api.caller(event).role == "officer"
    return _act(municipality, c.RevokeMandate(api.number(number), reason, _subject(), as_officer))


@app.post(CONFIRM)
def confirm(municipality: str) -> Response[str]:
    """Say that the persons are still right in a round; an officer notes that the agent said so."""
    event = app.current_event.raw_event
    body, as_officer = read_json(event, ConfirmedMandates), api.caller(event).role == "officer"
    seen = tuple(body.mandates)
    command = c.ConfirmAgents(parse_round(body.round), seen, _subject(), body.reason, as_officer)
    return _told(agents.confirm(wiring.books(), parse_municipality(municipality), command, api.context(event)))


def _act(municipality: str, command: c.AgentCommand) -> Response[str]:
    context = api.context(app.current_event.raw_event)
    return _told(agents.act(wiring.books(), parse_municipality(municipality), command, context))


def _subject() -> str:
    return api.caller(app.current_event.raw_event).subject


def _state(municipality: str) -> Agents:
    return agents.show(wiring.books(), parse_municipality(municipality))


def _told(state: Agents, status: int = 200) -> Response[str]:
    return api.document(told_agents(state, wiring.books().now()), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
