"""An invoice with wrong particulars is void and issued anew: linked, the same claim, and paid under either number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import LAST_INVOICE, ocr_reference
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import swedish_date
from tests.builders import CLAIM, CODE, INVOICE, ROUND_ID, TERMS, Story, invoiced, refusal

NOTE, NEW = "I-2025-0114-2", "I-2025-0114-3"
WHY = "Fakturan har fel referens."
PART = kronor(300)


def pay(story: Story, amount: Ore, sequence: int = 1) -> None:
    story.do(c.RecordRepayment(sequence, f"E-{len(story.case.bank_entries) + 1}", amount, story.now.date()))


def reissued(start: Story | None = None, reference: str = "REF-2") -> Story:
    story = start or invoiced()
    story.do(c.ReissueInvoice(INVOICE, WHY, "officer:1", reference))
    return story


def part_paid() -> Story:
    story = invoiced()
    pay(story, PART)
    return story


def test_the_old_invoice_is_credited_in_full_and_the_new_one_claims_the_same_in_one_event() -> None:
    story = invoiced()
    story.now += timedelta(days=3)
    (event,) = story.do(c.ReissueInvoice(INVOICE, WHY, "officer:1", "REF-2"))
    today = swedish_date(story.now)
    assert event == e.InvoiceReissued(
        invoice=INVOICE,
        credit_note=NOTE,
        replacement=NEW,
        amount=CLAIM,
        prepaid=Ore(0),
        ocr=ocr_reference(ROUND_ID, CODE, 3),
        issued_on=today,
        due_on=today + timedelta(days=TERMS.invoice_days),
        invoice_reference="REF-2",
        reason=WHY,
        reissued_by="officer:1",
        reissued_at=story.now,
    )
    old, new = story.case.invoices
    (note,) = story.case.credit_notes
    assert (old.replaced_by, old.credited, old.open_amount) == (NEW, CLAIM, 0)
    assert (new.replaces, new.recovery, new.open_amount, new.buyer_reference) == (INVOICE, 1, CLAIM, "REF-2")
    assert (note.invoice, note.replacement, note.amount, note.reasons) == (INVOICE, NEW, CLAIM, WHY)
    money = story.case.money
    assert (money.invoiced, money.credited, money.recovered) == (2 * CLAIM, CLAIM, CLAIM)


def test_both_papers_are_filed_and_both_mailed() -> None:
    story = reissued()
    assert {f"invoices/file_invoice-{NEW}", f"invoices/file_credit_note-{NOTE}"} <= story.tasks
    story.do(c.RecordCreditNoteFiled(NOTE, "c.xml", "c.pdf"))
    story.do(c.RecordInvoiceFiled(NEW, "i.xml", "i.pdf"))
    kinds = {(mail.kind, mail.about) for mail in story.case.mails.values()}
    assert {("invoice_voided", NOTE), ("invoice", NEW)} <= kinds
    assert not any(kind == "credit_note" for kind, _ in kinds)


def test_once_is_enough() -> None:
    story = reissued()
    assert story.do(c.ReissueInvoice(INVOICE, WHY, "officer:2")) == []
    assert len(story.case.invoices) == 2


def test_the_new_one_can_be_wrong_too() -> None:
    story = reissued()
    story.do(c.ReissueInvoice(NEW, WHY, "officer:1"))
    last = story.case.invoices[-1]
    assert (last.number, last.replaces, last.buyer_reference) == ("I-2025-0114-5", NEW, "REF-2")
    pay(story, CLAIM)
    assert [invoice.settled for invoice in story.case.invoices] == [0, 0, CLAIM]


@pytest.mark.parametrize("sequence", [1, 3], ids=["the void one's reference", "the new one's"])
def test_what_comes_in_on_either_reference_pays_the_new_one(sequence: int) -> None:
    story = reissued()
    pay(story, Ore(CLAIM + 100), sequence)
    old, new = story.case.invoices
    assert (old.settled, new.settled, story.case.money.surplus) == (0, CLAIM, 100)
    assert story.events[-1] == e.RepaymentReceived(NEW, "E-2", CLAIM, Ore(100), story.now.date())


def test_the_credit_notes_number_is_no_reference() -> None:
    with pytest.raises(NotFound):
        pay(reissued(), CLAIM, 2)


def test_what_was_paid_goes_over_and_only_the_rest_is_open() -> None:
    story = reissued(part_paid())
    old, new = story.case.invoices
    assert (old.settled, old.open_amount) == (0, 0)
    assert (new.amount, new.prepaid, new.settled, new.open_amount) == (CLAIM, PART, PART, CLAIM - PART)
    assert (story.case.money.settled, story.case.money.surplus) == (PART, 0)


def test_only_the_new_one_is_reminded_of_after_its_own_due_date() -> None:
    story = reissued()
    assert f"invoices/remind_invoice-{INVOICE}" not in story.tasks
    assert f"invoices/remind_invoice-{NEW}" in story.tasks


def test_a_later_decision_lowers_the_new_one() -> None:
    story = reissued()
    story.do(c.PrepareReconsideration(1, PART, WHY, "officer:1"))
    story.do(c.DecideReconsideration(1, PART, "officer:2"))
    assert story.case.credit_notes[-1].invoice == NEW
    assert story.case.invoices[-1].open_amount == PART


def test_an_invoice_that_was_lowered_is_issued_anew_for_what_is_left() -> None:
    story = invoiced()
    story.do(c.PrepareReconsideration(1, PART, WHY, "officer:1"))
    story.do(c.DecideReconsideration(1, PART, "officer:2"))
    story.do(c.ReissueInvoice(INVOICE, WHY, "officer:1"))
    assert (story.case.credit_notes[-1].amount, story.case.invoices[-1].amount) == (PART, PART)


def test_without_another_reference_the_old_one_stays() -> None:
    assert reissued(reference=" ").case.invoices[-1].buyer_reference == ""


def test_a_paid_invoice_is_not_issued_anew() -> None:
    story = invoiced()
    pay(story, CLAIM)
    answer = refusal(story, c.ReissueInvoice(INVOICE, WHY, "officer:1"))
    assert (answer.code, answer.status) == ("nothing_to_reissue", 409)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_reason_is_given(reason: str) -> None:
    assert refusal(invoiced(), c.ReissueInvoice(INVOICE, reason, "officer:1")).code == "reason_missing"


def test_an_invoice_that_is_not_there_is_not_issued_anew() -> None:
    with pytest.raises(NotFound):
        invoiced().do(c.ReissueInvoice(NEW, WHY, "officer:1"))


def test_numbers_that_a_reference_cannot_hold_are_refused() -> None:
    story = invoiced()
    story.case = replace(story.case, invoices=(story.case.invoices[0],) * (LAST_INVOICE - 1))
    assert refusal(story, c.ReissueInvoice(INVOICE, WHY, "officer:1")).code == "numbers_used_up"
