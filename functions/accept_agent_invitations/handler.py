"""Let whoever holds an invitation's code, and has signed in, accept it once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_forms import PERSON_LABELS, read_person
from statsbidrag.entry.agent_views import ROLES, OpenedInvitation
from statsbidrag.entry.bodies import read_fields
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.usecases import agents
from statsbidrag.usecases.agents import InvitationView

PAGES = Pages(Path(__file__).parent / "templates")
PAGE = "/ombud/inbjudan/<token>"
PROGRAM = "/agent-invitations/<token>"

app = api.create_app(PAGES.error)


@app.get(PAGE)
def show_page(token: str) -> Response[str]:
    """Show an invitation to whom it is for, or that it is accepted."""
    view = _view(token)
    who = api.caller(app.current_event.raw_event)
    values = shown(PERSON_LABELS, {"name": who.name, "email": view.invitation.email})
    return _show(view, values=values)


@app.post(PAGE)
def accept_by_form(token: str) -> Response[str]:
    """Accept, and say so on the same page."""
    event = app.current_event.raw_event
    view, fields = _view(token), read_fields(event)
    try:
        agents.accept(wiring.books(), token, read_person(fields, api.caller(event).subject), api.context(event))
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        told = faults(refused, PERSON_LABELS)
        return _show(view, refused.status, values=shown(PERSON_LABELS, fields), faults=told)
    return api.see_other(event, f"ombud/inbjudan/{token}")


@app.get(PROGRAM)
def show(token: str) -> Response[str]:
    """Give what a code opens."""
    return _told(_view(token))


@app.post(PROGRAM)
def accept(token: str) -> Response[str]:
    """Accept an invitation."""
    event = app.current_event.raw_event
    person = read_person(read_fields(event), api.caller(event).subject)
    agents.accept(wiring.books(), token, person, api.context(event))
    return _told(_view(token))


def _view(token: str) -> InvitationView:
    return agents.show_invitation(wiring.books(), token, api.caller(app.current_event.raw_event).subject)


def _told(view: InvitationView) -> Response[str]:
    found, state = view.invitation, view.seen.state
    opened = OpenedInvitation(state.municipality, state.name, found.role, found.status, found.expires_at)
    return api.document(opened)


def _show(view: InvitationView, status: int = 200, **shows: Any) -> Response[str]:
    template = "invitation_accepted.html" if view.invitation.status == "accepted" else "invitation.html"
    common = {"invitation": view.invitation, "agents": view.seen.state, "roles": ROLES, "labels": PERSON_LABELS}
    root = api.root(app.current_event.raw_event)
    return api.page(PAGES.render(template, root, **common, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
