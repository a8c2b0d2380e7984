"""Take in the mail service's news: sent, delivered, bounced, complained about."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import consumer, wiring
from statsbidrag.entry.batch import Message
from statsbidrag.entry.logs import logger
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.mails import News, take_news

NEWS: dict[str, News] = {"Send": "sent", "Delivery": "delivered", "Bounce": "bounced", "Complaint": "complained"}
"""What SES calls it, and what it means here."""
_SENT = re.compile(r'"eventType": ?"Send"')


class _Told(msgspec.Struct, frozen=True):
    kind: str
    mail_id: str
    at: datetime


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Note each piece of news in the case that the e-mail belongs to."""
    arrived: set[str] = set()

    def take_in(message: Message) -> None:
        told = _read(message)
        if told.kind not in NEWS:
            logger.warning("mail_event_noted", kind=told.kind, mail=told.mail_id)
        elif told.kind != "Send" or told.mail_id not in arrived:
            context = Context("mail-service", message.id)
            take_news(wiring.books(), told.mail_id, NEWS[told.kind], told.at, context)
            arrived.add(told.mail_id)

    # What became of an e-mail comes first: then it needs no telling that it was sent.
    return consumer.read(event | {"Records": sorted(event["Records"], key=_tells_only_of_sending)}, take_in)


def _tells_only_of_sending(record: dict[str, Any]) -> bool:
    return _SENT.search(record["body"]) is not None


def _read(message: Message) -> _Told:
    try:
        detail = message.body["detail"]
        kind, mail_id = detail["eventType"], detail["mail"]["tags"]["mail"][0]
        told_at = detail.get(kind.lower(), {}).get("timestamp") or detail["mail"]["timestamp"]
        return _Told(kind, mail_id, datetime.fromisoformat(told_at).astimezone(UTC))
    except (KeyError, TypeError, ValueError, IndexError):
        raise Refusal("mail_event_unreadable", "Beskedet från e-posttjänsten går inte att läsa.") from None
