"""Payouts: in one batch, sent once, paid when the bank has booked them; news in any order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.money import Ore, kronor
from tests.builders import (
    ALLOCATED,
    BATCH_ID,
    PAYOUT,
    REPORT_MISSING,
    SPRING,
    Story,
    approved,
    batched,
    delivered,
    give_back,
    linked,
    paid,
    reported,
    sent,
    settle,
)


def refusal(story: Story, command: c.CaseCommand) -> str:
    with pytest.raises(Refusal) as refused:
        story.do(command)
    return refused.value.code


def test_a_payout_stands_in_one_batch() -> None:
    story = approved()
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID)) == [e.PayoutQueued(PAYOUT, BATCH_ID, SPRING)]
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID)) == []
    assert refusal(story, c.QueuePayout(PAYOUT, "B-2025-20250404-2")) == "payout_in_another_batch"
    assert story.stage == "batched"


def test_a_sent_payout_is_asked_about_when_the_bank_is_silent() -> None:
    story = sent()
    assert story.stage == "sent"
    assert story.due(f"ask_bank_about_payout-{PAYOUT}") == SPRING + timedelta(days=7)
    assert story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID)) == []


@pytest.mark.parametrize("start", [approved, batched])
def test_a_payout_is_not_sent_in_a_batch_it_does_not_stand_in(start: Callable[[], Story]) -> None:
    assert refusal(start(), c.RecordPayoutSent(PAYOUT, "B-2025-20250404-2")) == "payout_in_another_batch"


def test_a_booked_payout_is_paid_and_owes_a_report_link_later() -> None:
    story = paid()
    assert story.case.money.paid == ALLOCATED
    assert story.case.money.to_account_for == ALLOCATED
    assert story.stage == "paid"
    assert "report_links/issue_report_link-1" in story.tasks
    assert f"officer/ask_bank_about_payout-{PAYOUT}" not in story.tasks


def test_the_same_entry_is_booked_once() -> None:
    story = paid()
    assert story.do(settle()) == []


def test_another_entry_for_a_paid_payout_is_refused() -> None:
    assert refusal(paid(), settle("E-2")) == "payout_not_under_way"


def test_the_bank_may_book_before_the_sending_is_recorded() -> None:
    story = batched()
    story.do(settle())
    assert story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID)) == []
    assert story.case.payouts[0].status == "settled"
    assert story.case.money.paid == ALLOCATED


def test_a_payout_that_is_in_no_batch_is_not_booked() -> None:
    assert refusal(approved(), settle()) == "payout_not_under_way"


@pytest.mark.parametrize("amount", [Ore(ALLOCATED - 1), Ore(ALLOCATED + 1), kronor(0)])
def test_another_amount_is_never_booked(amount: Ore) -> None:
    assert refusal(sent(), settle(amount=amount)) == "amount_differs"
    assert refusal(paid(), give_back(amount=amount)) == "amount_differs"


@pytest.mark.parametrize("start", [batched, sent])
def test_a_rejected_payout_moves_no_money_and_goes_to_an_officer(start: Callable[[], Story]) -> None:
    story = start()
    story.do(c.RecordPayoutRejected(PAYOUT, "AC04 closed"))
    assert story.case.money.paid == 0
    assert story.case.payouts[0].reason == "AC04 closed"
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
    assert f"mail/send_mail-2025-0114-payout_rejected-{PAYOUT}" in story.tasks
    assert story.do(c.RecordPayoutRejected(PAYOUT, "AC04 closed")) == []
    assert refusal(story, settle()) == "payout_not_under_way"
    assert story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID)) == []


def test_a_rejection_after_the_booking_does_not_overturn_it() -> None:
    story = paid()
    assert story.do(c.RecordPayoutRejected(PAYOUT, "AC04")) == []
    assert story.case.money.paid == ALLOCATED


def test_a_rejection_of_a_payout_that_was_never_batched_changes_nothing() -> None:
    assert approved().do(c.RecordPayoutRejected(PAYOUT, "AC04")) == []


def test_a_returned_payout_takes_the_payment_back() -> None:
    story = paid()
    story.do(give_back())
    assert story.case.money.paid == 0
    assert story.stage == "returned"
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
    assert "report_links/issue_report_link-1" not in story.tasks
    assert story.do(give_back()) == []
    assert refusal(story, give_back("R-2")) == "payout_not_returnable"
    assert story.case.money.imbalances() == []


def test_a_return_that_comes_before_the_booking_is_tried_again() -> None:
    story = sent()
    with pytest.raises(NotYet, match="payout_not_booked"):
        story.do(give_back())
    story.do(settle())
    story.do(give_back())
    assert (story.stage, story.case.money.paid) == ("returned", 0)


def test_a_payout_that_was_never_batched_cannot_come_back() -> None:
    assert refusal(approved(), give_back()) == "payout_not_returnable"


def test_a_payout_may_come_back_while_the_link_is_out() -> None:
    story = linked()
    story.do(give_back())
    assert story.case.money.paid == 0
    assert not any(task.startswith(("report_links", "assessments")) for task in story.tasks)


def test_a_return_after_the_report_goes_to_a_person() -> None:
    assert refusal(reported(), give_back()) == "payout_not_returnable"


def test_a_return_while_the_whole_grant_is_claimed_goes_to_a_person() -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert refusal(story, give_back()) == "payout_not_returnable"


@pytest.mark.parametrize(
    "command",
    [
        c.QueuePayout("P-2025-0114-9", BATCH_ID),
        c.RecordPayoutSent("P-2025-0114-9", BATCH_ID),
        c.RecordPayoutSettled("P-2025-0114-9", "E-9", kronor(1), date(2025, 4, 7)),
        c.RecordPayoutRejected("P-2025-0114-9", "AC04"),
        c.RecordPayoutReturned("P-2025-0114-9", "R-9", kronor(1), "AC04"),
    ],
)
def test_an_unknown_payout_is_not_found(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound, match="unknown_payment"):
        sent().do(command)
