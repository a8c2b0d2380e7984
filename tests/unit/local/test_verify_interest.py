"""Interest in a year's files is reckoned anew day by day, and what differs is named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from local.books import Year
from local.verify_interest import interest_follows
from local.year.summary import _interest
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.interest import Rate, RateTable
from statsbidrag.domain.journal import Kind
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.rounds import RoundBook
from tests.builders import ALLOCATED, INVOICE, ROUND_ID, grant_round, invoiced
from tests.charged import CHARGED, FREE_TO, INTEREST_INVOICE, TABLE, charged

HALVED = RateTable((*TABLE.rates, Rate(FREE_TO.replace(day=FREE_TO.day + 6), 300)), TABLE.last_day)


def found(case: Case, table: RateTable | None = TABLE) -> list[str]:
    book = RoundBook(RoundId(ROUND_ID), round=replace(grant_round(ALLOCATED, CHARGED), reference_rates=table))
    kept: dict[str, dict[str, Any]] = {"CASE": {"c": case}, "ROUND": {"r": book}}

    def states(kind: Kind[Any, Any, Any]) -> dict[str, Any]:
        return kept[kind.name]

    return list(interest_follows(cast("Year", SimpleNamespace(states=states))))


def test_what_follows_is_not_named() -> None:
    story = charged()
    assert found(story.case) == []
    story.do(c.PrepareReconsideration(1, kronor(146_000), "En del användes.", "officer:1"))
    story.do(c.DecideReconsideration(1, kronor(146_000), "officer:2"))
    assert found(story.case) == found(invoiced().case) == []


@pytest.mark.parametrize("more", [-1, 1])
def test_an_ore_too_much_or_too_little_is_named(more: int) -> None:
    case = charged().case
    wrong = replace(case.interest_invoices[0], amount=Ore(case.interest_invoices[0].amount + more))
    (line,) = found(replace(case, interest_invoices=(wrong,)))
    assert f"interest on {INVOICE} is claimed with {100_000 + more} öre, the payments give 100000" in line


def test_a_rate_that_is_not_the_rounds_is_named() -> None:
    assert len(found(charged().case, HALVED)) == 1


def test_interest_from_the_wrong_day_is_named() -> None:
    case = charged().case
    early = replace(case.interest[0], free_to=FREE_TO.replace(day=1))
    assert found(replace(case, interest=(early,))) == [f"{case.number}: interest on {INVOICE} runs from the wrong day"]


def test_interest_without_a_ground_is_named() -> None:
    case = charged().case
    (line,) = found(replace(case, terms=replace(CHARGED, interest=None)))
    assert line.endswith("has no legal ground")
    assert len(found(case, None)) == 1


def test_the_figures_of_interest_stand_in_the_summary_only_where_there_is_any() -> None:
    assert _interest([invoiced().case]) == {}
    assert _interest([charged().case]) == {
        "interest": {"claimed": 1000, "settled": 0, "written_off": 0, "forgone": 0, "outstanding": 1000}
    }
    assert CASE.status(charged().case) == "invoiced"
    assert INTEREST_INVOICE in {invoice.number for invoice in charged().case.all_invoices}
