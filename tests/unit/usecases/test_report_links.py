"""Report links from the task to the registry's mailbox: which token goes out, and what opens the form."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.owed import reminder_due
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import kronor
from statsbidrag.domain.time import start_of
from statsbidrag.usecases import links, mails, reports
from tests.builders import REPORT_LATE, REPORT_OPENS, ROUND_ID, TERMS, grant_round
from tests.fakes import Break, FakeLinks
from tests.house import AGENT, OFFICER, SYSTEM, House

CODE = MunicipalityCode("0114")
KEY = case_key(ROUND_ID, CODE)
FIRST = "2025-0114-report_link-1"
HOUR = timedelta(hours=1)


def token(number: int) -> str:
    return FakeLinks().token(reports.link_purpose(KEY, number))


@pytest.fixture
def agency() -> House:
    """The link is out and has arrived."""
    agency = House({CODE: kronor(1000)})
    agency.open_round()
    agency.requisition(CODE)
    agency.validate()
    agency.pay()
    [payout] = agency.case(CODE).payouts
    agency.bank_books(payout.batch)
    agency.post()
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.post()
    return agency


def act(agency: House, command: c.CaseCommand) -> None:
    agency.books.handle(CASE, KEY, command, OFFICER)


def sent_tokens(agency: House) -> dict[str, str]:
    """The token in each e-mail that left with one."""
    read = [(name, json.loads(content)[4]) for name, _, content in agency.mailer.left]
    assert len({name for name, _ in read}) == len(read)
    return {name: token for name, token in read if token}


def ask(agency: House, at: datetime) -> None:
    agency.at(at)
    links.request(agency.books, agency.links, ROUND_ID, CODE, AGENT)
    agency.post()


def use(agency: House, number: int) -> reports.ReportReceipt:
    answers: dict[str, str | int] = {"amount_used": 100, "amount_not_as_intended": 0}
    return reports.receive(agency.books, token(number), answers, "key-1", AGENT)


def test_every_link_has_a_token_of_its_own_and_each_opens_the_form(agency: House) -> None:
    ask(agency, REPORT_OPENS + HOUR)
    ask(agency, REPORT_OPENS + 2 * HOUR)
    assert sent_tokens(agency) == {f"2025-0114-report_link-{n}": token(n) for n in (1, 2, 3)}
    assert len({token(n) for n in (1, 2, 3)}) == 3
    for number in (1, 2, 3):
        assert reports.show(agency.books, token(number)).case_number == agency.case(CODE).number
    assert use(agency, 2).amount_used == 100
    assert agency.findings() == []


def test_who_holds_an_old_link_has_the_registry_sent_a_new_one(agency: House) -> None:
    agency.at(REPORT_LATE + timedelta(days=200))
    with pytest.raises(Refusal, match="link_expired"):
        use(agency, 1)
    for _ in range(3):
        links.request_behind(agency.books, agency.links, token(1), AGENT)
        links.request_behind(agency.books, agency.links, "no-such-token", AGENT)
    agency.post()
    assert [to for name, to, _ in agency.mailer.left if name == "2025-0114-report_link-2"] == [
        "registrator@kommun-0114.example"
    ]
    assert use(agency, 2).late


def test_a_reminder_carries_the_newest_link_and_goes_once(agency: House) -> None:
    act(agency, c.RevokeReportLinks("Bort.", "officer:1"))
    links.renew(agency.books, agency.links, ROUND_ID, CODE, "officer:2", OFFICER)
    agency.at(reminder_due(TERMS, -3) + HOUR)
    for _ in range(3):
        agency.send_links()
        agency.post()
    assert sent_tokens(agency) == {
        FIRST: token(1),
        "2025-0114-report_link-2": token(2),
        "2025-0114-report_reminder--3": token(2),
    }
    with pytest.raises(Refusal, match="link_revoked"):
        use(agency, 1)
    assert use(agency, 2)
    assert agency.findings() == []


def test_while_every_link_is_revoked_no_email_leaves_with_one(agency: House) -> None:
    ask(agency, REPORT_OPENS + HOUR)
    agency.at(REPORT_OPENS + 2 * HOUR)
    links.request(agency.books, agency.links, ROUND_ID, CODE, AGENT)
    act(agency, c.RevokeReportLinks("Bort.", "officer:1"))
    agency.at(reminder_due(TERMS, 7) + HOUR)
    agency.send_links()
    agency.post()
    assert sorted(sent_tokens(agency)) == [FIRST, "2025-0114-report_link-2"]
    assert agency.findings() == []


def test_what_bounced_leaves_again_with_a_link_that_opens_the_form(agency: House) -> None:
    ask(agency, REPORT_OPENS + HOUR)
    for name in (FIRST, "2025-0114-report_link-2"):
        mails.take_news(agency.books, name, "bounced", agency.clock.time, SYSTEM)
    act(agency, c.CorrectRegistryAddress("ny@kommun-0114.example", "Enligt samtal.", "officer:1"))
    agency.post()
    [(name, to, _)] = [each for each in agency.mailer.left if "-again" in each[0]]
    assert to == "ny@kommun-0114.example"
    assert sent_tokens(agency)[name] == token(2)
    assert agency.case(CODE).mails[name].status == "delivered"
    assert use(agency, 2)
    assert agency.findings() == []


@pytest.mark.parametrize("how", ["lost", "applied", "killed_after"])
def test_a_call_that_breaks_and_is_made_again_sends_one_link(agency: House, how: Break) -> None:
    agency.at(REPORT_OPENS + HOUR)
    agency.faults.next("store.commit", how)
    case = agency.again(lambda: links.renew(agency.books, agency.links, ROUND_ID, CODE, "officer:1", OFFICER))
    assert len(case.links) == 2
    agency.post()
    assert sorted(sent_tokens(agency)) == [FIRST, "2025-0114-report_link-2"]


def test_no_token_is_stored(agency: House) -> None:
    ask(agency, REPORT_OPENS + HOUR)
    for number in (1, 2):
        assert token(number) not in str((agency.store.snapshots, agency.store.records, agency.store.lookups))


LADDER = (-30, -7, -1, 7, 30)


@pytest.mark.parametrize("missed", [frozenset[int](), frozenset({-7}), frozenset({-1, 0, 1}), frozenset(range(-40, 8))])
def test_a_year_of_mornings_sends_each_step_of_the_ladder_once(missed: frozenset[int]) -> None:
    """A morning that is missed is made up for by the next; of several steps it left behind only the last goes out."""
    agency = House({CODE: kronor(1000)})
    agency.round = grant_round(kronor(1000), replace(TERMS, reminder_days=LADDER))
    agency.open_round()
    agency.requisition(CODE)
    agency.validate()
    agency.pay()
    agency.bank_books(agency.case(CODE).payouts[0].batch)
    agency.at(REPORT_OPENS)
    agency.send_links()
    expected: dict[str, int] = {}
    for day in range(-43, 40):
        agency.at(start_of(TERMS.report_last_day + timedelta(days=day)) + 7 * HOUR)
        due = [step for step in LADDER if step <= day and not any(sent >= step for sent in expected.values())]
        if day not in missed:
            for _ in range(2):
                agency.send_links()
                agency.post()
            if due:
                expected[f"2025-0114-report_reminder-{due[-1]}"] = due[-1]
        assert {name for name in sent_tokens(agency) if "report_reminder" in name} == set(expected)
    assert 30 in expected.values()
