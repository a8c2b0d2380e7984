"""Identifiers with their check digits, and the fixed names that effects are known by.

A check digit proves form, never ownership.
"""

from __future__ import annotations

import re
from typing import Literal, NewType

import msgspec
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.se import orgnr

from statsbidrag.domain.errors import Refusal

RoundId = NewType("RoundId", str)
"""The year of a grant round, four digits: ``2025``."""
MunicipalityCode = NewType("MunicipalityCode", str)
"""Four digits as text, the first two the county (SCB): ``0114``."""
OrganisationNumber = NewType("OrganisationNumber", str)
"""Ten digits without hyphen, Luhn."""

AccountKind = Literal["bankgiro", "plusgiro", "iban"]

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
# Day of birth, plus 60 in a coordination number, then four digits.
_IDENTITY_NUMBER = re.compile(
    r"(?<!\d)(?:19|20)?(\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[678]\d|9[01]))[-+ ]?(\d{4})(?!\d)"
)
_GIRO_LENGTHS = {"bankgiro": (7, 8), "plusgiro": (2, 8)}


class Account(msgspec.Struct, frozen=True):
    """Where money goes: digits only for a giro, the compact form for an IBAN."""

    kind: AccountKind
    number: str

    def __str__(self) -> str:
        """Write the account as people do: ``5050-1055``, ``30918-7``, ``SE45 5000 …``."""
        if self.kind == "bankgiro":
            return f"{self.number[:-4]}-{self.number[-4:]}"
        if self.kind == "plusgiro":
            return f"{self.number[:-1]}-{self.number[-1]}"
        return str(iban.format(self.number))


def parse_round(text: str) -> RoundId:
    """Read a round's name; `Refusal` ``unknown_round`` if it is not four digits."""
    if not re.fullmatch(r"20[0-9]{2}", text):
        raise Refusal("unknown_round", "Det finns ingen bidragsomgång med det namnet.", status=404)
    return RoundId(text)


def parse_municipality(text: str) -> MunicipalityCode:
    """Read a municipality code; `Refusal` ``unknown_municipality`` if it is not four digits."""
    if not re.fullmatch(r"[0-9]{4}", text):
        raise Refusal(
            "unknown_municipality",
            "Kommunkoden ska vara fyra siffror, till exempel 0114.",
            field="municipality",
            status=404,
        )
    return MunicipalityCode(text)


def parse_organisation_number(text: str) -> OrganisationNumber:
    """Read an organisation number with or without hyphen; `Refusal` ``organisation_number_invalid``.

    The third digit of a legal person's number is 2 or higher, so a personal identity number is never read.
    """
    digits = text.strip()
    if not (re.fullmatch(r"[1-9][0-9][2-9][0-9]{3}-?[0-9]{4}", digits) and orgnr.is_valid(digits)):
        raise Refusal(
            "organisation_number_invalid",
            "Organisationsnumret stämmer inte. Kontrollera siffrorna, till exempel 212000-0019.",
            field="organisation_number",
        )
    return OrganisationNumber(str(orgnr.compact(digits)))


def parse_account(kind: str, text: str) -> Account:
    """Read a payout account, with its check digit.

    Parameters
    ----------
    kind
        ``bankgiro``, ``plusgiro`` or ``iban``.
    text
        The number with or without hyphens and spaces.

    Raises
    ------
    Refusal
        ``account_kind_unknown`` or ``account_invalid``.
    """
    digits = re.sub(r"[\s-]", "", text)
    if kind == "iban":
        try:
            return Account("iban", str(iban.validate(digits)))
        except ValidationError:
            raise _account_refusal("IBAN-numret") from None
    if kind not in ("bankgiro", "plusgiro"):
        raise Refusal("account_kind_unknown", "Välj bankgiro, plusgiro eller IBAN.", field="account_kind")
    shortest, longest = _GIRO_LENGTHS[kind]
    # A leading zero is no giro number, and a number of zeros only would pass the check digit.
    in_form = re.fullmatch(rf"[1-9][0-9]{{{shortest - 1},{longest - 1}}}", digits)
    if not (in_form and luhn.is_valid(digits)):
        raise _account_refusal(f"{kind.capitalize()}numret")
    return Account("bankgiro" if kind == "bankgiro" else "plusgiro", digits)


def _account_refusal(what: str) -> Refusal:
    return Refusal(
        "account_invalid",
        f"{what} stämmer inte: antalet siffror eller kontrollsiffran är fel. Kontrollera numret.",
        field="account_number",
    )


def parse_email(text: str) -> str:
    """Read the address of a mailbox; `Refusal` ``email_invalid``."""
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        message = "Skriv en e-postadress, till exempel registrator@kommunen.example."
        raise Refusal("email_invalid", message, field="email")
    return text


def parse_any_account(text: str) -> Account:
    """Read an account written with its kind, as a register file has it: ``bankgiro 5050-1055``.

    Without a kind, a text that begins with two letters is an IBAN, all else a bankgiro.
    """
    words = text.strip().split(maxsplit=1)
    if len(words) == 2 and words[0].lower() in ("bankgiro", "bg", "plusgiro", "pg", "iban"):
        kind = {"bg": "bankgiro", "pg": "plusgiro"}.get(words[0].lower(), words[0].lower())
        return parse_account(kind, words[1])
    return parse_account("iban" if re.match(r"[A-Za-z]{2}", text.strip()) else "bankgiro", text)


def holds_identity_number(text: str) -> bool:
    """Tell whether a text holds what looks like a personal identity number, or a coordination number."""
    return any(luhn.is_valid(found[1] + found[2]) for found in _IDENTITY_NUMBER.finditer(text))


def case_number(round_id: RoundId, municipality: MunicipalityCode) -> str:
    """Name the case for people (diarienummer), unique by construction: ``9.3-0114/2025``."""
    return f"9.3-{municipality}/{round_id}"


def payout_id(round_id: RoundId, municipality: MunicipalityCode, sequence: int) -> str:
    """Name a payout; it is the bank's end-to-end id, at most 35 characters."""
    return f"P-{round_id}-{municipality}-{sequence}"


def parse_payout_id(text: str) -> tuple[RoundId, MunicipalityCode]:
    """Find the case a payout belongs to; `Refusal` ``unknown_payment`` for a name that is not ours."""
    found = re.fullmatch(r"P-(20[0-9]{2})-([0-9]{4})-[0-9]{1,3}", text)
    if found is None:
        raise Refusal("unknown_payment", "Betalningen är inte vår.")
    return RoundId(found[1]), MunicipalityCode(found[2])


def invoice_number(round_id: RoundId, municipality: MunicipalityCode, sequence: int) -> str:
    """Name a recovery invoice or credit note: ``I-2025-0114-1``."""
    return f"I-{round_id}-{municipality}-{sequence}"


LAST_INVOICE = 99
"""Highest number of an invoice or credit note in a case: references have two digits for it."""


def ocr_reference(round_id: RoundId, municipality: MunicipalityCode, sequence: int) -> str:
    """Make the payment reference of an invoice: 12 digits, next to last the length mod 10, last Luhn.

    Raises
    ------
    ValueError
        When the sequence is not 1 to 99; a longer reference could not be read back.
    """
    if not 1 <= sequence <= LAST_INVOICE:
        raise ValueError("an invoice sequence is 1 to 99")
    body = f"{round_id}{municipality}{sequence:02d}"
    with_length = f"{body}{(len(body) + 2) % 10}"
    return f"{with_length}{luhn.calc_check_digit(with_length)}"


def parse_ocr(text: str) -> tuple[RoundId, MunicipalityCode, int]:
    """Find the case and invoice sequence that a reference names.

    Raises
    ------
    Refusal
        ``unknown_reference`` when length, length digit or check digit is off.
    """
    digits = re.sub(r"\s", "", text)
    in_form = re.fullmatch(r"20[0-9]{10}", digits) and digits[-2] == str(len(digits) % 10)
    if not (in_form and luhn.is_valid(digits)):
        raise Refusal("unknown_reference", "Referensen är inte ett OCR-nummer från oss.")
    return RoundId(digits[:4]), MunicipalityCode(digits[4:8]), int(digits[8:10])
