"""A decided recovery is lowered by two persons, never by one, and the municipality's late report is shown beside it."""

from __future__ import annotations

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.money import Ore
from tests.unit.functions.payouts import CLAIM, SHARE, Desk

FUNCTION = "reconsider_recoveries"
LOWERED = 2_000_000
SHOWN = {
    "case_number": "9.3-0114/2025",
    "recovery": 1,
    "claim_ore": CLAIM,
    "to_pay_ore": CLAIM,
    "paid_out_ore": SHARE,
    "reported_used_ore": SHARE - CLAIM,
    "reported_misused_ore": 0,
    "prepared_ore": None,
    "reconsidered_at": None,
    "reconsidered": [],
}


def test_a_recovery_is_shown_with_what_was_reported(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "show_reconsideration")
    assert (answer.status, answer.read) == (200, SHOWN)


def test_one_person_prepares_and_another_decides(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "prepare")
    assert (answer.status, answer.read) == (200, {**SHOWN, "prepared_ore": LOWERED})
    answer = desk.call(FUNCTION, "decide")
    assert answer.status == 200
    told = answer.read
    [again] = told.pop("reconsidered")
    assert (again["before"], again["amount"], again["credit_note"]) == (CLAIM, LOWERED, "I-2025-0114-2")
    before = {name: value for name, value in SHOWN.items() if name != "reconsidered"}
    assert told == {**before, "to_pay_ore": LOWERED, "reconsidered_at": "2026-02-24T23:00:00Z"}
    [note] = desk.case().credit_notes
    assert (note.amount, note.reasons) == (CLAIM - LOWERED, "Kommunen har visat att en del användes enligt villkoren.")


def test_an_amount_of_nothing_takes_all_of_it_back(desk: Desk) -> None:
    desk.claim().call(FUNCTION, "prepare", body={"amount_ore": 0, "reasons": "Skäl."})
    answer = desk.call(FUNCTION, "decide", body={"amount_ore": 0})
    assert (answer.status, answer.read["to_pay_ore"]) == (200, 0)


def test_a_recovery_may_be_let_stand(desk: Desk) -> None:
    desk.claim().call(FUNCTION, "prepare", body={"amount_ore": CLAIM, "reasons": "Skäl."})
    answer = desk.call(FUNCTION, "decide", body={"amount_ore": CLAIM})
    assert (answer.status, answer.read["to_pay_ore"], desk.case().credit_notes) == (200, CLAIM, ())


def test_who_prepared_does_not_decide(desk: Desk) -> None:
    desk.claim().call(FUNCTION, "prepare", "officer-2")
    answer = desk.call(FUNCTION, "decide", "officer-2")
    assert (answer.status, answer.code) == (403, "same_officer")
    assert desk.case().money.credited == 0


@pytest.mark.parametrize("amount", [-100, CLAIM + 100, 150])
def test_an_amount_out_of_range_is_told_at_its_field(desk: Desk, amount: int) -> None:
    answer = desk.claim().call(FUNCTION, "prepare", body={"amount_ore": amount, "reasons": "Skäl."})
    assert (answer.status, answer.code) == (422, "amount_out_of_range")
    assert "från 0 till 61\N{NO-BREAK SPACE}836" in answer.read["detail"]


def test_reasons_are_asked_for(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "prepare", body={"amount_ore": 0, "reasons": " "})
    assert (answer.status, answer.code, answer.pointers) == (422, "reasons_missing", ["/reasons"])


def test_another_amount_than_the_prepared_one_is_not_decided(desk: Desk) -> None:
    desk.claim().call(FUNCTION, "prepare")
    answer = desk.call(FUNCTION, "decide", body={"amount_ore": 0})
    assert (answer.status, answer.code) == (409, "amount_differs")


def test_nothing_is_decided_unprepared(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "decide")
    assert (answer.status, answer.code) == (409, "decision_not_prepared")


@pytest.mark.parametrize("number", ["9", "0", "x"])
@pytest.mark.parametrize("name", ["prepare", "decide"])
def test_a_recovery_that_is_not_there_is_not_found(desk: Desk, name: str, number: str) -> None:
    answer = desk.claim().call(FUNCTION, name, path=("/1/", f"/{number}/"))
    assert answer.status == 404


def test_a_recovery_that_is_not_there_is_not_shown(desk: Desk) -> None:
    answer = desk.call(FUNCTION, "show_reconsideration")
    assert (answer.status, answer.code) == (404, "unknown_recovery")


def test_what_is_given_up_is_not_reconsidered(desk: Desk) -> None:
    desk.claim().act(c.ProposeWriteOff("I-2025-0114-1", "Skäl.", "officer-8"))
    desk.act(c.DecideWriteOff("I-2025-0114-1", Ore(CLAIM), "officer-9"))
    answer = desk.call(FUNCTION, "prepare")
    assert (answer.status, answer.code) == (409, "invoice_written_off")


def test_prepared_again_it_is_answered_alike(desk: Desk) -> None:
    first = desk.claim().call(FUNCTION, "prepare")
    before = desk.store.commits
    assert (desk.call(FUNCTION, "prepare").text, desk.store.commits) == (first.text, before)


def test_decided_again_it_is_answered_alike(desk: Desk) -> None:
    """As every other decision: a caller who got no answer asks again."""
    desk.claim().call(FUNCTION, "prepare")
    first = desk.call(FUNCTION, "decide")
    before = desk.store.commits
    assert (desk.call(FUNCTION, "decide").text, desk.store.commits) == (first.text, before)
