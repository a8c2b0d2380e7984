"""An officer sees why a municipality was drawn and what came in, and concludes with a reason."""

from __future__ import annotations

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import RecordFile
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import end_of
from tests.unit.functions.payouts import CLAIM, SHARE, Desk

FUNCTION = "conclude_spot_checks"
FILE = RecordFile("a", 1, "text/csv", "records/2025/0114/a")
BODY = {"outcome": "accepted", "not_accepted_ore": 0, "reason": "Allt är visat."}


@pytest.fixture
def checked(desk: Desk) -> Desk:
    desk.ask().act(c.ReceiveRecords(1, (FILE,)))
    return desk


def test_a_check_is_shown_with_its_rules_and_files(checked: Desk) -> None:
    told = checked.call(FUNCTION, "show_check").read
    assert told["rules"] == [{"rule": "reported", "explanation": "Alla som har återrapporterat kan dras."}]
    assert told["sent"][0]["files"][0]["name"] == FILE.name
    assert (told["accepted_use_ore"], told["outcome"]) == (SHARE - CLAIM, None)


def test_what_is_not_shown_becomes_a_recovery_with_a_hearing(checked: Desk) -> None:
    told = checked.call(FUNCTION, "conclude").read
    assert (told["outcome"], told["not_accepted_ore"]) == ("not_accounted_for", 5_000_000)
    assert (told["accepted_use_ore"], told["concluded_by"]) == (SHARE - CLAIM - 5_000_000, "officer-1")
    recovery = checked.case().recoveries[-1]
    assert (recovery.grounds, recovery.claim, recovery.status) == (("not_accounted_for",), Ore(5_000_000), "hearing")


def test_what_is_all_accepted_claims_nothing(checked: Desk) -> None:
    before = checked.case().recoveries
    told = checked.call(FUNCTION, "conclude", body=BODY).read
    assert (told["outcome"], told["accepted_use_ore"]) == ("accepted", SHARE - CLAIM)
    assert checked.case().recoveries == before


def test_the_same_conclusion_again_is_answered_alike(checked: Desk) -> None:
    first, before = checked.call(FUNCTION, "conclude"), checked.store.commits
    assert checked.call(FUNCTION, "conclude").read == first.read
    other = checked.call(FUNCTION, "conclude", body=BODY)
    assert (other.status, other.code, checked.store.commits) == (409, "spot_check_concluded", before)


@pytest.mark.parametrize("changed", [{"outcome": "misused"}, {"not_accepted_ore": 100}, {"not_accepted_ore": -100}])
def test_an_amount_that_does_not_fit_the_outcome_is_refused(checked: Desk, changed: dict[str, object]) -> None:
    answer = checked.call(FUNCTION, "conclude", body={**BODY, **changed})
    assert (answer.status, answer.pointers) == (422, ["/not_accepted"])


def test_an_outcome_that_is_none_is_told_at_its_field(checked: Desk) -> None:
    answer = checked.call(FUNCTION, "conclude", body={**BODY, "outcome": "perhaps"})
    assert (answer.status, answer.pointers) == (422, ["/outcome"])


def test_before_the_last_day_and_without_files_nothing_is_concluded(desk: Desk) -> None:
    assert desk.ask().call(FUNCTION, "conclude", body=BODY).code == "records_not_due"


@pytest.mark.parametrize("path", [("/spot-checks/1", "/spot-checks/2"), ("/0114", "/0115")])
def test_a_check_that_is_not_there_is_not_found(checked: Desk, path: tuple[str, str]) -> None:
    assert checked.call(FUNCTION, "conclude", path=path).status == 404


def test_what_came_in_and_what_did_not_is_on_the_work_list(desk: Desk) -> None:
    def listed() -> list[tuple[str, str]]:
        tasks = desk.call("list_tasks", "show_tasks").read["tasks"]
        return [(task["kind"], task["about"]) for task in tasks if "records" in task["kind"]]

    desk.ask()
    assert listed() == []
    desk.clock.time = end_of(desk.case().spot_checks[0].last_day)
    assert listed() == [("follow_up_missing_records", "1")]
    desk.act(c.ReceiveRecords(1, (FILE,)))
    assert listed() == [("review_records", "1")]
    assert desk.call(FUNCTION, "conclude", body=BODY).status == 200
    assert listed() == []


def test_a_link_that_is_ended_opens_nothing_until_another_is_sent(checked: Desk) -> None:
    assert checked.call(FUNCTION, "show_check").read["has_link"] is True
    assert checked.call(FUNCTION, "renew_link").read["has_link"] is False
    assert checked.call("receive_records", "show_form").status == 404
