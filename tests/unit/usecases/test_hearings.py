"""A hearing from its e-mail to its letter, through use cases alone, with anything broken on the way."""

from __future__ import annotations

import pytest

from statsbidrag.domain.case.commands import DecideReconsideration, PrepareReconsideration
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.usecases import corrections, hearings
from statsbidrag.usecases.hearings import HearingInput, HearingReceipt
from tests.builders import REPORT_OPENS, ROUND_ID, SPRING
from tests.fakes import Break
from tests.house import AGENT, OFFICER, House, debit, later

CODE = "0114"
SHARE = kronor(1000)
OBJECTS = HearingInput("objects", "Allt användes.", kronor(900))


def heard() -> House:
    """Half is not used, and the hearing's e-mail has arrived."""
    agency = House({CODE: SHARE, "0115": SHARE})
    agency.open_round()
    agency.requisition(CODE)
    agency.validate()
    agency.at(later(SPRING, 1))
    agency.pay()
    agency.entry(debit(f"P-2025-{CODE}-1", SHARE, agency.clock.time))
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.report(CODE, Ore(SHARE // 2))
    agency.assess()
    agency.post()
    return agency


def answer(agency: House, given: HearingInput = OBJECTS, key: str = "key-1") -> HearingReceipt:
    def call() -> HearingReceipt:
        view = hearings.behind(agency.books, agency.token(CODE))
        return hearings.receive(agency.books, view, given, key, AGENT)

    return agency.again(call)


def letter_of(agency: House, mail: str) -> bytes:
    return dict(zip(agency.mailer.ids, (message for *_, message in agency.mailer.left), strict=True))[mail]


def test_the_hearings_mail_carries_the_token_that_the_hearing_is_answered_by() -> None:
    agency = heard()
    assert agency.token(CODE).encode() in letter_of(agency, "2025-0114-hearing-1")
    view = hearings.behind(agency.books, agency.token(CODE))
    assert (view.recipient.municipality, view.recovery.claim) == (CODE, SHARE // 2)


def test_other_mails_of_a_recovery_carry_no_token() -> None:
    agency = heard()
    answer(agency)
    agency.post()
    assert agency.token(CODE).encode() not in letter_of(agency, "2025-0114-hearing_receipt-1-1")


def test_an_answer_is_received_once_under_its_key() -> None:
    agency = heard()
    first = answer(agency)
    commits = agency.store.commits
    assert answer(agency) == first
    assert agency.store.commits == commits
    assert (first.answer, first.stance, first.late) == (1, "objects", False)


@pytest.mark.parametrize("how", ["lost", "applied", "killed_before", "killed_after"])
def test_an_answer_is_neither_lost_nor_doubled_whatever_breaks(how: Break) -> None:
    agency = heard()
    agency.faults.next("store.commit", how)
    receipt = answer(agency)
    (kept,) = agency.case(CODE).recoveries[0].answers
    assert kept.content_hash == receipt.content_hash
    assert agency.findings() == []


def test_the_token_of_nobody_and_of_a_case_without_a_hearing_open_nothing() -> None:
    agency = heard()
    with pytest.raises(NotFound, match="link_not_valid"):
        hearings.behind(agency.books, agency.token("0115"))
    with pytest.raises(NotFound, match="unknown_municipality"):
        hearings.show(agency.books, ROUND_ID, MunicipalityCode("0199"), 1)
    with pytest.raises(NotFound, match="unknown_recovery"):
        hearings.show(agency.books, ROUND_ID, MunicipalityCode(CODE), 2)


@pytest.mark.parametrize("invoiced", [True, False])
def test_a_decision_that_is_taken_again_is_filed_and_mailed_with_its_letter(invoiced: bool) -> None:
    agency = heard()
    agency.at(agency.case(CODE).recoveries[0].hearing_ends)
    agency.decide(CODE)
    agency.file_letters()
    if invoiced:
        agency.raise_invoices()
    agency.post()
    for command in (
        PrepareReconsideration(1, kronor(100), "Skäl.", "officer:1"),
        DecideReconsideration(1, kronor(100), "officer:2"),
    ):
        corrections.act(agency.books, ROUND_ID, MunicipalityCode(CODE), command, OFFICER)
    assert agency.file_letters() == 1
    name = "letters/2025/0114-reconsideration-1-1.pdf"
    assert name in agency.archive.objects
    assert agency.case(CODE).recoveries[0].reconsidered[0].letter == name
    agency.raise_invoices()
    agency.post()
    assert b"0114-reconsideration-1-1.pdf" in letter_of(agency, "2025-0114-reconsideration-1-1")
    assert ("2025-0114-credit_note-I-2025-0114-2" in agency.mailer.ids) == invoiced
    assert [i.open_amount for i in agency.case(CODE).invoices] == [kronor(100)]
    assert agency.file_letters() == 0
    assert agency.findings() == []
