"""The electronic invoice: Peppol BIS Billing 3.0, UBL 2.1.

A claim for repaid state grant is outside the scope of VAT: category O, and no VAT number, percent or
``PartyTaxScheme`` anywhere. Standard library only; the same `Invoice` gives the same bytes.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from statsbidrag.documents.characters import xml_text
from statsbidrag.documents.invoice import Invoice, InvoiceLine
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, format_decimal
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency

_OASIS = "urn:oasis:names:specification:ubl:schema:xsd"
_CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_ORGANISATION_NUMBER = "0007"
_OUTSIDE_VAT = "Återbetalning av statsbidrag omfattas inte av mervärdesskatt."
_GIRO_BRANCH = {"bankgiro": "SE:BANKGIRO", "plusgiro": "SE:PLUSGIRO"}
# Element names that differ between the two documents: root, type element and code, line, quantity.
_NAMES = {
    "invoice": ("Invoice", "InvoiceTypeCode", "380", "InvoiceLine", "InvoicedQuantity"),
    "credit_note": ("CreditNote", "CreditNoteTypeCode", "381", "CreditNoteLine", "CreditedQuantity"),
}


def render_invoice_xml(invoice: Invoice) -> bytes:
    """Write the invoice or credit note.

    Returns
    -------
    bytes
        UTF-8 XML without a finding from the rules of EN 16931, Peppol and their Swedish part.

    Raises
    ------
    CorruptBooks
        When it would not say when or on what terms to pay (EN 16931, BR-CO-25). Edition 1.3.16 of the published rules
        has lost this one, and none asks it of a credit note.
    """
    name, type_element, type_code, line_element, quantity = _NAMES[invoice.kind]
    root = Element(
        name,
        {
            "xmlns": f"{_OASIS}:{name}-2",
            "xmlns:cac": f"{_OASIS}:CommonAggregateComponents-2",
            "xmlns:cbc": f"{_OASIS}:CommonBasicComponents-2",
        },
    )
    _leaf(root, "CustomizationID", _CUSTOMIZATION)
    _leaf(root, "ProfileID", _PROFILE)
    _leaf(root, "ID", invoice.number)
    _leaf(root, "IssueDate", invoice.issued_on.isoformat())
    if invoice.kind == "invoice":
        _leaf(root, "DueDate", invoice.due_on.isoformat())
    _leaf(root, type_element, type_code)
    if invoice.note:
        _leaf(root, "Note", invoice.note)
    _leaf(root, "DocumentCurrencyCode", "SEK")
    _leaf(root, "BuyerReference", invoice.buyer_reference)
    _references(root, invoice)
    _seller(_branch(root, "AccountingSupplierParty", "Party"), invoice.seller)
    _buyer(_branch(root, "AccountingCustomerParty", "Party"), invoice.buyer)
    _payment(root, invoice)
    _totals(root, invoice)
    for number, line in enumerate(invoice.lines, start=1):
        _line(_branch(root, line_element), number, line, quantity)
    if not (_says(root, "cbc:DueDate") or any(_says(terms, "cbc:Note") for terms in root.iter("cac:PaymentTerms"))):
        raise CorruptBooks(f"{invoice.number} has neither a due date nor payment terms (BR-CO-25)")
    return bytes(tostring(root, encoding="UTF-8", xml_declaration=True))


def _references(root: Element, invoice: Invoice) -> None:
    if (reference := invoice.credits or invoice.replaces) is not None:
        earlier = _branch(root, "BillingReference", "InvoiceDocumentReference")
        _leaf(earlier, "ID", reference.number)
        _leaf(earlier, "IssueDate", reference.issued_on.isoformat())
    decision = _branch(root, "AdditionalDocumentReference")
    _leaf(decision, "ID", invoice.case_number)
    _leaf(decision, "DocumentDescription", f"Beslut om återkrav {invoice.decision_on.isoformat()}")


def _seller(party: Element, agency: Agency) -> None:
    _leaf(party, "EndpointID", agency.organisation_number, schemeID=_ORGANISATION_NUMBER)
    _leaf(_branch(party, "PartyName"), "Name", agency.name)
    address = _branch(party, "PostalAddress")
    _leaf(address, "StreetName", agency.address)
    _leaf(address, "CityName", agency.city)
    _leaf(address, "PostalZone", agency.postcode)
    _leaf(_branch(address, "Country"), "IdentificationCode", "SE")
    _legal_entity(party, agency.name, agency.organisation_number)
    _leaf(_branch(party, "Contact"), "ElectronicMail", agency.email)


def _buyer(party: Element, recipient: Recipient) -> None:
    scheme, _, endpoint = recipient.peppol_id.partition(":")
    _leaf(party, "EndpointID", endpoint, schemeID=scheme)
    _leaf(_branch(party, "PartyName"), "Name", recipient.name)
    # The register has no postal address; the rules demand the country.
    _leaf(_branch(party, "PostalAddress", "Country"), "IdentificationCode", "SE")
    _legal_entity(party, recipient.name, recipient.organisation_number)


def _legal_entity(party: Element, name: str, organisation_number: str) -> None:
    entity = _branch(party, "PartyLegalEntity")
    _leaf(entity, "RegistrationName", name)
    _leaf(entity, "CompanyID", organisation_number, schemeID=_ORGANISATION_NUMBER)


def _payment(root: Element, invoice: Invoice) -> None:
    if invoice.credits is not None:
        terms = f"Inget att betala. Kreditfakturan minskar faktura {invoice.credits.number}."
        _leaf(_branch(root, "PaymentTerms"), "Note", terms)
        return
    means = _branch(root, "PaymentMeans")
    _leaf(means, "PaymentMeansCode", "30")
    _leaf(means, "PaymentID", invoice.ocr)
    _payee(_branch(means, "PayeeFinancialAccount"), invoice.seller.account)


def _payee(holder: Element, account: Account) -> None:
    _leaf(holder, "ID", account.number)
    if account.kind != "iban":
        _leaf(_branch(holder, "FinancialInstitutionBranch"), "ID", _GIRO_BRANCH[account.kind])


def _totals(root: Element, invoice: Invoice) -> None:
    total = invoice.total
    tax = _branch(root, "TaxTotal")
    _amount(tax, "TaxAmount", Ore(0))
    subtotal = _branch(tax, "TaxSubtotal")
    _amount(subtotal, "TaxableAmount", total)
    _amount(subtotal, "TaxAmount", Ore(0))
    category = _branch(subtotal, "TaxCategory")
    _leaf(category, "ID", "O")
    _leaf(category, "TaxExemptionReasonCode", "VATEX-EU-O")
    _leaf(category, "TaxExemptionReason", _OUTSIDE_VAT)
    _leaf(_branch(category, "TaxScheme"), "ID", "VAT")
    sums = _branch(root, "LegalMonetaryTotal")
    for element in ("LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount"):
        _amount(sums, element, total)
    if invoice.prepaid:
        _amount(sums, "PrepaidAmount", invoice.prepaid)
    _amount(sums, "PayableAmount", invoice.to_pay)


def _line(node: Element, number: int, line: InvoiceLine, quantity: str) -> None:
    _leaf(node, "ID", str(number))
    _leaf(node, quantity, "1", unitCode="C62")
    _amount(node, "LineExtensionAmount", line.amount)
    item = _branch(node, "Item")
    _leaf(item, "Name", line.text)
    category = _branch(item, "ClassifiedTaxCategory")
    _leaf(category, "ID", "O")
    _leaf(_branch(category, "TaxScheme"), "ID", "VAT")
    _amount(_branch(node, "Price"), "PriceAmount", line.amount)


def _branch(parent: Element, *names: str) -> Element:
    for name in names:
        parent = SubElement(parent, f"cac:{name}")
    return parent


def _says(node: Element, name: str) -> bool:
    return any((found.text or "").strip() for found in node.iter(name))


def _leaf(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, f"cbc:{name}", attributes).text = xml_text(text)


def _amount(parent: Element, name: str, amount: Ore) -> None:
    _leaf(parent, name, format_decimal(amount), currencyID="SEK")
