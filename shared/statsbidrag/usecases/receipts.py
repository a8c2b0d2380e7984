"""Give the signed receipt of a requisition or report: what was received, when, and the checksum of its content.

A receipt is made when somebody asks for it, and is then kept: it is the same file for ever after.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.links import no_such_link, refuse_closed
from statsbidrag.domain.case.state import Report, Requisition, opened
from statsbidrag.domain.errors import CorruptBooks, NotFound
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import end_of, format_date, swedish_date, to_text
from statsbidrag.ports import Files, Signer
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.requisitions import RequisitionInput
from statsbidrag.usecases.rounds import get_round

PDF = "application/pdf"


class Received(msgspec.Struct, frozen=True):
    """What was sent in, and when.

    Attributes
    ----------
    name
        Of its receipt: ``rekvisition-1.pdf``.
    amount
        Öre requisitioned, or reported as used.
    content
        What was sent, as canonical JSON; its SHA-256 is `content_hash`.
    """

    name: str
    title: str
    received_at: datetime
    late: bool
    amount: Ore
    content: bytes
    content_hash: str
    what: Requisition | Report


class Signed(msgspec.Struct, frozen=True):
    """A statement and its signature, with what they are about."""

    round: Round
    recipient: Recipient
    case_number: str
    received: Received
    statement: bytes
    signature: bytes


Typeset = Callable[[Signed], bytes]
"""Makes the PDF; the same signed receipt gives the same bytes."""


def receipts_of(case: Case) -> tuple[Received, ...]:
    """Give everything that a case has a receipt for, oldest first."""
    _, terms = opened(case)
    closes_at = end_of(terms.requisition_last_day)
    requisitions = (_requisition(case, each, late=each.received_at >= closes_at) for each in case.requisitions)
    return (*requisitions, *(_report(case, number, each) for number, each in enumerate(case.all_reports, start=1)))


def _requisition(case: Case, asked: Requisition, *, late: bool) -> Received:
    form = RequisitionInput(
        asked.amount, asked.account, asked.invoice_reference, asked.peppol_id, contact_email=asked.contact_email
    )
    return Received(
        name=f"rekvisition-{asked.id}.pdf",
        title=f"Kvitto på rekvisition {asked.id}, {format_date(swedish_date(asked.received_at))}",
        received_at=asked.received_at,
        late=late,
        amount=asked.amount,
        content=canonical((case.round, case.municipality, form)),
        content_hash=asked.content_hash,
        what=asked,
    )


def _report(case: Case, number: int, report: Report) -> Received:
    key = case_key(case.round, case.municipality)
    return Received(
        name=f"aterrapportering-{number}.pdf",
        title=f"Kvitto på återrapportering {number}, {format_date(swedish_date(report.received_at))}",
        received_at=report.received_at,
        late=report.late,
        amount=report.amount_used,
        content=canonical((key, report.form_version, report.answers)),
        content_hash=report.content_hash,
        what=report,
    )


def give(
    books: Books,
    archive: Files,
    signer: Signer,
    typeset: Typeset,
    round_id: RoundId,
    municipality: MunicipalityCode,
    name: str,
) -> bytes:
    """Give a receipt as PDF.

    Raises
    ------
    NotFound
        ``unknown_receipt`` for a name that the case has not.
    CorruptBooks
        What the books hold is not what was received: nothing is signed.
    """
    case = books.state(CASE, case_key(round_id, municipality))
    received = next((each for each in receipts_of(case) if each.name == name), None)
    if received is None:
        raise NotFound("unknown_receipt", "Kvittot finns inte i ärendet.")
    if sha256(received.content) != received.content_hash:
        raise CorruptBooks(f"{case.number} {name}: the content is not what was received")
    key = f"receipts/{round_id}/{municipality}-{name}"
    try:
        return archive.get(key)
    except NotFound:
        return _made(archive, key, signer, typeset, case, received, get_round(books, round_id))


def _made(
    archive: Files, key: str, signer: Signer, typeset: Typeset, case: Case, received: Received, grant_round: Round
) -> bytes:
    recipient, _ = opened(case)
    statement = _statement(case, recipient, received, grant_round)
    signed = Signed(grant_round, recipient, case.number, received, statement, signer.sign(statement))
    pdf = typeset(signed)
    try:
        archive.put(key, pdf, PDF)
    except CorruptBooks:
        # Somebody asked at the same moment and was first. Both signatures are true; one file is kept.
        return archive.get(key)
    return pdf


def _statement(case: Case, recipient: Recipient, received: Received, grant_round: Round) -> bytes:
    """Write what is signed: one fact a line, readable by people and programs."""
    lines = {
        "Kvitto": "statsbidrag 1",
        "Myndighet": f"{grant_round.agency.name} {grant_round.agency.organisation_number}",
        "Bidrag": grant_round.name,
        "Ärende": case.number,
        "Kommun": f"{recipient.municipality} {recipient.name} {recipient.organisation_number}",
        "Handling": received.name.removesuffix(".pdf"),
        "Mottagen": to_text(received.received_at),
        "I tid": "nej" if received.late else "ja",
        "Belopp i öre": str(received.amount),
        "SHA-256": received.content_hash,
    }
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode()


def behind(books: Books, token: str) -> tuple[RoundId, MunicipalityCode, str]:
    """Name the receipt of the last report sent through a link.

    Raises
    ------
    NotFound
        ``link_not_valid``, or ``unknown_receipt`` where no report has come.
    Refusal
        ``link_revoked`` or ``link_expired`` (410).
    """
    token_hash = sha256(token.encode())
    key = books.store.found("LINK", token_hash)
    if key is None:
        raise no_such_link()
    case = books.state(CASE, key)
    refuse_closed(case, token_hash, books.now())
    reports = case.all_reports
    if not reports:
        raise NotFound("unknown_receipt", "Det finns inget kvitto, för ingen återrapport har kommit in.")
    return case.round, case.municipality, _report(case, len(reports), reports[-1]).name
