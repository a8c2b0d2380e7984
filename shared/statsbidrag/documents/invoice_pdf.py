"""The recovery invoice for people: plain Swedish, with a code to scan and the electronic invoice inside."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import msgspec
import segno

from statsbidrag.documents.invoice import Invoice, InvoiceReference
from statsbidrag.documents.typst_pdf import agency_view, format_column, typeset
from statsbidrag.domain.money import Ore, format_decimal, format_kronor
from statsbidrag.domain.time import format_date

_GIRO_LABEL = {"bankgiro": "Bankgiro", "plusgiro": "Plusgiro", "iban": "IBAN"}
_USING_QR = {"bankgiro": "BG", "plusgiro": "PG", "iban": "IBAN"}
_PREPAID = "Redan betalt på fakturan som den här ersätter"
_AS_NUMBERS = msgspec.json.Encoder(decimal_format="number")


def render_invoice_pdf(invoice: Invoice, xml: bytes) -> bytes:
    """Typeset an invoice or credit note.

    Parameters
    ----------
    xml
        `invoice_xml.render_invoice_xml` of the same invoice; it is attached as the alternative.

    Returns
    -------
    bytes
        PDF/A-3a and PDF/UA-1, in Swedish.
    """
    files = {"invoice.xml": xml}
    paid = [(_PREPAID, Ore(-invoice.prepaid))] if invoice.prepaid else []
    lines = [*((line.text, line.amount) for line in invoice.lines), *paid]
    column = format_column([*(amount for _, amount in lines), invoice.to_pay])
    view = {
        "agency": agency_view(invoice.seller),
        "date": invoice.issued_on.isoformat(),
        "case_number": invoice.case_number,
        "keywords": [invoice.number, invoice.case_number],
        "attachment": f"{invoice.number}.xml",
        "buyer": _buyer(invoice),
        "lines": list(zip((text for text, _ in lines), column[:-1], strict=True)),
        "total": column[-1],
        "vat": "Återbetalning av statsbidrag omfattas inte av mervärdesskatt (moms).",
        "questions": (
            f"Kontakta oss på {invoice.seller.email} och ange ärende {invoice.case_number}. "
            "Samma uppgifter finns som e-faktura, bifogad i den här filen."
        ),
        **(_claim(invoice) if invoice.credits is None else _reversal(invoice, invoice.credits)),
    }
    if invoice.credits is None:
        files["qr.svg"] = _drawn(payment_code(invoice))
    return typeset("invoice", view, files)


def _buyer(invoice: Invoice) -> list[tuple[str, str]]:
    number = invoice.buyer.organisation_number
    return [
        ("Till", invoice.buyer.name),
        ("E-post", invoice.buyer.registry_email),
        ("Organisationsnummer", f"{number[:6]}-{number[6:]}"),
        ("Er referens", invoice.buyer_reference),
    ]


def _claim(invoice: Invoice) -> dict[str, Any]:
    total, due = format_kronor(invoice.to_pay), format_date(invoice.due_on)
    replaced = [("Ersätter faktura", invoice.replaces.number)] if invoice.replaces else []
    account = invoice.seller.account
    return {
        "title": f"Faktura {invoice.number}",
        "lead": f"{invoice.buyer.name} ska betala tillbaka {total} av statsbidraget. Betala senast den {due}.",
        "facts": [
            ("Fakturanummer", invoice.number),
            ("Fakturadatum", format_date(invoice.issued_on)),
            ("Ärende", invoice.case_number),
            *replaced,
        ],
        "payment": [
            ("Betala senast", due),
            (_GIRO_LABEL[account.kind], str(account)),
            ("OCR-nummer", invoice.ocr),
        ],
        "qr": f"Betalkod: {total} till {_GIRO_LABEL[account.kind].lower()} {account} med "
        f"OCR-nummer {invoice.ocr}, senast den {due}.",
        "table_title": "Vad ni ska betala",
        "sum_label": "Att betala",
        "grounds": _grounds("kräver", invoice),
    }


def _reversal(invoice: Invoice, reversed_invoice: InvoiceReference) -> dict[str, Any]:
    earlier = f"faktura {reversed_invoice.number} från den {format_date(reversed_invoice.issued_on)}"
    return {
        "title": f"Kreditfaktura {invoice.number}",
        "lead": f"Vi minskar {earlier} med {format_kronor(invoice.total)}. Ni ska inte betala den här kreditfakturan.",
        "facts": [
            ("Kreditfaktura", invoice.number),
            ("Datum", format_date(invoice.issued_on)),
            ("Ärende", invoice.case_number),
            ("Gäller faktura", reversed_invoice.number),
            ("OCR-nummer", invoice.ocr),
        ],
        "payment": [],
        "qr": None,
        "table_title": "Vad vi krediterar",
        "sum_label": "Krediterat belopp",
        "grounds": _grounds("krediterar", invoice),
    }


def _grounds(what: str, invoice: Invoice) -> list[str]:
    decision = f"vårt beslut den {format_date(invoice.decision_on)} i ärende {invoice.case_number}"
    return [f"Vi {what} beloppet enligt {decision}.", *([invoice.note] if invoice.note else [])]


def payment_code(invoice: Invoice) -> str:
    """Write what the code to scan holds: UsingQR version 1, which Swedish bank apps read; a JSON text."""
    seller = invoice.seller
    fields = {
        "uqr": 1,
        "tp": 1,
        "nme": seller.name,
        "cid": f"{seller.organisation_number[:6]}-{seller.organisation_number[6:]}",
        "iref": invoice.ocr,
        "idt": invoice.issued_on.strftime("%Y%m%d"),
        "ddt": invoice.due_on.strftime("%Y%m%d"),
        "due": Decimal(format_decimal(invoice.to_pay)),
        "pt": _USING_QR[seller.account.kind],
        "acc": str(seller.account).replace(" ", ""),
    }
    return _AS_NUMBERS.encode(fields).decode()


def _drawn(code: str) -> bytes:
    drawing = BytesIO()
    segno.make_qr(code, error="m").save(drawing, kind="svg", border=4, light="white", xmldecl=False)
    return drawing.getvalue()
