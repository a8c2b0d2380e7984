"""Send each e-mail once, by its fixed name."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.agent_mails import AgentMailWriter
from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.entry import consumer, wiring
from statsbidrag.ports import DueTask
from statsbidrag.usecases import agent_mails
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.mails import send


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Send what is owed and not claimed."""
    settings = wiring.settings()
    sender, base_url = settings.need("mail_sender"), settings.need("base_url")

    def send_one(due: DueTask, context: Context) -> None:
        if agent_mails.concerns(due):
            write = AgentMailWriter(sender, base_url).write
            agent_mails.send(wiring.books(), wiring.mailer(), wiring.links(), write, due, context)
            return
        send(
            wiring.books(),
            wiring.mailer(),
            wiring.files("archive_bucket"),
            wiring.links(),
            MailWriter(sender, base_url).write,
            due,
            context,
        )

    return consumer.consume(event, send_one)
