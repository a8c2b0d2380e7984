"""The electronic invoice holds the rules of Peppol, and says what a claim outside VAT must say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from lxml import etree
from mockeinvoice import validate

from statsbidrag.documents.invoice import Invoice, InvoiceLine, InvoiceReference
from statsbidrag.documents.invoice_xml import render_invoice_xml
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore

if TYPE_CHECKING:
    from lxml.etree import _Element

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def values(invoice: Invoice, path: str) -> list[str]:
    found: list[_Element] = etree.fromstring(render_invoice_xml(invoice)).xpath(path, namespaces=NS)
    return [element.text or "" for element in found]


def findings(invoice: Invoice) -> list[str]:
    _, report = validate(render_invoice_xml(invoice))
    assert report.verdict == "valid"
    return [f"{finding.code} {finding.text}" for finding in report.findings]


def test_an_invoice_has_no_finding(invoice: Invoice) -> None:
    assert findings(invoice) == []


def test_a_credit_note_has_no_finding(credit_note: Invoice) -> None:
    assert findings(credit_note) == []


def test_hostile_text_stays_text(invoice: Invoice) -> None:
    text = "<script>&amp;]]>\x00\x0b #set text() é"
    odd = msgspec.structs.replace(invoice, lines=(InvoiceLine(text, Ore(1)),), note=text)
    assert findings(odd) == []
    assert values(odd, "cac:InvoiceLine/cac:Item/cbc:Name") == ["<script>&amp;]]>   #set text() é"]


def test_same_invoice_gives_the_same_bytes(invoice: Invoice) -> None:
    assert render_invoice_xml(invoice) == render_invoice_xml(msgspec.structs.replace(invoice))


def test_says_when_how_and_by_which_reference_to_pay(invoice: Invoice) -> None:
    assert values(invoice, "cbc:InvoiceTypeCode") == ["380"]
    assert values(invoice, "cbc:DueDate") == ["2026-06-30"]
    assert values(invoice, "cbc:BuyerReference") == ["REF-0114"]
    assert values(invoice, "cac:PaymentMeans/cbc:PaymentMeansCode") == ["30"]
    assert values(invoice, "cac:PaymentMeans/cbc:PaymentID") == ["202501140122"]
    assert values(invoice, "//cac:PayeeFinancialAccount/cbc:ID") == ["50501055"]
    assert values(invoice, "//cac:FinancialInstitutionBranch/cbc:ID") == ["SE:BANKGIRO"]
    assert values(invoice, "//cbc:PayableAmount") == ["74236.50"]


def test_is_outside_vat_in_every_place(invoice: Invoice) -> None:
    assert values(invoice, "//cac:TaxCategory/cbc:ID | //cac:ClassifiedTaxCategory/cbc:ID") == ["O"] * 3
    assert values(invoice, "//cac:TaxScheme/cbc:ID") == ["VAT"] * 3
    assert values(invoice, "//cbc:TaxExemptionReasonCode") == ["VATEX-EU-O"]
    assert values(invoice, "//cbc:Percent | //cac:PartyTaxScheme") == []


def test_names_parties_by_organisation_number_and_the_decision_by_case(invoice: Invoice) -> None:
    assert values(invoice, "//cbc:EndpointID[@schemeID='0007']") == ["2021000555", "2120000019"]
    assert values(invoice, "//cbc:CompanyID[@schemeID='0007']") == ["2021000555", "2120000019"]
    assert values(invoice, "cac:AdditionalDocumentReference/cbc:ID") == ["9.3-0114/2025"]


def test_uses_the_peppol_id_that_the_register_names(invoice: Invoice) -> None:
    buyer = msgspec.structs.replace(invoice.buyer, peppol_id="0088:7300010000001")
    other = msgspec.structs.replace(invoice, buyer=buyer)
    assert values(other, "cac:AccountingCustomerParty//cbc:EndpointID[@schemeID='0088']") == ["7300010000001"]
    assert findings(other) == []


def test_a_plusgiro_is_named_as_one(invoice: Invoice) -> None:
    seller = msgspec.structs.replace(invoice.seller, account=Account("plusgiro", "309187"))
    other = msgspec.structs.replace(invoice, seller=seller)
    assert values(other, "//cac:FinancialInstitutionBranch/cbc:ID") == ["SE:PLUSGIRO"]
    assert findings(other) == []


def test_a_credit_note_names_what_it_reverses_and_asks_for_nothing(credit_note: Invoice) -> None:
    assert values(credit_note, "cbc:CreditNoteTypeCode") == ["381"]
    assert values(credit_note, "cac:BillingReference//cbc:ID") == ["I-2025-0114-1"]
    assert values(credit_note, "cac:BillingReference//cbc:IssueDate") == ["2026-05-29"]
    assert values(credit_note, "cac:PaymentMeans") == []
    assert values(credit_note, "//cbc:PayableAmount") == ["12400.50"]


class Unsaid(date):
    """A day that comes out as nothing."""

    def isoformat(self) -> str:
        return ""


def test_what_does_not_say_when_to_pay_is_never_made(invoice: Invoice) -> None:
    undue = msgspec.structs.replace(invoice, due_on=Unsaid(2026, 6, 30))
    with pytest.raises(CorruptBooks, match=r"I-2025-0114-1 .* \(BR-CO-25\)"):
        render_invoice_xml(undue)


@pytest.mark.parametrize(
    "change",
    [
        {"lines": ()},
        {"lines": (InvoiceLine("Text", Ore(0)),)},
        {"lines": (InvoiceLine("Text", Ore(-1)),)},
        {"lines": (InvoiceLine(" ", Ore(1)),)},
        {"kind": "credit_note"},
        {"buyer_reference": " "},
        {"issued_on": date(2026, 7, 1)},
        {"prepaid": Ore(-1)},
        {"prepaid": Ore(74_236_50)},
    ],
)
def test_an_invoice_that_contradicts_itself_is_never_made(invoice: Invoice, change: dict[str, object]) -> None:
    with pytest.raises(CorruptBooks):
        msgspec.structs.replace(invoice, **change)


@pytest.mark.parametrize(
    "change", [{"prepaid": Ore(1)}, {"replaces": InvoiceReference("I-2025-0114-1", date(2026, 5, 29))}]
)
def test_a_credit_note_replaces_nothing_and_is_not_prepaid(credit_note: Invoice, change: dict[str, object]) -> None:
    with pytest.raises(CorruptBooks):
        msgspec.structs.replace(credit_note, **change)
