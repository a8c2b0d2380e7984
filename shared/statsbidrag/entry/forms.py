"""Fields from outside, by form and by JSON alike: read one by one, all faults shown at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import Account, parse_account, parse_email, parse_organisation_number
from statsbidrag.domain.money import Ore, format_kronor, parse_whole_kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.entry.models import STRICT, reader, told, validated
from statsbidrag.entry.pages import Row
from statsbidrag.usecases.requisitions import RequisitionInput

if TYPE_CHECKING:
    pass

M = TypeVar("M", bound=BaseModel)
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
    "contact_email": "Er e-postadress",
    "declaration": "Intygande",
}
"""Fields of the requisition, with their Swedish labels."""

ACCOUNT_LABELS = {name: REQUISITION_LABELS[name] for name in ("account_kind", "account_number")}
"""Fields of another payout account, with their Swedish labels."""

_PEPPOL = re.compile(r"(?P<scheme>[0-9]{4}):(?P<number>[A-Za-z0-9._-]{1,50})")
_SWEDISH_ORGANISATION = "0007"
_LONGEST_REFERENCE = 100


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


def _account_number(text: str) -> str:
    if not text:
        raise Refusal("account_missing", "Fyll i numret på det konto som pengarna ska betalas till.")
    return text


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


def _contact_email(text: str) -> str:
    return parse_email(text) if text else ""


def _with_check_digit(text: str, info: ValidationInfo) -> str:
    """Hold an account's number against its kind; a kind that was refused is said once, at the kind."""
    kind = info.data.get("account_kind")
    try:
        return text if kind is None else parse_account(kind, text).number
    except Refusal as refusal:
        raise told(refusal) from None


class RequisitionForm(BaseModel):
    """A requisition as people and programs send it; every field is text, the amount may be a whole number.

    Attributes
    ----------
    amount
        Whole kronor as text, öre once read.
    peppol_id, contact_email
        May be empty.
    declaration
        ``ja``.
    """

    model_config = STRICT

    amount: Annotated[int, reader(_amount)] = Field("", examples=["125 000"])  # type: ignore[assignment]
    account_kind: Annotated[Literal["bankgiro", "plusgiro", "iban"], reader(_account_kind)] = ""  # type: ignore[assignment]
    account_number: Annotated[str, reader(_account_number)] = Field("", examples=["5050-1055"])
    invoice_reference: Annotated[str, reader(_invoice_reference)] = Field("", max_length=_LONGEST_REFERENCE)
    peppol_id: Annotated[str, reader(_peppol_id)] = Field("", examples=["0007:2120000019"])
    contact_email: Annotated[str, reader(_contact_email)] = Field("", examples=["bidrag@kommunen.example"])
    declaration: Annotated[str, reader(read_declaration)] = Field("", examples=[ACCEPTED])

    _has_its_check_digit = field_validator("account_number")(_with_check_digit)


class AccountForm(BaseModel):
    """Another payout account as people propose it."""

    model_config = STRICT

    account_kind: Annotated[Literal["bankgiro", "plusgiro", "iban"], reader(_account_kind)] = ""  # type: ignore[assignment]
    account_number: Annotated[str, reader(_account_number)] = Field("", examples=["5050-1055"])

    _has_its_check_digit = field_validator("account_number")(_with_check_digit)


def read_account(fields: Mapping[str, Any], in_force: Account) -> Account:
    """Read another account than the one in force; `Refusals` as `validated` raises them."""
    read = validated(AccountForm, fields)
    account = Account(read.account_kind, read.account_number)
    if account == in_force:
        message = "Kontot gäller redan. Skriv ett annat, eller låt det vara."
        raise Refusal("account_in_force", message, field="account_number")
    return account


def account_rows(account: Account) -> list[Row]:
    """Write an account for people to review."""
    return [
        Row(ACCOUNT_LABELS["account_kind"], ACCOUNT_KINDS[account.kind]),
        Row(ACCOUNT_LABELS["account_number"], str(account)),
    ]


def read_requisition(fields: Mapping[str, Any]) -> RequisitionInput:
    """Read a requisition; `Refusals` as `validated` raises them."""
    read = validated(RequisitionForm, fields)
    return RequisitionInput(
        amount=Ore(read.amount),
        account=Account(read.account_kind, read.account_number),
        invoice_reference=read.invoice_reference,
        peppol_id=read.peppol_id,
        contact_email=read.contact_email,
    )


def prefilled_requisition(recipient: Recipient) -> dict[str, str]:
    """Give what the form shows first: the verified account and what the register knows."""
    return {
        "amount": "",
        "account_kind": recipient.account.kind,
        "account_number": str(recipient.account),
        "invoice_reference": recipient.invoice_reference,
        "peppol_id": recipient.peppol_id,
        "contact_email": "",
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
        Row(REQUISITION_LABELS["contact_email"], read.contact_email),
        Row(REQUISITION_LABELS["declaration"], "Ja"),
    ]
