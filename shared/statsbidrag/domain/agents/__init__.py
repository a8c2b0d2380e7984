"""Who may act for a municipality, its journal and what follows from it.

One agent per organisation number: the register gives each municipality one of its own, so one agent per municipality.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from statsbidrag.domain.agents import applications, mandates
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents import events as e
from statsbidrag.domain.agents.evolve import evolve
from statsbidrag.domain.agents.state import Agents, agents_key, application_id
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import Granted, Kind, Lookup
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.time import end_of

__all__ = ["AGENTS", "Agents", "agents_key", "application_id", "decide", "empty", "evolve", "granted", "owed"]

_DECISIONS: dict[type, Callable[[Agents, Any, datetime], Sequence[e.AgentEvent]]] = {
    c.ApplyAsAgent: applications.apply,
    c.RequestCompletion: applications.request_completion,
    c.CompleteApplication: applications.complete,
    c.ApproveAgent: applications.approve,
    c.CloseApplication: applications.close,
    c.WithdrawApplication: applications.withdraw,
    c.Invite: mandates.invite,
    c.AcceptInvitation: mandates.accept,
    c.RevokeInvitation: mandates.revoke_invitation,
    c.RevokeMandate: mandates.revoke,
    c.AskForConfirmation: mandates.ask,
    c.ConfirmAgents: mandates.confirm,
    c.ImportAgents: mandates.take_over,
    c.RecordAgentMail: mandates.record_mail,
}


def empty(key: str) -> Agents:
    """Give a municipality for which nobody acts yet."""
    return Agents(MunicipalityCode(key.partition("#")[2]))


def decide(agents: Agents, command: c.AgentCommand, now: datetime) -> Sequence[e.AgentEvent]:
    """Answer a command with its events; raises `Refusal`, `NotFound` or `Conflict`."""
    return _DECISIONS[type(command)](agents, command, now)


def owed(agents: Agents) -> frozenset[Task]:
    """Give every task that follows from who may act."""
    return frozenset([*_reviews(agents), *_confirmations(agents), *_mails(agents)])


def _reviews(agents: Agents) -> Iterator[Task]:
    for application in agents.applications:
        kind = "decide_late_agent_application" if application.late else "review_agent_application"
        if application.status == "received":
            yield Task("officer", kind, str(application.id), application.waits_since)
        elif application.status == "incomplete":
            yield Task("officer", kind, str(application.id), end_of(application.requests[-1].last_day))


def _confirmations(agents: Agents) -> Iterator[Task]:
    """Where the agent has not answered what was asked last; one who is gone is not waited for."""
    asked = [each for each in agents.confirmations if each.last_day is not None]
    if agents.agent is None or not asked:
        return
    last = max(asked, key=lambda each: each.round)
    if last.confirmed_at is None and last.last_day is not None:
        yield Task("officer", "check_agent_confirmation", last.round, end_of(last.last_day))


def _mails(agents: Agents) -> Iterator[Task]:
    for mail in agents.mails.values():
        if mail.status == "owed":
            yield Task("mail", "send_mail", mail.id, mail.owed_at)


def lookups(agents: Agents, event: e.AgentEvent) -> tuple[Lookup, ...]:
    """List the municipality at its first event, and an invitation by the hash of its code."""
    if isinstance(event, e.AgentInvitationMade):
        return (Lookup("INVITATION", event.token_hash),)
    is_first = (isinstance(event, e.AgentApplicationReceived) and event.application == 1 and not agents.holders) or (
        isinstance(event, e.AgentsImported) and not agents.applications and len(event.mandates) == len(agents.holders)
    )
    return (Lookup("AGENTS", agents.municipality),) if is_first else ()


def granted(agents: Agents) -> frozenset[Granted]:
    """Give the mandates of everybody who acts for the municipality now."""
    return frozenset(Granted(each.person.subject, agents.municipality, each.role) for each in agents.live)


def _status(agents: Agents) -> str:
    return "agent" if agents.agent else "no_agent"


AGENTS: Kind[Agents, e.AgentEvent, c.AgentCommand] = Kind(
    name="AGENTS",
    state=Agents,
    event=e.AgentEvent,
    empty=empty,
    decide=decide,
    evolve=evolve,
    owed=owed,
    lookups=lookups,
    status=_status,
    granted=granted,
)
