"""Public pages are the same for all and may be kept; they say what the round and the clock say."""

from __future__ import annotations

import base64
import csv
from io import StringIO

import pytest

from functions.show_pages import handler as function
from statsbidrag.entry.common_questions import common_questions
from tests.unit.functions.material import ROUND, headers, sample
from tests.unit.functions.town import Town, page, refused, words

NAMES = ["start", "round", "english", "accessibility"]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_sound_public_and_for_all(name: str) -> None:
    answer = Town().list_approved().call("show_pages", name, {})
    tree = page(answer)
    assert answer["statusCode"] == 200
    assert headers(answer, "Cache-Control")[0].startswith("public, max-age=")
    root = "../" if name == "round" else "./"
    (own,) = tree.xpath("//header//nav[@aria-label='Mina sidor']")
    assert [(a.get("href"), a.text) for a in own.iter("a")] == [(f"{root}logga-in/val", "Mina sidor")]
    assert not own.xpath(".//form"), "nobody is known here, and the page is kept for all"
    assert f"{root}tillganglighet" in tree.xpath("//footer//a/@href")


def test_the_stylesheet_is_for_all_and_may_be_kept() -> None:
    style = Town().call("show_pages", "style", {})
    assert headers(style, "Content-Type") == ["text/css; charset=utf-8"]
    assert headers(style, "Cache-Control") == ["public, max-age=3600"]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ((2025, 2, 1), "Öppnar snart Ni kan rekvirera från den 3 mars 2025."),
        ((2025, 5, 6), "Öppen Rekvirera senast den 2 juni 2025. 27 dagar kvar."),
        ((2025, 6, 1, 10), "Öppen Rekvirera senast den 2 juni 2025. 1 dag kvar."),
        ((2025, 6, 2, 21, 59), "Öppen Sista dagen är i dag, den 2 juni 2025."),
        ((2025, 6, 2, 22), "Stängd Sista dagen var den 2 juni 2025."),
    ],
)
def test_the_start_counts_days_by_the_clock_in_stockholm(when: tuple[int, ...], told: str) -> None:
    tree = page(Town().at(*when).call("show_pages", "start", {}))
    assert told in words(tree)
    assert "./omgang/2025" in tree.xpath("//a/@href")
    assert {"./logga-in", "./ombud/ansokan", "./ny-lank", "./english"} <= set(tree.xpath("//a/@href"))


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ((2025, 2, 1), "Öppnar den 3 mars 2025"),
        ((2025, 5, 6), "27 dagar kvar"),
        ((2025, 6, 1, 10), "1 dag kvar"),
        ((2025, 6, 2, 10), "Sista dagen är i dag"),
        ((2025, 7, 1), "Sista dagen har passerat"),
    ],
)
def test_a_round_counts_its_days(when: tuple[int, ...], told: str) -> None:
    assert told in words(page(Town().at(*when).call("show_pages", "round", {})))


def test_a_round_shows_its_terms_word_for_word() -> None:
    told = words(page(Town().call("show_pages", "round", {})))
    for text in (*ROUND.purpose, ROUND.target_group, *ROUND.allowed, *ROUND.not_allowed, *ROUND.conditions):
        assert " ".join(text.replace("\u00a0", " ").split()) in told
    assert "97 000 000 kronor" in told
    assert "Fördelningslistan är inte beslutad än." in told


def test_the_allocation_list_is_a_table_and_the_same_as_a_file() -> None:
    town = Town().list_approved()
    tree = page(town.call("show_pages", "round", {}))
    (table,) = tree.xpath("//table")
    rows = [[words(cell) for cell in row] for row in table.xpath(".//tbody/tr")]
    assert rows == [["0114", "Upplands Väsby", "461 836 kronor"], ["0115", "Vallentuna", "96 538 164 kronor"]]
    assert words(table.xpath(".//tfoot")[0]) == "Summa97 000 000 kronor"
    answer = town.call("show_pages", "list", {})
    assert headers(answer, "Content-Disposition") == ['attachment; filename="fordelningslista-2025.csv"']
    read = list(csv.reader(StringIO(base64.b64decode(answer["body"]).decode("utf-8-sig")), delimiter=";"))
    assert read == [
        ["Kommunkod", "Kommun", "Högsta belopp i kronor"],
        ["0114", "Upplands Väsby", "461836"],
        ["0115", "Vallentuna", "96538164"],
        ["", "Summa", "97000000"],
    ]


@pytest.mark.parametrize("name", ["round", "list"])
def test_a_round_that_is_not_there_is_not_found(name: str) -> None:
    assert refused(Town().call("show_pages", name, {}, round="2031")) == (404, "unknown_round")


def test_answers_follow_the_terms_of_the_round() -> None:
    told = {each.question: each.answer for each in common_questions(ROUND)}
    assert "2 juni 2025" in told["När är en rekvisition i tid?"]
    assert "en gång" in told["Hur mycket kan vi rekvirera?"]
    assert "1 januari 2025 till och med den 31 december 2025" in told["Får vi använda pengarna före rekvisitionen?"]
    assert all(item in told["Vad får pengarna inte användas till?"] for item in ROUND.not_allowed)
    assert "28 februari 2026" in told["Hur återrapporterar vi?"]
    assert "21 dagar" in told["Vad ska betalas tillbaka?"]
    assert told["Tar ni ut ränta på ett återkrav?"] == "Nej."
    assert all(answer.endswith(".") for answer in told.values())


def test_the_english_page_says_that_it_is_english() -> None:
    answer = Town().call("show_pages", "english", {})
    tree = page(answer)
    assert (tree.get("lang"), headers(answer, "Content-Language")) == ("en", ["en"])
    assert "last day for requisitions 2025-06-02" in words(tree)


def test_the_statement_names_the_law_what_was_tried_and_who_supervises() -> None:
    told = words(page(Town().call("show_pages", "accessibility", {})))
    for text in (
        "2018:1937",
        "Det här har vi inte prövat",
        "Brister som vi känner till",
        "Myndigheten för digital förvaltning",
    ):
        assert text in told


def test_every_sample_is_answered() -> None:
    assert sample("show_pages", "start")["path"] == "/"
    assert function.START == "/"
