"""What the officers' pages on agents have in common: acts by the pressed button, and what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents.mandates import find_holder
from statsbidrag.domain.agents.state import DOCUMENTS
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.time import parse_date
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_forms import APPLICATION_LABELS
from statsbidrag.entry.agent_views import ROLES, STATUS_NAMES, Asked, told_agents, unknown_action
from statsbidrag.entry.bodies import Fields
from statsbidrag.entry.models import text_of
from statsbidrag.entry.pages import Pages, shown
from statsbidrag.usecases import agents
from statsbidrag.usecases.agents import ApplicationView

REVIEW_LABELS = {"action": "Åtgärd", "reason": "Skäl", "last_day": "Sista dag"}
"""Fields of what an officer decides, with their Swedish labels."""
REVIEW_ACTS = {
    "request_completion": "Begär komplettering",
    "approve": "Godkänn ombudet",
    "close": "Avskriv ansökan",
}
"""What an officer can do with an application, as the buttons say it."""
ASK_LABELS = {"round": "Bidragsår", "last_day": "Sista dag"}
OVERSEE_LABELS = {"mandate": "Uppdrag", "reason": "Skäl", "round": "Omgång", "note": "Hur ombudet bekräftade"}


def reviewed(event: Mapping[str, Any], application: str, fields: Fields) -> ApplicationView:
    """Do with an application what the officer chose.

    Raises
    ------
    Refusal
        ``action_missing`` where nothing was chosen; ``action_unknown`` (400) for what cannot be.
    """
    books, officer, context = wiring.books(), api.caller(event).subject, api.context(event)
    action, reason = fields.get("action", ""), text_of(fields.get("reason"))
    if action == "request_completion":
        last_day = parse_date(text_of(fields.get("last_day")), field="last_day")
        return agents.request_completion(books, application, reason, last_day, officer, context)
    if action == "approve":
        return agents.approve(books, application, reason, officer, context)
    if action == "close":
        return agents.close(books, application, reason, officer, context)
    if not action:
        raise Refusal("action_missing", "Välj vad du vill göra med ansökan.", field="action")
    raise unknown_action()


def show_review(
    pages: Pages,
    event: Mapping[str, Any],
    view: ApplicationView,
    template: str = "agent_application_review.html",
    status: int = 200,
    **shows: Any,
) -> Response[str]:
    """Show an application to an officer."""
    common = {
        "view": view,
        "labels": APPLICATION_LABELS | REVIEW_LABELS,
        "statuses": STATUS_NAMES,
        "documents": DOCUMENTS,
        "roles": ROLES,
        "acts": REVIEW_ACTS,
        "values": shown(REVIEW_LABELS, {}),
    }
    return api.page(pages.render(template, api.root(event), **common | shows), status)


def asked(event: Mapping[str, Any], round_id: str, last_day: str) -> Asked:
    """Ask every agent to confirm the persons for a round."""
    day, officer = parse_date(last_day.strip(), field="last_day"), api.caller(event).subject
    named = parse_round(round_id.strip())
    return Asked(named, agents.ask_all(wiring.books(), named, day, officer, api.context(event)))


def overseen(event: Mapping[str, Any], municipality: str, fields: Fields, values: Mapping[str, str]) -> int | None:
    """Do what the officer's pressed button says; gives the mandate that is about to end where that is only shown."""
    books, officer, context = wiring.books(), api.caller(event).subject, api.context(event)
    place = parse_municipality(municipality)
    if fields.get("step") == "note":
        agents.confirm(books, place, _noted(values, text_of(fields.get("seen")), officer), context)
        return None
    command = _ending(values, officer)
    if fields.get("step") == "review":
        return command.mandate
    agents.act(books, place, command, context)
    return None


def _ending(values: Mapping[str, str], officer: str) -> c.RevokeMandate:
    """Read which mandate an officer ends and why; `Refusals` for everything that is missing."""
    wrong = []
    if not values["mandate"]:
        wrong.append(Refusal("mandate_missing", "Välj vilket uppdrag som ska avslutas.", field="mandate"))
    try:
        require_reason(values["reason"])
    except Refusal as refused:
        wrong.append(refused)
    if wrong:
        raise Refusals(tuple(wrong))
    return c.RevokeMandate(api.number(values["mandate"]), values["reason"], officer, True)


def _noted(values: Mapping[str, str], seen: str, officer: str) -> c.ConfirmAgents:
    """Read what an agent confirmed otherwise than here, and how; `Refusals` for everything that is missing."""
    wrong = []
    if not values["round"]:
        wrong.append(Refusal("round_missing", "Välj vilken omgång bekräftelsen gäller.", field="round"))
    if not values["note"].strip():
        wrong.append(Refusal("reason_missing", "Skriv hur och när ombudet bekräftade.", field="note"))
    if wrong:
        raise Refusals(tuple(wrong))
    mandates = tuple(api.number(each) for each in seen.split())
    return c.ConfirmAgents(parse_round(values["round"]), mandates, officer, values["note"], as_officer=True)


def show_waiting(pages: Pages, event: Mapping[str, Any], template: str, status: int, **shows: Any) -> Response[str]:
    """Show an officer what waits."""
    common = {"waiting": agents.waiting(wiring.books()), "labels": ASK_LABELS, "statuses": STATUS_NAMES}
    return api.page(pages.render(template, api.root(event), **common | shows), status)


def show_municipality_agents(
    pages: Pages,
    event: Mapping[str, Any],
    municipality: str,
    template: str,
    status: int,
    mandate: int | None = None,
    **shows: Any,
) -> Response[str]:
    """Show an officer who acts for a municipality; `mandate` is the one that is about to end."""
    state = agents.show(wiring.books(), parse_municipality(municipality))
    common = {
        "agents": state,
        "roles": ROLES,
        "statuses": STATUS_NAMES,
        "labels": OVERSEE_LABELS,
        "invitations": told_agents(state, wiring.books().now()).invitations,
        "ending": find_holder(state, mandate) if mandate else None,
        "asked": [(each.round, f"Omgång {each.round}") for each in state.confirmations if not each.confirmed_at],
        "mandates": [(str(each.id), f"{each.person.name}, {ROLES[each.role].lower()}") for each in state.live],
    }
    return api.page(pages.render(template, api.root(event), **common | shows), status)
