"""What staff do by form comes to the same as what a program does by JSON, and a refusal shows the form again."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.entry import wiring
from statsbidrag.entry.actions import BY_ROUTE
from statsbidrag.entry.actions.model import Action
from tests.unit.functions.material import sample
from tests.unit.functions.payouts import CLAIM, NEXT, ROLES, TOTAL, Answer, Desk
from tests.unit.functions.test_payout_calls import CALLS

POSTS = [call for call in CALLS if sample(*call)["httpMethod"] == "POST"]
FORM = "application/x-www-form-urlencoded"
TOKEN = "t" * 43


class Html(HTMLParser):
    """A page, checked for what every page must keep."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.heads: list[str] = []
        self.inputs: dict[str, str] = {}
        self.links: list[str] = []
        self.feed(text)
        assert len(self.ids) == len(set(self.ids)), "an id stands twice"
        assert set(self.labels) <= set(self.ids), "a label leads nowhere"
        assert self.heads.count("h1") == 1
        assert "style=" not in text
        assert "<script" not in text

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "label":
            self.labels.append(told["for"])
        if tag in ("h1", "h2", "h3", "h4"):
            assert int(tag[1]) <= 1 + int(self.heads[-1][1] if self.heads else 1), "a heading is left out"
            self.heads.append(tag)
        if tag == "input" and "name" in told:
            self.inputs[told["name"]] = told.get("value", "")
        if tag == "a":
            self.links.append(told.get("href", ""))


def typed(action: Action, body: dict[str, Any]) -> dict[str, str]:
    """What a person types, or the page holds, for the body that a program sends."""
    fields: dict[str, str] = {}
    for field in action.fields:
        value = body.get(field.name)
        if field.kind == "chosen":
            for each in body["recoveries"]:
                fields[f"recovery-{each['municipality']}-{each['recovery']}"] = str(each["to_pay_ore"])
        elif field.kind == "kronor":
            fields[field.name] = format_kronor(Ore(body[field.name])).rsplit("\u00a0", 1)[0]
        elif field.kind == "tick":
            fields |= {field.name: "ja"} if value else {}
        else:
            fields[field.name] = "" if value is None else str(value)
    return fields


def post(function: str, name: str, who: str, fields: dict[str, str], *, csrf: str = "", **headers: str) -> Answer:
    """Post a form as a browser does."""
    event = sample(function, name)
    event["requestContext"]["authorizer"] = {**ROLES[who], "csrf": csrf} if who else None
    event["headers"] = {"Accept": "text/html,*/*;q=0.8", "Content-Type": FORM, **headers}
    event["body"] = urlencode(fields)
    handler = importlib.import_module(f"functions.{function}.handler").handler
    answer = handler(event, SimpleNamespace())
    return Answer(answer["statusCode"], answer["body"], answer["multiValueHeaders"])


def _body(function: str, name: str) -> dict[str, Any]:
    if name == "attest":
        return {"total_ore": TOTAL}
    read: dict[str, Any] = json.loads(sample(function, name)["body"] or "{}")
    return read


def _action(function: str, name: str) -> Action:
    return BY_ROUTE[sample(function, name)["resource"]]


def _who(function: str, name: str) -> str:
    told = sample(function, name)["requestContext"]["authorizer"]["subject"]
    if told.startswith(("officer", "attester")):
        return str(told)
    return "officer-1"


def _states(desk: Desk) -> dict[str, bytes]:
    return {key: snapshot.state for key, snapshot in desk.store.snapshots.items()}


@pytest.mark.parametrize(("function", "name"), POSTS)
def test_a_form_comes_to_the_same_as_json(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, function: str, name: str
) -> None:
    stage, who = CALLS[function, name][1], _who(function, name)
    stage(desk)
    before = _states(desk)
    answer = desk.call(function, name, who, body=_body(function, name))
    assert answer.status in (200, 201), answer.text
    assert _states(desk) != before

    other = Desk()
    monkeypatch.setattr(wiring, "books", lambda: other.books)
    stage(other)
    action = _action(function, name)
    answer = post(function, name, who, typed(action, _body(function, name)))
    assert answer.status == 303, answer.text
    assert _states(other) == _states(desk)
    [location] = answer.headers["Location"]
    assert location.lstrip("./").startswith("handlaggning/")
    assert location.endswith(f"?klart={action.name}")


@pytest.mark.parametrize("who", [*(who for who in ROLES if who != "bank-1"), ""])
@pytest.mark.parametrize(("function", "name"), POSTS)
def test_a_form_is_taken_from_who_may_alone(desk: Desk, function: str, name: str, who: str) -> None:
    may, stage = CALLS[function, name]
    stage(desk)
    before = desk.store.commits
    answer = post(function, name, who, typed(_action(function, name), _body(function, name)))
    if who.startswith("agent") and who in may:
        assert (answer.status, desk.store.commits) == (415, before)  # the municipality has a page of its own
    elif who in may:
        assert answer.status == 303
    else:
        assert (answer.status, desk.store.commits) == (403 if who else 401, before)
        assert answer.headers["Content-Type"] == ["text/html; charset=utf-8"]
        page = Html(answer.text)
        staff = who.startswith(("officer", "attester"))
        assert any(link.endswith("handlaggning") for link in page.links) == staff


@pytest.mark.parametrize(("function", "name"), POSTS)
def test_an_empty_form_is_shown_again_with_a_fault_at_each_field(desk: Desk, function: str, name: str) -> None:
    CALLS[function, name][1](desk)
    action, before = _action(function, name), desk.store.commits
    shown = [f for f in action.fields if f.required and not f.kind.startswith("seen") and f.kind != "chosen"]
    if not shown:
        return
    answer = post(function, name, _who(function, name), {"next": "handlaggning"})
    assert (answer.status, desk.store.commits) == (422, before)
    assert "<title>Fel: " in answer.text
    page = Html(answer.text)
    for field in shown:
        assert f"{field.name}-fel" in page.ids
        assert f"#{field.name}" in page.links
    assert page.inputs["next"] == "handlaggning"


@pytest.mark.parametrize("csrf", ["", "x" * 43])
def test_a_form_without_its_sessions_token_does_nothing(desk: Desk, csrf: str) -> None:
    desk.claim()
    before = desk.store.commits
    fields = {"reason": "Skäl."} | ({"csrf": csrf} if csrf else {})
    answer = post("settle_invoices", "propose_write_off", "officer-1", fields, csrf=TOKEN)
    assert (answer.status, desk.store.commits) == (403, before)
    answer = post("settle_invoices", "propose_write_off", "officer-1", {"reason": "Skäl.", "csrf": TOKEN}, csrf=TOKEN)
    assert answer.status == 303


def test_a_form_shown_again_carries_the_token_and_what_was_typed(desk: Desk) -> None:
    desk.owe()
    fields = {"payout": NEXT, "amount_ore": "1,5,5", "reason": "<b>Skäl</b>", "csrf": TOKEN}
    answer = post("change_invoices", "propose_set_off", "officer-1", fields, csrf=TOKEN)
    page = Html(answer.text)
    assert answer.status == 422
    assert (page.inputs["csrf"], page.inputs["amount_ore"], page.inputs["payout"]) == (TOKEN, "1,5,5", NEXT)
    assert "&lt;b&gt;Skäl&lt;/b&gt;" in answer.text


@pytest.mark.parametrize(
    "way",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "handlaggning/../logga-ut",
        "handlaggning//evil",
        "handlaggning?x=https://evil.example",
        "handlaggning\nx",
        "logga-ut",
        "handlaggninge",
        "javascript:alert(1)",
    ],
)
def test_only_pages_for_staff_are_gone_on_to(desk: Desk, way: str) -> None:
    desk.claim()
    fields = {"reason": "Skäl.", "next": way}
    answer = post("settle_invoices", "propose_write_off", "officer-1", fields)
    if answer.status == 400:
        return  # a sign that no form holds
    assert answer.headers["Location"] == [
        "../../../../../../handlaggning/arende/2025/0114?klart=foresla-avskrivning",
    ]


def test_a_page_for_staff_is_gone_on_to(desk: Desk) -> None:
    desk.claim()
    fields = {"reason": "Skäl.", "next": "handlaggning/omgang/2025/eniga"}
    answer = post("settle_invoices", "propose_write_off", "officer-1", fields)
    assert answer.headers["Location"][0].endswith("../handlaggning/omgang/2025/eniga?klart=foresla-avskrivning")


def test_what_the_rules_refuse_is_told_at_the_field_of_the_form(desk: Desk) -> None:
    desk.owe()
    fields = {"payout": NEXT, "amount_ore": "900 000", "reason": "Skäl."}
    answer = post("change_invoices", "propose_set_off", "officer-1", fields)
    assert answer.status == 422
    assert "amount_ore-fel" in Html(answer.text).ids


def test_a_waiver_that_is_not_whole_kronor_is_told_at_its_field(desk: Desk) -> None:
    desk.hear_out()
    fields = {"waived_ore": "61 836,50", "reasons": "Skäl.", "answers_seen": "0", "answer_considered": ""}
    answer = post("decide_recoveries", "prepare", "officer-1", fields)
    assert answer.status == 422
    assert "waived_ore-fel" in Html(answer.text).ids


def test_who_prepared_is_told_that_another_must_decide(desk: Desk) -> None:
    desk.claim().call("settle_invoices", "propose_write_off", "officer-1")
    before = desk.store.commits
    answer = post("settle_invoices", "decide_write_off", "officer-1", {"amount_ore": str(CLAIM)})
    assert (answer.status, desk.store.commits) == (403, before)
    assert "får inte besluta" in answer.text
    Html(answer.text)


def test_what_changed_since_it_was_seen_is_shown_anew_and_not_done(desk: Desk) -> None:
    desk.claim().call("settle_invoices", "propose_write_off", "officer-1")
    desk.repay(Ore(100))
    answer = post("settle_invoices", "decide_write_off", "officer-2", {"amount_ore": str(CLAIM)})
    assert answer.status == 409
    assert "Det finns inget att göra det här med nu" in answer.text
    assert desk.case().money.written_off == 0


def test_a_wrong_control_total_is_not_attested(desk: Desk) -> None:
    desk.batch()
    before = desk.store.commits
    answer = post("attest_payouts", "attest", "attester-1", {"total_ore": "1"})
    assert (answer.status, desk.store.commits) == (422, before)
    page = Html(answer.text)
    assert page.inputs["total_ore"] == "1"
    assert "total_ore-fel" in page.ids


def test_a_program_that_sends_a_form_is_refused_as_before(desk: Desk) -> None:
    desk.claim()
    answer = post("settle_invoices", "propose_write_off", "officer-1", {"reason": "x"}, Accept="application/json")
    assert (answer.status, answer.code) == (415, "media_type_unknown")


def test_another_municipalitys_agent_cannot_propose_an_account(desk: Desk) -> None:
    before = desk.store.commits
    fields = {"account_kind": "bankgiro", "account_number": "5555-5551"}
    answer = post("change_accounts", "propose", "agent-0115", fields)
    assert (answer.status, desk.store.commits) == (403, before)


def test_what_a_form_said_is_never_logged(desk: Desk, log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    post("settle_invoices", "propose_write_off", "officer-1", {"reason": "hemligt-4711", "more": "x"})
    lines = json.dumps(log_lines())
    assert "hemligt-4711" not in lines
    assert "request_refused" in lines


def test_every_action_is_tried_by_form() -> None:
    assert {sample(*call)["resource"] for call in POSTS} | {"/rounds/{round}/allocation-lists/{list}/approval"} == set(
        BY_ROUTE
    )
