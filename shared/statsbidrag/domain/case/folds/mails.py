"""What became of each e-mail, and the address that they go to."""

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


def _registry_corrected(case: Case, event: e.RegistryAddressCorrected) -> Case:
    if case.recipient is None:
        return case
    said = case.register_email or case.recipient.registry_email
    mails = {name: _dealt_with(mail, case.recipient.registry_email, event.email) for name, mail in case.mails.items()}
    for name in event.again:
        old = case.mails[name]
        base = name.partition(_AGAIN)[0]
        number = sum(other.partition(_AGAIN)[0] == base for other in mails) + 1
        new = Mail(f"{base}{_AGAIN}{number}", old.kind, old.about, event.email, event.corrected_at)
        mails[new.id] = new
    recipient = replace(case.recipient, registry_email=event.email)
    return replace(case, recipient=recipient, register_email=said, mails=mails)


def _dealt_with(mail: Mail, old: str, new: str) -> Mail:
    """What came back is renewed, what has not left goes to the right address, and complaints are settled."""
    if mail.status == "bounced":
        mail = replace(mail, status="renewed")
    elif mail.status == "owed" and mail.to == old:
        mail = replace(mail, to=new)
    return replace(mail, complaint="settled") if mail.complaint == "open" else mail


FOLDS: Folds = {
    e.MailSent: _mail_sent,
    e.MailDelivered: _mail_delivered,
    e.MailBounced: _mail_bounced,
    e.MailComplained: _mail_complained,
    e.RegistryAddressCorrected: _registry_corrected,
}
