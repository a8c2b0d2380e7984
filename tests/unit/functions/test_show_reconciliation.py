"""Staff get the last reconciliation of a round as it was filed: as JSON, or as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from statsbidrag.documents.reconciliation_file import render_csv, render_json
from statsbidrag.domain.case import commands as c
from statsbidrag.usecases.reconciling import reconcile_all
from tests.unit.functions.payouts import BATCH_ID, PAYOUT, SHARE, TOTAL, Desk

FORMATS = {"json": render_json, "csv": render_csv}


def reconcile(desk: Desk) -> Desk:
    assert len(list(reconcile_all(desk.books, desk.archive, FORMATS))) == 1
    return desk


@pytest.mark.parametrize("name", ["show_json", "download_csv"])
def test_before_the_first_night_there_is_none(desk: Desk, name: str) -> None:
    answer = desk.call("show_reconciliation", name)
    assert (answer.status, answer.code) == (404, "not_reconciled_yet")
    assert answer.read["detail"] == "Omgången är inte avstämd ännu. Det görs varje natt."


def test_programs_get_sums_batches_and_remarks_in_ore(desk: Desk) -> None:
    answer = reconcile(desk.refuse()).call("show_reconciliation", "show_json")
    assert (answer.status, answer.headers["Content-Type"]) == (200, ["application/json"])
    assert "Content-Disposition" not in answer.headers
    assert answer.read["sums"]["ordered"] == {"count": 2, "amount_ore": TOTAL}
    assert answer.read["sums"]["rejected"] == {"count": 1, "amount_ore": SHARE}
    assert [batch["batch"] for batch in answer.read["batches"]] == [BATCH_ID]
    assert answer.read["remarks"] == [
        {"kind": "payout_rejected", "name": PAYOUT, "amount_ore": SHARE, "is_open": True, "detail": "AC04"}
    ]


def test_people_get_a_file_with_a_name_in_swedish_and_kronor(desk: Desk) -> None:
    answer = reconcile(desk.refuse()).call("show_reconciliation", "download_csv")
    assert (answer.status, answer.headers["Content-Type"]) == (200, ["text/csv; charset=utf-8"])
    assert answer.headers["Content-Disposition"] == ['attachment; filename="avstamning-2025.csv"']
    assert answer.headers["X-Content-Type-Options"] == ["nosniff"]
    assert answer.text.startswith("\ufeffAvsnitt;Namn;Läge;")
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[-1]["Läge"] == "Banken har avvisat utbetalningen"
    assert (rows[-1]["Namn"], rows[-1]["Belopp i kronor"], rows[-1]["Öppen"]) == (PAYOUT, "461836,00", "ja")


@pytest.mark.parametrize("name", ["show_json", "download_csv"])
def test_the_last_night_is_given_as_it_was_filed_whatever_happened_since(desk: Desk, name: str) -> None:
    reconcile(desk.refuse("AM04"))
    desk.clock.move(days=1)
    desk.act(c.ReissuePayout(PAYOUT, "officer-9"))
    reconcile(desk)
    given = desk.call("show_reconciliation", name).text
    assert "ersatt av P-2025-0114-2" in given
    desk.clock.move(days=1)
    assert desk.call("show_reconciliation", name).text == given
