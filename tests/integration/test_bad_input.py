"""Every bad input gets a clear answer and its log event, and nothing is lost or half done."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import openpyxl
import pytest
from lxml import html

from tests.integration.office import RECIPIENTS, SHARE, Office, allocation_file, until

ASKS, TWICE, LATE, NEVER = (r.municipality for r in RECIPIENTS)
Rows = list[tuple[str, str, str]]


def _key() -> str:
    return str(uuid.uuid4())


def _is_problem(answer: httpx.Response, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """Check that an answer says by RFC 9457 what is wrong and where, in Swedish; gives it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "sv"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:statsbidrag:problem:{problem['code']}"
    assert problem["detail"].endswith(".")
    if field is None:
        assert problem["code"] == code
    else:
        assert (f"/{field}", code) in [(e["pointer"], e["code"]) for e in problem["errors"]], problem
    return problem


# One field that cannot stand: as JSON and by the form


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"amount": "0"}, "amount", "amount_not_positive"),
        ({"amount": "-100"}, "amount", "amount_unreadable"),
        ({"amount": "100,50"}, "amount", "amount_not_whole"),
        ({"amount": "97 000 000 kr"}, "amount", "amount_unreadable"),
        ({"amount": "97 000 000"}, "amount", "amount_above_allocation"),
        ({"amount": str(SHARE + 1)}, "amount", "amount_above_allocation"),
        ({"amount": ""}, "amount", "amount_missing"),
        ({"account_number": "5050-1056"}, "account_number", "account_invalid"),
    ],
    ids=lambda value: next(iter(value.items()))[1] or "absent" if isinstance(value, dict) else None,
)
def test_a_wrong_field_is_answered_at_the_field(office: Office, changed: dict[str, str], field: str, code: str) -> None:
    before = office.settled(ASKS)
    answer = office.post(ASKS, office.fields(ASKS, **changed), _key())
    problem = _is_problem(answer, 422, code, field)
    assert f"/{field}" in office.refusal_logged(answer)["fields"]

    shown = office.post_form(ASKS, office.fields(ASKS, **changed), _key())
    assert shown.status_code == 422
    page = html.fromstring(shown.text)
    said = _plain(next(e["detail"] for e in problem["errors"] if e["pointer"] == f"/{field}"))
    (control,) = page.xpath(f"//*[@name='{field}'][not(@type='hidden')]")
    assert control.get("aria-invalid") == "true"
    assert said in _plain(
        " ".join(page.get_element_by_id(i).text_content() for i in control.get("aria-describedby").split())
    )
    assert office.case(ASKS) == before


def _plain(text: str) -> str:
    """Give a text as one line with plain spaces."""
    return " ".join(text.split())


def test_control_characters_are_refused_and_not_shown_again(office: Office) -> None:
    before = office.settled(ASKS)
    fields = office.fields(ASKS, invoice_reference="REF\x07\u202e 1")
    answer = office.post(ASKS, fields, _key())
    _is_problem(answer, 400, "forbidden_character", "invoice_reference")
    office.refusal_logged(answer)
    shown = office.post_form(ASKS, fields, _key())
    assert (shown.status_code, shown.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert not set("\x07\u202e") & set(shown.text)
    assert office.case(ASKS) == before


def test_a_field_that_is_absent_is_answered_at_the_field(office: Office) -> None:
    fields = office.fields(ASKS)
    del fields["amount"]
    answer = office.post(ASKS, fields, _key())
    _is_problem(answer, 422, "amount_missing", "amount")
    office.refusal_logged(answer)


@pytest.mark.parametrize("number", [100.5, 1e3, True, None, [100], {"kronor": 100}])
def test_an_amount_is_never_a_float_nor_a_heap(office: Office, number: object) -> None:
    before = office.settled(ASKS)
    answer = office.post(ASKS, office.fields(ASKS, amount=number), _key())
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == ["/amount"]
    assert office.case(ASKS) == before


def test_all_that_is_wrong_is_told_at_once(office: Office) -> None:
    wrong = office.fields(ASKS, amount="noll", account_number="1", declaration="", surprise="x")
    pointers = {e["pointer"] for e in office.post(ASKS, wrong, _key()).json()["errors"]}
    assert pointers == {"/amount", "/account_number", "/declaration", "/surprise"}


def test_markup_in_free_text_is_shown_as_text(office: Office) -> None:
    attack = "<script>alert(1)</script>"
    shown = office.post_form(ASKS, office.fields(ASKS, invoice_reference=attack, amount="0"), _key())
    assert "<script" not in shown.text
    (control,) = html.fromstring(shown.text).xpath("//input[@name='invoice_reference']")
    assert control.get("value") == attack
    assert "script-src" not in shown.headers["content-security-policy"]
    assert "default-src 'none'" in shown.headers["content-security-policy"]


# The body as a whole


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"amount": "1', "application/json", 400, "json_malformed"),
        (b"amount=1", "application/json", 400, "json_malformed"),
        (b"[1, 2]", "application/json", 400, "json_not_an_object"),
        (b'{"amount": NaN}', "application/json", 400, "json_malformed"),
        (b"[" * 100_000, "application/json", 400, "json_malformed"),
        (b'{"amount": "1", "amount": "2"}', "application/json", 400, "field_repeated"),
        (b'{"amount": "' + b"1" * 2_000_000 + b'"}', "application/json", 413, "body_too_large"),
        (b"amount=" + b"1" * 2_000_000, "application/x-www-form-urlencoded", 413, "body_too_large"),
        (b"<requisition/>", "application/xml", 415, "media_type_unknown"),
    ],
    ids=["cut", "form", "list", "nan", "deep", "twice", "2MB", "2MB-form", "xml"],
)
def test_a_body_that_cannot_be_read_is_refused_whole(
    office: Office, body: bytes, kind: str, status: int, code: str
) -> None:
    before = office.settled(ASKS)
    answer = office.post_raw(ASKS, body, _key(), kind)
    field = "amount" if code == "field_repeated" else None
    _is_problem(answer, status, code, field)
    office.refusal_logged(answer)
    assert office.case(ASKS) == before


# Who, where and how often


def test_an_unknown_municipality_is_not_found(office: Office) -> None:
    """Nobody can act for a municipality that has no share, not even one whose token says so."""
    headers = {"Idempotency-Key": _key(), **office.signed("agent-9999", "agent", "9999")}
    answer = office.http.post(office.program("9999"), json=office.fields(ASKS), headers=headers)
    _is_problem(answer, 404, "unknown_municipality")
    office.refusal_logged(answer)
    assert office.case("9999") == []


def test_another_municipalitys_case_is_closed(office: Office) -> None:
    before = office.settled(ASKS)
    headers = {"Idempotency-Key": _key(), **office.agent(NEVER)}
    answer = office.http.post(office.program(ASKS), json=office.fields(ASKS), headers=headers)
    _is_problem(answer, 403, "not_your_municipality")
    office.refusal_logged(answer)
    assert office.case(ASKS) == before


def test_a_caller_who_has_not_signed_in_is_refused(office: Office) -> None:
    answer = office.http.post(office.program(ASKS), json=office.fields(ASKS), headers={"Idempotency-Key": _key()})
    assert answer.status_code == 401
    office.log_line("sign_in_refused", code="token_invalid")


def test_a_request_without_a_key_is_refused(office: Office) -> None:
    answer = office.http.post(office.program(ASKS), json=office.fields(ASKS), headers=office.agent(ASKS))
    _is_problem(answer, 400, "request_key_missing")
    office.refusal_logged(answer)


def test_the_same_form_twice_at_once_is_one_requisition(office: Office) -> None:
    fields, key = office.fields(TWICE), _key()
    with ThreadPoolExecutor(2) as both:
        first, second = both.map(lambda _: office.post(TWICE, fields, key), range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    office.settled(TWICE)
    assert office.journal(f"CASE#{office.round}#{TWICE}").count("requisition_received") == 1
    line = office.log_line("requisition_received", round=office.round)
    assert line["correlation_id"]

    before = office.settled(TWICE)
    again = office.post(TWICE, fields, key)
    assert (again.status_code, again.json()) == (201, first.json())

    other = office.post(TWICE, office.fields(TWICE, amount="1"), key)
    _is_problem(other, 422, "key_used_for_another_request")
    office.refusal_logged(other)

    more = office.post(TWICE, fields, _key())
    _is_problem(more, 409, "already_requisitioned")
    office.refusal_logged(more)
    assert office.case(TWICE) == before


# Allocation lists


def _rows(change: Callable[[Rows], Rows]) -> bytes:
    return allocation_file(*change([(r.municipality, r.name, str(SHARE)) for r in RECIPIENTS]))


def _workbook_with_a_formula() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Kommunkod", "Kommun", "Belopp i kronor"])
    for each in RECIPIENTS[:-1]:
        sheet.append([each.municipality, each.name, SHARE])
    sheet.append([RECIPIENTS[-1].municipality, RECIPIENTS[-1].name, "=C2"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (_rows(lambda r: [(r[0][0], r[0][1], str(SHARE + 1)), *r[1:]]), "en-krona-fel.csv", "total_differs"),
        (allocation_file(total=str(4 * SHARE)).replace(b"400000", b"400001"), "summa-fel.csv", "stated_sum_differs"),
        (_rows(lambda r: [("9999", "Ingenstans", str(SHARE)), *r[1:]]), "okand-kod.csv", "unknown_municipality"),
        (_rows(lambda r: [*r[:-1], r[0]]), "dubbel-kod.csv", "municipality_doubled"),
        (_rows(lambda r: [(r[0][0], r[0][1], str(2 * SHARE)), *r[2:]]), "saknad.csv", "municipality_missing"),
        (_workbook_with_a_formula(), "formel.xlsx", "formula_cell"),
        (b"", "tom.csv", "file_empty"),
        (b"\x00\x01\x02 not a list", "brus.csv", ""),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else None,
)
def test_a_wrong_list_goes_to_quarantine_with_its_reasons(office: Office, content: bytes, name: str, code: str) -> None:
    before = office.items(f"ROUND#{office.round}")
    key = office.put_list(content, name)
    reasons = office.quarantined(key)
    assert code in {reason["code"] for reason in reasons} or not code
    assert all(reason["message"] for reason in reasons)
    line = office.log_line("file_quarantined", of="ImportAllocations", file=key)
    assert code in line["reasons"] or not code
    assert office.items(f"ROUND#{office.round}") == before
    kept = office.s3.get_object(Bucket=office.stack.outputs["InboxBucket"], Key=f"quarantine/{key}")
    assert kept["Body"].read() == content


def test_a_list_in_windows_1252_is_read(office: Office) -> None:
    """Agencies' programs write it; its letters arrive whole, so the same shares are the same list."""
    content = allocation_file().decode().encode("cp1252")
    key = office.put_list(content, "windows.csv")
    office.log_line("file_taken_in", of="ImportAllocations", file=key)


def test_bytes_in_no_known_encoding_are_refused(office: Office) -> None:
    content = allocation_file().replace("ä".encode(), b"\x81\x8d")
    key = office.put_list(content, "okand-teckenkodning.csv")
    assert office.quarantined(key)
    office.log_line("file_quarantined", of="ImportAllocations", file=key)


def test_a_list_that_nobody_put_in_is_refused(office: Office) -> None:
    key = f"allocations/{office.round}/utan-avsandare.csv"
    office.put(key, allocation_file())
    assert [reason["code"] for reason in office.quarantined(key)] == ["uploader_missing"]


# The last day, last of all: the clock does not go back


def test_a_minute_after_the_last_day_is_late_and_a_minute_before_is_not(office: Office) -> None:
    office.clock.set_to(office.closes_at - timedelta(minutes=1))
    in_time = office.post(ASKS, office.fields(ASKS), _key())
    assert (in_time.status_code, in_time.json()["late"]) == (201, False)

    office.clock.set_to(office.closes_at + timedelta(minutes=1))
    late = office.post(LATE, office.fields(LATE), _key())
    assert (late.status_code, late.json()["late"]) == (201, True)
    assert late.json()["received_at"].startswith(f"{office.year}-06-02T22:01")
    page = office.http.get(
        f"/rekvisition/{office.round}/{NEVER}", headers={"Accept": "text/html", **office.agent(NEVER)}
    )
    assert page.status_code == 200
    office.log_line("requisition_received", correlation_id=_call(office, LATE))

    office.settled(LATE)
    assert "decide_late_requisition-1" in office.tasks(LATE)
    until(lambda: "requisition_approved" in office.journal(f"CASE#{office.round}#{ASKS}"), "the approval in time")
    assert "requisition_approved" not in office.journal(f"CASE#{office.round}#{LATE}")


def _call(office: Office, code: str) -> str:
    """Give the call that a task of the case comes from: it goes with everything that the call causes."""
    (task,) = [i for i in office.case(code) if i["sk"]["S"] == "TASK#decide_late_requisition-1"]
    return str(task["correlation"]["S"])


def test_every_line_is_json_without_what_a_caller_wrote(office: Office) -> None:
    line = office.log_line("request_refused", code="amount_above_allocation")
    assert "97 000 000" not in json.dumps(line)
