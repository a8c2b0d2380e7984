"""A requisition is received once, by form or JSON, from the municipality's own agent."""

import json
import re
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from functions.receive_requisition import handler as function
from statsbidrag.domain.case import CASE, Case
from statsbidrag.entry import wiring
from statsbidrag.usecases.books import Books
from tests.fakes import FakeDrafts
from tests.unit.functions.material import IN_TIME, KEY, LATE, headers, opened, sample


@pytest.fixture
def books(monkeypatch: pytest.MonkeyPatch) -> Books:
    return _use(monkeypatch, IN_TIME)


def _use(monkeypatch: pytest.MonkeyPatch, at: datetime) -> Books:
    books = opened(at)
    monkeypatch.setattr(wiring, "books", lambda: books)
    monkeypatch.setattr(wiring, "drafts", FakeDrafts)
    return books


def _call(name: str, authorizer: dict[str, str] | None = None, **changed: str) -> dict[str, Any]:
    """Answer a sample event, with some of its form's fields or its signed-in caller changed."""
    event = sample("receive_requisition", name)
    if authorizer is not None:
        event["requestContext"]["authorizer"] = authorizer
    if changed and name == "send_json":
        event["body"] = json.dumps(json.loads(event["body"]) | changed)
    elif changed:
        event["body"] = urlencode(dict(parse_qsl(event["body"])) | changed)
    return function.handler(event, SimpleNamespace())


def _case(books: Books) -> Case:
    return books.state(CASE, KEY)


def test_the_form_shows_what_the_municipality_needs_to_know(books: Books) -> None:
    answer = _call("show_form")
    assert answer["statusCode"] == 200
    for text in (
        "Upplands Väsby (0114)",
        "9.3-0114/2025",
        "461\u00a0836\u00a0kronor",
        "2 juni 2025",
        'value="5050-1055"',
        "allmän handling",
        "Hoppa till innehållet",
        "(obligatoriskt)",
        "(frivilligt)",
        'href="../../stil.css"',
        'href="../../tillganglighet"',
    ):
        assert text in answer["body"]
    assert "<script" not in answer["body"]
    assert "style=" not in answer["body"]


def test_a_form_is_reviewed_and_then_received(books: Books) -> None:
    review = _call("review_form")
    assert (review["statusCode"], _case(books).requisitions) == (200, ())
    assert "Granska och skicka" in review["body"]
    receipt = _call("send_form")
    assert receipt["statusCode"] == 201
    (requisition,) = _case(books).requisitions
    assert requisition.amount == 46_183_600
    for text in ("9.3-0114/2025", "6 maj 2025 kl. 10.00", "461\u00a0836\u00a0kronor", requisition.content_hash):
        assert text in receipt["body"]


def test_an_amount_above_the_allocation_never_reaches_the_review(books: Books) -> None:
    answer = _call("review_form", amount="461 837")
    assert answer["statusCode"] == 422
    assert "Fel:" in answer["body"]
    assert "Skriv högst 461\u00a0836\u00a0kronor." in answer["body"]
    assert "Granska och skicka" not in answer["body"].partition("<main")[2].partition("<form")[0]


def test_what_the_review_shows_is_what_it_sends(books: Books) -> None:
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', _call("review_form")["body"]))
    answer = _call("send_form", **hidden, step="send")
    assert answer["statusCode"] == 201
    assert _case(books).requisitions[0].invoice_reference == "REF 4711"


def test_going_back_from_the_review_keeps_what_was_typed(books: Books) -> None:
    answer = _call("send_form", amount="12 000", step="change")
    assert answer["statusCode"] == 200
    assert 'value="12 000"' in answer["body"]


def test_faults_are_told_at_the_top_and_at_the_field(books: Books) -> None:
    answer = _call("send_form", amount="1e6", account_number="<b>", step="review")
    assert answer["statusCode"] == 422
    body = answer["body"]
    assert "<title>Fel: " in body
    assert "Det finns 2 fel att rätta" in body
    assert '<a href="#amount">Belopp att rekvirera: Skriv beloppet' in body
    assert 'aria-describedby="amount-hjalp amount-fel" aria-invalid="true"' in body
    assert 'value="1e6"' in body
    assert 'value="&lt;b&gt;"' in body


def test_more_than_the_allocation_is_refused_at_the_amount(books: Books) -> None:
    answer = _call("send_form", amount="461 837")
    assert answer["statusCode"] == 422
    assert 'id="amount-fel"' in answer["body"]
    assert not _case(books).requisitions


def test_the_same_request_twice_is_one_requisition(books: Books) -> None:
    first, second = _call("send_form"), _call("send_form")
    assert first["body"] == second["body"]
    assert len(_case(books).requisitions) == 1


def test_the_same_key_with_another_content_is_refused(books: Books) -> None:
    _call("send_json")
    answer = _call("send_json", amount="5")
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["code"] == "key_used_for_another_request"


def test_a_second_requisition_meets_the_page_that_says_so(books: Books) -> None:
    _call("send_form")
    assert "har redan rekvirerat" in _call("show_form")["body"]
    again = _call("send_form", request_key="another-key-1")
    assert (again["statusCode"], len(_case(books).requisitions)) == (409, 1)
    assert "har redan rekvirerat" in again["body"]


def test_a_late_requisition_is_received_and_the_page_says_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    books = _use(monkeypatch, LATE)
    assert "Sista dagen har passerat" in _call("show_form")["body"]
    answer = _call("send_form")
    assert answer["statusCode"] == 201
    assert "En handläggare beslutar" in answer["body"]
    assert _case(books).requisitions[0].status == "with_officer"


def test_programs_get_the_view_and_a_receipt(books: Books) -> None:
    view = json.loads(_call("show_json")["body"])
    assert (view["allocated_ore"], view["requisitioned_ore"], view["is_late"]) == (46_183_600, 0, False)
    assert view["closes_at"] == "2025-06-02T22:00:00Z"
    answer = _call("send_json")
    receipt = json.loads(answer["body"])
    assert (answer["statusCode"], receipt["amount_ore"], receipt["requisition_id"]) == (201, 46_183_600, 1)
    assert receipt["received_at"] == "2025-05-06T08:00:00Z"


@pytest.mark.parametrize(
    ("authorizer", "status"),
    [
        ({}, 401),
        ({"subject": "a", "role": "agent", "municipality": "0115"}, 403),
        ({"subject": "a", "role": "officer", "municipality": ""}, 403),
    ],
)
@pytest.mark.parametrize("name", ["show_form", "send_form", "review_form", "show_json", "send_json"])
def test_only_the_municipalitys_own_agent_comes_in(
    books: Books, name: str, authorizer: dict[str, str], status: int
) -> None:
    expected = 303 if (status, name) == (401, "show_form") else status
    assert _call(name, authorizer)["statusCode"] == expected
    assert not _case(books).requisitions


def test_another_site_cannot_send_the_form(books: Books) -> None:
    event = sample("receive_requisition", "send_form")
    event["headers"]["Sec-Fetch-Site"] = "cross-site"
    assert function.handler(event, SimpleNamespace())["statusCode"] == 403
    assert not _case(books).requisitions


@pytest.mark.parametrize("path", ["/rekvisition/2031/0114", "/rekvisition/x/0114"])
def test_a_round_that_is_not_there(books: Books, path: str) -> None:
    answer = function.handler(sample("receive_requisition", "show_form") | {"path": path}, SimpleNamespace())
    assert answer["statusCode"] == 404
    assert "<html" in answer["body"]


def test_markup_in_a_field_is_only_text(books: Books) -> None:
    answer = _call("review_form", invoice_reference='"><script>alert(1)</script>')
    assert answer["statusCode"] == 200
    assert "<script" not in answer["body"]
    assert "&lt;script&gt;" in answer["body"]


def test_pages_about_a_case_are_not_kept(books: Books) -> None:
    assert headers(_call("show_form"), "Cache-Control") == ["no-store"]


def test_the_same_call_gives_the_same_bytes(books: Books) -> None:
    assert _call("show_form") == _call("show_form")


# A data coordinator fills in and does not send

COORDINATOR = {"subject": "c", "role": "coordinator", "municipality": "0114"}


def test_a_data_coordinator_sees_the_form_and_who_may_send(books: Books) -> None:
    shown = _call("show_form", COORDINATOR)
    assert shown["statusCode"] == 200
    assert 'action="../../rekvisition/2025/0114/granskning"' in shown["body"]
    assert "Du kan fylla i men inte skicka" in shown["body"]
    assert "Ombudet eller en representant måste öppna det, intyga uppgifterna och skicka" in shown["body"]
    assert 'name="declaration"' not in shown["body"]
    assert 'href="../../kommun/0114/ombud"' in shown["body"]
    assert "granskning" not in _call("show_form")["body"]


@pytest.mark.parametrize("step", ["review", "send"])
def test_what_a_data_coordinator_filled_in_is_reviewed_and_never_received(books: Books, step: str) -> None:
    answer = _call("review_only", step=step)
    assert answer["statusCode"] == 200
    assert "Ombudet eller en representant skickar" in answer["body"]
    assert 'value="send"' not in answer["body"]
    assert "Intygande" not in answer["body"]
    assert _case(books).requisitions == ()


def test_a_data_coordinator_is_told_what_is_wrong_and_goes_back(books: Books) -> None:
    assert _call("review_only", amount="461 837")["statusCode"] == 422
    assert 'value="12 000"' in _call("review_only", amount="12 000", step="change")["body"]


@pytest.mark.parametrize("name", ["send_form", "send_json", "review_form"])
def test_a_data_coordinator_may_not_post_to_where_it_is_received(books: Books, name: str) -> None:
    assert _call(name, COORDINATOR)["statusCode"] == 403
    assert _case(books).requisitions == ()


def test_the_review_is_not_open_to_another_municipality(books: Books) -> None:
    assert _call("review_only", COORDINATOR | {"municipality": "0115"})["statusCode"] == 403


def test_the_receipt_leads_to_the_signed_one_and_to_the_case(books: Books) -> None:
    receipt = _call("send_form")["body"]
    assert 'href="../../kommun/0114/arende/2025/kvitto/rekvisition-1.pdf"' in receipt
    assert 'href="../../kommun/0114/arende/2025"' in receipt
    assert 'href="../../kommun/0114/arende/2025"' in _call("show_form")["body"]
