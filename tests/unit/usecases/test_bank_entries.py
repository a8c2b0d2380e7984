"""Booked entries come in any order, within a file and between files."""

from __future__ import annotations

import pytest

from statsbidrag.domain.errors import NotYet
from statsbidrag.domain.money import kronor
from statsbidrag.usecases.bank import take_entries
from tests.builders import SPRING
from tests.house import SYSTEM, House, debit, later, payback

AMOUNT = kronor(600)
PAYOUT = "P-2025-0114-1"


@pytest.fixture
def agency() -> House:
    """A payout that lies with the bank."""
    agency = House({"0114": AMOUNT})
    agency.open_round()
    agency.requisition("0114")
    agency.validate()
    agency.at(later(SPRING, 1))
    agency.pay()
    return agency


def test_a_return_waits_for_its_booking(agency: House) -> None:
    returned = [payback(PAYOUT, AMOUNT, agency.clock.time)]
    with pytest.raises(NotYet):
        take_entries(agency.books, returned, SYSTEM)
    take_entries(agency.books, [debit(PAYOUT, AMOUNT, agency.clock.time)], SYSTEM)
    take_entries(agency.books, returned, SYSTEM)
    assert agency.case("0114").payouts[0].status == "returned"
    assert agency.findings() == []


def test_what_stands_behind_an_entry_that_came_early_is_booked(agency: House) -> None:
    entries = [payback(PAYOUT, AMOUNT, agency.clock.time), debit(PAYOUT, AMOUNT, agency.clock.time)]
    with pytest.raises(NotYet):
        take_entries(agency.books, entries, SYSTEM)
    assert agency.case("0114").payouts[0].status == "settled"
    take_entries(agency.books, entries, SYSTEM)
    assert agency.case("0114").payouts[0].status == "returned"
