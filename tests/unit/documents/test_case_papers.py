"""What a lowered or late claim looks like on paper and in e-mail, read off a played case."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO

from lxml import etree
from mockeinvoice import validate
from pypdf import PdfReader

from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.documents.case_papers import credit_note_files
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import CreditNote, MailKind
from statsbidrag.domain.money import ORE_PER_KRONA, kronor
from statsbidrag.usecases.mails import Enclosure
from tests.builders import CLAIM, Story, grant_round, invoiced

LEFT = kronor(400)
WHY = "Kommunen har visat att en del användes enligt villkoren."
ROUND = grant_round(kronor(461_836))
WRITER = MailWriter("statsbidrag@exempelmyndigheten.example", "https://bidrag.example")
PDF = Enclosure("faktura.pdf", b"%PDF-1.7", "application/pdf")
NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def lowered() -> Story:
    """Of an invoice of 1000 kronor 400 are left after another decision."""
    story = invoiced()
    story.do(c.PrepareReconsideration(1, LEFT, WHY, "officer:1"))
    story.do(c.DecideReconsideration(1, LEFT, "officer:2"))
    story.do(c.RecordCreditNoteFiled("I-2025-0114-2", "c.xml", "c.pdf"))
    return story


def note(story: Story) -> CreditNote:
    return story.case.credit_notes[0]


def values(xml: bytes, path: str) -> list[str]:
    return [element.text or "" for element in etree.fromstring(xml).xpath(path, namespaces=NS)]


def text_of(story: Story, kind: MailKind) -> tuple[str, str]:
    """The subject and the plain words of the mail of a kind."""
    mail = next(mail for mail in story.case.mails.values() if mail.kind == kind)
    read = email.message_from_bytes(WRITER.write(story.case, mail, ROUND, "", (PDF,)), policy=SMTP)
    assert isinstance(read, EmailMessage)
    part = read.get_body(("plain",))
    assert part is not None
    return str(read["Subject"]), " ".join(str(part.get_content()).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_credit_note_holds_the_rules_of_peppol_and_names_its_invoice() -> None:
    story = lowered()
    xml, _ = credit_note_files(story.case, note(story), ROUND)
    _, report = validate(xml)
    assert (report.verdict, report.findings) == ("valid", [])
    assert etree.QName(etree.fromstring(xml)).localname == "CreditNote"
    assert values(xml, "cbc:ID") == ["I-2025-0114-2"]
    assert values(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == ["I-2025-0114-1"]
    assert values(xml, "cbc:IssueDate") == [note(story).issued_on.isoformat()]
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["600.00"]
    assert values(xml, "cbc:BuyerReference") == ["REF-1"]


def test_a_credit_note_of_the_same_journal_is_the_same_bytes() -> None:
    assert credit_note_files(lowered().case, note(lowered()), ROUND) == credit_note_files(
        lowered().case, note(lowered()), ROUND
    )


def test_a_credit_note_can_be_read_by_people() -> None:
    story = lowered()
    _, pdf = credit_note_files(story.case, note(story), ROUND)
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    for told in ("I-2025-0114-2", "I-2025-0114-1", "9.3-0114/2025", "Ändrat återkrav av Statsbidrag 2025"):
        assert told in words
    assert "600" in words


def test_the_mail_of_a_credit_note_says_how_much_less_and_why() -> None:
    subject, text = text_of(lowered(), "credit_note")
    assert "I-2025-0114-2" in subject
    assert "Kravet minskar med 600 kronor" in text
    assert WHY in text
    assert ROUND.appeal in text


def test_a_reminder_asks_for_what_is_open_with_the_invoices_own_reference() -> None:
    story = invoiced()
    story.do(c.RecordRepayment(1, "E-9", kronor(250), story.now.date()))
    story.do(c.RemindInvoice("I-2025-0114-1"), at=story.due("remind_invoice-I-2025-0114-1"))
    subject, text = text_of(story, "invoice_reminder")
    invoice = story.case.invoices[0]
    assert "I-2025-0114-1" in subject
    assert f"Kvar att betala: {(CLAIM - kronor(250)) // ORE_PER_KRONA} kronor" in text
    assert f"OCR-nummer: {invoice.ocr}" in text
    assert f"förföll den {invoice.due_on.day} " in text
