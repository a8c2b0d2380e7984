"""Fold what happens into who may act, and which e-mails are owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from statsbidrag.domain.agents import events as e
from statsbidrag.domain.agents.state import (
    AgentMail,
    AgentMailKind,
    Agents,
    Application,
    CompletionRequest,
    Confirmation,
    Holder,
    Invitation,
    Person,
)
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.mandates import MandateRole


def mail_id(agents: Agents, kind: AgentMailKind, about: object) -> str:
    """Name an e-mail: ``AGENTS-0114-agent_approved-1``."""
    return f"AGENTS-{agents.municipality}-{kind}-{about}"


def _owe(agents: Agents, kind: AgentMailKind, about: object, to: str, at: datetime) -> Agents:
    name = mail_id(agents, kind, about)
    return replace(agents, mails={**agents.mails, name: AgentMail(name, kind, str(about), to, agents.round, at)})


def _withdraw_mail(agents: Agents, name: str) -> Agents:
    mail = agents.mails.get(name)
    if mail is None or mail.status != "owed":
        return agents
    return replace(agents, mails={**agents.mails, name: replace(mail, status="withdrawn")})


def _change(agents: Agents, number: int, **changes: Any) -> Agents:
    changed = tuple(replace(each, **changes) if each.id == number else each for each in agents.applications)
    return replace(agents, applications=changed)


def _application(agents: Agents, number: int) -> Application:
    return next(each for each in agents.applications if each.id == number)


def _end(agents: Agents, ends: Callable[[Holder], bool], at: datetime, by: str, reason: str) -> Agents:
    ended = {"ended_at": at, "ended_by": by, "end_reason": reason}
    holders = (replace(h, **ended) if h.ended_at is None and ends(h) else h for h in agents.holders)
    return replace(agents, holders=tuple(holders))


def _grant(agents: Agents, role: MandateRole, person: Person, at: datetime, came_by: str) -> Agents:
    holder = Holder(len(agents.holders) + 1, role, person, at, came_by)
    return replace(agents, holders=(*agents.holders, holder))


def _revoke_invitations(agents: Agents) -> Agents:
    """An agent's invitations end with the agent."""
    for each in agents.invitations:
        if each.status == "open":
            agents = _withdraw_mail(agents, mail_id(agents, "agent_invitation", each.id))
    ended = (replace(each, status="revoked") if each.status == "open" else each for each in agents.invitations)
    return replace(agents, invitations=tuple(ended))


def _received(agents: Agents, event: e.AgentApplicationReceived) -> Agents:
    application = Application(
        id=event.application,
        person=event.person,
        documents=event.documents,
        files=event.files,
        round=event.round,
        late=event.late,
        received_at=event.received_at,
        waits_since=event.received_at,
    )
    agents = replace(
        agents,
        name=event.municipality_name,
        round=event.round,
        applications=(*agents.applications, application),
    )
    return _owe(agents, "agent_application_received", event.application, event.person.email, event.received_at)


def _requested(agents: Agents, event: e.AgentCompletionRequested) -> Agents:
    application = _application(agents, event.application)
    request = CompletionRequest(event.reason, event.last_day, event.officer, event.requested_at)
    requests = (*application.requests, request)
    agents = _change(agents, event.application, status="incomplete", requests=requests)
    about = f"{event.application}-{len(requests)}"
    return _owe(agents, "agent_completion_requested", about, application.person.email, event.requested_at)


def _completed(agents: Agents, event: e.AgentApplicationCompleted) -> Agents:
    application = _application(agents, event.application)
    return _change(
        agents,
        event.application,
        status="received",
        waits_since=event.completed_at,
        documents=tuple(dict.fromkeys((*application.documents, *event.documents))),
        files=(*application.files, *event.files),
        messages=(*application.messages, *([event.message] if event.message else [])),
    )


def _approved(agents: Agents, event: e.AgentApproved) -> Agents:
    application, before = _application(agents, event.application), agents.agent
    at, person = event.approved_at, application.person
    agents = replace(_revoke_invitations(agents), round=application.round)
    agents = _end(
        agents,
        lambda each: each.role == "agent" or each.person.subject == person.subject,
        at,
        event.officer,
        "Ett nytt ombud har godkänts.",
    )
    agents = _grant(agents, "agent", person, at, f"application {event.application}")
    decided = {"decided_by": event.officer, "decided_at": at, "reason": event.reason}
    agents = _change(agents, event.application, status="approved", **decided)
    agents = _owe(agents, "agent_approved", event.application, person.email, at)
    return _owe(agents, "agent_replaced", before.id, before.person.email, at) if before else agents


def _closed(agents: Agents, event: e.AgentApplicationClosed) -> Agents:
    decided = {"decided_by": event.officer, "decided_at": event.closed_at, "reason": event.reason}
    agents = _change(agents, event.application, status="closed", **decided)
    to = _application(agents, event.application).person.email
    return _owe(agents, "agent_application_closed", event.application, to, event.closed_at)


def _withdrawn(agents: Agents, event: e.AgentApplicationWithdrawn) -> Agents:
    return _change(agents, event.application, status="withdrawn", decided_at=event.withdrawn_at)


def _invited(agents: Agents, event: e.AgentInvitationMade) -> Agents:
    invitation = Invitation(
        event.invitation, event.role, event.email, event.token_hash, event.invited_by, event.invited_at
    )
    agents = replace(agents, invitations=(*agents.invitations, invitation))
    return _owe(agents, "agent_invitation", event.invitation, event.email, event.invited_at)


def _accepted(agents: Agents, event: e.AgentInvitationAccepted) -> Agents:
    invitation = next(each for each in agents.invitations if each.id == event.invitation)
    subject = event.person.subject
    taken = replace(invitation, status="accepted", accepted_by=subject)
    invitations = tuple(taken if each.id == event.invitation else each for each in agents.invitations)
    agents = _end(
        replace(agents, invitations=invitations),
        lambda each: each.person.subject == subject,
        event.accepted_at,
        subject,
        "Ett nytt uppdrag har börjat.",
    )
    return _grant(agents, invitation.role, event.person, event.accepted_at, f"invitation {event.invitation}")


def _uninvited(agents: Agents, event: e.AgentInvitationRevoked) -> Agents:
    agents = _withdraw_mail(agents, mail_id(agents, "agent_invitation", event.invitation))
    ended = (replace(each, status="revoked") if each.id == event.invitation else each for each in agents.invitations)
    return replace(agents, invitations=tuple(ended))


def _revoked(agents: Agents, event: e.MandateRevoked) -> Agents:
    holder = next(each for each in agents.holders if each.id == event.mandate)
    if holder.role == "agent":
        agents = _revoke_invitations(agents)
    at = event.revoked_at
    agents = _end(agents, lambda each: each.id == event.mandate, at, event.revoked_by, event.reason)
    return _owe(agents, "mandate_revoked", event.mandate, holder.person.email, at)


def _confirmation(agents: Agents, round_id: RoundId, **changes: Any) -> Agents:
    known = next((each for each in agents.confirmations if each.round == round_id), Confirmation(round_id))
    others = tuple(each for each in agents.confirmations if each.round != round_id)
    return replace(agents, round=round_id, confirmations=(*others, replace(known, **changes)))


def _asked(agents: Agents, event: e.AgentConfirmationAsked) -> Agents:
    agents = _confirmation(agents, event.round, last_day=event.last_day, asked_at=event.asked_at)
    to = agents.agent.person.email if agents.agent else ""
    return _owe(agents, "agent_confirmation", event.round, to, event.asked_at)


def _confirmed(agents: Agents, event: e.AgentsConfirmed) -> Agents:
    answer = {name: getattr(event, name) for name in ("confirmed_at", "confirmed_by", "noted_for", "reason")}
    agents = _confirmation(agents, event.round, **answer)
    return _withdraw_mail(agents, mail_id(agents, "agent_confirmation", event.round))


def _imported(agents: Agents, event: e.AgentsImported) -> Agents:
    agents = replace(agents, name=event.municipality_name, round=event.round)
    for each in event.mandates:
        agents = _grant(agents, each.role, each.person, event.imported_at, "import")
    return agents


def _told(agents: Agents, event: e.AgentMailTold) -> Agents:
    told = replace(agents.mails[event.mail], status=event.status)
    return replace(agents, mails={**agents.mails, event.mail: told})


_FOLDS: dict[type, Callable[[Agents, Any], Agents]] = {
    e.AgentApplicationReceived: _received,
    e.AgentCompletionRequested: _requested,
    e.AgentApplicationCompleted: _completed,
    e.AgentApproved: _approved,
    e.AgentApplicationClosed: _closed,
    e.AgentApplicationWithdrawn: _withdrawn,
    e.AgentInvitationMade: _invited,
    e.AgentInvitationAccepted: _accepted,
    e.AgentInvitationRevoked: _uninvited,
    e.MandateRevoked: _revoked,
    e.AgentConfirmationAsked: _asked,
    e.AgentsConfirmed: _confirmed,
    e.AgentsImported: _imported,
    e.AgentMailTold: _told,
}


def evolve(agents: Agents, event: e.AgentEvent) -> Agents:
    """Give who may act after an event."""
    return _FOLDS[type(event)](agents, event)
