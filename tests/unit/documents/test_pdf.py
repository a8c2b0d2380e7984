"""The PDFs can be read by all, kept for ever, and made again byte for byte."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import msgspec
import page
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from statsbidrag.documents.characters import print_text
from statsbidrag.documents.invoice import Invoice, InvoiceLine
from statsbidrag.documents.invoice_pdf import payment_code, render_invoice_pdf
from statsbidrag.documents.invoice_xml import render_invoice_xml
from statsbidrag.documents.letter_pdf import DecisionLetter, render_letter_pdf
from statsbidrag.documents.typst_pdf import format_column
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency
from tests.pdfs import what_readers_lack

REGISTRY = "registrator@upplands-vasby.example"
HOSTILE = '#panic() *x* _y_ $z$ `w` <script>alert(1)</script> @ref \\ "q" // = rubrik'


@pytest.fixture
def letter(agency: Agency, recipient: Recipient) -> DecisionLetter:
    return DecisionLetter(
        case_number="9.3-0114/2025",
        title="Beslut om återkrav av statsbidrag",
        decided_on=date(2026, 5, 28),
        recipient=recipient,
        agency=agency,
        paragraphs=("Upplands Väsby ska betala tillbaka 61 836 kronor.",),
        figures=(("Utbetalt", kronor(461_836)), ("Använt", kronor(-400_000)), ("Återkrav", kronor(61_836))),
        reasons=("Pengarna har inte använts.",),
        decided_by="Enhetschefen",
        prepared_by="Handläggaren",
        appeal="Beslutet kan inte överklagas.",
    )


def of_invoice(invoice: Invoice) -> bytes:
    return render_invoice_pdf(invoice, render_invoice_xml(invoice))


@pytest.fixture(params=["invoice", "credit_note", "letter"])
def pdf(request: pytest.FixtureRequest) -> bytes:
    document = request.getfixturevalue(request.param)
    return render_letter_pdf(document) if request.param == "letter" else of_invoice(document)


def text_of(data: bytes) -> str:
    text = " ".join(part.extract_text() for part in PdfReader(BytesIO(data)).pages)
    return " ".join(text.split())


def structure(data: bytes) -> Iterator[dict[str, Any]]:
    """Walk the tags of the document."""
    stack: list[Any] = [PdfReader(BytesIO(data)).root_object["/StructTreeRoot"]]
    while stack:
        node = stack.pop().get_object()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            yield node
            stack.extend([node["/K"]] if "/K" in node else [])


def tags(data: bytes) -> list[str]:
    return [str(node["/S"]) for node in structure(data) if "/S" in node]


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_is_archivable_and_accessible(pdf: bytes, profile: str) -> None:
    report = page.validate_pdf_bytes(pdf, profile=profile)
    assert [failure.message for failure in report.failures] == []
    assert report.is_compliant


def test_speaks_swedish_and_has_a_title_and_a_date(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf))
    assert str(reader.root_object["/Lang"]).lower() == "sv-se"
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.metadata.author == "Exempelmyndigheten"
    assert str(reader.metadata.creation_date_raw).startswith("D:2026")


def test_readers_lack_nothing(pdf: bytes) -> None:
    assert what_readers_lack(pdf) == []


def test_a_bare_pdf_lacks_all_that_is_looked_for() -> None:
    bare = BytesIO()
    writer = PdfWriter()
    drawn = writer.add_blank_page(100, 100)
    unnamed = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in unnamed.items()})
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    drawn[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.write(bare)
    assert what_readers_lack(bare.getvalue()) == ["tags", "language", "title", "title in the window", "font None"]


def test_every_font_is_inside(pdf: bytes) -> None:
    fonts = [
        descendant.get_object()["/FontDescriptor"].get_object()
        for part in PdfReader(BytesIO(pdf)).pages
        for font in part["/Resources"]["/Font"].values()  # type: ignore[index]
        for descendant in font.get_object()["/DescendantFonts"]
    ]
    assert fonts
    assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert all("Libertinus" in str(font["/FontName"]) for font in fonts)


def test_tables_have_headers_and_there_is_one_main_heading(pdf: bytes) -> None:
    found = tags(pdf)
    assert found.count("/TH") == 2
    assert found.count("/H1") == 1


def test_recipient_and_facts_stand_beside_each_other(pdf: bytes) -> None:
    left_edges: dict[str, float] = {}

    def note(text: str, matrix: list[float], *rest: Any) -> None:
        left_edges[text.strip()] = matrix[4]

    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_text=note)
    label, value, beside = (left_edges[text] for text in ("E-post", REGISTRY, "Ärende"))
    assert label + 60 < value < beside - 100


def test_made_again_it_is_the_same(invoice: Invoice, letter: DecisionLetter) -> None:
    assert of_invoice(invoice) == of_invoice(invoice)
    assert render_letter_pdf(letter) == render_letter_pdf(letter)


def test_the_electronic_invoice_is_inside(invoice: Invoice) -> None:
    reader = PdfReader(BytesIO(of_invoice(invoice)))
    assert reader.attachments == {"I-2025-0114-1.xml": [render_invoice_xml(invoice)]}


def test_the_invoice_says_what_to_pay_how_and_why(invoice: Invoice) -> None:
    text = text_of(of_invoice(invoice))
    for said in (
        "Faktura I-2025-0114-1",
        "74 236,50 kronor",
        "Betala senast 30 juni 2026",
        "Bankgiro 5050-1055",
        "OCR-nummer 202501140122",
        "Er referens REF-0114",
        "beslut den 28 maj 2026 i ärende 9.3-0114/2025",
        "Vi tar inte ut någon ränta på beloppet.",
    ):
        assert said in text


def test_the_code_to_scan_asks_for_what_is_left(invoice: Invoice) -> None:
    left = json.loads(payment_code(msgspec.structs.replace(invoice, prepaid=Ore(236_50))), parse_float=str)
    assert left["due"] == "74000.00"


def test_the_code_to_scan_pays_the_invoice_and_is_described_in_words(invoice: Invoice) -> None:
    assert json.loads(payment_code(invoice), parse_float=str) == {
        "uqr": 1,
        "tp": 1,
        "nme": "Exempelmyndigheten",
        "cid": "202100-0555",
        "iref": "202501140122",
        "idt": "20260529",
        "ddt": "20260630",
        "due": "74236.50",
        "pt": "BG",
        "acc": "5050-1055",
    }
    described = [str(node["/Alt"]) for node in structure(of_invoice(invoice)) if "/Alt" in node]
    assert len(described) == 1
    assert "OCR-nummer 202501140122" in described[0]


def test_a_credit_note_asks_for_nothing(credit_note: Invoice) -> None:
    data = of_invoice(credit_note)
    assert "/Figure" not in tags(data)
    text = text_of(data)
    assert "Vi minskar faktura I-2025-0114-1 från den 29 maj 2026 med 12 400,50 kronor." in text
    assert "Betala senast" not in text


def test_a_decision_says_all_that_the_law_asks(letter: DecisionLetter) -> None:
    text = text_of(render_letter_pdf(letter))
    for said in (
        "28 maj 2026",
        "9.3-0114/2025",
        "Upplands Väsby ska betala tillbaka",
        "Återkrav 61 836 kronor",
        "−400 000 kronor",
        "Pengarna har inte använts.",
        "Enhetschefen har fattat beslutet. Handläggaren har berett ärendet.",
        "Beslutet kan inte överklagas.",
    ):
        assert said in text


def test_a_decision_may_lack_figures_and_second_officer(letter: DecisionLetter) -> None:
    short = msgspec.structs.replace(letter, figures=(), prepared_by="")
    data = render_letter_pdf(short)
    assert "/Table" not in tags(data)
    assert "berett" not in text_of(data)


def test_a_long_decision_runs_over_pages_that_name_the_case(letter: DecisionLetter) -> None:
    data = render_letter_pdf(msgspec.structs.replace(letter, reasons=("En mening om skälen. " * 60,) * 8))
    second = PdfReader(BytesIO(data)).pages[1].extract_text()
    assert "Ärende 9.3-0114/2025" in second
    assert "Sida 2 av" in second
    assert page.validate_pdf_bytes(data, profile="ua1").is_compliant
    assert what_readers_lack(data) == []


def test_markup_and_controls_come_out_as_text(invoice: Invoice, letter: DecisionLetter) -> None:
    odd = msgspec.structs.replace(letter, title=HOSTILE, paragraphs=(HOSTILE + "\x00\x07😀",), appeal=HOSTILE)
    assert text_of(render_letter_pdf(odd)).count("#panic() *x* _y_ $z$ `w` <script>alert(1)</script>") >= 3
    line = (InvoiceLine(HOSTILE, Ore(1)),)
    claim = msgspec.structs.replace(invoice, lines=line, note=HOSTILE, buyer_reference=HOSTILE)
    assert page.validate_pdf_bytes(of_invoice(claim), profile="3a").is_compliant


def test_every_character_that_is_let_through_can_be_drawn(letter: DecisionLetter) -> None:
    # What no font draws makes the typesetter refuse the whole document.
    everything = {print_text(chr(code)) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000}
    text = " ".join(sorted(everything - {"\n"}))
    odd = msgspec.structs.replace(letter, title=text, paragraphs=(text,), figures=((text, Ore(1)),) * 2)
    assert render_letter_pdf(odd).startswith(b"%PDF")


def test_amounts_under_each_other_have_the_same_decimals() -> None:
    assert format_column([kronor(1000), Ore(50)]) == ["1\u00a0000,00\u00a0kronor", "0,50\u00a0kronor"]
    assert format_column([kronor(1), Ore(50)])[0] == "1,00\u00a0kronor"
    assert format_column([kronor(5), kronor(-2)]) == ["5\u00a0kronor", "−2\u00a0kronor"]
