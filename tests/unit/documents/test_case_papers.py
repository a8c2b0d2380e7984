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
from statsbidrag.documents.case_papers import credit_note_files, invoice_files
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import CreditNote, MailKind
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, kronor
from statsbidrag.usecases.mails import Enclosure
from tests.builders import CLAIM, INVOICE, SECOND, Story, grant_round, invoiced
from tests.unit.domain.test_case_set_offs import SOME, set_off

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


# Issued anew


NOTE, NEW = "I-2025-0114-2", "I-2025-0114-3"
PAID = kronor(250)


def reissued(paid: Ore = PAID) -> Story:
    """Of an invoice of 1000 kronor 250 are paid; it had a wrong reference."""
    story = invoiced()
    if paid:
        story.do(c.RecordRepayment(1, "E-9", paid, story.now.date()))
    story.do(c.ReissueInvoice(INVOICE, "Fakturan hade fel referens.", "officer:1", "REF-9"))
    story.do(c.RecordCreditNoteFiled(NOTE, "c.xml", "c.pdf"))
    story.do(c.RecordInvoiceFiled(NEW, "i.xml", "i.pdf"))
    return story


def words_of(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def test_an_invoice_issued_anew_holds_the_rules_and_names_the_one_it_replaces() -> None:
    story = reissued()
    new = story.case.invoices[-1]
    xml, pdf = invoice_files(story.case, new, ROUND)
    _, report = validate(xml)
    assert (report.verdict, report.findings) == ("valid", [])
    assert values(xml, "cbc:ID") == [NEW]
    assert values(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == [INVOICE]
    assert values(xml, "cbc:BuyerReference") == ["REF-9"]
    assert values(xml, "cac:PaymentMeans/cbc:PaymentID") == [new.ocr]
    assert values(xml, "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount") == ["1000.00"]
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PrepaidAmount") == ["250.00"]
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["750.00"]
    words = words_of(pdf)
    for told in (NEW, f"Ersätter faktura {INVOICE}", "ska betala tillbaka 750 kronor", "REF-9", "−250 kronor"):
        assert told in words


def test_without_a_payment_before_nothing_is_said_of_one() -> None:
    xml, pdf = invoice_files(reissued(Ore(0)).case, reissued(Ore(0)).case.invoices[-1], ROUND)
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PrepaidAmount") == []
    assert "Redan betalt" not in words_of(pdf)


def test_the_credit_note_of_a_void_invoice_has_its_old_reference_and_names_both() -> None:
    story = reissued()
    xml, pdf = credit_note_files(story.case, note(story), ROUND)
    _, report = validate(xml)
    assert (report.verdict, report.findings) == ("valid", [])
    assert values(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == [INVOICE]
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["1000.00"]
    assert values(xml, "cbc:BuyerReference") == ["REF-1"]
    (remark,) = values(xml, "cbc:Note")
    assert f"Faktura {INVOICE} är makulerad och ersätts av faktura {NEW}." in remark
    assert f"ersätts av faktura {NEW}" in words_of(pdf)


def test_the_mails_say_which_invoice_to_pay() -> None:
    subject, text = text_of(reissued(), "invoice_voided")
    assert f"Faktura {INVOICE} är makulerad" in subject
    for told in (f"Betala inte faktura {INVOICE}", f"ersätts av faktura {NEW}", "fel referens", NOTE):
        assert told in text
    subject, text = text_of(reissued(), "invoice")
    assert f"Faktura {NEW} på 750 kronor" in subject.replace("\N{NO-BREAK SPACE}", " ")
    assert f"Den ersätter faktura {INVOICE}, som är makulerad. Betala senast" in text


def test_a_first_invoice_speaks_of_no_other() -> None:
    story = invoiced()
    story.do(c.RecordInvoiceFiled(INVOICE, "i.xml", "i.pdf"))
    assert "Fakturan är bifogad. Betala senast" in text_of(story, "invoice")[1]


# Set off


def test_the_mail_of_a_set_off_shows_both_sums() -> None:
    subject, text = text_of(set_off(), "set_off")
    assert INVOICE in subject
    assert f"Vi har kvittat {SOME // ORE_PER_KRONA} kronor" in text
    assert f"Utbetalning {SECOND}: 200 000 kronor − 400 kronor = 199 600 kronor som vi betalar ut." in text
    assert f"Faktura {INVOICE}: 1 000 kronor − 400 kronor = 600 kronor kvar att betala." in text
    assert "Kommunen har inte betalat fakturan." in text
