"""An officer gives more time and opens reports again; what was reported before is shown beside it."""

from __future__ import annotations

import pytest

from tests.unit.functions.payouts import CLAIM, SHARE, Desk

FUNCTION = "change_reports"
BODY = {"last_day": "2026-03-31", "reason": "Ett belopp hade blivit fel."}


def test_a_case_without_a_report_shows_its_last_day(desk: Desk) -> None:
    answer = desk.link().call(FUNCTION, "show_report")
    assert answer.status == 200
    assert answer.read == {
        "case_number": "9.3-0114/2025",
        "last_day": "2026-02-28",
        "open_for_correction": False,
        "extensions": [],
        "reopenings": [],
        "reports": [],
    }


def test_more_time_is_given_and_shown(desk: Desk) -> None:
    answer = desk.link().call(FUNCTION, "extend")
    assert (answer.status, answer.read["last_day"]) == (200, "2026-03-31")
    [extension] = answer.read["extensions"]
    assert extension["previous"] == "2026-02-28"
    assert extension["granted_by"] == "officer-1"


def test_a_reopened_report_is_shown_with_what_it_said(desk: Desk) -> None:
    answer = desk.hear().call(FUNCTION, "reopen")
    assert (answer.status, answer.read["open_for_correction"]) == (200, True)
    [report] = answer.read["reports"]
    assert (report["used_ore"], report["late"]) == (SHARE - CLAIM, False)
    assert desk.case().recoveries[0].status == "withdrawn"


@pytest.mark.parametrize("day", ["2026-02-30", "31 mars 2026", "2026-3-31", "20260331", "2026-W14-2", ""])
@pytest.mark.parametrize("name", ["extend", "reopen"])
def test_what_is_no_day_is_told_at_its_field(desk: Desk, name: str, day: str) -> None:
    answer = desk.hear().call(FUNCTION, name, body={**BODY, "last_day": day})
    assert (answer.status, answer.code, answer.pointers) == (422, "date_unreadable", ["/last_day"])


def test_a_decided_recovery_says_what_to_do_instead(desk: Desk) -> None:
    answer = desk.decide().call(FUNCTION, "reopen")
    assert (answer.status, answer.code) == (409, "recovery_already_decided")
    assert "ompröva" in answer.read["detail"]


@pytest.mark.parametrize("name", ["extend", "reopen"])
def test_asked_again_it_is_answered_alike(desk: Desk, name: str) -> None:
    ready = desk.link() if name == "extend" else desk.hear()
    first = ready.call(FUNCTION, name)
    before = desk.store.commits
    assert (desk.call(FUNCTION, name).text, desk.store.commits) == (first.text, before)
