"""What breaks an electronic invoice or credit note, each change with the names of the rules that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element

NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
TOTALS = "cac:LegalMonetaryTotal"
SUBTOTAL = "cac:TaxTotal/cac:TaxSubtotal"
LINE = "(cac:InvoiceLine | cac:CreditNoteLine)[1]"
QUANTITY = f"{LINE}/cbc:InvoicedQuantity | {LINE}/cbc:CreditedQuantity"
VAT_ID = "<cac:PartyTaxScheme><cbc:CompanyID>{}</cbc:CompanyID>{}</cac:PartyTaxScheme>"
VAT = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"

Edit = Callable[["_Element"], None]


def at(root: _Element, path: str) -> list[_Element]:
    found = cast("list[_Element]", root.xpath(path, namespaces=NS))
    assert found, path
    return found


def remove(path: str) -> Edit:
    def edit(root: _Element) -> None:
        for element in at(root, path):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)

    return edit


def write(path: str, text: str) -> Edit:
    def edit(root: _Element) -> None:
        for element in at(root, path):
            element.text = text

    return edit


def add_an_ore(path: str) -> Edit:
    def edit(root: _Element) -> None:
        for element in at(root, path):
            element.text = str(Decimal(element.text or "") + Decimal("0.01"))

    return edit


def mark(path: str, name: str, value: str | None) -> Edit:
    def edit(root: _Element) -> None:
        for element in at(root, path):
            element.attrib.pop(name)
            element.attrib.update({} if value is None else {name: value})

    return edit


def insert_after(path: str, xml: str) -> Edit:
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())

    def edit(root: _Element) -> None:
        for element in at(root, path):
            element.addnext(etree.fromstring(f"<x{declared}>{xml}</x>")[0])

    return edit


def double(path: str) -> Edit:
    def edit(root: _Element) -> None:
        for element in at(root, path):
            element.addnext(deepcopy(element))

    return edit


def both(*edits: Edit) -> Edit:
    def edit(root: _Element) -> None:
        for one in edits:
            one(root)

    return edit


@dataclass(frozen=True)
class Change:
    """What is done to a document, and the rules that are then broken, with spaces between.

    Attributes
    ----------
    broken
        The published rules that both implementations name.
    mock, saxon
        Those that only one of them names.
    own
        Those of the project, beyond what is published.
    """

    name: str
    edit: Edit
    broken: str = ""
    mock: str = ""
    saxon: str = ""
    own: str = ""


CHANGES = (
    # Outside VAT
    Change(
        "seller has a VAT id",
        insert_after(f"{SELLER}/cac:PostalAddress", VAT_ID.format("SE202100055501", VAT)),
        "BR-O-02",
    ),
    Change(
        "buyer has a VAT id",
        insert_after(f"{BUYER}/cac:PostalAddress", VAT_ID.format("SE212000001901", VAT)),
        "BR-O-02",
    ),
    Change(
        "line has a percent",
        insert_after(f"{LINE}//cac:ClassifiedTaxCategory/cbc:ID", "<cbc:Percent>25</cbc:Percent>"),
        "BR-O-05",
        own="OWN-PERCENT",
    ),
    Change(
        "line has nought per cent",
        insert_after(f"{LINE}//cac:ClassifiedTaxCategory/cbc:ID", "<cbc:Percent>0</cbc:Percent>"),
        "BR-O-05",
        own="OWN-PERCENT",
    ),
    Change(
        "breakdown has a percent",
        insert_after(f"{SUBTOTAL}/cac:TaxCategory/cbc:ID", "<cbc:Percent>0</cbc:Percent>"),
        own="OWN-PERCENT",
    ),
    Change(
        "no reason for exemption",
        remove(f"{SUBTOTAL}//cbc:TaxExemptionReasonCode | {SUBTOTAL}//cbc:TaxExemptionReason"),
        "BR-O-10",
        own="OWN-REASON",
    ),
    Change("no words for exemption", remove(f"{SUBTOTAL}//cbc:TaxExemptionReason"), own="OWN-REASON"),
    Change(
        "reason is reverse charge",
        write(f"{SUBTOTAL}//cbc:TaxExemptionReasonCode", "VATEX-EU-AE"),
        "PEPPOL-EN16931-P0107",
    ),
    Change("reason is unknown", write(f"{SUBTOTAL}//cbc:TaxExemptionReasonCode", "VATEX-XX"), "BR-CL-22"),
    Change(
        "line is exempt",
        write(f"{LINE}//cac:ClassifiedTaxCategory/cbc:ID", "E"),
        "BR-E-01 BR-E-02 BR-E-05 BR-O-08 BR-O-12",
    ),
    Change(
        "breakdown is exempt",
        write(f"{SUBTOTAL}/cac:TaxCategory/cbc:ID", "E"),
        "BR-48 BR-E-08 BR-O-01 PEPPOL-EN16931-P0105",
    ),
    Change("line names no tax", remove(f"{LINE}//cac:TaxScheme"), saxon="BR-CO-04"),
    Change("breakdown names no tax", remove(f"{SUBTOTAL}//cac:TaxScheme"), saxon="BR-47 BR-48 BR-O-01"),
    Change("two breakdowns", double(SUBTOTAL), "BR-O-01"),
    Change("two tax totals", double("cac:TaxTotal"), "BR-CO-15 BR-O-01 PEPPOL-EN16931-R053", mock="BR-CO-14"),
    Change("no breakdown", remove(SUBTOTAL), "BR-CO-18 BR-O-01 PEPPOL-EN16931-R053 PEPPOL-EN16931-R054"),
    # Sums
    Change("sum of lines is an öre off", add_an_ore(f"{TOTALS}/cbc:LineExtensionAmount"), "BR-CO-10 BR-CO-13"),
    Change("sum without tax is an öre off", add_an_ore(f"{TOTALS}/cbc:TaxExclusiveAmount"), "BR-CO-13 BR-CO-15"),
    Change("sum with tax is an öre off", add_an_ore(f"{TOTALS}/cbc:TaxInclusiveAmount"), "BR-CO-15 BR-CO-16"),
    Change("sum to pay is an öre off", add_an_ore(f"{TOTALS}/cbc:PayableAmount"), "BR-CO-16"),
    Change("taxable sum is an öre off", add_an_ore(f"{SUBTOTAL}/cbc:TaxableAmount"), "BR-O-08"),
    Change("an öre of tax", add_an_ore("//cbc:TaxAmount"), "BR-CO-15 BR-O-09"),
    Change("an öre of tax in the total", add_an_ore("cac:TaxTotal/cbc:TaxAmount"), "BR-CO-14 BR-CO-15"),
    Change("line is an öre off", add_an_ore(f"{LINE}/cbc:LineExtensionAmount"), "BR-CO-10 BR-O-08", own="OWN-EXACT"),
    Change("price is an öre off", add_an_ore(f"{LINE}//cbc:PriceAmount"), own="OWN-EXACT"),
    Change("price is another", write(f"{LINE}//cbc:PriceAmount", "1.00"), "PEPPOL-EN16931-R120", own="OWN-EXACT"),
    Change("three decimals", write(f"{TOTALS}/cbc:PayableAmount", "1.001"), "BR-CO-16 BR-DEC-18 UBL-DT-01"),
    Change("nothing to pay is named", remove(f"{TOTALS}/cbc:PayableAmount"), "BR-15 BR-CO-16"),
    Change("sum to pay below nought", write(f"{TOTALS}/cbc:PayableAmount", "-1.00"), "BR-CO-16"),
    Change(
        "a part is paid before",
        insert_after(
            f"{TOTALS}/cbc:TaxInclusiveAmount", '<cbc:PrepaidAmount currencyID="SEK">1.00</cbc:PrepaidAmount>'
        ),
        "BR-CO-16",
    ),
    Change("no totals", remove(TOTALS), "BR-CO-15"),
    # Currency
    Change("an amount in euro", mark(f"{TOTALS}/cbc:PayableAmount", "currencyID", "EUR"), "PEPPOL-EN16931-R051"),
    Change("document in euro", write("cbc:DocumentCurrencyCode", "EUR"), "BR-CO-15 PEPPOL-EN16931-R051"),
    Change("currency is unknown", write("cbc:DocumentCurrencyCode", "KR"), "BR-CL-04 BR-CO-15 PEPPOL-EN16931-R051"),
    Change("no currency", remove("cbc:DocumentCurrencyCode"), "BR-05", mock="PEPPOL-EN16931-R051"),
    # Lines
    Change("no lines", remove("cac:InvoiceLine | cac:CreditNoteLine"), "BR-16 BR-CO-10 BR-O-08"),
    Change("line without number", remove(f"{LINE}/cbc:ID"), "BR-21"),
    Change(
        "line without amount",
        remove(f"{LINE}/cbc:LineExtensionAmount"),
        "BR-24 BR-CO-10 BR-O-08 PEPPOL-EN16931-R120",
        own="OWN-EXACT",
    ),
    Change("line without price", remove(f"{LINE}/cac:Price"), "BR-26 BR-27 PEPPOL-EN16931-R120", own="OWN-EXACT"),
    Change("line without quantity", remove(QUANTITY), "BR-22 BR-23"),
    Change("line without unit", mark(QUANTITY, "unitCode", None), "BR-23"),
    Change("unit is unknown", mark(QUANTITY, "unitCode", "styck"), "BR-CL-23"),
    Change("quantity below nought", write(QUANTITY, "-1"), "PEPPOL-EN16931-R120", own="OWN-EXACT"),
    Change(
        "price below nought",
        both(write(QUANTITY, "-1"), write(f"{LINE}//cbc:PriceAmount", "-1.00")),
        "BR-27 PEPPOL-EN16931-R120",
        own="OWN-EXACT",
    ),
    Change("line without text", remove(f"{LINE}/cac:Item/cbc:Name"), "BR-25"),
    Change("text of line is empty", write(f"{LINE}/cac:Item/cbc:Name", ""), "BR-25 PEPPOL-EN16931-R008"),
    # Parties
    Change("no buyer reference", remove("cbc:BuyerReference"), "PEPPOL-EN16931-R003"),
    Change("buyer reference is empty", write("cbc:BuyerReference", " "), "PEPPOL-EN16931-R008"),
    Change("no name of the seller", remove(f"{SELLER}//cbc:RegistrationName"), "BR-06"),
    Change("no name of the buyer", remove(f"{BUYER}//cbc:RegistrationName"), "BR-07"),
    Change("name of the seller is empty", write(f"{SELLER}//cbc:RegistrationName", ""), "BR-06 PEPPOL-EN16931-R008"),
    Change("name of the buyer is empty", write(f"{BUYER}//cbc:RegistrationName", ""), "BR-07 PEPPOL-EN16931-R008"),
    Change("seller has no number", remove(f"{SELLER}//cbc:CompanyID"), "BR-CO-26"),
    Change(
        "number of the seller is wrong", write(f"{SELLER}//cbc:CompanyID", "2021000556"), "PEPPOL-COMMON-R049 SE-R-013"
    ),
    Change("number of the buyer has a hyphen", write(f"{BUYER}//cbc:CompanyID", "212000-0019"), "PEPPOL-COMMON-R049"),
    Change(
        "scheme of the endpoint is unknown",
        mark(f"{BUYER}/cbc:EndpointID", "schemeID", "9999"),
        "BR-CL-25",
        mock="PEPPOL-EN16931-CL008",
    ),
    Change("endpoint is no GLN", mark(f"{BUYER}/cbc:EndpointID", "schemeID", "0088"), "PEPPOL-COMMON-R040"),
    Change("endpoint has no scheme", mark(f"{BUYER}/cbc:EndpointID", "schemeID", None), "BR-63"),
    Change("endpoint of the seller has no scheme", mark(f"{SELLER}/cbc:EndpointID", "schemeID", None), "BR-62"),
    Change("endpoint has a wrong digit", write(f"{BUYER}/cbc:EndpointID", "2120000018"), "PEPPOL-COMMON-R049"),
    Change("buyer has no endpoint", remove(f"{BUYER}/cbc:EndpointID"), "PEPPOL-EN16931-R010"),
    Change("seller has no endpoint", remove(f"{SELLER}/cbc:EndpointID"), "PEPPOL-EN16931-R020"),
    Change("seller has no country", remove(f"{SELLER}//cac:Country"), "BR-09"),
    Change("buyer has no address", remove(f"{BUYER}/cac:PostalAddress"), "BR-10"),
    Change("country is unknown", write(f"{BUYER}//cac:Country/cbc:IdentificationCode", "SW"), "BR-CL-14"),
    # The document
    Change(
        "specification is another",
        write("cbc:CustomizationID", "urn:cen.eu:en16931:2017"),
        mock="refused",
        saxon="PEPPOL-EN16931-R004",
    ),
    Change("no specification", remove("cbc:CustomizationID"), mock="refused", saxon="BR-01 PEPPOL-EN16931-R004"),
    Change("process is another", write("cbc:ProfileID", "urn:x"), "PEPPOL-EN16931-R007"),
    Change("no process", remove("cbc:ProfileID"), "PEPPOL-EN16931-R001 PEPPOL-EN16931-R007"),
    Change("no number", remove("cbc:ID"), "BR-02"),
    Change("no date", remove("cbc:IssueDate"), "BR-03"),
    Change("date is Swedish", write("cbc:IssueDate", "29/5 2026"), "PEPPOL-EN16931-F001"),
    Change("no type", remove("cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode"), "BR-04"),
    Change("what no rule knows", insert_after("cbc:ID", "<cbc:UUID>1</cbc:UUID>"), "UBL-CR-005"),
)

OF_INVOICES = (
    Change("is a credit note", write("cbc:InvoiceTypeCode", "381"), "BR-CL-01 PEPPOL-EN16931-P0100"),
    # The Python implementation follows a later edition, which asks this of nobody.
    Change("no due date", remove("cbc:DueDate"), saxon="BR-CO-25", own="OWN-DUE"),
    Change("no account", remove("//cac:PayeeFinancialAccount"), "BR-61"),
    Change("account has a hyphen", write("//cac:PayeeFinancialAccount/cbc:ID", "5050-1055"), "SE-R-008 SE-R-009"),
    Change("means of payment is 31", write("//cbc:PaymentMeansCode", "31"), "SE-R-012"),
    Change("means of payment is 50", write("//cbc:PaymentMeansCode", "50"), "SE-R-011"),
    Change("two notes", double("cbc:Note"), "PEPPOL-EN16931-R002"),
)
OF_CREDIT_NOTES = (
    Change("is an invoice", write("cbc:CreditNoteTypeCode", "380"), "BR-CL-01 PEPPOL-EN16931-P0101"),
    # No published rule asks a credit note what it reverses, or when it is due.
    Change("reverses nothing", remove("cac:BillingReference"), own="OWN-REVERSED"),
    Change("no terms", remove("cac:PaymentTerms"), own="OWN-DUE"),
    Change(
        "reverses what has no number", remove("cac:BillingReference//cbc:ID"), "BR-55 UBL-SR-07", own="OWN-REVERSED"
    ),
)
