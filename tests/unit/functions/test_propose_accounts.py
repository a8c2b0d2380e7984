"""The agent proposes another payout account after a review; others of the municipality see it."""

from __future__ import annotations

import re

import pytest

from tests.unit.functions.payouts import NEW
from tests.unit.functions.town import CODE, OTHER, Town, caller, page, refused, words


def test_the_account_in_force_is_shown_with_the_form() -> None:
    tree = page(Town().call("propose_accounts", "show_account"))
    assert "Bankgiro 5050-1055" in words(tree)
    assert "Ingen ändring är anmäld." in words(tree)
    assert tree.xpath("//form[@method='post'][.//input[@name='account_number']]")


def test_a_review_proposes_nothing_and_what_it_shows_is_what_it_sends() -> None:
    town = Town()
    review = town.call("propose_accounts", "review_account")
    assert (review["statusCode"], town.case.account_changes) == (200, ())
    assert "5555-5551" in words(page(review))
    assert "En handläggare kontrollerar kontot." in words(page(review))
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', review["body"]))
    sent = town.call(
        "propose_accounts", "send_account", None, **{f"form_{key}": value for key, value in hidden.items()}
    )
    assert sent["statusCode"] == 201
    assert [change.account for change in town.case.account_changes] == [NEW]
    assert town.case.account_changes[0].proposed_by == "agent-0114"


def test_what_is_on_its_way_to_the_account_before_waits() -> None:
    town = Town().paid()
    town.call("propose_accounts", "send_account")
    tree = page(town.call("propose_accounts", "show_account"))
    assert "Väntar på kontroll" in words(tree)


def test_sending_twice_is_one_change() -> None:
    town = Town()
    for _ in range(2):
        assert town.call("propose_accounts", "send_account")["statusCode"] == 201
    assert len(town.case.account_changes) == 1


@pytest.mark.parametrize(
    ("fields", "at", "told"),
    [
        ({"form_account_number": "5555-5550"}, "account_number", "kontrollsiffran är fel"),
        ({"form_account_number": ""}, "account_number", "Fyll i numret"),
        ({"form_account_kind": "swish"}, "account_kind", "Välj bankgiro"),
        ({"form_account_number": "5050-1055"}, "account_number", "Kontot gäller redan"),
    ],
)
@pytest.mark.parametrize("name", ["review_account", "send_account"])
def test_what_is_wrong_is_told_at_the_field_and_nothing_is_proposed(
    name: str, fields: dict[str, str], at: str, told: str
) -> None:
    town = Town()
    answer = town.call("propose_accounts", name, None, **fields)
    assert (answer["statusCode"], town.case.account_changes) == (422, ())
    tree = page(answer)
    assert tree.xpath("//title/text()")[0].startswith("Fel: ")
    assert told in words(tree.get_element_by_id(f"{at}-fel"))
    assert f"#{at}" in tree.xpath("//section[@role='alert']//a/@href")


def test_a_field_that_is_not_the_forms_is_refused() -> None:
    assert Town().call("propose_accounts", "send_account", form_amount="1")["statusCode"] == 422


@pytest.mark.parametrize("role", ["representative", "coordinator"])
def test_others_of_the_municipality_see_the_account_and_who_may_change_it(role: str) -> None:
    town = Town()
    tree = page(town.call("propose_accounts", "show_account", caller(role)))
    assert "Bara kommunens ombud" in words(tree)
    assert not tree.xpath("//input[@name='account_number']")
    assert refused(town.call("propose_accounts", "send_account", caller(role))) == (403, "role_not_allowed")
    assert town.case.account_changes == ()


@pytest.mark.parametrize("name", ["show_account", "review_account", "send_account"])
def test_another_municipalitys_agent_is_let_nowhere(name: str) -> None:
    town = Town()
    assert refused(town.call("propose_accounts", name, caller("agent", OTHER))) == (403, "not_your_municipality")
    assert town.case.account_changes == ()


def test_a_form_without_its_sessions_token_is_refused() -> None:
    town, session = Town(), caller("agent") | {"csrf": "t" * 43}
    assert refused(town.call("propose_accounts", "send_account", session)) == (403, "form_not_yours")
    shown = page(town.call("propose_accounts", "show_account", session))
    assert shown.xpath("//main//input[@name='csrf']/@value") == ["t" * 43]
    assert town.call("propose_accounts", "send_account", session, form_csrf="t" * 43)["statusCode"] == 201


def test_it_is_the_municipality_of_the_address() -> None:
    assert CODE in Town().call("propose_accounts", "show_account")["body"]
