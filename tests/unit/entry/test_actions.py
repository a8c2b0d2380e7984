"""Every action of staff stands in one table, and says what its route takes, who may, and what follows."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest

from statsbidrag.documents.register import DIRECTIONS, EVENTS, MAILS
from statsbidrag.domain.batches import BatchStatus
from statsbidrag.domain.case.events import CaseEvent
from statsbidrag.domain.case.state import (
    AccountChangeStatus,
    MailKind,
    MailStatus,
    PayoutStatus,
    RecoveryStatus,
    RequisitionStatus,
    SetOffStatus,
)
from statsbidrag.domain.errors import NotFound, Refusals
from statsbidrag.domain.journal import snake
from statsbidrag.entry.action_forms import read
from statsbidrag.entry.actions import ACTIONS, find
from statsbidrag.entry.actions.model import Action
from statsbidrag.entry.rights import RIGHTS, STAFF
from statsbidrag.entry.staff_words import STATUSES, TASKS
from tests.unit.functions.material import ROOT

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))
ACTS = pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
OWN_PAGES = ("/handlaggning/", "/logga-in/", "/agent-applications/", "/agents/", "/municipalities/")
"""What staff post to a page of its own, with a form of its own; agents are reviewed at ``/handlaggning/ombud``."""
BOTH = {"answers_seen"}
"""What a program may leave out and a person's form always says."""


def test_every_route_that_staff_post_to_has_one_action() -> None:
    posts = {
        path
        for path, methods in DOCUMENT["paths"].items()
        if "post" in methods and not path.startswith(OWN_PAGES) and RIGHTS[path]["POST"] & STAFF
    }
    routes = [action.route for action in ACTIONS.values()]
    assert sorted(routes) == sorted(posts)


def _model(action: Action) -> dict[str, Any]:
    body = DOCUMENT["paths"][action.route]["post"].get("requestBody", {"content": {}})["content"]
    if "application/json" not in body:
        return {"properties": {}, "required": []}
    name = body["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name]
    return found


@ACTS
def test_the_fields_of_an_action_are_its_routes(action: Action) -> None:
    model = _model(action)
    assert {field.name for field in action.fields} == set(model["properties"])
    assert {field.name for field in action.fields if field.required} - BOTH == set(model.get("required", ()))
    for field in action.fields:
        kind = model["properties"][field.name].get("type", "string")
        is_number = field.kind in ("kronor", "number", "seen_number")
        assert (kind == "integer") == is_number, field.name
        assert (kind == "boolean") == (field.kind == "tick"), field.name
        if field.choices and "enum" in model["properties"][field.name]:
            assert [value for value, _ in field.choices] == model["properties"][field.name]["enum"]


@ACTS
def test_an_action_says_in_swedish_what_it_does_and_who_may(action: Action) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", action.name)
    for sentence in (action.text, action.done):
        assert re.fullmatch(r"[A-ZÅÄÖ].*\.", sentence), sentence
    assert action.roles
    assert action.who in ("handläggare", "attestant", "handläggare eller attestant")
    assert all(field.label and (not field.help or field.help[0].isupper()) for field in action.fields)


@ACTS
def test_an_empty_form_is_refused_at_every_field_that_must_be_filled_in(action: Action) -> None:
    needed = sorted(field.name for field in action.fields if field.required and field.kind != "chosen")
    if not needed:
        assert read(action, {}) == {}
        return
    with pytest.raises(Refusals) as refused:
        read(action, {})
    assert sorted(str(each.field) for each in refused.value.refusals) == needed


@pytest.mark.parametrize(
    ("text", "amount"), [("0", 0), ("1 234,50", 123450), ("125000", 12_500_000), (" 7 ", 700), ("1 000", 100_000)]
)
def test_an_amount_is_read_to_whole_ore_by_the_strict_parser(text: str, amount: int) -> None:
    assert read(ACTIONS["attestera"], {"total_ore": text}) == {"total_ore": amount}


@pytest.mark.parametrize("text", ["1.5", "1e3", "-1", "1,234,5", "kr 5", "٣", "12 34"])
def test_what_is_no_amount_is_told_at_its_field(text: str) -> None:
    with pytest.raises(Refusals) as refused:
        read(ACTIONS["attestera"], {"total_ore": text})
    assert [(each.code, each.field) for each in refused.value.refusals] == [("amount_unreadable", "total_ore")]


@pytest.mark.parametrize("day", ["2026-02-30", "1 mars", "20260301", "2026-3-1", "2026-03-01T00:00"])
def test_what_is_no_day_is_told_at_its_field(day: str) -> None:
    with pytest.raises(Refusals) as refused:
        read(ACTIONS["ge-anstand"], {"last_day": day, "reason": "Skäl."})
    assert [(each.code, each.field) for each in refused.value.refusals] == [("date_unreadable", "last_day")]


def test_empty_fields_that_may_be_empty_are_left_out_and_a_tick_is_true() -> None:
    reissue, void = ACTIONS["ersatt-faktura"], ACTIONS["makulera-utbetalning"]
    assert read(reissue, {"reason": "Fel.\r\nRad två.", "invoice_reference": " "}) == {"reason": "Fel.\nRad två."}
    assert read(void, {"reason": "x"}) == {"reason": "x"}
    assert read(void, {"reason": "x", "final": "ja"}) == {"reason": "x", "final": True}
    with pytest.raises(Refusals):
        read(void, {"reason": "x", "final": "true"})


def test_a_field_that_is_not_in_the_form_and_a_choice_that_is_none_are_refused() -> None:
    with pytest.raises(Refusals) as refused:
        read(ACTIONS["notera-utgang"], {"reason": "x", "outcome": "won", "surprise": "y", "recovery-0114-1": "5"})
    assert {str(each.field) for each in refused.value.refusals} == {"outcome", "surprise", "recovery-0114-1"}


def test_chosen_recoveries_are_read_from_a_field_each() -> None:
    fields = {"recovery-0114-1": "500", "recovery-0180-2": "70", "total_ore": "570"}
    assert read(ACTIONS["besluta-eniga"], fields) == {
        "recoveries": [
            {"municipality": "0114", "recovery": 1, "to_pay_ore": 500},
            {"municipality": "0180", "recovery": 2, "to_pay_ore": 70},
        ],
        "total_ore": 570,
    }
    with pytest.raises(Refusals):
        read(ACTIONS["besluta-eniga"], {"recovery-0114-1": "5.0", "total_ore": "570"})


def test_an_action_is_found_on_its_own_kind_of_subject_alone() -> None:
    assert find("attestera", "batch").title == "Attestera betalningen"
    for name, subject in (("attestera", "case"), ("../x", "case"), ("", "batch")):
        with pytest.raises(NotFound):
            find(name, subject)  # type: ignore[arg-type]


def test_every_task_of_an_officer_has_its_words_and_an_action_that_exists() -> None:
    sources = (ROOT / "shared/statsbidrag/domain").rglob("*.py")
    text = "\n".join(path.read_text("utf-8") for path in sources)
    kinds = set(re.findall(r'Task\("officer", "([a-z_]+)"', text)) | {"prove_delivery_of_report_link"}
    kinds |= set(
        re.findall(
            r'"(confirm_resolution|ask_bank_about_payout|correct_payout_account|reissue_payout|\w+_agent_application)"',
            text,
        )
    )
    assert set(TASKS) == kinds
    assert {action for _, action in TASKS.values() if action} <= set(ACTIONS)


def test_every_status_event_and_e_mail_has_a_swedish_word() -> None:
    kinds = (AccountChangeStatus, MailStatus, PayoutStatus, RecoveryStatus, RequisitionStatus, SetOffStatus)
    words = {word for kind in (*kinds, BatchStatus) for word in get_args(kind)} - {"new"}
    assert words == set(STATUSES)
    assert {snake(event.__name__) for event in get_args(CaseEvent)} == set(EVENTS)
    assert {direction for _, direction in EVENTS.values()} == set(DIRECTIONS)
    assert set(get_args(MailKind)) == set(MAILS)
