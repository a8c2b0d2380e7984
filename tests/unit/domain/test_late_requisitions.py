"""A late requisition is taken up or dismissed by an officer, once and with a reason; then it goes as any other."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.timeline import timeline
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.money import Ore, kronor
from tests.builders import ALLOCATED, OTHER, PAYOUT, TOO_LATE, Story, refusal, requisition, requisitioned

WHY = "Tjänsten låg nere den sista dagen."
LATER = TOO_LATE + timedelta(days=5)
TAKEN_UP = c.DecideLateRequisition(1, True, WHY, "officer:1")
DISMISSED = c.DecideLateRequisition(1, False, "Den kom för sent.", "officer:1")


def late(amount: Ore = ALLOCATED) -> Story:
    story = Story()
    story.do(requisition(amount), at=TOO_LATE)
    return story


def decided(command: c.DecideLateRequisition = TAKEN_UP) -> Story:
    story = late()
    story.do(command, at=LATER)
    return story


def test_one_that_is_taken_up_is_to_be_validated_from_then_on() -> None:
    story = decided()
    [asked] = story.case.requisitions
    assert asked.status == "received"
    assert asked.late_decision is not None
    assert (asked.late_decision.reason, asked.late_decision.decided_by) == (WHY, "officer:1")
    assert "officer/decide_late_requisition-1" not in story.tasks
    # Not since it came: the audit would take it for one that stands still.
    assert story.due("validate_requisition-1") == LATER


def test_one_that_is_taken_up_is_approved_and_paid_as_one_in_time() -> None:
    story = decided()
    [approved] = story.do(c.ValidateRequisition(1))
    assert isinstance(approved, e.RequisitionApproved)
    assert story.case.money.approved == ALLOCATED
    assert f"payouts/queue_payout-{PAYOUT}" in story.tasks
    check = next(check for check in approved.checks if check.rule == "received_in_time")
    assert (check.passed, check.inputs["taken_up_by"]) == (True, "officer:1")
    assert "En handläggare har beslutat att ta upp den ändå." in check.explanation


def test_the_other_rules_are_still_tried_on_one_that_is_taken_up() -> None:
    story = Story()
    story.do(requisition(to=OTHER), at=TOO_LATE)
    story.do(TAKEN_UP)
    story.do(c.ValidateRequisition(1))
    assert story.case.requisitions[0].status == "awaiting_account"
    story.do(c.DeclineAccount(1, "Kontot är inte kommunens.", "officer:2"))
    [rejected] = story.do(c.ValidateRequisition(1))
    assert isinstance(rejected, e.RequisitionRejected)
    assert [check.rule for check in rejected.checks if not check.passed] == ["account_verified"]
    assert "mail/send_mail-2025-0114-requisition_rejected-1" in story.tasks


def test_one_that_is_dismissed_is_rejected_and_the_municipality_is_told() -> None:
    story = decided(DISMISSED)
    [asked] = story.case.requisitions
    assert (asked.status, asked.decided_at) == ("rejected", LATER)
    assert [(check.rule, check.passed) for check in asked.checks] == [("received_in_time", False)]
    assert story.tasks == {
        "mail/send_mail-2025-0114-requisition_late-1",
        "mail/send_mail-2025-0114-requisition_dismissed-1",
    }
    assert story.case.money.approved == 0
    assert story.do(c.ValidateRequisition(1)) == []


def test_after_a_dismissal_another_may_be_sent_and_is_late_again() -> None:
    story = decided(DISMISSED)
    [received] = story.do(requisition(kronor(1000)), at=LATER)
    assert isinstance(received, e.RequisitionReceived)
    assert (received.requisition, received.late) == (2, True)
    assert "officer/decide_late_requisition-2" in story.tasks
    story.do(msgspec.structs.replace(TAKEN_UP, requisition=2))
    story.do(c.ValidateRequisition(2))
    assert story.case.money.approved == kronor(1000)


@pytest.mark.parametrize("told", [TAKEN_UP, DISMISSED])
def test_the_same_decision_again_changes_nothing_and_another_is_refused(told: c.DecideLateRequisition) -> None:
    story = decided(told)
    assert story.do(msgspec.structs.replace(told, reason=f" {told.reason} ")) == []
    for change in ({"accepted": not told.accepted}, {"reason": "Ett annat."}, {"officer": "officer:2"}):
        refused = refusal(story, msgspec.structs.replace(told, **change))
        assert (refused.code, refused.status) == ("late_requisition_decided", 409)
        assert ("tagit upp" in refused.message) == told.accepted


def test_it_stays_decided_when_it_has_been_approved() -> None:
    story = decided()
    story.do(c.ValidateRequisition(1))
    assert story.do(TAKEN_UP) == []
    assert refusal(story, DISMISSED).code == "late_requisition_decided"


@pytest.mark.parametrize("accepted", [True, False])
def test_one_in_time_is_not_decided_on(accepted: bool) -> None:
    refused = refusal(requisitioned(), msgspec.structs.replace(TAKEN_UP, accepted=accepted))
    assert (refused.code, refused.status) == ("requisition_not_late", 409)


@pytest.mark.parametrize("number", [0, 2])
def test_one_that_is_not_there_is_not_found(number: int) -> None:
    story = late()
    with pytest.raises(NotFound, match="unknown_requisition"):
        story.do(msgspec.structs.replace(TAKEN_UP, requisition=number))


@pytest.mark.parametrize("accepted", [True, False])
def test_a_reason_is_needed_either_way(accepted: bool) -> None:
    command = msgspec.structs.replace(TAKEN_UP, accepted=accepted, reason=" \n")
    assert refusal(late(), command).code == "reason_missing"


def test_the_municipality_reads_where_it_stands() -> None:
    def says(story: Story) -> str:
        return next(step.says for step in timeline(story.case, LATER) if step.kind == "requisition")

    assert "En handläggare avgör" in says(late())
    assert "Vi kontrollerar den mot villkoren." in says(decided())
    dismissed = says(decided(DISMISSED))
    assert "kom efter sista dagen, och vi avvisade den" in dismissed
    assert "Den kommer också efter sista dagen" in dismissed
