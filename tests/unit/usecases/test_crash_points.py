"""Every call of a year is broken once in every way; the year ends the same, and nothing leaves the house twice."""

from __future__ import annotations

from collections.abc import Callable

from statsbidrag.domain.money import kronor
from tests.builders import REPORT_MISSING, REPORT_OPENS, SPRING, TERMS
from tests.fakes import BREAKS, Break
from tests.house import House, incoming, later, payback

SHARES = {"0114": kronor(1000), "0115": kronor(500)}
CHANGING = {"commit", "claim", "release", "put", "replace", "move", "send"}
HEARD = later(REPORT_MISSING, TERMS.hearing_days + 2)


def spring(agency: House) -> None:
    """From the list to the first answers of the bank; one payout comes back."""
    agency.open_round()
    for code in SHARES:
        agency.requisition(code)
    agency.validate()
    agency.post()
    agency.at(later(SPRING, 1))
    agency.pay()
    agency.bank_books("B-2025-20250404-1")
    agency.entry(payback("P-2025-0115-1", SHARES["0115"], agency.clock.time))
    agency.entry(incoming("tack", kronor(5), agency.clock.time, "C-1"))
    agency.post()


def winter(agency: House) -> None:
    """The link and the report."""
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.post()
    agency.at(later(REPORT_OPENS, 1))
    agency.report("0114", kronor(400))
    agency.assess()
    agency.post()


def summer(agency: House) -> None:
    """The decision, its letter and its invoice, and the money back."""
    agency.at(HEARD)
    agency.decide("0114", waived=kronor(100))
    agency.file_letters()
    agency.raise_invoices()
    agency.post()
    invoice = agency.case("0114").invoices[0]
    agency.entry(incoming(invoice.ocr, invoice.amount, agency.clock.time))
    agency.audit()


def year(agency: House, fault: tuple[int, Break] | None = None) -> House:
    if fault is not None:
        agency.faults.at(*fault)
    for part in (spring, winter, summer):
        part(agency)
    return agency


def outcome(agency: House) -> tuple[object, ...]:
    """All that must be the same: states, files, mail, and what the bank was told."""
    return (
        {key: snapshot.state for key, snapshot in agency.store.snapshots.items()},
        {key: len(records) for key, records in agency.store.records.items()},
        agency.outbox.objects,
        agency.archive.objects,
        sorted(agency.mailer.left),
        agency.store.tasks,
    )


def points(calls: list[str]) -> list[tuple[int, Break]]:
    """Every call that changes something in every way; one that only reads has no effect that could be lost."""
    return [
        (number, how)
        for number, call in enumerate(calls)
        for how in (BREAKS if call.rsplit(".", 1)[-1] in CHANGING else BREAKS[:1])
    ]


def test_a_year_with_any_one_call_broken_ends_as_the_undisturbed_one(
    count_crash_points: Callable[[int], None],
) -> None:
    whole = year(House(SHARES))
    expected = outcome(whole)
    assert whole.findings() == []
    tried = points(whole.faults.calls)
    for number, how in tried:
        broken = year(House(SHARES), (number, how))
        where = f"{how} at call {number}, {whole.faults.calls[number]}"
        assert outcome(broken) == expected, where
        assert len(set(broken.mailer.ids)) == len(broken.mailer.ids), where
        assert broken.findings() == [], where
    count_crash_points(len(tried))
