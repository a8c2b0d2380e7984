"""The bank misbehaves as it is told to: one way for each payment file, and then no more."""

from __future__ import annotations

import pytest

from local.bank import PLENTY
from local.year.bank_ways import WAYS, BankWays, parse_ways
from statsbidrag.domain.identifiers import Account, MunicipalityCode
from statsbidrag.domain.money import kronor
from tests.unit.local.bank_channel import BANKGIRO, Channel


def account_of(_: MunicipalityCode) -> Account:
    return BANKGIRO


def befall(ways: BankWays, channel: Channel, number: int, payments: int = 2) -> str:
    """Let one payment file wait for the bank and the bank come for it; gives the way it was taken."""
    name = f"B-2025-20250610-{number}"
    channel.put(name, *((f"P-2025-01{number:02}-{n}", BANKGIRO, 1000) for n in range(1, payments + 1)))
    way = ways.befall(channel.bank, channel.bank.outgoing(channel.s3, channel.bucket), account_of)
    channel.collect()
    return way


def answers(channel: Channel) -> str:
    return "".join(channel.deliver().get("pain.002", ()))


def test_every_way_befalls_one_file_in_the_order_of_the_list(channel: Channel) -> None:
    ways = BankWays(("all",))
    assert [befall(ways, channel, number) for number in range(1, len(WAYS) + 1)] == list(WAYS)
    assert befall(ways, channel, len(WAYS) + 1) == ""


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("closed-account", "AC04"),
        ("rejected-file", "FF01"),
        ("duplicate", "DUPL"),
    ],
)
def test_what_the_bank_answers(channel: Channel, way: str, told: str) -> None:
    assert befall(BankWays((way,)), channel, 1) == way
    assert told in answers(channel)


@pytest.mark.parametrize("way", ["silent", "lost-file"])
def test_a_bank_that_says_nothing_of_a_file_answers_the_next_one(channel: Channel, way: str) -> None:
    ways = BankWays((way,))
    befall(ways, channel, 1)
    assert answers(channel) == ""
    assert channel.bank.has_carried_out("P-2025-0101-1") == (way == "silent")
    befall(ways, channel, 2)
    assert "B-2025-20250610-2" in answers(channel)


def test_an_account_that_runs_short_is_filled_before_the_next_file() -> None:
    ways = BankWays(("insufficient-funds", "silent"))
    assert ways.balance == kronor(1)
    assert BankWays(("silent",)).balance == PLENTY


def test_a_statement_with_a_gap_waits_for_a_day_with_two_entries(channel: Channel) -> None:
    ways = BankWays(("statement-gap",))
    assert befall(ways, channel, 1, payments=1) == ""
    assert befall(ways, channel, 2, payments=2) == "statement-gap"


def test_without_a_file_that_waits_nothing_befalls(channel: Channel) -> None:
    assert BankWays(("silent",)).befall(channel.bank, (), account_of) == ""


def test_an_unknown_way_is_refused_with_those_that_there_are() -> None:
    assert parse_ways("silent, duplicate") == ("silent", "duplicate")
    with pytest.raises(ValueError, match="BANK=quiet is no way of the bank: choose from insufficient-funds"):
        parse_ways("quiet")
