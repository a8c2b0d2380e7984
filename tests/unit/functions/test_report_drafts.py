"""A draft belongs to whoever holds the link; of two who save, the second sees both and loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import pytest

from functions.receive_report import handler as function
from statsbidrag.domain.case import CASE
from statsbidrag.domain.case import commands as c
from statsbidrag.entry import wiring
from statsbidrag.usecases.books import Books
from tests.fakes import FakeDrafts
from tests.unit.functions.material import KEY, REPORTING, TEST, FixedClock, MemoryStore, paid, sample

OWN = "Vi har infört hälsosamtal i hela kommunen."


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    books = paid(REPORTING)
    monkeypatch.setattr(wiring, "books", lambda: books)
    return books


@pytest.fixture
def drafts(books: Books, monkeypatch: pytest.MonkeyPatch) -> FakeDrafts:
    drafts = FakeDrafts()
    monkeypatch.setattr(wiring, "drafts", lambda: drafts)
    return drafts


def call(name: str, body: object = None, **changed: str) -> Any:
    event = sample("receive_report", name)
    if body is not None:
        event["body"] = json.dumps(body)
    if changed:
        event["body"] = urlencode(dict(parse_qsl(event["body"])) | changed)
    return function.handler(event, SimpleNamespace())


def version_in(page: str) -> str:
    found = re.search(r'name="draft_version" value="([^"]*)"', page)
    assert found
    return found[1]


def move(books: Books, **by: float) -> None:
    cast(FixedClock, books.clock).at += timedelta(**by)


def test_what_is_saved_is_there_for_the_next_who_opens_the_form(drafts: FakeDrafts) -> None:
    saved = call("save_form", amount_used="kanske 400 000")
    assert saved["statusCode"] == 200
    assert "Utkastet är sparat" in saved["body"]
    opened = call("show_form")["body"]
    assert 'value="kanske 400 000"' in opened
    assert OWN in opened
    assert "3 februari 2026 kl. 09.00" in opened
    assert version_in(opened) == version_in(saved["body"]) != ""


def test_a_draft_is_no_event_of_the_case(books: Books, drafts: FakeDrafts) -> None:
    before = cast(MemoryStore, books.store).snapshots[KEY]
    call("save_form")
    assert cast(MemoryStore, books.store).snapshots[KEY] == before


def test_the_second_who_saves_sees_both_and_saves_on(books: Books, drafts: FakeDrafts) -> None:
    first = version_in(call("save_form", organisation="Den första texten.")["body"])
    move(books, minutes=5)
    answer = call("save_form", organisation="Den andra texten.")
    assert answer["statusCode"] == 409
    assert "Någon annan har sparat utkastet" in answer["body"]
    assert "<title>Fel: " in answer["body"]
    assert "3 februari 2026 kl. 09.00" in answer["body"]
    assert "Den första texten." in answer["body"]
    assert re.search(r"<textarea[^>]*>\s*Den andra texten\.", answer["body"])
    assert '<a href="#organisation">' in answer["body"]
    assert '<a href="#results">' not in answer["body"]
    assert drafts.items[KEY].answers["organisation"] == "Den första texten."
    assert version_in(answer["body"]) == first
    again = call("save_form", organisation="Båda texterna.", draft_version=first)
    assert again["statusCode"] == 200
    assert drafts.items[KEY].answers["organisation"] == "Båda texterna."


def test_who_saves_the_same_again_is_told_that_it_is_saved(drafts: FakeDrafts) -> None:
    first = call("save_form")
    assert version_in(call("save_form")["body"]) == version_in(first["body"])


def test_line_breaks_of_a_browser_are_no_difference(books: Books, drafts: FakeDrafts) -> None:
    call("save_form", organisation="Ett\nTvå", results="Första.")
    move(books, minutes=5)
    answer = call("save_form", organisation="Ett\r\nTvå", results="Andra.")
    assert answer["statusCode"] == 409
    assert '<a href="#organisation">' not in answer["body"]


@pytest.mark.parametrize("name", ["review_form", "send_form"])
def test_nobody_sends_past_what_another_saved_on_the_same_draft(books: Books, drafts: FakeDrafts, name: str) -> None:
    first = version_in(call("save_form")["body"])
    move(books, minutes=5)
    call("save_form", organisation="Den andra texten.", draft_version=first)
    answer = call(name, draft_version=first)
    assert answer["statusCode"] == 409
    assert "Den andra texten." in answer["body"]
    assert books.state(CASE, KEY).report is None


def test_the_draft_goes_with_the_review_and_is_gone_once_it_is_a_report(books: Books, drafts: FakeDrafts) -> None:
    version = version_in(call("save_form")["body"])
    assert version_in(call("review_form", draft_version=version)["body"]) == version
    assert call("send_form", draft_version=version)["statusCode"] == 201
    assert drafts.items == {}
    assert books.state(CASE, KEY).report


def test_who_sends_without_a_draft_calls_for_none(drafts: FakeDrafts) -> None:
    call("review_form")
    assert call("send_form")["statusCode"] == 201
    assert drafts.calls == []


def test_programs_send_without_a_draft_too(drafts: FakeDrafts) -> None:
    assert call("send_json")["statusCode"] == 201
    assert drafts.calls == []


def test_after_the_report_nothing_is_saved(drafts: FakeDrafts) -> None:
    call("send_form")
    answer = call("save_form")
    assert answer["statusCode"] == 409
    assert "har redan kommit in" in answer["body"]
    assert json.loads(call("save_draft")["body"])["code"] == "already_reported"
    assert drafts.items == {}


def test_an_identity_number_or_too_long_a_text_is_not_even_saved(drafts: FakeDrafts) -> None:
    for text, code in (("Anna, 19811228-9874", "personnummer"), ("x" * 4001, "4001 tecken")):
        answer = call("save_form", organisation=text)
        assert answer["statusCode"] == 422
        assert code in answer["body"]
        assert 'id="organisation-fel"' in answer["body"]
    assert drafts.items == {}


def test_another_site_saves_nothing(drafts: FakeDrafts) -> None:
    event = sample("receive_report", "save_form")
    event["headers"]["Sec-Fetch-Site"] = "cross-site"
    assert function.handler(event, SimpleNamespace())["statusCode"] == 403
    assert drafts.items == {}


def test_programs_save_and_read_drafts(books: Books, drafts: FakeDrafts) -> None:
    assert json.loads(call("show_draft")["body"])["code"] == "no_draft"
    saved = json.loads(call("save_draft")["body"])
    assert json.loads(call("show_draft")["body"]) == saved
    assert saved["answers"] == {"amount_used": "400 000", "organisation": OWN}
    move(books, minutes=5)
    body = {"draft_version": "", "amount_used": "400 000", "organisation": "Annat"}
    problem = call("save_draft", body)
    told = json.loads(problem["body"])
    assert (problem["statusCode"], told["code"]) == (409, "draft_changed")
    assert "Svar som skiljer sig: organisation." in told["detail"]
    assert problem["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]
    assert call("save_draft", body | {"draft_version": saved["version"]})["statusCode"] == 200


def test_an_unknown_field_of_a_draft_is_told_at_its_name(drafts: FakeDrafts) -> None:
    problem = json.loads(call("save_draft", {"surprise": "x"})["body"])
    assert [each["pointer"] for each in problem["errors"]] == ["/surprise"]


def test_another_token_opens_no_draft(drafts: FakeDrafts) -> None:
    for name in ("save_draft", "show_draft"):
        event = sample("receive_report", name)
        event["path"] = event["path"].replace("exempel-lnk", "exempel-xxx")
        assert json.loads(function.handler(event, SimpleNamespace())["body"])["code"] == "link_not_valid"


def test_a_report_that_is_opened_again_starts_from_what_it_said(books: Books, drafts: FakeDrafts) -> None:
    old = version_in(call("save_form", organisation="Ett gammalt utkast.")["body"])
    call("send_form", amount_used="461 836")
    assert drafts.items[KEY].version == old
    cast(FixedClock, books.clock).at = datetime.fromisoformat("2026-02-10T08:00:00Z")
    books.handle(CASE, KEY, c.ReopenReport(date(2026, 3, 31), "Ett belopp hade blivit fel.", "officer:1"), TEST)
    page = call("show_form")["body"]
    assert "Återrapporten är öppen för rättelse" in page
    assert "Skälet är: Ett belopp hade blivit fel." in page
    assert "senast den 31 mars 2026" in page
    assert 'value="461 836"' in page
    assert "Ett gammalt utkast." not in page
    assert "checked" not in page
    call("save_form", organisation="Ett nytt utkast.")
    assert "Ett nytt utkast." in call("show_form")["body"]


def test_the_text_of_a_draft_is_never_logged(drafts: FakeDrafts, log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    call("save_form", organisation="hemligt innehåll")
    call("save_form", organisation="annat hemligt")
    written = json.dumps(log_lines(), ensure_ascii=False)
    assert "draft_saved" in written
    assert "hemligt" not in written
    assert "exempel-exempel" not in written
