"""The reconciliation as files: JSON for programs, CSV for a spreadsheet. Amounts are öre in JSON, kronor in CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import msgspec

from statsbidrag.domain.money import Ore, format_decimal
from statsbidrag.domain.reconciliation import Reconciliation, RemarkKind, Sums, Tally
from statsbidrag.domain.time import to_text

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEAD = ("Avsnitt", "Namn", "Läge", "Antal", "Belopp i kronor", "Öppen", "Uppgift")
_SUMS = {
    "ordered": "Beordrat",
    "acknowledged": "Mottaget av banken",
    "settled": "Bokfört",
    "rejected": "Avvisat",
    "returned": "Returnerat",
    "withdrawn": "Återtaget",
    "open": "Öppet",
}
REMARKS: dict[RemarkKind, str] = {
    "batch_called_duplicate": "Banken säger att filen kom en gång till",
    "batch_on_hold": "Betalningen är stoppad",
    "batch_rejected": "Banken har avvisat hela filen",
    "batch_unanswered": "Banken har inte svarat på filen",
    "booking_without_entry": "Bokfört hos oss utan post från banken",
    "entry_in_suspense": "Bankens post väntar på placering",
    "entry_not_booked": "Bankens post är inte bokförd hos oss",
    "entry_not_notified": "Bankens post står bara i kontoutdraget",
    "entry_not_on_statement": "Bankens post saknas i kontoutdraget",
    "entry_told_otherwise": "Bankens filer säger olika belopp om posten",
    "payout_on_hold": "Utbetalningen är stoppad",
    "payout_rejected": "Banken har avvisat utbetalningen",
    "payout_returned": "Utbetalningen har kommit tillbaka",
    "payout_set_back": "Okänd utbetalning har skickats igen med samma id",
    "payout_unknown": "Det är okänt om utbetalningen är genomförd",
    "statement_does_not_follow": "Kontoutdraget börjar inte med förra utdragets saldo",
    "statement_gap": "Kontoutdragets saldon stämmer inte med posterna",
}
"""What each kind of remark says to people."""


def render_json(found: Reconciliation) -> bytes:
    """Write a reconciliation for programs; every amount is named as the öre it is."""
    view = {
        "round": found.round,
        "as_of": to_text(found.as_of),
        "sums": _sums(found.sums),
        "states": {state: _tally(tally) for state, tally in found.states.items()},
        "batches": [
            {"batch": b.batch, "status": b.status, "execution_date": b.execution_date, "sums": _sums(b.sums)}
            for b in found.batches
        ],
        "entries": found.entries,
        "open_remarks": len(found.open_remarks),
        "remarks": [
            {"kind": r.kind, "name": r.name, "amount_ore": r.amount, "is_open": r.is_open, "detail": r.detail}
            for r in found.remarks
        ],
    }
    return msgspec.json.format(msgspec.json.encode(view), indent=1) + b"\n"


def _sums(sums: Sums) -> dict[str, Any]:
    return {name: _tally(getattr(sums, name)) for name in _SUMS}


def _tally(tally: Tally) -> dict[str, int]:
    return {"count": tally.count, "amount_ore": tally.amount}


def render_csv(found: Reconciliation) -> bytes:
    """Write a reconciliation as a spreadsheet opens it: semicolons, UTF-8 with BOM, no cell that is a formula."""
    written = StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(_HEAD)
    for row in _rows(found):
        table.writerow(defuse(cell) for cell in row)
    return (_BOM + written.getvalue()).encode("utf-8")


def _rows(found: Reconciliation) -> Iterator[tuple[str, ...]]:
    for name, label in _SUMS.items():
        tally = getattr(found.sums, name)
        yield ("Omgång", found.round, label, str(tally.count), _kronor(tally.amount), "", to_text(found.as_of))
    for batch in found.batches:
        for name, label in _SUMS.items():
            tally = getattr(batch.sums, name)
            yield ("Betalning", batch.batch, label, str(tally.count), _kronor(tally.amount), "", batch.status)
    for remark in found.remarks:
        is_open = "ja" if remark.is_open else "nej"
        yield ("Anmärkning", remark.name, REMARKS[remark.kind], "1", _kronor(remark.amount), is_open, remark.detail)


def _kronor(amount: Ore) -> str:
    sign = "-" if amount < 0 else ""
    return sign + format_decimal(Ore(abs(amount))).replace(".", ",")


def defuse(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula; a negative amount is text as well."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
