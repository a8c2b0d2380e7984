"""Payout accounts: another one is in force only when a person other than who named it has approved it.

Until then what is on its way to the account before is held. What the bank has, or has booked, is left as it is. The
register of recipients is one who names accounts, and what it said before undoes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec
import pytest

from statsbidrag.domain.case import CASE, decide, empty_case, evolve
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.opening import REGISTER
from statsbidrag.domain.case.requisitions import AGENT
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import kronor
from statsbidrag.domain.tasks import Task
from tests.builders import (
    ALLOCATED,
    BATCH_ID,
    KEY,
    KNOWN,
    OTHER,
    PAYOUT,
    RECIPIENT,
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
    paid,
    refusal,
    rejected,
    requisition,
    requisitioned,
    returned,
    sent,
    set_back,
    unknown,
    voided,
)

LATER = SPRING + timedelta(days=1)
DECLINE = c.DeclineAccount(1, "Kontot är inte kommunens.", "officer:2")
APPROVE = c.ApproveAccount(1, OTHER, "officer:2")


def told(number: Account, email: str = RECIPIENT.registry_email) -> c.OpenCase:
    """The same list again, with what the register says now."""
    recipient = msgspec.structs.replace(RECIPIENT, account=number, registry_email=email)
    return c.OpenCase(recipient, TERMS, "L-2025-1", ALLOCATED)


def statuses(story: Story) -> list[str]:
    return [change.status for change in story.case.account_changes]


# Proposing


def test_a_proposed_account_waits_for_a_second_person_and_changes_nothing_yet() -> None:
    story = Story()
    assert story.do(c.ProposeAccount(OTHER, "officer:1"), at=LATER) == [
        e.AccountChangeProposed(1, OTHER, KNOWN, "officer:1", LATER)
    ]
    assert (statuses(story), story.account) == (["waiting"], KNOWN)
    assert CASE.owed(story.case) == {Task("officer", "approve_account", "1", LATER)}


@pytest.mark.parametrize(
    ("before", "account", "changes"),
    [
        ([], KNOWN, 0),
        ([c.ProposeAccount(OTHER, "officer:1")], OTHER, 1),
        ([c.ProposeAccount(OTHER, "officer:1")], KNOWN, 1),
        ([c.ProposeAccount(OTHER, "officer:1")], THIRD, 2),
        ([c.ProposeAccount(OTHER, "officer:1"), c.ProposeAccount(THIRD, "officer:1")], OTHER, 2),
        ([c.ProposeAccount(OTHER, "officer:1"), APPROVE], OTHER, 1),
        ([c.ProposeAccount(OTHER, "officer:1"), APPROVE], KNOWN, 2),
        ([c.ProposeAccount(OTHER, "officer:1"), DECLINE], OTHER, 2),
    ],
)
def test_an_account_that_is_in_force_or_waits_already_is_not_proposed_again(
    before: Sequence[c.CaseCommand], account: Account, changes: int
) -> None:
    story = approved()
    for command in before:
        story.do(command)
    already = len(story.case.account_changes)
    events = story.do(c.ProposeAccount(account, "officer:3"))
    assert len(story.case.account_changes) == changes
    assert (events == []) == (changes == already)


def test_another_person_who_names_the_same_account_does_not_take_over_the_proposal() -> None:
    story = changing(Story(), by="officer:1")
    story.do(c.ProposeAccount(OTHER, "officer:2"))
    assert refusal(story, c.ApproveAccount(1, OTHER, "officer:1")).code == "same_officer"
    assert story.do(c.ApproveAccount(1, OTHER, "officer:2"))


@pytest.mark.parametrize(
    ("decisions", "in_force", "outcome"),
    [
        ([], KNOWN, ["waiting", "waiting"]),
        ([APPROVE], OTHER, ["approved", "waiting"]),
        ([c.ApproveAccount(2, THIRD, "officer:2")], THIRD, ["waiting", "approved"]),
        ([APPROVE, c.ApproveAccount(2, THIRD, "officer:2")], THIRD, ["approved", "approved"]),
        ([c.ApproveAccount(2, THIRD, "officer:2"), APPROVE], OTHER, ["approved", "approved"]),
        ([DECLINE, c.ApproveAccount(2, THIRD, "officer:2")], THIRD, ["declined", "approved"]),
        ([APPROVE, c.DeclineAccount(2, "Nej.", "officer:2")], OTHER, ["approved", "declined"]),
        ([DECLINE, c.DeclineAccount(2, "Nej.", "officer:2")], KNOWN, ["declined", "declined"]),
    ],
)
def test_two_proposals_are_decided_each_on_its_own_and_the_last_approved_is_in_force(
    decisions: Sequence[c.CaseCommand], in_force: Account, outcome: list[str]
) -> None:
    story = changing(changing(Story(), OTHER), THIRD)
    for command in decisions:
        story.do(command)
    assert (story.account, statuses(story)) == (in_force, outcome)
    waiting = {f"officer/approve_account-{n}" for n, status in enumerate(outcome, start=1) if status == "waiting"}
    assert {task for task in story.tasks if "approve_account" in task} == waiting


# Deciding


def test_an_approved_account_is_in_force_and_the_municipality_is_told() -> None:
    story = changing(Story())
    assert story.do(APPROVE, at=LATER) == [e.AccountChangeApproved(1, "officer:2", LATER)]
    [change] = story.case.account_changes
    assert (change.previous, change.account, change.proposed_by, change.decided_by, change.decided_at) == (
        KNOWN,
        OTHER,
        "officer:1",
        "officer:2",
        LATER,
    )
    assert story.account == OTHER
    assert story.tasks == {"mail/send_mail-2025-0114-account_changed-1"}


def test_a_declined_account_is_not_in_force_and_the_reason_is_kept() -> None:
    story = changing(Story())
    assert story.do(DECLINE, at=LATER) == [e.AccountChangeDeclined(1, "Kontot är inte kommunens.", "officer:2", LATER)]
    [change] = story.case.account_changes
    assert (change.reason, change.decided_by, change.decided_at) == (DECLINE.reason, "officer:2", LATER)
    assert (story.account, story.tasks) == (KNOWN, set())


@pytest.mark.parametrize(
    ("command", "code", "field", "status"),
    [
        (c.ApproveAccount(1, OTHER, "officer:1"), "same_officer", None, 403),
        (c.ApproveAccount(1, KNOWN, "officer:1"), "same_officer", None, 403),
        (c.ApproveAccount(1, KNOWN, "officer:2"), "account_differs", "account_number", 422),
        (c.ApproveAccount(1, THIRD, "officer:2"), "account_differs", "account_number", 422),
        (c.ApproveAccount(1, Account("plusgiro", OTHER.number), "officer:2"), "account_differs", "account_number", 422),
        (c.DeclineAccount(1, "Nej.", "officer:1"), "same_officer", None, 403),
        (c.DeclineAccount(1, "", "officer:2"), "reason_missing", "reason", 422),
        (c.DeclineAccount(1, " \n", "officer:2"), "reason_missing", "reason", 422),
    ],
)
def test_what_is_not_rightly_decided_is_refused_and_still_waits(
    command: c.CaseCommand, code: str, field: str | None, status: int
) -> None:
    story = changing(approved())
    refused = refusal(story, command)
    assert (refused.code, refused.field, refused.status) == (code, field, status)
    assert (story.account, statuses(story), story.live_holds) == (KNOWN, ["waiting"], [1])


@pytest.mark.parametrize("by", [AGENT, REGISTER])
def test_what_no_person_proposed_is_still_decided_by_one(by: str) -> None:
    story = changing(Story(), by=by)
    assert refusal(story, c.ApproveAccount(1, OTHER, by)).code == "same_officer"
    assert story.do(c.ApproveAccount(1, OTHER, "officer:1"))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (APPROVE, DECLINE),
        (APPROVE, c.DeclineAccount(1, "Nej.", "officer:1")),
        (DECLINE, APPROVE),
        (DECLINE, c.ApproveAccount(1, OTHER, "officer:1")),
    ],
)
def test_a_decision_is_not_overturned(first: c.CaseCommand, then: c.CaseCommand) -> None:
    story = changing(Story())
    story.do(first)
    decided = story.case.account_changes
    assert refusal(story, then).code == "account_change_decided"
    assert story.case.account_changes == decided


@pytest.mark.parametrize("decision", [APPROVE, DECLINE])
def test_the_same_decision_again_changes_nothing(decision: c.CaseCommand) -> None:
    story = changing(approved())
    story.do(decision)
    assert story.do(decision) == []


@pytest.mark.parametrize("command", [APPROVE, DECLINE])
def test_a_change_that_is_not_there_is_not_found(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound, match="unknown_account_change"):
        Story().do(command)


def test_no_account_is_proposed_in_a_case_that_is_not_open() -> None:
    with pytest.raises(NotFound, match="unknown_municipality"):
        decide(empty_case(KEY), c.ProposeAccount(OTHER, "officer:1"), SPRING)


# What is on its way


@pytest.mark.parametrize(
    ("start", "held"),
    [
        (Story, False),
        (approved, True),
        (batched, True),
        (set_back, True),
        (sent, False),
        (unknown, False),
        (paid, False),
        (rejected, False),
        (returned, False),
        (voided, False),
    ],
)
def test_what_has_not_left_is_held_for_the_change_and_nothing_else_is_touched(
    start: Callable[[], Story], held: bool
) -> None:
    story = start()
    payouts, money = story.case.payouts, story.case.money
    changing(story)
    assert [(hold.about, hold.change, hold.placed_by) for hold in story.case.holds] == (
        [(PAYOUT, 1, "officer:1")] if held else []
    )
    assert all(hold.reason for hold in story.case.holds)
    assert (story.case.payouts, story.case.money) == (payouts, money)


def test_of_a_settled_and_an_ordered_payout_only_the_ordered_is_held() -> None:
    story = paid(TWICE, kronor(100))
    story.do(requisition(kronor(50)))
    story.do(c.ValidateRequisition(2))
    settled = story.payout()
    changed(story)
    assert [hold.about for hold in story.case.holds] == [SECOND]
    assert story.payout() == settled
    assert story.case.money.paid == kronor(100)


def test_what_is_ordered_by_a_requisition_while_a_change_waits_is_held_and_cannot_be_queued() -> None:
    story = changing(changing(requisitioned(), OTHER), THIRD)
    ordered, first, second = story.do(c.ValidateRequisition(1))
    assert isinstance(ordered, e.RequisitionApproved)
    assert [first, second] == [
        e.PayoutsHeld(1, PAYOUT, story.case.holds[0].reason, "officer:1", SPRING, 1),
        e.PayoutsHeld(2, PAYOUT, story.case.holds[1].reason, "officer:1", SPRING, 2),
    ]
    assert (story.payout().account, story.payout().status) == (KNOWN, "ordered")
    assert f"payouts/queue_payout-{PAYOUT}" not in story.tasks
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"


def test_a_second_requisition_is_held_beside_the_first_while_a_change_waits() -> None:
    story = changing(approved(TWICE, kronor(100)))
    story.do(requisition(kronor(50)))
    story.do(c.ValidateRequisition(2))
    assert [(hold.about, hold.change) for hold in story.case.holds] == [(PAYOUT, 1), (SECOND, 1)]
    story.do(DECLINE)
    assert story.live_holds == []
    assert {f"payouts/queue_payout-{payout}" for payout in (PAYOUT, SECOND)} <= story.tasks


@pytest.mark.parametrize("start", [voided, lambda: rejected("AM04"), lambda: returned("AM04")])
def test_what_is_issued_anew_while_a_change_waits_is_held(start: Callable[[], Story]) -> None:
    story = changing(start())
    reissued, held = story.do(c.ReissuePayout(PAYOUT, "officer:3"))
    assert reissued == e.PayoutReissued(SECOND, PAYOUT, KNOWN, "officer:3", story.now)
    assert held == e.PayoutsHeld(1, SECOND, story.case.holds[0].reason, "officer:1", story.now, 1)
    assert refusal(story, c.QueuePayout(SECOND, BATCH_ID)).code == "payout_on_hold"
    assert refusal(story, c.ReleasePayouts(1, "Skickas ändå.", "officer:3")).code == "account_change_holds"


@pytest.mark.parametrize("start", [voided, lambda: rejected("AM04"), lambda: returned("AM04")])
def test_what_is_issued_anew_to_an_account_that_was_approved_is_not_held(start: Callable[[], Story]) -> None:
    story = changed(start())
    assert len(story.do(c.ReissuePayout(PAYOUT, "officer:3"))) == 1
    assert (story.case.holds, story.payout(SECOND).account) == ((), OTHER)


@pytest.mark.parametrize("then", [[], [c.QueuePayout(PAYOUT, BATCH_ID)]])
def test_at_its_approval_every_payout_here_for_another_account_is_held(then: Sequence[c.CaseCommand]) -> None:
    """A journal from before: nothing was held when it was ordered."""
    story = changing(requisitioned(TWICE, kronor(100)))
    story.do(requisition(kronor(50)))
    for number, payout in enumerate((PAYOUT, SECOND), start=1):
        story.case = evolve(story.case, e.RequisitionApproved(number, payout, (), SPRING))
    for command in then:
        story.do(command)
    approved, *held = story.do(APPROVE, at=LATER)
    assert approved == e.AccountChangeApproved(1, "officer:2", LATER)
    assert held == [
        e.PayoutsHeld(1, PAYOUT, story.case.holds[0].reason, "officer:2", LATER, 1),
        e.PayoutsHeld(2, SECOND, story.case.holds[1].reason, "officer:2", LATER, 1),
    ]
    assert refusal(story, c.QueuePayout(SECOND, BATCH_ID)).code == "payout_on_hold"
    assert refusal(story, c.ReleasePayouts(1, "Skickas ändå.", "officer:3")).code == "account_change_holds"


def test_at_its_approval_nothing_is_held_twice_or_for_its_own_account() -> None:
    story = changed(changed(approved(TWICE, kronor(100)), OTHER), KNOWN)
    assert [(hold.about, hold.change) for hold in story.case.holds] == [(PAYOUT, 1)]
    changed(story, THIRD)
    assert [(hold.about, hold.change) for hold in story.case.holds] == [(PAYOUT, 1), (PAYOUT, 3)]


def test_a_held_payout_is_not_to_be_queued_and_cannot_be() -> None:
    story = changing(approved())
    assert f"payouts/queue_payout-{PAYOUT}" not in story.tasks
    assert "officer/review_hold-1" in story.tasks
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"


def test_a_declined_change_lets_what_was_held_for_it_go_on() -> None:
    story = changing(approved())
    events = story.do(DECLINE)
    assert [type(event) for event in events] == [e.AccountChangeDeclined, e.PayoutsReleased]
    assert story.live_holds == []
    assert f"payouts/queue_payout-{PAYOUT}" in story.tasks
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID))
    assert story.payout().account == KNOWN


def test_a_declined_change_releases_no_hold_but_its_own() -> None:
    story = approved()
    story.do(c.HoldPayouts(PAYOUT, "Väntar på besked.", "officer:1"))
    changing(changing(story, OTHER), THIRD)
    assert story.live_holds == [1, 2, 3]
    story.do(DECLINE)
    assert story.live_holds == [1, 3]
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"


def test_an_approved_change_keeps_the_hold_since_the_payout_still_names_the_account_before() -> None:
    story = changed(approved())
    assert (story.live_holds, story.payout().account) == ([1], KNOWN)
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"
    assert refusal(story, c.ReleasePayouts(1, "Skickas ändå.", "officer:3")).code == "account_change_holds"


def test_what_an_approved_change_holds_is_voided_and_paid_to_the_account_in_force() -> None:
    story = changed(approved())
    story.do(c.VoidPayout(PAYOUT, "Nytt konto.", "officer:1"))
    story.do(c.ReissuePayout(PAYOUT, "officer:1"))
    assert [(p.account, p.status) for p in story.case.payouts] == [(KNOWN, "void"), (OTHER, "ordered")]
    assert story.live_holds == []
    assert f"payouts/queue_payout-{SECOND}" in story.tasks


def test_a_change_back_to_the_account_that_the_payout_names_lets_the_hold_be_released() -> None:
    story = changed(changed(approved(), OTHER), KNOWN)
    assert [hold.change for hold in story.case.holds] == [1]
    assert story.do(c.ReleasePayouts(1, "Kontot gäller igen.", "officer:1"))
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID))


# What the register says


def test_another_account_in_the_register_is_proposed_and_not_put_in_force() -> None:
    story = approved()
    news = told(OTHER)
    proposed, held = e.AccountChangeProposed(1, OTHER, KNOWN, REGISTER, LATER), e.PayoutsHeld
    first, second, third = story.do(news, at=LATER)
    assert (first, second, type(third)) == (e.RecipientChanged(news.recipient), proposed, held)
    assert (story.account, statuses(story), story.live_holds) == (KNOWN, ["waiting"], [1])
    assert story.do(news) == []


APPROVE_SECOND = c.ApproveAccount(2, KNOWN, "officer:2")
BY_HAND = c.ProposeAccount(OTHER, "officer:1")


@pytest.mark.parametrize(
    ("history", "in_force", "outcome"),
    [
        ([told(KNOWN)], KNOWN, []),
        ([told(OTHER), told(OTHER)], KNOWN, ["waiting"]),
        ([told(OTHER), APPROVE, told(OTHER)], OTHER, ["approved"]),
        ([told(OTHER), DECLINE, told(OTHER)], KNOWN, ["declined"]),
        ([told(OTHER), told(THIRD)], KNOWN, ["waiting", "waiting"]),
        ([told(OTHER), told(KNOWN)], KNOWN, ["waiting"]),
        ([BY_HAND, APPROVE, told(KNOWN)], OTHER, ["approved"]),
        ([BY_HAND, APPROVE, told(KNOWN), told(KNOWN)], OTHER, ["approved"]),
        ([BY_HAND, APPROVE, told(OTHER)], OTHER, ["approved"]),
        ([BY_HAND, APPROVE, told(THIRD)], OTHER, ["approved", "waiting"]),
        ([BY_HAND, APPROVE, told(OTHER), told(KNOWN)], OTHER, ["approved", "waiting"]),
        ([told(OTHER), APPROVE, told(KNOWN), APPROVE_SECOND], KNOWN, ["approved", "approved"]),
    ],
)
def test_the_register_proposes_what_is_news_in_it_and_undoes_nothing(
    history: Sequence[c.CaseCommand], in_force: Account, outcome: list[str]
) -> None:
    story = Story()
    for command in history:
        story.do(command)
    assert (story.account, statuses(story)) == (in_force, outcome)


def test_the_register_still_saying_the_old_account_gives_no_events_after_an_approved_change() -> None:
    story = changed(approved())
    assert story.do(told(KNOWN)) == []


# The same account named by more than one


def named_twice() -> Story:
    """The register names an account, and so does a requisition."""
    story = Story()
    story.do(told(OTHER))
    story.do(requisition(to=OTHER))
    story.do(c.ValidateRequisition(1))
    return story


def named_twice_the_other_way() -> Story:
    story = Story()
    story.do(requisition(to=OTHER))
    story.do(c.ValidateRequisition(1))
    story.do(told(OTHER))
    return story


def account_mails(story: Story) -> list[str]:
    return [mail.id for mail in story.case.mails.values() if mail.kind == "account_changed"]


@pytest.mark.parametrize(
    ("start", "by"),
    [
        (named_twice, [REGISTER, AGENT]),
        (named_twice_the_other_way, [AGENT]),
    ],
)
def test_an_account_that_waits_already_is_named_again_only_for_a_requisition_that_waits_for_it(
    start: Callable[[], Story], by: list[str]
) -> None:
    story = start()
    assert [change.proposed_by for change in story.case.account_changes] == by
    assert [change.requisition for change in story.case.account_changes if change.proposed_by == AGENT] == [1]
    for command in (c.ValidateRequisition(1), told(OTHER), told(KNOWN), told(OTHER), BY_HAND, told(OTHER)):
        story.do(command)
    assert (len(story.case.account_changes), story.case.register_account) == (len(by), OTHER)
    assert story.case.requisitions[0].status == "awaiting_account"


@pytest.mark.parametrize("decided", [1, 2])
def test_one_approval_is_of_every_change_that_waits_with_the_same_account(decided: int) -> None:
    story = changing(named_twice(), THIRD)
    assert story.do(c.ApproveAccount(decided, OTHER, "officer:2"), at=LATER) == [
        e.AccountChangeApproved(1, "officer:2", LATER),
        e.AccountChangeApproved(2, "officer:2", LATER),
    ]
    assert (story.account, statuses(story)) == (OTHER, ["approved", "approved", "waiting"])
    assert {change.decided_by for change in story.case.account_changes[:2]} == {"officer:2"}
    assert {task for task in story.tasks if "approve_account" in task} == {"officer/approve_account-3"}
    assert account_mails(story) == ["2025-0114-account_changed-1"]
    for again in (1, 2):
        assert story.do(c.ApproveAccount(again, OTHER, "officer:2")) == []
        assert refusal(story, c.DeclineAccount(again, "Nej.", "officer:2")).code == "account_change_decided"


@pytest.mark.parametrize("start", [named_twice, named_twice_the_other_way])
def test_a_requisition_goes_on_when_the_account_it_waits_for_is_approved_in_whichever_change(
    start: Callable[[], Story],
) -> None:
    story = start()
    story.do(c.ApproveAccount(1, OTHER, "officer:2"))
    assert "requisitions/validate_requisition-1" in story.tasks
    story.do(c.ValidateRequisition(1))
    assert (story.payout().account, story.case.holds) == (OTHER, ())
    assert len(account_mails(story)) == 1
    assert f"payouts/queue_payout-{PAYOUT}" in story.tasks


def test_two_requisitions_that_wait_for_the_same_account_both_go_on() -> None:
    story = Story(TWICE)
    for number in (1, 2):
        story.do(requisition(kronor(50), OTHER))
        story.do(c.ValidateRequisition(number))
    assert [change.requisition for change in story.case.account_changes] == [1, 2]
    story.do(c.ApproveAccount(1, OTHER, "officer:2"))
    for number in (1, 2):
        story.do(c.ValidateRequisition(number))
    assert [(p.account, p.status) for p in story.case.payouts] == [(OTHER, "ordered"), (OTHER, "ordered")]
    assert (story.case.holds, len(account_mails(story))) == ((), 1)


@pytest.mark.parametrize(("declined", "status"), [(1, "awaiting_account"), (2, "received")])
def test_each_change_with_the_same_account_is_declined_on_its_own(declined: int, status: str) -> None:
    story = named_twice()
    story.do(c.DeclineAccount(declined, "Nej.", "officer:2"))
    assert sorted(statuses(story)) == ["declined", "waiting"]
    assert story.case.requisitions[0].status == status
    assert (story.account, account_mails(story)) == (KNOWN, [])


def test_what_every_change_with_the_same_account_holds_is_freed_when_the_last_is_declined() -> None:
    story = approved(TWICE, kronor(100))
    story.do(told(OTHER))
    story.do(requisition(kronor(50), OTHER))
    story.do(c.ValidateRequisition(2))
    assert [(hold.about, hold.change) for hold in story.case.holds] == [(PAYOUT, 1), (PAYOUT, 2)]
    story.do(DECLINE)
    assert story.live_holds == [2]
    assert refusal(story, c.QueuePayout(PAYOUT, BATCH_ID)).code == "payout_on_hold"
    story.do(c.DeclineAccount(2, "Nej.", "officer:2"))
    assert story.do(c.QueuePayout(PAYOUT, BATCH_ID))


@pytest.mark.parametrize("change", [1, 2])
def test_nobody_approves_a_change_of_their_own_along_with_another(change: int) -> None:
    story = changing(Story(), OTHER, by="officer:1")
    story.do(requisition(to=OTHER))
    story.do(c.ValidateRequisition(1))
    refused = refusal(story, c.ApproveAccount(change, OTHER, "officer:1"))
    assert (refused.code, refused.status) == ("same_officer", 403)
    assert (story.account, statuses(story)) == (KNOWN, ["waiting", "waiting"])
    assert len(story.do(c.ApproveAccount(change, OTHER, "officer:2"))) == 2


def test_who_named_one_account_approves_another() -> None:
    story = changing(changing(Story(), OTHER, by="officer:1"), THIRD, by="officer:2")
    assert story.do(c.ApproveAccount(2, THIRD, "officer:1"))


@pytest.mark.parametrize("number", [KNOWN, OTHER])
def test_other_news_of_the_register_is_taken_over_and_the_approved_account_stays(number: Account) -> None:
    story = changed(Story())
    story.do(told(number, "ny@kommun-0114.example"))
    assert story.case.recipient == msgspec.structs.replace(
        RECIPIENT, account=OTHER, registry_email="ny@kommun-0114.example"
    )
    assert statuses(story) == ["approved"]
