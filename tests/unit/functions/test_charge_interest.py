"""Officers see how interest is reckoned, claim it at once or waive it; without a legal ground they are told why not."""

from __future__ import annotations

import pytest

from tests.unit.functions.payouts import CLAIM, INVOICE, Desk

FUNCTION = "charge_interest"


@pytest.fixture
def late(desk: Desk) -> Desk:
    return desk.pay_late()


def test_what_waits_to_be_claimed_is_shown_line_by_line(late: Desk) -> None:
    answer = late.call(FUNCTION, "show_interest")
    free = late.case().invoices[0].due_on
    assert (answer.status, answer.read["status"]) == (200, "waiting"), answer.text
    (line,) = answer.read["lines"]
    assert line["amount"] == answer.read["amount_ore"] == CLAIM * 462 * 10 // 3_650_000
    assert (line["days"], line["basis_points"], line["principal"]) == (10, 462, CLAIM)
    assert line["first"] > free.isoformat()
    assert late.case().interest == ()


def test_less_than_the_smallest_claim_is_noted_and_not_claimed(late: Desk) -> None:
    answer = late.call(FUNCTION, "claim")
    assert (answer.status, answer.read["status"]) == (200, "too_small")
    assert "krävs inte" in answer.read["reason"]
    assert late.case().interest_invoices == ()


def test_interest_is_claimed_at_once_and_shown_with_its_invoice(desk: Desk) -> None:
    desk.pay_late(days=20)
    answer = desk.call(FUNCTION, "claim")
    invoice = desk.case().interest_invoices[0]
    assert (answer.status, answer.read["status"]) == (200, "claimed"), answer.text
    assert answer.read["interest_invoice"] == invoice.number == "I-2025-0114-2"
    assert answer.read["open_ore"] == answer.read["amount_ore"] == invoice.amount == CLAIM * 462 * 20 // 3_650_000
    assert desk.call(FUNCTION, "show_interest").read == answer.read
    assert desk.call(FUNCTION, "claim", "officer-2").read == answer.read
    refused = desk.call(FUNCTION, "waive")
    assert (refused.status, refused.code) == (409, "interest_claimed")
    listed = desk.call("settle_invoices", "show_invoices").read["invoices"]
    assert [each["invoice"] for each in listed] == [INVOICE, invoice.number]


def test_it_is_waived_with_a_reason_that_is_kept(late: Desk) -> None:
    answer = late.call(FUNCTION, "waive")
    assert (answer.status, answer.read["status"]) == (200, "waived")
    assert answer.read["reason"] == "Banken bokförde betalningen för sent."
    assert late.case().interest[0].decided_by == "officer-1"
    refused = late.call(FUNCTION, "claim")
    assert (refused.status, refused.code) == (409, "interest_waived")


@pytest.mark.parametrize("name", ["claim", "waive"])
def test_without_a_legal_ground_it_is_refused_with_why(desk: Desk, name: str) -> None:
    desk.claim().repay(CLAIM)
    answer = desk.call(FUNCTION, name)
    assert (answer.status, answer.code) == (409, "interest_without_ground")
    assert "ingen rättslig grund för ränta" in answer.read["detail"]
    assert desk.call(FUNCTION, "show_interest").read["status"] == "none"


@pytest.mark.parametrize("name", ["show_interest", "claim", "waive"])
def test_an_invoice_that_is_not_the_municipalitys_is_not_found(late: Desk, name: str) -> None:
    answer = late.call(FUNCTION, name, path=(INVOICE, "I-2025-0115-1"))
    assert (answer.status, answer.code) == (404, "unknown_invoice")
