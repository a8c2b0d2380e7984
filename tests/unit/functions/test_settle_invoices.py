"""Invoices are shown with what is open on them; two persons give up what is unpaid, and what is too much goes back."""

from __future__ import annotations

from typing import Any

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.money import Ore
from tests.unit.functions.payouts import CLAIM, INVOICE, WHY, Answer, Desk

SHOWN = {
    "invoice": INVOICE,
    "amount_ore": CLAIM,
    "credited_ore": 0,
    "settled_ore": 0,
    "written_off_ore": 0,
    "open_ore": CLAIM,
    "due_on": "2026-03-27",
    "interest_on": "",
    "write_off": None,
}
PROPOSED = {"amount": CLAIM, "reason": WHY, "proposed_by": "officer-1", "decided_by": ""}
FUNCTION = "settle_invoices"


def invoices(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.text
    shown: list[dict[str, Any]] = answer.read["invoices"]
    return shown


def test_a_case_without_invoices_shows_none(desk: Desk) -> None:
    answer = desk.call(FUNCTION, "show_invoices")
    assert answer.status == 200
    assert answer.read == {
        "case_number": "9.3-0114/2025",
        "surplus_ore": 0,
        "refunded_ore": 0,
        "invoices": [],
        "credit_notes": [],
    }


def test_an_invoice_is_shown_with_what_is_open(desk: Desk) -> None:
    assert invoices(desk.claim().call(FUNCTION, "show_invoices")) == [SHOWN]
    desk.repay(Ore(100))
    assert invoices(desk.call(FUNCTION, "show_invoices")) == [{**SHOWN, "settled_ore": 100, "open_ore": CLAIM - 100}]


def test_a_credit_note_is_shown_with_its_invoice_and_what_is_too_much(desk: Desk) -> None:
    desk.claim().repay(CLAIM).act(c.PrepareReconsideration(1, Ore(2_000_000), "Skäl.", "officer-8"))
    desk.act(c.DecideReconsideration(1, Ore(2_000_000), "officer-9"))
    answer = desk.call(FUNCTION, "show_invoices")
    credited = CLAIM - 2_000_000
    assert answer.read["credit_notes"] == [
        {"credit_note": "I-2025-0114-2", "invoice": INVOICE, "amount_ore": credited, "issued_on": "2026-02-25"}
    ]
    assert invoices(answer) == [{**SHOWN, "credited_ore": credited, "settled_ore": 2_000_000, "open_ore": 0}]
    assert (answer.read["surplus_ore"], answer.read["refunded_ore"]) == (credited, 0)


def test_two_persons_give_up_what_is_open(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "propose_write_off")
    assert invoices(answer) == [{**SHOWN, "write_off": PROPOSED}]
    answer = desk.call(FUNCTION, "decide_write_off")
    decided = {**PROPOSED, "decided_by": "officer-2"}
    assert invoices(answer) == [{**SHOWN, "written_off_ore": CLAIM, "open_ore": 0, "write_off": decided}]
    assert desk.case().money.written_off == CLAIM


@pytest.mark.parametrize("name", ["propose_write_off", "decide_write_off"])
def test_the_same_call_again_is_answered_alike(desk: Desk, name: str) -> None:
    desk.claim().call(FUNCTION, "propose_write_off")
    first = desk.call(FUNCTION, name)
    before = desk.store.commits
    assert (desk.call(FUNCTION, name).text, desk.store.commits) == (first.text, before)


def test_who_proposed_to_give_up_does_not_decide(desk: Desk) -> None:
    desk.claim().call(FUNCTION, "propose_write_off", "officer-2")
    answer = desk.call(FUNCTION, "decide_write_off", "officer-2")
    assert (answer.status, answer.code) == (403, "same_officer")
    assert desk.case().money.written_off == 0


def test_what_was_paid_meanwhile_is_not_given_up(desk: Desk) -> None:
    desk.claim().call(FUNCTION, "propose_write_off")
    answer = desk.repay(Ore(100)).call(FUNCTION, "decide_write_off")
    assert (answer.status, answer.code) == (409, "write_off_differs")


def test_where_nothing_is_open_nothing_is_given_up(desk: Desk) -> None:
    answer = desk.claim().repay(CLAIM).call(FUNCTION, "propose_write_off")
    assert (answer.status, answer.code) == (409, "nothing_to_write_off")


@pytest.mark.parametrize("amount", ["6183600", -1, 0, 10**20])
def test_only_the_amount_that_was_seen_is_given_up(desk: Desk, amount: object) -> None:
    desk.claim().call(FUNCTION, "propose_write_off")
    answer = desk.call(FUNCTION, "decide_write_off", body={"amount_ore": amount})
    assert answer.status == (422 if isinstance(amount, str) else 409)
    assert desk.case().money.written_off == 0


@pytest.mark.parametrize("invoice", ["I-2025-0114-9", "I-2025-0115-1", "x"])
@pytest.mark.parametrize("name", ["propose_write_off", "decide_write_off"])
def test_an_invoice_that_is_not_the_municipalitys_is_not_found(desk: Desk, name: str, invoice: str) -> None:
    answer = desk.claim().call(FUNCTION, name, path=(INVOICE, invoice))
    assert (answer.status, answer.code) == (404, "unknown_invoice")


def test_what_is_too_much_goes_back_as_a_payout(desk: Desk) -> None:
    answer = desk.claim().repay(Ore(CLAIM + 700)).call(FUNCTION, "refund")
    assert invoices(answer) == [{**SHOWN, "settled_ore": CLAIM, "open_ore": 0}]
    assert (answer.read["surplus_ore"], answer.read["refunded_ore"]) == (700, 0)
    refund = desk.case().payouts[-1]
    assert (refund.id, refund.amount, refund.purpose, refund.status) == ("P-2025-0114-2", 700, "refund", "ordered")


def test_where_nothing_is_too_much_nothing_goes_back(desk: Desk) -> None:
    answer = desk.claim().repay(CLAIM).call(FUNCTION, "refund")
    assert (answer.status, answer.code) == (409, "nothing_to_refund")
    assert len(desk.case().payouts) == 1


def test_ordered_twice_it_goes_back_once(desk: Desk) -> None:
    desk.claim().repay(Ore(CLAIM + 700))
    for _ in range(2):
        desk.call(FUNCTION, "refund")
    assert [payout.amount for payout in desk.case().payouts if payout.purpose == "refund"] == [700]
