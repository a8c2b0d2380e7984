"""Payouts that did not go as they should: held, silent, void, issued anew. No krona is paid twice or lost on the way.

What may cost money is decided by two persons: whether a payout that nothing was heard of was carried out. A payout is
replaced once, by one that is linked to it, and never to an account for whose sake the bank has just refused it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import get_args

import msgspec
import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import decide, empty_case
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.corrections import needs_new_account
from statsbidrag.domain.case.payouts import may_leave
from statsbidrag.domain.case.state import Payout, PayoutStatus, Resolution, UnknownOutcome
from statsbidrag.domain.errors import NotFound, NotYet
from statsbidrag.domain.money import NOTHING, Ore, kronor
from tests.builders import (
    ALLOCATED,
    ANSWER_DUE,
    BATCH_ID,
    KEY,
    KNOWN,
    NEXT_BATCH,
    OTHER,
    PAYOUT,
    SECOND,
    SPRING,
    TERMS,
    THIRD,
    TWICE,
    Story,
    approved,
    batched,
    changed,
    changing,
    give_back,
    not_carried_out,
    paid,
    refusal,
    reject,
    rejected,
    requisition,
    requisitioned,
    returned,
    sent,
    set_back,
    settle,
    unknown,
    voided,
)

TICK = timedelta(microseconds=1)
QUEUE_TASK = f"payouts/queue_payout-{PAYOUT}"
HOLD = c.HoldPayouts(PAYOUT, "Väntar på besked.", "officer:1")
HOLD_ALL = c.HoldPayouts("", "Väntar på besked.", "officer:1")
RELEASE = c.ReleasePayouts(1, "Besked har kommit.", "officer:2")
VOID = c.VoidPayout(PAYOUT, "Fel belopp.", "officer:1")
FOREVER = c.VoidPayout(PAYOUT, "Fel belopp.", "officer:1", is_final=True)
REISSUE = c.ReissuePayout(PAYOUT, "officer:1")
SILENCE = c.RecordSilence(PAYOUT)
Start = Callable[[], Story]


def word(outcome: UnknownOutcome, officer: str = "officer:1", reason: str = "Enligt banken.") -> c.ProposeResolution:
    return c.ProposeResolution(PAYOUT, outcome, reason, officer)


def confirm(outcome: UnknownOutcome, officer: str = "officer:2") -> c.ConfirmResolution:
    return c.ConfirmResolution(PAYOUT, outcome, officer)


def two_payouts() -> Story:
    """Two requisitions are approved, and no payout has left."""
    story = approved(TWICE, kronor(100))
    story.do(requisition(kronor(50)))
    story.do(c.ValidateRequisition(2))
    return story


# Holds


def test_a_held_payout_is_not_to_be_queued_and_cannot_be() -> None:
    story = approved()
    assert story.do(HOLD) == [e.PayoutsHeld(1, PAYOUT, "Väntar på besked.", "officer:1", SPRING)]
    assert QUEUE_TASK not in story.tasks
    assert "officer/review_hold-1" in story.tasks
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"


def test_a_hold_on_one_payout_leaves_the_others_alone() -> None:
    story = two_payouts()
    story.do(HOLD)
    assert f"payouts/queue_payout-{SECOND}" in story.tasks
    assert story.do(c.QueuePayout(SECOND, BATCH_ID))


def test_a_hold_on_the_municipality_stops_every_payout_and_those_that_are_ordered_later() -> None:
    story = requisitioned(TWICE, kronor(100))
    story.do(HOLD_ALL)
    story.do(c.ValidateRequisition(1))
    story.do(requisition(kronor(50)))
    story.do(c.ValidateRequisition(2))
    assert not any("queue_payout" in task for task in story.tasks)
    for payout in (PAYOUT, SECOND):
        assert refusal(story, c.QueuePayout(payout, BATCH_ID)).code == "payout_on_hold"
    story.do(RELEASE)
    assert {QUEUE_TASK, f"payouts/queue_payout-{SECOND}"} <= story.tasks


@pytest.mark.parametrize("hold", [HOLD, HOLD_ALL])
def test_a_payout_that_is_held_in_its_batch_may_not_leave_with_it(hold: c.HoldPayouts) -> None:
    story = batched()
    story.do(hold)
    assert not may_leave(story.case, PAYOUT, BATCH_ID)
    story.do(RELEASE)
    assert may_leave(story.case, PAYOUT, BATCH_ID)


def test_a_payout_that_is_taken_out_of_its_batch_stays_held() -> None:
    story = batched()
    story.do(HOLD)
    story.do(c.UnqueuePayout(PAYOUT, BATCH_ID))
    assert QUEUE_TASK not in story.tasks
    assert refusal(story, c.QueuePayout(PAYOUT, NEXT_BATCH)).code == "payout_on_hold"


@pytest.mark.parametrize(
    ("again", "live"),
    [
        (HOLD, [1]),
        (c.HoldPayouts(PAYOUT, " Väntar på besked. ", "officer:1"), [1]),
        (c.HoldPayouts(PAYOUT, "Ett annat skäl.", "officer:1"), [1, 2]),
        (c.HoldPayouts(PAYOUT, "Väntar på besked.", "officer:2"), [1, 2]),
        (HOLD_ALL, [1, 2]),
    ],
)
def test_the_same_hold_by_the_same_person_again_changes_nothing(again: c.HoldPayouts, live: list[int]) -> None:
    story = approved()
    story.do(HOLD)
    story.do(again)
    assert story.live_holds == live


def test_a_hold_may_be_placed_anew_when_it_was_released() -> None:
    story = approved()
    for command in (HOLD, RELEASE, HOLD):
        assert story.do(command)
    assert story.live_holds == [2]


def test_a_payout_goes_on_when_the_last_hold_on_it_is_released() -> None:
    story = approved()
    story.do(HOLD)
    story.do(HOLD_ALL)
    story.do(RELEASE)
    assert QUEUE_TASK not in story.tasks
    story.do(c.ReleasePayouts(2, "Besked har kommit.", "officer:2"))
    assert QUEUE_TASK in story.tasks
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID))


def test_a_release_is_kept_with_who_and_why_and_comes_once() -> None:
    story = approved()
    story.do(HOLD)
    assert story.do(RELEASE) == [e.PayoutsReleased(1, "Besked har kommit.", "officer:2", SPRING)]
    assert story.do(RELEASE) == []
    [hold] = story.case.holds
    assert (hold.placed_by, hold.released_by, hold.release_reason) == ("officer:1", "officer:2", "Besked har kommit.")
    assert "officer/review_hold-1" not in story.tasks


def test_a_hold_for_a_change_of_account_is_not_released_while_the_change_waits() -> None:
    story = changing(approved())
    refused = refusal(story, RELEASE)
    assert (refused.code, refused.status) == ("account_change_holds", 409)
    assert story.live_holds == [1]


NEWS: dict[str, list[c.CaseCommand]] = {
    "sent": [c.RecordPayoutSent(PAYOUT, BATCH_ID)],
    "unknown": [c.RecordPayoutSent(PAYOUT, BATCH_ID), c.RecordSilence(PAYOUT)],
    "settled": [settle()],
    "returned": [settle(), give_back()],
    "rejected": [reject("AC04")],
}
"""What may come of a payout whose batch was cleared before the hold."""


@pytest.mark.parametrize("status", sorted(NEWS))
@pytest.mark.parametrize("start", [changing, changed])
def test_a_hold_for_a_change_of_account_is_released_when_its_payout_is_no_longer_here(
    start: Callable[[Story], Story], status: str
) -> None:
    story = start(batched())
    assert refusal(story, RELEASE).code == "account_change_holds"
    for command in NEWS[status]:
        story.do(command, at=story.now + timedelta(days=7))
    assert story.payout().status == status
    assert "officer/review_hold-1" in story.tasks
    assert story.do(RELEASE) == [e.PayoutsReleased(1, "Besked har kommit.", "officer:2", story.now)]
    assert (story.live_holds, "officer/review_hold-1" in story.tasks) == ([], False)


@pytest.mark.parametrize("start", [changing, changed])
def test_a_hold_for_a_change_of_account_ends_with_its_void_payout(start: Callable[[Story], Story]) -> None:
    story = start(approved())
    story.do(VOID)
    assert (story.live_holds, "officer/review_hold-1" in story.tasks) == ([], False)
    assert story.do(RELEASE) == []


@pytest.mark.parametrize("start", [changing, changed])
def test_what_was_released_after_it_had_left_is_held_anew_when_it_is_set_back(start: Callable[[Story], Story]) -> None:
    story = start(batched())
    story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID))
    story.do(RELEASE)
    story.do(SILENCE, at=ANSWER_DUE)
    not_carried_out(story)
    assert story.live_holds == [2]
    assert refusal(story, c.ReleasePayouts(2, "Besked.", "officer:2")).code == "account_change_holds"


def test_a_persons_hold_is_released_while_a_change_of_account_holds_the_same_payout() -> None:
    story = approved()
    story.do(HOLD)
    changing(story)
    assert story.do(RELEASE)
    assert story.live_holds == [2]
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"


@pytest.mark.parametrize("start", [paid, returned, rejected, voided, lambda: voided(is_final=True)])
def test_there_is_nothing_to_hold_in_a_payout_that_has_ended(start: Start) -> None:
    story = start()
    refused = refusal(story, HOLD)
    assert (refused.code, refused.status) == ("payout_not_under_way", 409)
    assert story.case.holds == ()
    assert story.do(HOLD_ALL)


@pytest.mark.parametrize("start", [approved, batched, sent, unknown, set_back])
def test_a_payout_is_held_as_long_as_nobody_knows_its_end(start: Start) -> None:
    story = start()
    assert story.do(HOLD)
    assert story.live_holds == [1]


@pytest.mark.parametrize("reason", ["", " \t"])
def test_placing_and_releasing_need_a_reason(reason: str) -> None:
    story = approved()
    assert refusal(story, c.HoldPayouts(PAYOUT, reason, "officer:1")).code == "reason_missing"
    story.do(HOLD)
    assert refusal(story, c.ReleasePayouts(1, reason, "officer:1")).code == "reason_missing"
    assert story.live_holds == [1]


# Silence


@pytest.mark.parametrize(
    ("days", "after", "status"),
    [
        (7, timedelta(), "sent"),
        (7, timedelta(days=7) - TICK, "sent"),
        (7, timedelta(days=7), "unknown"),
        (7, timedelta(days=70), "unknown"),
        (3, timedelta(days=3) - TICK, "sent"),
        (3, timedelta(days=3), "unknown"),
    ],
)
def test_a_sent_payout_is_unknown_when_the_term_of_the_round_is_over(days: int, after: timedelta, status: str) -> None:
    story = sent(msgspec.structs.replace(TERMS, bank_answer_days=days))
    story.do(SILENCE, at=SPRING + after)
    assert story.payout().status == status


def test_an_unknown_payout_is_asked_about_and_its_silence_is_noted_once() -> None:
    story = sent()
    assert story.do(SILENCE, at=ANSWER_DUE) == [e.PayoutBecameUnknown(PAYOUT, ANSWER_DUE)]
    assert story.do(SILENCE) == []
    assert f"officer/ask_bank_about_payout-{PAYOUT}" in story.tasks
    assert f"payments/note_silence-{PAYOUT}" not in story.tasks
    assert story.case.money.paid == 0


@pytest.mark.parametrize("start", [approved, batched, paid, rejected, returned, voided, set_back])
def test_only_silence_about_a_sent_payout_means_unknown(start: Start) -> None:
    story = start()
    before = story.case
    assert story.do(SILENCE, at=SPRING + timedelta(days=99)) == []
    assert story.case == before


# What became of an unknown payout


def test_one_persons_word_waits_for_another_and_moves_nothing() -> None:
    story = unknown()
    assert story.do(word("not_carried_out")) == [
        e.PayoutResolutionProposed(PAYOUT, "not_carried_out", "Enligt banken.", "officer:1", ANSWER_DUE)
    ]
    assert story.payout().status == "unknown"
    assert f"officer/confirm_resolution-{PAYOUT}" in story.tasks
    assert f"officer/ask_bank_about_payout-{PAYOUT}" not in story.tasks
    assert story.do(word("not_carried_out")) == []


def test_what_was_carried_out_is_sent_again_with_a_new_term() -> None:
    story = unknown()
    story.do(word("carried_out"))
    later = ANSWER_DUE + timedelta(days=2)
    assert story.do(confirm("carried_out"), at=later) == [e.PayoutResolved(PAYOUT, "carried_out", "officer:2", later)]
    payout = story.payout()
    assert (payout.status, payout.batch, payout.resets) == ("sent", BATCH_ID, 0)
    assert payout.resolution == Resolution("carried_out", "Enligt banken.", "officer:1", ANSWER_DUE, "officer:2")
    assert story.due(f"note_silence-{PAYOUT}") == later + timedelta(days=7)
    assert story.do(SILENCE, at=later + timedelta(days=7) - TICK) == []
    assert story.do(SILENCE, at=later + timedelta(days=7))
    assert f"officer/ask_bank_about_payout-{PAYOUT}" in story.tasks


def test_what_was_not_carried_out_is_ordered_again_under_the_same_id() -> None:
    story = unknown()
    story.do(word("not_carried_out"))
    assert story.do(confirm("not_carried_out")) == [
        e.PayoutResolved(PAYOUT, "not_carried_out", "officer:2", ANSWER_DUE)
    ]
    [payout] = story.case.payouts
    assert (payout.id, payout.status, payout.batch, payout.resets) == (PAYOUT, "ordered", "", 1)
    assert (payout.amount, payout.account) == (ALLOCATED, KNOWN)
    assert payout.resolution == Resolution("not_carried_out", "Enligt banken.", "officer:1", ANSWER_DUE, "officer:2")
    assert QUEUE_TASK in story.tasks
    assert story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))
    assert story.do(c.RecordPayoutSent(PAYOUT, NEXT_BATCH))


LATER_OF_SENT: list[list[c.CaseCommand]] = [[], [settle()], [settle(), give_back()], [reject("AC04")]]
LATER_OF_SET_BACK: list[list[c.CaseCommand]] = [
    [],
    [settle()],
    [c.VoidPayout(PAYOUT, "Fel belopp.", "officer:1")],
    [c.QueuePayout(PAYOUT, NEXT_BATCH)],
    [c.QueuePayout(PAYOUT, NEXT_BATCH), c.RecordPayoutSent(PAYOUT, NEXT_BATCH)],
]


@pytest.mark.parametrize(
    ("outcome", "other", "later"),
    [
        *(("carried_out", "not_carried_out", later) for later in LATER_OF_SENT),
        *(("not_carried_out", "carried_out", later) for later in LATER_OF_SET_BACK),
    ],
)
def test_the_same_confirmation_again_changes_nothing_and_another_one_is_refused(
    outcome: UnknownOutcome, other: UnknownOutcome, later: Sequence[c.CaseCommand]
) -> None:
    story = unknown()
    story.do(word(outcome))
    story.do(confirm(outcome))
    for command in later:
        story.do(command)
    before = story.case
    assert story.do(confirm(outcome)) == []
    for wrong in (confirm(outcome, "officer:3"), confirm(outcome, "officer:1"), confirm(other)):
        assert refusal(story, wrong).code == "payout_not_unknown"
    assert story.case == before


@pytest.mark.parametrize("outcome", get_args(UnknownOutcome))
def test_what_is_unknown_anew_needs_two_persons_anew(outcome: UnknownOutcome) -> None:
    story = unknown()
    story.do(word(outcome))
    story.do(confirm(outcome))
    if outcome == "not_carried_out":
        story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))
        story.do(c.RecordPayoutSent(PAYOUT, NEXT_BATCH))
    story.do(SILENCE, at=story.now + timedelta(days=7))
    assert (story.payout().status, story.payout().resolution) == ("unknown", None)
    assert f"officer/ask_bank_about_payout-{PAYOUT}" in story.tasks
    assert refusal(story, confirm(outcome)).code == "resolution_differs"
    story.do(word(outcome))
    assert f"officer/confirm_resolution-{PAYOUT}" in story.tasks
    assert story.do(confirm(outcome))


def test_every_reset_is_counted() -> None:
    story = set_back()
    story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))
    story.do(c.RecordPayoutSent(PAYOUT, NEXT_BATCH))
    story.do(SILENCE, at=story.now + timedelta(days=7))
    story.do(word("not_carried_out"))
    story.do(confirm("not_carried_out"))
    assert story.payout().resets == 2


@pytest.mark.parametrize(
    ("before", "command", "code", "status"),
    [
        ([], confirm("carried_out"), "resolution_differs", 409),
        ([word("carried_out")], confirm("carried_out", "officer:1"), "same_officer", 403),
        ([word("not_carried_out")], confirm("not_carried_out", "officer:1"), "same_officer", 403),
        ([word("carried_out")], confirm("not_carried_out"), "resolution_differs", 409),
        ([word("not_carried_out")], confirm("carried_out"), "resolution_differs", 409),
        ([word("carried_out"), word("not_carried_out")], confirm("carried_out"), "resolution_differs", 409),
        ([word("carried_out"), word("carried_out", "officer:2")], confirm("carried_out"), "same_officer", 403),
        ([], word("carried_out", reason=" "), "reason_missing", 422),
    ],
)
def test_what_two_persons_do_not_agree_on_stays_unknown(
    before: Sequence[c.CaseCommand], command: c.CaseCommand, code: str, status: int
) -> None:
    story = unknown()
    for step in before:
        story.do(step)
    refused = refusal(story, command)
    assert (refused.code, refused.status) == (code, status)
    assert story.payout().status == "unknown"


def test_a_word_may_be_changed_until_another_confirms_it() -> None:
    story = unknown()
    story.do(word("carried_out", "officer:1"))
    story.do(word("not_carried_out", "officer:2"))
    story.do(confirm("not_carried_out", "officer:1"))
    assert story.payout().status == "ordered"


@pytest.mark.parametrize("command", [word("carried_out"), confirm("carried_out")])
@pytest.mark.parametrize("start", [approved, batched, sent, paid, rejected, returned, voided, set_back])
def test_there_is_nothing_to_resolve_where_the_end_is_known(start: Start, command: c.CaseCommand) -> None:
    assert refusal(start(), command).code == "payout_not_unknown"


# Answers that come late


def test_a_booking_of_an_unknown_payout_is_accepted() -> None:
    story = unknown()
    story.do(word("not_carried_out"))
    assert story.do(settle())
    assert (story.payout().status, story.case.money.paid) == ("settled", ALLOCATED)
    assert refusal(story, confirm("not_carried_out")).code == "payout_not_unknown"


def test_a_rejection_of_an_unknown_payout_is_accepted() -> None:
    story = unknown()
    assert story.do(reject("AC04"))
    assert (story.payout().status, story.case.money.paid) == ("rejected", 0)
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks


def test_a_return_of_an_unknown_payout_waits_for_its_booking() -> None:
    story = unknown()
    with pytest.raises(NotYet, match="payout_not_booked"):
        story.do(give_back())
    story.do(settle())
    story.do(give_back())
    assert (story.payout().status, story.case.money.paid) == ("returned", 0)


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [c.QueuePayout(PAYOUT, NEXT_BATCH)],
        [c.QueuePayout(PAYOUT, NEXT_BATCH), c.RecordPayoutSent(PAYOUT, NEXT_BATCH)],
    ],
)
def test_a_payout_that_was_set_back_and_carried_out_after_all_is_booked_once(steps: Sequence[c.CaseCommand]) -> None:
    story = set_back()
    for step in steps:
        story.do(step)
    assert story.do(settle())
    assert (story.payout().status, story.case.money.paid) == ("settled", ALLOCATED)
    assert QUEUE_TASK not in story.tasks
    assert not may_leave(story.case, PAYOUT, NEXT_BATCH)
    assert story.do(settle()) == []
    assert refusal(story, settle("E-2")).code == "payout_not_under_way"
    assert story.do(c.RecordPayoutSent(PAYOUT, story.payout().batch)) == []


def test_an_ordered_payout_that_was_never_set_back_is_not_booked() -> None:
    assert refusal(approved(), settle()).code == "payout_not_under_way"


# Set back while another account was named


PUT_IN_FORCE: list[c.CaseCommand] = [c.ProposeAccount(OTHER, "officer:1"), c.ApproveAccount(1, OTHER, "officer:2")]
PUT_BACK: list[c.CaseCommand] = [c.ProposeAccount(KNOWN, "officer:1"), c.ApproveAccount(2, KNOWN, "officer:2")]


@pytest.mark.parametrize(
    ("history", "held_for"),
    [
        ([], []),
        (PUT_IN_FORCE[:1], [1]),
        (PUT_IN_FORCE, [1]),
        ([PUT_IN_FORCE[0], c.DeclineAccount(1, "Nej.", "officer:2")], []),
        ([PUT_IN_FORCE[0], c.ProposeAccount(THIRD, "officer:1")], [1, 2]),
        ([*PUT_IN_FORCE, *PUT_BACK], []),
        ([*PUT_IN_FORCE, PUT_BACK[0]], [1]),
        ([*PUT_IN_FORCE, c.ProposeAccount(THIRD, "officer:1")], [2, 1]),
        ([*PUT_IN_FORCE, c.ProposeAccount(THIRD, "officer:1"), c.DeclineAccount(2, "Nej.", "officer:2")], [1]),
        ([*PUT_IN_FORCE, *PUT_BACK, c.ProposeAccount(OTHER, "officer:1")], [3]),
    ],
)
@pytest.mark.parametrize("start", [sent, unknown])
def test_what_is_set_back_while_another_account_is_in_force_or_waits_is_held(
    start: Start, history: Sequence[c.CaseCommand], held_for: list[int]
) -> None:
    story = start()
    for command in history:
        story.do(command)
    assert story.live_holds == []
    story.do(SILENCE, at=ANSWER_DUE)
    not_carried_out(story)
    assert [(hold.about, hold.change) for hold in story.case.holds] == [(PAYOUT, change) for change in held_for]
    assert (QUEUE_TASK in story.tasks) == (not held_for)
    if held_for:
        assert refusal(story, c.QueuePayout(PAYOUT, NEXT_BATCH)).code == "payout_on_hold"
        assert refusal(story, RELEASE).code == "account_change_holds"
    else:
        assert story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))


@pytest.mark.parametrize("history", [[], PUT_IN_FORCE[:1], PUT_IN_FORCE])
def test_what_was_carried_out_is_not_held(history: Sequence[c.CaseCommand]) -> None:
    story = unknown()
    for command in history:
        story.do(command)
    story.do(word("carried_out"))
    story.do(confirm("carried_out"))
    assert story.case.holds == ()


def test_what_is_set_back_to_an_account_that_was_changed_is_voided_and_paid_to_the_new_one() -> None:
    story = not_carried_out(changed(unknown()))
    story.do(VOID)
    story.do(REISSUE)
    assert (story.live_holds, story.payout(SECOND).account) == ([], OTHER)
    for command in (*QUEUE_SECOND, settle("E-2", payout=SECOND)):
        assert story.do(command)
    assert story.case.money.paid == ALLOCATED


def test_what_is_set_back_while_a_change_waits_is_paid_to_the_new_account_when_that_is_approved() -> None:
    story = not_carried_out(changing(unknown()))
    story.do(c.ApproveAccount(1, OTHER, "officer:2"))
    assert story.live_holds == [1]
    assert refusal(story, c.QueuePayout(PAYOUT, NEXT_BATCH)).code == "payout_on_hold"
    story.do(VOID)
    story.do(REISSUE)
    assert (story.live_holds, story.payout(SECOND).account) == ([], OTHER)
    assert story.do(c.QueuePayout(SECOND, NEXT_BATCH))


def test_what_is_set_back_while_a_change_waits_goes_on_when_that_is_declined() -> None:
    story = not_carried_out(changing(unknown()))
    story.do(c.DeclineAccount(1, "Nej.", "officer:2"))
    assert story.live_holds == []
    assert story.do(c.QueuePayout(PAYOUT, NEXT_BATCH))


def test_a_declined_change_does_not_free_what_was_set_back_to_an_account_that_is_not_in_force() -> None:
    story = not_carried_out(changing(changed(unknown(), OTHER), THIRD))
    story.do(c.DeclineAccount(2, "Nej.", "officer:2"))
    assert (story.account, story.payout().account) == (OTHER, KNOWN)
    assert refusal(story, c.QueuePayout(PAYOUT, NEXT_BATCH)).code == "payout_on_hold"
    [live] = story.live_holds
    assert refusal(story, c.ReleasePayouts(live, "Besked.", "officer:3")).code == "account_change_holds"


def test_a_booking_of_what_is_held_since_it_was_set_back_is_accepted_and_lets_the_hold_go() -> None:
    story = not_carried_out(changed(unknown()))
    assert story.do(settle())
    assert story.do(RELEASE)
    assert story.live_holds == []


# Void


@pytest.mark.parametrize("start", [approved, set_back])
def test_an_ordered_payout_is_voided_once_and_keeps_what_was_approved(start: Start) -> None:
    story = start()
    assert story.do(VOID) == [e.PayoutVoided(PAYOUT, "Fel belopp.", "officer:1", story.now)]
    assert (story.payout().status, story.payout().reason) == ("void", "Fel belopp.")
    assert (story.case.money.approved, story.case.money.paid) == (ALLOCATED, 0)
    assert QUEUE_TASK not in story.tasks
    assert story.do(VOID) == []


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (batched, "payout_in_a_batch"),
        (sent, "payout_not_ordered"),
        (unknown, "payout_not_ordered"),
        (paid, "payout_not_ordered"),
        (rejected, "payout_not_ordered"),
        (returned, "payout_not_ordered"),
    ],
)
def test_a_payout_that_stands_in_a_batch_or_has_left_is_not_voided(start: Start, code: str) -> None:
    story = start()
    before = story.payout()
    refused = refusal(story, VOID)
    assert (refused.code, refused.status) == (code, 409)
    assert story.payout() == before


def test_a_batched_payout_is_voided_when_its_batch_has_let_it_go() -> None:
    story = batched()
    assert BATCH_ID in refusal(story, VOID).message
    story.do(c.UnqueuePayout(PAYOUT, BATCH_ID))
    assert story.do(VOID)


def test_voiding_ends_the_holds_on_the_payout_and_no_others() -> None:
    story = two_payouts()
    story.do(HOLD)
    story.do(c.HoldPayouts(PAYOUT, "Ännu ett skäl.", "officer:2"))
    story.do(c.HoldPayouts(SECOND, "Väntar på besked.", "officer:1"))
    story.do(HOLD_ALL)
    story.do(VOID)
    assert story.live_holds == [3, 4]


@pytest.mark.parametrize("start", [approved, set_back])
def test_a_void_payout_is_before_an_officer_until_another_is_ordered_unless_that_is_final(start: Start) -> None:
    again, never = start(), start()
    again.do(VOID)
    assert never.do(FOREVER) == [e.PayoutVoided(PAYOUT, "Fel belopp.", "officer:1", never.now, is_final=True)]
    assert (again.payout().is_final, never.payout().is_final) == (False, True)
    assert f"officer/reissue_payout-{PAYOUT}" in again.tasks
    assert not any(PAYOUT in task for task in never.tasks)
    again.do(REISSUE)
    assert f"officer/reissue_payout-{PAYOUT}" not in again.tasks
    assert again.case.money == never.case.money


def test_a_payout_that_is_void_for_good_is_not_replaced() -> None:
    story = voided(is_final=True)
    refused = refusal(story, REISSUE)
    assert (refused.code, refused.status) == ("payout_void_for_good", 409)
    assert len(story.case.payouts) == 1


def test_voiding_needs_a_reason() -> None:
    story = approved()
    assert refusal(story, c.VoidPayout(PAYOUT, " ", "officer:1")).code == "reason_missing"
    assert story.payout().status == "ordered"


@pytest.mark.parametrize("start", [voided, lambda: rejected("AM04")])
def test_a_void_or_rejected_payout_is_not_booked_or_taken_back(start: Start) -> None:
    story = start()
    assert refusal(story, settle()).code == "payout_not_under_way"
    assert refusal(story, give_back()).code == "payout_not_returnable"
    assert story.do(reject("AC04")) == []


# Another payout in its place

AT_THE_ACCOUNT = ("AC01", "AC03", "AC04", "AC06", "AC07", "AC14")
AT_ITS_HOLDER = ("BE01", "BE06", "MD07")
AT_ITS_BANK = ("CNOR", "RC01", "RC04", "RC07", "RC10")
ACCOUNT_FAULTS = (*AT_THE_ACCOUNT, *AT_ITS_HOLDER, *AT_ITS_BANK)
"""The ISO 20022 reasons that lie with the municipality's account, so that only another one mends them."""
DEBTOR_FAULTS = ("AC02", "AC05", "AC10", "AC13", "BE05", "BE07", "RC03", "RR01", "RR02")
"""Those that lie with the agency's own account or name: another account of the municipality mends nothing."""
AGENCY_FAULTS = (*DEBTOR_FAULTS, "AM04", "FF01", "AG01", "DT01", "MS03", "NARR", "")
FAMILIES = ("AC", "AG", "AM", "BE", "CH", "CN", "DS", "DT", "DU", "ED", "FF", "MD", "MS", "NO", "RC", "RF", "RR", "SL")
WORDS = ("CNOR", "DNOR", "CURR", "CUST", "DUPL", "FOCR", "FRAD", "LEGL", "NARR", "NOAS", "NOOR", "SVNR", "TECH", "UPAY")


def test_exactly_those_reasons_lie_with_the_account() -> None:
    codes = {f"{family}{number:02}" for family in FAMILIES for number in range(100)} | {*WORDS, "", "ac04", "AC4"}
    found = {code for code in codes if needs_new_account(failed("rejected", code))}
    assert found == set(ACCOUNT_FAULTS)
    assert found == {code for code in codes if needs_new_account(failed("returned", code))}


@pytest.mark.parametrize("status", sorted({*get_args(PayoutStatus)} - {"rejected", "returned"}))
def test_a_reason_says_something_of_the_account_only_where_the_payout_failed_for_it(status: PayoutStatus) -> None:
    assert not needs_new_account(failed(status, "AC04"))


def failed(status: PayoutStatus, code: str) -> Payout:
    return Payout(PAYOUT, ALLOCATED, KNOWN, status, SPRING, code=code)


@pytest.mark.parametrize("code", ACCOUNT_FAULTS)
@pytest.mark.parametrize("start", [rejected, returned])
def test_a_fault_of_the_account_needs_a_new_account(start: Callable[[str], Story], code: str) -> None:
    story = start(code)
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
    refused = refusal(story, REISSUE)
    assert (refused.code, refused.status) == ("account_refused_by_bank", 409)
    changing(story)
    assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
    assert refusal(story, REISSUE).code == "account_refused_by_bank"
    story.do(c.ApproveAccount(1, OTHER, "officer:2"))
    assert f"officer/reissue_payout-{PAYOUT}" in story.tasks
    assert f"officer/correct_payout_account-{PAYOUT}" not in story.tasks
    assert story.do(REISSUE) == [e.PayoutReissued(SECOND, PAYOUT, OTHER, "officer:1", story.now)]
    assert story.payout(SECOND).account == OTHER


@pytest.mark.parametrize("code", AGENCY_FAULTS)
@pytest.mark.parametrize("start", [rejected, returned])
def test_a_fault_of_the_agency_may_be_paid_again_to_the_same_account(start: Callable[[str], Story], code: str) -> None:
    story = start(code)
    assert f"officer/reissue_payout-{PAYOUT}" in story.tasks
    assert f"officer/correct_payout_account-{PAYOUT}" not in story.tasks
    assert story.do(REISSUE) == [e.PayoutReissued(SECOND, PAYOUT, KNOWN, "officer:1", SPRING)]


@pytest.mark.parametrize("start", [voided, lambda: rejected("AM04"), lambda: returned("AM04")])
def test_a_payout_and_the_one_in_its_place_are_linked_both_ways(start: Start) -> None:
    story = start()
    story.do(REISSUE)
    failed, new = story.case.payouts
    assert (failed.replaced_by, new.replaces) == (SECOND, PAYOUT)
    assert (failed.replaces, new.replaced_by) == ("", "")
    assert (new.id, new.amount, new.status, new.resets, new.batch) == (SECOND, ALLOCATED, "ordered", 0, "")
    assert f"payouts/queue_payout-{SECOND}" in story.tasks
    assert not any(task.startswith("officer") for task in story.tasks)


@pytest.mark.parametrize("start", [voided, lambda: rejected("AM04"), lambda: returned("AM04")])
def test_a_payout_is_replaced_once_by_whoever(start: Start) -> None:
    story = start()
    story.do(REISSUE)
    assert story.do(REISSUE) == []
    assert story.do(c.ReissuePayout(PAYOUT, "officer:9")) == []
    assert len(story.case.payouts) == 2


@pytest.mark.parametrize("start", [approved, batched, sent, unknown, paid, set_back])
def test_a_payout_that_has_not_failed_is_not_replaced(start: Start) -> None:
    story = start()
    refused = refusal(story, REISSUE)
    assert (refused.code, refused.status) == ("payout_not_failed", 409)
    assert len(story.case.payouts) == 1


def test_a_void_payout_is_paid_again_to_the_account_in_force() -> None:
    story = changed(voided())
    story.do(REISSUE)
    assert story.payout(SECOND).account == OTHER


def test_a_replacement_that_fails_is_replaced_in_its_turn() -> None:
    story = rejected("AM04")
    for number in (1, 2):
        failed = f"P-2025-0114-{number}"
        new = f"P-2025-0114-{number + 1}"
        story.do(c.ReissuePayout(failed, "officer:1"))
        story.do(c.QueuePayout(new, NEXT_BATCH))
        story.do(c.RecordPayoutSent(new, NEXT_BATCH))
        assert story.do(reject("AM04", new, NEXT_BATCH))
    assert [(p.replaces, p.replaced_by) for p in story.case.payouts] == [
        ("", SECOND),
        (PAYOUT, "P-2025-0114-3"),
        (SECOND, ""),
    ]
    assert {task for task in story.tasks if "reissue" in task} == {"officer/reissue_payout-P-2025-0114-3"}


def test_a_replacement_does_not_take_the_name_of_another_requisitions_payout() -> None:
    story = two_payouts()
    story.do(VOID)
    story.do(REISSUE)
    assert [p.id for p in story.case.payouts] == [PAYOUT, SECOND, "P-2025-0114-3"]
    assert story.payout("P-2025-0114-3").amount == kronor(100)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AC04", "correct_payout_account"),
        ("AM04", "reissue_payout"),
    ],
)
def test_a_failed_payout_is_a_persons_task_until_it_is_replaced(code: str, kind: str) -> None:
    story = rejected(code)
    assert {task for task in story.tasks if task.startswith("officer")} == {f"officer/{kind}-{PAYOUT}"}
    changed(story)
    story.do(REISSUE)
    assert not any(task.startswith("officer") for task in story.tasks)


# An account that the bank said no to


def rejected_then_void() -> Story:
    """The bank refuses the first payout for its account; the second, to the same, is voided."""
    story = two_payouts()
    for command in (c.QueuePayout(PAYOUT, BATCH_ID), c.RecordPayoutSent(PAYOUT, BATCH_ID), reject("AC04")):
        story.do(command)
    story.do(c.VoidPayout(SECOND, "Fel belopp.", "officer:1"))
    return story


def test_the_refusal_of_an_older_payout_stands_against_every_later_one_to_the_same_account() -> None:
    story = rejected_then_void()
    second = c.ReissuePayout(SECOND, "officer:1")
    assert refusal(story, second).code == "account_refused_by_bank"
    assert {task for task in story.tasks if "officer" in task} == {
        f"officer/correct_payout_account-{PAYOUT}",
        f"officer/correct_payout_account-{SECOND}",
    }
    changed(story)
    assert {task for task in story.tasks if "officer" in task} == {
        f"officer/reissue_payout-{PAYOUT}",
        f"officer/reissue_payout-{SECOND}",
    }
    assert [event for command in (REISSUE, second) for event in story.do(command)] == [
        e.PayoutReissued("P-2025-0114-3", PAYOUT, OTHER, "officer:1", story.now),
        e.PayoutReissued("P-2025-0114-4", SECOND, OTHER, "officer:1", story.now),
    ]


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (-TICK, "account_refused_by_bank"),
        (timedelta(), "account_refused_by_bank"),
        (TICK, ""),
        (timedelta(days=1), ""),
    ],
)
def test_an_account_is_paid_to_again_when_somebody_approved_it_after_the_refusal(after: timedelta, code: str) -> None:
    """It was approved long before too, which says nothing of the refusal."""
    story = batched()
    story.now = SPRING - timedelta(days=2)
    changed(changed(story, OTHER), KNOWN)
    changed(story, OTHER)
    changing(story, KNOWN)
    approval = c.ApproveAccount(4, KNOWN, "officer:2")
    if after <= timedelta():
        story.do(approval, at=SPRING + after)
    story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID), at=SPRING)
    story.do(reject("AC04"))
    if after > timedelta():
        story.do(approval, at=SPRING + after)
    assert story.account == KNOWN
    if code:
        assert f"officer/correct_payout_account-{PAYOUT}" in story.tasks
        assert refusal(story, REISSUE).code == code
    else:
        assert f"officer/reissue_payout-{PAYOUT}" in story.tasks
        assert story.do(REISSUE) == [e.PayoutReissued(SECOND, PAYOUT, KNOWN, "officer:1", story.now)]


def test_an_approved_account_that_the_bank_refuses_once_more_is_refused_once_more() -> None:
    story = changed(rejected("AC04"))
    story.do(REISSUE)
    story.now += TICK
    for command in (*QUEUE_SECOND, reject("AC04", SECOND, NEXT_BATCH)):
        story.do(command)
    assert refusal(story, c.ReissuePayout(SECOND, "officer:1")).code == "account_refused_by_bank"
    story.now += TICK
    changed(story, KNOWN)
    third = "P-2025-0114-3"
    for command in (
        c.ReissuePayout(SECOND, "officer:1"),
        c.QueuePayout(third, BATCH_ID),
        c.RecordPayoutSent(third, BATCH_ID),
        reject("AC06", third),
    ):
        assert story.do(command)
    assert refusal(story, c.ReissuePayout(third, "officer:1")).code == "account_refused_by_bank"
    assert f"officer/correct_payout_account-{third}" in story.tasks


@pytest.mark.parametrize("code", ["AM04", "RC03", ""])
def test_a_refusal_for_another_reason_says_nothing_of_the_account(code: str) -> None:
    story = rejected(code)
    story.do(REISSUE)
    story.do(c.VoidPayout(SECOND, "Fel belopp.", "officer:1"))
    assert f"officer/reissue_payout-{SECOND}" in story.tasks
    assert story.do(c.ReissuePayout(SECOND, "officer:1"))


# Money


QUEUE_SECOND: list[c.CaseCommand] = [c.QueuePayout(SECOND, NEXT_BATCH), c.RecordPayoutSent(SECOND, NEXT_BATCH)]


@pytest.mark.parametrize(
    ("start", "history", "statuses", "settled"),
    [
        (unknown, [settle()], ["settled"], True),
        (unknown, [reject("AM04")], ["rejected"], False),
        (unknown, [word("carried_out"), confirm("carried_out"), settle()], ["settled"], True),
        (set_back, [settle()], ["settled"], True),
        (set_back, [VOID, REISSUE, *QUEUE_SECOND, settle("E-2", payout=SECOND)], ["void", "settled"], True),
        (voided, [REISSUE], ["void", "ordered"], False),
        (voided, [REISSUE, *QUEUE_SECOND, settle("E-2", payout=SECOND)], ["void", "settled"], True),
        (lambda: rejected("AM04"), [REISSUE, *QUEUE_SECOND], ["rejected", "sent"], False),
        (
            lambda: rejected("AM04"),
            [REISSUE, *QUEUE_SECOND, settle("E-2", payout=SECOND)],
            ["rejected", "settled"],
            True,
        ),
        (
            lambda: returned("AM04"),
            [REISSUE, *QUEUE_SECOND, settle("E-2", payout=SECOND)],
            ["returned", "settled"],
            True,
        ),
        (
            lambda: returned("AM04"),
            [REISSUE, *QUEUE_SECOND, settle("E-2", payout=SECOND), give_back("R-2", payout=SECOND)],
            ["returned", "returned"],
            False,
        ),
    ],
)
def test_money_is_conserved_whatever_became_of_a_payout(
    start: Start, history: Sequence[c.CaseCommand], statuses: list[str], settled: bool
) -> None:
    story = start()
    for command in history:
        assert story.do(command)
        money = story.case.money
        assert money.imbalances() == []
        assert money.approved == ALLOCATED
        assert money.paid == sum(p.amount for p in story.case.payouts if p.status == "settled")
    assert [payout.status for payout in story.case.payouts] == statuses
    assert story.case.money.paid == (ALLOCATED if settled else NOTHING)


@pytest.mark.parametrize("late", [settle("E-9"), give_back("R-9")])
@pytest.mark.parametrize("start", [lambda: rejected("AM04"), lambda: returned("AM04"), voided])
def test_late_news_of_a_replaced_payout_moves_no_money(start: Start, late: c.CaseCommand) -> None:
    story = start()
    story.do(REISSUE)
    refusal(story, late)
    for step in QUEUE_SECOND:
        story.do(step)
    story.do(settle("E-2", payout=SECOND))
    refusal(story, late)
    assert story.case.money.paid == ALLOCATED


# What is not there


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.HoldPayouts("P-2025-0114-9", "Skäl.", "officer:1"), "unknown_payment"),
        (c.ReleasePayouts(9, "Skäl.", "officer:1"), "unknown_hold"),
        (c.RecordSilence("P-2025-0114-9"), "unknown_payment"),
        (c.ProposeResolution("P-2025-0114-9", "carried_out", "Skäl.", "officer:1"), "unknown_payment"),
        (c.ConfirmResolution("P-2025-0114-9", "carried_out", "officer:1"), "unknown_payment"),
        (c.VoidPayout("P-2025-0114-9", "Skäl.", "officer:1"), "unknown_payment"),
        (c.ReissuePayout("P-2025-0114-9", "officer:1"), "unknown_payment"),
    ],
)
def test_what_is_not_in_the_case_is_not_found(command: c.CaseCommand, code: str) -> None:
    with pytest.raises(NotFound, match=code):
        unknown().do(command)


def test_nothing_is_held_in_a_case_that_is_not_open() -> None:
    with pytest.raises(NotFound, match="unknown_municipality"):
        decide(empty_case(KEY), HOLD_ALL, SPRING)


@pytest.mark.parametrize("amount", [Ore(ALLOCATED - 1), Ore(ALLOCATED + 1)])
def test_another_amount_is_not_booked_on_an_unknown_payout_or_one_that_was_set_back(amount: Ore) -> None:
    for story in (unknown(), set_back()):
        assert refusal(story, settle(amount=amount)).code == "amount_differs"


def test_a_void_payout_can_be_made_final_later_and_never_the_other_way_round() -> None:
    story = voided()
    final = c.VoidPayout(PAYOUT, "Kommunen avstår.", "officer:1", is_final=True)
    assert story.do(final) == [e.PayoutVoided(PAYOUT, "Kommunen avstår.", "officer:1", story.now, is_final=True)]
    assert story.do(VOID) == []
    assert f"officer/reissue_payout-{PAYOUT}" not in story.tasks
