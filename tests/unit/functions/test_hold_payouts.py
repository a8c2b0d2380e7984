"""The stop switch by hand: what a hold stopped and what it came too late for is answered, and why is kept."""

from __future__ import annotations

import pytest

from statsbidrag.usecases.payouts import get_batch
from tests.unit.functions.payouts import BATCH_ID, OTHERS, PAYOUT, Desk

WHY = "Banken har ringt om kontot."
SCOPES = pytest.mark.parametrize("what", ["everything", "round"])
ALL = pytest.mark.parametrize("what", ["everything", "round", "municipality"])
HOLD = {
    "id": 1,
    "reason": WHY,
    "placed_by": "officer-1",
    "placed_at": "2025-05-07T04:00:00Z",
    "about": "",
    "change": 0,
    "released_by": "",
    "released_at": None,
    "release_reason": "",
}


@ALL
def test_without_holds_nothing_is_shown(desk: Desk, what: str) -> None:
    answer = desk.call("hold_payouts", f"show_{what}")
    assert (answer.status, answer.read) == (200, {"holds": [], "stopped": [], "too_late": []})


@SCOPES
def test_a_hold_names_the_batch_that_it_stopped(desk: Desk, what: str) -> None:
    answer = desk.batch().attest().call("hold_payouts", f"hold_{what}")
    assert (answer.status, answer.read) == (201, {"holds": [HOLD], "stopped": [BATCH_ID], "too_late": []})
    assert desk.send().outbox.objects == {}


@SCOPES
def test_a_hold_names_the_batch_that_it_came_too_late_for(desk: Desk, what: str) -> None:
    answer = desk.batch().attest().send().call("hold_payouts", f"hold_{what}")
    assert (answer.status, answer.read["stopped"], answer.read["too_late"]) == (201, [], [BATCH_ID])


@pytest.mark.parametrize(("name", "about"), [("hold_municipality", ""), ("hold_payout", PAYOUT)])
def test_a_hold_on_a_municipality_or_a_payout_voids_its_batch(desk: Desk, name: str, about: str) -> None:
    answer = desk.batch().attest().call("hold_payouts", name)
    assert answer.status == 201
    assert answer.read == {"holds": [{**HOLD, "about": about}], "stopped": [PAYOUT], "too_late": []}
    assert get_batch(desk.books, BATCH_ID).status == "void"


def test_a_hold_on_a_payout_that_left_is_too_late(desk: Desk) -> None:
    answer = desk.batch().attest().send().call("hold_payouts", "hold_payout")
    assert (answer.status, answer.read["stopped"], answer.read["too_late"]) == (201, [], [PAYOUT])


@ALL
def test_a_released_hold_is_shown_with_who_released_it_and_why(desk: Desk, what: str) -> None:
    desk.call("hold_payouts", f"hold_{what}")
    released = {"released_by": "attester-1", "released_at": "2025-05-07T04:00:00Z", "release_reason": "Allt stämmer."}
    answer = desk.call("hold_payouts", f"release_{what}", "attester-1")
    assert (answer.status, answer.read["holds"]) == (200, [{**HOLD, **released}])
    assert desk.call("hold_payouts", f"show_{what}").read["holds"] == [{**HOLD, **released}]
    assert desk.call("hold_payouts", f"release_{what}", "officer-2").read["holds"] == [{**HOLD, **released}]


@ALL
@pytest.mark.parametrize(("number", "code"), [("2", "unknown_hold"), ("0", "unknown_hold"), ("x", "page_not_found")])
def test_a_hold_that_is_not_there_is_not_found(desk: Desk, what: str, number: str, code: str) -> None:
    desk.call("hold_payouts", f"hold_{what}")
    answer = desk.call("hold_payouts", f"release_{what}", path=("/1/", f"/{number}/"))
    assert (answer.status, answer.code) == (404, code)


@pytest.mark.parametrize("payout", [OTHERS, "P-2025-0114-9", "x"])
def test_a_payout_that_is_not_the_municipalitys_cannot_be_held(desk: Desk, payout: str) -> None:
    before = desk.store.commits
    answer = desk.call("hold_payouts", "hold_payout", body={"reason": WHY, "payout": payout})
    assert (answer.status, answer.code, desk.store.commits) == (404, "unknown_payment", before)


def test_a_payout_that_the_bank_refused_has_nothing_to_stop(desk: Desk) -> None:
    answer = desk.refuse().call("hold_payouts", "hold_payout")
    assert (answer.status, answer.code) == (409, "payout_not_under_way")


def test_a_hold_for_a_change_of_account_is_not_released_by_hand(desk: Desk) -> None:
    desk.call("change_accounts", "propose")
    answer = desk.call("hold_payouts", "release_municipality")
    assert (answer.status, answer.code) == (409, "account_change_holds")
    assert "Avgör kontoändringen" in answer.read["detail"]


@ALL
def test_the_same_hold_again_is_answered_alike(desk: Desk, what: str) -> None:
    first = desk.batch().attest().call("hold_payouts", f"hold_{what}")
    assert desk.call("hold_payouts", f"hold_{what}").read == first.read
