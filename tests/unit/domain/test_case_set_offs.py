"""A payout that is here pays an invoice that is due: two persons, one event, and books that say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import end_of
from tests.builders import (
    BATCH_ID,
    INVOICE,
    LINK_MAIL,
    NEXT_BATCH,
    OTHER,
    PAYOUT,
    SECOND,
    TWICE,
    Story,
    refusal,
    report,
    requisition,
    settle,
)

WHY = "Kommunen har inte betalat fakturan."
HALF = kronor(200_000)
CLAIM = kronor(1000)
SOME = kronor(400)
THIRD = "P-2025-0114-3"
TICK = timedelta(microseconds=1)


def unpaid(second: Ore = HALF) -> Story:
    """Of the first payout 1000 kronor are claimed and unpaid past the due date; the second has not left."""
    story = Story(TWICE)
    story.do(requisition(HALF))
    story.do(requisition(second))
    story.do(c.ValidateRequisition(1))
    story.do(c.ValidateRequisition(2))
    story.do(c.QueuePayout(PAYOUT, BATCH_ID))
    story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID))
    story.do(settle(amount=HALF))
    story.do(c.IssueReportLink("token-hash"), at=story.due("issue_report_link-1"))
    story.do(c.RecordMailDelivered(LINK_MAIL, story.now))
    story.do(report(Ore(HALF - CLAIM)))
    story.do(c.AssessReport())
    story.do(c.PrepareDecision(1, Ore(0), WHY, "officer:1"), at=story.case.recoveries[0].hearing_ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    story.do(c.RaiseInvoice(1))
    story.now = end_of(story.case.invoices[0].due_on)
    return story


def offer(amount: Ore = SOME, payout: str = SECOND, by: str = "officer:1") -> c.ProposeSetOff:
    return c.ProposeSetOff(INVOICE, payout, amount, WHY, by)


def offered(amount: Ore = SOME, start: Story | None = None) -> Story:
    story = start or unpaid()
    story.do(offer(amount))
    return story


def decision(amount: Ore = SOME, by: str = "officer:2") -> c.DecideSetOff:
    return c.DecideSetOff(INVOICE, SECOND, amount, by)


def set_off(amount: Ore = SOME, start: Story | None = None) -> Story:
    story = offered(amount, start)
    story.do(decision(amount))
    return story


def pay(story: Story, amount: Ore) -> None:
    story.do(c.RecordRepayment(1, f"E-{len(story.case.bank_entries) + 1}", amount, story.now.date()))


def test_one_event_pays_the_invoice_and_replaces_the_payout() -> None:
    story = offered()
    (event,) = story.do(decision())
    assert event == e.PayoutSetOff(INVOICE, SECOND, SOME, THIRD, Ore(HALF - SOME), "officer:2", story.now)
    old, rest = story.payout(SECOND), story.payout(THIRD)
    assert (old.status, old.replaced_by, old.is_final) == ("void", THIRD, False)
    assert (rest.status, rest.amount, rest.replaces, rest.account) == ("ordered", HALF - SOME, SECOND, old.account)
    assert (story.case.invoices[0].settled, story.case.invoices[0].open_amount) == (SOME, CLAIM - SOME)


def test_the_books_say_what_no_bank_moved() -> None:
    before, money = unpaid().case.money, set_off().case.money
    assert (money.set_off, money.settled, money.paid) == (SOME, SOME, before.paid + SOME)
    assert (money.paid_by_bank, money.came_by_bank) == (before.paid, 0)
    assert money.imbalances() == []


def test_the_rest_goes_out_and_everything_is_paid() -> None:
    story = set_off()
    story.do(c.QueuePayout(THIRD, NEXT_BATCH))
    story.do(c.RecordPayoutSent(THIRD, NEXT_BATCH))
    story.do(settle("E-9", Ore(HALF - SOME), THIRD))
    assert story.case.money.paid == story.case.money.approved == 2 * HALF


def test_all_of_a_payout_leaves_none_in_its_place() -> None:
    story = set_off(SOME, unpaid(second=SOME))
    assert [p.id for p in story.case.payouts] == [PAYOUT, SECOND]
    assert story.payout(SECOND).is_final
    assert not any("reissue_payout" in task or "queue_payout" in task for task in story.tasks)


def test_what_the_set_off_paid_out_is_to_be_accounted_for() -> None:
    assert f"officer/account_for_payout-{SECOND}" in set_off().tasks


def test_a_refund_is_set_off_out_of_the_surplus() -> None:
    """A surplus beside an open claim needs a second claim in the case, which nothing raises yet."""
    story = unpaid()
    refund = replace(story.payout(SECOND), purpose="refund")
    surplus = replace(story.case.money, surplus=HALF)
    story.case = replace(story.case, payouts=(story.case.payouts[0], refund), money=surplus)
    money = set_off(start=story).case.money
    assert (money.refunded, money.surplus, money.settled) == (SOME, HALF - SOME, SOME)
    assert (money.paid, money.came_by_bank) == (HALF, HALF)
    assert story.payout(THIRD).purpose == "refund"


def test_while_it_waits_the_payout_stays_and_an_officer_has_a_task() -> None:
    story = offered()
    assert f"officer/decide_set_off-{INVOICE}" in story.tasks
    assert f"payouts/queue_payout-{SECOND}" not in story.tasks
    assert refusal(story, c.QueuePayout(SECOND, NEXT_BATCH)).code == "payout_on_hold"


def test_declined_the_payout_goes_on() -> None:
    story = offered()
    assert story.do(c.DeclineSetOff(INVOICE, WHY, "officer:1"))
    assert f"payouts/queue_payout-{SECOND}" in story.tasks
    assert story.do(c.DeclineSetOff(INVOICE, WHY, "officer:1")) == []
    assert refusal(story, decision()).code == "set_off_differs"
    assert story.do(c.QueuePayout(SECOND, NEXT_BATCH))


def test_who_proposes_does_not_decide() -> None:
    answer = refusal(offered(), decision(by="officer:1"))
    assert (answer.code, answer.status) == ("same_officer", 403)


def test_the_same_again_changes_nothing() -> None:
    story = offered()
    assert story.do(offer()) == []
    story.do(decision())
    assert story.do(decision()) == []
    assert refusal(story, decision(by="officer:3")).code == "set_off_differs"


def test_a_new_proposal_takes_the_place_of_the_one_that_waits() -> None:
    story = offered()
    story.do(offer(Ore(SOME - 1), by="officer:2"))
    assert [item.amount for item in story.case.set_offs] == [SOME - 1]
    assert refusal(story, decision()).code == "set_off_differs"
    assert refusal(story, decision(Ore(SOME - 1), by="officer:2")).code == "same_officer"


@pytest.mark.parametrize("amount", [Ore(-1), Ore(0), Ore(CLAIM + 1)])
def test_no_more_than_is_open_is_set_off(amount: Ore) -> None:
    answer = refusal(unpaid(), offer(amount))
    assert (answer.code, answer.field) == ("set_off_above_open", "amount_ore")


def test_no_more_than_the_payout_is_set_off() -> None:
    answer = refusal(unpaid(second=SOME), offer(Ore(SOME + 1)))
    assert (answer.code, answer.field) == ("set_off_above_payout", "amount_ore")
    assert set_off(CLAIM).case.invoices[0].open_amount == 0


def test_a_claim_that_is_not_due_is_not_set_off() -> None:
    story = unpaid()
    story.now -= TICK
    answer = refusal(story, offer())
    assert (answer.code, answer.status) == ("invoice_not_due", 409)


def batched(story: Story) -> None:
    story.do(c.QueuePayout(SECOND, NEXT_BATCH))


def left(story: Story) -> None:
    batched(story)
    story.do(c.RecordPayoutSent(SECOND, NEXT_BATCH))


def set_back(story: Story) -> None:
    """Two persons say that the bank never had it, which may be wrong."""
    left(story)
    story.do(c.RecordSilence(SECOND), at=story.due(f"note_silence-{SECOND}"))
    story.do(c.ProposeResolution(SECOND, "not_carried_out", WHY, "officer:1"))
    story.do(c.ConfirmResolution(SECOND, "not_carried_out", "officer:2"))


def gone(story: Story) -> None:
    left(story)
    story.do(settle("E-9", HALF, SECOND))


def on_hold(story: Story) -> None:
    story.do(c.HoldPayouts(SECOND, WHY, "officer:1"))


def all_on_hold(story: Story) -> None:
    story.do(c.HoldPayouts("", WHY, "officer:1"))


def another_account(story: Story) -> None:
    story.do(c.ProposeAccount(OTHER, "officer:1"))


def reconsidering(story: Story) -> None:
    story.do(c.PrepareReconsideration(1, SOME, WHY, "officer:1"))


def giving_up(story: Story) -> None:
    story.do(c.ProposeWriteOff(INVOICE, WHY, "officer:1"))


def paid_in_full(story: Story) -> None:
    pay(story, CLAIM)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (batched, "payout_not_here"),
        (left, "payout_not_here"),
        (set_back, "payout_not_here"),
        (gone, "payout_not_here"),
        (on_hold, "payout_on_hold"),
        (all_on_hold, "payout_on_hold"),
        (another_account, "payout_on_hold"),
        (reconsidering, "claim_in_dispute"),
        (giving_up, "claim_in_dispute"),
        (paid_in_full, "nothing_to_set_off"),
    ],
)
def test_money_that_may_have_left_and_a_claim_that_may_not_stand_are_not_set_off(
    happens: Callable[[Story], None], code: str
) -> None:
    story = unpaid()
    happens(story)
    assert refusal(story, offer()).code == code


@pytest.mark.parametrize("happens", [on_hold, another_account, reconsidering, giving_up])
def test_what_comes_between_proposal_and_decision_stops_it(happens: Callable[[Story], None]) -> None:
    story = offered()
    happens(story)
    assert refusal(story, decision()).code in ("payout_on_hold", "claim_in_dispute")
    assert story.case.money.set_off == 0


def test_money_that_comes_in_between_stops_the_decision_until_an_officer_lets_go_or_proposes_anew() -> None:
    story = offered()
    pay(story, kronor(1))
    assert refusal(story, decision()).code == "set_off_differs"
    assert f"officer/decide_set_off-{INVOICE}" in story.tasks
    story.do(offer())
    assert story.do(decision())


def test_a_payout_waits_for_one_decision_at_a_time() -> None:
    """The invoice is issued anew meanwhile, and the payout offered for the new one."""
    story = offered()
    story.do(c.ReissueInvoice(INVOICE, WHY, "officer:1"))
    new = story.case.invoices[-1]
    story.do(c.ProposeSetOff(new.number, SECOND, SOME, WHY, "officer:2"), at=end_of(new.due_on))
    assert [(item.invoice, item.proposed_by) for item in story.case.set_offs] == [(new.number, "officer:2")]


def test_a_payout_that_is_not_made_leaves_nothing_to_decide() -> None:
    story = offered()
    story.do(c.VoidPayout(SECOND, WHY, "officer:3"))
    assert f"officer/decide_set_off-{INVOICE}" not in story.tasks
    assert refusal(story, decision()).code == "set_off_differs"


def test_a_payout_that_waited_is_due_since_it_was_let_go() -> None:
    story = unpaid()
    at = story.now + timedelta(days=2)
    on_hold(story)
    story.do(c.ReleasePayouts(1, WHY, "officer:2"), at=at)
    assert story.due(f"queue_payout-{SECOND}") == at
    offered(start=story)
    story.do(c.DeclineSetOff(INVOICE, WHY, "officer:2"), at=at + timedelta(days=9))
    assert story.due(f"queue_payout-{SECOND}") == story.now


def test_the_municipality_is_told_once() -> None:
    story = set_off()
    (mail,) = [mail for mail in story.case.mails.values() if mail.kind == "set_off"]
    assert (mail.about, mail.owed_at) == (SECOND, story.now)


def test_a_credit_note_after_the_set_off_makes_it_a_surplus() -> None:
    story = set_off(CLAIM)
    story.do(c.PrepareReconsideration(1, Ore(0), WHY, "officer:1"))
    story.do(c.DecideReconsideration(1, Ore(0), "officer:2"))
    assert (story.case.money.settled, story.case.money.surplus, story.case.money.set_off) == (0, CLAIM, CLAIM)
    story.do(c.OrderRefund("officer:3"))
    assert story.case.payouts[-1].amount == CLAIM


@pytest.mark.parametrize("reason", ["", " "])
def test_reasons_are_given(reason: str) -> None:
    assert refusal(unpaid(), c.ProposeSetOff(INVOICE, SECOND, SOME, reason, "officer:1")).code == "reason_missing"
    assert refusal(offered(), c.DeclineSetOff(INVOICE, reason, "officer:1")).code == "reason_missing"


def test_what_is_not_in_the_case_is_not_set_off() -> None:
    for command in (
        c.ProposeSetOff("I-2025-0114-9", SECOND, SOME, WHY, "officer:1"),
        offer(payout="P-2025-0115-1"),
        c.DecideSetOff("I-2025-0114-9", SECOND, SOME, "officer:2"),
        c.DeclineSetOff("I-2025-0114-9", WHY, "officer:2"),
    ):
        with pytest.raises(NotFound):
            unpaid().do(command)
