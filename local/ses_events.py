"""The news of SES about one mail, as EventBridge puts it on a queue.

Format: "Examples of event data that Amazon SES publishes", in the envelope of EventBridge's service events.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

ACCOUNT = "000000000000"
REGION = "eu-north-1"
_DETAIL_TYPES = {
    "Send": "Email Sent",
    "Delivery": "Email Delivered",
    "Bounce": "Email Bounced",
    "Complaint": "Email Complaint Received",
}
_MTA = "a6-1.smtp-out.eu-north-1.amazonses.com"


class Sent(NamedTuple):
    """A mail as SES knows it; ``bounced`` is part of ``to``, headers are in their order.

    ``mail_id`` is what the sender gave as the tag ``mail``; ``complained`` whether who got it called it spam.
    """

    message_id: str
    mail_id: str
    sender: str
    to: tuple[str, ...]
    bounced: tuple[str, ...]
    at: datetime
    headers: tuple[tuple[str, str], ...]
    complained: bool = False


def events_of(sent: Sent) -> Iterator[dict[str, Any]]:
    """Give what SES tells of a mail: that it was sent, then who took it, who did not, and who complained."""
    yield _event(sent, "Send", {})
    taken = [to for to in sent.to if to not in sent.bounced]
    stamp = _stamp(sent.at)
    if taken:
        delivery = {
            "timestamp": stamp,
            "processingTimeMillis": 500,
            "recipients": taken,
            "smtpResponse": "250 2.0.0 OK",
            "reportingMTA": _MTA,
        }
        yield _event(sent, "Delivery", delivery)
    if sent.bounced:
        bounce = {
            "bounceType": "Permanent",
            "bounceSubType": "General",
            "bouncedRecipients": [_unknown_user(to) for to in sent.bounced],
            "timestamp": stamp,
            "feedbackId": _identity(sent, "feedback"),
            "reportingMTA": f"dns; {_MTA}",
        }
        yield _event(sent, "Bounce", bounce)
    if taken and sent.complained:
        complaint = {
            "feedbackId": _identity(sent, "complaint feedback"),
            "complaintSubType": None,
            "complainedRecipients": [{"emailAddress": to} for to in taken],
            "timestamp": stamp,
            "complaintFeedbackType": "abuse",
        }
        yield _event(sent, "Complaint", complaint)


def _event(sent: Sent, kind: str, news: dict[str, Any]) -> dict[str, Any]:
    identity = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{sent.sender}"
    headers = [{"name": name, "value": str(value)} for name, value in sent.headers]
    first = {name.lower(): value for name, value in reversed(sent.headers)}
    common = {
        "from": [str(first.get("from", sent.sender))],
        "to": list(sent.to),
        "messageId": sent.message_id,
        "subject": str(first.get("subject", "")),
    }
    mail = {
        "timestamp": _stamp(sent.at),
        "source": sent.sender,
        "sourceArn": identity,
        "sendingAccountId": ACCOUNT,
        "messageId": sent.message_id,
        "destination": list(sent.to),
        "headersTruncated": False,
        "headers": headers,
        "commonHeaders": common,
        "tags": _tags(sent),
    }
    return {
        "version": "0",
        "id": _identity(sent, kind),
        "detail-type": _DETAIL_TYPES[kind],
        "source": "aws.ses",
        "account": ACCOUNT,
        "time": sent.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [identity],
        "detail": {"eventType": kind, "mail": mail, kind.lower(): news},
    }


def _tags(sent: Sent) -> dict[str, list[str]]:
    own = {"mail": [sent.mail_id]} if sent.mail_id else {}
    return own | {
        "ses:operation": ["SendRawEmail"],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": [sent.sender.rpartition("@")[2]],
    }


def _unknown_user(address: str) -> dict[str, str]:
    return {
        "emailAddress": address,
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": "smtp; 550 5.1.1 user unknown",
    }


def _identity(sent: Sent, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"ses:{sent.message_id}:{what}"))


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
