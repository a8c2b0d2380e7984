"""Decide on recoveries: heard, prepared by one, decided by another, invoiced, repaid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import (
    DecideRecovery,
    PrepareDecision,
    RaiseInvoice,
    RecordInvoiceFiled,
    RecordLetterFiled,
    RecordRepayment,
)
from statsbidrag.domain.case.state import Case, Invoice, Recovery, opened
from statsbidrag.domain.counts import counted
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import invoice_number, ocr_reference
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, format_kronor
from statsbidrag.domain.time import format_instant, swedish_date


def find(case: Case, recovery: int) -> Recovery:
    """Give the recovery of that number; `NotFound` ``unknown_recovery``."""
    found = next((r for r in case.recoveries if r.id == recovery), None)
    if found is None:
        raise NotFound("unknown_recovery", "Återkravet finns inte i ärendet.")
    return found


def is_undisputed(case: Case, recovery: Recovery) -> bool:
    """Tell whether it only takes back what the municipality itself reported as unspent, so that many go at once.

    While a spot check looks at the report, an officer looks at the recovery too.
    """
    reported = recovery.grounds == ("unspent",) and recovery.proposed_waiver == 0
    return reported and not recovery.is_objected_to and not case.open_checks


def _require_undisputed(case: Case, recovery: Recovery, to_pay: Ore, seen: Ore) -> None:
    if case.open_checks:
        raise Refusal(
            "spot_check_open",
            "Ett stickprov pågår i ärendet. Bered och besluta återkravet för sig.",
            status=409,
        )
    if not is_undisputed(case, recovery):
        raise Refusal(
            "recovery_not_undisputed",
            "Återkravet gäller annat än pengar som kommunen själv har redovisat som oanvända. Bered och besluta det "
            "för sig.",
            status=409,
        )
    if to_pay != seen:
        raise Refusal(
            "amount_differs",
            f"Beloppet att betala tillbaka är {format_kronor(to_pay)}. Läs återkravet igen och försök på nytt.",
            status=409,
        )


def prepare(case: Case, command: PrepareDecision, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in an officer's proposal once the hearing is over; it may be changed until it is decided."""
    recovery = find(case, command.recovery)
    if recovery.status == "decided":
        raise Refusal("recovery_already_decided", "Återkravet är redan beslutat.", status=409)
    refuse_withdrawn(recovery)
    if now < recovery.hearing_ends and not recovery.is_agreed:
        raise Refusal(
            "hearing_not_over",
            f"Kommunen har till {format_instant(recovery.hearing_ends)} på sig att svara. Bered ärendet efter det.",
            status=409,
        )
    if command.answers_seen != len(recovery.answers):
        raise Refusal(
            "hearing_answers_not_seen",
            f"Kommunen har lämnat {counted(len(recovery.answers), 'yttrande', 'yttranden')}, men beredningen "
            f"utgår från {command.answers_seen}. Läs in ärendet på nytt.",
            field="answers_seen",
            status=409,
        )
    if recovery.is_objected_to and not command.answer_considered.strip():
        raise Refusal(
            "answer_not_considered",
            "Kommunen har invänt. Skriv hur ni har bedömt det som kommunen säger.",
            field="answer_considered",
        )
    whole = command.waived % ORE_PER_KRONA == 0 or command.waived == recovery.claim
    if not (whole and 0 <= command.waived <= recovery.claim):
        raise Refusal(
            "waiver_out_of_range",
            f"Skriv ett belopp i hela kronor från 0, eller hela kravet på {format_kronor(recovery.claim)}.",
            field="waived",
        )
    if not command.reasons.strip():
        raise Refusal("reasons_missing", "Skriv skälen för beslutet.", field="reasons")
    if command.to_pay_in_bulk is not None:
        _require_undisputed(case, recovery, Ore(recovery.claim - command.waived), command.to_pay_in_bulk)
    prepared = e.DecisionPrepared(
        recovery.id, command.waived, command.reasons, command.officer, command.answer_considered.strip()
    )
    same = (recovery.waived, recovery.reasons, recovery.prepared_by, recovery.answer_considered) == (
        prepared.waived,
        prepared.reasons,
        prepared.prepared_by,
        prepared.answer_considered,
    )
    return [] if recovery.status == "prepared" and same else [prepared]


def decide_recovery(case: Case, command: DecideRecovery, now: datetime) -> Sequence[e.CaseEvent]:
    """Decide what another officer prepared; never one's own preparation (FL 31 §, four eyes)."""
    recovery = find(case, command.recovery)
    if recovery.status == "decided":
        if recovery.decided_by == command.officer:
            return []
        raise Refusal("recovery_already_decided", "Återkravet är redan beslutat.", status=409)
    refuse_withdrawn(recovery)
    if recovery.status != "prepared":
        raise Refusal("decision_not_prepared", "Beslutet är inte berett. Bered det först.", status=409)
    if recovery.prepared_by == command.officer:
        raise Refusal(
            "same_officer",
            "Den som har berett beslutet får inte fatta det. Be en annan handläggare.",
            status=403,
        )
    if command.to_pay_in_bulk is not None:
        _require_undisputed(case, recovery, recovery.to_invoice, command.to_pay_in_bulk)
    return [e.RecoveryDecided(recovery.id, command.officer, now)]


def refuse_withdrawn(recovery: Recovery) -> None:
    """Refuse to go on with a proposal whose ground fell away."""
    if recovery.status == "withdrawn":
        raise Refusal(
            "recovery_withdrawn", "Förslaget till återkrav är återkallat. Det finns inget att besluta.", status=409
        )


def letter_filed(case: Case, command: RecordLetterFiled, _: datetime) -> Sequence[e.CaseEvent]:
    """Note where the letter lies."""
    recovery = find(case, command.recovery)
    if recovery.status != "decided":
        raise Refusal("recovery_not_decided", "Återkravet är inte beslutat.", status=409)
    return [] if recovery.letter else [e.LetterFiled(recovery.id, command.letter)]


def raise_invoice(case: Case, command: RaiseInvoice, now: datetime) -> Sequence[e.CaseEvent]:
    """Claim a decided recovery by invoice, once."""
    _, terms = opened(case)
    recovery = find(case, command.recovery)
    if any(invoice.recovery == recovery.id for invoice in case.invoices):
        return []
    if recovery.is_on_hold:
        raise Refusal("recovery_on_hold", "Beslutet är överklagat. Notera först hur det gick.", status=409)
    if recovery.status != "decided" or recovery.to_invoice == 0:
        raise Refusal("nothing_to_invoice", "Det finns inget beslutat belopp att fakturera.", status=409)
    sequence = next_number(case)
    issued_on = swedish_date(now)
    return [
        e.InvoiceRaised(
            invoice=invoice_number(case.round, case.municipality, sequence),
            recovery=recovery.id,
            amount=recovery.to_invoice,
            ocr=ocr_reference(case.round, case.municipality, sequence),
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=terms.invoice_days),
        )
    ]


def next_number(case: Case) -> int:
    """Give the number of the next invoice or credit note: they have one series."""
    return len(case.all_invoices) + len(case.credit_notes) + 1


def find_invoice(case: Case, number: str) -> Invoice:
    """Give the invoice of that number; `NotFound` ``unknown_invoice``."""
    found = next((i for i in case.all_invoices if i.number == number), None)
    if found is None:
        raise NotFound("unknown_invoice", "Fakturan finns inte i ärendet.")
    return found


def invoice_filed(case: Case, command: RecordInvoiceFiled, now: datetime) -> Sequence[e.CaseEvent]:
    """Note where the invoice's files lie."""
    invoice = find_invoice(case, command.invoice)
    return [] if invoice.xml else [e.InvoiceFiled(invoice.number, command.xml, command.pdf, now)]


def repaid(case: Case, command: RecordRepayment, _: datetime) -> Sequence[e.CaseEvent]:
    """Settle an invoice with money that came in, once per bank entry; what is too much becomes surplus.

    What comes in on an invoice that was replaced settles the one in its place.
    """
    invoice = find_invoice(case, invoice_number(case.round, case.municipality, command.invoice))
    while invoice.replaced_by:
        invoice = find_invoice(case, invoice.replaced_by)
    if command.entry in case.bank_entries:
        return []
    if command.amount <= 0:
        raise Refusal("amount_not_positive", "En inbetalning är större än noll.", field="amount")
    applied = Ore(min(command.amount, invoice.open_amount))
    return [
        e.RepaymentReceived(
            invoice=invoice.number,
            entry=command.entry,
            amount=applied,
            surplus=Ore(command.amount - applied),
            booked_on=command.booked_on,
        )
    ]
