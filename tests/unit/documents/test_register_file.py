from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from statsbidrag.documents.register_file import read_register
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber
from statsbidrag.domain.recipient import Recipient

EXAMPLE = Path(__file__).parents[3] / "examples" / "kommunregister.csv"
HEAD = "Kommunkod;Kommun;Organisationsnummer;Registratur;Konto;Fakturareferens;Peppol-id"
ROW = "0114;Upplands Väsby;212000-0019;registrator@upplands-vasby.example;bankgiro 5050-1055;HS-0114;"
OTHER = "2582;Boden;212000-2767;registrator@boden.example;plusgiro 30918-7;HS-2582;0088:7300010000001"
CELLS = {
    "code": "0114",
    "name": "Upplands Väsby",
    "number": "212000-0019",
    "email": "registrator@upplands-vasby.example",
    "account": "bankgiro 5050-1055",
    "reference": "HS-0114",
    "peppol": "",
}
UPPLANDS_VASBY = Recipient(
    MunicipalityCode("0114"),
    "Upplands Väsby",
    OrganisationNumber("2120000019"),
    "registrator@upplands-vasby.example",
    Account("bankgiro", "50501055"),
    "HS-0114",
    "0007:2120000019",
)


def _read(text: str, encoding: str = "utf-8") -> tuple[Recipient, ...]:
    return read_register(text.encode(encoding), "register.csv")


def _refusals(text: str) -> list[Refusal]:
    with pytest.raises(Refusals) as caught:
        _read(text)
    return list(caught.value.refusals)


def test_the_example_register_has_every_municipality_once() -> None:
    recipients = read_register(EXAMPLE.read_bytes(), EXAMPLE.name)
    assert len({recipient.municipality for recipient in recipients}) == 290
    assert len({recipient.registry_email for recipient in recipients}) == 290
    assert all(recipient.registry_email.endswith(".example") for recipient in recipients)
    assert all(r.peppol_id == f"0007:{r.organisation_number}" for r in recipients)


def test_the_example_register_has_all_kinds_of_accounts_and_each_is_visibly_invented() -> None:
    recipients = read_register(EXAMPLE.read_bytes(), EXAMPLE.name)
    assert Counter(r.account.kind for r in recipients) == {"bankgiro": 232, "plusgiro": 29, "iban": 29}
    assert all(f"999{r.municipality}" in r.account.number or r.account.number[4:7] == "999" for r in recipients)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_a_register_is_read_however_it_was_saved(encoding: str) -> None:
    assert _read(f"{HEAD}\r\n{ROW}\r\n", encoding) == (UPPLANDS_VASBY,)


def test_english_columns_in_another_order_are_read() -> None:
    text = (
        "peppol_id,invoice_reference,payout_account,registry_email,organisation_number,name,code\n"
        ",HS-0114,5050-1055,registrator@upplands-vasby.example,2120000019,Upplands Väsby,114\n"
    )
    assert _read(text) == (UPPLANDS_VASBY,)


def test_a_peppol_id_that_the_register_names_is_kept() -> None:
    assert _read(f"{HEAD}\n{OTHER}\n")[0].peppol_id == "0088:7300010000001"


@pytest.mark.parametrize("peppol", ["0007:212000-0019", "0007:2120000019"])
def test_an_organisation_number_as_peppol_id_has_no_hyphen(peppol: str) -> None:
    assert _read(f"{HEAD}\n{ROW}{peppol}\n")[0].peppol_id == "0007:2120000019"


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("plusgiro 30918-7", Account("plusgiro", "309187")),
        ("IBAN SE45 5000 0000 0583 9825 7466", Account("iban", "SE4550000000058398257466")),
        ("5050-1055", Account("bankgiro", "50501055")),
    ],
)
def test_an_account_is_a_bankgiro_a_plusgiro_or_an_iban(account: str, expected: Account) -> None:
    assert _read(f"{HEAD}\n{ROW.replace('bankgiro 5050-1055', account)}\n")[0].account == expected


@pytest.mark.parametrize(
    ("cell", "text", "code", "column"),
    [
        ("code", "14", "unknown_municipality", "Kommunkod"),
        ("name", "", "text_missing", "Kommun"),
        ("name", "=HYPERLINK(1)", "formula_cell", "Kommun"),
        ("name", "x" * 101, "text_invalid", "Kommun"),
        ("number", "212000-0018", "organisation_number_invalid", "Organisationsnummer"),
        ("email", "registrator", "email_invalid", "Registratur"),
        ("email", "registrator@", "email_invalid", "Registratur"),
        ("email", "registrator@väsby.example", "email_invalid", "Registratur"),
        ("email", "a@b.example, c@d.example", "email_invalid", "Registratur"),
        ("email", "Registrator <a@b.example>", "email_invalid", "Registratur"),
        ("email", '"a@b.example\nBcc: c@d.example"', "email_invalid", "Registratur"),
        ("email", "", "email_invalid", "Registratur"),
        ("account", "bankgiro 5050-1054", "account_invalid", "Konto"),
        ("account", "", "account_invalid", "Konto"),
        ("reference", "", "text_missing", "Fakturareferens"),
        ("reference", '"HS\n0114"', "text_invalid", "Fakturareferens"),
        ("peppol", "2120000019", "peppol_id_invalid", "Peppol-id"),
        ("peppol", "0007:2120000018", "organisation_number_invalid", "Peppol-id"),
        ("peppol", "88:7300010000001", "peppol_id_invalid", "Peppol-id"),
        ("peppol", "0088:7300010000002", "peppol_id_invalid", "Peppol-id"),
        ("peppol", "0088:73000100", "peppol_id_invalid", "Peppol-id"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line_and_column(cell: str, text: str, code: str, column: str) -> None:
    cells = CELLS | {cell: text}
    (refusal,) = _refusals(f"{HEAD}\n{';'.join(cells.values())}\n")
    assert refusal.code == code
    assert refusal.field is not None
    assert refusal.message.startswith(f"Rad {refusal.field.removeprefix('line ')}, {column}: ")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("2582", "0114", "municipality_doubled"),
        ("212000-2767", "212000-0019", "organisation_number_doubled"),
        ("plusgiro 30918-7", "bg 50501055", "account_doubled"),
    ],
)
def test_two_municipalities_cannot_share_code_number_or_account(cell: str, value: str, code: str) -> None:
    (refusal,) = _refusals(f"{HEAD}\n{ROW}\n{OTHER.replace(cell, value)}\n")
    assert refusal.code == code
    assert refusal.message.startswith("Rad 3: ")
    assert "rad 2" in refusal.message


def test_everything_wrong_is_told_at_once_and_repeats_no_cell() -> None:
    refusals = _refusals(f"{HEAD}\n14;;x;hemlig;y;;z\n{ROW}\n{ROW}\n")
    assert [(r.field, r.code) for r in refusals] == [
        ("line 2", "unknown_municipality"),
        ("line 2", "text_missing"),
        ("line 2", "organisation_number_invalid"),
        ("line 2", "email_invalid"),
        ("line 2", "account_invalid"),
        ("line 2", "text_missing"),
        ("line 2", "peppol_id_invalid"),
        ("line 4", "municipality_doubled"),
        ("line 4", "organisation_number_doubled"),
        ("line 4", "account_doubled"),
    ]
    assert not any("hemlig" in refusal.message for refusal in refusals)


def test_a_missing_column_is_named() -> None:
    (refusal,) = _refusals(f"{HEAD.replace('Konto', 'Bank')}\n{ROW}\n")
    assert refusal.code == "unknown_layout"
    assert refusal.message.endswith("Det saknas: Konto.")


def test_a_short_row_is_refused_and_not_filled_in() -> None:
    refusals = _refusals(f"{HEAD}\n0114;Upplands Väsby;212000-0019\n")
    assert [refusal.code for refusal in refusals] == ["email_invalid", "account_invalid", "text_missing"]
