"""Decide on applications to be a municipality's agent.

Received late is received: it is stamped and an officer decides. The one who approves is never the applicant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from statsbidrag.domain.agents import events as e
from statsbidrag.domain.agents.commands import (
    ApplyAsAgent,
    ApproveAgent,
    CloseApplication,
    CompleteApplication,
    RequestCompletion,
    WithdrawApplication,
)
from statsbidrag.domain.agents.state import DAYS_BEFORE, MOST_FILES, MOST_OPEN, Agents, Application
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.time import end_of, swedish_date


def find_application(agents: Agents, number: int) -> Application:
    """Give the application of that number; `NotFound` ``unknown_application``."""
    found = next((each for each in agents.applications if each.id == number), None)
    if found is None:
        raise unknown_application()
    return found


def unknown_application() -> NotFound:
    """Give the answer where there is none, or where it is none of the caller's business."""
    return NotFound("unknown_application", "Ansökan finns inte. Kontrollera adressen.")


def in_time_to(last_day: date) -> date:
    """Give the last day on which an application is in time for a round's last day."""
    return last_day - timedelta(days=DAYS_BEFORE)


def apply(agents: Agents, command: ApplyAsAgent, now: datetime) -> Sequence[e.AgentEvent]:
    """Receive an application: one at a time of a person."""
    waiting = [each for each in agents.applications if each.is_open]
    subject = command.person.subject
    if any(each.person.subject == subject for each in waiting):
        raise Refusal(
            "application_open",
            "Du har redan en ansökan för kommunen som väntar på beslut. Komplettera den, eller ta tillbaka den först.",
            status=409,
        )
    if agents.agent is not None and agents.agent.person.subject == subject:
        raise Refusal("already_agent", "Du är redan ombud för kommunen.", status=409)
    if len(waiting) >= MOST_OPEN:
        raise Refusal(
            "too_many_applications", "Kommunen har många ansökningar som väntar på beslut. Kontakta oss.", status=409
        )
    if not {"delegation", "certificate"} & set(command.documents):
        raise Refusal(
            "document_missing",
            "Bifoga ett bestyrkt utdrag ur delegationsordningen eller ett intyg från kommunsekreteraren.",
            field="documents",
        )
    if not command.files:
        raise Refusal("files_missing", "Välj minst en fil.", field="files")
    return [
        e.AgentApplicationReceived(
            application=len(agents.applications) + 1,
            municipality_name=command.municipality_name,
            person=command.person,
            documents=command.documents,
            files=command.files,
            round=command.round,
            late=now >= end_of(in_time_to(command.last_day)),
            received_at=now,
        )
    ]


def request_completion(agents: Agents, command: RequestCompletion, now: datetime) -> Sequence[e.AgentEvent]:
    """Ask for what is missing, to a day that has not passed."""
    application = _open(agents, command.application)
    reason = require_reason(command.reason)
    if command.last_day <= swedish_date(now):
        raise Refusal("last_day_passed", "Välj en sista dag som ligger efter i dag.", field="last_day")
    last = application.requests[-1] if application.status == "incomplete" else None
    if last is not None and (last.reason, last.last_day) == (reason, command.last_day):
        return []
    return [e.AgentCompletionRequested(application.id, reason, command.last_day, command.officer, now)]


def complete(agents: Agents, command: CompleteApplication, now: datetime) -> Sequence[e.AgentEvent]:
    """Receive more, also without being asked and after the last day, as long as nobody has decided."""
    application = own_application(agents, command.application, command.subject)
    _open(agents, application.id)
    known = {each.content_hash for each in application.files}
    fresh = tuple(each for each in command.files if each.content_hash not in known)
    if not fresh and not (command.message and command.message not in application.messages):
        if command.files or command.message:
            return []
        raise Refusal("completion_empty", "Bifoga minst en fil eller skriv ett meddelande.", field="files")
    if len(application.files) + len(fresh) > MOST_FILES:
        raise Refusal("too_many_files", f"En ansökan kan ha högst {MOST_FILES} filer.", field="files")
    return [e.AgentApplicationCompleted(application.id, command.documents, fresh, command.message, now)]


def approve(agents: Agents, command: ApproveAgent, now: datetime) -> Sequence[e.AgentEvent]:
    """Make the applicant the agent; an open or incomplete application can be approved as it stands."""
    application = find_application(agents, command.application)
    if application.person.subject == command.officer:
        raise Refusal("same_person", "Den som har ansökt får inte själv godkänna ansökan.", status=403)
    if application.status == "approved":
        return []
    _open(agents, application.id)
    reason = require_reason(command.reason) if application.late else command.reason.strip()
    return [e.AgentApproved(application.id, command.officer, reason, now)]


def close(agents: Agents, command: CloseApplication, now: datetime) -> Sequence[e.AgentEvent]:
    """Close without approval, with a reason."""
    application = find_application(agents, command.application)
    if application.person.subject == command.officer:
        raise Refusal("same_person", "Den som har ansökt får inte själv avskriva ansökan.", status=403)
    if application.status == "closed":
        return []
    _open(agents, application.id)
    return [e.AgentApplicationClosed(application.id, require_reason(command.reason), command.officer, now)]


def withdraw(agents: Agents, command: WithdrawApplication, now: datetime) -> Sequence[e.AgentEvent]:
    """Take one's own application back."""
    application = own_application(agents, command.application, command.subject)
    if application.status == "withdrawn":
        return []
    _open(agents, application.id)
    return [e.AgentApplicationWithdrawn(application.id, now)]


def own_application(agents: Agents, number: int, subject: str) -> Application:
    """Give a person's own application; another's is not told of."""
    application = find_application(agents, number)
    if application.person.subject != subject:
        raise unknown_application()
    return application


def _open(agents: Agents, number: int) -> Application:
    application = find_application(agents, number)
    if not application.is_open:
        raise Refusal("application_decided", "Ansökan är redan avslutad.", status=409)
    return application
