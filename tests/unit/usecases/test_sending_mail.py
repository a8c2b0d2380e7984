"""Each e-mail leaves once, whatever breaks on the way."""

from __future__ import annotations

from datetime import date

import pytest

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import Mail
from statsbidrag.domain.errors import NotTaken, Refusal
from statsbidrag.domain.money import kronor
from statsbidrag.domain.terms import Round
from statsbidrag.ports import DueTask
from statsbidrag.usecases import mails
from tests.builders import BATCH_ID, KEY, PAYOUT, REPORT_OPENS, settle
from tests.fakes import Break, Killed
from tests.house import SYSTEM, House, write_mail

RECEIPT = "2025-0114-requisition_receipt-1"


@pytest.fixture
def agency() -> House:
    agency = House({"0114": kronor(1000)})
    agency.open_round()
    agency.requisition("0114")
    return agency


def owed(agency: House) -> DueTask:
    [due] = agency.store.due("mail", agency.clock.now())
    return due


def send(agency: House, due: DueTask | None = None) -> None:
    mails.send(agency.books, agency.mailer, agency.archive, agency.links, write_mail, due or owed(agency), SYSTEM)


def status(agency: House) -> str:
    return agency.case("0114").mails[RECEIPT].status


def test_an_owed_mail_leaves_and_is_recorded(agency: House) -> None:
    due = owed(agency)
    send(agency, due)
    assert agency.mailer.ids == [RECEIPT]
    assert status(agency) == "sent"
    send(agency, due)
    assert agency.mailer.ids == [RECEIPT]


def test_a_mail_that_nobody_owes_is_not_sent(agency: House) -> None:
    due = owed(agency)
    unknown = DueTask(due.key, type(due.task)("mail", "send_mail", "unknown", due.task.due), "")
    send(agency, unknown)
    assert agency.mailer.left == []


def test_a_crash_between_claim_and_sending_only_delays_it(agency: House) -> None:
    agency.faults.next("mailer.send", "killed_before")
    with pytest.raises(Killed):
        send(agency)
    send(agency)
    assert agency.mailer.left == []
    agency.clock.time += mails.NEWS_WITHIN
    send(agency)
    assert agency.mailer.ids == [RECEIPT]
    assert status(agency) == "sent"


@pytest.mark.parametrize(
    ("call", "how"),
    [("mailer.send", "killed_after"), ("mailer.send", "applied"), ("store.commit", "lost")],
)
def test_a_crash_after_the_sending_is_resolved_by_the_news(agency: House, call: str, how: Break) -> None:
    agency.faults.next(call, how)
    with pytest.raises((Killed, TimeoutError)):
        send(agency)
    send(agency)
    assert status(agency) == "owed"
    mails.take_news(agency.books, RECEIPT, "sent", agency.clock.time, SYSTEM)
    agency.clock.time += mails.NEWS_WITHIN
    assert list(agency.store.due("mail", agency.clock.now())) == []
    assert agency.mailer.ids == [RECEIPT]
    assert agency.findings() == []


def test_a_no_from_the_service_releases_the_claim(agency: House) -> None:
    agency.faults.next("mailer.send", "refused")
    with pytest.raises(NotTaken):
        send(agency)
    assert agency.store.claims == {}
    send(agency)
    assert agency.mailer.ids == [RECEIPT]


def test_a_read_that_fails_claims_nothing(agency: House) -> None:
    due = owed(agency)
    agency.faults.next("store.load", "lost")
    with pytest.raises(TimeoutError):
        send(agency, due)
    assert agency.store.claims == {}
    send(agency, due)
    assert agency.mailer.ids == [RECEIPT]


def test_a_mail_that_cannot_be_written_claims_nothing(agency: House) -> None:
    def broken(*_: object) -> bytes:
        raise KeyError("template")

    with pytest.raises(KeyError):
        mails.send(agency.books, agency.mailer, agency.archive, agency.links, broken, owed(agency), SYSTEM)
    assert agency.store.claims == {}


def test_an_hour_without_news_sends_again_and_after_three_a_person_must_look(agency: House) -> None:
    for sending in range(1, mails.SENDINGS + 1):
        agency.faults.next("mailer.send", "applied")
        with pytest.raises(TimeoutError):
            send(agency)
        assert len(agency.mailer.left) == sending
        send(agency)
        assert len(agency.mailer.left) == sending
        agency.clock.time += mails.NEWS_WITHIN
    with pytest.raises(Refusal) as refused:
        send(agency)
    assert refused.value.code == "mail_without_news"
    assert len(agency.mailer.left) == mails.SENDINGS


@pytest.mark.parametrize("news", [("delivered", "sent"), ("sent", "delivered"), ("delivered", "delivered")])
def test_news_may_come_before_the_sending_is_recorded_and_in_any_order(
    agency: House, news: tuple[mails.News, ...]
) -> None:
    for piece in news:
        mails.take_news(agency.books, RECEIPT, piece, agency.clock.time, SYSTEM)
    assert status(agency) == "delivered"
    assert agency.findings() == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("2025-0114-unknown-1", "unknown_mail"),
        ("2025-9999-requisition_receipt-1", "unknown_mail"),
        ("spam", "unknown_round"),
        ("2025", "unknown_municipality"),
        ("", "unknown_round"),
    ],
)
def test_news_of_what_we_never_sent_is_refused(agency: House, name: str, code: str) -> None:
    with pytest.raises(Exception, match=code):
        mails.take_news(agency.books, name, "sent", agency.clock.time, SYSTEM)


def test_the_report_link_is_the_same_in_every_mail_of_it_and_stored_nowhere(agency: House) -> None:
    token = agency.token("0114")
    assert token == agency.token("0114")
    assert token not in str(agency.store.snapshots)


def test_more_time_and_a_reopened_report_are_told_with_the_link_once_there_is_one(agency: House) -> None:
    told: dict[str, str] = {}

    def write(_case: Case, mail: Mail, _round: Round, token: str, _: tuple[mails.Enclosure, ...]) -> bytes:
        told[mail.kind] = token
        return b"mail"

    def tell(command: c.CaseCommand) -> None:
        agency.books.handle(CASE, KEY, command, SYSTEM)
        for due in list(agency.store.due("mail", agency.clock.now())):
            mails.send(agency.books, agency.mailer, agency.archive, agency.links, write, due, SYSTEM)

    for command in (c.ValidateRequisition(1), c.QueuePayout(PAYOUT, BATCH_ID), c.RecordPayoutSent(PAYOUT, BATCH_ID)):
        tell(command)
    tell(settle(amount=kronor(1000)))
    tell(c.ExtendReport(date(2026, 3, 31), "Skäl.", "officer:1"))
    assert told["report_extended"] == ""
    agency.clock.time = REPORT_OPENS
    agency.send_links()
    tell(c.ExtendReport(date(2026, 4, 1), "Skäl.", "officer:1"))
    assert told["report_link"] == told["report_extended"] == agency.token("0114")
    agency.report("0114", kronor(1000))
    tell(c.ReopenReport(date(2026, 3, 31), "Skäl.", "officer:1"))
    assert told["report_reopened"] == agency.token("0114")
