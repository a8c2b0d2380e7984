"""A municipality sees its own rounds, cases and papers, and nobody else's."""

from __future__ import annotations

import base64

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.money import NOTHING
from statsbidrag.usecases.case_view import documents
from statsbidrag.usecases.rounds import open_round
from tests.unit.functions.material import RECIPIENT, ROUND, TEST
from tests.unit.functions.town import CODE, INVOICE, OTHER, SHARE, YEAR, Town, caller, page, refused, words

STAGES = ["requisitioned", "paid", "asked", "reported", "heard", "decided", "invoiced", "repaid"]
ROUTES = [("home", 200), ("case", 200), ("document", 200)]


@pytest.mark.parametrize("stage", STAGES)
def test_my_case_is_a_sound_page_at_every_stage(stage: str) -> None:
    town: Town = getattr(Town(), stage)()
    tree = page(town.call("show_case", "case"))
    current = tree.xpath("//ol[@class='timeline']/li[@aria-current='step']")
    assert len(current) == len(tree.xpath("//li[@class='is-now']"))
    assert bool(current) == (stage != "repaid")
    assert "9.3-0114/2025" in words(tree)


def test_what_is_next_leads_to_where_it_is_done() -> None:
    tree = page(Town().call("show_case", "case"))
    assert "Härnäst: rekvisition" in words(tree)
    assert "2 juni 2025 (27 dagar kvar)" in words(tree)
    assert "../../../rekvisition/2025/0114" in tree.xpath("//a/@href")
    asked = page(Town().asked().call("show_case", "case"))
    assert "../../../ny-lank" in asked.xpath("//a/@href")


def test_a_draft_that_waits_leads_to_where_it_is_sent() -> None:
    town = Town()
    assert "utkast" not in words(page(town.call("show_case", "case"))).lower()
    town.call("receive_requisition", "save_only")
    tree = page(town.call("show_case", "case"))
    said = "Ett utkast väntar, senast sparat 6 maj 2025 kl. 10.00, svensk tid, av kommunens uppgiftssamordnare."
    assert said in words(tree)
    assert tree.xpath("//a[text()='Gå till utkastet']/@href") == ["../../../rekvisition/2025/0114"]
    assert "Härnäst: rekvisition" in words(tree)
    town.at(2025, 5, 6, 9).requisitioned().drafts.calls.clear()
    assert "utkast" not in words(page(town.call("show_case", "case"))).lower()
    assert town.drafts.calls == []


def test_a_last_day_that_has_passed_is_said_in_words() -> None:
    assert "(har passerat)" in words(page(Town().at(2025, 6, 3, 8).call("show_case", "case")))
    assert "(i dag)" in words(page(Town().at(2025, 6, 2, 8).call("show_case", "case")))
    assert "(i morgon)" in words(page(Town().at(2025, 6, 1, 8).call("show_case", "case")))


def test_invoices_show_what_to_pay_by_what_number_and_day() -> None:
    tree = page(Town().invoiced().call("show_case", "case"))
    (row,) = [tr for tr in tree.xpath("//table//tr") if INVOICE in tr.text_content()]
    assert [words(cell) for cell in row] == [
        INVOICE,
        "202501140125",
        "2 april 2026",
        "61 836 kronor",
        "0 kronor",
        "61 836 kronor",
    ]
    assert "Betala till bankgiro 5050-1055" in words(tree)


def test_home_lists_every_round_the_newest_first_and_who_acts_for_us() -> None:
    town = Town().invoiced()
    older = replace(ROUND, id=RoundId("2024"))
    open_round(town.books, older, TEST)
    town.books.handle(CASE, case_key(older.id, CODE), c.OpenCase(RECIPIENT, ROUND.terms, "L-0", SHARE), TEST)
    tree = page(town.call("show_case", "home"))
    links = list(tree.xpath("//h2/a/@href"))
    assert links == ["../kommun/0114/arende/2025", "../kommun/0114/arende/2024"]
    assert "../kommun/0114/ombud" in tree.xpath("//a/@href")
    assert "OCR-nummer 202501140125" in words(tree)


def test_a_municipality_without_a_case_is_told_so() -> None:
    assert refused(Town().call("show_case", "home", caller("agent", "0115"), municipality="0115")) == (
        404,
        "unknown_municipality",
    )
    assert refused(Town().call("show_case", "case", round="2023")) == (404, "unknown_round")


# Papers


@pytest.mark.parametrize(
    ("name", "media", "content"),
    [
        ("beslut-1.pdf", "application/pdf", b"%PDF letter"),
        (f"{INVOICE}.pdf", "application/pdf", b"%PDF invoice"),
        (f"{INVOICE}.xml", "application/xml", b"<Invoice/>"),
    ],
)
def test_a_paper_of_the_case_is_given_as_a_file_byte_for_byte(name: str, media: str, content: bytes) -> None:
    town = Town().invoiced()
    shown = page(town.call("show_case", "case")).xpath("//a/@href")
    assert f"../../../kommun/0114/arende/2025/handlingar/{name}" in shown
    answer = town.call("show_case", "document", document=name)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert base64.b64decode(answer["body"]) == content
    assert answer["multiValueHeaders"]["Content-Type"] == [media]
    assert answer["multiValueHeaders"]["Content-Disposition"] == [f'attachment; filename="{name}"']
    assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    assert answer["multiValueHeaders"]["X-Content-Type-Options"] == ["nosniff"]


def test_what_is_reconsidered_has_its_letter_and_its_credit_note_too() -> None:
    town = (
        Town()
        .invoiced()
        .act(
            c.PrepareReconsideration(1, NOTHING, "Allt är använt.", "officer-1"),
            c.DecideReconsideration(1, NOTHING, "officer-2"),
        )
    )
    (note,) = town.case.credit_notes
    town.act(
        c.RecordReconsiderationFiled(1, 1, "letters/2025/0114-reconsideration-1-1.pdf"),
        c.RecordCreditNoteFiled(note.number, "invoices/2025/n.xml", "invoices/2025/n.pdf"),
    )
    names = [document.name for document in documents(town.case)]
    assert {"omprovning-1-1.pdf", f"{note.number}.pdf", f"{note.number}.xml"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name",
    [
        "beslut-2.pdf",
        "I-2025-0115-1.pdf",
        "0114-decision-1.pdf",
        "letters",
        "..%2F..%2Fallocations%2F2025%2Flista.csv",
        "rekvisition-1.pdf",
    ],
)
def test_a_name_that_the_case_does_not_have_is_not_found(name: str) -> None:
    town = Town().invoiced()
    town.archive.faults.calls.clear()
    answer = town.call("show_case", "document", document=name)
    assert answer["statusCode"] == 404
    assert refused(answer) == (404, "unknown_document")
    assert town.archive.faults.calls == []


def test_a_paper_that_is_not_filed_yet_is_not_offered() -> None:
    town = Town().heard().at(2026, 3, 2, 8)
    assert documents(town.case) == ()
    assert "Här kommer" not in words(page(town.call("show_case", "case")))  # the receipts are there


# Who may see it


@pytest.mark.parametrize("role", ["agent", "representative", "coordinator"])
@pytest.mark.parametrize(("name", "status"), ROUTES)
def test_everyone_who_acts_for_the_municipality_sees_it(role: str, name: str, status: int) -> None:
    assert Town().invoiced().call("show_case", name, caller(role))["statusCode"] == status


@pytest.mark.parametrize("role", ["agent", "representative", "coordinator"])
@pytest.mark.parametrize("name", [name for name, _ in ROUTES])
def test_another_municipality_sees_nothing(role: str, name: str) -> None:
    town = Town().invoiced()
    town.archive.faults.calls.clear()
    assert refused(town.call("show_case", name, caller(role, OTHER))) == (403, "not_your_municipality")
    assert town.archive.faults.calls == []


@pytest.mark.parametrize("role", ["person", "attester", "officer"])
@pytest.mark.parametrize("name", [name for name, _ in ROUTES])
def test_who_acts_for_no_municipality_sees_nothing(role: str, name: str) -> None:
    answer = Town().invoiced().call("show_case", name, caller(role, ""))
    assert refused(answer) == (403, "role_not_allowed")


@pytest.mark.parametrize("name", [name for name, _ in ROUTES])
def test_who_has_not_signed_in_is_led_there(name: str) -> None:
    answer = Town().invoiced().call("show_case", name, {})
    assert answer["statusCode"] == 303
    assert "logga-in?till=%2Fkommun%2F0114" in answer["multiValueHeaders"]["Location"][0]


def test_the_year_of_the_round_is_read_strictly() -> None:
    assert Town().call("show_case", "case", round="20250")["statusCode"] in (404, 422)
    assert YEAR == "2025"
