"""A whole year of five municipalities, through use cases alone."""

from __future__ import annotations

import json

import msgspec

from statsbidrag.domain.case import CASE
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.usecases import rounds
from tests.builders import REPORT_MISSING, REPORT_OPENS, SPRING, TERMS
from tests.house import SYSTEM, House, debit, incoming, later, payback, status_report

SHARES = {
    "0114": kronor(461_836),
    "0115": kronor(300_000),
    "0117": kronor(200_000),
    "0120": kronor(150_000),
    "0123": kronor(50_000),
}
REPORTING = later(REPORT_OPENS, 10)


def house() -> House:
    """All five requisition; one payout is rejected; one municipality never reports, one uses half."""
    agency = House(SHARES)
    agency.open_round()
    for code in SHARES:
        agency.requisition(code)
    agency.validate()
    agency.post()
    agency.at(later(SPRING, 1))
    agency.pay()
    return agency


def played() -> House:
    agency = house()
    [batch] = agency.outbox.objects
    batch = batch.removeprefix("out/").removesuffix(".xml")
    agency.answer(status_report(batch, {"P-2025-0123-1": "AC04"}))
    for code in ("0114", "0115", "0117", "0120"):
        entry = debit(f"P-2025-{code}-1", SHARES[code], agency.clock.time)
        agency.entry(entry)
        agency.entry(entry)
    agency.post()
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.post()
    agency.at(REPORTING)
    agency.report("0114", SHARES["0114"])
    agency.report("0115", Ore(SHARES["0115"] // 2))
    agency.report("0117", SHARES["0117"], misused=kronor(1000))
    agency.assess()
    agency.post()
    agency.at(REPORT_MISSING)
    agency.send_links()
    agency.assess()
    agency.post()
    agency.at(later(REPORT_MISSING, TERMS.hearing_days + 1))
    agency.decide("0115")
    agency.decide("0117", waived=kronor(1000))
    agency.decide("0120")
    agency.file_letters()
    agency.raise_invoices()
    agency.post()
    agency.at(later(agency.clock.time, 10))
    for code in ("0115", "0120"):
        invoice = agency.case(code).invoices[0]
        agency.entry(incoming(invoice.ocr, invoice.amount, agency.clock.time))
    return agency


def test_a_year_ends_with_every_case_where_it_belongs() -> None:
    agency = played()
    assert {code: CASE.status(agency.case(code)) for code in SHARES} == {
        "0114": "closed",
        "0115": "closed",
        "0117": "closed",
        "0120": "closed",
        "0123": "rejected",
    }


def test_the_money_of_the_year_adds_up() -> None:
    agency = played()
    money = {code: agency.case(code).money for code in SHARES}
    assert sum(m.paid for m in money.values()) == sum(SHARES.values()) - SHARES["0123"]
    assert money["0114"].accepted_use == SHARES["0114"]
    assert (money["0115"].settled, money["0115"].accepted_use) == (SHARES["0115"] // 2, SHARES["0115"] // 2)
    assert money["0117"].waived == kronor(1000)
    assert (money["0120"].settled, money["0120"].accepted_use) == (SHARES["0120"], 0)
    assert all(m.to_account_for == 0 for m in money.values())


def test_no_number_in_the_books_is_a_float() -> None:
    """An amount that became one compares equal to the right one and is wrong only where it hurts."""
    floats: list[str] = []
    agency = played()
    for records in agency.store.records.values():
        for record in records.values():
            json.loads(record.body, parse_float=floats.append)
    for snapshot in agency.store.snapshots.values():
        json.loads(snapshot.state, parse_float=floats.append)
    assert floats == []


def test_the_audit_of_the_year_finds_nothing_and_writes_every_head() -> None:
    agency = played()
    seen = agency.audit()
    assert seen.findings == ()
    assert seen.journals == len(SHARES) + 2
    assert seen.events == len(agency.log)
    assert set(seen.heads) == set(agency.store.snapshots)
    assert [key.startswith("heads/2026-") for key in agency.vault.objects] == [True]


def test_no_mail_left_twice_and_all_that_was_owed_left() -> None:
    agency = played()
    assert len(set(agency.mailer.ids)) == len(agency.mailer.ids)
    owed = {mail for code in SHARES for mail in agency.case(code).mails}
    assert set(agency.mailer.ids) == owed
    kinds = {mail.kind for code in SHARES for mail in agency.case(code).mails.values()}
    assert kinds >= {"requisition_receipt", "payout_rejected", "report_link", "report_reminder", "hearing", "invoice"}


def test_only_the_latest_of_missed_reminders_goes_out() -> None:
    reminders = [mail for mail in played().mailer.ids if "report_reminder" in mail]
    assert reminders == ["2025-0120-report_reminder-7"]


def test_everything_done_again_changes_nothing() -> None:
    agency = played()
    agency.post()
    before = agency.store.commits
    agency.validate()
    agency.pay()
    agency.send_links()
    agency.assess()
    agency.file_letters()
    agency.raise_invoices()
    agency.post()
    assert agency.store.commits == before


def test_every_event_was_told_once_and_in_order() -> None:
    agency = played()
    for key, records in agency.store.records.items():
        assert [record for record in agency.log if record.key == key] == [records[n] for n in sorted(records)]


def test_a_batch_goes_to_the_bank_as_one_file_with_its_control_total() -> None:
    agency = house()
    [(name, content)] = agency.outbox.objects.items()
    assert name == "out/B-2025-20250404-1.xml"
    assert agency.batch("B-2025-20250404-1").total == sum(SHARES.values())
    assert all(f"P-2025-{code}-1".encode() in content for code in SHARES)


def test_nothing_is_batched_on_a_day_without_banks() -> None:
    agency = House({"0114": kronor(1000)})
    agency.open_round()
    agency.requisition("0114")
    agency.validate()
    agency.at(later(SPRING, 2))
    assert agency.queue_payouts() == []
    agency.at(later(SPRING, 4))
    assert agency.queue_payouts() == ["B-2025-20250407-1"]


def test_a_refused_file_refuses_every_payout_in_it() -> None:
    agency = house()
    agency.answer(status_report("B-2025-20250404-1", whole="rejected", code="AM04"))
    assert {agency.case(code).payouts[0].status for code in SHARES} == {"rejected"}
    assert agency.findings() == []


def test_a_file_that_the_bank_calls_a_duplicate_is_noted_once_and_rejects_nothing() -> None:
    agency = house()
    stood = [agency.case(code) for code in SHARES]
    for _ in range(2):
        agency.answer(status_report("B-2025-20250404-1", whole="rejected", code="DUPL"))
    assert [agency.case(code) for code in SHARES] == stood
    assert agency.batch("B-2025-20250404-1").duplicates == ("bank-1",)


def test_a_payout_that_comes_back_is_no_longer_paid() -> None:
    agency = house()
    agency.bank_books("B-2025-20250404-1")
    agency.entry(payback("P-2025-0123-1", SHARES["0123"], agency.clock.time))
    assert agency.case("0123").money.paid == 0
    assert agency.findings() == []


def test_an_entry_without_a_place_is_suspended_once() -> None:
    agency = house()
    for _ in range(2):
        agency.entry(incoming("tack", kronor(5), agency.clock.time, "C-1"))
    assert [key for key in agency.store.snapshots if key.startswith("ENTRY#")] == ["ENTRY#C-1"]
    assert agency.findings() == []


def test_an_entry_in_suspense_is_not_booked_as_well_when_another_file_tells_of_it() -> None:
    agency = House({"0114": kronor(600)})
    agency.open_round()
    early = debit("P-2025-0114-1", kronor(600), agency.clock.time)
    agency.entry(early)
    agency.requisition("0114")
    agency.validate()
    agency.at(later(SPRING, 1))
    agency.pay()
    agency.entry(early)
    assert agency.case("0114").money.paid == 0
    assert agency.findings() == []


def test_a_list_that_was_overtaken_never_reaches_the_cases() -> None:
    agency = House({"0114": kronor(600), "0115": kronor(400)})
    agency.open_round()
    newer = {"0114": kronor(500), "0115": kronor(500)}
    stale = agency.book.lists[0]
    agency.at(later(SPRING, 1))
    agency.apply_list(newer)
    assert [agency.case(code).money.allocated for code in newer] == list(newer.values())
    assert agency.book.current is not None
    assert agency.book.current.id != stale.id
    assert agency.findings() == []


def test_the_year_is_the_same_year_each_time() -> None:
    one, other = played(), played()
    assert one.store.snapshots == other.store.snapshots
    assert one.archive.objects == other.archive.objects
    assert one.outbox.objects == other.outbox.objects


def test_a_round_is_not_read_again_for_each_page_but_soon_enough() -> None:
    agency = House({"0114": kronor(600)})
    agency.open_round()
    first = rounds.get_round(agency.books, agency.round.id)
    renamed = msgspec.structs.replace(agency.round, name="Nytt namn")
    rounds.open_round(agency.books, renamed, SYSTEM)
    assert rounds.get_round(agency.books, agency.round.id) is first
    agency.at(agency.clock.time + rounds.FRESH_FOR)
    assert rounds.get_round(agency.books, agency.round.id) == renamed
