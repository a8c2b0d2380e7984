"""Decide on mandates: invited and accepted, revoked, confirmed each round, and taken over from the old register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.agents import events as e
from statsbidrag.domain.agents.commands import (
    AcceptInvitation,
    AskForConfirmation,
    ConfirmAgents,
    ImportAgents,
    Invite,
    RecordAgentMail,
    RevokeInvitation,
    RevokeMandate,
)
from statsbidrag.domain.agents.state import INVITED, MOST_OPEN, Agents, Holder, Invitation
from statsbidrag.domain.errors import Conflict, NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.time import swedish_date


def _require_agent(agents: Agents, subject: str) -> Holder:
    if agents.agent is None or agents.agent.person.subject != subject:
        raise Refusal("not_the_agent", "Bara kommunens ombud kan göra det här.", status=403)
    return agents.agent


def find_holder(agents: Agents, mandate: int) -> Holder:
    """Give the mandate of that number; `NotFound` ``unknown_mandate``."""
    found = next((each for each in agents.holders if each.id == mandate), None)
    if found is None:
        raise NotFound("unknown_mandate", "Uppdraget finns inte.")
    return found


def invite(agents: Agents, command: Invite, now: datetime) -> Sequence[e.AgentEvent]:
    """Invite somebody; one who is invited to the same already is not invited again."""
    _require_agent(agents, command.by)
    if command.role not in INVITED:
        raise Refusal("role_unknown", "Välj representant eller uppgiftssamordnare.", field="role")
    waiting = [each for each in agents.invitations if each.status == "open" and now < each.expires_at]
    if any((each.role, each.email) == (command.role, command.email) for each in waiting):
        return []
    if len(waiting) >= MOST_OPEN:
        raise Refusal("too_many_invitations", "Ni har många inbjudningar som väntar. Ta bort någon först.", status=409)
    if command.number != len(agents.invitations) + 1:
        raise Conflict("invitation")
    return [e.AgentInvitationMade(command.number, command.role, command.email, command.token_hash, command.by, now)]


def find_invitation(agents: Agents, token_hash: str, subject: str, now: datetime) -> Invitation:
    """Give the invitation that a code opens.

    Raises
    ------
    NotFound
        ``invitation_not_valid``.
    Refusal
        With status 410 ``invitation_used`` by another person, ``invitation_revoked`` or ``invitation_expired``.
    """
    found = next((each for each in agents.invitations if each.token_hash == token_hash), None)
    if found is None:
        raise no_such_invitation()
    if found.status == "accepted" and found.accepted_by != subject:
        raise Refusal("invitation_used", "Inbjudan är redan använd. Be ombudet om en ny.", status=410)
    if found.status == "revoked":
        raise Refusal("invitation_revoked", "Inbjudan är återkallad. Fråga ombudet.", status=410)
    if found.status == "open" and now >= found.expires_at:
        raise Refusal("invitation_expired", "Inbjudan är för gammal. Be ombudet om en ny.", status=410)
    return found


def no_such_invitation() -> NotFound:
    """Give the answer to who holds no code."""
    return NotFound("invitation_not_valid", "Inbjudan gäller inte. Kontrollera att hela adressen kom med.")


def accept(agents: Agents, command: AcceptInvitation, now: datetime) -> Sequence[e.AgentEvent]:
    """Accept once; the same person again is no change."""
    invitation = find_invitation(agents, command.token_hash, command.person.subject, now)
    if invitation.status == "accepted":
        return []
    if agents.agent is not None and agents.agent.person.subject == command.person.subject:
        raise Refusal("already_agent", "Du är redan ombud för kommunen och behöver ingen inbjudan.", status=409)
    return [e.AgentInvitationAccepted(invitation.id, command.person, now)]


def revoke_invitation(agents: Agents, command: RevokeInvitation, now: datetime) -> Sequence[e.AgentEvent]:
    """Take back an invitation that nobody has accepted."""
    _require_agent(agents, command.by)
    found = next((each for each in agents.invitations if each.id == command.invitation), None)
    if found is None:
        raise NotFound("unknown_invitation", "Inbjudan finns inte.")
    if found.status == "accepted":
        raise Refusal("invitation_accepted", "Inbjudan är redan använd. Avsluta uppdraget i stället.", status=409)
    return [] if found.status == "revoked" else [e.AgentInvitationRevoked(found.id, command.by, now)]


def revoke(agents: Agents, command: RevokeMandate, now: datetime) -> Sequence[e.AgentEvent]:
    """End a mandate, as the agent or as an officer with a reason."""
    holder = find_holder(agents, command.mandate)
    if not command.as_officer:
        own = _require_agent(agents, command.by)
        if holder.id == own.id:
            raise Refusal(
                "own_mandate", "Ni byter ombud genom en ny ansökan. Vill ni avsluta uppdraget ändå, skriv till oss."
            )
    reason = require_reason(command.reason) if command.as_officer else command.reason.strip()
    return [] if holder.ended_at else [e.MandateRevoked(holder.id, reason, command.by, now)]


def ask(agents: Agents, command: AskForConfirmation, now: datetime) -> Sequence[e.AgentEvent]:
    """Ask an agent once a round; where there is none, there is nobody to ask."""
    if command.last_day <= swedish_date(now):
        raise Refusal("last_day_passed", "Välj en sista dag som ligger efter i dag.", field="last_day")
    if agents.agent is None or any(each.round == command.round for each in agents.confirmations):
        return []
    return [e.AgentConfirmationAsked(command.round, command.last_day, command.officer, now)]


def confirm(agents: Agents, command: ConfirmAgents, now: datetime) -> Sequence[e.AgentEvent]:
    """Confirm the persons that were shown, as the agent; or note, with a reason, that the agent did so otherwise."""
    noted_for, reason = _noted(agents, command) if command.as_officer else (0, "")
    if not command.as_officer:
        _require_agent(agents, command.by)
    if tuple(sorted(command.seen)) != tuple(sorted(each.id for each in agents.live)):
        raise Refusal("persons_changed", "Uppgifterna har ändrats. Kontrollera listan och bekräfta igen.", status=409)
    known = next((each for each in agents.confirmations if each.round == command.round), None)
    if known is not None and known.confirmed_at is not None:
        return []
    return [e.AgentsConfirmed(command.round, tuple(sorted(command.seen)), command.by, now, noted_for, reason)]


def _noted(agents: Agents, command: ConfirmAgents) -> tuple[int, str]:
    """Give the mandate of the agent whose word an officer notes, and how it came."""
    if agents.agent is None:
        raise Refusal("no_agent", "Kommunen har inget ombud som kan bekräfta listan.", status=409)
    if agents.agent.person.subject == command.by:
        raise Refusal("same_person", "Ombudet bekräftar själv, på kommunens sida.", status=403)
    return agents.agent.id, require_reason(command.reason)


def take_over(agents: Agents, command: ImportAgents, now: datetime) -> Sequence[e.AgentEvent]:
    """Take in who was approved before; an agent who was approved here is never replaced by a file."""
    live = {each.person.subject: each for each in agents.live}
    agent = next((each.person.subject for each in command.mandates if each.role == "agent"), None)
    if agents.agent is not None and agent is not None and agents.agent.person.subject != agent:
        raise Refusal("agent_known", "kommunen har redan ett annat ombud. Ett byte går genom en ansökan.")
    if agents.agent is None and agent is None:
        raise Refusal("agent_missing", "kommunen har inget ombud, och filen ger inget.")
    if any(each.person.subject in live and live[each.person.subject].role != each.role for each in command.mandates):
        raise Refusal("role_differs", "en person har redan en annan roll här. Ändra den här, inte genom en fil.")
    before = {each.person.subject for each in agents.holders}
    fresh = tuple(each for each in command.mandates if each.person.subject not in before)
    return [e.AgentsImported(command.municipality_name, command.round, fresh, now)] if fresh else []


_ORDER = ("owed", "sent", "delivered", "bounced")


def record_mail(agents: Agents, command: RecordAgentMail, _: datetime) -> Sequence[e.AgentEvent]:
    """Note what became of an e-mail, whatever the order in which it is told."""
    mail = agents.mails.get(command.mail)
    if mail is None:
        raise NotFound("unknown_mail", "E-brevet finns inte.")
    told = "owed" if mail.status == "withdrawn" else mail.status
    return [e.AgentMailTold(mail.id, command.status)] if _ORDER.index(command.status) > _ORDER.index(told) else []
