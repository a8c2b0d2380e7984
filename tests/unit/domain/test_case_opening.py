"""A case is opened by a list, and follows the lists and the register after that."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from statsbidrag.domain.case import CASE, decide, empty_case, lookups
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.journal import Lookup
from statsbidrag.domain.money import Ore, kronor
from tests.builders import ALLOCATED, KEY, RECIPIENT, SPRING, TERMS, Story, approved, report, requisition

OPEN = c.OpenCase(RECIPIENT, TERMS, "L-2025-1", ALLOCATED)


def test_a_list_opens_a_case_with_recipient_terms_and_share() -> None:
    story = Story()
    assert story.events == [e.CaseOpened(RECIPIENT, TERMS), e.AllocationSet("L-2025-1", ALLOCATED)]
    assert story.case.money.allocated == ALLOCATED
    assert story.case.number == "9.3-0114/2025"
    assert story.stage == "allocated"
    assert story.tasks == set()


def test_the_same_list_again_changes_nothing() -> None:
    assert Story().do(OPEN) == []


def test_a_newer_list_changes_the_share_and_keeps_the_terms() -> None:
    story = Story()
    other = msgspec.structs.replace(TERMS, hearing_days=1)
    assert story.do(c.OpenCase(RECIPIENT, other, "L-2025-2", kronor(1))) == [e.AllocationSet("L-2025-2", kronor(1))]
    assert story.case.terms == TERMS


def test_an_older_list_that_comes_late_never_overrides_a_newer_one() -> None:
    story = Story()
    newer = c.OpenCase(RECIPIENT, TERMS, "L-2025-2", kronor(2), SPRING + timedelta(days=1))
    older = c.OpenCase(RECIPIENT, TERMS, "L-2025-3", kronor(3), SPRING)
    assert story.do(newer)
    assert story.do(older) == []
    assert story.case.money.allocated == kronor(2)


def test_a_changed_recipient_is_taken_in() -> None:
    story = Story()
    changed = msgspec.structs.replace(RECIPIENT, registry_email="kommun@kommun-0114.example")
    assert story.do(c.OpenCase(changed, TERMS, "L-2025-1", ALLOCATED)) == [e.RecipientChanged(changed)]
    assert story.case.recipient == changed


def test_a_share_below_what_is_approved_is_refused() -> None:
    story = approved()
    with pytest.raises(Refusal) as refused:
        story.do(c.OpenCase(RECIPIENT, TERMS, "L-2025-2", Ore(ALLOCATED - 100)))
    assert refused.value.code == "allocation_below_approved"


@pytest.mark.parametrize(
    "command",
    [
        requisition(),
        c.IssueReportLink("hash"),
        c.IssueReminder(7),
        report(),
        c.AssessReport(),
        c.AssessMissingReport(),
    ],
)
def test_a_municipality_without_a_share_is_unknown(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound) as refused:
        decide(empty_case(KEY), command, SPRING)
    assert refused.value.code == "unknown_municipality"


def test_a_case_is_found_in_its_round_and_by_its_link() -> None:
    case = Story().case
    assert lookups(case, e.CaseOpened(RECIPIENT, TERMS)) == (Lookup("CASES#2025", "0114"),)
    assert lookups(case, e.ReportLinkIssued(1, "hash", SPRING)) == (Lookup("LINK", "hash"),)
    assert lookups(case, e.DeliveryUnproven()) == ()


def test_an_empty_case_owes_nothing() -> None:
    assert CASE.owed(empty_case(KEY)) == frozenset()
