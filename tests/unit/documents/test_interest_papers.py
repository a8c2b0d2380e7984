"""An interest invoice can be followed line by line, holds the rules of Peppol, and names its ground."""

from __future__ import annotations

from io import BytesIO

from mockeinvoice import validate
from msgspec.structs import replace
from pypdf import PdfReader

from statsbidrag.documents.case_papers import credit_note_files, invoice_files
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.money import kronor
from tests.builders import INVOICE, Story, invoiced
from tests.charged import GROUND, INTEREST_INVOICE, charged, claimed
from tests.unit.documents.test_case_papers import ROUND, text_of, values

NO_INTEREST = "Ingen ränta tas ut på beloppet."


def interest_xml(story: Story) -> bytes:
    xml, _ = invoice_files(story.case, story.case.interest_invoices[-1], ROUND)
    _, report = validate(xml)
    assert (report.verdict, report.findings) == ("valid", [])
    return xml


def plain(texts: list[str]) -> list[str]:
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts]


def test_each_line_says_how_it_is_reckoned_and_the_ground_is_named() -> None:
    xml = interest_xml(charged())
    line = (
        "Ränta på 365 000 kronor från och med den 9 mars 2026 till och med den 18 mars 2026, 10 dagar, 10,00 procent "
        "om året"
    )
    assert line in plain(values(xml, "cac:InvoiceLine/cac:Item/cbc:Name") + values(xml, "//cbc:Description"))
    assert values(xml, "cbc:ID") == [INTEREST_INVOICE]
    assert values(xml, "cbc:InvoiceTypeCode") == ["380"]
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["1000.00"]
    assert values(xml, "cbc:Note") == [GROUND.legal_text]
    assert values(xml, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == ["O"]
    assert values(xml, "cac:PaymentMeans/cbc:PaymentID") == [charged().case.interest_invoices[0].ocr]


def test_people_can_read_it() -> None:
    case = charged().case
    _, pdf = invoice_files(case, case.interest_invoices[0], ROUND)
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    for told in (INTEREST_INVOICE, "10 dagar", "villkor 9", "365 000"):
        assert told in words.replace("\N{NO-BREAK SPACE}", " ")


def test_a_recovery_invoice_names_the_ground_or_that_there_is_none() -> None:
    for story, told in ((claimed(), GROUND.legal_text), (invoiced(), NO_INTEREST)):
        xml, _ = invoice_files(story.case, story.case.invoices[0], ROUND)
        assert values(xml, "cbc:Note") == [told]


def test_the_mail_of_an_interest_invoice_says_what_it_is_for() -> None:
    story = charged()
    story.do(c.RecordInvoiceFiled(INTEREST_INVOICE, "i.xml", "i.pdf"))
    subject, text = text_of(story, "invoice")
    assert INTEREST_INVOICE in subject
    assert f"Faktura {INVOICE} till Upplands Väsby betalades helt eller delvis för sent" in text
    assert "ränta på 1 000 kronor" in text
    assert "betala tillbaka" not in text


def test_a_credit_note_of_interest_says_that_it_is_of_interest() -> None:
    story = charged()
    story.do(c.PrepareReconsideration(1, kronor(146_000), "En del användes.", "officer:1"))
    story.do(c.DecideReconsideration(1, kronor(146_000), "officer:2"))
    story.do(c.RecordCreditNoteFiled("I-2025-0114-4", "c.xml", "c.pdf"))
    note = story.case.credit_notes[-1]
    xml, _ = credit_note_files(story.case, note, ROUND)
    _, report = validate(xml)
    assert (report.verdict, report.findings) == ("valid", [])
    assert values(xml, "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") == [INTEREST_INVOICE]
    assert f"Ändrad ränta på faktura {INVOICE}" in values(xml, "//cbc:Name") + values(xml, "//cbc:Description")
    _, text = text_of(story, "credit_note")
    assert "Kravet på ränta på faktura I-2025-0114-1 från Upplands Väsby minskar med 600 kronor" in text
    assert ROUND.appeal not in text


def test_issued_anew_it_has_its_lines_and_names_the_void_one() -> None:
    story = charged()
    story.do(c.ReissueInvoice(INTEREST_INVOICE, "Fel referens.", "officer:1", "REF-2"))
    xml = interest_xml(story)
    assert "ersätter faktura I-2025-0114-2" in values(xml, "cbc:Note")[0]
    assert values(xml, "cbc:BuyerReference") == ["REF-2"]
    note = story.case.credit_notes[0]
    credit, _ = credit_note_files(story.case, note, ROUND)
    assert f"ränta på faktura {INVOICE}" in "".join(values(credit, "//cbc:Name"))


def test_issued_anew_after_a_credit_note_it_has_one_line() -> None:
    story = charged()
    story.do(c.PrepareReconsideration(1, kronor(146_000), "En del användes.", "officer:1"))
    story.do(c.DecideReconsideration(1, kronor(146_000), "officer:2"))
    story.do(c.ReissueInvoice(INTEREST_INVOICE, "Fel referens.", "officer:1", "REF-2"))
    xml = interest_xml(story)
    assert values(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount") == ["400.00"]
    assert len(values(xml, "cac:InvoiceLine/cbc:ID")) == 1


def test_the_ground_on_paper_is_the_one_that_bound_the_case() -> None:
    """The round's file may say something else by now."""
    story = claimed()
    later = replace(ROUND, terms=replace(ROUND.terms, interest=replace(GROUND, legal_text="Annat.")))
    xml, _ = invoice_files(story.case, story.case.invoices[0], later)
    assert values(xml, "cbc:Note") == [GROUND.legal_text]
