"""Everything official of a case as one file, to give to who asks (offentlighetsprincipen).

Secrets are masked: the links in e-mails, which open the municipality's forms, and what the agent wrote of themselves.
Accounting records are listed and not given: nobody has judged them yet.
The same case gives the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

from msgspec.structs import replace

from statsbidrag.documents.register import extract_csv, journal, journal_text, official
from statsbidrag.documents.sent_records import listed, sent_files
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.state import MAY_CARRY_LINK, LateDecision, Mail, Report, Requisition, opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.journal import Record, unseal
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.terms import Question, Round
from statsbidrag.domain.time import format_instant
from statsbidrag.ports import Files
from statsbidrag.usecases.mails import Enclosure, enclosures_of
from statsbidrag.usecases.staff import File

Write = Callable[[Case, Mail, Round, str, tuple[Enclosure, ...]], bytes]
MASKED_LINK = "maskerad-lank"
MASKED_ADDRESS = "maskerad@ombud.example"
LARGEST = 4_000_000
"""Bytes that one answer carries: a function answers with 6 MB at the most, and base64 makes a third more of it."""
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_OUTCOMES = ("mail_sent", "mail_delivered", "mail_bounced")


def pack(file: File, grant_round: Round, archive: Files, write: Write) -> bytes:
    """Give the pack as ZIP.

    Raises
    ------
    Refusal
        ``pack_too_large`` (413).
    """
    members = dict(_members(file, grant_round, archive, write))
    if sum(map(len, members.values())) > LARGEST:
        raise Refusal(
            "pack_too_large",
            "Handlingarna är för stora för en fil. Hämta dem en och en från ärendet.",
            status=413,
        )
    content = BytesIO()
    # Stored, not packed: how well a machine packs would show in the bytes.
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as written:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            written.writestr(info, members[name])
    return content.getvalue()


def _members(file: File, grant_round: Round, archive: Files, write: Write) -> Iterator[tuple[str, bytes]]:
    case = file.case
    recipient, _ = opened(case)
    entries = journal(file.records, recipient.name)
    yield "handelser.txt", journal_text(case.number, recipient.name, entries).encode()
    yield "diarium.csv", extract_csv((case.number, entry) for entry in official(entries))
    for requisition in case.requisitions:
        yield f"inkommet/rekvisition-{requisition.id}.txt", _requisition(requisition).encode()
    for number, report in enumerate(case.all_reports, start=1):
        yield f"inkommet/aterrapport-{number}.txt", _report(report, grant_round.questions).encode()
    for recovery in case.recoveries:
        for number, answer in enumerate(recovery.answers, start=1):
            told = "Kommunen godtar förslaget." if answer.stance == "agrees" else "Kommunen invänder."
            text = f"Yttrande, inkommet {format_instant(answer.received_at)}\n\n{told}\n{answer.text}\n"
            yield f"inkommet/yttrande-{recovery.id}-{number}.txt", text.encode()
    sent = sent_files(case)
    if sent:
        yield "inkommet/underlag.txt", listed(sent).encode()
    for name in filed(case):
        yield f"utgaende/{name.rsplit('/', 1)[-1]}", archive.get(name)
    for mail_id, past in _as_sent(case, file.records):
        yield f"e-post/{mail_id}.eml", _mail(past, past.mails[mail_id], grant_round, archive, write)


def filed(case: Case) -> tuple[str, ...]:
    """Give the case's decisions, invoices and credit notes, by their names in the archive."""
    letters = [r.letter for r in case.recoveries]
    letters += [again.letter for r in case.recoveries for again in r.reconsidered]
    claims = [name for each in case.all_invoices for name in (each.pdf, each.xml)]
    claims += [name for each in case.credit_notes for name in (each.pdf, each.xml)]
    return tuple(name for name in (*letters, *claims) if name)


def _as_sent(case: Case, records: Sequence[Record]) -> Iterator[tuple[str, Case]]:
    """Give each e-mail that left, with the case as it was when it did: what it says follows from that."""
    past, told = CASE.empty(case_key(case.round, case.municipality)), set[str]()
    for record in records:
        event = unseal(record, CASE)
        mail_id = str(getattr(event, "mail", "")) if record.type in _OUTCOMES else ""
        if mail_id and mail_id not in told:
            told.add(mail_id)
            yield mail_id, past
        past = CASE.evolve(past, event)


def _mail(case: Case, mail: Mail, grant_round: Round, archive: Files, write: Write) -> bytes:
    asks = mail.kind == "records_request"
    in_force = case.link is not None and case.link.revoked_at is None
    opens = asks or (in_force and mail.kind in MAY_CARRY_LINK)
    shown = replace(mail, to=MASKED_ADDRESS) if mail.addressee == "agent" else mail
    enclosures = tuple(enclosures_of(case, mail, archive))
    return write(case, shown, grant_round, MASKED_LINK if opens else "", enclosures)


def _requisition(requisition: Requisition) -> str:
    return "\n".join(
        (
            f"Rekvisition, inkommen {format_instant(requisition.received_at)}",
            "",
            f"Belopp: {format_kronor(requisition.amount)}",
            f"Konto: {requisition.account.kind} {requisition.account}",
            f"Fakturareferens: {requisition.invoice_reference}",
            f"Peppol-id: {requisition.peppol_id or '–'}",
            f"Kontaktadress: {'maskerad' if requisition.contact_email else '–'}",
            f"Innehållets kontrollsumma: {requisition.content_hash}",
            "",
            *_late(requisition.late_decision),
            *(f"{check.explanation} ({check.arithmetic})" for check in requisition.checks),
            "",
        )
    )


def _late(told: LateDecision | None) -> Iterator[str]:
    if told is not None:
        outcome = "tog upp den ändå" if told.accepted else "avvisade den"
        yield f"Kom efter sista dagen. {told.decided_by} {outcome} {format_instant(told.decided_at)}."
        yield f"Skäl: {told.reason}"


def answers_of(report: Report, questions: Sequence[Question]) -> list[tuple[str, str]]:
    """Give what a report answers, each with its question; one that is not asked any more stands by its name."""
    asked = {question.id: question for question in questions}

    def written(name: str, value: str | int) -> str:
        question = asked.get(name)
        if question is None or isinstance(value, str):
            return dict(question.choices).get(str(value), str(value)) if question else str(value)
        return format_kronor(Ore(value)) if question.kind == "amount" else str(value)

    return [
        (asked[name].label if name in asked else name, written(name, value)) for name, value in report.answers.items()
    ]


def _report(report: Report, questions: Sequence[Question]) -> str:
    late = ", efter sista dagen" if report.late else ""
    lines = [f"Återrapport, inkommen {format_instant(report.received_at)}{late}", ""]
    for label, text in answers_of(report, questions):
        lines += [label, text, ""]
    return "\n".join([*lines, f"Innehållets kontrollsumma: {report.content_hash}", ""])
