"""Entries in suspense are shown with where they may belong, and are booked where a person says."""

from __future__ import annotations

import pytest

from statsbidrag.domain.money import Ore
from tests.unit.functions.payouts import ASTRAY, CLAIM, INVOICE, OCR, Desk

FUNCTION = "place_entries"
SHOWN = {
    "entry": ASTRAY,
    "amount_ore": CLAIM,
    "booked_on": "2025-05-08",
    "remittance": "Tack",
    "reason": "unknown_reference",
    "suggestions": [{"municipality": "0114", "invoice": INVOICE, "open_ore": CLAIM, "reasons": ["amount"]}],
}
PLACED = {"entry": ASTRAY, "invoice": INVOICE, "status": "placed"}
BODY = {"entry": ASTRAY, "round": "2025", "municipality": "0114", "invoice": INVOICE}


def test_without_entries_none_are_shown(desk: Desk) -> None:
    answer = desk.claim().call(FUNCTION, "show_entries")
    assert (answer.status, answer.read) == (200, {"entries": []})


def test_an_entry_is_shown_with_where_it_may_belong_and_why(desk: Desk) -> None:
    answer = desk.claim().lie_astray().call(FUNCTION, "show_entries")
    assert (answer.status, answer.read) == (200, {"entries": [SHOWN]})


def test_every_likeness_is_told(desk: Desk) -> None:
    wrong = OCR[:4] + "1214" + OCR[8:]
    desk.claim().lie_astray(Ore(100), f"Upplands Väsby {wrong}")
    [entry] = desk.call(FUNCTION, "show_entries").read["entries"]
    assert [each["reasons"] for each in entry["suggestions"]] == [["reference", "name"]]


def test_an_entry_without_likeness_is_shown_without_suggestions(desk: Desk) -> None:
    answer = desk.lie_astray(Ore(100)).call(FUNCTION, "show_entries")
    assert answer.read["entries"] == [{**SHOWN, "amount_ore": 100, "suggestions": []}]


def test_an_entry_is_booked_where_a_person_says(desk: Desk) -> None:
    answer = desk.claim().lie_astray(Ore(CLAIM + 100)).call(FUNCTION, "place")
    assert (answer.status, answer.read) == (201, PLACED)
    assert (desk.case().money.settled, desk.case().money.surplus) == (CLAIM, 100)
    assert desk.call(FUNCTION, "show_entries").read == {"entries": []}


def test_placed_again_it_is_answered_alike_and_booked_once(desk: Desk) -> None:
    first = desk.claim().lie_astray(Ore(100)).call(FUNCTION, "place")
    before = desk.store.commits
    for who in ("officer-1", "officer-2"):
        assert desk.call(FUNCTION, "place", who).read == first.read
    assert (desk.store.commits, desk.case().money.settled) == (before, 100)


def test_a_placed_entry_is_not_placed_elsewhere(desk: Desk) -> None:
    desk.claim().lie_astray().call(FUNCTION, "place")
    answer = desk.call(FUNCTION, "place", body={**BODY, "municipality": "0115", "invoice": "I-2025-0115-1"})
    assert (answer.status, answer.code) == (409, "entry_placed")
    assert INVOICE in answer.read["detail"]


def test_what_left_the_account_is_not_placed(desk: Desk) -> None:
    answer = desk.claim().lie_astray(way="debit").call(FUNCTION, "place")
    assert (answer.status, answer.code, desk.case().money.settled) == (422, "entry_not_incoming", 0)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("entry", "another", "unknown_entry"),
        ("entry", "", "unknown_entry"),
        ("round", "2024", "unknown_invoice"),
        ("round", "x", "unknown_round"),
        ("municipality", "0115", "unknown_invoice"),
        ("municipality", "x", "unknown_municipality"),
        ("invoice", "I-2025-0114-9", "unknown_invoice"),
        ("invoice", "", "unknown_invoice"),
    ],
)
def test_what_is_not_there_is_not_found_and_nothing_is_booked(desk: Desk, field: str, value: str, code: str) -> None:
    desk.claim().lie_astray()
    before = desk.store.commits
    answer = desk.call(FUNCTION, "place", body={**BODY, field: value})
    assert (answer.status, answer.code, desk.store.commits) == (404, code, before)
