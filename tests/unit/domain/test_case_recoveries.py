"""Recoveries: heard, prepared by one officer, decided by another, invoiced once, repaid in part, in full, too much."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import parse_ocr
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import end_of, swedish_date
from tests.builders import CLAIM, Story, decided, heard, invoiced, prepared

WHY = "Särskilda skäl."
BOOKED = date(2026, 4, 1)
FILING = "invoices/file_invoice-I-2025-0114-1"


def refusal(story: Story, command: c.CaseCommand) -> Refusal:
    with pytest.raises(Refusal) as refused:
        story.do(command)
    return refused.value


def repay(story: Story, amount: Ore, entry: str = "E-9") -> Story:
    story.do(c.RecordRepayment(1, entry, amount, BOOKED))
    assert story.case.money.imbalances() == []
    return story


# Preparing and deciding


def test_nothing_is_prepared_before_the_hearing_is_over() -> None:
    story = heard()
    ends = story.case.recoveries[0].hearing_ends
    story.now = ends - timedelta(microseconds=1)
    assert refusal(story, c.PrepareDecision(1, Ore(0), WHY, "officer:1")).code == "hearing_not_over"
    assert story.do(c.PrepareDecision(1, Ore(0), WHY, "officer:1"), at=ends)
    assert story.stage == "prepared"
    assert "officer/decide_recovery-1" in story.tasks
    assert "officer/prepare_decision-1" not in story.tasks


@pytest.mark.parametrize("waived", [kronor(-1), Ore(CLAIM + 100), Ore(50)])
def test_a_waiver_out_of_bounds_is_refused(waived: Ore) -> None:
    answer = refusal(prepared(), c.PrepareDecision(1, waived, WHY, "officer:1"))
    assert (answer.code, answer.field) == ("waiver_out_of_range", "waived")


@pytest.mark.parametrize("waived", [kronor(0), kronor(400), CLAIM])
def test_a_waiver_from_nothing_to_all_is_taken_in(waived: Ore) -> None:
    assert decided(waived=waived).case.money.waived == waived


def test_a_claim_with_ore_can_be_waived_whole() -> None:
    story = decided(claim=Ore(50_50), waived=Ore(50_50))
    assert story.case.money.to_account_for == 0
    assert story.stage == "closed"


def test_reasons_are_required() -> None:
    answer = refusal(prepared(), c.PrepareDecision(1, Ore(0), "  ", "officer:1"))
    assert (answer.code, answer.field) == ("reasons_missing", "reasons")


def test_the_same_preparation_again_changes_nothing_and_another_one_does() -> None:
    story = prepared()
    assert story.do(c.PrepareDecision(1, Ore(0), "Pengarna har inte använts.", "officer:1")) == []
    assert story.do(c.PrepareDecision(1, kronor(1), WHY, "officer:3"))
    assert story.case.recoveries[0].prepared_by == "officer:3"


def test_nobody_decides_what_they_prepared() -> None:
    answer = refusal(prepared(), c.DecideRecovery(1, "officer:1"))
    assert (answer.code, answer.status) == ("same_officer", 403)


def test_who_prepares_anew_is_the_one_who_may_not_decide() -> None:
    story = prepared()
    story.do(c.PrepareDecision(1, kronor(1), WHY, "officer:2"))
    assert refusal(story, c.DecideRecovery(1, "officer:2")).code == "same_officer"


def test_nothing_is_decided_unprepared() -> None:
    assert refusal(heard(), c.DecideRecovery(1, "officer:2")).code == "decision_not_prepared"


def test_a_decision_stands() -> None:
    story = decided()
    assert story.do(c.DecideRecovery(1, "officer:2")) == []
    assert refusal(story, c.DecideRecovery(1, "officer:3")).code == "recovery_already_decided"
    assert refusal(story, c.PrepareDecision(1, Ore(0), WHY, "officer:1")).code == "recovery_already_decided"


def test_a_decision_owes_its_letter_and_its_invoice() -> None:
    story = decided()
    assert story.stage == "decided"
    assert {"letters/file_letter-1", "invoices/raise_invoice-1"} <= story.tasks


def test_a_claim_waived_in_full_closes_the_case_and_owes_no_invoice() -> None:
    story = decided(waived=CLAIM)
    assert story.stage == "closed"
    assert "letters/file_letter-1" in story.tasks
    assert "invoices/raise_invoice-1" not in story.tasks
    assert refusal(story, c.RaiseInvoice(1)).code == "nothing_to_invoice"


def test_a_filed_letter_is_mailed_once() -> None:
    story = decided()
    assert story.do(c.RecordLetterFiled(1, "letters/1.pdf")) == [e.LetterFiled(1, "letters/1.pdf")]
    assert "mail/send_mail-2025-0114-decision-1" in story.tasks
    assert "letters/file_letter-1" not in story.tasks
    assert story.do(c.RecordLetterFiled(1, "letters/2.pdf")) == []


def test_no_letter_before_the_decision() -> None:
    assert refusal(prepared(), c.RecordLetterFiled(1, "letters/1.pdf")).code == "recovery_not_decided"


# The invoice


def test_a_decided_recovery_is_invoiced_once() -> None:
    story = invoiced(waived=kronor(400))
    invoice = story.case.invoices[0]
    assert (invoice.number, invoice.amount) == ("I-2025-0114-1", kronor(600))
    assert parse_ocr(invoice.ocr) == ("2025", "0114", 1)
    assert invoice.issued_on == swedish_date(story.now)
    assert invoice.due_on == invoice.issued_on + timedelta(days=30)
    assert story.do(c.RaiseInvoice(1)) == []
    assert story.case.money.invoiced == kronor(600)
    assert story.case.money.to_account_for == 0
    assert story.stage == "invoiced"


def test_no_invoice_before_the_decision() -> None:
    assert refusal(prepared(), c.RaiseInvoice(1)).code == "nothing_to_invoice"


def test_a_raised_invoice_is_filed_and_then_mailed() -> None:
    story = invoiced()
    assert "invoices/file_invoice-I-2025-0114-1" in story.tasks
    assert not any("mail-2025-0114-invoice" in task for task in story.tasks)
    assert story.do(c.RecordInvoiceFiled("I-2025-0114-1", "a.xml", "a.pdf"))
    assert "mail/send_mail-2025-0114-invoice-I-2025-0114-1" in story.tasks
    assert "invoices/file_invoice-I-2025-0114-1" not in story.tasks
    assert story.do(c.RecordInvoiceFiled("I-2025-0114-1", "b.xml", "b.pdf")) == []


def test_an_unpaid_invoice_is_reminded_of_five_days_after_its_due_date() -> None:
    story = invoiced()
    due_on = story.case.invoices[0].due_on
    assert story.due("remind_invoice-I-2025-0114-1") == end_of(due_on + timedelta(days=5))
    assert "invoices/remind_invoice-I-2025-0114-1" in story.tasks
    assert "officer/follow_up_unpaid_invoice-I-2025-0114-1" not in story.tasks


def test_an_unpaid_invoice_is_before_an_officer_five_days_after_its_reminder() -> None:
    story = invoiced()
    reminded = story.due("remind_invoice-I-2025-0114-1") + timedelta(days=1)
    story.do(c.RemindInvoice("I-2025-0114-1"), at=reminded)
    assert story.due("follow_up_unpaid_invoice-I-2025-0114-1") == reminded + timedelta(days=5)
    assert "officer/follow_up_unpaid_invoice-I-2025-0114-1" in story.tasks
    assert "invoices/remind_invoice-I-2025-0114-1" not in story.tasks


# Repayment


def test_a_repayment_in_full_closes_the_case() -> None:
    story = repay(invoiced(), CLAIM)
    assert story.case.money.settled == CLAIM
    assert story.stage == "closed"
    assert not any(task.endswith("_invoice-I-2025-0114-1") for task in story.tasks - {FILING})


def test_a_repayment_in_parts_leaves_the_rest_open() -> None:
    story = repay(invoiced(), kronor(300))
    assert story.case.invoices[0].open_amount == kronor(700)
    assert story.stage == "invoiced"
    assert repay(story, kronor(700), "E-10").stage == "closed"


def test_the_same_entry_is_counted_once() -> None:
    story = repay(invoiced(), kronor(300))
    assert story.do(c.RecordRepayment(1, "E-9", kronor(300), BOOKED)) == []
    assert story.case.money.settled == kronor(300)


def test_what_is_paid_above_the_invoice_is_surplus_to_be_refunded() -> None:
    story = repay(invoiced(), Ore(CLAIM + 1))
    assert (story.case.money.settled, story.case.money.surplus) == (CLAIM, 1)
    assert "officer/refund_surplus-I-2025-0114-1" in story.tasks


def test_a_payment_on_a_settled_invoice_is_all_surplus() -> None:
    story = repay(repay(invoiced(), CLAIM), kronor(5), "E-10")
    assert (story.case.money.settled, story.case.money.surplus) == (CLAIM, kronor(5))


@pytest.mark.parametrize("amount", [Ore(0), Ore(-1)])
def test_a_repayment_is_above_zero(amount: Ore) -> None:
    assert refusal(invoiced(), c.RecordRepayment(1, "E-9", amount, BOOKED)).code == "amount_not_positive"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.PrepareDecision(9, Ore(0), WHY, "officer:1"), "unknown_recovery"),
        (c.DecideRecovery(9, "officer:2"), "unknown_recovery"),
        (c.RecordLetterFiled(9, "l.pdf"), "unknown_recovery"),
        (c.RaiseInvoice(9), "unknown_recovery"),
        (c.RecordInvoiceFiled("I-2025-0114-9", "x", "p"), "unknown_invoice"),
        (c.RecordRepayment(9, "E-9", kronor(1), BOOKED), "unknown_invoice"),
    ],
)
def test_what_is_not_there_is_not_found(command: c.CaseCommand, code: str) -> None:
    with pytest.raises(NotFound, match=code):
        invoiced().do(command)
