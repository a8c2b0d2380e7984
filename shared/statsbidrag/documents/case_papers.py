"""What a case, a batch and a decision look like on paper: from the journal's state to the documents.

The PDF and XML makers are imported where they are used, since few functions carry them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from statsbidrag.domain.case.interests import find_interest
from statsbidrag.domain.case.recoveries import find, find_invoice
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.counts import counted
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.money import Ore, format_decimal, format_kronor
from statsbidrag.domain.time import format_date, swedish_date

if TYPE_CHECKING:
    from datetime import date

    from statsbidrag.documents.invoice import InvoiceLine
    from statsbidrag.domain.batches import Batch
    from statsbidrag.domain.case.state import Case, CreditNote, Ground, Invoice, Reconsidered, Recovery
    from statsbidrag.domain.terms import Round

GROUNDS: dict[Ground, str] = {
    "unspent": "Bidraget har inte förbrukats helt under året.",
    "misused": "En del av bidraget har använts till annat än villkoren tillåter.",
    "late_report": "Återrapporteringen kom in efter sista dagen.",
    "report_missing": "Ingen återrapportering har kommit in.",
    "not_accounted_for": "Kommunen har inte visat att en del av bidraget har använts enligt villkoren.",
}
"""Why money is to go back, for people."""


def payment_file(batch: Batch) -> bytes:
    """Give the pain.001 file of a batch; the same batch gives the same bytes."""
    from statsbidrag.documents.pain001 import Payment, PaymentFile, render_pain001  # noqa: PLC0415

    if batch.planned_at is None or batch.execution_date is None or batch.debtor is None:
        raise CorruptBooks(f"{batch.id} was never cleared")
    payments = tuple(
        Payment(line.payout, line.amount, line.creditor, line.account, line.remittance) for line in batch.lines
    )
    return render_pain001(
        PaymentFile(
            message_id=batch.id,
            created_at=batch.planned_at,
            execution_date=batch.execution_date,
            debtor=batch.debtor,
            payments=payments,
            version=batch.pain_version,
        )
    )


def decision_letter(case: Case, recovery: Recovery, grant_round: Round) -> bytes:
    """Give the letter of a decided recovery as PDF."""
    from statsbidrag.documents.letter_pdf import DecisionLetter, render_letter_pdf  # noqa: PLC0415

    recipient, _ = opened(case)
    if recovery.decided_at is None:
        raise CorruptBooks(f"{case.number} recovery {recovery.id} is not decided")
    return render_letter_pdf(
        DecisionLetter(
            case_number=case.number,
            title=f"Beslut om återkrav av {grant_round.name}",
            decided_on=swedish_date(recovery.decided_at),
            recipient=recipient,
            agency=grant_round.agency,
            paragraphs=(_outcome(case, recovery, grant_round),),
            figures=(
                ("Utbetalt bidrag", case.money.paid),
                ("Underlag för återkrav", recovery.claim),
                ("Eftergift", recovery.waived),
                ("Att betala tillbaka", recovery.decided_amount),
            ),
            reasons=reasons(recovery),
            decided_by=recovery.decided_by,
            prepared_by=recovery.prepared_by,
            appeal=grant_round.appeal,
        )
    )


def reconsideration_letter(case: Case, recovery: Recovery, again: Reconsidered, grant_round: Round) -> bytes:
    """Give the letter of a recovery that was decided again as PDF."""
    from statsbidrag.documents.letter_pdf import DecisionLetter, render_letter_pdf  # noqa: PLC0415

    recipient, _ = opened(case)
    return render_letter_pdf(
        DecisionLetter(
            case_number=case.number,
            title=f"Omprövning av beslut om återkrav av {grant_round.name}",
            decided_on=swedish_date(again.decided_at),
            recipient=recipient,
            agency=grant_round.agency,
            paragraphs=(*_new_outcome(case, recovery, again, grant_round), _what_to_do(case, recovery, again)),
            figures=(
                ("Tidigare beslutat", again.before),
                ("Ändring", Ore(again.amount - again.before)),
                ("Att betala tillbaka", again.amount),
            ),
            reasons=(again.reasons,),
            decided_by=again.decided_by,
            prepared_by=again.prepared_by,
            appeal=grant_round.appeal,
        )
    )


def _new_outcome(case: Case, recovery: Recovery, again: Reconsidered, grant_round: Round) -> tuple[str, ...]:
    recipient, _ = opened(case)
    before = [e.decided_at for e in recovery.reconsidered if e.decided_at < again.decided_at]
    last = before[-1] if before else recovery.decided_at or again.decided_at
    told = (
        f"Den {format_date(swedish_date(last))} beslutade {grant_round.agency.name} att {recipient.name} ska betala "
        f"tillbaka {format_kronor(again.before)}."
    )
    if again.amount == again.before:
        return told, "Beslutet har omprövats och står fast."
    if again.amount == 0:
        return told, f"Beslutet ändras. {recipient.name} ska inte betala tillbaka något."
    return told, f"Beslutet ändras. {recipient.name} ska betala tillbaka {format_kronor(again.amount)}."


def _what_to_do(case: Case, recovery: Recovery, again: Reconsidered) -> str:
    invoice = next((i for i in case.invoices if i.recovery == recovery.id), None)
    if again.credit_note:
        return (
            f"Kreditfaktura {again.credit_note} tar tillbaka {format_kronor(Ore(again.before - again.amount))}. Det "
            "som redan är betalat utöver det som återstår betalas tillbaka."
        )
    if again.amount == 0:
        return "Inget behöver betalas."
    return f"Betala enligt faktura {invoice.number}." if invoice else "Betala inte än. En faktura kommer."


def _outcome(case: Case, recovery: Recovery, grant_round: Round) -> str:
    recipient, _ = opened(case)
    agency = grant_round.agency.name
    if recovery.decided_amount == 0:
        return f"{agency} avstår från att återkräva bidrag från {recipient.name}."
    if recovery.waived:
        return f"{agency} återkräver en del av bidraget från {recipient.name} och avstår från resten."
    return f"{agency} återkräver bidrag från {recipient.name}."


def reasons(recovery: Recovery) -> tuple[str, ...]:
    """Give the reasons of a recovery in Swedish: its grounds, what was found, and the officer's own words."""
    found = (check.explanation for check in recovery.checks if not check.passed)
    written = (recovery.reasons,) if recovery.reasons else ()
    return (*(GROUNDS[ground] for ground in recovery.grounds), *found, *_heard(recovery), *written)


def _heard(recovery: Recovery) -> tuple[str, ...]:
    """Say what became of the hearing, once a decision is prepared that knows its answers."""
    if recovery.status == "hearing" or not recovery.answers:
        return ()
    agreed = ("Kommunen har svarat att den godtar förslaget.",) if recovery.is_agreed else ()
    weighed = recovery.answer_considered
    return (*agreed, f"Kommunen har yttrat sig. Vår bedömning av yttrandet: {weighed}") if weighed else agreed


def invoice_files(case: Case, invoice: Invoice, grant_round: Round) -> tuple[bytes, bytes]:
    """Give the Peppol XML and the PDF of a recovery invoice; the same journal gives the same bytes."""
    decided_on = _decided_on(case, invoice)
    if invoice.interest_on:
        return _claim_files(case, invoice, grant_round, decided_on, f"Ränta på faktura {invoice.interest_on}")
    text = f"Återkrav av {grant_round.name}, beslut {decided_on.isoformat()}"
    return _claim_files(case, invoice, grant_round, decided_on, text)


def credit_note_files(case: Case, note: CreditNote, grant_round: Round) -> tuple[bytes, bytes]:
    """Give the Peppol XML and the PDF of a credit note; the same journal gives the same bytes."""
    invoice = find_invoice(case, note.invoice)
    if invoice.interest_on and not note.replacement:
        text = f"Ändrad ränta på faktura {invoice.interest_on}"
        return _claim_files(case, invoice, grant_round, _decided_on(case, invoice), text, note)
    if not note.replacement:
        text = f"Ändrat återkrav av {grant_round.name}, beslut {note.issued_on.isoformat()}"
        return _claim_files(case, invoice, grant_round, note.issued_on, text, note)
    what = f"ränta på faktura {invoice.interest_on}" if invoice.interest_on else f"återkrav av {grant_round.name}"
    text = f"Makulerad faktura {invoice.number}: {what}"
    return _claim_files(case, invoice, grant_round, _decided_on(case, invoice), text, note)


def _decided_on(case: Case, invoice: Invoice) -> date:
    """Give the day of the decision that an invoice rests on."""
    recovery = find(case, invoice.recovery)
    if recovery.decided_at is None:
        raise CorruptBooks(f"{invoice.number} rests on no decision")
    # What was decided again before the invoice was raised has no credit note: the invoice rests on it.
    before = (
        again.decided_at for again in recovery.reconsidered if again.amount < again.before and not again.credit_note
    )
    return swedish_date(max(before, default=recovery.decided_at))


def _claim_files(
    case: Case, invoice: Invoice, grant_round: Round, decided_on: date, text: str, note: CreditNote | None = None
) -> tuple[bytes, bytes]:
    """Write an invoice, or the credit note that takes some of it back."""
    from statsbidrag.documents import invoice as paper  # noqa: PLC0415
    from statsbidrag.documents.invoice_pdf import render_invoice_pdf  # noqa: PLC0415
    from statsbidrag.documents.invoice_xml import render_invoice_xml  # noqa: PLC0415

    recipient, _ = opened(case)
    what = note or invoice
    replaced = find_invoice(case, invoice.replaces) if invoice.replaces and not note else None
    written = paper.Invoice(
        number=what.number,
        kind="credit_note" if note else "invoice",
        ocr=invoice.ocr,
        issued_on=what.issued_on,
        due_on=note.issued_on if note else invoice.due_on,
        seller=grant_round.agency,
        buyer=recipient,
        buyer_reference=invoice.buyer_reference or _buyer_reference(case),
        case_number=case.number,
        decision_on=decided_on,
        lines=(() if note else _interest_lines(case, invoice)) or (paper.InvoiceLine(text, what.amount),),
        credits=paper.InvoiceReference(invoice.number, invoice.issued_on) if note else None,
        note=_remark(case, invoice, note),
        replaces=paper.InvoiceReference(replaced.number, replaced.issued_on) if replaced else None,
        prepaid=Ore(0) if note else invoice.prepaid,
    )
    xml = render_invoice_xml(written)
    return xml, render_invoice_pdf(written, xml)


def _interest_lines(case: Case, invoice: Invoice) -> tuple[InvoiceLine, ...]:
    """Write an interest account line by line; nothing where some of it was credited before this invoice."""
    from statsbidrag.documents import invoice as paper  # noqa: PLC0415

    told = find_interest(case, invoice.interest_on)
    if told is None or told.amount != invoice.amount:
        return ()
    return tuple(
        paper.InvoiceLine(
            f"Ränta på {format_kronor(line.principal)} från och med den {format_date(line.first)} till och med den "
            f"{format_date(line.last)}, {counted(line.days, 'dag', 'dagar')}, "
            f"{format_decimal(Ore(line.basis_points)).replace('.', ',')} procent om året",
            line.amount,
        )
        for line in told.lines
        if line.amount
    )


def _remark(case: Case, invoice: Invoice, note: CreditNote | None) -> str:
    """Name the other of two linked papers, and on what ground interest is claimed, or that none is."""
    if note:
        replaced = f"Faktura {invoice.number} är makulerad och ersätts av faktura {note.replacement}."
        return f"{replaced} Skäl: {note.reasons}" if note.replacement else ""
    _, terms = opened(case)
    interest = terms.interest.legal_text if terms.interest else "Ingen ränta tas ut på beloppet."
    linked = f"Fakturan ersätter faktura {invoice.replaces}, som är makulerad." if invoice.replaces else ""
    return " ".join(part for part in (linked, interest) if part)


def _buyer_reference(case: Case) -> str:
    """Give what the municipality asked for in its requisition, or has in the register."""
    recipient, _ = opened(case)
    requisition = next((r for r in case.requisitions if r.status == "approved"), None)
    return requisition.invoice_reference if requisition else recipient.invoice_reference
