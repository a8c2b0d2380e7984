"""Decide on e-mail: sent once, then delivered or bounced. News may come in any order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import RecordMailBounced, RecordMailDelivered, RecordMailSent
from statsbidrag.domain.case.state import Case, Mail
from statsbidrag.domain.errors import NotFound


def find(case: Case, mail: str) -> Mail:
    """Give the e-mail of that name; `NotFound` ``unknown_mail``."""
    if mail not in case.mails:
        raise NotFound("unknown_mail", "E-brevet finns inte i ärendet.")
    return case.mails[mail]


def _sent_first(mail: Mail) -> list[e.CaseEvent]:
    return [e.MailSent(mail.id, mail.kind, mail.to)] if mail.status == "owed" else []


def sent(case: Case, command: RecordMailSent, _: datetime) -> Sequence[e.CaseEvent]:
    """Note that the mail service took the e-mail."""
    return _sent_first(find(case, command.mail))


def delivered(case: Case, command: RecordMailDelivered, _: datetime) -> Sequence[e.CaseEvent]:
    """Note the delivery; it proves the sending as well."""
    mail = find(case, command.mail)
    if mail.status in ("delivered", "bounced"):
        return []
    return [*_sent_first(mail), e.MailDelivered(mail.id, command.at)]


def bounced(case: Case, command: RecordMailBounced, _: datetime) -> Sequence[e.CaseEvent]:
    """Note the bounce; one that comes after a delivery still counts, since servers may bounce late."""
    mail = find(case, command.mail)
    if mail.status == "bounced":
        return []
    return [*_sent_first(mail), e.MailBounced(mail.id, command.at)]
