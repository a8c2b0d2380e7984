"""Many undisputed recoveries are prepared by one officer and decided by another, each in its own case."""

from __future__ import annotations

from typing import Any

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import RecordFile
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.usecases.bulk_decisions import MOST_AT_ONCE
from tests.unit.functions.payouts import CLAIM, SHARE, Desk

FUNCTION = "decide_undisputed"
REASONS = "Kommunen har själv redovisat att pengarna inte har använts."
ONE = {"municipality": "0114", "recovery": 1, "to_pay_ore": CLAIM}
OTHER = {"municipality": "0115", "recovery": 1, "to_pay_ore": 100}
DONE = {"done": 1, "total_ore": CLAIM, "declined": []}


def body(*chosen: dict[str, Any], total: int | None = None, **more: str) -> dict[str, Any]:
    summed = sum(one["to_pay_ore"] for one in chosen) if total is None else total
    return {"recoveries": list(chosen), "total_ore": summed, **more}


def test_what_waits_is_shown_with_its_arithmetic(desk: Desk) -> None:
    [shown] = desk.hear_out().call(FUNCTION, "show_undisputed").read["recoveries"]
    checks = desk.case().recoveries[0].checks
    assert shown == {
        "municipality": "0114",
        "name": "Upplands Väsby",
        "case_number": desk.case().number,
        "recovery": 1,
        "status": "hearing",
        "to_pay_ore": CLAIM,
        "arithmetic": [check.arithmetic for check in checks],
        "prepared_by": "",
        "reasons": "",
    }
    assert f"{SHARE} - {SHARE - CLAIM} = {CLAIM}" in " ".join(shown["arithmetic"])


def test_one_prepares_and_another_decides(desk: Desk) -> None:
    assert desk.hear_out().call(FUNCTION, "prepare_undisputed", "officer-1").read == DONE
    [shown] = desk.call(FUNCTION, "show_undisputed").read["recoveries"]
    assert (shown["status"], shown["prepared_by"], shown["reasons"]) == ("prepared", "officer-1", REASONS)
    assert desk.call(FUNCTION, "decide_undisputed", "officer-2").read == DONE
    [recovery] = desk.case().recoveries
    assert (recovery.status, recovery.decided_by, recovery.to_invoice) == ("decided", "officer-2", CLAIM)
    assert desk.call(FUNCTION, "show_undisputed").read == {"recoveries": []}


@pytest.mark.parametrize("name", ["prepare_undisputed", "decide_undisputed"])
def test_told_again_it_counts_as_done_and_changes_nothing(desk: Desk, name: str) -> None:
    desk.hear_out().call(FUNCTION, "prepare_undisputed", "officer-1")
    who = "officer-1"
    if name == "decide_undisputed":
        who = "officer-2"
        desk.call(FUNCTION, name, who)
    before = desk.store.commits
    assert desk.call(FUNCTION, name, who).read == DONE
    assert desk.store.commits == before


def test_who_prepared_does_not_decide(desk: Desk) -> None:
    desk.hear_out().call(FUNCTION, "prepare_undisputed", "officer-2")
    answer = desk.call(FUNCTION, "decide_undisputed", "officer-2").read
    assert (answer["done"], [each["code"] for each in answer["declined"]]) == (0, ["same_officer"])
    assert desk.case().recoveries[0].status == "prepared"


def test_what_cannot_be_done_does_not_hold_up_the_others(desk: Desk) -> None:
    answer = desk.hear_out().call(FUNCTION, "prepare_undisputed", body=body(OTHER, ONE, reasons=REASONS))
    assert (answer.status, answer.read["done"], answer.read["total_ore"]) == (200, 1, CLAIM)
    [declined] = answer.read["declined"]
    assert (declined["municipality"], declined["recovery"], declined["code"]) == ("0115", 1, "unknown_recovery")
    assert desk.case().recoveries[0].status == "prepared"


def test_a_recovery_that_is_more_than_unspent_money_is_neither_listed_nor_taken(desk: Desk) -> None:
    claim = Ore(CLAIM + kronor(1000))
    desk.hear_out(misused=kronor(1000))
    assert (desk.case().recoveries[0].claim, desk.call(FUNCTION, "show_undisputed").read["recoveries"]) == (claim, [])
    [declined] = desk.call(
        FUNCTION, "prepare_undisputed", body=body({**ONE, "to_pay_ore": claim}, reasons=REASONS)
    ).read["declined"]
    assert declined["code"] == "recovery_not_undisputed"
    assert "för sig" in declined["detail"]
    desk.act(c.PrepareDecision(1, Ore(0), "Skäl.", "officer-9"))
    [declined] = desk.call(FUNCTION, "decide_undisputed", body=body({**ONE, "to_pay_ore": claim})).read["declined"]
    assert declined["code"] == "recovery_not_undisputed"


def test_a_recovery_of_a_report_that_a_spot_check_looks_at_is_neither_listed_nor_taken(desk: Desk) -> None:
    desk.hear_out().act(c.RequestRecords(1, 1, ("reported",), "records-hash"))
    assert desk.call(FUNCTION, "show_undisputed").read == {"recoveries": []}
    [declined] = desk.call(FUNCTION, "prepare_undisputed").read["declined"]
    assert declined["code"] == "spot_check_open"
    desk.act(c.PrepareDecision(1, Ore(0), "Skäl.", "officer-9"))
    [declined] = desk.call(FUNCTION, "decide_undisputed").read["declined"]
    assert (declined["code"], desk.case().recoveries[0].status) == ("spot_check_open", "prepared")
    desk.act(c.ReceiveRecords(1, (RecordFile("a", 1, "text/csv", "records/a"),)))
    desk.act(c.ConcludeSpotCheck(1, "accepted", Ore(0), "Allt är visat.", "officer-9"))
    assert desk.call(FUNCTION, "decide_undisputed").read == DONE


def test_nothing_is_shown_or_prepared_before_the_hearing_is_over(desk: Desk) -> None:
    desk.hear_out()
    desk.clock.time = desk.case().recoveries[0].proposed_at
    assert desk.call(FUNCTION, "show_undisputed").read == {"recoveries": []}
    [declined] = desk.call(FUNCTION, "prepare_undisputed").read["declined"]
    assert declined["code"] == "hearing_not_over"


def test_another_amount_than_the_one_that_was_seen_is_not_decided(desk: Desk) -> None:
    """Somebody prepared a waiver after the list was read."""
    desk.hear_out().act(c.PrepareDecision(1, kronor(100), "Skäl.", "officer-9"))
    [declined] = desk.call(FUNCTION, "decide_undisputed").read["declined"]
    assert (declined["code"], desk.case().recoveries[0].status) == ("amount_differs", "prepared")


@pytest.mark.parametrize("name", ["prepare_undisputed", "decide_undisputed"])
@pytest.mark.parametrize(
    ("chosen", "total", "status", "code"),
    [
        ([ONE], CLAIM + 1, 409, "total_differs"),
        ([], 0, 422, "none_chosen"),
        ([ONE, ONE], 2 * CLAIM, 422, "chosen_twice"),
        ([{**ONE, "recovery": n} for n in range(MOST_AT_ONCE + 1)], (MOST_AT_ONCE + 1) * CLAIM, 422, "too_many_chosen"),
        ([{**ONE, "municipality": "x"}], CLAIM, 404, "unknown_municipality"),
    ],
)
def test_a_call_that_does_not_hold_together_does_nothing(
    desk: Desk, name: str, chosen: list[dict[str, Any]], total: int, status: int, code: str
) -> None:
    desk.hear_out()
    if name == "decide_undisputed":
        desk.act(c.PrepareDecision(1, Ore(0), "Skäl.", "officer-9"))
    before = desk.store.commits
    more = {"reasons": REASONS} if name == "prepare_undisputed" else {}
    answer = desk.call(FUNCTION, name, body=body(*chosen, total=total, **more))
    assert (answer.status, answer.code, desk.store.commits) == (status, code, before)


def test_reasons_are_needed(desk: Desk) -> None:
    [declined] = desk.hear_out().call(FUNCTION, "prepare_undisputed", body=body(ONE, reasons=" ")).read["declined"]
    assert declined["code"] == "reasons_missing"


def test_a_round_that_is_not_there_is_not_found(desk: Desk) -> None:
    for name in ("show_undisputed", "prepare_undisputed", "decide_undisputed"):
        answer = desk.call(FUNCTION, name, path=("2025", "2031"))
        assert (answer.status, answer.code) == (404, "unknown_round"), name
