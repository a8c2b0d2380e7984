"""The receipt of a requisition or report: what was received and when, signed, with how anybody checks it."""

from __future__ import annotations

import base64

from statsbidrag.documents.typst_pdf import agency_view, typeset
from statsbidrag.domain.case.state import Report, Requisition
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.terms import Question
from statsbidrag.domain.time import format_instant, swedish_date
from statsbidrag.usecases.receipts import Signed

STATEMENT, SIGNATURE, CONTENT = "kvitto.txt", "kvitto.sig", "innehall.json"
"""What the PDF carries inside: the statement, its signature, and what was sent in."""
_ACCOUNTS = {"bankgiro": "Bankgiro", "plusgiro": "Plusgiro", "iban": "IBAN"}


def render_receipt_pdf(signed: Signed, key_address: str) -> bytes:
    """Typeset a receipt as PDF/A-3a and PDF/UA-1, in Swedish.

    Parameters
    ----------
    key_address
        Where the public key is given to all.
    """
    received, recipient = signed.received, signed.recipient
    number = recipient.organisation_number
    what = "rekvisition" if isinstance(received.what, Requisition) else "återrapport"
    view = {
        "agency": agency_view(signed.round.agency),
        "title": received.title.partition(",")[0],
        "date": swedish_date(received.received_at).isoformat(),
        "case_number": signed.case_number,
        "keywords": [signed.case_number, received.content_hash],
        "lead": f"Vi har tagit emot er {what}."
        + (" Den kom efter sista dagen. En handläggare avgör vad det betyder." if received.late else ""),
        "facts": [
            ("Bidrag", signed.round.name),
            ("Kommun", f"{recipient.name} ({recipient.municipality})"),
            ("Organisationsnummer", f"{number[:6]}-{number[6:]}"),
            ("Ärende", signed.case_number),
            ("Kom in", f"{format_instant(received.received_at)}, svensk tid"),
            ("I tid", "Nej" if received.late else "Ja"),
        ],
        "rows": _rows(received.what, signed.round.questions),
        "content_hash": received.content_hash,
        "signature": base64.b64encode(signed.signature).decode(),
        "signature_bytes": list(signed.signature),
        "key_address": key_address,
        "attachments": {
            "statement": STATEMENT,
            "signature": SIGNATURE,
            "content": CONTENT,
        },
    }
    files = {STATEMENT: signed.statement, CONTENT: received.content}
    return typeset("receipt", view, files)


def _rows(what: Requisition | Report, questions: tuple[Question, ...]) -> list[tuple[str, str]]:
    if isinstance(what, Requisition):
        return [
            ("Belopp", format_kronor(what.amount)),
            (_ACCOUNTS[what.account.kind], str(what.account)),
            ("Er fakturareferens", what.invoice_reference),
            ("Ert Peppol-id", what.peppol_id or "–"),
            ("Er e-postadress", what.contact_email or "–"),
        ]
    by_id = {question.id: question for question in questions}
    asked = [name for name in by_id if name in what.answers]
    return [_answer(n, what.answers[n], by_id.get(n)) for n in (*asked, *sorted(what.answers.keys() - by_id.keys()))]


def _answer(name: str, value: str | int, question: Question | None) -> tuple[str, str]:
    """Write an answer; a question that the form has no more is called by its id."""
    if question is None:
        return name, str(value)
    if question.kind == "amount":
        return question.label, format_kronor(Ore(int(value)))
    if question.kind == "declaration":
        return question.label, "Ja"
    return question.label, dict(question.choices).get(str(value), str(value)) or "–"
