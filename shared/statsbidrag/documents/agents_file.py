"""Reads the agency's old register of agents: who was approved for which municipality, before there was this system."""

from __future__ import annotations

import re

from statsbidrag.documents.allocation_file import parse_code_cell
from statsbidrag.documents.table_file import Collector, Column, Line, parse_text, read_table
from statsbidrag.domain.agents.events import ImportedMandate
from statsbidrag.domain.agents.state import Person
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, holds_identity_number, parse_email
from statsbidrag.domain.mandates import MandateRole

_COLUMNS = (
    Column("code", "Kommunkod", ("kommunkod", "code")),
    Column("name", "Namn", ("namn", "name")),
    Column("title", "Titel", ("titel", "title")),
    Column("email", "E-post", ("e-post", "e-postadress", "email")),
    Column("phone", "Telefon", ("telefon", "phone")),
    Column("role", "Roll", ("roll", "role")),
    Column("subject", "Subjekt", ("subjekt", "subject")),
)
_ROLES: dict[str, MandateRole] = {
    "ombud": "agent",
    "representant": "representative",
    "uppgiftssamordnare": "coordinator",
}
_MOST_OF_ONE = 20
"""Persons of one municipality in a file: with its journal they are written in one transaction."""
Mandates = dict[MunicipalityCode, tuple[ImportedMandate, ...]]


def read_agents(data: bytes, filename: str) -> Mandates:
    """Read the register: CSV or XLSX, its columns in any order; ``Titel`` and ``Telefon`` may have empty cells.

    Returns
    -------
    dict
        Who acts for each municipality that the file names.

    Raises
    ------
    Refusals
        Everything that is wrong at once, each with its line: what `read_table` refuses, ``formula_cell``,
        ``unknown_municipality``, ``text_missing``, ``text_invalid``, ``email_invalid``, ``role_unknown``,
        ``subject_invalid``, ``identity_number_in_text``, ``agent_doubled``, ``person_doubled`` or ``too_many_persons``.
    """
    table = read_table(data, filename, _COLUMNS)
    collector = Collector(_COLUMNS)
    found: dict[MunicipalityCode, list[ImportedMandate]] = {}
    for line in table.lines:
        read = _read(line, collector)
        if read is not None:
            code, mandate = read
            others = found.setdefault(code, [])
            _check(line, mandate, others, collector)
            others.append(mandate)
    collector.finish()
    return {code: tuple(some) for code, some in found.items()}


def _read(line: Line, collector: Collector) -> tuple[MunicipalityCode, ImportedMandate] | None:
    code = collector.read(line, "code", parse_code_cell)
    name = collector.read(line, "name", _plain)
    title = collector.read(line, "title", _optional)
    email = collector.read(line, "email", parse_email)
    phone = collector.read(line, "phone", _optional)
    role = collector.read(line, "role", _role)
    subject = collector.read(line, "subject", parse_subject)
    if code and name and title is not None and email and phone is not None and role and subject:
        return code, ImportedMandate(role, Person(subject, name, email, title, phone))
    return None


def _check(line: Line, mandate: ImportedMandate, others: list[ImportedMandate], collector: Collector) -> None:
    if mandate.role == "agent" and any(each.role == "agent" for each in others):
        collector.refuse(line, "agent_doubled", "kommunen har redan ett ombud i filen. Behåll det som gäller.")
    if any(each.person.subject == mandate.person.subject for each in others):
        collector.refuse(line, "person_doubled", "samma person står redan för kommunen. Behåll raden som gäller.")
    if len(others) >= _MOST_OF_ONE:
        collector.refuse(line, "too_many_persons", f"kommunen har fler än {_MOST_OF_ONE} personer i filen.")


def _plain(text: str) -> str:
    read = parse_text(text)
    if holds_identity_number(read):
        raise Refusal("identity_number_in_text", "cellen ser ut att ha ett personnummer. Ta bort det.")
    return read


def _optional(text: str) -> str:
    return _plain(text) if text else ""


def _role(text: str) -> MandateRole:
    if text.casefold() not in _ROLES:
        raise Refusal("role_unknown", f"skriv {', '.join(_ROLES)}.")
    return _ROLES[text.casefold()]


def parse_subject(text: str) -> str:
    """Read the opaque name of a person; an identity number is none, and is refused without being repeated."""
    if holds_identity_number(text) or not re.fullmatch(r"[A-Za-z0-9._:@|-]{3,128}", text):
        raise Refusal("subject_invalid", "skriv personens pseudonym från e-legitimeringen, aldrig ett personnummer.")
    return text
