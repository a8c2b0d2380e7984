"""Send the e-mails about who may act for a municipality, each once and by its fixed name."""

from __future__ import annotations

from collections.abc import Callable

from statsbidrag.domain.agents import AGENTS, Agents
from statsbidrag.domain.agents.commands import RecordAgentMail
from statsbidrag.domain.agents.state import AgentMail
from statsbidrag.domain.terms import Round
from statsbidrag.ports import DueTask, Links, Mailer
from statsbidrag.usecases.agents import invitation_purpose
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.mails import hand_over
from statsbidrag.usecases.rounds import get_round

Write = Callable[[Agents, AgentMail, Round, str], bytes]
"""Writes an e-mail: whose, which one, the round it is for, and an invitation's code if it carries one."""


def concerns(due: DueTask) -> bool:
    """Tell whether a task is about an e-mail of this kind, and not of a case."""
    return due.key.startswith(f"{AGENTS.name}#")


def send(books: Books, mailer: Mailer, links: Links, write: Write, due: DueTask, context: Context) -> None:
    """Send an e-mail that is owed, as those of cases are sent."""
    seen = books.see(AGENTS, due.key)
    mail = seen.state.mails.get(due.task.about)
    if mail is None or mail.status != "owed":
        return
    invites = mail.kind == "agent_invitation"
    token = links.token(invitation_purpose(seen.state.municipality, int(mail.about))) if invites else ""
    message = write(seen.state, mail, get_round(books, mail.round), token)
    if hand_over(books, mailer, mail.id, mail.to, message):
        books.handle(AGENTS, due.key, RecordAgentMail(mail.id, "sent"), context, seen=seen)
