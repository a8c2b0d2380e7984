"""An officer decides on a late requisition by the API, by the form of the case, and finds the way there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.functions.payouts import SHARE, Desk
from tests.unit.functions.test_action_forms import post
from tests.unit.functions.test_staff_pages import page

FUNCTION, NAME = "decide_late_requisitions", "decide_late"
BODY = {"outcome": "dismissed", "reason": "Kommunen har inte visat något hinder."}


def test_it_is_taken_up_by_the_one_who_is_signed_in(desk: Desk) -> None:
    answer = desk.lag().call(FUNCTION, NAME, "officer-2")
    assert (answer.status, answer.read["status"]) == (200, "received")
    assert (answer.read["requisition_id"], answer.read["amount_ore"]) == (1, SHARE)
    told = answer.read["late_decision"]
    assert (told["accepted"], told["decided_by"]) == (True, "officer-2")
    assert told["reason"] == "Vår tjänst låg nere den sista dagen."


def test_it_is_dismissed_with_the_rule_that_it_broke(desk: Desk) -> None:
    answer = desk.lag().call(FUNCTION, NAME, body=BODY)
    assert (answer.status, answer.read["status"]) == (200, "rejected")
    assert [check.rule for check in desk.case().requisitions[0].checks] == ["received_in_time"]
    assert "2025-0114-requisition_dismissed-1" in desk.case().mails


def test_asked_again_it_is_answered_alike_and_another_decision_is_refused(desk: Desk) -> None:
    first = desk.lag().call(FUNCTION, NAME, body=BODY)
    before = desk.store.commits
    assert (desk.call(FUNCTION, NAME, body=BODY).text, desk.store.commits) == (first.text, before)
    other = desk.call(FUNCTION, NAME)
    assert (other.status, other.code, desk.store.commits) == (409, "late_requisition_decided", before)
    assert "officer-1 har redan avvisat rekvisitionen" in other.read["detail"]


def test_one_in_time_is_refused(desk: Desk) -> None:
    before = desk.store.commits
    answer = desk.call(FUNCTION, NAME)
    assert (answer.status, answer.code, desk.store.commits) == (409, "requisition_not_late", before)


@pytest.mark.parametrize("number", ["9", "0", "x", "-1"])
def test_a_requisition_that_is_not_there_is_not_found(desk: Desk, number: str) -> None:
    desk.lag()
    before = desk.store.commits
    answer = desk.call(FUNCTION, NAME, path=("/requisitions/1", f"/requisitions/{number}"))
    assert (answer.status, desk.store.commits) == (404, before)


@pytest.mark.parametrize("outcome", ["", "approved", "ACCEPTED", True, 1])
def test_an_outcome_that_is_none_is_told_at_its_field(desk: Desk, outcome: object) -> None:
    desk.lag()
    before = desk.store.commits
    answer = desk.call(FUNCTION, NAME, body={**BODY, "outcome": outcome})
    assert (answer.status, answer.pointers, desk.store.commits) == (422, ["/outcome"], before)


def test_it_is_decided_by_form_and_the_case_says_so(desk: Desk) -> None:
    desk.lag()
    answer = post(FUNCTION, NAME, "officer-1", BODY)
    assert answer.status == 303
    assert answer.headers["Location"][0].endswith("handlaggning/arende/2025/0114?klart=avgor-sen-rekvisition")
    text = page("/handlaggning/arende/{round}/{municipality}")
    assert "officer-1 avvisade den" in text
    assert BODY["reason"] in text
    assert "avgor-sen-rekvisition" not in text


def test_a_form_without_a_choice_or_a_reason_is_shown_again(desk: Desk) -> None:
    desk.lag()
    answer = post(FUNCTION, NAME, "officer-1", {"outcome": "", "reason": ""})
    assert answer.status == 422
    assert "Välj ett av alternativen." in answer.text
    assert "Fyll i fältet." in answer.text


def test_the_way_to_it_is_on_the_case_in_the_work_list_and_on_the_rounds_page(desk: Desk) -> None:
    desk.lag()
    assert "arende/2025/0114/atgard/avgor-sen-rekvisition" in page("/handlaggning/arende/{round}/{municipality}")
    assert "arende/2025/0114/atgard/avgor-sen-rekvisition?om=1" in page("/handlaggning")
    assert "arende/2025/0114/atgard/avgor-sen-rekvisition?om=1" in page("/handlaggning/omgang/{round}")
    desk.call(FUNCTION, NAME, body=BODY)
    for path in ("/handlaggning", "/handlaggning/omgang/{round}"):
        assert "avgor-sen-rekvisition" not in page(path)
    assert "Kom in för sent" in page("/handlaggning/omgang/{round}")


def test_what_was_decided_stands_in_the_register(desk: Desk) -> None:
    desk.lag().call(FUNCTION, NAME, body=BODY)
    desk.clock.time = datetime(2025, 6, 4, 8, tzinfo=UTC)
    text = page("/handlaggning/arende/{round}/{municipality}/diarium")
    assert "Beslut att avvisa en sen rekvisition" in text
