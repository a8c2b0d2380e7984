"""Fields from outside, by form and by JSON alike: read one by one, all faults shown at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.identifiers import Account, parse_account, parse_organisation_number
from statsbidrag.domain.money import Ore, format_kronor, parse_whole_kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.entry.bodies import shown_name
from statsbidrag.entry.pages import Row
from statsbidrag.usecases.requisitions import RequisitionInput

T = TypeVar("T")

ACCEPTED = "ja"
"""What a ticked declaration says, in a form and in JSON."""
DECLARATION_MISSING = ("declaration_missing", "Kryssa i rutan för att intyga uppgifterna.")

ACCOUNT_KINDS = {"bankgiro": "Bankgiro", "plusgiro": "Plusgiro", "iban": "IBAN"}
"""Kinds of account, with their Swedish labels."""

REQUISITION_LABELS = {
    "amount": "Belopp att rekvirera",
    "account_kind": "Typ av konto",
    "account_number": "Kontonummer",
    "invoice_reference": "Er fakturareferens",
    "peppol_id": "Ert Peppol-id för e-faktura",
    "declaration": "Intygande",
}
"""Fields of the requisition, with their Swedish labels."""

_PEPPOL = re.compile(r"(?P<scheme>[0-9]{4}):(?P<number>[A-Za-z0-9._-]{1,50})")
_SWEDISH_ORGANISATION = "0007"
_LONGEST_REFERENCE = 100


def read_requisition(fields: Mapping[str, Any]) -> RequisitionInput:
    """Read a requisition.

    Parameters
    ----------
    fields
        Texts ``amount`` (kronor), ``account_kind``, ``account_number``, ``invoice_reference``, ``peppol_id`` (may be
        empty) and ``declaration`` (``ja``).

    Raises
    ------
    Refusals
        Every field that cannot stand, each with its name and what to do.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "amount": _amount,
        "account_kind": _account_kind,
        "account_number": partial(_account, str(fields.get("account_kind", ""))),
        "invoice_reference": _invoice_reference,
        "peppol_id": _peppol_id,
        "declaration": read_declaration,
    }
    read = gather(readers, fields)
    return RequisitionInput(
        amount=read["amount"],
        account=read["account_number"],
        invoice_reference=read["invoice_reference"],
        peppol_id=read["peppol_id"],
    )


def prefilled_requisition(recipient: Recipient) -> dict[str, str]:
    """Give what the form shows first: the verified account and what the register knows."""
    return {
        "amount": "",
        "account_kind": recipient.account.kind,
        "account_number": str(recipient.account),
        "invoice_reference": recipient.invoice_reference,
        "peppol_id": recipient.peppol_id,
        "declaration": "",
    }


def requisition_rows(read: RequisitionInput) -> list[Row]:
    """Write a read requisition for people to review."""
    return [
        Row(REQUISITION_LABELS["amount"], format_kronor(read.amount)),
        Row(REQUISITION_LABELS["account_kind"], ACCOUNT_KINDS[read.account.kind]),
        Row(REQUISITION_LABELS["account_number"], str(read.account)),
        Row(REQUISITION_LABELS["invoice_reference"], read.invoice_reference),
        Row(REQUISITION_LABELS["peppol_id"], read.peppol_id),
        Row(REQUISITION_LABELS["declaration"], "Ja"),
    ]


def gather(readers: Mapping[str, Callable[[str], T]], fields: Mapping[str, Any]) -> dict[str, T]:
    """Read each field with its reader and gather what is refused.

    Raises
    ------
    Refusals
        What each reader refuses, with the field's name, and every field that has no reader.
    """
    read: dict[str, T] = {}
    refused: list[Refusal] = []
    for name, reader in readers.items():
        try:
            read[name] = reader(text_of(fields.get(name)))
        except Refusal as refusal:
            refused.append(Refusal(refusal.code, refusal.message, field=name))
    for name in sorted(fields.keys() - readers.keys()):
        refused.append(Refusal("field_unknown", "Fältet finns inte i formuläret.", field=shown_name(name)))
    if refused:
        raise Refusals(tuple(refused))
    return read


def text_of(value: object) -> str:
    """Take a value as text: absent is empty, a whole number its digits, letters and line breaks in one form.

    Raises
    ------
    Refusal
        ``text_expected`` for anything else, decimals among them: an amount is never a float.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refusal("text_expected", "Skriv värdet som text.")
    return unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()


def read_declaration(text: str) -> str:
    """Take a declaration that is accepted; `Refusal` ``declaration_missing`` otherwise."""
    if text != ACCEPTED:
        raise Refusal(*DECLARATION_MISSING)
    return text


def _amount(text: str) -> Ore:
    if not text:
        raise Refusal("amount_missing", "Fyll i det belopp ni rekvirerar, till exempel 125 000.")
    return parse_whole_kronor(text)


def _account_kind(text: str) -> str:
    if text not in ACCOUNT_KINDS:
        raise Refusal("account_kind_unknown", "Välj bankgiro, plusgiro eller IBAN.")
    return text


def _account(kind: str, text: str) -> Account | None:
    if not text:
        raise Refusal("account_missing", "Fyll i numret på det konto som pengarna ska betalas till.")
    try:
        return parse_account(kind, text)
    except Refusal as refusal:
        if refusal.code == "account_kind_unknown":
            return None  # said once, at the kind
        raise


def _invoice_reference(text: str) -> str:
    if not text:
        raise Refusal("invoice_reference_missing", "Fyll i er fakturareferens.")
    if len(text) > _LONGEST_REFERENCE or "\n" in text:
        message = f"Skriv fakturareferensen på en rad med högst {_LONGEST_REFERENCE} tecken."
        raise Refusal("invoice_reference_invalid", message)
    return text


def _peppol_id(text: str) -> str:
    if not text:
        return ""
    found = _PEPPOL.fullmatch(text)
    if found is None:
        raise Refusal("peppol_id_invalid", "Skriv Peppol-id som fyra siffror, kolon och nummer: 0007:2120000019.")
    if found["scheme"] != _SWEDISH_ORGANISATION:
        return text
    return f"{_SWEDISH_ORGANISATION}:{parse_organisation_number(found['number'])}"
