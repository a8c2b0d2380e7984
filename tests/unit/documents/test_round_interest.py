"""A round names a legal ground and the rates, or has no interest; what is wrong is told in Swedish at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.interest import InterestTerms, Rate, RateTable
from statsbidrag.domain.money import kronor

ROOT = Path(__file__).parents[3]
PLAIN = (ROOT / "rounds/2025.toml").read_text("utf-8")
TEXT = PLAIN + (ROOT / "tests/data/rounds/interest.toml").read_text("utf-8")


def refused(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_round(text.encode())
    assert caught.value.code == "round_file_invalid"
    return caught.value


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_the_shipped_rounds_have_no_interest(year: str) -> None:
    found = read_round((ROOT / f"rounds/{year}.toml").read_bytes())
    assert (found.terms.interest, found.reference_rates) == (None, None)


def test_a_round_may_have_a_ground_and_rates() -> None:
    found = read_round(TEXT.encode())
    assert isinstance(found.terms.interest, InterestTerms)
    assert found.terms.interest.legal_text.startswith("Ränta tas ut enligt villkor 9")
    assert (found.terms.interest.points_above, found.terms.interest.smallest_claim) == (200, kronor(100))
    assert (found.terms.interest.free_months, found.terms.interest.rounding) == (1, "down")
    assert found.reference_rates == RateTable(
        (Rate(date(2026, 1, 1), 262), Rate(date(2026, 7, 1), 250)), date(2026, 12, 31)
    )


@pytest.mark.parametrize(
    ("percent", "points"), [("0", 0), ("2", 200), ("2,5", 250), ("2.05", 205), ("-0,25", -25), ("0,01", 1)]
)
def test_percent_is_read_exactly(percent: str, points: int) -> None:
    found = read_round(TEXT.replace('percent = "2,62"', f'percent = "{percent}"').encode())
    assert found.reference_rates is not None
    assert found.reference_rates.rates[0].basis_points == points


RATES = TEXT[TEXT.index("rates = [") :]
NO_TEXT = 'legal_text = "  "'
LINE = TEXT[TEXT.index("legal_text = ") :].splitlines()[0]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        pytest.param(LINE + "\n", "", "interest.legal_text", "saknas", id="rates without text"),
        pytest.param(LINE, NO_TEXT, "interest.legal_text", "den rättsliga grunden saknas", id="rates with empty text"),
        pytest.param(LINE, "legal_text = 9", "interest.legal_text", "den rättsliga grunden", id="text is a number"),
        pytest.param(RATES, "", "interest.rates", "nyckeln saknas", id="text without rates"),
        pytest.param(RATES, "rates = []\n", "interest.rates", "tabellen är tom", id="an empty table"),
        pytest.param(RATES, 'rates = "2,62"\n', "interest.rates", "tabellen är tom", id="no table"),
        pytest.param("from = 2026-01-01", "from = 2026-01-16", "interest.rates[0]", "lucka", id="a gap at the start"),
        pytest.param("from = 2026-07-01", "from = 2025-07-01", "interest.rates[1]", "i ordning", id="unordered"),
        pytest.param("from = 2026-07-01", "from = 2026-01-01", "interest.rates[1]", "två räntesatser", id="twice"),
        pytest.param(
            "last_day = 2026-12-31",
            "last_day = 2026-06-30",
            "interest.last_day",
            "inte ligga före",
            id="ends too early",
        ),
        pytest.param("last_day = 2026-12-31\n", "", "interest.last_day", "saknas", id="no end"),
        pytest.param("last_day = 2026-12-31", 'last_day = "2026"', "interest.last_day", "den sista dag", id="odd end"),
        pytest.param('percent = "2,62"', "percent = 2.62", "interest.rates[0].percent", "text", id="a float"),
        pytest.param(
            'percent = "2,62"', 'percent = "2,625"', "interest.rates[0].percent", "decimaler", id="3 decimals"
        ),
        pytest.param(
            'percent = "2,62"', 'percent = "nan"', "interest.rates[0].percent", "decimaler", id="not a number"
        ),
        pytest.param('percent = "2,62"', 'percent = "62"', "interest.rates[0].percent", "orimlig", id="too high"),
        pytest.param('percent = "2,62"', 'percent = "-6"', "interest.rates[0].percent", "orimlig", id="too low"),
        pytest.param("from = 2026-01-01, ", "", "interest.rates[0]", "from", id="a rate without a day"),
        pytest.param("from = 2026-01-01", "from = 2026-01-01T00:00:00Z", "interest.rates[0]", "from", id="an instant"),
        pytest.param('points_above = "2,00"', "points_above = 2", "interest.points_above", "text", id="points"),
        pytest.param('points_above = "2,00"', 'points_above = "-1"', "interest.points_above", "mindre", id="below"),
        pytest.param("free_months = 1", "free_months = 0", "interest.free_months", "1 till 12", id="no free time"),
        pytest.param("free_months = 1", "free_months = true", "interest.free_months", "1 till 12", id="months"),
        pytest.param('rounding = "down"', 'rounding = "up"', "interest.rounding", "nedåt", id="rounded up"),
        pytest.param(
            "smallest_kronor = 100\nlast", "smallest_kronor = -1\nlast", "interest.smallest_kronor", "", id="x"
        ),
        pytest.param("[interest]\n", "[interest]\nday = 1\n", "interest.day", "okänd", id="an unknown key"),
        pytest.param("[interest]\n", "[interests]\n", "interests", "okänd", id="another table"),
        pytest.param("[terms]\n", "[terms]\ninterest = 1\n", "interest", "avsnittet [interest]", id="among the terms"),
        pytest.param('id = "2025"\n', 'id = "2025"\ninterest_basis = "x"\n', "interest_basis", "[interest]", id="old"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(old: str, new: str, place: str, words: str) -> None:
    if place == "interest.smallest_kronor":
        old, new = "smallest_kronor = 100\n#", "smallest_kronor = -1\n#"
    assert old in TEXT
    told = refused(TEXT.replace(old, new, 1))
    assert told.field == place
    assert words in told.message


def test_interest_that_is_no_table_is_refused() -> None:
    assert refused(PLAIN.replace('id = "2025"\n', 'id = "2025"\ninterest = 3\n')).field == "interest"
