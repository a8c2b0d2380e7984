"""Decide on what is claimed: reminded, given up, taken back by a credit note, refunded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.accounts import holds_for_accounts
from statsbidrag.domain.case.commands import (
    DecideReconsideration,
    DecideWriteOff,
    OrderRefund,
    PrepareReconsideration,
    ProposeWriteOff,
    RecordCreditNoteFiled,
    RecordReconsiderationFiled,
    RemindInvoice,
)
from statsbidrag.domain.case.interests import interest_too_much
from statsbidrag.domain.case.recoveries import find, find_invoice, next_number
from statsbidrag.domain.case.state import Case, CreditNote, Invoice, Reconsideration, Reconsidered, Recovery, opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import invoice_number, payout_id
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, format_kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of, swedish_date

REMINDED_AFTER = timedelta(days=5)
"""How long after its due date an invoice is reminded of: a payment on the last day is booked by then."""


def reminder_due(invoice: Invoice, hold_ended_at: datetime | None = None) -> datetime:
    """Give the instant from which an unpaid invoice is reminded of; an appeal that held it gives as long again."""
    due = end_of(invoice.due_on + REMINDED_AFTER)
    return max(due, hold_ended_at + REMINDED_AFTER) if hold_ended_at else due


def is_negligible(invoice: Invoice, terms: Terms) -> bool:
    """Tell whether what is open after a part payment is less than the round claims; it is given up, and not chased."""
    return invoice.settled > 0 and 0 < invoice.open_amount < terms.smallest_claim


def remind(case: Case, command: RemindInvoice, now: datetime) -> Sequence[e.CaseEvent]:
    """Remind once of an invoice that is past its due date and not paid in full; not while an appeal holds it."""
    _, terms = opened(case)
    invoice = find_invoice(case, command.invoice)
    recovery = find(case, invoice.recovery)
    nothing_to_ask_for = invoice.open_amount == 0 or is_negligible(invoice, terms)
    if invoice.reminded_at is not None or nothing_to_ask_for or recovery.is_on_hold:
        return []
    if now < reminder_due(invoice, recovery.hold_ended_at):
        raise Refusal("invoice_not_overdue", "Fakturan har inte förfallit.", status=409)
    return [e.InvoiceReminded(invoice.number, now)]


def prepare_reconsideration(case: Case, command: PrepareReconsideration, _: datetime) -> Sequence[e.CaseEvent]:
    """Take in an officer's proposal to lower a decided recovery, or to let it stand; never to raise it."""
    recovery = _decided(case, command.recovery)
    whole = command.amount % ORE_PER_KRONA == 0 or command.amount == recovery.to_invoice
    if not (whole and 0 <= command.amount <= recovery.to_invoice):
        raise Refusal(
            "amount_out_of_range",
            f"Skriv ett belopp i hela kronor från 0 till {format_kronor(recovery.to_invoice)}, som gäller nu.",
            field="amount",
        )
    if not command.reasons.strip():
        raise Refusal("reasons_missing", "Skriv skälen för beslutet.", field="reasons")
    prepared = Reconsideration(command.amount, command.reasons.strip(), command.officer)
    if prepared == recovery.reconsideration:
        return []
    return [e.ReconsiderationPrepared(recovery.id, prepared.amount, prepared.reasons, prepared.prepared_by)]


def decide_reconsideration(case: Case, command: DecideReconsideration, now: datetime) -> Sequence[e.CaseEvent]:
    """Decide again what another officer prepared; what was invoiced already is taken back by a credit note."""
    recovery = _decided(case, command.recovery)
    prepared = recovery.reconsideration
    if prepared is None and recovery.reconsidered_at is not None and recovery.to_invoice == command.amount:
        return []
    if prepared is None:
        raise Refusal("decision_not_prepared", "Omprövningen är inte beredd. Bered den först.", status=409)
    if prepared.prepared_by == command.officer:
        raise Refusal("same_officer", "Den som har berett beslutet får inte fatta det.", status=403)
    if prepared.amount != command.amount:
        raise Refusal(
            "amount_differs", "Beloppet är inte det som är berett. Läs in ärendet på nytt.", field="amount", status=409
        )
    reduction = Ore(recovery.to_invoice - prepared.amount)
    claims = (item for item in case.invoices if item.recovery == recovery.id and not item.replaced_by)
    invoice = next(claims, None)
    credit = list(_credits(case, invoice, reduction, prepared.reasons, now)) if reduction and invoice else []
    decided = e.RecoveryReconsidered(
        recovery=recovery.id,
        reduction=reduction,
        decided_by=command.officer,
        decided_at=now,
        reconsideration=len(recovery.reconsidered) + 1,
        credit_note=credit[0].credit_note if credit else "",
    )
    return [*credit, decided]


def reconsideration_filed(case: Case, command: RecordReconsiderationFiled, _: datetime) -> Sequence[e.CaseEvent]:
    """Note where the letter of a decision that was taken again lies."""
    found = find_reconsidered(find(case, command.recovery), command.reconsideration)
    if found.letter:
        return []
    return [e.ReconsiderationFiled(command.recovery, command.reconsideration, command.letter)]


def find_reconsidered(recovery: Recovery, number: int) -> Reconsidered:
    """Give how a recovery was decided again that time; `NotFound` ``unknown_reconsideration``."""
    if not 0 < number <= len(recovery.reconsidered):
        raise NotFound("unknown_reconsideration", "Omprövningen finns inte i ärendet.")
    return recovery.reconsidered[number - 1]


def _credits(case: Case, invoice: Invoice, amount: Ore, reasons: str, now: datetime) -> Iterator[e.CreditNoteRaised]:
    """Take a part of an invoice back, and the interest that was claimed on that part."""
    yield _credit(case, invoice, amount, reasons, now, next_number(case))
    for interest, too_much in interest_too_much(case, invoice, amount):
        why = f"Faktura {invoice.number} är sänkt. Räntan på den delen faller bort."
        yield _credit(case, interest, too_much, why, now, next_number(case) + 1)


def _credit(
    case: Case, invoice: Invoice, amount: Ore, reasons: str, now: datetime, sequence: int
) -> e.CreditNoteRaised:
    remains = invoice.amount - invoice.credited - invoice.written_off - amount
    return e.CreditNoteRaised(
        credit_note=invoice_number(case.round, case.municipality, sequence),
        invoice=invoice.number,
        amount=amount,
        surplus=Ore(max(invoice.settled - remains, 0)),
        reasons=reasons,
        issued_on=swedish_date(now),
    )


def _decided(case: Case, recovery: int) -> Recovery:
    found = find(case, recovery)
    if found.status != "decided":
        raise Refusal("recovery_not_decided", "Återkravet är inte beslutat.", status=409)
    if any(invoice.recovery == found.id and invoice.written_off for invoice in case.invoices):
        raise Refusal("invoice_written_off", "Fordran är avskriven. Det finns inget att ompröva.", status=409)
    return found


def find_credit_note(case: Case, number: str) -> CreditNote:
    """Give the credit note of that number; `NotFound` ``unknown_credit_note``."""
    found = next((note for note in case.credit_notes if note.number == number), None)
    if found is None:
        raise NotFound("unknown_credit_note", "Kreditfakturan finns inte i ärendet.")
    return found


def credit_note_filed(case: Case, command: RecordCreditNoteFiled, now: datetime) -> Sequence[e.CaseEvent]:
    """Note where the credit note's files lie."""
    note = find_credit_note(case, command.credit_note)
    return [] if note.xml else [e.CreditNoteFiled(note.number, command.xml, command.pdf, now)]


def propose_write_off(case: Case, command: ProposeWriteOff, _: datetime) -> Sequence[e.CaseEvent]:
    """Take in an officer's proposal to give up what is open on an invoice."""
    invoice = find_invoice(case, command.invoice)
    reason = require_reason(command.reason)
    if invoice.open_amount == 0:
        raise Refusal("nothing_to_write_off", "Det finns inget obetalt på fakturan.", status=409)
    told = invoice.write_off
    if told and (told.amount, told.reason, told.proposed_by) == (invoice.open_amount, reason, command.officer):
        return []
    return [e.WriteOffProposed(invoice.number, invoice.open_amount, reason, command.officer)]


def decide_write_off(case: Case, command: DecideWriteOff, now: datetime) -> Sequence[e.CaseEvent]:
    """Give up what another officer proposed to give up; not where money came in meanwhile."""
    invoice = find_invoice(case, command.invoice)
    told = invoice.write_off
    if told and (told.decided_by, told.amount) == (command.officer, command.amount):
        return []
    if told is None or told.decided_by or not told.amount == command.amount == invoice.open_amount:
        raise Refusal(
            "write_off_differs", "Det är inte det belopp som väntar på beslut. Läs in fakturan på nytt.", status=409
        )
    if told.proposed_by == command.officer:
        raise Refusal("same_officer", "Den som har föreslagit avskrivningen får inte besluta om den.", status=403)
    return [e.InvoiceWrittenOff(invoice.number, told.amount, command.officer, now)]


def refundable(case: Case) -> Ore:
    """Give what came in above the invoices and is not on its way back, öre."""
    refunds = (p for p in case.payouts if p.purpose == "refund" and p.status != "settled")
    return Ore(case.money.surplus - sum(p.amount for p in refunds if not (p.replaced_by or p.is_final)))


def order_refund(case: Case, command: OrderRefund, now: datetime) -> Sequence[e.CaseEvent]:
    """Order a payout of what came in above the invoices, to the account in force."""
    recipient, _ = opened(case)
    amount = refundable(case)
    if amount <= 0:
        raise Refusal("nothing_to_refund", "Det finns inget överskott att betala tillbaka.", status=409)
    payout = payout_id(case.round, case.municipality, len(case.payouts) + 1)
    ordered = e.RefundOrdered(payout, amount, recipient.account, command.officer, now)
    return [ordered, *holds_for_accounts(case, payout, recipient.account, now)]
