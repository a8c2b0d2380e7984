"""Each night every round is held against the bank: what is open is logged by name and counted for the alarm."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from functions.reconcile_payments import handler as function
from statsbidrag.entry import wiring
from tests.unit.functions.material import sample
from tests.unit.functions.payouts import PAYOUT, SHARE, Desk

LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def night(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(wiring, "clock", lambda: desk.clock)
    return desk


def run() -> None:
    function.handler(sample("reconcile_payments", "schedule"), SimpleNamespace(aws_request_id="request-1"))


def test_what_is_open_is_logged_by_name_and_counted(night: Desk, log_lines: LogLines) -> None:
    night.refuse()
    run()
    lines = log_lines()
    [remark] = [line for line in lines if line["message"] == "payments_differ"]
    assert (remark["kind"], remark["about"], remark["amount_ore"], remark["detail"]) == (
        "payout_rejected",
        PAYOUT,
        SHARE,
        "AC04",
    )
    assert (remark["level"], remark["round"]) == ("WARNING", "2025")
    assert [line["PaymentsDiffer"] for line in lines if line["message"] == "metric"] == [1]
    assert [line["result"] for line in lines if line["message"] == "schedule_ran"] == [{"2025": 1}]


def test_a_quiet_night_counts_nothing_and_files_both_formats(night: Desk, log_lines: LogLines) -> None:
    run()
    assert [line["PaymentsDiffer"] for line in log_lines() if line["message"] == "metric"] == [0]
    assert sorted(name.rpartition(".")[2] for name in night.archive.objects) == ["csv", "json"]


def test_the_run_of_one_night_made_again_writes_the_same_files(night: Desk) -> None:
    run()
    before = dict(night.archive.objects)
    run()
    assert night.archive.objects == before
