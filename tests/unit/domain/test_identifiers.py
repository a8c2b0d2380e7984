from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import (
    Account,
    MunicipalityCode,
    RoundId,
    case_number,
    invoice_number,
    ocr_reference,
    parse_account,
    parse_any_account,
    parse_municipality,
    parse_ocr,
    parse_organisation_number,
    parse_payout_id,
    parse_round,
    payout_id,
)

ROUND = RoundId("2025")
PLACE = MunicipalityCode("0114")
REGISTER = Path(__file__).parents[3] / "examples" / "kommunregister.csv"
ROUNDS = st.from_regex(r"20[0-9]{2}", fullmatch=True).map(RoundId)
PLACES = st.from_regex(r"[0-9]{4}", fullmatch=True).map(MunicipalityCode)


def _code(read: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        read()
    return caught.value.code


def _register() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_a_round_is_its_year() -> None:
    assert parse_round("2025") == "2025"


@pytest.mark.parametrize("text", ["", "25", "1999", "20255", "2025\n", "２０２５", "2025/../2024"])
def test_other_names_are_no_round(text: str) -> None:
    assert _code(lambda: parse_round(text)) == "unknown_round"


def test_a_municipality_code_keeps_its_leading_zero() -> None:
    assert parse_municipality("0114") == "0114"


@pytest.mark.parametrize("text", ["", "114", "01144", "011a", "0114\n", " 0114", "٠١١٤", "０１１４"])
def test_other_texts_are_no_municipality_code(text: str) -> None:
    assert _code(lambda: parse_municipality(text)) == "unknown_municipality"


@pytest.mark.parametrize("text", ["212000-0019", "2120000019", " 212000-0019 "])
def test_an_organisation_number_is_kept_without_hyphen(text: str) -> None:
    assert parse_organisation_number(text) == "2120000019"


def test_every_municipality_has_a_right_organisation_number() -> None:
    numbers = [parse_organisation_number(row["Organisationsnummer"]) for row in _register()]
    assert len(set(numbers)) == 290
    assert all(number.startswith("212000") for number in numbers)


@pytest.mark.parametrize(
    "text",
    [
        "212000-0018",
        "212000-001",
        "212000-00199",
        "0000000000",
        "000000-0000",
        "21-20000019",
        "21.2000-0019",
        "212000–0019",
        "SE212000001901",
        "２１２０００００１９",
        "٢١٢٠٠٠٠٠١٩",
        "",
        # The form of a personal identity number: its third digit is 0 or 1.
        "121212-1212",
    ],
)
def test_other_texts_are_no_organisation_number(text: str) -> None:
    assert _code(lambda: parse_organisation_number(text)) == "organisation_number_invalid"


@pytest.mark.parametrize(
    ("kind", "text", "number", "shown"),
    [
        ("bankgiro", "5050-1055", "50501055", "5050-1055"),
        ("bankgiro", "50501055", "50501055", "5050-1055"),
        ("bankgiro", "991-2346", "9912346", "991-2346"),
        ("plusgiro", "30918-7", "309187", "30918-7"),
        ("plusgiro", "3 09 18-7", "309187", "30918-7"),
        ("plusgiro", "1-8", "18", "1-8"),
        ("iban", "SE45 5000 0000 0583 9825 7466", "SE4550000000058398257466", "SE45 5000 0000 0583 9825 7466"),
        ("iban", "se4550000000058398257466", "SE4550000000058398257466", "SE45 5000 0000 0583 9825 7466"),
    ],
)
def test_accounts_are_read_and_shown_as_people_write_them(kind: str, text: str, number: str, shown: str) -> None:
    account = parse_account(kind, text)
    assert (account.kind, account.number) == (kind, number)
    assert str(account) == shown
    assert parse_account(kind, shown) == account
    assert parse_any_account(f"{kind} {shown}") == account


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bankgiro", "5050-1054"),
        ("bankgiro", "30918-7"),
        ("bankgiro", "50501-0559"),
        ("bankgiro", "0000-0000"),
        ("bankgiro", "５０５０-1055"),
        ("bankgiro", ""),
        ("plusgiro", "30918-6"),
        ("plusgiro", "0-0"),
        ("plusgiro", "8"),
        ("plusgiro", "123456789-7"),
        ("iban", "SE45 5000 0000 0583 9825 7467"),
        ("iban", "SE45"),
        ("iban", "5050-1055"),
    ],
)
def test_a_wrong_check_digit_or_length_is_refused(kind: str, text: str) -> None:
    assert _code(lambda: parse_account(kind, text)) == "account_invalid"


def test_an_unknown_kind_of_account_is_refused() -> None:
    assert _code(lambda: parse_account("swish", "5050-1055")) == "account_kind_unknown"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5050-1055", "bankgiro"),
        ("bg 5050-1055", "bankgiro"),
        ("Bankgiro\u00a05050-1055", "bankgiro"),
        ("PG 30918-7", "plusgiro"),
        ("SE4550000000058398257466", "iban"),
        ("IBAN SE45 5000 0000 0583 9825 7466", "iban"),
    ],
)
def test_an_account_in_a_register_says_its_kind(text: str, kind: str) -> None:
    assert parse_any_account(text).kind == kind


@pytest.mark.parametrize("text", ["", "bankgiro", "swish 123", "plusgiro 5050-1054"])
def test_other_texts_in_a_register_are_no_account(text: str) -> None:
    assert _code(lambda: parse_any_account(text)) == "account_invalid"


@given(st.from_regex(r"[1-9][0-9]{5,6}", fullmatch=True), st.integers(min_value=1, max_value=9))
def test_any_one_wrong_digit_at_the_end_of_a_giro_is_seen(body: str, step: int) -> None:
    right = luhn.calc_check_digit(body)
    assert parse_account("bankgiro", body + right) == Account("bankgiro", body + right)
    wrong = (int(right) + step) % 10
    assert _code(lambda: parse_account("bankgiro", f"{body}{wrong}")) == "account_invalid"


def test_names_are_unique_by_construction() -> None:
    assert case_number(ROUND, PLACE) == "9.3-0114/2025"
    assert payout_id(ROUND, PLACE, 1) == "P-2025-0114-1"
    assert invoice_number(ROUND, PLACE, 2) == "I-2025-0114-2"


@given(ROUNDS, PLACES, st.integers(min_value=1, max_value=999))
def test_a_payout_names_its_case(round_id: RoundId, place: MunicipalityCode, sequence: int) -> None:
    name = payout_id(round_id, place, sequence)
    assert len(name) <= 35
    assert parse_payout_id(name) == (round_id, place)


@pytest.mark.parametrize("text", ["", "NOTPROVIDED", "P-2025-0114", "P-2025-114-1", "I-2025-0114-1", "P-2025-0114-1 "])
def test_a_payment_that_is_not_ours_is_refused(text: str) -> None:
    assert _code(lambda: parse_payout_id(text)) == "unknown_payment"


def test_an_ocr_reference_has_length_and_check_digit() -> None:
    reference = ocr_reference(ROUND, PLACE, 1)
    assert reference[:10] == "2025011401"
    assert reference[10] == "2"
    assert len(reference) == 12
    assert luhn.is_valid(reference)


@given(ROUNDS, PLACES, st.integers(min_value=1, max_value=99))
def test_an_ocr_reference_is_read_back_also_with_spaces(
    round_id: RoundId, place: MunicipalityCode, sequence: int
) -> None:
    reference = ocr_reference(round_id, place, sequence)
    assert parse_ocr(reference) == (round_id, place, sequence)
    assert parse_ocr(f" {reference[:4]} {reference[4:]} ") == (round_id, place, sequence)


@given(
    ROUNDS,
    PLACES,
    st.integers(min_value=1, max_value=99),
    st.integers(min_value=0, max_value=11),
    st.integers(min_value=1, max_value=9),
)
def test_any_one_wrong_digit_of_an_ocr_reference_is_seen(
    round_id: RoundId, place: MunicipalityCode, sequence: int, at: int, step: int
) -> None:
    reference = ocr_reference(round_id, place, sequence)
    wrong = f"{reference[:at]}{(int(reference[at]) + step) % 10}{reference[at + 1 :]}"
    assert _code(lambda: parse_ocr(wrong)) == "unknown_reference"


def test_a_right_reference_of_somebody_else_is_not_ours() -> None:
    public_example = "1655954700217"
    assert luhn.is_valid(public_example)
    assert _code(lambda: parse_ocr(public_example)) == "unknown_reference"


def test_a_reference_with_a_wrong_length_digit_is_not_ours() -> None:
    body = "20250114013"
    assert _code(lambda: parse_ocr(body + luhn.calc_check_digit(body))) == "unknown_reference"


@pytest.mark.parametrize("sequence", [0, -1, 100])
def test_a_reference_that_could_not_be_read_back_is_not_made(sequence: int) -> None:
    with pytest.raises(ValueError, match="1 to 99"):
        ocr_reference(ROUND, PLACE, sequence)
