"""Accounting records that came in for a case's spot checks: what each is called, and the list of them.

They may hold personal data, and nobody has judged yet what may be told of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from statsbidrag.documents.record_files import CSV, PDF, SIE, XLSX, written_type
from statsbidrag.domain.case import Case
from statsbidrag.domain.case.state import RecordFile
from statsbidrag.domain.time import format_instant

_ENDINGS = {PDF: "pdf", XLSX: "xlsx", CSV: "csv", SIE: "se"}


class SentFile(NamedTuple):
    """One file; its name is made of the check's number and its own place in it, not of what the sender called it."""

    name: str
    kind: str
    file: RecordFile
    received_at: datetime
    late: bool


def sent_files(case: Case) -> tuple[SentFile, ...]:
    """Give every file in the order in which they came."""
    return tuple(
        SentFile(
            f"underlag-{check.id}-{number}.{_ENDINGS[file.media_type]}",
            written_type(file.media_type),
            file,
            sent.received_at,
            sent.late,
        )
        for check in case.spot_checks
        for number, (sent, file) in enumerate(((sent, file) for sent in check.sent for file in sent.files), start=1)
    )


def find_sent(case: Case, name: str) -> RecordFile | None:
    """Give the file of that name."""
    return next((each.file for each in sent_files(case) if each.name == name), None)


def listed(files: tuple[SentFile, ...]) -> str:
    """Write the list that is given out in the files' place (OSL 2009:400: each is judged when it is asked for)."""
    lines = [
        "Underlag från kommunen till stickprov",
        "",
        "Filerna ligger inte här. De kan innehålla uppgifter om enskilda och lämnas ut efter",
        "sekretessprövning enligt offentlighets- och sekretesslagen (2009:400).",
    ]
    for each in files:
        late = ", efter sista dagen" if each.late else ""
        lines += [
            "",
            f"{each.name}, {each.kind}, {each.file.size} byte",
            f"Inkommet {format_instant(each.received_at)}{late}",
            f"Innehållets kontrollsumma (SHA-256): {each.file.content_hash}",
        ]
    return "\n".join([*lines, ""])
