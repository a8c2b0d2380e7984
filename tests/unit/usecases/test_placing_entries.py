"""Money in suspense is booked where a person says, once, whatever breaks; where it may belong is suggested."""

from __future__ import annotations

from contextlib import suppress

import pytest

from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case.commands import ReissueInvoice
from statsbidrag.domain.case.state import Invoice
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.suspense import ENTRY, SuspendedEntry, entry_key
from statsbidrag.usecases.suspense import Suggestion, Waiting, list_waiting, place
from tests.builders import REPORT_OPENS, ROUND_ID, SPRING, TERMS
from tests.fakes import BREAKS, Break, Killed
from tests.house import OFFICER, House, debit, incoming, later, payback, status_report

FIRST, SECOND, THIRD = "0114", "0115", "0117"
CODES = (FIRST, SECOND, THIRD)
SHARE = kronor(2000)
CLAIM = kronor(1000)
ONE, OTHER = f"I-2025-{FIRST}-1", f"I-2025-{SECOND}-1"
ODD = kronor(123)
"""What no invoice is open for."""


def invoiced(codes: tuple[str, ...] = CODES, last: str = THIRD) -> House:
    """Each has used half of its share, and one a krona more, and has its invoice."""
    agency = House(dict.fromkeys(codes, SHARE))
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
        agency.report(code, Ore(CLAIM + 100) if code == last else CLAIM)
    agency.assess()
    agency.at(later(agency.clock.time, TERMS.hearing_days + 1))
    for code in codes:
        agency.decide(code)
    agency.raise_invoices()
    return agency


def invoice(agency: House, code: str = FIRST) -> Invoice:
    return agency.case(code).invoices[0]


def comes(agency: House, text: str, amount: Ore = ODD, name: str = "C-1") -> House:
    """Money comes in with a text that is no reference of ours."""
    agency.entry(incoming(text, amount, agency.clock.time, name))
    return agency


def entry(agency: House, name: str = "C-1") -> SuspendedEntry:
    return agency.peek.state(ENTRY, entry_key(name))


def put(agency: House, where: str = ONE, officer: str = "officer:1", name: str = "C-1") -> SuspendedEntry:
    """A person places an entry on an invoice."""
    municipality = MunicipalityCode(where.split("-")[2])
    return place(agency.books, name, ROUND_ID, municipality, where, officer, OFFICER)


def came_in(agency: House, codes: tuple[str, ...] = CODES) -> int:
    """What all cases together have booked as repaid, öre."""
    return sum(agency.case(code).money.settled + agency.case(code).money.surplus for code in codes)


def faults(agency: House) -> list[str]:
    """What an audit finds but for what is overdue: nobody reads the mail here."""
    return [finding for finding in agency.findings() if "overdue" not in finding]


def mistyped(ocr: str, digits: int) -> str:
    """The reference with some of the municipality's digits wrong."""
    wrong = "".join(str((int(digit) + 1) % 10) for digit in ocr[4 : 4 + digits])
    return ocr[:4] + wrong + ocr[4 + digits :]


def suggested(agency: House) -> list[tuple[str, tuple[str, ...]]]:
    [waiting] = list_waiting(agency.peek)
    return [(each.invoice, each.reasons) for each in waiting.suggestions]


# Placing


def test_an_entry_is_booked_on_the_invoice_that_a_person_names() -> None:
    agency = comes(invoiced(), "tack", CLAIM)
    placed = put(agency)
    assert placed == entry(agency)
    assert (placed.placed, placed.placed_by, placed.amount) == (ONE, "officer:1", CLAIM)
    assert (invoice(agency).settled, invoice(agency).open_amount) == (CLAIM, 0)
    assert agency.case(FIRST).bank_entries[-1] == "C-1"
    assert list_waiting(agency.peek) == []
    assert faults(agency) == []


def test_what_is_above_the_invoice_becomes_surplus() -> None:
    agency = comes(invoiced(), "tack", Ore(CLAIM + 700))
    put(agency)
    assert (agency.case(FIRST).money.settled, agency.case(FIRST).money.surplus) == (CLAIM, 700)


def test_placed_again_nothing_changes() -> None:
    agency = comes(invoiced(), "tack")
    first = put(agency)
    before = agency.store.commits
    assert put(agency) == put(agency, officer="officer:2") == first
    assert (agency.store.commits, came_in(agency)) == (before, ODD)


@pytest.mark.parametrize("code", [SECOND, FIRST])
def test_a_placed_entry_is_not_placed_elsewhere(code: str) -> None:
    """Not with another municipality, nor under another number with the same."""
    agency = comes(invoiced(), "tack")
    put(agency)
    before = agency.store.commits
    with pytest.raises(Refusal, match=f"entry_placed: .*{ONE}"):
        put(agency, f"I-2025-{code}-2" if code == FIRST else OTHER)
    assert (agency.store.commits, came_in(agency)) == (before, ODD)


def test_an_entry_that_is_not_in_suspense_is_not_placed() -> None:
    agency = invoiced()
    with pytest.raises(NotFound, match="unknown_entry"):
        put(agency)
    agency.entry(incoming(invoice(agency).ocr, ODD, agency.clock.time, "C-1"))
    with pytest.raises(NotFound, match="unknown_entry"):
        put(agency, OTHER)
    assert came_in(agency) == ODD


@pytest.mark.parametrize(
    ("round_id", "code", "where"),
    [
        (ROUND_ID, FIRST, "I-2025-0114-9"),
        (ROUND_ID, FIRST, OTHER),
        (ROUND_ID, FIRST, ""),
        (ROUND_ID, "0999", "I-2025-0999-1"),
        (RoundId("2026"), FIRST, ONE),
    ],
)
def test_an_invoice_that_is_not_there_gets_nothing(round_id: RoundId, code: str, where: str) -> None:
    agency = comes(invoiced(), "tack")
    before = agency.store.commits
    with pytest.raises(NotFound, match="unknown_invoice"):
        place(agency.books, "C-1", round_id, MunicipalityCode(code), where, "officer:1", OFFICER)
    assert (entry(agency).placed, agency.store.commits) == ("", before)


def test_what_left_the_account_is_neither_shown_nor_placed() -> None:
    agency = invoiced()
    agency.entry(debit("P-2025-0114-9", CLAIM, agency.clock.time, "C-1"))
    assert entry(agency).direction == "debit"
    assert list_waiting(agency.peek) == []
    with pytest.raises(Refusal, match="entry_not_incoming"):
        put(agency)
    assert came_in(agency) == 0


def test_a_placed_entry_that_other_files_tell_of_is_not_booked_again() -> None:
    agency = comes(invoiced(), "tack")
    put(agency)
    before = agency.store.commits
    comes(agency, "tack")
    agency.entry(incoming(invoice(agency).ocr, ODD, agency.clock.time, "C-1"))
    agency.entry(incoming(invoice(agency, SECOND).ocr, ODD, agency.clock.time, "C-1"))
    assert (agency.store.commits, came_in(agency)) == (before, ODD)
    assert faults(agency) == []


def commits_of_placing() -> list[int]:
    """The numbers, among the calls of a placing, of those that write."""
    agency = comes(invoiced(), "tack")
    before = len(agency.faults.calls)
    put(agency)
    return [number for number, call in enumerate(agency.faults.calls[before:]) if call == "store.commit"]


def broken(number: int, how: Break) -> House:
    """A placing on the first's invoice that broke at one of its calls."""
    agency = comes(invoiced(), "tack")
    agency.faults.at(len(agency.faults.calls) + number, how)
    with suppress(Killed, TimeoutError, Exception):
        put(agency)
    return agency


@pytest.mark.parametrize("how", BREAKS)
def test_a_placing_that_broke_anywhere_is_made_good_by_the_same_call(how: Break) -> None:
    assert len(commits_of_placing()) == 2
    for number in range(commits_of_placing()[-1] + 1):
        agency = broken(number, how)
        put(agency)
        assert (entry(agency).placed, invoice(agency).settled, came_in(agency)) == (ONE, ODD, ODD)
        assert faults(agency) == []


def test_a_placing_that_broke_is_not_booked_twice_where_another_person_places_it_elsewhere() -> None:
    for number in range(commits_of_placing()[-1] + 1):
        agency = broken(number, "killed_before")
        with suppress(Refusal):
            put(agency, OTHER, "officer:2")
        with suppress(Refusal):
            put(agency)
        assert came_in(agency) == ODD


# What is suggested


def test_without_anything_in_suspense_nothing_waits() -> None:
    assert list_waiting(invoiced().peek) == []


def test_an_entry_without_likeness_waits_without_suggestions() -> None:
    agency = comes(invoiced(), "tack")
    assert list_waiting(agency.peek) == [Waiting(entry(agency), ())]


@pytest.mark.parametrize("digits", [1, 2])
def test_a_reference_with_up_to_two_digits_wrong_is_suggested(digits: int) -> None:
    agency = invoiced((FIRST, "2480"), "2480")
    comes(agency, mistyped(invoice(agency).ocr, digits))
    assert suggested(agency) == [(ONE, ("reference",))]


def test_a_reference_is_read_whatever_stands_between_its_digits() -> None:
    agency = invoiced((FIRST, "2480"), "2480")
    wrong = mistyped(invoice(agency).ocr, 1)
    comes(agency, f"OCR {wrong[:4]} {wrong[4:]}.")
    assert suggested(agency) == [(ONE, ("reference",))]


def test_one_transfer_for_two_invoices_is_in_suspense_with_both_of_them_suggested() -> None:
    """A transfer is placed as a whole: nobody but a person may say which of the two it was for."""
    agency = invoiced()
    both = f"{invoice(agency).ocr}\n{invoice(agency, SECOND).ocr}"
    comes(agency, both, Ore(2 * CLAIM))
    assert [invoice(agency, code).settled for code in CODES] == [0, 0, 0]
    assert (entry(agency).amount, entry(agency).reason) == (2 * CLAIM, "unknown_reference")
    assert {ONE, OTHER} <= {name for name, why in suggested(agency) if "reference" in why}
    put(agency)
    assert (invoice(agency).settled, agency.case(FIRST).money.surplus) == (CLAIM, CLAIM)
    assert faults(agency) == []


def test_an_entry_placed_on_an_invoice_that_was_replaced_pays_the_one_in_its_place() -> None:
    agency = invoiced()
    key = case_key(ROUND_ID, MunicipalityCode(FIRST))
    agency.books.handle(CASE, key, ReissueInvoice(ONE, "Fel referens.", "officer:1"), OFFICER)
    comes(agency, "tack", CLAIM)
    put(agency)
    assert [each.settled for each in agency.case(FIRST).invoices] == [0, CLAIM]
    assert faults(agency) == []


@pytest.mark.parametrize("more", ["", "0"])
def test_a_reference_with_more_digits_wrong_or_another_length_is_not_suggested(more: str) -> None:
    agency = invoiced((FIRST, "2480"), "2480")
    comes(agency, mistyped(invoice(agency).ocr, 1) + more if more else mistyped(invoice(agency).ocr, 3))
    assert suggested(agency) == []


def test_the_amount_that_is_open_is_suggested_in_order_of_the_invoices() -> None:
    agency = comes(invoiced(), "tack", CLAIM)
    assert suggested(agency) == [(ONE, ("amount",)), (OTHER, ("amount",))]


def test_what_is_open_and_not_what_was_claimed_is_compared() -> None:
    agency = invoiced()
    agency.entry(incoming(invoice(agency).ocr, kronor(300), agency.clock.time, "C-part"))
    comes(agency, "tack", kronor(700))
    [waiting] = list_waiting(agency.peek)
    assert waiting.suggestions == (Suggestion(MunicipalityCode(FIRST), ONE, kronor(700), ("amount",)),)


@pytest.mark.parametrize("text", ["Kommun 0115", "återkrav KOMMUN 0115 2025"])
def test_the_municipality_that_is_named_is_suggested(text: str) -> None:
    assert suggested(comes(invoiced(), text)) == [(OTHER, ("name",))]


def test_the_likeliest_comes_first() -> None:
    agency = comes(invoiced(), "från Kommun 0115", CLAIM)
    assert suggested(agency) == [(OTHER, ("amount", "name")), (ONE, ("amount",))]
    [waiting] = list_waiting(agency.peek)
    assert waiting.suggestions[0] == Suggestion(MunicipalityCode(SECOND), OTHER, CLAIM, ("amount", "name"))


def test_what_is_settled_is_not_suggested() -> None:
    agency = invoiced()
    agency.entry(incoming(invoice(agency).ocr, CLAIM, agency.clock.time))
    assert suggested(comes(agency, "Kommun 0114", CLAIM)) == [(OTHER, ("amount",))]


def test_at_most_five_are_suggested() -> None:
    codes = ("0114", "0115", "0117", "0120", "0123", "0125", "0126")
    agency = comes(invoiced(codes, ""), "Kommun 0126", CLAIM)
    assert [name for name, _ in suggested(agency)] == [
        f"I-2025-{code}-1" for code in ("0126", "0114", "0115", "0117", "0120")
    ]


def test_each_entry_that_waits_has_its_own_suggestions() -> None:
    agency = comes(comes(invoiced(), "Kommun 0115", name="C-1"), "Kommun 0117", name="C-2")
    comes(agency, "placerad", name="C-3")
    put(agency, name="C-3")
    told = {waiting.entry.entry: [s.invoice for s in waiting.suggestions] for waiting in list_waiting(agency.peek)}
    assert told == {"C-1": [OTHER], "C-2": [f"I-2025-{THIRD}-1"]}


def test_a_return_that_fits_nothing_waits_with_the_others() -> None:
    agency = invoiced()
    agency.entry(payback(f"P-2025-{FIRST}-1", SHARE, agency.clock.time, "C-1"))
    agency.answer(status_report(next(iter(agency.outbox.objects)).removeprefix("out/").removesuffix(".xml")))
    [waiting] = list_waiting(agency.peek)
    assert (waiting.entry.entry, waiting.entry.reason) == ("C-1", "payout_not_returnable")
