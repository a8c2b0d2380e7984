"""What the bank tells is kept as facts and booked once, and each night every payout is held against it."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from msgspec.structs import replace

from statsbidrag.documents.reconciliation_file import render_csv, render_json
from statsbidrag.domain.bank import Entry, Notification, Statement
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.reconciliation import Reconciliation, Sums
from statsbidrag.domain.suspense import ENTRY, entry_key
from statsbidrag.usecases import corrections, holds, payouts, reconciling, rounds
from statsbidrag.usecases.bank import take_report
from tests.builders import BATCH_ID, OTHER, REPORT_OPENS, ROUND_ID, SPRING, TERMS
from tests.house import OFFICER, SYSTEM, House, debit, incoming, later, payback, status_report

FIRST, SECOND = MunicipalityCode("0114"), MunicipalityCode("0115")
SHARES: dict[str, Ore] = {FIRST: kronor(600), SECOND: kronor(400)}
PAID, OTHERS = "P-2025-0114-1", "P-2025-0115-1"
IBAN = "SE3550000000054910000003"
BEFORE = kronor(10_000)
FORMATS = {"json": render_json, "csv": render_csv}


@pytest.fixture
def agency() -> House:
    """Both payouts lie with the bank; the round names the account behind the bankgiro."""
    agency = House(SHARES)
    agency.round = replace(agency.round, agency=replace(agency.round.agency, iban=IBAN))
    agency.open_round()
    for code in SHARES:
        agency.requisition(code)
    agency.validate()
    agency.at(later(SPRING, 1))
    agency.pay()
    return agency


def ours(entry: Entry, account: str = IBAN) -> Entry:
    return replace(entry, account=account)


def booking(agency: House, code: MunicipalityCode = FIRST, name: str = "") -> Entry:
    return ours(debit(f"P-2025-{code}-1", SHARES[code], agency.clock.time, name))


def told(*entries: Entry, name: str = "N-1") -> Notification:
    return Notification(name, entries)


def stated(agency: House, *entries: Entry, missing: int = 0, name: str = "S-1") -> Statement:
    """A statement of today that follows from its entries but for the öre that are missing."""
    net = sum(entry.amount if entry.direction == "credit" else -entry.amount for entry in entries)
    return Statement(name, IBAN, agency.clock.time.date(), BEFORE, Ore(BEFORE + net + missing), entries)


def suspended(agency: House) -> dict[str, str]:
    """Each entry in suspense with why."""
    entries = [agency.peek.state(ENTRY, entry_key(name)) for name in agency.store.listed("ENTRIES")]
    return {entry.entry: entry.reason for entry in entries}


def reconciled(agency: House) -> Reconciliation:
    [found] = reconciling.reconcile_all(agency.books, agency.archive, FORMATS)
    assert_identity(found.sums)
    for batch in found.batches:
        assert_identity(batch.sums)
    return found


def assert_identity(sums: Sums) -> None:
    """Every payout that was ordered has ended in one way, or is open."""
    parts = (sums.settled, sums.rejected, sums.returned, sums.withdrawn, sums.open)
    assert sums.ordered.count == sum(part.count for part in parts)
    assert sums.ordered.amount == sum(part.amount for part in parts)


def act(agency: House, *commands: c.CaseCommand, code: MunicipalityCode = FIRST) -> None:
    for command in commands:
        corrections.act(agency.books, ROUND_ID, code, command, OFFICER)


def invoiced(agency: House) -> str:
    """The first has used 200 kronor of 600; gives the reference of the invoice on the rest."""
    agency.report_of_bank(told(booking(agency)))
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.report(FIRST, kronor(200))
    agency.assess()
    agency.at(later(REPORT_OPENS, TERMS.hearing_days + 1))
    agency.decide(FIRST)
    agency.raise_invoices()
    return agency.case(FIRST).invoices[0].ocr


def remarks(found: Reconciliation) -> list[tuple[str, str]]:
    return [(remark.kind, remark.name) for remark in found.remarks]


# What the bank tells


def test_a_file_that_comes_twice_counts_once(agency: House) -> None:
    for _ in range(2):
        agency.report_of_bank(told(booking(agency)))
    assert agency.case(FIRST).money.paid == SHARES[FIRST]
    assert list(agency.store.listed("BANKFILES")) == ["notification-N-1-1"]
    assert suspended(agency) == {}


def test_an_entry_that_several_files_tell_of_counts_once(agency: House) -> None:
    agency.report_of_bank(told(booking(agency)))
    agency.report_of_bank(told(booking(agency), name="N-2"))
    agency.report_of_bank(stated(agency, booking(agency), booking(agency, SECOND)))
    assert [agency.case(code).money.paid for code in SHARES] == list(SHARES.values())
    assert suspended(agency) == {}
    assert reconciled(agency).entries == 2
    assert agency.findings() == []


def test_two_repayments_of_one_day_and_amount_both_count(agency: House) -> None:
    ocr = invoiced(agency)
    entries = [ours(incoming(ocr, kronor(200), agency.clock.time, name)) for name in ("C/1", "C/2")]
    agency.report_of_bank(told(*entries, name="N-2"))
    agency.report_of_bank(stated(agency, *entries))
    assert agency.case(FIRST).invoices[0].open_amount == 0
    assert (agency.case(FIRST).money.settled, agency.case(FIRST).money.surplus) == (kronor(400), 0)
    assert suspended(agency) == {}


def test_two_bookings_of_one_payout_are_two_entries_and_the_second_waits_for_an_officer(agency: House) -> None:
    agency.report_of_bank(told(booking(agency, name="D/1"), booking(agency, name="D/2")))
    assert agency.case(FIRST).money.paid == SHARES[FIRST]
    assert suspended(agency) == {"D/2": "payout_not_under_way"}
    assert reconciled(agency).entries == 2
    assert ("entry_in_suspense", "D/2") in remarks(reconciled(agency))


def test_another_content_by_the_name_of_a_file_that_was_read_is_refused(agency: House) -> None:
    agency.report_of_bank(told(booking(agency)))
    with pytest.raises(Refusal, match="bank_file_differs"):
        take_report(agency.books, told(booking(agency), booking(agency, SECOND)), SYSTEM)
    assert agency.case(SECOND).money.paid == 0


@pytest.mark.parametrize("account", [IBAN, "50501055"])
def test_a_file_of_our_account_by_its_iban_or_its_bankgiro_is_taken_in(agency: House, account: str) -> None:
    take_report(agency.books, told(replace(booking(agency), account=account)), SYSTEM)
    assert agency.case(FIRST).money.paid == SHARES[FIRST]


@pytest.mark.parametrize("kind", ["notification", "one of several", "statement", "statement without entries"])
def test_nothing_of_a_file_of_another_account_is_kept(agency: House, kind: str) -> None:
    another = "SE4550000000058398257466"
    entry = replace(booking(agency), account=another)
    reports: dict[str, Notification | Statement] = {
        "notification": told(entry),
        "one of several": told(booking(agency, SECOND), entry),
        "statement": replace(stated(agency, entry), account=another),
        "statement without entries": replace(stated(agency), account=another),
    }
    before = agency.store.commits
    with pytest.raises(Refusal, match="bank_file_other_account"):
        take_report(agency.books, reports[kind], SYSTEM)
    assert agency.store.commits == before


def test_whose_account_it_is_cannot_be_told_where_a_round_does_not_name_its_iban(agency: House) -> None:
    nameless = replace(agency.round, id=RoundId("2026"), agency=replace(agency.round.agency, iban=""))
    rounds.open_round(agency.books, nameless, SYSTEM)
    take_report(agency.books, told(debit(PAID, SHARES[FIRST], agency.clock.time)), SYSTEM)
    assert agency.case(FIRST).money.paid == SHARES[FIRST]


def test_a_statement_with_a_gap_is_kept_and_refused_and_nothing_is_booked_by_it(agency: House) -> None:
    with pytest.raises(Refusal, match="statement_gap"):
        take_report(agency.books, stated(agency, booking(agency), missing=-1), SYSTEM)
    assert (agency.case(FIRST).money.paid, agency.batch(BATCH_ID).status) == (0, "sent")
    [remark] = [remark for remark in reconciled(agency).open_remarks if remark.kind == "statement_gap"]
    assert (remark.name, remark.amount) == ("statement-S-1-1", -1)
    assert agency.findings() == []


def test_what_a_statement_with_a_gap_told_is_booked_by_the_next_one(agency: House) -> None:
    with pytest.raises(Refusal, match="statement_gap"):
        take_report(agency.books, stated(agency, booking(agency), missing=1), SYSTEM)
    agency.report_of_bank(stated(agency, booking(agency), name="S-2"))
    assert agency.case(FIRST).money.paid == SHARES[FIRST]


def test_what_does_not_fit_its_payout_waits_for_an_officer_and_moves_nothing(agency: House) -> None:
    agency.report_of_bank(told(booking(agency, SECOND)))
    agency.report_of_bank(
        told(
            ours(debit(PAID, Ore(SHARES[FIRST] - 1), agency.clock.time, "one öre less")),
            ours(debit(PAID, Ore(SHARES[FIRST] + 1), agency.clock.time, "one öre more")),
            ours(payback(OTHERS, Ore(SHARES[SECOND] + 1), agency.clock.time, "more than paid")),
            ours(payback(OTHERS, Ore(SHARES[SECOND] - 1), agency.clock.time, "less than paid")),
            ours(debit("P-2025-0114-9", kronor(1), agency.clock.time, "no such payout")),
            ours(debit("LÖN-2025-04", kronor(1), agency.clock.time, "not ours")),
            ours(incoming("tack", kronor(1), agency.clock.time, "no reference")),
            name="N-2",
        )
    )
    assert suspended(agency) == {
        "one öre less": "amount_differs",
        "one öre more": "amount_differs",
        "more than paid": "return_larger_than_payment",
        "less than paid": "amount_differs",
        "no such payout": "unknown_payment",
        "not ours": "unknown_payment",
        "no reference": "unknown_reference",
    }
    assert (agency.case(FIRST).payouts[0].status, agency.case(SECOND).payouts[0].status) == ("sent", "settled")
    assert {name for kind, name in remarks(reconciled(agency)) if kind == "entry_in_suspense"} == suspended(
        agency
    ).keys()
    assert agency.findings() == []


def test_what_comes_too_early_in_a_file_keeps_nothing_else_from_being_booked(agency: House) -> None:
    returned = ours(payback(PAID, SHARES[FIRST], agency.clock.time))
    with pytest.raises(NotYet, match="payout_not_booked"):
        take_report(agency.books, told(returned, booking(agency, SECOND), name="N-2"), SYSTEM)
    assert agency.case(SECOND).money.paid == SHARES[SECOND]
    take_report(agency.books, told(booking(agency)), SYSTEM)
    take_report(agency.books, told(returned, booking(agency, SECOND), name="N-2"), SYSTEM)
    assert agency.case(FIRST).payouts[0].status == "returned"
    assert suspended(agency) == {}


def test_a_booking_says_that_the_bank_took_a_file_that_it_never_answered_about(agency: House) -> None:
    agency.report_of_bank(told(booking(agency)))
    assert (agency.batch(BATCH_ID).status, agency.batch(BATCH_ID).answer) == ("acknowledged", "booked")
    assert ("batch_unanswered", BATCH_ID) in remarks(reconciled(agency))


def test_the_banks_own_answer_counts_though_a_booking_came_first(agency: House) -> None:
    agency.report_of_bank(told(booking(agency)))
    agency.answer(status_report(BATCH_ID, {OTHERS: "AC04"}))
    assert agency.case(SECOND).payouts[0].status == "rejected"
    assert agency.batch(BATCH_ID).answer == "partial"
    assert ("batch_unanswered", BATCH_ID) not in remarks(reconciled(agency))


def test_money_that_comes_in_says_nothing_of_a_file_that_left(agency: House) -> None:
    agency.report_of_bank(told(ours(incoming("tack", kronor(1), agency.clock.time))))
    assert agency.batch(BATCH_ID).status == "sent"


def test_a_payout_in_a_later_file_acknowledges_that_one(agency: House) -> None:
    agency.answer(status_report(BATCH_ID, {PAID: "AM04"}))
    act(agency, c.ReissuePayout(PAID, "officer:1"))
    agency.pay()
    agency.report_of_bank(told(ours(debit("P-2025-0114-2", SHARES[FIRST], agency.clock.time))))
    assert agency.batch("B-2025-20250404-2").answer == "booked"
    assert agency.batch(BATCH_ID).answer == "partial"


# Each night


def test_a_night_on_which_all_is_as_it_should_be_has_no_remarks(agency: House) -> None:
    agency.answer(status_report(BATCH_ID))
    entries = [booking(agency, code) for code in (FIRST, SECOND)]
    agency.report_of_bank(told(*entries))
    agency.report_of_bank(stated(agency, *entries))
    found = reconciled(agency)
    assert found.remarks == ()
    assert (found.sums.settled.count, found.sums.settled.amount, found.entries) == (2, kronor(1000), 2)
    assert {state: tally.count for state, tally in found.states.items()} == {"settled": 2}


def test_an_entry_that_the_statement_lacks_is_named_the_night_the_statement_came(agency: House) -> None:
    agency.answer(status_report(BATCH_ID))
    agency.report_of_bank(told(booking(agency), booking(agency, SECOND)))
    assert reconciled(agency).open_remarks == ()
    agency.report_of_bank(stated(agency, booking(agency)))
    assert remarks(reconciled(agency)) == [("entry_not_on_statement", "D-P-2025-0115-1")]


def test_sums_hold_through_silence_void_batches_refusals_and_what_is_issued_anew(agency: House) -> None:
    agency.answer(status_report(BATCH_ID, {OTHERS: "AM04"}))
    agency.post()
    agency.at(later(agency.clock.time, TERMS.bank_answer_days))
    agency.send_payments()
    assert reconciled(agency).sums.open.amount == SHARES[FIRST]
    act(agency, c.ProposeResolution(PAID, "not_carried_out", "Banken har sökt på id.", "officer:1"))
    corrections.confirm_resolution(agency.books, ROUND_ID, FIRST, PAID, "not_carried_out", "officer:2", OFFICER)
    act(agency, c.ReissuePayout(OTHERS, "officer:1"), code=SECOND)
    [next_batch] = agency.queue_payouts()
    payouts.void_batch(agency.books, next_batch, "Fel dag.", "officer:3", OFFICER)
    assert reconciled(agency).batches[1].sums.withdrawn.amount == kronor(1000)
    agency.send_payments()
    agency.pay()
    last = next_batch[:-1] + "2"
    agency.bank_books(last)
    agency.entry(payback("P-2025-0115-2", SHARES[SECOND], agency.clock.time))
    found = reconciled(agency)
    sums = {batch.batch: batch.sums for batch in found.batches}
    assert (sums[BATCH_ID].withdrawn.amount, sums[BATCH_ID].rejected.amount) == (SHARES[FIRST], SHARES[SECOND])
    assert (sums[next_batch].withdrawn.count, sums[next_batch].ordered.count) == (2, 2)
    assert (sums[last].settled.amount, sums[last].returned.amount) == (SHARES[FIRST], SHARES[SECOND])
    assert (found.sums.ordered.count, found.sums.settled.amount) == (3, SHARES[FIRST])
    assert ("payout_set_back", PAID) in remarks(found)
    assert agency.findings() == []


def test_what_is_on_hold_is_named_as_open(agency: House) -> None:
    agency.answer(status_report(BATCH_ID, {PAID: "AM04"}))
    act(agency, c.ReissuePayout(PAID, "officer:1"))
    [batch] = agency.queue_payouts()
    holds.stop(agency.books, ROUND_ID, "Skäl.", "officer:3", OFFICER)
    assert ("batch_on_hold", batch) in remarks(reconciled(agency))
    holds.stop_municipality(agency.books, ROUND_ID, FIRST, "", "Skäl.", "officer:3", OFFICER)
    assert ("payout_on_hold", "P-2025-0114-2") in remarks(reconciled(agency))


def test_another_account_that_waits_holds_a_payout_and_is_named(agency: House) -> None:
    agency.answer(status_report(BATCH_ID, {PAID: "AM04"}))
    act(agency, c.ReissuePayout(PAID, "officer:1"))
    corrections.propose_account(agency.books, ROUND_ID, FIRST, OTHER, "agent:0114", OFFICER)
    assert ("payout_on_hold", "P-2025-0114-2") in remarks(reconciled(agency))


def test_each_round_is_reconciled_with_what_is_its_own(agency: House) -> None:
    rounds.open_round(agency.books, replace(agency.round, id=RoundId("2026")), SYSTEM)
    agency.answer(status_report(BATCH_ID))
    agency.report_of_bank(told(booking(agency), ours(incoming("tack", kronor(1), agency.clock.time, "C-1"))))
    this, other = reconciling.reconcile_all(agency.books, agency.archive, FORMATS)
    assert (this.round, other.round) == (ROUND_ID, "2026")
    assert (this.entries, other.entries) == (2, 1)
    assert remarks(other) == [("entry_in_suspense", "C-1")]


def test_a_repayment_with_the_payers_own_name_for_it_concerns_its_own_round_alone(agency: House) -> None:
    """The payer's end-to-end id says nothing to us; the reference that it was booked by does."""
    rounds.open_round(agency.books, replace(agency.round, id=RoundId("2026")), SYSTEM)
    entry = ours(incoming(invoiced(agency), kronor(400), agency.clock.time, "C-1"))
    agency.report_of_bank(told(replace(entry, end_to_end_id="KUND-4711"), name="N-2"))
    assert agency.case(FIRST).invoices[0].open_amount == 0
    _, other = reconciling.reconcile_all(agency.books, agency.archive, FORMATS)
    assert remarks(other) == []


def test_it_is_filed_in_each_format_by_the_instant_and_the_last_one_is_given(agency: House) -> None:
    with pytest.raises(NotFound, match="not_reconciled_yet"):
        reconciling.last(agency.books, agency.archive, ROUND_ID, "json")
    reconciled(agency)
    agency.at(agency.clock.time + timedelta(days=1))
    agency.report_of_bank(told(booking(agency)))
    reconciled(agency)
    assert sorted(agency.archive.objects) == [
        f"reconciliations/2025/{ending}/avstamning-2025-2025-04-0{day}T08:30:00.000000Z.{ending}"
        for ending in ("csv", "json")
        for day in (4, 5)
    ]
    given = json.loads(reconciling.last(agency.books, agency.archive, ROUND_ID, "json"))
    assert (given["as_of"], given["sums"]["settled"]["amount_ore"]) == ("2025-04-05T08:30:00.000000Z", SHARES[FIRST])
    table = reconciling.last(agency.books, agency.archive, ROUND_ID, "csv").decode("utf-8-sig")
    rows = {row["Läge"]: row for row in csv.DictReader(StringIO(table), delimiter=";") if row["Avsnitt"] == "Omgång"}
    assert rows["Bokfört"]["Belopp i kronor"] == "600,00"


def test_the_same_night_again_is_the_same_file(agency: House) -> None:
    reconciled(agency)
    before = dict(agency.archive.objects)
    reconciled(agency)
    assert agency.archive.objects == before


def test_a_round_that_is_not_there_has_no_reconciliation(agency: House) -> None:
    with pytest.raises(NotFound, match="unknown_round"):
        reconciling.last(agency.books, agency.archive, RoundId("2031"), "json")


def test_reconciling_changes_nothing_in_the_books(agency: House) -> None:
    before = agency.store.commits
    reconciled(agency)
    assert agency.store.commits == before


def test_one_account_under_two_names_tells_of_one_entry(agency: House) -> None:
    by_bankgiro = replace(booking(agency), account="50501055", reference="50501055/REF-1/2025-04-04/1")
    by_iban = replace(by_bankgiro, account=IBAN, reference=f"{IBAN}/REF-1/2025-04-04/1")
    take_report(agency.books, told(by_bankgiro), SYSTEM)
    take_report(agency.books, stated(agency, by_iban), SYSTEM)
    assert agency.case(FIRST).bank_entries == (by_iban.reference,)
    assert list(agency.peek.store.listed("ENTRIES")) == []
