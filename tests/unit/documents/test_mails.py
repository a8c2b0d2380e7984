"""Every mail is plain Swedish with one action, the same words in both parts, and the same bytes each time."""

from __future__ import annotations

import email
import html
import re
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, get_args

import msgspec
import pytest

from statsbidrag.documents.mails import NEEDS, MailContext, render_mail
from statsbidrag.domain.case.state import MailKind
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber
from statsbidrag.domain.money import kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency
from statsbidrag.usecases.mails import Enclosure

KINDS: tuple[MailKind, ...] = get_args(MailKind)
LINK = "https://bidrag.example/aterrapportering/abc_DEF-123"
CONTEXT = MailContext(
    mail_id="2025-0114-decision-1",
    at=datetime(2026, 2, 3, 8, 0, tzinfo=UTC),
    to="registrator@upplands-vasby.example",
    sender="statsbidrag@myndigheten.example",
    agency=Agency(
        name="Myndigheten för åtgärder",
        organisation_number="2021000555",
        address="Exempelgatan 1",
        postcode="100 00",
        city="Stockholm",
        email="fragor@myndigheten.example",
        account=Account("bankgiro", "50501055"),
    ),
    round_name="Statsbidrag för hälsosamtal 2025",
    recipient=Recipient(
        municipality=MunicipalityCode("0114"),
        name="Upplands Väsby",
        organisation_number=OrganisationNumber("2120000019"),
        registry_email="registrator@upplands-vasby.example",
        account=Account("bankgiro", "50501055"),
        invoice_reference="REF 4711",
        peppol_id="0007:2120000019",
    ),
    case_number="9.3-0114/2025",
    amount=kronor(61_836),
    paid=kronor(461_836),
    at_hand=datetime(2026, 2, 3, 7, 59, tzinfo=UTC),
    last_day=date(2026, 2, 28),
    account="bankgiro 5050-1055",
    reasons=("Ni har använt 400 000 kronor av 461 836 kronor.", "461 836 − 400 000 = 61 836 kronor."),
    points=("Utdrag ur huvudboken.", "Fakturor för de kostnader som bidraget har betalat."),
    link=LINK,
    decided_by="officer-1",
    decided_on=date(2026, 2, 3),
    appeal="Beslutet kan inte överklagas.",
    invoice_number="I-2025-0114-1",
    ocr="202501140128",
    amount_before=kronor(100_000),
    credit_note="I-2025-0114-2",
    replaced="I-2025-0114-0",
    replacement="I-2025-0114-2",
    enclosures=(Enclosure("faktura åäö.pdf", b"%PDF-1.7\n\x00\xff", "application/pdf"),),
)


def _read(kind: MailKind, **changed: Any) -> EmailMessage:
    raw = render_mail(kind, msgspec.structs.replace(CONTEXT, **changed)).raw
    read = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(read, EmailMessage)
    return read


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _words(mail: EmailMessage, kind: str) -> list[str]:
    text = _part(mail, kind)
    if kind == "html":
        text = html.unescape(re.sub(r"<title>.*?</title>|<[^>]+>", " ", text))
    return [word for word in text.split() if word != "-"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_seven_bit_and_the_same_bytes_each_time(kind: MailKind) -> None:
    message = render_mail(kind, CONTEXT)
    assert message.raw.isascii()
    assert max(len(line) for line in message.raw.split(b"\r\n")) < 999
    assert b"\n" not in message.raw.replace(b"\r\n", b"")
    assert message.raw == render_mail(kind, CONTEXT).raw


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html_say_the_same_words(kind: MailKind) -> None:
    mail = _read(kind)
    assert _words(mail, "plain") == _words(mail, "html")
    assert 'lang="sv"' in _part(mail, "html")


@pytest.mark.parametrize("kind", KINDS)
def test_headers_say_what_it_is(kind: MailKind) -> None:
    mail = _read(kind)
    assert mail["X-Statsbidrag-Mail"] == CONTEXT.mail_id
    assert mail["Date"].datetime == CONTEXT.at
    assert mail["From"].addresses[0].display_name == "Myndigheten för åtgärder"
    assert mail["From"].addresses[0].addr_spec == CONTEXT.sender
    assert mail["To"].addresses[0].addr_spec == CONTEXT.recipient.registry_email
    assert mail["Reply-To"].addresses[0].addr_spec == CONTEXT.agency.email
    assert CONTEXT.case_number in mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_names_its_case_and_where_to_ask(kind: MailKind) -> None:
    text = _part(_read(kind), "plain")
    assert "Frågor? Svara på det här brevet och ange ärendenummer 9.3-0114/2025." in text
    assert "Upplands Väsby" in text
    assert "{" not in text
    assert "None" not in text
    assert "\n\n\n" not in text.replace("\r", "")


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in NEEDS[kind]])
def test_a_mail_that_lacks_what_it_tells_of_is_not_written(kind: MailKind, name: str) -> None:
    empty: Any = {"reasons": (), "enclosures": (), "link": "", "appeal": "", "account": "", "ocr": ""}
    empty |= {"invoice_number": "", "decided_by": ""}
    with pytest.raises(ValueError, match=name):
        _read(kind, **{name: empty.get(name)})


@pytest.mark.parametrize("kind", ["report_link", "report_reminder"])
def test_the_link_stands_alone_and_can_be_followed(kind: MailKind) -> None:
    mail = _read(kind)
    assert LINK in _part(mail, "plain").splitlines()
    assert f'href="{LINK}"' in _part(mail, "html")


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_link_says_whether_it_is_late_and_whether_somebody_asked_for_it(again: bool, late: bool) -> None:
    at = datetime(2026, 4, 7, 8, 0, tzinfo=UTC) if late else CONTEXT.at
    mail = _read("report_link", at=at, is_again=again)
    text = _part(mail, "plain")
    assert ("Ni ska ändå återrapportera." in text) == late
    assert ("senast den 28 februari 2026" in text) != late
    assert ("Någon har bett om en ny länk. Den skickas bara till registraturen." in text) == again
    assert mail["Subject"].startswith("Ny länk" if again else "Återrapportera statsbidraget")
    assert "\n\n\n" not in text.replace("\r", "")


@pytest.mark.parametrize("kind", KINDS)
def test_what_goes_to_the_agent_says_why(kind: MailKind) -> None:
    mail = _read(kind, to="bidrag@kommunen.example", to_agent=True)
    assert mail["To"].addresses[0].display_name == "Ombud, Upplands Väsby"
    for part in ("plain", "html"):
        assert "kom inte fram till er registratur" in " ".join(_part(mail, part).split())
    assert "kom inte fram" not in _part(_read(kind), "plain")


def test_a_reminder_after_the_last_day_says_so() -> None:
    assert "Sista dagen är den 28 februari 2026" in _part(_read("report_reminder"), "plain")
    after = _read("report_reminder", at=datetime(2026, 3, 7, 8, 0, tzinfo=UTC))
    assert "Sista dagen var den 28 februari 2026" in _part(after, "plain")


@pytest.mark.parametrize(("needed", "asked"), [(True, "Kontrollera kontot."), (False, "Ni behöver inte göra något.")])
def test_a_payout_that_failed_says_why_and_whether_the_municipality_must_act(needed: bool, asked: str) -> None:
    reason = "Banken säger att kontot är avslutat (AC04)."
    text = _part(_read("payout_rejected", reasons=(reason,), action_needed=needed), "plain")
    assert reason in text
    assert asked in text
    assert ("Svara på det här brevet och skriv" in text) == needed


@pytest.mark.parametrize("kind", ["requisition_rejected", "hearing"])
def test_without_a_link_the_action_is_to_answer_the_mail(kind: MailKind) -> None:
    text = _part(_read(kind, link=""), "plain")
    assert "http" not in text
    assert text.count("Svara på det här brevet") == 2


def test_a_decision_to_claim_nothing_asks_for_nothing() -> None:
    text = _part(_read("decision", amount=kronor(0)), "plain")
    assert "inte behöver betala tillbaka något" in text
    assert "faktura" not in text


def test_a_file_comes_through_unchanged() -> None:
    (file,) = _read("invoice").iter_attachments()
    assert isinstance(file, EmailMessage)
    assert file.get_filename() == "faktura åäö.pdf"
    assert file.get_content_type() == "application/pdf"
    assert file.get_payload(decode=True) == b"%PDF-1.7\n\x00\xff"


def test_markup_in_a_reason_is_only_text() -> None:
    mail = _read("hearing", reasons=("<script>alert(1)</script>\n- ny rad",))
    assert "<script>" not in _part(mail, "html")
    assert "- <script>alert(1)</script> - ny rad" in _part(mail, "plain").splitlines()


@pytest.mark.parametrize("name", ["Väsby\r\nBcc: x@y.example", "Väsby\nBcc: x@y.example"])
def test_a_name_cannot_add_a_header(name: str) -> None:
    with pytest.raises(ValueError, match=r"CR|LF|newline|line"):
        _read("hearing", recipient=msgspec.structs.replace(CONTEXT.recipient, name=name))


def test_another_mail_has_other_boundaries() -> None:
    first, second = render_mail("hearing", CONTEXT).raw, _read("hearing", mail_id="2025-0114-hearing-1").as_bytes()
    boundary = re.compile(rb'boundary="([^"]+)"')
    assert not set(boundary.findall(first)) & set(boundary.findall(second))
