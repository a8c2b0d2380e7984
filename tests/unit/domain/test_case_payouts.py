"""Payouts: in one batch, sent once, paid when the bank has booked them; news in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.payouts import may_leave
from statsbidrag.domain.errors import NotFound, NotYet
from statsbidrag.domain.money import Ore, kronor
from tests.builders import (
    ALLOCATED,
    BATCH_ID,
    NEXT_BATCH,
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
    refusal,
    reject,
    rejected,
    reported,
    returned,
    sent,
    set_back,
    settle,
    unknown,
    voided,
)

VOID = c.VoidPayout(PAYOUT, "Fel belopp.", "officer:1")


def test_a_payout_stands_in_one_batch() -> None:
    story = approved()
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID)) == [e.PayoutQueued(PAYOUT, BATCH_ID, SPRING)]
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID)) == []
    assert refusal(story, c.QueuePayout(PAYOUT, NEXT_BATCH)).code == "payout_in_another_batch"
    assert story.stage == "batched"


def test_a_payout_is_taken_out_of_a_void_batch_and_may_stand_in_the_next() -> None:
    story = batched()
    assert story.do(c.UnqueuePayout(PAYOUT, BATCH_ID)) == [e.PayoutUnqueued(PAYOUT, BATCH_ID, SPRING)]
    assert (story.payout().status, story.payout().batch) == ("ordered", "")
    assert f"payouts/queue_payout-{PAYOUT}" in story.tasks
    assert story.do(c.UnqueuePayout(PAYOUT, BATCH_ID)) == []
    assert story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))
    assert story.do(c.UnqueuePayout(PAYOUT, BATCH_ID)) == []
    assert story.payout().batch == NEXT_BATCH


@pytest.mark.parametrize("start", [sent, paid, unknown, rejected, returned])
def test_a_payout_that_left_is_not_taken_out_of_its_batch(start: Callable[[], Story]) -> None:
    assert start().do(c.UnqueuePayout(PAYOUT, BATCH_ID)) == []


@pytest.mark.parametrize("start", [sent, paid, unknown, rejected, returned])
def test_a_payout_that_left_is_not_put_in_another_batch(start: Callable[[], Story]) -> None:
    assert refusal(start(), c.QueuePayout(PAYOUT, NEXT_BATCH)).code == "payout_in_another_batch"


def void_after_a_batch_let_it_go() -> Story:
    story = batched()
    story.do(c.UnqueuePayout(PAYOUT, BATCH_ID))
    story.do(VOID)
    return story


def void_after_it_was_set_back() -> Story:
    story = set_back()
    story.do(VOID)
    return story


@pytest.mark.parametrize(
    "start",
    [voided, lambda: voided(is_final=True), void_after_a_batch_let_it_go, void_after_it_was_set_back],
)
@pytest.mark.parametrize("batch", [BATCH_ID, NEXT_BATCH])
def test_a_void_payout_is_put_in_no_batch(start: Callable[[], Story], batch: str) -> None:
    story = start()
    refused = refusal(story, c.QueuePayout(PAYOUT, batch))
    assert (refused.code, refused.status) == ("payout_not_ordered", 409)
    assert (story.payout().status, story.payout().batch) == ("void", "")


@pytest.mark.parametrize(
    ("start", "batch", "may"),
    [
        (approved, BATCH_ID, False),
        (batched, BATCH_ID, True),
        (batched, NEXT_BATCH, False),
        (sent, BATCH_ID, False),
        (paid, BATCH_ID, False),
        (voided, "", False),
    ],
)
def test_a_payout_leaves_only_from_the_batch_it_stands_in(start: Callable[[], Story], batch: str, may: bool) -> None:
    assert may_leave(start().case, PAYOUT, batch) is may


def test_the_silence_about_a_sent_payout_is_to_be_noted_when_the_term_is_over() -> None:
    story = sent()
    assert story.stage == "sent"
    assert f"payments/note_silence-{PAYOUT}" in story.tasks
    assert story.due(f"note_silence-{PAYOUT}") == SPRING + timedelta(days=7)
    assert story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID)) == []


@pytest.mark.parametrize("start", [approved, batched])
def test_a_payout_is_not_sent_in_a_batch_it_does_not_stand_in(start: Callable[[], Story]) -> None:
    assert refusal(start(), c.RecordPayoutSent(PAYOUT, NEXT_BATCH)).code == "payout_in_another_batch"


def test_a_booked_payout_is_paid_and_owes_a_report_link_later() -> None:
    story = paid()
    assert story.case.money.paid == ALLOCATED
    assert story.case.money.to_account_for == ALLOCATED
    assert story.stage == "paid"
    assert "report_links/issue_report_link-1" in story.tasks
    assert not any(PAYOUT in task for task in story.tasks)


def test_the_same_entry_is_booked_once() -> None:
    story = paid()
    assert story.do(settle()) == []


def test_another_entry_for_a_paid_payout_is_refused() -> None:
    assert refusal(paid(), settle("E-2")).code == "payout_not_under_way"


def test_the_bank_may_book_before_the_sending_is_recorded() -> None:
    story = batched()
    story.do(settle())
    assert story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID)) == []
    assert story.case.payouts[0].status == "settled"
    assert story.case.money.paid == ALLOCATED


def test_a_payout_that_is_in_no_batch_is_not_booked() -> None:
    assert refusal(approved(), settle()).code == "payout_not_under_way"


@pytest.mark.parametrize(
    ("amount", "returned"),
    [
        (kronor(0), "amount_differs"),
        (Ore(ALLOCATED - 1), "amount_differs"),
        (Ore(ALLOCATED + 1), "return_larger_than_payment"),
    ],
)
def test_another_amount_is_never_booked(amount: Ore, returned: str) -> None:
    assert refusal(sent(), settle(amount=amount)).code == "amount_differs"
    assert refusal(paid(), give_back(amount=amount)).code == returned


def test_a_return_larger_than_the_payment_is_refused_also_before_the_booking() -> None:
    refused = refusal(sent(), give_back(amount=Ore(ALLOCATED + 1)))
    assert (refused.code, refused.field) == ("return_larger_than_payment", "amount")


@pytest.mark.parametrize("start", [batched, sent])
def test_a_rejected_payout_moves_no_money_and_goes_to_an_officer(start: Callable[[], Story]) -> None:
    story = start()
    assert story.do(reject("AC04")) == [e.PayoutRejected(PAYOUT, "The bank's words", SPRING, "AC04")]
    assert story.case.money.paid == 0
    assert (story.payout().code, story.payout().reason) == ("AC04", "The bank's words")
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
    assert f"mail/send_mail-2025-0114-payout_rejected-{PAYOUT}" in story.tasks
    assert story.do(reject("AC04")) == []
    assert refusal(story, settle()).code == "payout_not_under_way"
    assert story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID)) == []


def test_a_rejection_after_the_booking_does_not_overturn_it() -> None:
    story = paid()
    assert story.do(reject("AC04")) == []
    assert story.case.money.paid == ALLOCATED


@pytest.mark.parametrize("batch", [BATCH_ID, ""])
def test_a_rejection_of_a_payout_that_was_never_batched_changes_nothing(batch: str) -> None:
    assert approved().do(reject("AC04", batch=batch)) == []


@pytest.mark.parametrize("start", [batched, sent, unknown])
@pytest.mark.parametrize("batch", [NEXT_BATCH, ""])
def test_a_rejection_that_names_a_batch_the_payout_does_not_stand_in_changes_nothing(
    start: Callable[[], Story], batch: str
) -> None:
    story = start()
    assert story.do(reject("AC04", batch=batch)) == []
    assert story.do(reject("AC04"))


QUEUE_AGAIN = c.QueuePayout(PAYOUT, NEXT_BATCH)
SEND_AGAIN = c.RecordPayoutSent(PAYOUT, NEXT_BATCH)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [QUEUE_AGAIN],
        [QUEUE_AGAIN, SEND_AGAIN],
        [QUEUE_AGAIN, SEND_AGAIN, c.RecordSilence(PAYOUT)],
    ],
)
def test_a_late_rejection_of_the_first_sending_changes_nothing_and_one_of_the_second_does(
    steps: Sequence[c.CaseCommand],
) -> None:
    story = set_back()
    for step in steps:
        story.do(step, at=story.now + timedelta(days=7))
    before = story.case
    assert story.do(reject("AC04", batch=BATCH_ID)) == []
    assert story.do(reject("AC04", batch="")) == []
    assert story.case == before
    assert bool(story.do(reject("AC04", batch=NEXT_BATCH))) == bool(steps)


def test_a_late_rejection_of_a_batch_that_let_the_payout_go_changes_nothing() -> None:
    story = batched()
    story.do(c.UnqueuePayout(PAYOUT, BATCH_ID))
    story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))
    assert story.do(reject("AC04", batch=BATCH_ID)) == []


def test_a_returned_payout_takes_the_payment_back() -> None:
    story = paid()
    story.do(give_back())
    assert story.case.money.paid == 0
    assert (story.stage, story.payout().code) == ("returned", "AC04")
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
    assert "report_links/issue_report_link-1" not in story.tasks
    assert story.do(give_back()) == []
    assert refusal(story, give_back("R-2")).code == "payout_not_returnable"
    assert story.case.money.imbalances() == []


def test_a_return_that_comes_before_the_booking_is_tried_again() -> None:
    story = sent()
    with pytest.raises(NotYet, match="payout_not_booked"):
        story.do(give_back())
    story.do(settle())
    story.do(give_back())
    assert (story.stage, story.case.money.paid) == ("returned", 0)


@pytest.mark.parametrize("steps", [[], [QUEUE_AGAIN], [QUEUE_AGAIN, SEND_AGAIN]])
def test_a_return_before_the_booking_of_what_was_set_back_is_tried_again(steps: Sequence[c.CaseCommand]) -> None:
    """The first sending was carried out after all, and the bank tells of the return first."""
    story = set_back()
    for step in steps:
        story.do(step)
    before = story.case
    with pytest.raises(NotYet, match="payout_not_booked"):
        story.do(give_back())
    assert story.case == before
    story.do(settle())
    assert story.case.money.paid == ALLOCATED
    assert story.do(give_back()) == [e.PayoutReturned(PAYOUT, "R-1", "AC04", story.now)]
    assert (story.payout().status, story.case.money.paid) == ("returned", 0)


def test_another_amount_of_what_was_set_back_is_refused_and_not_tried_again() -> None:
    assert refusal(set_back(), give_back(amount=Ore(ALLOCATED - 1))).code == "amount_differs"


def test_a_payout_that_was_never_batched_cannot_come_back() -> None:
    assert refusal(approved(), give_back()).code == "payout_not_returnable"


def test_a_payout_may_come_back_while_the_link_is_out() -> None:
    story = linked()
    story.do(give_back())
    assert story.case.money.paid == 0
    assert not any(task.startswith(("report_links", "assessments")) for task in story.tasks)


def test_a_return_after_the_report_goes_to_a_person() -> None:
    assert refusal(reported(), give_back()).code == "payout_not_returnable"


def test_a_return_while_the_whole_grant_is_claimed_goes_to_a_person() -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert refusal(story, give_back()).code == "payout_not_returnable"


@pytest.mark.parametrize(
    "command",
    [
        c.QueuePayout("P-2025-0114-9", BATCH_ID),
        c.UnqueuePayout("P-2025-0114-9", BATCH_ID),
        c.RecordPayoutSent("P-2025-0114-9", BATCH_ID),
        c.RecordPayoutSettled("P-2025-0114-9", "E-9", kronor(1), date(2025, 4, 7)),
        reject(payout="P-2025-0114-9"),
        c.RecordPayoutReturned("P-2025-0114-9", "R-9", kronor(1), "AC04"),
    ],
)
def test_an_unknown_payout_is_not_found(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound, match="unknown_payment"):
        sent().do(command)
