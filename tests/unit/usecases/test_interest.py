"""The daily run claims interest that is due; a rate that the round file lacks stops no other invoice and is told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.interest import Rate, RateTable
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.usecases import interest
from statsbidrag.usecases.rounds import open_round
from tests.builders import REPORT_OPENS, ROUND_ID, SPRING, TERMS
from tests.charged import CHARGED, PRINCIPAL, TABLE
from tests.house import OFFICER, SYSTEM, House, debit, incoming, later

FIRST, SECOND = "0114", "0115"
SHARE = kronor(400_000)
SHORT = RateTable(TABLE.rates, SPRING.date())
ONE_DAY = kronor(100)
LATE = 9
"""Days between the due day and the payment: it is decided and invoiced just after midnight in Stockholm."""


def agency_with(table: RateTable | None, codes: tuple[str, ...] = (FIRST,), terms: Terms = CHARGED) -> House:
    """Each has repaid nine days too late, six days ago: interest is due."""
    agency = House(dict.fromkeys(codes, SHARE))
    agency.round = replace(agency.round, terms=terms, reference_rates=table)
    agency.open_round()
    for code in codes:
        agency.requisition(code)
    agency.validate()
    agency.at(later(SPRING, 1))
    agency.pay()
    for code in codes:
        agency.entry(debit(f"P-2025-{code}-1", SHARE, agency.clock.time))
    agency.at(later(REPORT_OPENS, 1))
    agency.send_links()
    for code in codes:
        agency.report(code, Ore(SHARE - PRINCIPAL))
    agency.assess()
    agency.at(later(agency.clock.time, TERMS.hearing_days + 1))
    for code in codes:
        agency.decide(code)
    agency.raise_invoices()
    agency.at(later(agency.clock.time, TERMS.invoice_days + 10))
    for code in codes:
        agency.entry(incoming(agency.case(code).invoices[0].ocr, PRINCIPAL, agency.clock.time))
    agency.at(later(agency.clock.time, 6))
    return agency


def test_interest_is_claimed_and_filed_in_the_daily_run_once() -> None:
    agency = agency_with(TABLE)
    assert agency.raise_invoices() == 1
    (claimed,) = agency.case(FIRST).interest_invoices
    assert claimed.amount == LATE * ONE_DAY
    assert claimed.xml == f"invoices/2025/{claimed.number}.xml"
    assert claimed.xml in agency.archive.objects
    assert agency.raise_invoices() == 0
    assert [mail for mail in agency.case(FIRST).mails if claimed.number in mail]
    assert [finding for finding in agency.findings() if "overdue" not in finding] == []


def test_paid_by_its_reference_it_is_settled() -> None:
    agency = agency_with(TABLE)
    agency.raise_invoices()
    agency.entry(incoming(agency.case(FIRST).interest_invoices[0].ocr, Ore(LATE * ONE_DAY), agency.clock.time, "C-2"))
    assert agency.case(FIRST).money.interest_outstanding == 0
    assert [finding for finding in agency.findings() if "overdue" not in finding] == []


def test_a_round_without_a_ground_claims_nothing_though_its_file_gets_rates() -> None:
    agency = agency_with(TABLE, terms=TERMS)
    open_round(agency.books, replace(agency.round, terms=CHARGED), SYSTEM)
    agency.books.rounds.clear()
    assert agency.raise_invoices() == 0
    assert agency.case(FIRST).interest == ()


def test_a_rate_that_is_missing_is_told_after_the_rest_is_done_and_added_it_is_claimed() -> None:
    agency = agency_with(SHORT, (FIRST, SECOND))
    with pytest.raises(Refusal, match="interest_rate_missing"):
        agency.raise_invoices()
    assert agency.case(FIRST).interest == agency.case(SECOND).interest == ()
    open_round(agency.books, replace(agency.round, reference_rates=TABLE), SYSTEM)
    agency.books.rounds.clear()
    assert agency.raise_invoices() == 2
    assert {len(agency.case(code).interest_invoices) for code in (FIRST, SECOND)} == {1}


def test_the_table_of_today_is_used_and_its_changes_are_seen_line_by_line() -> None:
    agency = agency_with(SHORT)
    due_on = agency.case(FIRST).invoices[0].due_on
    halved = RateTable((*TABLE.rates, Rate(due_on.replace(day=due_on.day + 6), 300)), TABLE.last_day)
    open_round(agency.books, replace(agency.round, reference_rates=halved), SYSTEM)
    place = ROUND_ID, MunicipalityCode(FIRST)
    number = agency.case(FIRST).invoices[0].number
    _, waiting = interest.show(agency.books, *place, number)
    assert waiting is not None
    assert [(line.days, line.basis_points, line.amount) for line in waiting.lines] == [
        (5, 1000, 5 * ONE_DAY),
        (4, 500, 4 * ONE_DAY // 2),
    ]
    case = interest.claim(agency.books, *place, number, "officer:1", OFFICER)
    assert case.interest_invoices[0].amount == waiting.amount
    assert interest.show(agency.books, *place, number)[1] is None
