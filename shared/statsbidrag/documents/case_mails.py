"""What each e-mail of a case says: from the journal's state to the words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from statsbidrag.documents.bank_reasons import swedish_reason
from statsbidrag.documents.case_papers import reasons
from statsbidrag.documents.mails import MailContext, render_mail
from statsbidrag.documents.record_files import written_type
from statsbidrag.domain.case.accounts import find_change
from statsbidrag.domain.case.corrections import needs_new_account
from statsbidrag.domain.case.payouts import find as find_payout
from statsbidrag.domain.case.recoveries import find as find_recovery
from statsbidrag.domain.case.recoveries import find_invoice
from statsbidrag.domain.case.requisitions import find as find_requisition
from statsbidrag.domain.case.set_offs import find_set_off
from statsbidrag.domain.case.settlement import find_credit_note, find_reconsidered
from statsbidrag.domain.case.spot_checks import ASKED_FOR
from statsbidrag.domain.case.spot_checks import find as find_spot_check
from statsbidrag.domain.case.state import Case, Mail, MailKind, opened
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date
from statsbidrag.usecases.mails import Enclosure
from statsbidrag.usecases.recoveries import find_again

Facts = dict[str, Any]


def _page(kind: MailKind) -> str:
    """Name the page that an e-mail's link leads to."""
    if kind == "records_request":
        return "underlag"
    return "yttrande" if kind.startswith("hearing") else "aterrapportering"


class MailWriter:
    """Writes the e-mails of cases.

    Parameters
    ----------
    sender
        Address that mail leaves from.
    base_url
        Address of the pages for people; links begin with it.
    """

    def __init__(self, sender: str, base_url: str) -> None:
        self._sender = sender
        self._base_url = base_url

    def write(self, case: Case, mail: Mail, grant_round: Round, token: str, enclosures: tuple[Enclosure, ...]) -> bytes:
        """Write one e-mail as 7-bit MIME; the same case and token give the same bytes."""
        recipient, _ = opened(case)
        link = f"{self._base_url}/{_page(mail.kind)}/{token}" if token else ""
        context = MailContext(
            mail_id=mail.id,
            at=mail.owed_at,
            to=mail.to,
            sender=self._sender,
            agency=grant_round.agency,
            round_name=grant_round.name,
            recipient=recipient,
            case_number=case.number,
            paid=case.money.paid,
            link=link,
            enclosures=enclosures,
            to_agent=mail.addressee == "agent",
            **_FACTS[mail.kind](case, mail.about, grant_round),
        )
        return render_mail(mail.kind, context).raw


def _requisition(case: Case, about: str, _round: Round) -> Facts:
    requisition = find_requisition(case, int(about))
    _, terms = opened(case)
    return {
        "amount": requisition.amount,
        "at_hand": requisition.received_at,
        "last_day": terms.requisition_last_day,
        "account": written_account(requisition.account),
        "reasons": tuple(check.explanation for check in requisition.checks if not check.passed),
    }


def _dismissed(case: Case, about: str, grant_round: Round) -> Facts:
    told = find_requisition(case, int(about)).late_decision
    if told is None:
        raise CorruptBooks(f"{case.number} requisition {about} was never dismissed")
    return _requisition(case, about, grant_round) | {
        "reasons": (told.reason,),
        "decided_by": told.decided_by,
        "decided_on": swedish_date(told.decided_at),
        "appeal": grant_round.appeal,
    }


def _payout(case: Case, about: str, _: Round) -> Facts:
    payout = find_payout(case, about)
    return {
        "amount": payout.amount,
        "account": written_account(payout.account),
        # Not the bank's own words: they are in English, and may tell of the agency's account.
        "reasons": (swedish_reason(payout.code),),
        "action_needed": needs_new_account(payout),
    }


def _account_change(case: Case, about: str, _: Round) -> Facts:
    return {"account": written_account(find_change(case, int(about)).account)}


def written_account(account: Account) -> str:
    """Write an account with its kind, as people do: ``bankgiro 5050-1055``."""
    kind = "IBAN" if account.kind == "iban" else account.kind
    return f"{kind} {account}"


def _link(case: Case, about: str, grant_round: Round) -> Facts:
    return _report(case, about, grant_round) | {"is_again": about != "1"}


def _report(case: Case, _about: str, _round: Round) -> Facts:
    return {"last_day": case.report_last_day, "at_hand": case.report.received_at if case.report else None}


def _extension(case: Case, about: str, _: Round) -> Facts:
    extension = case.extensions[int(about) - 1]
    return {"last_day": extension.last_day, "reasons": (extension.reason,)}


def _reopening(case: Case, about: str, _: Round) -> Facts:
    reopening = case.reopenings[int(about) - 1]
    return {
        "last_day": reopening.last_day,
        "reasons": (reopening.reason,),
        "at_hand": reopening.earlier.received_at,
    }


def _records_request(case: Case, about: str, _round: Round) -> Facts:
    check, _, _ = about.partition("-")
    return {"last_day": find_spot_check(case, int(check)).last_day, "points": ASKED_FOR}


def _records_receipt(case: Case, about: str, _: Round) -> Facts:
    check, number = (int(part) for part in about.split("-"))
    sent = find_spot_check(case, check).sent[number - 1]
    files = tuple(f"{written_type(f.media_type)}, {f.size} byte, kontrollsumma {f.content_hash}" for f in sent.files)
    return {"at_hand": sent.received_at, "late": sent.late, "points": files}


def _hearing(case: Case, about: str, _round: Round) -> Facts:
    recovery = find_recovery(case, int(about))
    _, terms = opened(case)
    return {
        "amount": recovery.claim,
        "reasons": reasons(recovery),
        "last_day": swedish_date(recovery.proposed_at) + timedelta(days=terms.hearing_days),
    }


def _hearing_receipt(case: Case, about: str, _round: Round) -> Facts:
    number, _, answer = about.partition("-")
    recovery = find_recovery(case, int(number))
    given = recovery.answers[int(answer) - 1]
    return {
        "at_hand": given.received_at,
        "last_day": swedish_date(recovery.hearing_ends) - timedelta(days=1),
        "action_needed": given.late,
    }


def _hearing_extended(case: Case, about: str, _round: Round) -> Facts:
    number, _, extension = about.partition("-")
    recovery = find_recovery(case, int(number))
    return {"amount": recovery.claim, "last_day": recovery.extensions[int(extension) - 1]}


def _reconsideration(case: Case, about: str, grant_round: Round) -> Facts:
    recovery, number = find_again(case, about)
    again = find_reconsidered(recovery, number)
    invoice = next((i for i in case.invoices if i.recovery == recovery.id), None)
    return {
        "amount": again.amount,
        "amount_before": again.before,
        "reasons": (again.reasons,),
        "appeal": grant_round.appeal,
        "invoice_number": invoice.number if invoice else "",
        "credit_note": again.credit_note,
    }


def _decision(case: Case, about: str, grant_round: Round) -> Facts:
    recovery = find_recovery(case, int(about))
    return {"amount": recovery.decided_amount, "reasons": reasons(recovery), "appeal": grant_round.appeal}


def _invoice(case: Case, about: str, _: Round) -> Facts:
    invoice = find_invoice(case, about)
    return {
        "amount": Ore(invoice.amount - invoice.prepaid),
        "invoice_number": invoice.number,
        "replaced": invoice.replaces,
        "ocr": invoice.ocr,
        "interest_on": invoice.interest_on,
        "last_day": invoice.due_on,
    }


def _reminder(case: Case, about: str, grant_round: Round) -> Facts:
    return _invoice(case, about, grant_round) | {"amount": find_invoice(case, about).open_amount}


def _credit_note(case: Case, about: str, grant_round: Round) -> Facts:
    note = find_credit_note(case, about)
    return {
        "amount": note.amount,
        "invoice_number": note.number,
        "interest_on": find_invoice(case, note.invoice).interest_on,
        "reasons": (note.reasons,),
        "appeal": grant_round.appeal,
    }


def _voided(case: Case, about: str, _: Round) -> Facts:
    note = find_credit_note(case, about)
    return {
        "amount": note.amount,
        "invoice_number": note.number,
        "replaced": note.invoice,
        "replacement": note.replacement,
        "reasons": (note.reasons,),
    }


def _set_off(case: Case, about: str, _: Round) -> Facts:
    """Both sums as written out, so that the municipality can follow them."""
    told, payout = find_set_off(case, about), find_payout(case, about)
    rest, left = Ore(payout.amount - told.amount), Ore(told.open_before - told.amount)
    kept, whole, unpaid = (format_kronor(amount) for amount in (told.amount, payout.amount, told.open_before))
    return {
        "amount": told.amount,
        "invoice_number": told.invoice,
        "reasons": (
            f"Utbetalning {payout.id}: {whole} − {kept} = {format_kronor(rest)} som vi betalar ut.",
            f"Faktura {told.invoice}: {unpaid} − {kept} = {format_kronor(left)} kvar att betala.",
            told.reason,
        ),
    }


_FACTS: dict[MailKind, Callable[[Case, str, Round], Facts]] = {
    "requisition_receipt": _requisition,
    "requisition_late": _requisition,
    "requisition_approved": _requisition,
    "requisition_rejected": _requisition,
    "requisition_dismissed": _dismissed,
    "payout_rejected": _payout,
    "account_changed": _account_change,
    "report_link": _link,
    "report_reminder": _report,
    "report_extended": _extension,
    "report_reopened": _reopening,
    "report_receipt": _report,
    "records_request": _records_request,
    "records_receipt": _records_receipt,
    "hearing": _hearing,
    "hearing_receipt": _hearing_receipt,
    "hearing_extended": _hearing_extended,
    "decision": _decision,
    "reconsideration": _reconsideration,
    "invoice": _invoice,
    "invoice_reminder": _reminder,
    "credit_note": _credit_note,
    "invoice_voided": _voided,
    "set_off": _set_off,
}
