"""What is claimed is reminded of once, lowered and given up by two persons, refunded once; a refusal has its code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case import evolve
from statsbidrag.domain.case.state import CreditNote, Payout, Reconsideration, WriteOff
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import end_of, swedish_date
from tests.builders import (
    CLAIM,
    INVOICE,
    KNOWN,
    NEXT_BATCH,
    OTHER,
    REPORT_MISSING,
    SECOND,
    TERMS,
    TWICE,
    Story,
    changing,
    decided,
    delivered,
    heard,
    invoiced,
    paid,
    prepared,
    refusal,
    report,
    requisition,
    settle,
)

NOTE = "I-2025-0114-2"
WHY = "Kommunen har visat hur pengarna användes."
TICK = timedelta(microseconds=1)
FEW = kronor(400)
Begin = Callable[[], Story]


def repaid(amount: Ore = CLAIM, start: Story | None = None) -> Story:
    story = start or invoiced()
    story.do(c.RecordRepayment(1, f"E-{len(story.case.bank_entries) + 1}", amount, story.now.date()))
    return story


def reminder_due(story: Story) -> Story:
    story.now = story.due(f"remind_invoice-{INVOICE}")
    return story


def reconsidering(amount: Ore = FEW, start: Story | None = None, by: str = "officer:1") -> Story:
    story = start or invoiced()
    story.do(c.PrepareReconsideration(1, amount, WHY, by))
    return story


def reconsidered(amount: Ore = FEW, start: Story | None = None) -> Story:
    story = reconsidering(amount, start)
    story.do(c.DecideReconsideration(1, amount, "officer:2"))
    return story


def giving_up(start: Story | None = None, by: str = "officer:1") -> Story:
    story = start or invoiced()
    story.do(c.ProposeWriteOff(INVOICE, WHY, by))
    return story


def given_up(start: Story | None = None) -> Story:
    story = giving_up(start)
    story.do(c.DecideWriteOff(INVOICE, story.case.invoices[0].open_amount, "officer:2"))
    return story


def refunding(start: Story | None = None) -> Story:
    story = start or repaid(Ore(CLAIM + 500))
    story.do(c.OrderRefund("officer:1"))
    return story


def settled_refund() -> Story:
    story = refunding()
    story.do(c.QueuePayout(SECOND, NEXT_BATCH))
    story.do(c.RecordPayoutSent(SECOND, NEXT_BATCH))
    story.do(settle("E-refund", Ore(500), SECOND))
    return story


def never_reported(claimed: bool = True) -> Story:
    """No report came, and the whole grant is decided to go back."""
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    story.do(c.PrepareDecision(1, Ore(0), WHY, "officer:1"), at=story.case.recoveries[0].hearing_ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    if claimed:
        story.do(c.RaiseInvoice(1))
    return story


def report_late(story: Story) -> Story:
    story.do(report())
    story.do(c.AssessReport())
    return story


# The reminder


def test_an_invoice_is_reminded_of_from_the_end_of_the_fifth_day_after_its_due_date() -> None:
    story = invoiced()
    due = end_of(story.case.invoices[0].due_on + timedelta(days=5))
    story.now = due - TICK
    answer = refusal(story, c.RemindInvoice(INVOICE))
    assert (answer.code, answer.status) == ("invoice_not_overdue", 409)
    assert story.do(c.RemindInvoice(INVOICE), at=due) == [e.InvoiceReminded(INVOICE, due)]
    assert story.case.invoices[0].reminded_at == due


def test_an_invoice_is_reminded_of_once() -> None:
    story = reminder_due(invoiced())
    assert story.do(c.RemindInvoice(INVOICE))
    assert story.do(c.RemindInvoice(INVOICE)) == []
    assert story.do(c.RemindInvoice(INVOICE), at=story.now + timedelta(days=40)) == []


def test_a_reminder_is_mailed() -> None:
    story = reminder_due(invoiced())
    story.do(c.RemindInvoice(INVOICE))
    mail = story.case.mails[f"2025-0114-invoice_reminder-{INVOICE}"]
    assert (mail.kind, mail.about, mail.owed_at) == ("invoice_reminder", INVOICE, story.now)
    assert f"mail/send_mail-2025-0114-invoice_reminder-{INVOICE}" in story.tasks


@pytest.mark.parametrize(
    "begin",
    [repaid, given_up, lambda: reconsidered(Ore(0)), lambda: repaid(FEW, reconsidered(FEW))],
    ids=["paid", "given up", "taken back", "paid but for what was taken back"],
)
def test_nobody_is_reminded_of_an_invoice_with_nothing_open(begin: Begin) -> None:
    story = begin()
    story.now = end_of(story.case.invoices[0].due_on + timedelta(days=60))
    assert story.do(c.RemindInvoice(INVOICE)) == []
    assert f"invoices/remind_invoice-{INVOICE}" not in story.tasks


def test_an_invoice_paid_in_part_is_reminded_of_too() -> None:
    story = reminder_due(repaid(Ore(CLAIM - TERMS.smallest_claim)))
    assert story.do(c.RemindInvoice(INVOICE))
    assert f"officer/follow_up_unpaid_invoice-{INVOICE}" in story.tasks


@pytest.mark.parametrize(("difference", "chased"), [(-1, False), (0, True), (1, True)])
def test_less_than_the_smallest_claim_after_a_part_payment_is_given_up_and_not_chased(
    difference: int, chased: bool
) -> None:
    story = repaid(Ore(CLAIM - TERMS.smallest_claim - difference))
    assert story.case.invoices[0].open_amount == TERMS.smallest_claim + difference
    assert (f"invoices/remind_invoice-{INVOICE}" in story.tasks) == chased
    assert (f"officer/propose_write_off-{INVOICE}" in story.tasks) != chased
    story.now = end_of(story.case.invoices[0].due_on + timedelta(days=5))
    assert bool(story.do(c.RemindInvoice(INVOICE))) == chased


def test_a_negligible_rest_is_before_an_officer_from_the_due_date_until_it_is_given_up() -> None:
    story = repaid(Ore(CLAIM - 1))
    assert story.due(f"propose_write_off-{INVOICE}") == end_of(story.case.invoices[0].due_on)
    assert f"officer/decide_write_off-{INVOICE}" in giving_up(story).tasks
    story.do(c.DecideWriteOff(INVOICE, Ore(1), "officer:2"))
    assert not {task for task in story.tasks if "write_off" in task}


def test_a_small_invoice_that_nobody_paid_is_chased() -> None:
    """Two persons have decided to claim it."""
    story = invoiced(Ore(TERMS.smallest_claim - 1))
    assert f"invoices/remind_invoice-{INVOICE}" in story.tasks


def test_without_a_smallest_claim_every_ore_is_chased() -> None:
    story = repaid(Ore(CLAIM - 1))
    assert story.case.terms is not None
    story.case = replace(story.case, terms=replace(story.case.terms, smallest_claim=Ore(0)))
    assert f"invoices/remind_invoice-{INVOICE}" in story.tasks


@pytest.mark.parametrize(("difference", "asked_for"), [(-1, False), (0, True), (1, True)])
def test_a_surplus_below_the_smallest_refund_is_refunded_only_to_who_asks(difference: int, asked_for: bool) -> None:
    story = repaid(Ore(CLAIM + FEW + difference))
    assert f"officer/refund_surplus-{INVOICE}" in story.tasks
    assert story.case.terms is not None
    story.case = replace(story.case, terms=replace(story.case.terms, smallest_refund=FEW))
    assert (f"officer/refund_surplus-{INVOICE}" in story.tasks) == asked_for
    assert story.do(c.OrderRefund("officer:1"))


def test_an_invoice_that_is_about_to_be_given_up_is_not_due_to_be_reminded_of() -> None:
    assert f"invoices/remind_invoice-{INVOICE}" not in giving_up().tasks


# Reconsidered


def test_a_reconsideration_is_prepared_by_one_and_decided_by_another() -> None:
    story = reconsidering()
    assert story.case.recoveries[0].reconsideration == Reconsideration(FEW, WHY, "officer:1")
    events = story.do(c.DecideReconsideration(1, FEW, "officer:2"))
    taken_off = Ore(CLAIM - FEW)
    decision = e.RecoveryReconsidered(1, taken_off, "officer:2", story.now, 1, NOTE)
    note = e.CreditNoteRaised(NOTE, INVOICE, taken_off, Ore(0), WHY, swedish_date(story.now))
    assert sorted(events, key=lambda event: type(event).__name__) == [note, decision]
    recovery = story.case.recoveries[0]
    assert (recovery.reduced, recovery.to_invoice, recovery.reconsideration) == (taken_off, FEW, None)
    assert recovery.reconsidered_at == story.now


def test_the_decision_and_its_credit_note_balance_one_after_the_other() -> None:
    """`Story` holds the books against each other after every event."""
    assert reconsidered(Ore(0), repaid()).case.money.imbalances() == []


def test_nobody_decides_the_reconsideration_that_they_prepared() -> None:
    answer = refusal(reconsidering(), c.DecideReconsideration(1, FEW, "officer:1"))
    assert (answer.code, answer.status) == ("same_officer", 403)


def test_who_prepares_a_reconsideration_anew_is_the_one_who_may_not_decide() -> None:
    story = reconsidering(kronor(1), reconsidering(), by="officer:2")
    assert refusal(story, c.DecideReconsideration(1, kronor(1), "officer:2")).code == "same_officer"
    assert story.do(c.DecideReconsideration(1, kronor(1), "officer:1"))


def test_only_the_amount_that_is_prepared_is_decided() -> None:
    answer = refusal(reconsidering(), c.DecideReconsideration(1, Ore(FEW - 100), "officer:2"))
    assert (answer.code, answer.field, answer.status) == ("amount_differs", "amount", 409)


def test_no_reconsideration_is_decided_unprepared() -> None:
    answer = refusal(invoiced(), c.DecideReconsideration(1, FEW, "officer:2"))
    assert (answer.code, answer.status) == ("decision_not_prepared", 409)


@pytest.mark.parametrize("amount", [Ore(-100), Ore(CLAIM + 100), Ore(50), Ore(CLAIM - 1)])
def test_a_reconsidered_amount_is_whole_kronor_and_never_more_than_before(amount: Ore) -> None:
    answer = refusal(invoiced(), c.PrepareReconsideration(1, amount, WHY, "officer:1"))
    assert (answer.code, answer.field) == ("amount_out_of_range", "amount")


def test_what_was_lowered_is_not_raised_again() -> None:
    answer = refusal(reconsidered(), c.PrepareReconsideration(1, Ore(FEW + 100), WHY, "officer:1"))
    assert answer.code == "amount_out_of_range"
    assert "400" in answer.message


def test_a_claim_with_ore_may_stand_as_it_is() -> None:
    start = decided(Ore(50_50))
    assert refusal(start, c.PrepareReconsideration(1, Ore(50_49), WHY, "officer:1")).code == "amount_out_of_range"
    story = reconsidered(Ore(50_50), start)
    assert (story.case.recoveries[0].to_invoice, story.case.money.accepted_use % 100) == (50_50, 50)


@pytest.mark.parametrize("reasons", ["", "  \n"])
def test_a_reconsideration_has_reasons(reasons: str) -> None:
    answer = refusal(invoiced(), c.PrepareReconsideration(1, FEW, reasons, "officer:1"))
    assert (answer.code, answer.field) == ("reasons_missing", "reasons")


@pytest.mark.parametrize("begin", [heard, prepared], ids=["heard", "prepared"])
@pytest.mark.parametrize(
    "command", [c.PrepareReconsideration(1, FEW, WHY, "officer:1"), c.DecideReconsideration(1, FEW, "officer:2")]
)
def test_what_is_not_decided_is_not_reconsidered(begin: Begin, command: c.CaseCommand) -> None:
    answer = refusal(begin(), command)
    assert (answer.code, answer.status) == ("recovery_not_decided", 409)


def test_what_is_given_up_is_not_reconsidered() -> None:
    answer = refusal(given_up(), c.PrepareReconsideration(1, FEW, WHY, "officer:1"))
    assert (answer.code, answer.status) == ("invoice_written_off", 409)


def test_what_is_given_up_meanwhile_is_not_decided_again() -> None:
    answer = refusal(given_up(reconsidering()), c.DecideReconsideration(1, FEW, "officer:2"))
    assert answer.code == "invoice_written_off"


def test_the_same_reconsideration_again_changes_nothing_and_another_one_does() -> None:
    story = reconsidering()
    assert story.do(c.PrepareReconsideration(1, FEW, f" {WHY} ", "officer:1")) == []
    assert story.do(c.PrepareReconsideration(1, FEW, WHY, "officer:3"))
    assert story.do(c.PrepareReconsideration(1, FEW, "Andra skäl.", "officer:3"))
    assert story.do(c.PrepareReconsideration(1, kronor(300), "Andra skäl.", "officer:3"))


def test_the_same_decision_again_changes_nothing() -> None:
    story = reconsidered()
    assert story.do(c.DecideReconsideration(1, FEW, "officer:2")) == []
    assert len(story.case.credit_notes) == 1


def test_a_claim_that_stands_gets_no_credit_note() -> None:
    story = reconsidering(CLAIM)
    assert story.do(c.DecideReconsideration(1, CLAIM, "officer:2")) == [
        e.RecoveryReconsidered(1, Ore(0), "officer:2", story.now, 1)
    ]
    assert story.case.credit_notes == ()


def test_what_is_not_invoiced_gets_no_credit_note() -> None:
    story = reconsidering(FEW, decided())
    assert [type(event) for event in story.do(c.DecideReconsideration(1, FEW, "officer:2"))] == [e.RecoveryReconsidered]
    story.do(c.RaiseInvoice(1))
    assert (story.case.invoices[0].number, story.case.invoices[0].amount) == (INVOICE, FEW)


def test_what_is_lowered_to_nothing_before_its_invoice_gets_none() -> None:
    story = reconsidered(Ore(0), decided())
    assert "invoices/raise_invoice-1" not in story.tasks
    assert refusal(story, c.RaiseInvoice(1)).code == "nothing_to_invoice"


def test_a_claim_with_ore_is_taken_back_whole() -> None:
    start = decided(Ore(50_50))
    start.do(c.RaiseInvoice(1))
    story = reconsidered(Ore(0), start)
    assert (story.case.money.credited, story.case.money.recovered, story.stage) == (50_50, 0, "closed")


def test_a_late_report_after_the_decision_is_before_an_officer_until_it_is_decided_again() -> None:
    story = never_reported()
    assert not any("reconsider" in task for task in story.tasks)
    report_late(story)
    assert "officer/reconsider_after_late_report-1" in story.tasks
    assert story.due("reconsider_after_late_report-1") == story.now
    reconsidering(Ore(0), story)
    assert {task for task in story.tasks if "reconsider" in task} == {"officer/decide_reconsideration-1"}
    story.do(c.DecideReconsideration(1, Ore(0), "officer:2"))
    assert {task for task in story.tasks if "reconsider" in task} == {"letters/file_reconsideration-1-1"}


def test_a_report_that_was_there_when_it_was_decided_is_not_reconsidered() -> None:
    """It came within the hearing, as an answer to it."""
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    report_late(story)
    story.do(c.PrepareDecision(1, Ore(0), WHY, "officer:1"), at=story.case.recoveries[0].hearing_ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    assert not any("reconsider" in task for task in story.tasks)


def test_a_prepared_reconsideration_is_before_the_other_officer_whatever_the_claim_is_for() -> None:
    assert "officer/decide_reconsideration-1" in reconsidering().tasks


def test_nobody_is_asked_to_reconsider_what_cannot_be_reconsidered() -> None:
    """It was given up before the late report came."""
    story = report_late(given_up(never_reported()))
    assert not any("reconsider" in task for task in story.tasks)


# The letter of a decision that was taken again


@pytest.mark.parametrize("start", [decided, invoiced, repaid], ids=["not invoiced", "invoiced", "repaid"])
def test_a_decision_that_is_taken_again_has_a_letter_and_a_mail_whether_invoiced_or_not(start: Begin) -> None:
    story = reconsidered(FEW, start())
    assert "letters/file_reconsideration-1-1" in story.tasks
    story.do(c.RecordReconsiderationFiled(1, 1, "again.pdf"))
    assert "letters/file_reconsideration-1-1" not in story.tasks
    assert story.case.recoveries[0].reconsidered[0].letter == "again.pdf"
    assert "mail/send_mail-2025-0114-reconsideration-1-1" in story.tasks


def test_what_was_decided_before_and_by_whom_is_kept_of_each_time() -> None:
    story = reconsidered(Ore(0), reconsidered())
    recovery = story.case.recoveries[0]
    assert [(again.before, again.amount) for again in recovery.reconsidered] == [(CLAIM, FEW), (FEW, 0)]
    assert {(again.prepared_by, again.decided_by) for again in recovery.reconsidered} == {("officer:1", "officer:2")}
    assert [again.credit_note for again in recovery.reconsidered] == [NOTE, "I-2025-0114-3"]
    assert (recovery.decided_amount, recovery.to_invoice) == (CLAIM, 0)


def test_a_letter_is_filed_once_and_for_a_decision_that_there_is() -> None:
    story = reconsidered()
    assert story.do(c.RecordReconsiderationFiled(1, 1, "again.pdf"))
    assert story.do(c.RecordReconsiderationFiled(1, 1, "other.pdf")) == []
    for number in (0, 2, -1):
        with pytest.raises(NotFound, match="unknown_reconsideration"):
            story.do(c.RecordReconsiderationFiled(1, number, "x.pdf"))


def test_a_reconsideration_of_an_older_journal_owes_no_letter() -> None:
    """Its event has no number; what it lowered stands."""
    story = reconsidering()
    story.case = evolve(story.case, e.RecoveryReconsidered(1, Ore(CLAIM - FEW), "officer:2", story.now))
    assert (story.case.recoveries[0].to_invoice, story.case.recoveries[0].reconsidered) == (FEW, ())
    assert not any("reconsider" in task for task in story.tasks)


# The credit note


def test_credit_notes_and_invoices_have_one_series() -> None:
    story = reconsidered(Ore(0), reconsidered())
    assert [note.number for note in story.case.credit_notes] == [NOTE, "I-2025-0114-3"]
    assert [note.amount for note in story.case.credit_notes] == [CLAIM - FEW, FEW]
    assert {note.invoice for note in story.case.credit_notes} == {INVOICE}


def test_a_credit_note_is_filed_once_and_then_mailed() -> None:
    story = reconsidered()
    assert f"invoices/file_credit_note-{NOTE}" in story.tasks
    assert not any("mail-2025-0114-credit_note" in task for task in story.tasks)
    assert story.do(c.RecordCreditNoteFiled(NOTE, "c.xml", "c.pdf")) == [
        e.CreditNoteFiled(NOTE, "c.xml", "c.pdf", story.now)
    ]
    filed = CreditNote(NOTE, INVOICE, Ore(CLAIM - FEW), swedish_date(story.now), WHY, "c.xml", "c.pdf")
    assert story.case.credit_notes == (filed,)
    assert f"invoices/file_credit_note-{NOTE}" not in story.tasks
    assert f"mail/send_mail-2025-0114-credit_note-{NOTE}" in story.tasks
    assert story.do(c.RecordCreditNoteFiled(NOTE, "d.xml", "d.pdf")) == []


@pytest.mark.parametrize(
    ("came", "left", "surplus"),
    [
        (Ore(0), FEW, Ore(0)),
        (Ore(FEW - 1), FEW, Ore(0)),
        (FEW, FEW, Ore(0)),
        (Ore(FEW + 1), FEW, Ore(1)),
        (CLAIM, FEW, Ore(CLAIM - FEW)),
        (CLAIM, Ore(0), CLAIM),
        (Ore(CLAIM + 7), FEW, Ore(CLAIM + 7 - FEW)),
    ],
)
def test_what_was_paid_above_the_lowered_claim_is_surplus(came: Ore, left: Ore, surplus: Ore) -> None:
    story = reconsidered(left, repaid(came) if came else invoiced())
    invoice = story.case.invoices[0]
    assert story.case.money.surplus == surplus
    assert (invoice.settled, invoice.open_amount) == (min(came, left), left - min(came, left))
    assert story.case.money.settled == invoice.settled


# Given up


def test_what_is_open_is_given_up_by_two_persons() -> None:
    story = repaid(FEW)
    rest = Ore(CLAIM - FEW)
    assert story.do(c.ProposeWriteOff(INVOICE, f" {WHY} ", "officer:1")) == [
        e.WriteOffProposed(INVOICE, rest, WHY, "officer:1")
    ]
    assert f"officer/decide_write_off-{INVOICE}" in story.tasks
    assert story.do(c.DecideWriteOff(INVOICE, rest, "officer:2")) == [
        e.InvoiceWrittenOff(INVOICE, rest, "officer:2", story.now)
    ]
    invoice = story.case.invoices[0]
    assert invoice.write_off == WriteOff(rest, WHY, "officer:1", "officer:2")
    assert (invoice.written_off, invoice.open_amount, invoice.settled) == (rest, 0, FEW)
    assert story.stage == "closed"
    assert not any(INVOICE in task for task in story.tasks if task.startswith("officer/"))


def test_nobody_gives_up_what_they_proposed_to_give_up() -> None:
    answer = refusal(giving_up(), c.DecideWriteOff(INVOICE, CLAIM, "officer:1"))
    assert (answer.code, answer.status) == ("same_officer", 403)


def test_who_proposes_to_give_up_anew_is_the_one_who_may_not_decide() -> None:
    story = giving_up(giving_up(), by="officer:2")
    assert refusal(story, c.DecideWriteOff(INVOICE, CLAIM, "officer:2")).code == "same_officer"
    assert story.do(c.DecideWriteOff(INVOICE, CLAIM, "officer:1"))


@pytest.mark.parametrize(
    "begin",
    [
        invoiced,
        lambda: repaid(FEW, giving_up()),
        lambda: reconsidered(FEW, giving_up()),
        lambda: repaid(CLAIM, giving_up()),
    ],
    ids=["not proposed", "overtaken by a payment", "overtaken by a decision", "paid meanwhile"],
)
def test_only_what_is_proposed_and_still_open_is_given_up(begin: Begin) -> None:
    story = begin()
    for amount in (CLAIM, story.case.invoices[0].open_amount):
        answer = refusal(story, c.DecideWriteOff(INVOICE, amount, "officer:2"))
        assert (answer.code, answer.status) == ("write_off_differs", 409)


def test_another_amount_than_the_proposed_one_is_not_given_up() -> None:
    assert refusal(giving_up(), c.DecideWriteOff(INVOICE, Ore(CLAIM - 1), "officer:2")).code == "write_off_differs"


@pytest.mark.parametrize(
    "begin", [repaid, given_up, lambda: reconsidered(Ore(0))], ids=["paid", "given up", "taken back"]
)
def test_where_nothing_is_open_there_is_nothing_to_give_up(begin: Begin) -> None:
    answer = refusal(begin(), c.ProposeWriteOff(INVOICE, WHY, "officer:1"))
    assert (answer.code, answer.status) == ("nothing_to_write_off", 409)


def test_giving_up_has_a_reason() -> None:
    answer = refusal(invoiced(), c.ProposeWriteOff(INVOICE, " ", "officer:1"))
    assert answer.field == "reason"


def test_the_same_proposal_again_changes_nothing_and_another_one_does() -> None:
    story = giving_up()
    assert story.do(c.ProposeWriteOff(INVOICE, WHY, "officer:1")) == []
    assert story.do(c.ProposeWriteOff(INVOICE, WHY, "officer:3"))
    assert story.do(c.ProposeWriteOff(INVOICE, "Annat skäl.", "officer:3"))
    repaid(FEW, story)
    assert story.do(c.ProposeWriteOff(INVOICE, "Annat skäl.", "officer:3"))


def test_giving_up_again_changes_nothing_and_nobody_else_does_it_over() -> None:
    story = given_up()
    assert story.do(c.DecideWriteOff(INVOICE, CLAIM, "officer:2")) == []
    assert refusal(story, c.DecideWriteOff(INVOICE, CLAIM, "officer:3")).code == "write_off_differs"
    assert story.case.money.written_off == CLAIM


# Refunded


def test_what_came_in_above_the_invoices_goes_back_to_the_account_in_force() -> None:
    story = repaid(Ore(CLAIM + 500))
    invoice = story.case.invoices[0]
    assert story.due(f"refund_surplus-{INVOICE}") == end_of(invoice.due_on)
    assert story.do(c.OrderRefund("officer:1")) == [e.RefundOrdered(SECOND, Ore(500), KNOWN, "officer:1", story.now)]
    assert story.payout(SECOND) == Payout(SECOND, Ore(500), KNOWN, "ordered", story.now, purpose="refund")
    assert f"payouts/queue_payout-{SECOND}" in story.tasks
    assert f"officer/refund_surplus-{INVOICE}" not in story.tasks
    assert (story.case.money.surplus, story.case.money.refunded) == (500, 0)


def test_a_booked_refund_leaves_the_surplus_and_never_counts_as_grant() -> None:
    story = settled_refund()
    before = invoiced().case.money
    assert (story.case.money.surplus, story.case.money.refunded) == (0, 500)
    assert (story.case.money.paid, story.case.money.approved) == (before.paid, before.approved)
    assert story.stage == "closed"


@pytest.mark.parametrize(
    "begin",
    [invoiced, repaid, refunding, settled_refund],
    ids=["nothing came", "just that came", "on its way", "refunded"],
)
def test_where_nothing_is_too_much_nothing_is_refunded(begin: Begin) -> None:
    answer = refusal(begin(), c.OrderRefund("officer:1"))
    assert (answer.code, answer.status) == ("nothing_to_refund", 409)


def test_what_comes_while_a_refund_is_on_its_way_is_refunded_beside_it() -> None:
    story = repaid(Ore(70), refunding())
    assert f"officer/refund_surplus-{INVOICE}" in story.tasks
    refunding(story)
    assert [p.amount for p in story.case.payouts if p.purpose == "refund"] == [500, 70]
    assert story.case.money.surplus == 570


def test_a_refused_refund_is_issued_anew_as_a_refund_and_not_ordered_over() -> None:
    story = refunding()
    story.do(c.QueuePayout(SECOND, NEXT_BATCH))
    story.do(c.RecordPayoutSent(SECOND, NEXT_BATCH))
    story.do(c.RecordPayoutRejected(SECOND, NEXT_BATCH, "words", "AM04"))
    assert refusal(story, c.OrderRefund("officer:1")).code == "nothing_to_refund"
    story.do(c.ReissuePayout(SECOND, "officer:1"))
    third = story.case.payouts[-1]
    assert (third.purpose, third.amount, third.replaces) == ("refund", 500, SECOND)
    assert refusal(story, c.OrderRefund("officer:1")).code == "nothing_to_refund"


def test_a_void_refund_is_replaced_and_one_that_is_void_for_good_is_ordered_over() -> None:
    story = refunding()
    story.do(c.VoidPayout(SECOND, WHY, "officer:2"))
    assert {"reissue_payout", "refund_surplus"} & {task.split("/")[1].split("-")[0] for task in story.tasks} == {
        "reissue_payout"
    }
    for_good = refunding()
    for_good.do(c.VoidPayout(SECOND, WHY, "officer:2", is_final=True))
    assert f"officer/refund_surplus-{INVOICE}" in for_good.tasks
    assert for_good.do(c.OrderRefund("officer:1"))


def test_a_refund_is_held_while_another_account_waits() -> None:
    story = changing(repaid(Ore(CLAIM + 500)), OTHER)
    ordered, held = story.do(c.OrderRefund("officer:1"))
    assert isinstance(ordered, e.RefundOrdered)
    assert isinstance(held, e.PayoutsHeld)
    assert held.payout == SECOND
    assert f"payouts/queue_payout-{SECOND}" not in story.tasks


def test_a_refund_that_comes_back_is_surplus_again() -> None:
    """That the grant is accounted for is no hindrance: the refund is not a part of it."""
    story = settled_refund()
    story.do(c.RecordPayoutReturned(SECOND, "R-refund", Ore(500), "AM04"))
    assert (story.case.money.surplus, story.case.money.refunded) == (500, 0)
    assert f"officer/reissue_payout-{SECOND}" in story.tasks


def test_money_to_account_for_is_told_of_by_its_own_payout_and_not_by_a_refund() -> None:
    story = paid(TWICE, kronor(2000))
    story.do(requisition(kronor(500)))
    story.do(c.ValidateRequisition(2))
    story.do(c.QueuePayout(SECOND, NEXT_BATCH))
    story.do(c.RecordPayoutSent(SECOND, NEXT_BATCH))
    story.do(c.IssueReportLink("token-hash"), at=delivered().now)
    story.do(report(kronor(1000)))
    story.do(c.AssessReport())
    story.do(c.PrepareDecision(1, Ore(0), WHY, "officer:1"), at=story.case.recoveries[0].hearing_ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    story.do(c.RaiseInvoice(1))
    story.do(settle("E-late", kronor(500), SECOND))
    refund = refunding(repaid(Ore(CLAIM + 500), story)).case.payouts[-1].id
    story.now += timedelta(days=1)
    story.do(c.QueuePayout(refund, "B-2025-20260401-1"))
    story.do(c.RecordPayoutSent(refund, "B-2025-20260401-1"))
    story.do(settle("E-refund", Ore(500), refund))
    assert f"officer/account_for_payout-{SECOND}" in story.tasks


# What is not there


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.RemindInvoice("I-2025-0114-9"), "unknown_invoice"),
        (c.PrepareReconsideration(9, FEW, WHY, "officer:1"), "unknown_recovery"),
        (c.DecideReconsideration(9, FEW, "officer:2"), "unknown_recovery"),
        (c.RecordCreditNoteFiled(INVOICE, "c.xml", "c.pdf"), "unknown_credit_note"),
        (c.ProposeWriteOff("I-2025-0114-9", WHY, "officer:1"), "unknown_invoice"),
        (c.DecideWriteOff("I-2025-0114-9", CLAIM, "officer:2"), "unknown_invoice"),
    ],
)
def test_what_is_not_there_is_not_found(command: c.CaseCommand, code: str) -> None:
    with pytest.raises(NotFound, match=code):
        invoiced().do(command)


def test_a_credit_note_is_no_invoice() -> None:
    with pytest.raises(NotFound, match="unknown_invoice"):
        reconsidered().do(c.RecordRepayment(2, "E-9", kronor(1), invoiced().now.date()))
