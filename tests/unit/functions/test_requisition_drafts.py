"""A requisition's draft is the municipality's: a data coordinator fills in, another goes on, and who sends declares."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from statsbidrag.usecases import drafts, requisitions
from tests.unit.functions.material import KEY, ROUND, sample
from tests.unit.functions.town import Town, caller, page, words

DRAFT = f"{KEY}#requisition"
COORDINATOR, REPRESENTATIVE, AGENT = caller("coordinator"), caller("representative"), caller("agent")


@pytest.fixture
def town() -> Town:
    return Town()


def version_in(answer: dict[str, Any]) -> str:
    found = re.search(r'name="draft_version" value="([^"]*)"', answer["body"])
    assert found
    return found[1]


def saved(town: Town, **params: str) -> str:
    """Save as the data coordinator; gives the draft's version."""
    answer = town.call("receive_requisition", "save_only", None, **params)
    assert answer["statusCode"] == 200
    return version_in(answer)


def send(town: Town, **params: str) -> dict[str, Any]:
    return town.call("receive_requisition", "send_form", None, **params)


def statuses(town: Town) -> list[str]:
    return [each.status for each in town.case.requisitions]


def value(tree: Any, name: str) -> str:
    found: list[str] = tree.xpath(f"//input[@name='{name}' and @type='text']/@value")
    return found[0]


@pytest.mark.parametrize("who", [COORDINATOR, REPRESENTATIVE, AGENT], ids=lambda who: who["role"])
def test_what_is_saved_is_there_for_everybody_of_the_municipality(town: Town, who: dict[str, str]) -> None:
    version = saved(town, form_amount="kanske 400 000", form_peppol_id="")
    answer = town.call("receive_requisition", "show_form", who)
    tree = page(answer)
    assert value(tree, "amount") == "kanske 400 000"
    # emptied by the coordinator, and not filled from the register again
    assert value(tree, "peppol_id") == ""
    said = "Utkast, senast sparat 6 maj 2025 kl. 10.00, svensk tid, av kommunens uppgiftssamordnare."
    assert said in words(tree)
    assert "Rekvisitionen är inte inskickad" in words(tree)
    assert version_in(answer) == version != ""


@pytest.mark.parametrize("who", [REPRESENTATIVE, AGENT], ids=lambda who: who["role"])
def test_who_may_send_saves_too(town: Town, who: dict[str, str]) -> None:
    answer = town.call("receive_requisition", "save_form", who)
    assert "Utkastet är sparat" in words(page(answer))
    assert town.drafts.items[DRAFT].saved_by == who["role"]


def test_a_data_coordinator_is_told_who_must_send_what_is_saved(town: Town) -> None:
    answer = town.call("receive_requisition", "save_only")
    assert "Ombudet eller en representant måste öppna det, intyga uppgifterna och skicka." in words(page(answer))
    review = town.call("receive_requisition", "review_only")
    assert 'name="step" value="save"' in review["body"]


def test_the_declaration_is_never_saved(town: Town) -> None:
    answer = town.call("receive_requisition", "save_form")
    assert "declaration" not in town.drafts.items[DRAFT].answers
    assert not page(town.call("receive_requisition", "show_form")).xpath("//input[@name='declaration']/@checked")
    version = version_in(answer)
    undeclared = town.call("receive_requisition", "send_form", form_draft_version=version, form_declaration="")
    assert undeclared["statusCode"] == 422


def test_a_draft_is_no_event_and_no_requisition(town: Town) -> None:
    before = town.case
    saved(town)
    assert town.case == before
    assert town.case.requisitions == ()


def test_a_draft_does_not_count_as_received_after_the_last_day(town: Town) -> None:
    version = saved(town)
    town.at(2025, 6, 3, 8)
    tree = page(town.call("receive_requisition", "show_form"))
    assert "Sista dagen har passerat" in words(tree)
    assert "ett utkast räknas inte" in words(tree)
    assert saved(town, form_draft_version=version, form_amount="1") != version
    assert not statuses(town)
    sent = send(town, form_draft_version=town.drafts.items[DRAFT].version)
    assert sent["statusCode"] == 201
    assert statuses(town) == ["with_officer"]


def test_the_second_who_saves_sees_both_and_nothing_is_lost(town: Town) -> None:
    first = saved(town, form_amount="100 000", form_account_kind="plusgiro")
    answer = town.call("receive_requisition", "save_form", form_amount="200 000")
    assert answer["statusCode"] == 409
    tree = page(answer)
    assert "<title>Fel: Rekvirera" in answer["body"]
    assert "Kommunens uppgiftssamordnare sparade utkastet 6 maj 2025 kl. 10.00" in words(tree)
    assert value(tree, "amount") == "200 000"
    assert [words(each) for each in tree.xpath("//*[@class='written']")] == ["100 000", "Plusgiro"]
    assert tree.xpath("//section[@role='alert']//a/@href") == ["#amount", "#account_kind"]
    assert town.drafts.items[DRAFT].answers["amount"] == "100 000"
    assert version_in(answer) == first
    again = town.call("receive_requisition", "save_form", form_amount="300 000", form_draft_version=first)
    assert again["statusCode"] == 200
    assert town.drafts.items[DRAFT].answers["amount"] == "300 000"


def test_a_tick_is_no_difference(town: Town) -> None:
    saved(town)
    assert town.call("receive_requisition", "save_form")["statusCode"] == 200


@pytest.mark.parametrize("name", ["review_form", "send_form", "review_only"])
def test_nobody_goes_past_what_another_saved_on_the_same_draft(town: Town, name: str) -> None:
    first = saved(town)
    town.at(2025, 5, 6, 9)
    saved(town, form_amount="100 000", form_draft_version=first)
    answer = town.call("receive_requisition", name, form_draft_version=first)
    assert answer["statusCode"] == 409
    assert "100 000" in answer["body"]
    assert town.case.requisitions == ()


def test_the_draft_goes_with_the_review_and_is_gone_once_it_is_sent(town: Town) -> None:
    version = saved(town)
    review = town.call("receive_requisition", "review_form", form_draft_version=version)
    assert version_in(review) == version
    for _ in range(2):
        assert send(town, form_draft_version=version)["statusCode"] == 201
    assert town.drafts.items == {}
    assert len(town.case.requisitions) == 1


@pytest.mark.parametrize("names", [["review_form", "send_form"], ["send_json"]])
def test_who_sends_without_a_draft_calls_for_none(town: Town, names: list[str]) -> None:
    for name in names:
        assert town.call("receive_requisition", name)["statusCode"] in (200, 201)
    assert len(town.case.requisitions) == 1
    assert town.drafts.calls == []


def test_after_the_requisition_nothing_is_saved(town: Town) -> None:
    send(town)
    answer = town.call("receive_requisition", "save_only")
    assert answer["statusCode"] == 409
    assert "har redan rekvirerat" in answer["body"]
    assert town.drafts.items == {}


def test_a_draft_left_beside_a_requisition_is_none_when_the_next_may_come(town: Town) -> None:
    saved(town)
    town.at(2025, 5, 6, 9)
    send(town, form_amount="100 000")
    place = requisitions.draft_place(replace(town.case, terms=replace(ROUND.terms, requisitions_allowed=2)))
    assert place.closed is None
    assert drafts.load(town.drafts, place) is None
    drafts.save(town.drafts, town.clock, place, {"amount": "50 000"}, "")
    assert town.drafts.items[DRAFT].answers == {"amount": "50 000"}


@pytest.mark.parametrize(
    ("text", "told"), [("x" * 255, "Texten är 255 tecken. Korta den till högst 254."), ("a\x00b", "tecken")]
)
def test_what_cannot_be_kept_is_told_at_its_field(town: Town, text: str, told: str) -> None:
    answer = town.call("receive_requisition", "save_only", form_invoice_reference=text)
    assert answer["statusCode"] in (400, 422)
    assert told in answer["body"]
    assert town.drafts.items == {}


def test_a_field_that_is_too_long_keeps_all_that_was_typed(town: Town) -> None:
    tree = page(town.call("receive_requisition", "save_only", form_invoice_reference="x" * 255, form_amount="7"))
    assert tree.xpath("//*[@id='invoice_reference-fel']")
    assert (value(tree, "amount"), value(tree, "invoice_reference")) == ("7", "x" * 255)


def test_markup_in_a_draft_is_only_text(town: Town) -> None:
    saved(town, form_amount='"><script>alert(1)</script>')
    body = town.call("receive_requisition", "show_form")["body"]
    assert "<script" not in body
    assert "&lt;script&gt;" in body


@pytest.mark.parametrize("name", ["show_form", "save_only"])
@pytest.mark.parametrize("who", [caller("coordinator", "0115"), caller("officer", ""), caller("person", "")])
def test_nobody_else_reads_or_saves_it(town: Town, name: str, who: dict[str, str]) -> None:
    saved(town)
    calls = list(town.drafts.calls)
    assert town.call("receive_requisition", name, who)["statusCode"] == 403
    assert town.drafts.calls == calls


def test_a_municipality_sees_only_its_own(town: Town) -> None:
    saved(town)
    assert list(town.drafts.items) == [DRAFT]


def test_the_draft_of_a_requisition_is_not_the_reports(town: Town) -> None:
    saved(town)
    assert KEY not in town.drafts.items


def test_another_site_saves_nothing(town: Town) -> None:
    event = sample("receive_requisition", "save_only")
    event["headers"]["Sec-Fetch-Site"] = "cross-site"
    assert town.answer("receive_requisition", event)["statusCode"] == 403
    assert town.drafts.items == {}


def test_what_a_draft_says_is_never_logged(town: Town, log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    saved(town, form_invoice_reference="hemligt innehåll")
    town.call("receive_requisition", "save_only", form_invoice_reference="annat hemligt")
    written = json.dumps(log_lines(), ensure_ascii=False)
    assert "draft_saved" in written
    assert "hemligt" not in written
