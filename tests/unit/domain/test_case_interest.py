"""Interest is claimed by itself where the round has a ground, once, beside the grant; it falls with the claim."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.identifiers import ocr_reference
from statsbidrag.domain.interest import Rate, RateTable
from statsbidrag.domain.journal import canonical
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of
from tests.builders import CODE, INVOICE, ROUND_ID, TERMS, Story, refusal
from tests.charged import (
    CHARGED,
    FREE_TO,
    GROUND,
    INTEREST_INVOICE,
    PRINCIPAL,
    TABLE,
    charged,
    claimed,
    paid_late,
    repay,
)

CLAIM = c.ClaimInterest(INVOICE, TABLE)
ASKED = c.ClaimInterest(INVOICE, TABLE, "officer:1")
WAIVED = c.WaiveInterest(INVOICE, TABLE, "Banken var stängd.", "officer:1")
TEN_DAYS = kronor(1000)
SHORT = RateTable((Rate(date(2026, 1, 1), 800),), date(2026, 3, 17))


def day(late: int) -> date:
    return FREE_TO + timedelta(days=late)


def lower(story: Story, to: Ore) -> None:
    story.do(c.PrepareReconsideration(1, to, "En del användes.", "officer:1"))
    story.do(c.DecideReconsideration(1, to, "officer:2"))


def accounts(story: Story) -> tuple[int, ...]:
    """What is claimed, settled, outstanding and forgone of interest."""
    money = story.case.money
    assert story.case.imbalances() == []
    return money.interest_claimed, money.interest_settled, money.interest_outstanding, money.interest_forgone


# Without a ground


def test_without_a_ground_nothing_is_owed_and_a_claim_is_refused_with_why() -> None:
    story = paid_late(terms=TERMS)
    assert not any("interest" in task for task in story.tasks)
    for command in (CLAIM, ASKED, WAIVED):
        told = refusal(story, command)
        assert (told.code, told.status) == ("interest_without_ground", 409)
        assert "ingen rättslig grund" in told.message


def test_a_ground_that_the_round_gets_later_does_not_bind_a_case_that_is_open() -> None:
    story = paid_late(terms=TERMS)
    assert refusal(story, c.ClaimInterest(INVOICE, TABLE)).code == "interest_without_ground"


# When it is claimed


def test_what_was_paid_late_is_claimed_five_days_after_the_last_payment() -> None:
    story = paid_late()
    assert story.due(f"claim_interest-{INVOICE}") == end_of(day(15))
    (told,) = story.do(CLAIM)
    assert isinstance(told, e.InterestClaimed)
    assert (told.amount, told.free_to, told.interest_invoice) == (TEN_DAYS, FREE_TO, INTEREST_INVOICE)
    assert told.ocr == ocr_reference(ROUND_ID, CODE, 2)
    assert "invoices/file_invoice-I-2025-0114-2" in story.tasks
    assert accounts(story) == (TEN_DAYS, 0, TEN_DAYS, 0)
    assert f"invoices/claim_interest-{INVOICE}" not in story.tasks


@pytest.mark.parametrize("late", [-20, 0])
def test_what_was_paid_in_the_free_time_bears_none(late: int) -> None:
    story = paid_late(late)
    assert not any("interest" in task for task in story.tasks)
    assert refusal(story, ASKED).code == "nothing_paid_late"


def test_a_day_late_is_a_day_of_interest() -> None:
    assert charged(1).case.money.interest_claimed == kronor(100)


def test_the_free_time_is_a_month_after_the_decision_where_that_is_later_than_the_due_day() -> None:
    early = msgspec.structs.replace(CHARGED, invoice_days=10)
    story = repay(claimed(early), date(2026, 3, 7))
    (told,) = story.do(CLAIM)
    assert isinstance(told, e.InterestForgone) is False
    assert isinstance(told, e.InterestClaimed)
    assert (told.free_to, told.amount) == (date(2026, 3, 6), kronor(100))


def test_nothing_is_claimed_while_something_is_open() -> None:
    story = repay(claimed(), day(10), kronor(146_000))
    assert not any("claim_interest" in task for task in story.tasks)
    assert refusal(story, ASKED).code == "invoice_not_settled"
    repay(story, day(20), kronor(219_000))
    story.do(CLAIM)
    assert accounts(story) == (kronor(1600), 0, kronor(1600), 0)


def test_a_rest_that_is_given_up_bears_none() -> None:
    story = repay(claimed(), day(10), kronor(146_000))
    story.do(c.ProposeWriteOff(INVOICE, "Går inte att driva in.", "officer:1"))
    story.do(c.DecideWriteOff(INVOICE, kronor(219_000), "officer:2"))
    story.do(CLAIM)
    assert accounts(story)[0] == kronor(400)


def test_given_up_as_a_whole_there_is_none() -> None:
    story = claimed()
    story.do(c.ProposeWriteOff(INVOICE, "Går inte att driva in.", "officer:1"), at=end_of(day(30)))
    story.do(c.DecideWriteOff(INVOICE, PRINCIPAL, "officer:2"))
    assert not any("interest" in task for task in story.tasks)


def test_an_appeal_holds_it_until_its_outcome() -> None:
    story = claimed()
    story.do(c.NoteAppeal(1, date(2026, 2, 10), True, "Överklagat.", "officer:1"), at=end_of(date(2026, 2, 10)))
    repay(story, day(10))
    assert not any("interest" in task for task in story.tasks)
    assert refusal(story, ASKED).code == "recovery_on_hold"
    story.do(c.NoteAppealOutcome(1, "upheld", "Avslag.", "officer:1"))
    story.do(CLAIM)
    assert accounts(story)[0] == TEN_DAYS


def test_a_replacement_for_wrong_particulars_gives_new_free_time_and_keeps_the_days_of_payment() -> None:
    story = repay(claimed(), day(10), kronor(146_000))
    story.do(c.ReissueInvoice(INVOICE, "Fel referens.", "officer:1", "REF-2"))
    new = story.case.invoices[-1]
    assert [part.on for part in new.paid] == [day(10)]
    repay(story, new.due_on + timedelta(days=2), kronor(219_000), number=3)
    assert refusal(story, ASKED).code == "invoice_replaced"
    story.do(c.ClaimInterest(new.number, TABLE))
    assert accounts(story)[0] == kronor(120)


def test_a_rate_that_is_missing_is_told_and_nothing_is_claimed() -> None:
    story = paid_late()
    assert refusal(story, c.ClaimInterest(INVOICE, SHORT)).code == "interest_rate_missing"
    assert refusal(story, c.ClaimInterest(INVOICE, None)).code == "interest_rate_missing"
    assert f"invoices/claim_interest-{INVOICE}" in story.tasks


# Not claimed


def test_what_is_too_small_is_noted_and_not_claimed() -> None:
    story = paid_late(
        1, msgspec.structs.replace(CHARGED, interest=msgspec.structs.replace(GROUND, smallest_claim=10_001))
    )
    (told,) = story.do(CLAIM)
    assert isinstance(told, e.InterestForgone)
    assert (told.status, told.amount) == ("too_small", 10_000)
    assert "100\N{NO-BREAK SPACE}kronor" in told.reason
    assert accounts(story) == (0, 0, 0, 10_000)
    assert not any("interest" in task for task in story.tasks)
    assert list(story.do(ASKED)) == list(story.do(WAIVED)) == []


def test_interest_below_an_ore_is_never_claimed() -> None:
    none = msgspec.structs.replace(CHARGED, interest=msgspec.structs.replace(GROUND, smallest_claim=0))
    story = repay(claimed(none), day(-1), Ore(PRINCIPAL - 1), entry="E-a")
    repay(story, day(1), Ore(1), entry="E-b")
    (told,) = story.do(CLAIM)
    assert isinstance(told, e.InterestForgone)
    assert told.reason == "Räntan är mindre än ett öre och krävs inte."
    assert accounts(story) == (0, 0, 0, 0)


def test_an_officer_waives_it_with_a_reason() -> None:
    story = paid_late()
    assert refusal(story, msgspec.structs.replace(WAIVED, reason=" ")).code == "reason_missing"
    (told,) = story.do(WAIVED)
    assert isinstance(told, e.InterestForgone)
    assert (told.status, told.reason, told.decided_by) == ("waived", "Banken var stängd.", "officer:1")
    assert accounts(story) == (0, 0, 0, TEN_DAYS)
    assert list(story.do(WAIVED)) == list(story.do(CLAIM)) == []
    assert refusal(story, ASKED).code == "interest_waived"


def test_one_that_is_invoiced_is_not_waived_by_one_person_but_given_up_by_two() -> None:
    story = charged()
    assert refusal(story, WAIVED).code == "interest_claimed"
    story.do(c.ProposeWriteOff(INTEREST_INVOICE, "Går inte att driva in.", "officer:1"))
    assert refusal(story, c.DecideWriteOff(INTEREST_INVOICE, TEN_DAYS, "officer:1")).code == "same_officer"
    story.do(c.DecideWriteOff(INTEREST_INVOICE, TEN_DAYS, "officer:2"))
    assert accounts(story) == (TEN_DAYS, 0, 0, 0)
    assert (story.case.money.interest_written_off, story.case.money.written_off) == (TEN_DAYS, 0)


# Paid


def test_it_is_paid_by_its_own_reference_and_the_grant_is_as_before() -> None:
    story = charged()
    before = story.case.money
    assert story.stage == "invoiced"
    repay(story, day(20), TEN_DAYS, number=2)
    money = story.case.money
    assert accounts(story) == (TEN_DAYS, TEN_DAYS, 0, 0)
    assert (money.settled, money.recovered, money.surplus) == (before.settled, before.recovered, 0)
    assert money.came_by_bank == PRINCIPAL + TEN_DAYS
    assert story.stage == "closed"


def test_claimed_twice_it_is_once() -> None:
    story = charged()
    assert list(story.do(CLAIM)) == list(story.do(ASKED)) == []


def test_paid_in_part_twice_or_too_much_it_goes_as_any_invoice() -> None:
    story = charged()
    repay(story, day(20), kronor(400), entry="E-a", number=2)
    assert accounts(story) == (TEN_DAYS, kronor(400), kronor(600), 0)
    repay(story, day(21), kronor(400), entry="E-a", number=2)
    repay(story, day(21), kronor(700), entry="E-b", number=2)
    assert accounts(story) == (TEN_DAYS, TEN_DAYS, 0, 0)
    assert story.case.money.surplus == kronor(100)
    story.do(c.OrderRefund("officer:1"))
    assert story.case.payouts[-1].amount == kronor(100)


def test_paid_late_itself_it_bears_no_interest() -> None:
    story = repay(charged(), day(200), TEN_DAYS, number=2)
    assert not any("claim_interest" in task for task in story.tasks)
    told = c.ClaimInterest(INTEREST_INVOICE, TABLE, "officer:1")
    assert refusal(story, told).code == "interest_on_interest"


def test_unpaid_it_is_reminded_of_as_any_invoice() -> None:
    story = charged()
    story.do(c.RecordInvoiceFiled(INTEREST_INVOICE, "i.xml", "i.pdf"))
    task = f"remind_invoice-{INTEREST_INVOICE}"
    story.do(c.RemindInvoice(INTEREST_INVOICE), at=story.due(task))
    assert f"2025-0114-invoice_reminder-{INTEREST_INVOICE}" in story.case.mails


def test_with_wrong_particulars_it_is_issued_anew_and_claimed_once() -> None:
    story = repay(charged(), day(20), kronor(400), number=2)
    story.do(c.ReissueInvoice(INTEREST_INVOICE, "Fel referens.", "officer:1", "REF-2"))
    old, new = story.case.interest_invoices
    assert (new.interest_on, new.open_amount, old.open_amount) == (INVOICE, kronor(600), 0)
    assert accounts(story) == (TEN_DAYS, kronor(400), kronor(600), 0)
    assert story.case.money.credited == 0
    repay(story, day(21), kronor(600), number=2)
    assert accounts(story) == (TEN_DAYS, TEN_DAYS, 0, 0)


def test_it_is_not_set_off_against_the_grant() -> None:
    story = charged()
    command = c.ProposeSetOff(INTEREST_INVOICE, "P-2025-0114-1", kronor(1), "Skäl.", "officer:1")
    assert refusal(story, command).code == "interest_not_set_off"


# Lowered


def test_the_interest_on_what_is_credited_falls_away_in_the_same_commit() -> None:
    story = charged()
    story.do(c.PrepareReconsideration(1, kronor(146_000), "En del användes.", "officer:1"))
    events = story.do(c.DecideReconsideration(1, kronor(146_000), "officer:2"))
    assert [type(event) for event in events] == [e.CreditNoteRaised, e.CreditNoteRaised, e.RecoveryReconsidered]
    notes = {note.invoice: (note.number, note.amount) for note in story.case.credit_notes}
    assert notes == {INVOICE: ("I-2025-0114-3", kronor(219_000)), INTEREST_INVOICE: ("I-2025-0114-4", kronor(600))}
    assert story.case.recoveries[0].reconsidered[0].credit_note == "I-2025-0114-3"
    assert accounts(story) == (kronor(400), 0, kronor(400), 0)


def test_what_was_paid_of_interest_that_fell_away_is_refunded() -> None:
    story = repay(charged(), day(20), TEN_DAYS, number=2)
    lower(story, Ore(0))
    assert accounts(story) == (0, 0, 0, 0)
    assert story.case.money.surplus == PRINCIPAL + TEN_DAYS
    assert story.case.money.interest_invoiced == story.case.money.interest_credited == TEN_DAYS


def test_what_was_given_up_of_interest_is_not_credited_as_well() -> None:
    story = repay(charged(), day(20), kronor(400), number=2)
    story.do(c.ProposeWriteOff(INTEREST_INVOICE, "Smått.", "officer:1"))
    story.do(c.DecideWriteOff(INTEREST_INVOICE, kronor(600), "officer:2"))
    lower(story, kronor(146_000))
    assert accounts(story) == (kronor(600), 0, 0, 0)
    assert story.case.money.surplus == kronor(219_000) + kronor(400)


def test_lowered_before_it_is_claimed_interest_is_on_what_remains() -> None:
    story = paid_late()
    lower(story, kronor(146_000))
    story.do(CLAIM)
    assert accounts(story)[0] == kronor(400)


def test_standing_fast_nothing_falls_away() -> None:
    story = charged()
    lower(story, PRINCIPAL)
    assert story.case.credit_notes == ()
    assert accounts(story)[0] == TEN_DAYS


# Told and kept


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"interest_settled": 1}, "interest paid and given up are the sums of its invoices"),
        ({"interest_invoiced": 1}, "interest invoices are what is claimed as interest"),
        ({"interest_forgone": 1}, "interest forgone is what was not claimed"),
    ],
)
def test_the_audit_names_an_account_that_is_wrong(change: dict[str, int], line: str) -> None:
    case = charged().case
    wrong = {name: getattr(case.money, name) + amount for name, amount in change.items()}
    broken = msgspec.structs.replace(case, money=msgspec.structs.replace(case.money, **wrong))
    assert line in broken.imbalances()


def test_the_audit_names_interest_that_does_not_follow_from_the_payments() -> None:
    case = charged().case
    moved = msgspec.structs.replace(case.interest[0], free_to=day(1))
    broken = msgspec.structs.replace(case, interest=(moved,))
    assert broken.imbalances() == ["interest is what follows from the payments"]


def test_a_case_kept_before_there_was_interest_decodes() -> None:
    kept = msgspec.json.decode(canonical(claimed(TERMS).case))
    for name in ("interest", "interest_invoices"):
        del kept[name]
    for name in [name for name in kept["money"] if name.startswith("interest_")]:
        del kept["money"][name]
    del kept["terms"]["interest"]
    for invoice in kept["invoices"]:
        del invoice["paid"], invoice["interest_on"]
    assert msgspec.json.decode(msgspec.json.encode(kept), type=Case) == claimed(TERMS).case


def test_a_case_with_interest_is_kept_as_it_is() -> None:
    case = charged().case
    again = msgspec.json.decode(canonical(case), type=Case)
    assert again == case
    assert CASE.owed(again) == CASE.owed(case)


def test_terms_carry_the_ground_that_bound_the_case() -> None:
    terms = claimed().case.terms
    assert isinstance(terms, Terms)
    assert terms.interest == GROUND
