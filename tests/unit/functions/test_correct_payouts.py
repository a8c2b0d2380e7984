"""Payouts are shown with why they failed, and put right: void, issued anew, or resolved by two persons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from statsbidrag.domain.case import commands as c
from tests.unit.functions.payouts import BATCH_ID, FIRST, NEW, PAYOUT, SHARE, Desk

Stage = Callable[[Desk], Desk]
WHY = "Banken har sökt på id och inte hittat den."
SHOWN = {
    "payout": PAYOUT,
    "status": "ordered",
    "amount_ore": SHARE,
    "account_kind": "bankgiro",
    "account": "5050-1055",
    "batch": "",
    "code": "",
    "reason": "",
    "on_hold": [],
    "replaces": "",
    "replaced_by": "",
    "resets": 0,
    "resolution": None,
}


def told(desk: Desk, by: str = "officer-1") -> Desk:
    desk.lose().act(c.ProposeResolution(PAYOUT, "not_carried_out", WHY, by))
    return desk


def test_a_payout_is_shown_as_it_stands(desk: Desk) -> None:
    answer = desk.call("correct_payouts", "show_payouts")
    assert (answer.status, answer.read) == (200, {"case_number": "9.3-0114/2025", "payouts": [SHOWN]})


def test_a_refused_payout_is_shown_with_the_banks_code_and_why_in_swedish(desk: Desk) -> None:
    [shown] = desk.refuse().call("correct_payouts", "show_payouts").read["payouts"]
    assert (shown["status"], shown["code"], shown["batch"]) == ("rejected", "AC04", BATCH_ID)
    assert shown["reason"] == "Banken säger att kontot är avslutat (AC04). Bankens egna ord: Account closed"


def test_a_payout_on_hold_is_shown_with_the_holds(desk: Desk) -> None:
    desk.act(c.HoldPayouts("", "Skäl.", "officer-9"))
    [shown] = desk.call("correct_payouts", "show_payouts").read["payouts"]
    assert shown["on_hold"] == [1]


def test_a_void_payout_is_answered_with_why(desk: Desk) -> None:
    answer = desk.call("correct_payouts", "void")
    assert answer.status == 200
    assert answer.read["payouts"] == [{**SHOWN, "status": "void", "reason": "Kommunen har ett nytt konto."}]
    assert desk.call("correct_payouts", "void").text == answer.text


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (lambda desk: desk.batch(), "payout_in_a_batch"),
        (lambda desk: desk.batch().attest().send(), "payout_not_ordered"),
        (lambda desk: desk.refuse(), "payout_not_ordered"),
    ],
)
def test_a_payout_that_stands_in_a_batch_or_left_cannot_be_void(desk: Desk, stage: Stage, code: str) -> None:
    answer = stage(desk).call("correct_payouts", "void")
    assert (answer.status, answer.code) == (409, code)


def test_a_payout_is_issued_anew_with_a_link_both_ways_and_once(desk: Desk) -> None:
    answer = desk.refuse("AM04").call("correct_payouts", "reissue")
    old, new = answer.read["payouts"]
    assert (answer.status, old["replaced_by"], new["replaces"]) == (200, "P-2025-0114-2", PAYOUT)
    assert (new["payout"], new["status"], new["amount_ore"]) == ("P-2025-0114-2", "ordered", SHARE)
    assert desk.call("correct_payouts", "reissue", "officer-2").text == answer.text


def test_a_payout_is_not_issued_anew_to_an_account_that_the_bank_refused(desk: Desk) -> None:
    answer = desk.refuse().call("correct_payouts", "reissue")
    assert (answer.status, answer.code) == (409, "account_refused_by_bank")
    desk.act(c.ProposeAccount(NEW, "agent-0114"))
    desk.act(c.ApproveAccount(1, NEW, "officer-9"))
    assert desk.call("correct_payouts", "reissue").read["payouts"][1]["account"] == "5555-5551"


def test_a_payout_that_is_under_way_is_not_issued_anew(desk: Desk) -> None:
    answer = desk.batch().attest().send().call("correct_payouts", "reissue")
    assert (answer.status, answer.code) == (409, "payout_not_failed")
    assert len(desk.case(FIRST).payouts) == 1


def test_one_persons_word_is_shown_and_waits(desk: Desk) -> None:
    [shown] = desk.lose().call("correct_payouts", "propose_resolution").read["payouts"]
    assert (shown["status"], shown["resets"]) == ("unknown", 0)
    word = {
        "outcome": "not_carried_out",
        "reason": WHY,
        "proposed_by": "officer-1",
        "proposed_at": "2025-05-14T04:00:00Z",
    }
    assert word.items() <= shown["resolution"].items()


def test_another_person_confirms_and_what_was_not_carried_out_is_ordered_again_to_the_same_id(desk: Desk) -> None:
    answer = told(desk).call("correct_payouts", "confirm_resolution")
    [shown] = answer.read["payouts"]
    assert (answer.status, shown["payout"], shown["status"], shown["resets"]) == (200, PAYOUT, "ordered", 1)
    assert shown["batch"] == ""


def test_a_confirmation_that_is_sent_again_is_answered_alike(desk: Desk) -> None:
    first = told(desk).call("correct_payouts", "confirm_resolution")
    assert desk.call("correct_payouts", "confirm_resolution").text == first.text


def test_the_same_person_in_another_role_cannot_confirm(desk: Desk) -> None:
    answer = told(desk, by="attester-1").call("correct_payouts", "confirm_resolution")
    assert (answer.status, answer.code) == (403, "same_officer")


def test_what_is_confirmed_must_be_what_waits(desk: Desk) -> None:
    answer = told(desk).call("correct_payouts", "confirm_resolution", body={"outcome": "carried_out"})
    assert (answer.status, answer.code, answer.pointers) == (409, "resolution_differs", ["/outcome"])
    assert desk.case().payouts[0].status == "unknown"


@pytest.mark.parametrize("outcome", ["", "kanske", "settled"])
@pytest.mark.parametrize("name", ["propose_resolution", "confirm_resolution"])
def test_an_outcome_that_there_is_not_is_told_at_its_field(desk: Desk, name: str, outcome: str) -> None:
    body = {"outcome": outcome} | ({"reason": WHY} if name == "propose_resolution" else {})
    answer = told(desk).call("correct_payouts", name, body=body)
    assert (answer.status, answer.pointers) == (422, ["/outcome"])


@pytest.mark.parametrize("name", ["propose_resolution", "confirm_resolution"])
def test_a_payout_that_is_not_unknown_has_nothing_to_be_said_of(desk: Desk, name: str) -> None:
    answer = desk.batch().attest().send().call("correct_payouts", name)
    assert (answer.status, answer.code) == (409, "payout_not_unknown")
