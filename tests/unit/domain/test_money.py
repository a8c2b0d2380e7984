from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import (
    Ore,
    format_decimal,
    format_kronor,
    kronor,
    parse_amount,
    parse_decimal,
    parse_whole_kronor,
    split,
)

HARD = "\u00a0"
NARROW = "\u202f"
AMOUNTS = st.integers(min_value=0, max_value=10**12).map(Ore)


@pytest.mark.parametrize(
    ("text", "ore"),
    [
        ("97 000 000", 9_700_000_000),
        ("97000000", 9_700_000_000),
        (f"97{HARD}000{HARD}000", 9_700_000_000),
        (f"97{NARROW}000{NARROW}000", 9_700_000_000),
        ("1 234,50", 123_450),
        ("1234,5", 123_450),
        ("0", 0),
        ("0,01", 1),
        ("  125 000 ", 12_500_000),
    ],
)
def test_amounts_that_people_write_are_read(text: str, ore: int) -> None:
    assert parse_amount(text) == ore


UNREADABLE = [
    "97 000 000 kr",
    "97 000 000 kronor",
    "12.345",
    "1,234.50",
    "1e6",
    "1E6",
    "+5",
    "-5",
    "−5",
    "12,345",
    "12,",
    ",50",
    "1 23",
    "1  234",
    "12 34 567",
    "1234 567",
    "１２３",
    "١٢٣",
    "1_000",
    "0x10",
    "NaN",
    "inf",
    "½",
    "1\n000",
    "",
    " ",
    "9" * 21,
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_everything_else_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(Refusal, match="bara siffror") as caught:
        parse_amount(text)
    assert caught.value.code == "amount_unreadable"
    assert caught.value.field == "amount"


@pytest.mark.parametrize("text", ["125 000", "125000,00", "125000,0"])
def test_whole_kronor_are_read(text: str) -> None:
    assert parse_whole_kronor(text) == 12_500_000


@pytest.mark.parametrize("text", ["125 000,50", "0,01"])
def test_parts_of_a_krona_are_refused_where_whole_kronor_are_asked_for(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_whole_kronor(text)
    assert caught.value.code == "amount_not_whole"


@pytest.mark.parametrize(
    ("ore", "text"),
    [
        (9_700_000_000, "97 000 000 kronor"),
        (123_450, "1 234,50 kronor"),
        (100, "1 krona"),
        (-100, "−1 krona"),
        (150, "1,50 kronor"),
        (101, "1,01 kronor"),
        (0, "0 kronor"),
        (5, "0,05 kronor"),
        (-123_450, "−1 234,50 kronor"),
    ],
)
def test_amounts_are_written_for_people(ore: int, text: str) -> None:
    assert format_kronor(Ore(ore)) == text.replace(" ", HARD)


@given(AMOUNTS)
def test_what_is_written_for_people_is_read_back(amount: Ore) -> None:
    assert parse_amount(re.sub(r"\skron(a|or)$", "", format_kronor(amount))) == amount


@given(AMOUNTS)
def test_what_is_written_for_machines_is_read_back(amount: Ore) -> None:
    text = format_decimal(amount)
    assert re.fullmatch(r"[0-9]+\.[0-9]{2}", text)
    assert parse_decimal(text) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    try:
        amount = parse_amount(text)
    except Refusal:
        return
    assert amount >= 0


def test_files_carry_no_negative_amounts() -> None:
    with pytest.raises(ValueError, match="negative"):
        format_decimal(Ore(-1))


@pytest.mark.parametrize(("text", "ore"), [("1234", 123_400), ("1234.5", 123_450), ("1234.500", 123_450)])
def test_amounts_of_bank_files_are_read(text: str, ore: int) -> None:
    assert parse_decimal(text) == ore


@pytest.mark.parametrize(
    "text", ["1234,50", "1234.505", "-1.00", "+1.00", "1 234.00", "1e3", "1.", ".5", "", "１２.00"]
)
def test_other_amounts_in_bank_files_are_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_decimal(text)
    assert caught.value.code == "amount_unreadable"


@given(
    st.integers(min_value=0, max_value=10**9),
    st.lists(st.integers(min_value=0, max_value=10**7), min_size=1, max_size=300).filter(any),
)
def test_a_split_sums_exactly_and_rounds_each_part_by_less_than_a_krona(whole: int, weights: list[int]) -> None:
    parts = split(kronor(whole), weights)
    assert sum(parts) == kronor(whole)
    assert all(part % 100 == 0 for part in parts)
    total = sum(weights)
    assert all(abs(part // 100 * total - whole * weight) < total for part, weight in zip(parts, weights, strict=True))


@given(
    st.integers(min_value=0, max_value=10**6),
    st.lists(st.integers(min_value=0, max_value=10**4), min_size=2, max_size=50).filter(any),
)
def test_the_spare_kronor_go_to_the_largest_remainders_first_to_the_earlier(whole: int, weights: list[int]) -> None:
    total = sum(weights)
    parts = split(kronor(whole), weights)
    got_one_more = [
        (-(whole * weight % total), place)
        for place, (part, weight) in enumerate(zip(parts, weights, strict=True))
        if part // 100 > whole * weight // total
    ]
    all_places = sorted((-(whole * weight % total), place) for place, weight in enumerate(weights))
    assert sorted(got_one_more) == all_places[: len(got_one_more)]


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=2, max_size=50).filter(any))
def test_a_split_by_the_parts_themselves_gives_them_back(parts: list[int]) -> None:
    assert split(kronor(sum(parts)), parts) == tuple(kronor(part) for part in parts)


def test_a_split_favours_the_earlier_part_on_a_tie() -> None:
    assert split(kronor(10), [1, 1, 1]) == (kronor(4), kronor(3), kronor(3))


@pytest.mark.parametrize(("total", "weights"), [(50, [1]), (-100, [1]), (100, []), (100, [0, 0]), (100, [2, -1])])
def test_a_split_that_cannot_be_made_is_an_error(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="whole kronor"):
        split(Ore(total), weights)
