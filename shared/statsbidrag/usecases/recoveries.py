"""Prepare and decide recoveries, file their letters, raise and file their invoices."""

from __future__ import annotations

from collections.abc import Callable

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import (
    DecideRecovery,
    PrepareDecision,
    RaiseInvoice,
    RecordCreditNoteFiled,
    RecordInvoiceFiled,
    RecordLetterFiled,
    RecordReconsiderationFiled,
    RemindInvoice,
)
from statsbidrag.domain.case.recoveries import find
from statsbidrag.domain.case.settlement import find_credit_note, find_reconsidered
from statsbidrag.domain.case.state import CreditNote, Invoice, Reconsidered, Recovery
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.terms import Round
from statsbidrag.ports import DueTask, Files
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.interest import claim_due
from statsbidrag.usecases.rounds import get_round

RenderLetter = Callable[[Case, Recovery, Round], bytes]
RenderReconsideration = Callable[[Case, Recovery, Reconsidered, Round], bytes]
RenderInvoice = Callable[[Case, Invoice, Round], tuple[bytes, bytes]]
RenderCreditNote = Callable[[Case, CreditNote, Round], tuple[bytes, bytes]]
"""Each gives the XML and the PDF."""


def prepare(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    recovery: int,
    waived: Ore,
    reasons: str,
    officer: str,
    context: Context,
    *,
    answers_seen: int = 0,
    answer_considered: str = "",
) -> Case:
    """Take in one officer's proposal for a decision."""
    command = PrepareDecision(recovery, waived, reasons, officer, answers_seen, answer_considered)
    return books.handle(CASE, case_key(round_id, municipality), command, context).state


def decide(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    recovery: int,
    officer: str,
    context: Context,
) -> Case:
    """Decide what another officer prepared."""
    command = DecideRecovery(recovery, officer)
    return books.handle(CASE, case_key(round_id, municipality), command, context).state


def file_letter(
    books: Books,
    archive: Files,
    render: RenderLetter,
    render_reconsideration: RenderReconsideration,
    due: DueTask,
    context: Context,
) -> None:
    """Write the letter of a decision, or of one taken again, to the archive, once, from what the journal says."""
    seen = books.see(CASE, due.key)
    case = seen.state
    if due.task not in CASE.owed(case):
        return
    if due.task.kind == "file_reconsideration":
        recovery, number = find_again(case, due.task.about)
        name = f"letters/{case.round}/{case.municipality}-reconsideration-{recovery.id}-{number}.pdf"
        letter = render_reconsideration(
            case, recovery, find_reconsidered(recovery, number), get_round(books, case.round)
        )
        archive.put(name, letter, "application/pdf")
        books.handle(CASE, due.key, RecordReconsiderationFiled(recovery.id, number, name), context, seen=seen)
        return
    recovery = find(case, int(due.task.about))
    name = f"letters/{case.round}/{case.municipality}-decision-{recovery.id}.pdf"
    archive.put(name, render(case, recovery, get_round(books, case.round)), "application/pdf")
    books.handle(CASE, due.key, RecordLetterFiled(recovery.id, name), context, seen=seen)


def find_again(case: Case, about: str) -> tuple[Recovery, int]:
    """Give the recovery and the number of its reconsideration that a task or an e-mail names: ``1-2``."""
    recovery, _, number = about.partition("-")
    return find(case, int(recovery)), int(number)


def raise_due(
    books: Books, archive: Files, render: RenderInvoice, render_credit_note: RenderCreditNote, context: Context
) -> int:
    """Raise and file an invoice for every decided recovery that has none, and what follows; gives how many were filed.

    Raised comes first, so that the date stands in the journal before any file carries it. Credit notes are filed, and
    invoices that are past their due date reminded of. Interest is claimed where it is due.

    Raises
    ------
    Refusal
        ``interest_rate_missing``, after all else is done: the round file lacks a rate, and somebody must add it.
    """
    filed, missing = 0, None
    for due in books.store.due("invoices", books.now()):
        if due.task.kind == "remind_invoice":
            books.handle(CASE, due.key, RemindInvoice(due.task.about), context)
            continue
        if due.task.kind == "file_credit_note":
            _file_credit_note(books, archive, render_credit_note, due, context)
            filed += 1
            continue
        seen = books.see(CASE, due.key)
        if due.task.kind == "claim_interest":
            seen, refusal = claim_due(books, due, seen, context)
            missing = refusal or missing
        if due.task.kind == "raise_invoice":
            seen = books.handle(CASE, due.key, RaiseInvoice(int(due.task.about)), context, seen=seen).seen
        for invoice in seen.state.all_invoices:
            if not invoice.xml:
                seen = _file_invoice(books, archive, render, due.key, seen, invoice, context)
                filed += 1
    if missing:
        raise missing
    return filed


def _file_invoice(
    books: Books,
    archive: Files,
    render: RenderInvoice,
    key: str,
    seen: Seen[Case],
    invoice: Invoice,
    context: Context,
) -> Seen[Case]:
    case = seen.state
    xml, pdf = render(case, invoice, get_round(books, case.round))
    name = f"invoices/{case.round}/{invoice.number}"
    archive.put(f"{name}.xml", xml, "application/xml")
    archive.put(f"{name}.pdf", pdf, "application/pdf")
    command = RecordInvoiceFiled(invoice.number, f"{name}.xml", f"{name}.pdf")
    return books.handle(CASE, key, command, context, seen=seen).seen


def _file_credit_note(books: Books, archive: Files, render: RenderCreditNote, due: DueTask, context: Context) -> None:
    seen = books.see(CASE, due.key)
    case = seen.state
    note = find_credit_note(case, due.task.about)
    xml, pdf = render(case, note, get_round(books, case.round))
    name = f"invoices/{case.round}/{note.number}"
    archive.put(f"{name}.xml", xml, "application/xml")
    archive.put(f"{name}.pdf", pdf, "application/pdf")
    command = RecordCreditNoteFiled(note.number, f"{name}.xml", f"{name}.pdf")
    books.handle(CASE, due.key, command, context, seen=seen)


def get(books: Books, round_id: RoundId, municipality: MunicipalityCode) -> Case:
    """Give the case a recovery stands in."""
    return books.state(CASE, case_key(round_id, municipality))
