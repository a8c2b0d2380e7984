"""Requisitions: received in time or late, held against every rule, approved or rejected once.

One that names another account than the one in force waits until a second person has decided on the account.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.requisitions import AGENT
from statsbidrag.domain.errors import NotFound, Refusal, StatsbidragError
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import start_of
from tests.builders import (
    ALLOCATED,
    KNOWN,
    OTHER,
    PAYOUT,
    RECIPIENT,
    SPRING,
    TERMS,
    THIRD,
    TOO_LATE,
    TWICE,
    Story,
    approved,
    changed,
    refusal,
    requisition,
    requisitioned,
)

TICK, DAY = timedelta(microseconds=1), timedelta(days=1)


def awaiting() -> Story:
    """The requisition names an account that is not in force."""
    story = Story()
    story.do(requisition(to=OTHER))
    story.do(c.ValidateRequisition(1))
    return story


def declined() -> Story:
    story = awaiting()
    story.do(c.DeclineAccount(1, "Kontot är inte kommunens.", "officer:1"))
    story.do(c.ValidateRequisition(1))
    return story


def test_a_requisition_in_time_is_received_and_to_be_validated() -> None:
    story = requisitioned()
    received = story.case.requisitions[0]
    assert (received.id, received.status, received.received_at) == (1, "received", SPRING)
    assert story.case.money.requisitioned == ALLOCATED
    assert story.stage == "received"
    assert story.tasks == {
        "requisitions/validate_requisition-1",
        "mail/send_mail-2025-0114-requisition_receipt-1",
    }


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (kronor(0), "amount_not_positive"),
        (kronor(-5), "amount_not_positive"),
        (Ore(150), "amount_not_whole"),
        (Ore(ALLOCATED + 100), "amount_above_allocation"),
    ],
)
def test_an_amount_that_may_not_be_drawn_is_refused_at_its_field(amount: Ore, code: str) -> None:
    story = Story()
    with pytest.raises(Refusal) as refused:
        story.do(requisition(amount))
    assert (refused.value.code, refused.value.field) == (code, "amount")


@pytest.mark.parametrize("amount", [kronor(1), ALLOCATED])
def test_the_smallest_and_the_highest_amount_are_received(amount: Ore) -> None:
    assert Story().do(requisition(amount))


def test_nothing_is_received_before_the_round_opens() -> None:
    opens = start_of(TERMS.requisition_opens)
    with pytest.raises(Refusal, match="round_not_open"):
        Story().do(requisition(), at=opens - TICK)
    assert Story().do(requisition(), at=opens)


def test_the_last_moment_of_the_last_day_is_in_time_and_the_next_is_late() -> None:
    in_time, late = Story(), Story()
    in_time.do(requisition(), at=TOO_LATE - TICK)
    late.do(requisition(), at=TOO_LATE)
    assert in_time.case.requisitions[0].status == "received"
    assert late.case.requisitions[0].status == "with_officer"
    assert late.tasks == {
        "officer/decide_late_requisition-1",
        "mail/send_mail-2025-0114-requisition_late-1",
    }


def test_a_late_requisition_is_never_approved_by_rule() -> None:
    story = Story()
    story.do(requisition(), at=TOO_LATE)
    with pytest.raises(Refusal, match="requisition_with_officer"):
        story.do(c.ValidateRequisition(1))
    assert story.case.requisitions[0].status == "with_officer"


def test_a_second_requisition_is_refused_with_what_was_asked_for() -> None:
    story = requisitioned(amount=kronor(1000))
    with pytest.raises(Refusal) as refused:
        story.do(requisition(kronor(1)))
    assert (refused.value.code, refused.value.status) == ("already_requisitioned", 409)
    assert "1\u00a0000\u00a0kronor" in refused.value.message


def test_a_round_may_allow_two_requisitions_that_share_the_allocation() -> None:
    story = requisitioned(msgspec.structs.replace(TERMS, requisitions_allowed=2), kronor(400_000))
    with pytest.raises(Refusal, match="amount_above_allocation"):
        story.do(requisition(Ore(ALLOCATED - kronor(400_000) + 100)))
    story.do(requisition(Ore(ALLOCATED - kronor(400_000))))
    story.do(c.ValidateRequisition(1))
    story.do(c.ValidateRequisition(2))
    assert story.case.money.approved == ALLOCATED
    assert [payout.id for payout in story.case.payouts] == ["P-2025-0114-1", "P-2025-0114-2"]


def test_an_approval_orders_the_payout_to_the_verified_account() -> None:
    story = approved()
    payout = story.case.payouts[0]
    assert (payout.id, payout.amount, payout.account, payout.status) == (
        PAYOUT,
        ALLOCATED,
        RECIPIENT.account,
        "ordered",
    )
    assert story.case.money.approved == ALLOCATED
    assert story.case.money.paid == 0
    assert story.stage == "ordered"
    assert "payouts/queue_payout-P-2025-0114-1" in story.tasks
    assert "requisitions/validate_requisition-1" not in story.tasks
    assert "mail/send_mail-2025-0114-requisition_approved-1" in story.tasks


def test_every_rule_is_shown_with_its_arithmetic() -> None:
    checks = approved().case.requisitions[0].checks
    assert [check.rule for check in checks] == [
        "amount_within_allocation",
        "received_in_time",
        "requisitions_allowed",
        "account_verified",
    ]
    assert all(check.passed for check in checks)
    assert checks[0].arithmetic == "0 < 46183600 <= 46183600 - 0 = 46183600"


@pytest.mark.parametrize(("terms", "times"), [(TERMS, "1 gång"), (TWICE, "2 gånger")])
def test_the_rule_says_how_often_in_the_right_form(terms: Terms, times: str) -> None:
    assert approved(terms).case.requisitions[0].checks[2].explanation == f"Kommunen kan rekvirera {times} i omgången."


def test_another_account_waits_for_a_second_person_and_orders_nothing() -> None:
    story = Story()
    story.do(requisition(to=OTHER))
    change = e.AccountChangeProposed(1, OTHER, KNOWN, AGENT, SPRING, requisition=1)
    assert story.do(c.ValidateRequisition(1)) == [change]
    assert story.case.requisitions[0].status == story.stage == "awaiting_account"
    assert (story.case.payouts, story.case.money.approved) == ((), 0)
    assert "officer/approve_account-1" in story.tasks
    assert "requisitions/validate_requisition-1" not in story.tasks
    assert story.do(c.ValidateRequisition(1)) == []


@pytest.mark.parametrize("decide", [c.ApproveAccount(1, OTHER, "officer:1"), c.DeclineAccount(1, "Nej.", "officer:1")])
def test_one_that_waited_for_its_account_is_to_be_validated_from_the_decision_on(decide: c.CaseCommand) -> None:
    story = awaiting()
    story.do(decide, at=SPRING + 40 * DAY)
    # Not since it came: the audit would take it for one that stands still.
    assert story.due("validate_requisition-1") == SPRING + 40 * DAY


def test_one_that_came_late_and_waited_for_its_account_is_to_be_validated_from_the_last_decision_on() -> None:
    story = Story()
    story.do(requisition(to=OTHER), at=TOO_LATE)
    story.do(c.DecideLateRequisition(1, accepted=True, reason="Skäl.", officer="officer:1"), at=TOO_LATE + DAY)
    assert story.due("validate_requisition-1") == TOO_LATE + DAY
    story.do(c.ValidateRequisition(1), at=TOO_LATE + DAY)
    story.do(c.ApproveAccount(1, OTHER, "officer:1"), at=TOO_LATE + 2 * DAY)
    assert story.due("validate_requisition-1") == TOO_LATE + 2 * DAY


def test_an_account_that_no_requisition_waits_for_makes_none_due_later() -> None:
    story = Story()
    story.do(c.ProposeAccount(OTHER, "officer:2"))
    story.do(requisition())
    story.do(c.ApproveAccount(1, OTHER, "officer:1"), at=SPRING + DAY)
    assert story.due("validate_requisition-1") == SPRING


def test_an_approved_account_has_the_requisition_validated_anew_and_paid_to_it() -> None:
    story = awaiting()
    story.do(c.ApproveAccount(1, OTHER, "officer:1"))
    assert story.stage == "received"
    assert "requisitions/validate_requisition-1" in story.tasks
    story.do(c.ValidateRequisition(1))
    assert story.case.requisitions[0].status == "approved"
    assert all(check.passed for check in story.case.requisitions[0].checks)
    assert (story.payout().account, story.payout().status) == (OTHER, "ordered")
    assert story.case.money.approved == ALLOCATED


def test_a_declined_account_has_the_requisition_rejected_by_that_rule_alone() -> None:
    story = declined()
    rejected = story.case.requisitions[0]
    assert rejected.status == story.stage == "rejected"
    assert [check.rule for check in rejected.checks if not check.passed] == ["account_verified"]
    assert (story.case.payouts, story.case.money.approved) == ((), 0)
    assert story.case.money.requisitioned == 0
    assert story.do(c.ValidateRequisition(1)) == []


def test_a_requisition_that_is_wrong_in_another_way_too_is_rejected_without_asking_about_its_account() -> None:
    story = Story()
    story.do(requisition(to=OTHER))
    story.do(c.OpenCase(RECIPIENT, TERMS, "L-2025-2", kronor(1)))
    story.do(c.ValidateRequisition(1))
    failed = [check.rule for check in story.case.requisitions[0].checks if not check.passed]
    assert failed == ["amount_within_allocation", "account_verified"]
    assert story.case.account_changes == ()


def test_a_share_lowered_while_the_account_waits_rejects_the_requisition_and_keeps_the_account() -> None:
    story = awaiting()
    story.do(c.OpenCase(RECIPIENT, TERMS, "L-2025-2", kronor(1)))
    story.do(c.ApproveAccount(1, OTHER, "officer:1"))
    story.do(c.ValidateRequisition(1))
    failed = [check.rule for check in story.case.requisitions[0].checks if not check.passed]
    assert failed == ["amount_within_allocation"]
    assert (story.account, story.case.payouts) == (OTHER, ())


def test_an_account_that_was_changed_once_more_meanwhile_is_not_asked_about_again() -> None:
    story = awaiting()
    story.do(c.ApproveAccount(1, OTHER, "officer:1"))
    changed(story, THIRD)
    story.do(c.ValidateRequisition(1))
    failed = [check.rule for check in story.case.requisitions[0].checks if not check.passed]
    assert failed == ["account_verified"]
    assert len(story.case.account_changes) == 2


def test_a_requisition_that_waits_for_its_account_takes_its_part_of_the_allocation() -> None:
    assert refusal(awaiting(), requisition(kronor(1))).code == "already_requisitioned"


def test_a_late_requisition_is_not_asked_about_its_account() -> None:
    story = Story()
    story.do(requisition(to=OTHER), at=TOO_LATE)
    assert refusal(story, c.ValidateRequisition(1)).code == "requisition_with_officer"
    assert story.case.account_changes == ()


def test_no_account_number_stands_in_the_checks() -> None:
    assert OTHER.number not in repr(declined().case.requisitions[0].checks)


def test_after_a_rejection_a_new_requisition_is_received() -> None:
    assert declined().do(requisition())[0] == e.RequisitionReceived(
        2, ALLOCATED, KNOWN, "REF-1", RECIPIENT.peppol_id, SPRING, "form-hash", late=False
    )


def test_a_share_lowered_meanwhile_rejects_what_is_above_it() -> None:
    story = requisitioned()
    story.do(c.OpenCase(RECIPIENT, TERMS, "L-2025-2", kronor(1)))
    story.do(c.ValidateRequisition(1))
    failed = [check.rule for check in story.case.requisitions[0].checks if not check.passed]
    assert failed == ["amount_within_allocation"]


def test_validating_again_changes_nothing() -> None:
    story = approved()
    assert story.do(c.ValidateRequisition(1)) == []


def test_an_unknown_requisition_is_not_found() -> None:
    with pytest.raises(NotFound, match="unknown_requisition"):
        Story().do(c.ValidateRequisition(1))


def test_a_refused_command_leaves_the_case_as_it_was() -> None:
    story = requisitioned()
    before = story.case
    with pytest.raises(StatsbidragError):
        story.do(requisition())
    assert story.case == before
