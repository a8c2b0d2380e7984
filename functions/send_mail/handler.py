"""Send each e-mail once, by its fixed name."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.entry import consumer, wiring
from statsbidrag.usecases.mails import send


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Send what is owed and not claimed."""
    settings = wiring.settings()
    write = MailWriter(settings.need("mail_sender"), settings.need("base_url")).write
    return consumer.consume(
        event,
        lambda due, context: send(
            wiring.books(),
            wiring.mailer(),
            wiring.files("archive_bucket"),
            wiring.links(),
            write,
            due,
            context,
        ),
    )
