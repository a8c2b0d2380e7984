"""Reads the register of recipients: who a grant goes to, and where mail, money and invoices go."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from stdnum import ean

from statsbidrag.documents.allocation_file import parse_code_cell
from statsbidrag.documents.table_file import Collector, Column, Line, parse_text, read_table
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import parse_any_account, parse_email, parse_organisation_number
from statsbidrag.domain.recipient import Recipient

_COLUMNS = (
    Column("code", "Kommunkod", ("kommunkod", "code")),
    Column("name", "Kommun", ("kommun", "kommunnamn", "name")),
    Column("organisation_number", "Organisationsnummer", ("organisationsnummer", "organisation_number")),
    Column("registry_email", "Registratur", ("registratur", "registry_email")),
    Column("payout_account", "Konto", ("konto", "payout_account")),
    Column("invoice_reference", "Fakturareferens", ("fakturareferens", "invoice_reference")),
    Column("peppol_id", "Peppol-id", ("peppol-id", "peppol_id")),
)
_ORGANISATION_SCHEME = "0007"
_GLN_SCHEME = "0088"
_GLN_DIGITS = 13


class _Unique(NamedTuple):
    """A value that only one recipient may have; two are a copying mistake, or a foreign account."""

    code: str
    label: str
    value: Callable[[Recipient], object]


_UNIQUE = (
    _Unique("municipality_doubled", "kommunkoden", lambda recipient: recipient.municipality),
    _Unique("organisation_number_doubled", "organisationsnumret", lambda recipient: recipient.organisation_number),
    _Unique("account_doubled", "kontot", lambda recipient: recipient.account),
)


def read_register(data: bytes, filename: str) -> tuple[Recipient, ...]:
    """Read the register: CSV or XLSX with Swedish or English column names, in any order.

    An empty Peppol id means the organisation number in scheme 0007.

    Raises
    ------
    Refusals
        Everything that is wrong at once, each with its line: what `read_table` refuses, ``formula_cell``,
        ``unknown_municipality``, ``text_missing``, ``text_invalid``, ``organisation_number_invalid``,
        ``email_invalid``, ``account_invalid``, ``account_kind_unknown``, ``peppol_id_invalid``,
        ``municipality_doubled``,
        ``organisation_number_doubled`` or ``account_doubled``.
    """
    table = read_table(data, filename, _COLUMNS)
    collector = Collector(_COLUMNS)
    recipients = []
    seen: dict[tuple[str, object], int] = {}
    for line in table.lines:
        recipient = _read_recipient(line, collector)
        if recipient is not None:
            _check_unique(line, recipient, seen, collector)
            recipients.append(recipient)
    collector.finish()
    return tuple(recipients)


def _read_recipient(line: Line, collector: Collector) -> Recipient | None:
    code = collector.read(line, "code", parse_code_cell)
    name = collector.read(line, "name", parse_text)
    number = collector.read(line, "organisation_number", parse_organisation_number)
    email = collector.read(line, "registry_email", parse_email)
    account = collector.read(line, "payout_account", parse_any_account)
    reference = collector.read(line, "invoice_reference", parse_text)
    peppol = collector.read(line, "peppol_id", _parse_peppol_id)
    if code and name and number and email and account and reference and peppol is not None:
        peppol_id = peppol or f"{_ORGANISATION_SCHEME}:{number}"
        return Recipient(code, name, number, email, account, reference, peppol_id)
    return None


def _check_unique(line: Line, recipient: Recipient, seen: dict[tuple[str, object], int], collector: Collector) -> None:
    for unique in _UNIQUE:
        first = seen.setdefault((unique.code, unique.value(recipient)), line.number)
        if first != line.number:
            collector.refuse(line, unique.code, f"{unique.label} står redan på rad {first}. Rätta det ena.")


def _parse_peppol_id(text: str) -> str:
    """Read ``scheme:number``; empty is allowed and stays empty.

    A GLN has a check digit (PEPPOL-COMMON-R040): with a wrong one no invoice of the municipality would get through.
    """
    scheme, _, number = text.partition(":")
    if scheme == _ORGANISATION_SCHEME:
        return f"{scheme}:{parse_organisation_number(number)}"
    if text and not re.fullmatch(r"[0-9]{4}:[A-Za-z0-9._-]{1,50}", text):
        raise Refusal("peppol_id_invalid", "Skriv Peppol-id som schema:nummer, till exempel 0007:2120000019.")
    if scheme == _GLN_SCHEME and not (len(number) == _GLN_DIGITS and ean.is_valid(number)):
        raise Refusal("peppol_id_invalid", "GLN-numret i Peppol-id stämmer inte. Kontrollera de 13 siffrorna.")
    return text
