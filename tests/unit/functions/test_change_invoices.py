"""An invoice with wrong particulars is issued anew by one officer; two set one off against a payout that is here."""

from __future__ import annotations

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.money import Ore, kronor
from tests.unit.functions.payouts import CLAIM, INVOICE, MORE, NEXT, OCR, SHARE, Answer, Desk

FUNCTION = "change_invoices"
REPLACEMENT = "I-2025-0114-3"
SOME = Ore(10_000)
PROPOSED = {
    "payout": NEXT,
    "amount_ore": SOME,
    "reason": "Kommunen har inte betalat fakturan.",
    "status": "waiting",
}
SHOWN = {"invoice": INVOICE, "open_ore": CLAIM, "replaces": "", "replaced_by": "", "set_offs": []}


def test_an_invoice_is_issued_anew_with_the_right_reference(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "reissue")
    assert answer.status == 200, answer.text
    assert answer.read == {**SHOWN, "open_ore": 0, "replaced_by": REPLACEMENT}
    new = desk.case().invoices[-1]
    assert (new.number, new.replaces, new.amount, new.buyer_reference) == (REPLACEMENT, INVOICE, CLAIM, "REF 0815")
    assert new.ocr != OCR


def test_without_a_reference_only_the_particulars_of_the_register_change(desk: Desk) -> None:
    assert desk.claim().call(FUNCTION, "reissue", body={"reason": "Fel namn."}).status == 200
    assert desk.case().invoices[-1].buyer_reference == ""


@pytest.mark.parametrize("reference", ["x" * 101, "REF\n1", "REF\r1"])
def test_a_reference_that_an_invoice_cannot_hold_is_told_at_its_field(desk: Desk, reference: str) -> None:
    before = desk.claim().store.commits
    answer = desk.call(FUNCTION, "reissue", body={"reason": "Fel.", "invoice_reference": reference})
    assert (answer.status, answer.pointers, desk.store.commits) == (422, ["/invoice_reference"], before)


def test_issued_anew_twice_it_is_once(desk: Desk) -> None:
    first = desk.claim().call(FUNCTION, "reissue")
    before = desk.store.commits
    assert (desk.call(FUNCTION, "reissue", "officer-2").text, desk.store.commits) == (first.text, before)


def test_two_persons_set_off(desk: Desk) -> None:
    answer = desk.owe().call(FUNCTION, "propose_set_off")
    assert answer.read == {**SHOWN, "set_offs": [PROPOSED]}
    answer = desk.call(FUNCTION, "decide_set_off")
    decided = {**PROPOSED, "status": "decided"}
    assert answer.read == {**SHOWN, "open_ore": CLAIM - SOME, "set_offs": [decided]}
    assert [p.amount for p in desk.case().payouts] == [SHARE, MORE, MORE - SOME]
    money = desk.case().money
    assert (money.set_off, money.paid, money.came_by_bank) == (SOME, SHARE + SOME, 0)


def test_who_proposed_does_not_decide(desk: Desk) -> None:
    desk.owe().call(FUNCTION, "propose_set_off", "officer-2")
    answer = desk.call(FUNCTION, "decide_set_off")
    assert (answer.status, answer.code) == (403, "same_officer")


def test_refused_the_payout_goes_on(desk: Desk) -> None:
    desk.owe().call(FUNCTION, "propose_set_off")
    answer = desk.call(FUNCTION, "decline_set_off")
    assert answer.read["set_offs"] == [{**PROPOSED, "status": "declined"}]
    desk.act(c.QueuePayout(NEXT, "B-2026-20260501-1"))


@pytest.mark.parametrize(
    ("amount", "code"),
    [(MORE + 1, "set_off_above_payout"), (CLAIM + 1, "set_off_above_open"), (0, "set_off_above_open")],
)
def test_an_amount_that_cannot_be_set_off_is_told_at_its_field(desk: Desk, amount: int, code: str) -> None:
    body = {"payout": NEXT, "amount_ore": amount, "reason": "Skäl."}
    answer = desk.owe().call(FUNCTION, "propose_set_off", body=body)
    assert (answer.status, answer.code, answer.pointers) == (422, code, ["/amount_ore"])


def test_only_what_was_seen_is_set_off(desk: Desk) -> None:
    desk.owe().call(FUNCTION, "propose_set_off")
    answer = desk.call(FUNCTION, "decide_set_off", body={"payout": NEXT, "amount_ore": SOME + 1})
    assert (answer.status, answer.code) == (409, "set_off_differs")


def test_a_payout_that_is_on_its_way_is_not_set_off(desk: Desk) -> None:
    desk.owe().act(c.QueuePayout(NEXT, "B-2026-20260501-1"))
    answer = desk.call(FUNCTION, "propose_set_off")
    assert (answer.status, answer.code) == (409, "payout_not_here")


@pytest.mark.parametrize("name", ["reissue", "propose_set_off", "decide_set_off", "decline_set_off"])
def test_an_invoice_that_is_not_the_municipalitys_is_not_found(desk: Desk, name: str) -> None:
    answer: Answer = desk.owe().call(FUNCTION, name, path=(INVOICE, "I-2025-0115-1"))
    assert (answer.status, answer.code) == (404, "unknown_invoice")


def test_what_was_paid_in_part_goes_over(desk: Desk) -> None:
    desk.claim().repay(kronor(100)).call(FUNCTION, "reissue")
    assert [invoice.settled for invoice in desk.case().invoices] == [0, kronor(100)]
