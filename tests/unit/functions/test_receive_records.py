"""Who holds the link sends files, by page or JSON; each is told what came in, or what to do about it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import end_of
from tests.unit.functions.payouts import RECORDS_TOKEN, Desk

FUNCTION = "receive_records"
LEDGER = "Konto;Text;Belopp\n4010;Hälsosamtal;125000,00\n".encode()
NAME = f"records/2025/0114/{sha256(LEDGER)}"
BOUNDARY = "----exempelgrans"


def form(*contents: bytes) -> str:
    """What a browser posts, as the API hands it on."""
    head = b'Content-Disposition: form-data; name="files"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    parts = b"".join(f"--{BOUNDARY}\r\n".encode() + head + content + b"\r\n" for content in contents)
    return base64.b64encode(parts + f"--{BOUNDARY}--\r\n".encode()).decode()


def program(*contents: bytes) -> dict[str, Any]:
    return {"files": [base64.b64encode(content).decode() for content in contents]}


@pytest.fixture
def asked(desk: Desk) -> Desk:
    return desk.ask()


def test_the_page_says_what_is_asked_for_by_when_and_within_which_limits(asked: Desk) -> None:
    page = asked.call(FUNCTION, "show_form")
    assert page.status == 200
    for words in ("Upplands Väsby", "9.3-0114/2025", "27 mars 2026", "huvudboken", "4 megabyte", "Högst 10 filer"):
        assert words in page.text, words
    assert 'enctype="multipart/form-data"' in page.text
    assert "PDF, XLSX, CSV eller SIE" in page.text


def test_files_of_the_page_are_received_with_a_receipt(asked: Desk) -> None:
    page = asked.call(FUNCTION, "send_files")
    assert page.status == 201
    assert sha256(LEDGER) in page.text
    assert "25 februari 2026 kl. 00.00" in page.text
    assert asked.archive.objects == {NAME: LEDGER}
    [file] = asked.case().spot_checks[0].files
    assert (file.size, file.media_type, file.name) == (len(LEDGER), "text/csv", NAME)
    assert sha256(LEDGER) in asked.call(FUNCTION, "show_form").text


def test_files_of_a_program_are_received_with_a_receipt(asked: Desk) -> None:
    answer = asked.call(FUNCTION, "send_json")
    [file] = answer.read["files"]
    assert (answer.status, answer.read["case_number"]) == (201, "9.3-0114/2025")
    assert (file["content_hash"], file["size"], file["late"]) == (sha256(LEDGER), len(LEDGER), False)
    view = asked.call(FUNCTION, "show_json").read
    assert (len(view["files"]), view["is_late"], len(view["asked_for"])) == (1, False, 4)


def test_the_same_file_by_page_and_program_is_one(asked: Desk) -> None:
    asked.call(FUNCTION, "send_files")
    before = asked.store.commits
    assert asked.call(FUNCTION, "send_json").status == 201
    assert (asked.store.commits, len(asked.archive.objects)) == (before, 1)


@pytest.mark.parametrize(
    ("raw", "status", "words"),
    [
        (form(b"MZ program"), 422, "ett program eller ett virus"),
        (form(b""), 422, "Filen är tom"),
        (form(b"\x89PNG\r\n\x1a\n"), 422, "Filen är inte PDF, XLSX, CSV eller SIE"),
        (form(LEDGER, b"%PDF-1.7"), 422, "Fil 2: PDF-filen är inte hel"),
        (form(*[LEDGER] * 11), 422, "Ni valde 11 filer"),
        (form(bytes(4_000_001)), 413, "tillsammans högst 4 megabyte"),
        (form(), 422, "Välj minst en fil"),
        ("x", 400, "gick inte att läsa"),
    ],
    ids=["program", "empty", "type", "one of two", "too many", "too large", "none", "broken"],
)
def test_what_is_wrong_is_told_on_the_page_and_nothing_is_kept(asked: Desk, raw: str, status: int, words: str) -> None:
    before = asked.store.commits
    page = asked.call(FUNCTION, "send_files", raw=raw)
    assert (page.status, asked.store.commits, asked.archive.objects) == (status, before, {})
    assert words in page.text
    assert "<title>Fel: " in page.text
    assert 'href="#files"' in page.text
    assert "<form" in page.text


def test_a_programs_fault_points_at_the_files(asked: Desk) -> None:
    answer = asked.call(FUNCTION, "send_json", body=program(LEDGER, b""))
    assert (answer.status, answer.pointers) == (422, ["/files"])
    assert asked.archive.objects == {}
    assert asked.call(FUNCTION, "send_json", raw="[]").status == 400
    assert asked.call(FUNCTION, "send_json", media_type="text/plain").status == 415


def test_late_files_are_received_and_both_page_and_receipt_say_so(asked: Desk) -> None:
    asked.clock.time = end_of(asked.case().spot_checks[0].last_day)
    assert "Sista dagen har passerat" in asked.call(FUNCTION, "show_form").text
    assert "Det kom in efter sista dagen" in asked.call(FUNCTION, "send_files").text


def test_after_the_conclusion_the_page_has_no_form_and_takes_nothing(asked: Desk) -> None:
    asked.clock.time = end_of(asked.case().spot_checks[0].last_day)
    asked.act(c.ConcludeSpotCheck(1, "accepted", Ore(0), "Skäl.", "officer-9"))
    page = asked.call(FUNCTION, "show_form")
    assert "Kontrollen är avslutad" in page.text
    assert "<form" not in page.text
    refused = asked.call(FUNCTION, "send_files")
    assert (refused.status, asked.archive.objects) == (409, {})


@pytest.mark.parametrize("name", ["show_form", "send_files", "show_json", "send_json"])
@pytest.mark.parametrize("token", ["x", RECORDS_TOKEN[:-1], RECORDS_TOKEN.upper()])
def test_another_token_opens_nothing(asked: Desk, name: str, token: str) -> None:
    answer = asked.call(FUNCTION, name, path=(RECORDS_TOKEN, token))
    assert (answer.status, asked.archive.objects) == (404, {})
    assert "link_not_valid" in answer.text
    assert ("<h1>Länken gäller inte</h1>" in answer.text) == (name in ("show_form", "send_files"))


def test_another_site_cannot_send_files(asked: Desk) -> None:
    answer = asked.call(FUNCTION, "send_files", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, asked.archive.objects) == (403, {})


def test_neither_token_nor_content_is_logged(asked: Desk, log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    for name in ("show_form", "send_files", "show_json", "send_json"):
        asked.call(FUNCTION, name)
    asked.call(FUNCTION, "send_json", body=program(b"hemligt"))
    written = json.dumps(log_lines(), ensure_ascii=False)
    assert RECORDS_TOKEN not in written
    assert "hemligt" not in written
    assert "Konto" not in written
