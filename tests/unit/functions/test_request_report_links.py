"""Anybody may have the registry sent another link; nobody is told anything by it, and nobody else gets one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from functions.request_report_links import handler as function
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.commands import RevokeReportLinks
from statsbidrag.domain.journal import sha256
from statsbidrag.entry import wiring
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.reports import link_purpose
from tests.fakes import FakeLinks
from tests.unit.functions.material import KEY, RECIPIENT, REPORTING, TEST, TOKEN, FixedClock, opened, paid, sample

LATER = REPORTING + timedelta(days=14)
SECOND = FakeLinks().token(link_purpose(KEY, 2))


def _use(monkeypatch: pytest.MonkeyPatch, books: Books) -> Books:
    monkeypatch.setattr(wiring, "books", lambda: books)
    monkeypatch.setattr(wiring, "links", FakeLinks)
    return books


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    return _use(monkeypatch, paid(LATER))


def _call(name: str, **fields: str) -> dict[str, Any]:
    event = sample("request_report_links", name)
    if fields:
        event["body"] = urlencode(fields)
    return function.handler(event, SimpleNamespace())


def _case(books: Books) -> Case:
    return books.state(CASE, KEY)


def _links(books: Books) -> list[str]:
    return [link.token_hash for link in _case(books).links]


def test_the_form_asks_for_year_and_municipality(books: Books) -> None:
    answer = _call("show_form")
    assert answer["statusCode"] == 200
    assert 'name="round"' in answer["body"]
    assert 'name="municipality"' in answer["body"]
    assert 'lang="sv"' in answer["body"]


@pytest.mark.parametrize("name", ["ask_by_municipality", "ask_by_old_link"])
def test_the_registry_gets_a_link_that_opens_the_form(books: Books, name: str) -> None:
    assert _call(name)["statusCode"] == 202
    assert _links(books) == [sha256(TOKEN.encode()), sha256(SECOND.encode())]
    owed = _case(books).mails["2025-0114-report_link-2"]
    assert (owed.to, owed.status) == (RECIPIENT.registry_email, "owed")
    assert books.store.found("LINK", sha256(SECOND.encode())) == KEY


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_an_old_link_brings_another(books: Books, state: str) -> None:
    if state == "expired":
        cast(FixedClock, books.clock).at = REPORTING + timedelta(days=400)
    else:
        books.handle(CASE, KEY, RevokeReportLinks("Bort.", "officer-1"), TEST)
    _call("ask_by_old_link")
    assert len(_links(books)) == 2


def _asked(monkeypatch: pytest.MonkeyPatch, books: Books, **fields: str) -> tuple[int, str]:
    _use(monkeypatch, books)
    answer = _call("ask_by_municipality", **fields)
    return answer["statusCode"], answer["body"]


def test_the_answer_is_the_same_whatever_is_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"round": "2025", "municipality": "0114"}
    told = {
        _asked(monkeypatch, paid(LATER), **place),
        _asked(monkeypatch, paid(REPORTING), **place),
        _asked(monkeypatch, opened(), **place),
        _asked(monkeypatch, paid(LATER), round="2031", municipality="0114"),
        _asked(monkeypatch, paid(LATER), round="2025", municipality="9999"),
        _asked(monkeypatch, paid(LATER), token=TOKEN),
        _asked(monkeypatch, paid(LATER), token="x"),
        _asked(monkeypatch, paid(LATER), token=TOKEN + "x"),
    }
    assert len(told) == 1
    [(status, body)] = told
    assert status == 202
    assert "Upplands" not in body
    assert "@" not in body


def test_asking_often_sends_one(books: Books) -> None:
    for name in ("ask_by_municipality", "ask_by_old_link") * 5:
        assert _call(name)["statusCode"] == 202
    assert len(_links(books)) == 2


@pytest.mark.parametrize("extra", ["to", "email", "registry_email"])
def test_an_address_that_the_caller_names_is_nobodys(books: Books, extra: str) -> None:
    _call("ask_by_municipality", round="2025", municipality="0114", **{extra: "annan@kommun.example"})
    assert {mail.to for mail in _case(books).mails.values()} == {RECIPIENT.registry_email}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"round": "", "municipality": ""}, ["round", "municipality"]),
        ({"round": "25", "municipality": "0114"}, ["round"]),
        ({"round": "2025", "municipality": "Upplands Väsby"}, ["municipality"]),
        ({"round": "2025#", "municipality": "0114#"}, ["round", "municipality"]),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(books: Books, fields: dict[str, str], wrong: list[str]) -> None:
    answer = _call("ask_by_municipality", **fields)
    assert answer["statusCode"] == 422
    assert "<title>Fel: " in answer["body"]
    assert [name for name in ("round", "municipality") if f'id="{name}-fel"' in answer["body"]] == wrong
    assert len(_links(books)) == 1


def test_another_site_cannot_ask_in_a_persons_name(books: Books) -> None:
    event = sample("request_report_links", "ask_by_municipality")
    event["headers"]["Sec-Fetch-Site"] = "cross-site"
    assert function.handler(event, SimpleNamespace())["statusCode"] == 403
    assert len(_links(books)) == 1


def test_neither_the_old_token_nor_the_new_is_logged_shown_or_stored(
    books: Books, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    answers = [_call("ask_by_old_link"), _call("ask_by_municipality")]
    for secret in (TOKEN, SECOND):
        assert secret not in json.dumps(log_lines())
        assert secret not in json.dumps(answers)
        assert secret not in str(books.store.load(KEY))


def test_the_moment_is_the_agencys(books: Books) -> None:
    _call("ask_by_municipality")
    link = _case(books).link
    assert link is not None
    assert isinstance(link.issued_at, datetime)
    assert link.issued_at == LATER
