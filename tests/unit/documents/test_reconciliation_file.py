"""The reconciliation as files: öre in JSON for programs, kronor in CSV for a spreadsheet, and no cell is a formula."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import get_args

import pytest

from statsbidrag.documents.reconciliation_file import REMARKS, defuse, render_csv, render_json
from statsbidrag.domain.money import Ore
from statsbidrag.domain.reconciliation import BatchSums, Reconciliation, Remark, RemarkKind, Sums, Tally
from tests.builders import BATCH_ID, PAYOUT, ROUND_ID, SPRING

SUMS = Sums(
    ordered=Tally(21, Ore(123_456_789)),
    acknowledged=Tally(15, Ore(5)),
    settled=Tally(1, Ore(100)),
    rejected=Tally(2, Ore(2_001)),
    returned=Tally(3, Ore(30)),
    withdrawn=Tally(4, Ore(450)),
    open=Tally(11, Ore(123_454_208)),
)
BATCH = BatchSums(BATCH_ID, "sent", date(2025, 4, 4), Sums(*(Tally(n, Ore(n)) for n in range(7))))
REMARK = Remark("payout_rejected", PAYOUT, Ore(2_001), is_open=True, detail="AC04")


def reconciliation(*remarks: Remark) -> Reconciliation:
    return Reconciliation(ROUND_ID, SPRING, SUMS, {"settled": Tally(1, Ore(100))}, (BATCH,), 7, remarks)


def table(*remarks: Remark) -> list[dict[str, str]]:
    """The rows as a spreadsheet reads them."""
    text = render_csv(reconciliation(*remarks)).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), delimiter=";", strict=True))


# JSON


def test_amounts_are_whole_ore_and_named_so() -> None:
    floats: list[str] = []
    read = json.loads(render_json(reconciliation(REMARK)), parse_float=floats.append)
    assert floats == []
    assert read["sums"]["ordered"] == {"count": 21, "amount_ore": 123_456_789}
    assert read["sums"]["open"] == {"count": 11, "amount_ore": 123_454_208}
    assert read["states"] == {"settled": {"count": 1, "amount_ore": 100}}
    assert read["remarks"] == [
        {"kind": "payout_rejected", "name": PAYOUT, "amount_ore": 2_001, "is_open": True, "detail": "AC04"}
    ]


def test_programs_read_the_round_the_instant_each_batch_and_how_much_is_open() -> None:
    closed = Remark("payout_set_back", PAYOUT, Ore(1), is_open=False, detail="1")
    read = json.loads(render_json(reconciliation(REMARK, closed)))
    assert (read["round"], read["as_of"], read["entries"]) == ("2025", "2025-04-03T08:30:00.000000Z", 7)
    assert (read["open_remarks"], len(read["remarks"])) == (1, 2)
    [batch] = read["batches"]
    assert (batch["batch"], batch["status"], batch["execution_date"]) == (BATCH_ID, "sent", "2025-04-04")
    assert {name: tally["count"] for name, tally in batch["sums"].items()} == {
        "ordered": 0,
        "acknowledged": 1,
        "settled": 2,
        "rejected": 3,
        "returned": 4,
        "withdrawn": 5,
        "open": 6,
    }


def test_the_file_is_lines_that_people_can_compare() -> None:
    written = render_json(reconciliation(REMARK))
    assert written.endswith(b"}\n")
    assert written.count(b"\n") > 50


# CSV


def test_a_spreadsheet_sees_that_it_is_utf_8_and_swedish() -> None:
    written = render_csv(reconciliation(REMARK))
    assert written.startswith(b"\xef\xbb\xbfAvsnitt;Namn;L\xc3\xa4ge;Antal;Belopp i kronor;\xc3\x96ppen;Uppgift\r\n")
    assert written.count(b"\xef\xbb\xbf") == 1
    assert written.endswith(b"\r\n")


def test_every_row_has_every_cell() -> None:
    text = render_csv(reconciliation(REMARK)).decode("utf-8-sig")
    assert {len(row) for row in csv.reader(StringIO(text, newline=""), delimiter=";")} == {7}


def test_the_round_has_a_row_for_each_sum_in_kronor_with_a_comma() -> None:
    rows = {row["Läge"]: row for row in table() if row["Avsnitt"] == "Omgång"}
    assert {label: (row["Antal"], row["Belopp i kronor"]) for label, row in rows.items()} == {
        "Beordrat": ("21", "1234567,89"),
        "Mottaget av banken": ("15", "0,05"),
        "Bokfört": ("1", "1,00"),
        "Avvisat": ("2", "20,01"),
        "Returnerat": ("3", "0,30"),
        "Återtaget": ("4", "4,50"),
        "Öppet": ("11", "1234542,08"),
    }
    assert {row["Namn"] for row in rows.values()} == {"2025"}


def test_each_batch_has_its_rows_with_where_it_stands() -> None:
    rows = [row for row in table() if row["Avsnitt"] == "Betalning"]
    assert [row["Antal"] for row in rows] == ["0", "1", "2", "3", "4", "5", "6"]
    assert {(row["Namn"], row["Uppgift"]) for row in rows} == {(BATCH_ID, "sent")}


@pytest.mark.parametrize(("is_open", "word"), [(True, "ja"), (False, "nej")])
def test_a_remark_is_said_in_swedish_with_its_name_amount_and_whether_it_is_open(is_open: bool, word: str) -> None:
    row = table(Remark("payout_rejected", PAYOUT, Ore(2_001), is_open, "AC04"))[-1]
    assert row == {
        "Avsnitt": "Anmärkning",
        "Namn": PAYOUT,
        "Läge": "Banken har avvisat utbetalningen",
        "Antal": "1",
        "Belopp i kronor": "20,01",
        "Öppen": word,
        "Uppgift": "AC04",
    }


def test_every_kind_of_remark_has_words_of_its_own() -> None:
    assert set(REMARKS) == set(get_args(RemarkKind))
    assert len(set(REMARKS.values())) == len(REMARKS)


@pytest.mark.parametrize(("amount", "shown"), [(-1, "'-0,01"), (-123_450, "'-1234,50"), (0, "0,00"), (1, "0,01")])
def test_a_negative_amount_keeps_its_sign_and_is_text(amount: int, shown: str) -> None:
    row = table(Remark("statement_gap", "statement-S-1-1", Ore(amount), is_open=True))[-1]
    assert row["Belopp i kronor"] == shown


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_take_for_a_formula_is_text(sign: str) -> None:
    text = f"{sign}HYPERLINK(1)"
    assert defuse(text) == f"'{text}"
    row = table(Remark("entry_in_suspense", text, Ore(1), is_open=True, detail=text))[-1]
    assert (row["Namn"], row["Uppgift"]) == (f"'{text}", f"'{text}")


@pytest.mark.parametrize("text", ["", "P-2025-0114-1", "2025", "a=1", "'x", "ÅÄÖ"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert defuse(text) == text


@pytest.mark.parametrize("text", ['a;b"c', "två\nrader", "två\r\nrader", '";=1+1'])
def test_what_the_bank_wrote_stays_in_its_cell(text: str) -> None:
    row = table(Remark("entry_in_suspense", text, Ore(1), is_open=True, detail=text))[-1]
    assert (row["Namn"], row["Uppgift"]) == (text, text)
    assert row["Belopp i kronor"] == "0,01"


@pytest.mark.parametrize("render", [render_csv, render_json])
def test_the_same_reconciliation_gives_the_same_bytes(render: Callable[[Reconciliation], bytes]) -> None:
    assert render(reconciliation(REMARK)) == render(reconciliation(REMARK))
