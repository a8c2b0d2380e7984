"""Decide on e-mail: sent once, then delivered or bounced. News may come in any order.

What bounced is owed again once an officer has said which address the registry has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import (
    CorrectRegistryAddress,
    RecordMailBounced,
    RecordMailComplained,
    RecordMailDelivered,
    RecordMailSent,
)
from statsbidrag.domain.case.state import CARRIES_LINK, Case, Mail, opened
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import parse_email


def find(case: Case, mail: str) -> Mail:
    """Give the e-mail of that name; `NotFound` ``unknown_mail``."""
    if mail not in case.mails:
        raise NotFound("unknown_mail", "E-brevet finns inte i ärendet.")
    return case.mails[mail]


def _sent_first(mail: Mail) -> list[e.CaseEvent]:
    return [e.MailSent(mail.id, mail.kind, mail.to)] if mail.status in ("owed", "withdrawn") else []


def sent(case: Case, command: RecordMailSent, _: datetime) -> Sequence[e.CaseEvent]:
    """Note that the mail service took the e-mail."""
    return _sent_first(find(case, command.mail))


def delivered(case: Case, command: RecordMailDelivered, _: datetime) -> Sequence[e.CaseEvent]:
    """Note the delivery; it proves the sending as well."""
    mail = find(case, command.mail)
    if mail.status in ("delivered", "bounced", "renewed"):
        return []
    return [*_sent_first(mail), e.MailDelivered(mail.id, command.at)]


def bounced(case: Case, command: RecordMailBounced, _: datetime) -> Sequence[e.CaseEvent]:
    """Note the bounce; one that comes after a delivery still counts, since servers may bounce late."""
    mail = find(case, command.mail)
    if mail.status in ("bounced", "renewed"):
        return []
    return [*_sent_first(mail), e.MailBounced(mail.id, command.at)]


def complained(case: Case, command: RecordMailComplained, _: datetime) -> Sequence[e.CaseEvent]:
    """Note a complaint, once; it leaves open whether the e-mail was read, and an officer asks."""
    mail = find(case, command.mail)
    if mail.complaint:
        return []
    return [*_sent_first(mail), e.MailComplained(mail.id, command.at)]


def correct_address(case: Case, command: CorrectRegistryAddress, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in the registry's address from an officer; where it is the same, there must be something to send again."""
    recipient, _ = opened(case)
    email, reason = parse_email(command.email), require_reason(command.reason)
    troubled = [mail for mail in case.mails.values() if mail.status == "bounced" or mail.complaint == "open"]
    if email == recipient.registry_email and not troubled:
        return []
    return [e.RegistryAddressCorrected(email, _again(case), reason, command.officer, now)]


def _again(case: Case) -> tuple[str, ...]:
    """Name what bounced and is still to be said: of several with the report link the last, if it opens the form."""
    mails = sorted(case.mails.values(), key=lambda mail: (mail.owed_at, mail.id))
    bounced = [m for m in mails if m.status == "bounced" and m.addressee == "registry"]
    with_link = [mail for mail in bounced if mail.kind in CARRIES_LINK]
    opens = case.report is None and case.link is not None and case.link.revoked_at is None
    last = max(with_link, key=lambda mail: (mail.owed_at, mail.id), default=None) if opens else None
    others = (mail for mail in bounced if mail.kind != "records_request" or case.asks_for_records(mail))
    return tuple(mail.id for mail in others if mail.kind not in CARRIES_LINK or mail is last)
