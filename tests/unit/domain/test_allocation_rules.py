from __future__ import annotations

import pytest

from statsbidrag.domain.allocation_rules import (
    AllocationFile,
    AllocationRow,
    check_allocation_list,
    difference,
)
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, kronor

KNOWN = {
    MunicipalityCode("0114"): "Upplands Väsby",
    MunicipalityCode("0305"): "Håbo",
    MunicipalityCode("2582"): "Boden",
}
TOTAL = kronor(600)


def _list(*rows: tuple[str, str, int]) -> AllocationFile:
    return AllocationFile(
        tuple(
            AllocationRow(line, MunicipalityCode(code), name, kronor(amount))
            for line, (code, name, amount) in enumerate(rows, start=2)
        ),
        None,
        "utf-8",
    )


RIGHT = (("0114", "Upplands Väsby", 100), ("0305", "Håbo", 200), ("2582", "Boden", 300))


def _codes(file: AllocationFile) -> list[str]:
    return [refusal.code for refusal in check_allocation_list(file, KNOWN, TOTAL)]


def test_a_right_list_may_be_used() -> None:
    assert check_allocation_list(_list(*RIGHT), KNOWN, TOTAL) == ()


@pytest.mark.parametrize(("amount", "gap", "sum_text"), [(301, "för mycket", "601"), (299, "för lite", "599")])
def test_a_list_one_krona_off_is_refused_with_both_sums(amount: int, gap: str, sum_text: str) -> None:
    (refusal,) = check_allocation_list(_list(*RIGHT[:2], ("2582", "Boden", amount)), KNOWN, TOTAL)
    assert refusal.code == "total_differs"
    said = refusal.message.replace("\u00a0", " ")
    assert f"{sum_text} kronor" in said
    assert "600 kronor" in said
    assert f"1 krona {gap}" in said


def test_an_unknown_code_is_refused_with_its_line() -> None:
    refusals = check_allocation_list(_list(*RIGHT[:2], ("9999", "Boden", 300)), KNOWN, TOTAL)
    assert [(r.code, r.field) for r in refusals] == [
        ("unknown_municipality", "line 4"),
        ("municipality_missing", None),
    ]
    assert refusals[0].message.startswith("Rad 4: Kommunkoden 9999")
    assert "Boden (2582)" in refusals[1].message


def test_a_missing_municipality_is_named() -> None:
    refusals = check_allocation_list(_list(*RIGHT[1:], ("0114", "Upplands Väsby", 100)), KNOWN, TOTAL)
    assert refusals == ()
    (missing,) = check_allocation_list(_list(*RIGHT[1:]), KNOWN, kronor(500))
    assert missing.code == "municipality_missing"
    assert "Upplands Väsby (0114)" in missing.message


def test_names_that_have_changed_places_are_refused() -> None:
    swapped = _list(("0114", "Boden", 100), ("0305", "Håbo", 200), ("2582", "upplands väsby", 300))
    assert _codes(swapped) == ["name_of_another", "name_of_another"]


def test_a_name_written_otherwise_is_no_fault() -> None:
    assert _codes(_list(*RIGHT[:2], ("2582", "Bodens kommun", 300))) == []


def test_everything_wrong_is_told_at_once() -> None:
    assert _codes(_list(("9999", "Ankeborg", 100), ("0114", "Håbo", 1))) == [
        "unknown_municipality",
        "name_of_another",
        "municipality_missing",
        "municipality_missing",
        "total_differs",
    ]


def _shares(*rows: tuple[str, str, int]) -> dict[MunicipalityCode, Ore]:
    return {MunicipalityCode(code): kronor(amount) for code, _, amount in rows}


def test_a_newer_list_says_what_it_changes() -> None:
    new = _shares(("0114", "Upplands Väsby", 150), ("2582", "Boden", 250), ("2584", "Kiruna", 10))
    old = _shares(*RIGHT, ("2583", "Haparanda", 7))
    changes = [(c.municipality, c.kind, c.before, c.after) for c in difference(old, new)]
    assert changes == [
        ("0114", "raised", kronor(100), kronor(150)),
        ("0305", "removed", kronor(200), 0),
        ("2582", "lowered", kronor(300), kronor(250)),
        ("2583", "removed", kronor(7), 0),
        ("2584", "added", 0, kronor(10)),
    ]


def test_the_same_list_changes_nothing_whatever_its_order() -> None:
    assert difference(_shares(*RIGHT), _shares(*reversed(RIGHT))) == ()


def test_the_first_list_adds_all() -> None:
    assert {change.kind for change in difference({}, _shares(*RIGHT))} == {"added"}
