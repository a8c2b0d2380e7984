"""No öre is lost on the way to the figures, and the figures are those of the journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.books import Year
from local.year.summary import COLUMNS, figures, in_kronor, in_ore
from statsbidrag.domain.money import Ore
from tests.unit.local.year_files import SHARES, write_year


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, 0), (100, 1), (-100, -1), (9_700_000_000, 97_000_000), (50, "0.50"), (-5, "-0.05"), (123_456, "1234.56")],
)
def test_kronor_are_whole_or_text_and_read_back_the_same(amount: int, written: int | str) -> None:
    assert in_kronor(Ore(amount)) == written
    assert in_ore(written) == amount


def test_the_figures_of_a_small_year(tmp_path: Path) -> None:
    write_year(tmp_path)
    found = figures(Year(tmp_path), "2025")
    assert found["money"] == dict.fromkeys(COLUMNS, 0) | {
        "allocated": 1_011_836,
        "requisitioned": 1_011_836,
        "approved": 1_011_836,
        "paid": 961_836,
        "accepted_use": 611_836,
        "waived": 10_000,
        "invoiced": 440_000,
        "credited": 150_000,
        "recovered": 290_000,
        "settled": 170_000,
        "surplus": "0.50",
        "set_off": 20_000,
        "to_account_for": 50_000,
    }
    assert {code: one["stage"] for code, one in found["municipalities"].items()} == {
        "0114": "closed",
        "0115": "closed",
        "0120": "invoiced",
        "0123": "rejected",
    }
    assert found["counts"]["municipalities"] == len(SHARES)
    assert found["counts"]["entries_in_suspense"] == 1
    assert found["counts"]["invoices_reissued"] == 1
    assert found["counts"]["payout_holds"] == 1
    assert found["counts"]["appeals"] == found["counts"]["hearing_answers"] == found["counts"]["complaints"] == 0
    assert found["municipalities"]["0115"]["waits_for_officer"] == ["refund_surplus"]
