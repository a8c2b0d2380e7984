"""Invoices and what happens to them: repayment, credit, reissue, interest, write-off."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds, add, owe_mail, with_changes
from statsbidrag.domain.case.state import (
    Case,
    CreditNote,
    Interest,
    InterestStatus,
    Invoice,
    MailKind,
    Payout,
    WriteOff,
)
from statsbidrag.domain.interest import Paid
from statsbidrag.domain.money import Ore


def _invoice_raised(case: Case, event: e.InvoiceRaised) -> Case:
    invoice = Invoice(event.invoice, event.recovery, event.amount, event.ocr, event.issued_on, event.due_on)
    return add(replace(case, invoices=(*case.invoices, invoice)), invoiced=event.amount)


def _invoice_filed(case: Case, event: e.InvoiceFiled) -> Case:
    case = _invoice_of(case, event.invoice, xml=event.xml, pdf=event.pdf)
    return owe_mail(case, "invoice", event.invoice, event.filed_at)


def _repayment_received(case: Case, event: e.RepaymentReceived) -> Case:
    invoice = find_invoice(case, event.invoice)
    case = paid(case, invoice, event.amount, event.booked_on)
    case = replace(case, bank_entries=(*case.bank_entries, event.entry))
    return _add_to(add(case, surplus=event.surplus), invoice, settled=event.amount)


def find_invoice(case: Case, number: str) -> Invoice:
    """Give an invoice by its number, one that took its place included."""
    return next(i for i in case.all_invoices if i.number == number)


def paid(case: Case, invoice: Invoice, amount: Ore, on: date) -> Case:
    """Settle a part of an invoice (öre)."""
    paid = (*invoice.paid, Paid(on, amount)) if amount else invoice.paid
    return _invoice_of(case, invoice.number, settled=invoice.settled + amount, paid=paid)


def _add_to(case: Case, invoice: Invoice, **amounts: int) -> Case:
    """Add to the accounts of the grant, or to those of interest."""
    kind = "interest_" if invoice.interest_on else ""
    return add(case, **{f"{kind}{name}": amount for name, amount in amounts.items()})


def _invoice_of(case: Case, number: str, **changes: Any) -> Case:
    return replace(
        case,
        invoices=with_changes(case.invoices, "number", number, **changes),
        interest_invoices=with_changes(case.interest_invoices, "number", number, **changes),
    )


def _invoice_reminded(case: Case, event: e.InvoiceReminded) -> Case:
    case = _invoice_of(case, event.invoice, reminded_at=event.reminded_at)
    return owe_mail(case, "invoice_reminder", event.invoice, event.reminded_at)


def _credit_note_raised(case: Case, event: e.CreditNoteRaised) -> Case:
    note = CreditNote(event.credit_note, event.invoice, event.amount, event.issued_on, event.reasons)
    invoice = find_invoice(case, event.invoice)
    credited, settled = invoice.credited + event.amount, invoice.settled - event.surplus
    case = _invoice_of(case, invoice.number, credited=credited, settled=settled)
    case = replace(case, credit_notes=(*case.credit_notes, note))
    return _add_to(add(case, surplus=event.surplus), invoice, credited=event.amount, settled=-event.surplus)


def _credit_note_filed(case: Case, event: e.CreditNoteFiled) -> Case:
    filed = with_changes(case.credit_notes, "number", event.credit_note, xml=event.xml, pdf=event.pdf)
    note = next(note for note in filed if note.number == event.credit_note)
    kind: MailKind = "invoice_voided" if note.replacement else "credit_note"
    return owe_mail(replace(case, credit_notes=filed), kind, event.credit_note, event.filed_at)


def _write_off_proposed(case: Case, event: e.WriteOffProposed) -> Case:
    return _invoice_of(case, event.invoice, write_off=WriteOff(event.amount, event.reason, event.proposed_by))


def _invoice_written_off(case: Case, event: e.InvoiceWrittenOff) -> Case:
    invoice = find_invoice(case, event.invoice)
    decided = replace(invoice.write_off, decided_by=event.decided_by) if invoice.write_off else None
    written_off = invoice.written_off + event.amount
    case = _invoice_of(case, invoice.number, written_off=written_off, write_off=decided)
    return _add_to(case, invoice, written_off=event.amount)


def _refund_ordered(case: Case, event: e.RefundOrdered) -> Case:
    refund = Payout(event.payout, event.amount, event.account, "ordered", event.ordered_at, purpose="refund")
    return replace(case, payouts=(*case.payouts, refund))


def _invoice_reissued(case: Case, event: e.InvoiceReissued) -> Case:
    old = find_invoice(case, event.invoice)
    note = CreditNote(
        event.credit_note, old.number, event.amount, event.issued_on, event.reason, replacement=event.replacement
    )
    new = Invoice(
        event.replacement,
        old.recovery,
        event.amount,
        event.ocr,
        event.issued_on,
        event.due_on,
        settled=event.prepaid,
        replaces=old.number,
        prepaid=event.prepaid,
        buyer_reference=event.invoice_reference,
        paid=old.paid,
        interest_on=old.interest_on,
    )
    void = {"credited": old.credited + event.amount, "settled": old.settled - event.prepaid}
    case = _invoice_of(case, old.number, replaced_by=new.number, **void)
    case = replace(_with_invoice(case, new), credit_notes=(*case.credit_notes, note))
    return _add_to(case, new, invoiced=event.amount, credited=event.amount)


def _with_invoice(case: Case, new: Invoice) -> Case:
    if new.interest_on:
        return replace(case, interest_invoices=(*case.interest_invoices, new))
    return replace(case, invoices=(*case.invoices, new))


def _interest(case: Case, event: e.InterestClaimed | e.InterestForgone, status: InterestStatus, reason: str) -> Case:
    told = Interest(
        invoice=event.invoice,
        amount=event.amount,
        free_to=event.free_to,
        rates=event.rates,
        lines=event.lines,
        status=status,
        decided_at=event.decided_at,
        reason=reason,
        decided_by=event.decided_by,
    )
    return replace(case, interest=(*case.interest, told))


def _interest_claimed(case: Case, event: e.InterestClaimed) -> Case:
    late = find_invoice(case, event.invoice)
    invoice = Invoice(
        event.interest_invoice,
        late.recovery,
        event.amount,
        event.ocr,
        event.issued_on,
        event.due_on,
        buyer_reference=late.buyer_reference,
        interest_on=late.number,
    )
    return _add_to(_with_invoice(_interest(case, event, "claimed", ""), invoice), invoice, invoiced=event.amount)


def _interest_forgone(case: Case, event: e.InterestForgone) -> Case:
    return add(_interest(case, event, event.status, event.reason), interest_forgone=event.amount)


FOLDS: Folds = {
    e.InvoiceRaised: _invoice_raised,
    e.InvoiceFiled: _invoice_filed,
    e.RepaymentReceived: _repayment_received,
    e.InvoiceReminded: _invoice_reminded,
    e.CreditNoteRaised: _credit_note_raised,
    e.CreditNoteFiled: _credit_note_filed,
    e.WriteOffProposed: _write_off_proposed,
    e.InvoiceWrittenOff: _invoice_written_off,
    e.RefundOrdered: _refund_ordered,
    e.InvoiceReissued: _invoice_reissued,
    e.InterestClaimed: _interest_claimed,
    e.InterestForgone: _interest_forgone,
}
