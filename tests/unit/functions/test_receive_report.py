"""A report is received once behind its link, by form or JSON, and checked against the round's questions."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from functions.receive_report import handler as function
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.commands import RevokeReportLinks
from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import wiring
from statsbidrag.usecases import reports
from statsbidrag.usecases.books import Books
from tests.fakes import FakeDrafts
from tests.unit.functions.material import KEY, REPORTING, ROUND, TEST, TOKEN, paid, sample


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    return _use(monkeypatch, REPORTING)


def _use(monkeypatch: pytest.MonkeyPatch, at: datetime) -> Books:
    books = paid(at)
    monkeypatch.setattr(wiring, "books", lambda: books)
    drafts = FakeDrafts()
    monkeypatch.setattr(wiring, "drafts", lambda: drafts)
    return books


def _call(name: str, **changed: str) -> dict[str, Any]:
    event = sample("receive_report", name)
    if changed and name == "send_json":
        event["body"] = json.dumps(json.loads(event["body"]) | changed)
    elif changed:
        event["body"] = urlencode(dict(parse_qsl(event["body"])) | changed)
    return function.handler(event, SimpleNamespace())


def _case(books: Books) -> Case:
    return books.state(CASE, KEY)


def test_the_form_asks_the_rounds_questions(books: Books) -> None:
    answer = _call("show_form")
    assert answer["statusCode"] == 200
    for question in ROUND.questions:
        assert f'name="{question.id}"' in answer["body"]
        assert question.label in answer["body"]
    assert "461\u00a0836\u00a0kronor" in answer["body"]
    assert "28 februari 2026" in answer["body"]


def test_a_report_is_reviewed_and_then_received(books: Books) -> None:
    review = _call("review_form")
    assert (review["statusCode"], _case(books).report) == (200, None)
    assert "400\u00a0000\u00a0kronor" in review["body"]
    receipt = _call("send_form")
    assert receipt["statusCode"] == 201
    report = _case(books).report
    assert report is not None
    assert (report.amount_used, report.late) == (40_000_000, False)
    assert report.content_hash in receipt["body"]
    assert "3 februari 2026 kl. 09.00" in receipt["body"]


def test_the_form_is_filled_with_what_the_agency_knows(books: Books) -> None:
    page = _call("show_form")["body"]
    for known in ("Upplands Väsby (0114)", "212000-0019", "9.3-0114/2025", "461\u00a0836\u00a0kronor"):
        assert known in page
    assert "1 januari 2025 – 31 december 2025" in page


def test_the_review_shows_the_sums_and_what_happens_next(books: Books) -> None:
    page = _call("review_form", amount_not_as_intended="1 000", misuse_explanation="Ett kafé")["body"]
    assert '<dt>Inte använt</dt><dd class="written">61\u00a0836\u00a0kronor' in page
    assert 'enligt era uppgifter</dt><dd class="written">62\u00a0836\u00a0kronor' in page
    assert "Det här händer sedan" in page
    assert "får ni först yttra er" in page


def test_what_misused_money_went_to_is_asked_only_where_there_is_any(books: Books) -> None:
    assert "Svara bara om ni har skrivit mer än 0 kronor" in _call("show_form")["body"]
    answer = _call("review_form", amount_not_as_intended="1 000")
    assert answer["statusCode"] == 422
    assert 'id="misuse_explanation-fel"' in answer["body"]
    assert "Vad gick det beloppet till" not in _call("review_form", misuse_explanation="Ett kafé")["body"]
    problem = json.loads(_call("send_json", amount_not_as_intended="1 000")["body"])
    assert [each["pointer"] for each in problem["errors"]] == ["/misuse_explanation"]


def test_a_sum_that_does_not_agree_is_told_at_its_field(books: Books) -> None:
    problem = json.loads(_call("send_json", amount_used="461 837")["body"])
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [("/amount_used", "sum_disagrees")]
    assert json.loads(_call("show_json")["body"])["sums"][0]["whole"] == "paid"


def test_more_than_was_paid_never_reaches_the_review(books: Books) -> None:
    answer = _call("review_form", amount_used="461 837")
    assert answer["statusCode"] == 422
    assert "461\u00a0836\u00a0kronor, som är vad kommunen har fått" in answer["body"]


def test_the_same_report_twice_is_one(books: Books) -> None:
    assert _call("send_form")["body"] == _call("send_form")["body"]


def test_after_the_report_the_page_says_that_it_came(books: Books) -> None:
    _call("send_form")
    assert "har redan kommit in" in _call("show_form")["body"]
    again = _call("send_form", request_key="another-key-1", amount_used="1")
    assert again["statusCode"] == 409
    assert "har redan kommit in" in again["body"]


def test_more_than_was_paid_is_refused(books: Books) -> None:
    answer = _call("send_form", amount_used="461 837")
    assert answer["statusCode"] == 422
    assert "<title>Fel: " in answer["body"]
    assert _case(books).report is None


def test_a_late_report_is_received(monkeypatch: pytest.MonkeyPatch) -> None:
    books = _use(monkeypatch, datetime(2026, 2, 28, 23, 0, tzinfo=UTC))
    assert "Sista dagen har passerat" in _call("show_form")["body"]
    assert "Den kom in efter sista dagen" in _call("send_form")["body"]
    report = _case(books).report
    assert report is not None
    assert report.late


@pytest.mark.parametrize("name", ["show_form", "send_form", "show_json", "send_json"])
@pytest.mark.parametrize("token", ["x", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
def test_another_token_opens_nothing(books: Books, name: str, token: str) -> None:
    event = sample("receive_report", name)
    event["path"] = event["path"].replace(TOKEN, token)
    answer = function.handler(event, SimpleNamespace())
    assert answer["statusCode"] == 404
    assert "link_not_valid" in answer["body"]
    assert ("<h1>Länken gäller inte</h1>" in answer["body"]) == ("form" in name)
    assert "Upplands" not in answer["body"]


EXPIRED = datetime(2026, 8, 27, 22, 0, tzinfo=UTC)
NAMES = ["show_form", "send_form", "show_json", "send_json"]


def _close(monkeypatch: pytest.MonkeyPatch, code: str) -> Books:
    if code == "link_expired":
        return _use(monkeypatch, EXPIRED)
    books = _use(monkeypatch, REPORTING)
    books.handle(CASE, KEY, RevokeReportLinks("Bort.", "officer-1"), TEST)
    return books


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ["link_expired", "link_revoked"])
def test_a_closed_link_says_that_it_is_gone_and_how_to_get_another(
    monkeypatch: pytest.MonkeyPatch, log_lines: Callable[[], list[dict[str, Any]]], name: str, code: str
) -> None:
    books = _close(monkeypatch, code)
    answer = _call(name)
    assert answer["statusCode"] == 410
    assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    assert "Upplands" not in answer["body"]
    assert _case(books).report is None
    if "form" in name:
        assert "<title>Fel: Länken gäller inte längre" in answer["body"]
        assert '<form method="post" action="../ny-lank">' in answer["body"]
        assert f'name="token" value="{TOKEN}"' in answer["body"]
    else:
        problem = json.loads(answer["body"])
        assert (problem["code"], problem["status"]) == (code, 410)
        assert problem["detail"].endswith("Be om en ny länk. Den skickas till kommunens registratur.")
        assert TOKEN not in answer["body"]
    lines = log_lines()
    assert any(line["message"] == "request_refused" and line["code"] == code for line in lines)
    assert TOKEN not in json.dumps(lines)


def test_the_last_moment_of_the_grace_still_opens_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, EXPIRED - timedelta(microseconds=1))
    assert _call("send_form")["statusCode"] == 201


def test_a_revocation_that_comes_between_the_form_and_its_sending_holds(
    monkeypatch: pytest.MonkeyPatch, books: Books
) -> None:
    """The case was read before; what is decided is decided on the case as it stands."""
    seen = books.see(CASE, KEY)
    books.handle(CASE, KEY, RevokeReportLinks("Bort.", "officer-1"), TEST)
    stale = [seen]
    see = Books.see

    def read(self: Books, kind: Any, key: str) -> Any:
        return stale.pop() if stale and key == KEY else see(self, kind, key)

    monkeypatch.setattr(Books, "see", read)
    with pytest.raises(Refusal) as refused:
        reports.receive(books, TOKEN, {"amount_used": 100, "amount_not_as_intended": 0}, "key-of-the-form", TEST)
    assert refused.value.code == "link_revoked"
    assert _case(books).report is None


def test_who_holds_no_link_is_led_to_where_one_can_be_asked_for(books: Books) -> None:
    event = sample("receive_report", "show_form")
    event["path"] = event["path"].replace(TOKEN, "x")
    assert 'href="../ny-lank"' in function.handler(event, SimpleNamespace())["body"]


def test_programs_get_the_questions_and_a_receipt(books: Books) -> None:
    view = json.loads(_call("show_json")["body"])
    assert (view["paid_ore"], view["already_received_at"]) == (46_183_600, None)
    assert [question["id"] for question in view["questions"]] == [question.id for question in ROUND.questions]
    answer = _call("send_json")
    receipt = json.loads(answer["body"])
    assert (answer["statusCode"], receipt["amount_used_ore"], receipt["late"]) == (201, 40_000_000, False)


def test_the_receipt_and_what_comes_after_it_lead_to_the_signed_one(books: Books) -> None:
    href = f'href="../aterrapportering/{TOKEN}/kvitto"'
    assert href in _call("send_form")["body"]
    assert href in _call("show_form")["body"]


def test_a_programs_faults_point_at_their_answers(books: Books) -> None:
    problem = json.loads(_call("send_json", amount_used="many", extra="x")["body"])
    assert [each["pointer"] for each in problem["errors"]] == ["/amount_used", "/extra"]


def test_neither_token_nor_answers_are_logged(books: Books, log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    for name in ("show_form", "review_form", "send_form"):
        _call(name, **({} if name == "show_form" else {"organisation": "hemligt innehåll"}))
    _call("send_json", amount_used="hemligt innehåll")
    written = json.dumps(log_lines(), ensure_ascii=False)
    assert TOKEN not in written
    assert "hemligt" not in written
