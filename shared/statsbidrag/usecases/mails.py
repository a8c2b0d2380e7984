"""Send each e-mail once, and take in the news of what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from statsbidrag.domain.agents import AGENTS, agents_key
from statsbidrag.domain.agents.commands import RecordAgentMail
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import (
    RecordMailBounced,
    RecordMailComplained,
    RecordMailDelivered,
    RecordMailSent,
)
from statsbidrag.domain.case.recoveries import find, find_invoice
from statsbidrag.domain.case.settlement import find_credit_note, find_reconsidered
from statsbidrag.domain.case.state import MAY_CARRY_LINK, Mail
from statsbidrag.domain.errors import NotTaken, Refusal
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.terms import Round
from statsbidrag.ports import DueTask, Files, Links, Mailer
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.records import records_purpose
from statsbidrag.usecases.recoveries import find_again
from statsbidrag.usecases.reports import link_purpose
from statsbidrag.usecases.rounds import get_round

NEWS_WITHIN = timedelta(hours=1)
"""How long an unanswered sending waits for news before it counts as not sent."""
SENDINGS = 3
"""How often an e-mail without any news is sent; after that a person must look."""


class Enclosure(msgspec.Struct, frozen=True):
    """A file that goes with an e-mail."""

    name: str
    content: bytes
    media_type: str


Write = Callable[[Case, Mail, Round, str, tuple[Enclosure, ...]], bytes]
"""Writes an e-mail: the case, which one, the round, its link's token if it has one, and what goes with it."""
News = Literal["sent", "delivered", "bounced", "complained"]


def send(
    books: Books,
    mailer: Mailer,
    archive: Files,
    links: Links,
    write: Write,
    due: DueTask,
    context: Context,
) -> None:
    """Send an e-mail that is owed.

    The claim comes right before the sending, when nothing else can fail any more, and the event after it. Where a
    sending was not answered, the service's own news tells whether it happened: until then, or until `NEWS_WITHIN` has
    passed, it is not sent again.
    """
    seen = books.see(CASE, due.key)
    case = seen.state
    mail = case.mails.get(due.task.about)
    if mail is None or mail.status != "owed":
        return
    token = _token(links, due.key, case, mail)
    enclosures = tuple(enclosures_of(case, mail, archive))
    message = write(case, mail, get_round(books, case.round), token, enclosures)
    if hand_over(books, mailer, mail.id, mail.to, message):
        books.handle(CASE, due.key, RecordMailSent(mail.id), context, seen=seen)


def hand_over(books: Books, mailer: Mailer, mail_id: str, to: str, message: bytes) -> bool:
    """Claim an e-mail and hand it to the mail service; tells whether it did, and not somebody else before."""
    claim = _claim(books, mail_id)
    if claim is None:
        return False
    try:
        mailer.send(mail_id, to, message)
    except NotTaken:
        books.store.release(claim)
        raise
    return True


def _token(links: Links, key: str, case: Case, mail: Mail) -> str:
    """Make the token of the link that an e-mail carries: always the newest one's, and nothing where it carries none.

    Where that link is revoked, no e-mail that must carry it is owed.
    """
    if mail.kind == "records_request":
        return links.token(records_purpose(key, mail.about))
    if mail.kind not in MAY_CARRY_LINK or case.link is None or case.link.revoked_at is not None:
        return ""
    return links.token(link_purpose(key, case.link.number))


def _claim(books: Books, mail_id: str) -> str | None:
    now = books.now()
    for sending in range(1, SENDINGS + 1):
        name = f"MAIL#{mail_id}#{sending}"
        claimed = books.store.claim(name, now)
        if claimed is None:
            return name
        if now < claimed + NEWS_WITHIN:
            return None
    raise Refusal("mail_without_news", "E-brevet har skickats flera gånger utan besked. Kontrollera e-posttjänsten.")


_CREDITED = ("credit_note", "invoice_voided")


def enclosures_of(case: Case, mail: Mail, archive: Files) -> list[Enclosure]:
    """Give the files that go with an e-mail, from the archive."""
    if mail.kind == "decision":
        letter = find(case, int(mail.about)).letter
        return [_enclosure(archive, letter, "application/pdf")]
    if mail.kind == "reconsideration":
        letter = find_reconsidered(*find_again(case, mail.about)).letter
        return [_enclosure(archive, letter, "application/pdf")]
    if mail.kind in ("invoice", "invoice_reminder", *_CREDITED):
        filed = find_credit_note(case, mail.about) if mail.kind in _CREDITED else find_invoice(case, mail.about)
        return [
            _enclosure(archive, filed.pdf, "application/pdf"),
            _enclosure(archive, filed.xml, "application/xml"),
        ]
    return []


def _enclosure(archive: Files, key: str, media_type: str) -> Enclosure:
    return Enclosure(key.rsplit("/", 1)[-1], archive.get(key), media_type)


_Told = RecordMailSent | RecordMailDelivered | RecordMailBounced | RecordMailComplained
_COMMANDS: Mapping[News, Callable[[str, datetime], _Told]] = {
    "sent": lambda mail, _: RecordMailSent(mail),
    "delivered": RecordMailDelivered,
    "bounced": RecordMailBounced,
    "complained": RecordMailComplained,
}


def take_news(books: Books, mail_id: str, news: News, at: datetime, context: Context) -> None:
    """Note what became of an e-mail, by its name; in any order and as often as it is told."""
    if mail_id.startswith(f"{AGENTS.name}-"):
        # A complaint about one of these says no more than that it came.
        status: Literal["sent", "delivered", "bounced"] = "delivered" if news == "complained" else news
        code = parse_municipality((*mail_id.split("-"), "")[1])
        books.handle(AGENTS, agents_key(code), RecordAgentMail(mail_id, status), context)
        return
    round_id, municipality, *_ = (*mail_id.split("-"), "", "")
    key = case_key(parse_round(round_id), parse_municipality(municipality))
    books.handle(CASE, key, _COMMANDS[news](mail_id, at), context)
