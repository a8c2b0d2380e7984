"""The second person sees what an allocation list changes before approving it."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.approve_allocations import handler as function
from statsbidrag.domain.case import CASE
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import kronor
from statsbidrag.domain.rounds import ROUND, ApproveAllocationList, CheckAllocationList, Share, round_key
from statsbidrag.entry import wiring
from statsbidrag.usecases.books import Books
from tests.unit.functions.material import KEY, TEST, FixedClock, opened, sample

ROUND_KEY = round_key(RoundId("2025"))


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    """Books with one list in force and 461 836 kronor approved under it."""
    books = opened()
    monkeypatch.setattr(wiring, "books", lambda: books)
    monkeypatch.setattr(wiring, "clock", lambda: books.clock)
    _put_in(books, "L-1", {"0114": 461_836, "0115": 300, "0117": 70})
    books.handle(ROUND, ROUND_KEY, ApproveAllocationList("L-1", "officer-2"), TEST)
    account = c.SubmitRequisition(kronor(461_836), books.state(CASE, KEY).recipient.account, "REF", "", "00")  # type: ignore[union-attr]
    books.handle(CASE, KEY, account, TEST)
    books.handle(CASE, KEY, c.ValidateRequisition(1), TEST)
    cast(FixedClock, books.clock).at += timedelta(days=1)
    return books


def _put_in(books: Books, name: str, amounts: dict[str, int]) -> None:
    shares = tuple(Share(MunicipalityCode(code), kronor(amount)) for code, amount in amounts.items())
    books.handle(ROUND, ROUND_KEY, CheckAllocationList(name, shares, f"lists/{name}.csv", "officer-1"), TEST)


def _shown(name: str) -> tuple[int, dict[str, Any]]:
    text = json.dumps(sample("approve_allocations", "show")).replace("L-2025-ca28ca4393ef", name)
    answer = function.handler(json.loads(text), SimpleNamespace())
    return answer["statusCode"], json.loads(answer["body"])


def test_a_newer_list_tells_what_it_changes_and_whom_it_cannot_lower(books: Books) -> None:
    _put_in(books, "L-2", {"0114": 461_835, "0115": 301, "0120": 70})
    status, told = _shown("L-2")
    assert status == 200
    assert (told["status"], told["uploaded_by"], told["replaces"]) == ("checked", "officer-1", "L-1")
    assert (told["municipalities"], told["total_ore"]) == (3, 46_220_600)
    assert told["changes"] == [
        {"municipality": "0114", "kind": "lowered", "before_ore": 46_183_600, "after_ore": 46_183_500},
        {"municipality": "0115", "kind": "raised", "before_ore": 30_000, "after_ore": 30_100},
        {"municipality": "0117", "kind": "removed", "before_ore": 7_000, "after_ore": 0},
        {"municipality": "0120", "kind": "added", "before_ore": 0, "after_ore": 7_000},
    ]
    assert told["below_approved"] == ["0114"]


def test_the_list_in_force_still_tells_what_it_changed_when_it_came(books: Books) -> None:
    _, told = _shown("L-1")
    assert (told["status"], told["replaces"]) == ("approved", "")
    assert {change["kind"] for change in told["changes"]} == {"added"}
    assert told["below_approved"] == []


def test_a_list_that_is_not_there_is_told_so(books: Books) -> None:
    status, told = _shown("L-9")
    assert (status, told["code"]) == (404, "unknown_allocation_list")
