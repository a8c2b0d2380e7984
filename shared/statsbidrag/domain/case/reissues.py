"""Decide on invoices with wrong particulars: void by a credit note, and claimed anew under another number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import ReissueInvoice
from statsbidrag.domain.case.recoveries import find_invoice, next_number
from statsbidrag.domain.case.state import Case, opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import LAST_INVOICE, invoice_number, ocr_reference
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import swedish_date


def reissue_invoice(case: Case, command: ReissueInvoice, now: datetime) -> Sequence[e.CaseEvent]:
    """Void an unpaid invoice in full and issue another with the particulars as they are now; once.

    Only particulars change. What is claimed stays, and so does what was paid: it counts on the new invoice.
    """
    _, terms = opened(case)
    invoice = find_invoice(case, command.invoice)
    if invoice.replaced_by:
        return []
    reason = require_reason(command.reason)
    if invoice.open_amount == 0:
        raise Refusal(
            "nothing_to_reissue", "Det finns inget obetalt på fakturan, så den behöver inte ersättas.", status=409
        )
    sequence = next_number(case)
    if sequence + 1 > LAST_INVOICE:
        raise Refusal("numbers_used_up", "Ärendet har inga fakturanummer kvar. Kontakta förvaltningen.", status=409)
    issued_on = swedish_date(now)
    return [
        e.InvoiceReissued(
            invoice=invoice.number,
            credit_note=invoice_number(case.round, case.municipality, sequence),
            replacement=invoice_number(case.round, case.municipality, sequence + 1),
            amount=Ore(invoice.amount - invoice.credited),
            prepaid=invoice.settled,
            ocr=ocr_reference(case.round, case.municipality, sequence + 1),
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=terms.invoice_days),
            invoice_reference=command.invoice_reference.strip() or invoice.buyer_reference,
            reason=reason,
            reissued_by=command.officer,
            reissued_at=now,
        )
    ]
