"""Take in the mail service's news: sent, delivered, bounced, complained about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import consumer, wiring
from statsbidrag.entry.batch import Message
from statsbidrag.entry.logs import logger
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.mails import News, take_news

NEWS: dict[str, News] = {"Send": "sent", "Delivery": "delivered", "Bounce": "bounced"}
"""What SES calls it, and what it means here."""


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Note each piece of news in the case that the e-mail belongs to."""
    return consumer.read(event, _take_in)


def _take_in(message: Message) -> None:
    try:
        detail = message.body["detail"]
        kind, mail_id = detail["eventType"], detail["mail"]["tags"]["mail"][0]
        told_at = detail.get(kind.lower(), {}).get("timestamp") or detail["mail"]["timestamp"]
        at = datetime.fromisoformat(told_at).astimezone(UTC)
    except (KeyError, TypeError, ValueError, IndexError):
        raise Refusal("mail_event_unreadable", "Beskedet från e-posttjänsten går inte att läsa.") from None
    if kind in NEWS:
        take_news(wiring.books(), mail_id, NEWS[kind], at, Context("mail-service", message.id))
    else:
        logger.warning("mail_event_noted", kind=kind, mail=mail_id)
