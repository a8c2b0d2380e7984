"""What the pages on who acts for a municipality have in common: acts by the pressed button, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.agents import Agents
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents.mandates import find_holder
from statsbidrag.domain.agents.state import INVITED
from statsbidrag.domain.identifiers import MunicipalityCode, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_forms import INVITATION_LABELS, read_invitation
from statsbidrag.entry.agent_views import ROLES, told_agents, unknown_action
from statsbidrag.entry.bodies import Fields
from statsbidrag.entry.models import text_of
from statsbidrag.entry.pages import Pages, shown
from statsbidrag.usecases import agents


def managed(event: Mapping[str, Any], municipality: MunicipalityCode, fields: Fields) -> Agents:
    """Do what the agent's pressed button says; `Refusal` ``action_unknown`` (400) for none of ours."""
    books, who, context = wiring.books(), api.caller(event).subject, api.context(event)
    action = fields.pop("action", "")
    if action == "invite":
        role, email = read_invitation(fields)
        return agents.invite(books, wiring.links(), municipality, role, email, who, context)
    if action == "revoke":
        number = api.number(text_of(fields.get("mandate")))
        return agents.act(books, municipality, c.RevokeMandate(number, "", who, False), context)
    if action == "revoke_invitation":
        number = api.number(text_of(fields.get("invitation")))
        return agents.act(books, municipality, c.RevokeInvitation(number, who), context)
    if action == "confirm":
        seen = tuple(api.number(each) for each in text_of(fields.get("mandates")).split())
        round_id = parse_round(text_of(fields.get("round")))
        return agents.confirm(books, municipality, c.ConfirmAgents(round_id, seen, who), context)
    raise unknown_action()


def show_managed(
    pages: Pages,
    event: Mapping[str, Any],
    state: Agents,
    template: str = "agents.html",
    status: int = 200,
    mandate: str = "",
    **shows: Any,
) -> Response[str]:
    """Show who acts for a municipality to those who do; `mandate` is the one that is about to end."""
    current = agents.current_round(wiring.books())
    asked = next((each for each in state.confirmations if each.round == current.id), None)
    common = {
        "agents": state,
        "roles": ROLES,
        "invited": INVITED,
        "labels": INVITATION_LABELS,
        "values": shown(INVITATION_LABELS, {}),
        "invitations": told_agents(state, wiring.books().now()).invitations,
        "is_agent": state.agent is not None and state.agent.person.subject == api.caller(event).subject,
        "round": current,
        "confirmation": asked,
        "ending": find_holder(state, api.number(mandate)) if mandate else None,
    }
    return api.page(pages.render(template, api.root(event), **common | shows), status)
