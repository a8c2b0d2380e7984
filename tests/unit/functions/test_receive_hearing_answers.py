"""A hearing is answered behind the report's link or by the municipality's agent, and whoever else asks gets nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from statsbidrag.domain.case.state import HearingAnswer
from statsbidrag.domain.journal import sha256
from statsbidrag.entry.hearing_form import RULES
from tests.unit.functions.material import ROUND, TOKEN, sample
from tests.unit.functions.payouts import CLAIM, ROLES, Answer, Desk

FUNCTION = "receive_hearing_answers"
EVERY = ("show_form", "review_form", "send_form")


def form(desk: Desk, name: str = "send_form", **changed: str) -> Answer:
    body = urlencode(dict(parse_qsl(sample(FUNCTION, name)["body"])) | changed)
    return desk.call(FUNCTION, name, raw=body)


def post(desk: Desk, who: str | None = None, key: str = "", **changed: Any) -> Answer:
    body = json.loads(sample(FUNCTION, "send_json")["body"]) | changed
    return desk.call(FUNCTION, "send_json", who, body=body, headers={"Idempotency-Key": key} if key else None)


def answers(desk: Desk) -> tuple[HearingAnswer, ...]:
    return desk.case().recoveries[0].answers


def is_over(desk: Desk) -> Desk:
    desk.clock.time = desk.case().recoveries[0].hearing_ends
    return desk


# The page


def test_the_page_shows_the_proposal_with_rules_inputs_arithmetic_amount_and_last_day(desk: Desk) -> None:
    text = desk.hear().call(FUNCTION, "show_form").text
    assert "61\u00a0836\u00a0kronor" in text
    assert "Hela bidraget ska användas under året: inte uppfyllt" in text
    assert "461\u00a0836\u00a0kronor - 400\u00a0000\u00a0kronor = 61\u00a0836\u00a0kronor" in text
    assert "<dt>Använt enligt återrapporten</dt><dd>400\u00a0000\u00a0kronor</dd>" in text
    assert "<dt>Återrapporten kom in</dt><dd>3 februari 2026 kl. 09.00, svensk tid</dd>" in text
    assert "24 februari 2026" in text
    assert "Yttranden vi har fått" not in text
    for name in ("stance", "text", "amount_used"):
        assert f'name="{name}"' in text


def test_every_rule_has_a_name_for_people(desk: Desk) -> None:
    """And so has everything that they looked at: no word of the journal's English is shown."""
    checks = desk.hear().case().recoveries[0].checks
    assert {check.rule for check in checks} == set(RULES)
    text = desk.call(FUNCTION, "show_form").text
    for check in checks:
        assert not {check.rule, *check.inputs} & set(re.findall(r"<(?:h3|dt)>([^<:]*)", text))


def test_it_works_without_scripts_and_is_in_swedish(desk: Desk) -> None:
    answer = desk.hear().call(FUNCTION, "show_form")
    assert '<html lang="sv">' in answer.text
    assert "<script" not in answer.text
    assert answer.headers["Cache-Control"] == ["no-store"]
    assert answer.headers["Referrer-Policy"] == ["no-referrer"]


def test_an_answer_is_reviewed_and_then_received(desk: Desk) -> None:
    review = form(desk.hear(), "review_form")
    assert (review.status, answers(desk)) == (200, ())
    assert "Nej, vi invänder" in review.text
    assert "430\u00a0000\u00a0kronor" in review.text
    receipt = form(desk)
    assert receipt.status == 201
    (kept,) = answers(desk)
    assert (kept.stance, kept.amount_used, kept.late) == ("objects", 43_000_000, False)
    assert kept.answered_by == "municipality:0114"
    assert kept.content_hash in receipt.text
    assert "Yttranden vi har fått" in desk.call(FUNCTION, "show_form").text


def test_a_change_of_mind_goes_back_to_the_form_with_what_was_written(desk: Desk) -> None:
    answer = form(desk.hear(), step="change")
    assert (answer.status, answers(desk)) == (200, ())
    assert "Vi har använt mer än vi skrev." in answer.text


def test_a_late_answer_is_received_and_told_to_be_late(desk: Desk) -> None:
    is_over(desk.hear())
    assert "Sista dagen har passerat" in desk.call(FUNCTION, "show_form").text
    assert "Det kom in efter sista dagen" in form(desk).text
    assert answers(desk)[0].late


def test_the_same_form_twice_is_one_answer_and_another_form_another(desk: Desk) -> None:
    first = form(desk.hear())
    assert form(desk).text == first.text
    assert len(answers(desk)) == 1
    assert form(desk, text="Mer.", request_key="another-key").status == 201
    assert [given.text for given in answers(desk)] == ["Vi har använt mer än vi skrev.", "Mer."]


def test_once_it_is_decided_the_page_says_how_to_have_it_changed(desk: Desk) -> None:
    for answer in (desk.decide().call(FUNCTION, "show_form"), form(desk)):
        assert "<h1>Beslutet är redan fattat</h1>" in answer.text
        assert "Begär omprövning" in answer.text
        assert ROUND.appeal.split("\n\n")[0] in answer.text
    assert answers(desk) == ()


@pytest.mark.parametrize(
    ("changed", "field", "told"),
    [
        ({"stance": ""}, "stance", "Välj ett av alternativen."),
        ({"stance": "maybe"}, "stance", "Välj ett av alternativen."),
        ({"text": ""}, "text", "Berätta vad som är fel"),
        ({"text": "x" * 4001}, "text", "Texten är 4001 tecken."),
        ({"text": "Kontakta 19811228-9874."}, "text", "personnummer"),
        ({"amount_used": "12.345"}, "amount_used", "Fel:"),
        ({"amount_used": "461 837"}, "amount_used", "som är vad kommunen har fått"),
        ({"stance": "agrees"}, "amount_used", "Fyll i beloppet bara om ni invänder."),
    ],
)
@pytest.mark.parametrize("name", ["review_form", "send_form"])
def test_what_is_wrong_is_told_at_its_field_before_the_review_already(
    desk: Desk, name: str, changed: dict[str, str], field: str, told: str
) -> None:
    answer = form(desk.hear(), name, **changed)
    assert answer.status == 422
    assert "<title>Fel: " in answer.text
    assert told in answer.text
    assert f'href="#{field}"' in answer.text
    assert answers(desk) == ()


def test_a_field_that_is_not_in_the_form_is_refused(desk: Desk) -> None:
    assert (form(desk.hear(), surprise="x").status, answers(desk)) == (422, ())
    assert post(desk, surprise="x").pointers == ["/surprise"]


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\ufffd"])
def test_control_characters_are_refused(desk: Desk, sign: str) -> None:
    assert form(desk.hear(), text=f"a{sign}b").status == 400
    assert post(desk, text=f"a{sign}b").code == "invalid_input"
    assert answers(desk) == ()


def test_markup_is_shown_as_text(desk: Desk) -> None:
    answer = form(desk.hear(), "review_form", text="<script>alert(1)</script>")
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("token", ["x", TOKEN[:-1], TOKEN + "x", TOKEN.upper()])
def test_another_token_opens_nothing(desk: Desk, name: str, token: str) -> None:
    answer = desk.hear().call(FUNCTION, name, path=(TOKEN, token))
    assert answer.status == 404
    assert "link_not_valid" in answer.text
    assert "Upplands" not in answer.text
    assert answers(desk) == ()


@pytest.mark.parametrize("name", EVERY)
def test_a_link_that_is_no_longer_in_force_opens_nothing(desk: Desk, name: str) -> None:
    """Its lookup may remain; the case names the link that counts."""
    links = desk.hear().store.lookups["LINK"]
    links[sha256(b"an-older-link")] = next(iter(links.values()))
    answer = desk.call(FUNCTION, name, path=(TOKEN, "an-older-link"))
    assert (answer.status, answers(desk)) == (404, ())


@pytest.mark.parametrize("name", EVERY)
def test_before_anything_is_proposed_there_is_nothing_to_answer(desk: Desk, name: str) -> None:
    answer = desk.link().call(FUNCTION, name)
    assert answer.status == 404
    assert "no_hearing" in answer.text


def test_another_site_cannot_post_the_form(desk: Desk) -> None:
    answer = desk.hear().call(FUNCTION, "send_form", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answers(desk)) == (403, ())


# The agent


def test_the_agent_sees_the_proposal_and_what_was_answered(desk: Desk) -> None:
    form(desk.hear())
    read = desk.call(FUNCTION, "show_view").read
    assert (read["claim_ore"], read["status"], read["is_late"]) == (CLAIM, "hearing", False)
    assert {check["rule"] for check in read["checks"]} == set(RULES)
    assert [given["stance"] for given in read["answers"]] == ["objects"]


def test_the_agents_answer_has_a_receipt_and_names_the_agent(desk: Desk) -> None:
    answer = post(desk.hear())
    (kept,) = answers(desk)
    assert answer.status == 201
    assert answer.read["content_hash"] == kept.content_hash
    assert (answer.read["answer"], answer.read["late"]) == (1, False)
    assert kept.answered_by == "agent:agent-0114"


def test_the_agent_may_agree_without_a_word(desk: Desk) -> None:
    body = {"stance": "agrees"}
    assert desk.hear().call(FUNCTION, "send_json", body=body).status == 201
    assert answers(desk)[0].stance == "agrees"


@pytest.mark.parametrize("name", ["show_view", "send_json"])
@pytest.mark.parametrize("who", ["", *sorted(ROLES.keys() - {"agent-0114"})])
def test_only_the_municipalitys_own_agent_is_let_in(desk: Desk, name: str, who: str) -> None:
    answer = desk.hear().call(FUNCTION, name, who)
    assert answer.status == (403 if who else 401)
    assert answer.code in ("role_not_allowed", "not_your_municipality", "not_signed_in")
    assert answers(desk) == ()


def test_the_same_key_gets_the_same_receipt_and_never_another_answer(desk: Desk) -> None:
    first = post(desk.hear())
    assert post(desk).text == first.text
    assert post(desk, text="Något annat.").code == "key_used_for_another_request"
    assert len(answers(desk)) == 1


def test_a_receipt_is_told_again_after_another_answer(desk: Desk) -> None:
    first = post(desk.hear())
    assert post(desk, key="another-key", text="Mer.").read["answer"] == 2
    assert post(desk).text == first.text


@pytest.mark.parametrize("amount", [1.5, True, [1], {"kronor": 1}])
def test_an_amount_is_never_a_float_nor_a_heap(desk: Desk, amount: object) -> None:
    assert post(desk.hear(), amount_used=amount).pointers == ["/amount_used"]


def test_once_it_is_decided_the_agent_is_told_how_to_have_it_changed(desk: Desk) -> None:
    answer = post(desk.decide())
    assert (answer.status, answer.code) == (409, "hearing_closed")
    assert "omprövning" in answer.read["detail"]


@pytest.mark.parametrize(("path", "status"), [(("/1/", "/9/"), 404), (("/1/", "/x/"), 404), (("/0114", "/0115"), 403)])
@pytest.mark.parametrize("name", ["show_view", "send_json"])
def test_what_is_not_there_or_not_ones_own_is_not_shown(
    desk: Desk, name: str, path: tuple[str, str], status: int
) -> None:
    assert desk.hear().call(FUNCTION, name, path=path).status == status


def test_neither_token_nor_answers_are_logged(desk: Desk, log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    desk.hear()
    for name in EVERY:
        form(desk, name, text="hemligt innehåll") if name != "show_form" else desk.call(FUNCTION, name)
    post(desk, amount_used="hemligt innehåll")
    written = json.dumps(log_lines(), ensure_ascii=False)
    assert TOKEN not in written
    assert "hemligt" not in written


# What the officer does with it


def test_the_officer_sees_the_answer_and_says_how_it_was_weighed(desk: Desk) -> None:
    form(desk.hear())
    is_over(desk)
    shown = desk.call("decide_recoveries", "show_recovery").read
    assert [given["text"] for given in shown["answers"]] == ["Vi har använt mer än vi skrev."]
    body = {"waived_ore": 0, "reasons": "Skäl.", "answers_seen": 1}
    refused = desk.call("decide_recoveries", "prepare", body=body)
    assert (refused.status, refused.pointers) == (422, ["/answer_considered"])
    weighed = desk.call("decide_recoveries", "prepare", body=body | {"answer_considered": "Underlag saknas."})
    assert (weighed.status, weighed.read["answer_considered"]) == (200, "Underlag saknas.")


def test_who_has_not_seen_the_answer_does_not_prepare(desk: Desk) -> None:
    form(desk.hear())
    refused = is_over(desk).call("decide_recoveries", "prepare")
    assert (refused.status, refused.code, refused.pointers) == (409, "hearing_answers_not_seen", ["/answers_seen"])


@pytest.mark.parametrize("day", ["2026-4-15", "20260415", "2026-02-30", "2026-04-15T00:00", 1776211200, ""])
def test_a_day_is_written_in_one_way(desk: Desk, day: object) -> None:
    answer = desk.hear().call("decide_recoveries", "extend", body={"last_day": day, "reason": "Skäl."})
    assert (answer.status, answer.pointers) == (422, ["/last_day"])


def test_an_extension_is_shown_on_the_page_and_in_the_mail(desk: Desk) -> None:
    assert desk.hear().call("decide_recoveries", "extend").status == 200
    assert "15 april 2026" in desk.call(FUNCTION, "show_form").text
    assert any(mail.kind == "hearing_extended" for mail in desk.case().mails.values())


def test_a_decision_that_is_held_by_an_appeal_says_so(desk: Desk) -> None:
    desk.claim()
    desk.clock.time += timedelta(days=7)
    noted = desk.call("note_appeals", "note")
    assert (noted.status, noted.read["is_on_hold"]) == (200, True)
    ended = desk.call("note_appeals", "end")
    assert (ended.status, ended.read["is_on_hold"], ended.read["appeals"][0]["outcome"]) == (200, False, "upheld")
