"""An officer draws; the draw is shown with what it was made from, so that anybody can work it out again."""

from __future__ import annotations

import hashlib

import pytest

from statsbidrag.domain.risk_rules import RULES
from tests.unit.functions.payouts import CLAIM, SHARE, Desk

FUNCTION = "draw_spot_checks"
BODY = {"count": 1, "seed": "2026-04-01", "reason": "Årligt stickprov."}


def test_a_draw_is_shown_with_points_places_facts_and_method(desk: Desk) -> None:
    answer = desk.hear().call(FUNCTION, "draw")
    assert answer.status == 201
    told = answer.read
    assert (told["number"], told["seed"], told["drawn_by"]) == (1, "2026-04-01", "officer-1")
    assert (told["reason"], told["requested_at"]) == ("Årligt stickprov.", None)
    [lot] = told["drawn"]
    tickets = [hashlib.sha256(f"2025|2026-04-01|0114|{n}".encode()).hexdigest() for n in range(1, lot["points"] + 1)]
    assert (lot["place"], lot["ticket_number"]) == (1, min(tickets))
    assert told["order"] == [lot]
    [facts] = told["cases"]
    assert (facts["paid_ore"], facts["used_ore"]) == (SHARE, SHARE - CLAIM)
    assert [rule["rule"] for rule in told["rules"]] == sorted(rule.name for rule in RULES)
    assert "SHA-256" in told["method"]
    assert desk.call(FUNCTION, "show_draw").read == told
    shown = {name: told[name] for name in ("number", "seed", "reason", "drawn_by", "drawn_at")}
    assert desk.call(FUNCTION, "show_draws").read == {"draws": [{**shown, "drawn": ["0114"]}]}


def test_the_same_call_again_draws_nothing_more(desk: Desk) -> None:
    first = desk.hear().call(FUNCTION, "draw")
    before = desk.store.commits
    assert desk.call(FUNCTION, "draw").read == first.read
    assert desk.store.commits == before


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"count": 0}, 422, "count_out_of_range", "count"),
        ({"count": 2}, 409, "too_few_to_draw", "count"),
        ({"seed": ""}, 422, "seed_unreadable", "seed"),
        ({"seed": "x" * 101}, 422, "seed_unreadable", "seed"),
    ],
)
def test_what_cannot_be_drawn_is_told_at_its_field(
    desk: Desk, changed: dict[str, object], status: int, code: str, field: str
) -> None:
    desk.hear()
    before = desk.store.commits
    answer = desk.call(FUNCTION, "draw", body={**BODY, **changed})
    assert (answer.status, answer.code, answer.pointers, desk.store.commits) == (status, code, [f"/{field}"], before)


@pytest.mark.parametrize("number", ["2", "0", "x"])
def test_a_draw_that_is_not_there_is_not_found(desk: Desk, number: str) -> None:
    assert desk.draw().call(FUNCTION, "show_draw", path=("/1", f"/{number}")).status == 404
