"""The register (diarium) and the journal of a case in Swedish: what came in, went out and was drawn up, and by whom."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import StringIO
from typing import Any, Literal

import msgspec

from statsbidrag.documents.reconciliation_file import defuse
from statsbidrag.domain.case.state import MailKind
from statsbidrag.domain.journal import Record
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.time import format_date, format_instant, from_text, swedish_date

Direction = Literal["in", "out", "own", ""]
"""Received, sent or drawn up here; empty for what is no document of the matter."""
DIRECTIONS: Mapping[Direction, str] = {"in": "Inkommet", "out": "Utgånget", "own": "Upprättat", "": "Händelse"}

EVENTS: Mapping[str, tuple[str, Direction]] = {
    "case_opened": ("Ärendet är öppnat", "own"),
    "recipient_changed": ("Kommunens uppgifter är ändrade i registret", ""),
    "allocation_set": ("Kommunens andel i fördelningslistan", "own"),
    "requisition_received": ("Rekvisition", "in"),
    "requisition_approved": ("Rekvisitionen är godkänd", "own"),
    "requisition_rejected": ("Rekvisitionen är avslagen", "own"),
    "late_requisition_accepted": ("Beslut att ta upp en sen rekvisition", "own"),
    "late_requisition_dismissed": ("Beslut att avvisa en sen rekvisition", "own"),
    "account_change_proposed": ("Anmälan om ett annat konto", "in"),
    "account_change_approved": ("Kontot är godkänt", "own"),
    "account_change_declined": ("Kontot är avslaget", "own"),
    "payouts_held": ("Utbetalning är stoppad", "own"),
    "payouts_released": ("Stoppet är hävt", "own"),
    "payout_queued": ("Utbetalningen är lagd i en betalning", ""),
    "payout_unqueued": ("Utbetalningen är tagen ur en betalning", ""),
    "payout_sent": ("Utbetalningen är lämnad till banken", ""),
    "payout_settled": ("Utbetalningen är bokad av banken", ""),
    "payout_rejected": ("Banken har avvisat utbetalningen", ""),
    "payout_returned": ("Utbetalningen har kommit tillbaka", ""),
    "payout_became_unknown": ("Det är okänt om utbetalningen är genomförd", ""),
    "payout_resolution_proposed": ("Bankens besked om utbetalningen", "in"),
    "payout_resolved": ("Bankens besked är bekräftat", "own"),
    "payout_voided": ("Utbetalningen är makulerad", "own"),
    "payout_reissued": ("En ny utbetalning i stället", "own"),
    "report_link_issued": ("Länk till återrapporten är gjord", ""),
    "report_links_revoked": ("Länkarna är spärrade", "own"),
    "link_delivery_proven": ("Uppgift om när länken kom fram", "own"),
    "report_reminder_issued": ("Påminnelse om återrapporten", ""),
    "report_received": ("Återrapport", "in"),
    "records_requested": ("Begäran om räkenskaper, stickprov", "own"),
    "records_link_revoked": ("Länken till stickprovet är spärrad", "own"),
    "records_link_issued": ("Ny länk till stickprovet", ""),
    "records_received": ("Räkenskaper", "in"),
    "spot_check_concluded": ("Stickprovet är avslutat", "own"),
    "report_extended": ("Beslut om anstånd", "own"),
    "report_reopened": ("Återrapporten är öppnad igen", "own"),
    "report_reinstated": ("Den tidigare återrapporten gäller igen", ""),
    "report_assessed": ("Återrapporten är bedömd", "own"),
    "delivery_unproven": ("Återrapport saknas, och inget visar att länken kom fram", ""),
    "recovery_proposed": ("Förslag till återkrav", "own"),
    "recovery_withdrawn": ("Förslaget är återkallat", "own"),
    "hearing_answered": ("Yttrande", "in"),
    "hearing_extended": ("Längre tid att yttra sig", "own"),
    "decision_prepared": ("Beslutet är berett", ""),
    "recovery_decided": ("Beslut om återkrav", "own"),
    "letter_filed": ("Beslutet är arkiverat", ""),
    "invoice_raised": ("Faktura", "own"),
    "invoice_filed": ("Fakturan är arkiverad", ""),
    "repayment_received": ("Inbetalning", "in"),
    "invoice_reminded": ("Fakturan är förfallen", ""),
    "reconsideration_prepared": ("Omprövningen är beredd", ""),
    "recovery_reconsidered": ("Beslut om omprövning", "own"),
    "reconsideration_filed": ("Omprövningsbeslutet är arkiverat", ""),
    "appeal_noted": ("Överklagande", "in"),
    "appeal_ended": ("Utgången av överklagandet", "in"),
    "credit_note_raised": ("Kreditfaktura", "own"),
    "credit_note_filed": ("Kreditfakturan är arkiverad", ""),
    "write_off_proposed": ("Avskrivning är föreslagen", ""),
    "invoice_written_off": ("Beslut om avskrivning", "own"),
    "refund_ordered": ("Återbetalning av överskott", "own"),
    "interest_claimed": ("Ränta krävs", "own"),
    "interest_forgone": ("Ränta krävs inte", "own"),
    "invoice_reissued": ("Fakturan är ersatt", "own"),
    "set_off_proposed": ("Kvittning är föreslagen", ""),
    "set_off_declined": ("Kvittningen är avslagen", "own"),
    "payout_set_off": ("Beslut om kvittning", "own"),
    "mail_sent": ("E-brev", "out"),
    "mail_delivered": ("E-brevet kom fram", ""),
    "mail_bounced": ("E-brevet studsade", ""),
    "mail_complained": ("E-brevet är anmält som skräppost", ""),
    "registry_address_corrected": ("Registraturens adress är rättad", "own"),
}
"""What each event is called, and which way it went."""

MAILS: Mapping[MailKind, str] = {
    "requisition_receipt": "kvitto på rekvisitionen",
    "requisition_late": "kvitto på en sen rekvisition",
    "requisition_approved": "rekvisitionen är godkänd",
    "requisition_rejected": "rekvisitionen är avslagen",
    "requisition_dismissed": "beslut att avvisa en sen rekvisition",
    "payout_rejected": "banken har avvisat utbetalningen",
    "account_changed": "kontot är ändrat",
    "report_link": "länk till återrapporten",
    "report_reminder": "påminnelse om återrapporten",
    "records_request": "begäran om räkenskaper",
    "records_receipt": "kvitto på räkenskaper",
    "report_extended": "anstånd med återrapporten",
    "report_reopened": "återrapporten är öppen för rättelse",
    "report_receipt": "kvitto på återrapporten",
    "hearing": "förslag till återkrav att yttra sig över",
    "hearing_receipt": "kvitto på yttrandet",
    "hearing_extended": "längre tid att yttra sig",
    "decision": "beslut om återkrav",
    "reconsideration": "beslut om omprövning",
    "invoice": "faktura",
    "invoice_reminder": "påminnelse om fakturan",
    "credit_note": "kreditfaktura",
    "invoice_voided": "fakturan är ersatt",
    "set_off": "kvittning",
}
"""What each kind of e-mail says, in a few words."""

_AMOUNTS = {
    "amount": "Belopp",
    "claim": "Krav",
    "proposed_waiver": "Föreslagen eftergift",
    "waived": "Eftergift",
    "accepted": "Godtagen användning",
    "amount_used": "Använt",
    "amount_misused": "Använt till annat",
    "surplus": "Överskott",
    "reduction": "Sänkning",
    "prepaid": "Redan betalt",
    "remaining": "Rest",
}
_TEXTS = {
    "reason": "Skäl",
    "reasons": "Skäl",
    "answer_considered": "Bedömning av yttrandet",
    "text": "Text",
    "payout": "Utbetalning",
    "batch": "Betalning",
    "invoice": "Faktura",
    "credit_note": "Kreditfaktura",
    "replacement": "Ersätts av",
    "interest_invoice": "Räntefaktura",
    "allocation_list": "Fördelningslista",
    "recovery": "Återkrav",
    "ocr": "OCR-nummer",
}
_DAYS = {
    "last_day": "Sista dag",
    "due_on": "Förfaller",
    "booked_on": "Bokad",
    "received_on": "Kom in",
    "delivered_on": "Kom fram",
}
_STANCES = {"agrees": "Kommunen godtar", "objects": "Kommunen invänder"}
_PROCESS = "Systemet"
_AGENCY = "Myndigheten"
WHO = {"officer": "Handläggare", "attester": "Attestant", "system": _PROCESS}


class Entry(msgspec.Struct, frozen=True):
    """One event of a case, for people.

    Attributes
    ----------
    who
        Staff by their name in the system; the municipality's people only by their role.
    party
        From whom it came or to whom it went; empty for what was drawn up here.
    rows
        What it says: label and text.
    """

    number: int
    at: datetime
    kind: str
    title: str
    direction: Direction
    who: str
    party: str
    rows: tuple[tuple[str, str], ...]

    @property
    def direction_name(self) -> str:
        """Which way it went, in Swedish."""
        return DIRECTIONS[self.direction]


def journal(records: Iterable[Record], municipality: str) -> tuple[Entry, ...]:
    """Write a journal for people, oldest first; `municipality` is the name of the other party."""
    return tuple(_entry(record, municipality) for record in records)


def _entry(record: Record, municipality: str) -> Entry:
    body = msgspec.json.decode(record.body)
    data: dict[str, Any] = body["data"]
    title, direction = EVENTS[record.type]
    if record.type == "mail_sent":
        title = f"{title}: {MAILS[data['kind']]}"
    elif record.type.startswith("mail_"):
        title = f"{title}: {mail_name(data['mail'])}"
    if data.get("late"):
        title += ", kom in efter sista dagen"
    if record.type == "account_change_proposed" and body["actor"].startswith("officer"):
        direction = "own"
    return Entry(
        number=record.number,
        at=from_text(record.at),
        kind=record.type,
        title=title,
        direction=direction,
        who=who(body["actor"]),
        party=municipality if direction in ("in", "out") else "",
        rows=tuple(_rows(data)),
    )


def who(actor: str) -> str:
    """Name who did something: staff by name, the municipality's people by their role alone."""
    role, _, name = actor.partition(":")
    if role in ("officer", "attester"):
        return f"{WHO[role]} {name}"
    return WHO.get(role, "Kommunen")


def mail_name(mail: str) -> str:
    """Say what an e-mail is, by its name: ``2025-0114-hearing-1``."""
    kind = re.sub(r"^20[0-9]{2}-[0-9]{4}-", "", mail)
    found = (text for known, text in sorted(MAILS.items(), key=lambda item: -len(item[0])) if kind.startswith(known))
    return next(found, mail)


def _rows(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, value in data.items():
        if value in (None, "", 0) and name not in ("accepted", "amount_used"):
            continue
        if name in _AMOUNTS and isinstance(value, int):
            yield _AMOUNTS[name], format_kronor(Ore(value))
        elif name in _TEXTS and isinstance(value, (str, int)):
            yield _TEXTS[name], str(value)
        elif name in _DAYS:
            yield _DAYS[name], format_date(date.fromisoformat(value))
        elif name == "stance":
            yield "Svar", _STANCES[value]
        elif name == "checks":
            yield from (("Prövning", check["explanation"]) for check in value)


def official(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Give what is a document of the matter: what came in, went out and was drawn up."""
    return tuple(entry for entry in entries if entry.direction)


_HEAD = ("Datum", "Ärendenummer", "Ärende", "Löpnummer", "Riktning", "Avsändare eller mottagare", "Handling")


def extract_csv(rows: Iterable[tuple[str, Entry]]) -> bytes:
    """Write a register extract for a spreadsheet: each entry with the number of its case."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEAD)
    for number, entry in rows:
        day, matter = swedish_date(entry.at).isoformat(), f"Statsbidrag {number.rpartition('/')[2]}"
        party = entry.party or _AGENCY
        cells = (day, number, matter, str(entry.number), entry.direction_name, party, entry.title)
        writer.writerow([defuse(cell) for cell in cells])
    return ("\ufeff" + text.getvalue()).encode("utf-8")


def journal_text(case_number: str, name: str, entries: Iterable[Entry]) -> str:
    """Write a whole journal as readable text."""
    lines = [f"Händelser i ärende {case_number}, {name}", ""]
    for entry in entries:
        lines.append(f"{entry.number}. {format_instant(entry.at)}  {entry.title}")
        lines.append(f"   {entry.direction_name}. {entry.who}." + (f" {entry.party}." if entry.party else ""))
        lines += [f"   {label}: {text}" for label, text in entry.rows]
        lines.append("")
    return "\n".join(lines)
