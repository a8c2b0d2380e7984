"""E-mail as it leaves: plain Swedish, one clear action each, and the same bytes for the same inputs."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec.structs import replace

from statsbidrag.domain.case.state import MailKind
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency
from statsbidrag.domain.time import format_date, format_instant, swedish_date
from statsbidrag.usecases.mails import Enclosure

NEEDS: dict[MailKind, tuple[str, ...]] = {
    "requisition_receipt": ("amount", "at_hand"),
    "requisition_late": ("amount", "at_hand", "last_day"),
    "requisition_approved": ("amount", "account"),
    "requisition_rejected": ("amount", "reasons"),
    "requisition_dismissed": ("amount", "at_hand", "last_day", "reasons", "decided_by", "decided_on", "appeal"),
    "payout_rejected": ("amount", "account", "reasons"),
    "account_changed": ("account",),
    "report_link": ("paid", "link", "last_day"),
    "report_reminder": ("paid", "link", "last_day"),
    "report_extended": ("reasons", "last_day"),
    "report_reopened": ("link", "at_hand", "reasons", "last_day"),
    "report_receipt": ("at_hand",),
    "records_request": ("link", "last_day", "points"),
    "records_receipt": ("at_hand", "points"),
    "hearing": ("paid", "amount", "reasons", "last_day"),
    "hearing_receipt": ("at_hand", "last_day"),
    "hearing_extended": ("amount", "last_day"),
    "decision": ("amount", "reasons", "appeal"),
    "reconsideration": ("amount", "amount_before", "reasons", "appeal", "enclosures"),
    "invoice": ("amount", "invoice_number", "ocr", "last_day", "enclosures"),
    "invoice_reminder": ("amount", "invoice_number", "ocr", "last_day", "enclosures"),
    "credit_note": ("amount", "invoice_number", "reasons", "appeal", "enclosures"),
    "invoice_voided": ("amount", "invoice_number", "replaced", "replacement", "reasons", "enclosures"),
    "set_off": ("amount", "invoice_number", "reasons"),
}
"""What of `MailContext` each kind cannot be written without."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What every mail has.

    Attributes
    ----------
    addressee
        Who it is written to, as the mail names them.
    """

    mail_id: str
    at: datetime
    to: str
    sender: str
    agency: Agency
    case_number: str
    addressee: str = ""
    to_agent: bool = False
    enclosures: tuple[Enclosure, ...] = ()


class MailContext(Envelope, frozen=True, kw_only=True):
    """What a mail of a case tells of.

    Attributes
    ----------
    mail_id
        Fixed name of the mail, from the case and its purpose.
    at
        When the mail was owed; it becomes the mail's date, so that making it again changes nothing.
    to
        Address of the registry when the mail was owed.
    sender
        Address the mail leaves from; answers go to the agency's address.
    amount
        Öre: requisitioned, approved, paid out, proposed or decided to be repaid, or invoiced, as the kind says.
    paid
        Öre paid out to the municipality.
    at_hand
        When what is acknowledged was received.
    last_day
        Swedish day: of the requisition, the report, the answer to a hearing, or the payment.
    account
        Account as people write it.
    reasons
        Plain Swedish sentences, with their arithmetic.
    points
        A list in Swedish: what is asked for, or the files that came in.
    late
        Whether what is acknowledged came after its last day.
    decided_by, decided_on
        Who took a decision that stands in the mail alone, and the Swedish day (förvaltningslagen 31 §).
    appeal
        How the decision can be appealed, or that it cannot.
    replaced, replacement
        The invoice that is void, and the one in its place.
    action_needed
        Whether the municipality must do something for the payout to be made again.
    to_agent
        Whether it goes to the agent, since the registry did not get it.
    is_again
        Whether somebody has asked for another link.
    amount_before
        Öre decided before, where a decision was taken again.
    credit_note
        Number of the one that follows a decision that was taken again.
    interest_on
        The recovery invoice that was paid late, where the mail is about interest on it.
    """

    round_name: str
    recipient: Recipient
    amount: Ore | None = None
    paid: Ore | None = None
    at_hand: datetime | None = None
    last_day: date | None = None
    account: str = ""
    reasons: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    late: bool = False
    link: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    appeal: str = ""
    action_needed: bool = False
    is_again: bool = False
    amount_before: Ore | None = None
    credit_note: str = ""
    invoice_number: str = ""
    ocr: str = ""
    replaced: str = ""
    replacement: str = ""
    interest_on: str = ""


class Message(msgspec.Struct, frozen=True):
    """A mail ready to send; ``raw`` is 7-bit MIME."""

    mail_id: str
    sender: str
    to: str
    subject: str
    raw: bytes


_POLICY = SMTP.clone(cte_type="7bit")
_FOLDER = Path(__file__).parent / "mails"
_HELLO = "Hej!\n\n"
_TO_AGENT = (
    "Det här brevet kom inte fram till er registratur. Därför skickar vi det till er som har rekvirerat bidraget. "
    "Lämna det till registraturen och be den kontakta oss om adressen.\n\n"
)
_LINK = re.compile(r"https?://[^\s<>\"]+")


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=autoescape,  # noqa: S701 - plain text must not be escaped; the HTML part is
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "kronor": format_kronor,
        "day": format_date,
        "instant": format_instant,
        "swedish_date": swedish_date,
    }
    return environment


_TEXT = _environment(autoescape=False)
_HTML = _environment(autoescape=True)


def render_mail(kind: MailKind, context: MailContext) -> Message:
    """Write a mail.

    Returns
    -------
    Message
        Text and HTML with the same words, the HTML made from the text; the same inputs give the same bytes.

    Raises
    ------
    ValueError
        When the context lacks what the kind needs, or a name holds a line break.
    """
    addressee = f"{'Ombud' if context.to_agent else 'Registrator'}, {context.recipient.name}"
    return compose(kind, NEEDS[kind], replace(context, addressee=addressee))


def compose(kind: str, needs: tuple[str, ...], context: Envelope) -> Message:
    """Write a mail of any kind that has a template, as `render_mail` does."""
    missing = [name for name in needs if getattr(context, name) in (None, "", ())]
    if missing:
        raise ValueError(f"mail {kind} needs {', '.join(missing)}")
    written = _TEXT.get_template(f"{kind}.txt").render(mail=context)
    subject, _, body = written.partition("\n")
    subject, body = " ".join(subject.split()), body.strip() + "\n"
    if context.to_agent:
        body = body.replace(_HELLO, _HELLO + _TO_AGENT, 1)
    mail = _envelope(context, subject)
    mail.set_content(body, charset="utf-8", cte="quoted-printable")
    html = _HTML.get_template("layout.html").render(mail=context, subject=subject, blocks=_blocks(body))
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    for file in context.enclosures:
        maintype, _, subtype = file.media_type.partition("/")
        mail.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.name)
    _fix_boundaries(mail, context.mail_id)
    return Message(context.mail_id, context.sender, context.to, subject, mail.as_bytes())


def _envelope(context: Envelope, subject: str) -> EmailMessage:
    mail = EmailMessage(_POLICY)
    domain = context.sender.rpartition("@")[2]
    named = re.sub(r"[^A-Za-z0-9.-]", ".", context.mail_id)
    mail["From"] = Address(context.agency.name, addr_spec=context.sender)
    mail["To"] = Address(context.addressee, addr_spec=context.to)
    mail["Reply-To"] = Address(context.agency.name, addr_spec=context.agency.email)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(context.at)
    mail["Message-ID"] = f"<{named}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = "sv"
    mail["X-Statsbidrag-Mail"] = context.mail_id
    return mail


def _fix_boundaries(mail: EmailMessage, mail_id: str) -> None:
    """Give each multipart a boundary from the mail's name; left alone they would be drawn at random."""
    name = hashlib.sha256(mail_id.encode()).hexdigest()[:32]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{name}_{number}")


class Block(msgspec.Struct, frozen=True):
    """A paragraph, a list or a lone link of the text, for the HTML part."""

    kind: Literal["paragraph", "list", "link"]
    lines: tuple[str, ...]


def _blocks(body: str) -> list[Block]:
    return [_block(tuple(part.split("\n"))) for part in re.split(r"\n{2,}", body.strip())]


def _block(lines: tuple[str, ...]) -> Block:
    if all(line.startswith("- ") for line in lines):
        return Block("list", tuple(line[2:] for line in lines))
    if len(lines) == 1 and _LINK.fullmatch(lines[0]):
        return Block("link", lines)
    return Block("paragraph", lines)
