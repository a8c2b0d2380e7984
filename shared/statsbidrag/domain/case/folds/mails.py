"""What became of each e-mail."""

from __future__ import annotations

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds
from statsbidrag.domain.case.state import (
    CARRIES_LINK,
    Case,
    Mail,
)

_AGAIN = "-again"
"""Stands between the name of an e-mail that bounced and the number of its new sending."""


def _mail_status(case: Case, mail: str, status: str) -> Case:
    return replace(case, mails={**case.mails, mail: replace(case.mails[mail], status=status)})


def _mail_sent(case: Case, event: e.MailSent) -> Case:
    return _mail_status(case, event.mail, "sent")


def _mail_delivered(case: Case, event: e.MailDelivered) -> Case:
    return _mail_status(case, event.mail, "delivered")


def _mail_bounced(case: Case, event: e.MailBounced) -> Case:
    """Owe the agent what the registry did not get, once; with a link only where that opens a form to be filled in."""
    case = _mail_status(case, event.mail, "bounced")
    mail, to = case.mails[event.mail], case.agent_email
    name = f"{mail.id.partition(_AGAIN)[0]}-agent"
    if not to or mail.addressee == "agent" or name in case.mails:
        return case
    if mail.kind in CARRIES_LINK and (case.report or case.link is None or case.link.revoked_at):
        return case
    if mail.kind == "records_request" and not case.asks_for_records(mail):
        return case
    fallback = Mail(name, mail.kind, mail.about, to, event.bounced_at, addressee="agent")
    return replace(case, mails={**case.mails, name: fallback})


def _mail_complained(case: Case, event: e.MailComplained) -> Case:
    mail = replace(case.mails[event.mail], complaint="open")
    return replace(case, mails={**case.mails, mail.id: mail})


FOLDS: Folds = {
    e.MailSent: _mail_sent,
    e.MailDelivered: _mail_delivered,
    e.MailBounced: _mail_bounced,
    e.MailComplained: _mail_complained,
}
