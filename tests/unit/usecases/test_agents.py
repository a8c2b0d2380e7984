"""Who may act, through the use cases: files and e-mails once, imports whole, and nothing lost to a crash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest

from statsbidrag.documents.agents_file import Mandates, read_agents
from statsbidrag.domain.agents import AGENTS, Agents, agents_key
from statsbidrag.domain.agents.state import Person
from statsbidrag.domain.errors import Conflict, Refusals
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import kronor
from statsbidrag.usecases import agent_mails, agents, audit, mails
from tests.builders import ROUND_ID
from tests.fakes import BREAKS, Break, Killed
from tests.house import SYSTEM, House

CODES = [f"{number:04d}" for number in range(114, 124)]
FIRST = MunicipalityCode("0114")
PERSON = Person("person-1", "Ny Sökande", "sokande@kommun.example", "Chef", "010-1")
FORM = agents.ApplicationInput(FIRST, PERSON, ("certificate",))
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def agency() -> House:
    agency = House(dict.fromkeys(CODES, kronor(1000)))
    agency.open_round()
    agency.at(datetime(2025, 4, 1, 8, tzinfo=UTC))
    return agency


def old_register(*codes: str, subject: str = "ombud") -> Mandates:
    head = "Kommunkod;Namn;Titel;E-post;Telefon;Roll;Subjekt\n"
    lines = (f"{code};Ombud;;ombud@kommun.example;;ombud;{subject}-{code}\n" for code in codes)
    return read_agents((head + "".join(lines)).encode(), "ombud.csv")


def take_over(agency: House, mandates: Mandates) -> int:
    return agents.take_over(agency.books, agency.register, mandates, ROUND_ID, SYSTEM)


def state(agency: House, code: str = FIRST) -> Agents:
    return agency.peek.state(AGENTS, agents_key(MunicipalityCode(code)))


def apply(agency: House, key: str = "a-key") -> agents.ApplicationReceipt:
    return agents.apply(agency.books, agency.register, agency.archive, FORM, [PDF], key, SYSTEM)


def send_all(agency: House) -> None:
    for due in list(agency.store.undisturbed().due("mail", agency.clock.now())):
        if agent_mails.concerns(due):
            write = lambda found, mail, grant, token: f"{found.municipality} {mail.id} {token}".encode()  # noqa: E731
            agent_mails.send(agency.books, agency.mailer, agency.links, write, due, SYSTEM)


def test_an_import_is_whole_and_a_second_one_is_no_change(agency: House) -> None:
    assert take_over(agency, old_register(*CODES)) == len(CODES)
    commits = agency.store.commits
    assert take_over(agency, old_register(*CODES)) == 0
    assert agency.store.commits == commits
    assert agency.store.mandates == {(f"ombud-{code}", code): "agent" for code in CODES}
    assert list(agency.peek.store.listed("AGENTS")) == CODES
    assert audit.audit(agency.peek, agency.vault).findings == ()


def test_an_import_reads_and_writes_with_few_calls(agency: House) -> None:
    before = len(agency.faults.calls)
    take_over(agency, old_register(*CODES))
    calls = [call for call in agency.faults.calls[before:] if call != "store.commit"]
    assert sorted(calls) == ["register.all", "store.load", "store.load_all"]


@pytest.mark.parametrize("codes", [["0114", "9999"], ["0114"]])
def test_one_municipality_that_cannot_be_taken_in_keeps_all_out(agency: House, codes: list[str]) -> None:
    if codes == ["0114"]:
        take_over(agency, old_register("0114", subject="annat"))
        codes = ["0114", "0115"]
    before = agency.store.commits
    with pytest.raises(Refusals) as caught:
        take_over(agency, old_register(*codes))
    assert [refusal.code for refusal in caught.value.refusals] in (["unknown_municipality"], ["agent_known"])
    assert agency.store.commits == before


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("call", range(6))
def test_an_import_that_broke_off_is_finished_by_doing_it_again(agency: House, call: int, how: Break) -> None:
    agency.faults.at(len(agency.faults.calls) + call, how)
    agency.again(lambda: take_over(agency, old_register(*CODES)))
    assert agency.store.mandates == {(f"ombud-{code}", code): "agent" for code in CODES}
    assert all(len(state(agency, code).holders) == 1 for code in CODES)


def test_an_import_that_another_writer_met_is_tried_anew(agency: House, monkeypatch: pytest.MonkeyPatch) -> None:
    real, met = agency.store.commit_all, []

    def first_lost(commits: object) -> None:
        met.append(1)
        if len(met) == 1:
            raise Conflict("x")
        real(commits)  # type: ignore[arg-type]

    monkeypatch.setattr(agency.store, "commit_all", first_lost)
    assert take_over(agency, old_register(*CODES)) == len(CODES)


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("call", range(7))
def test_an_application_that_broke_off_is_one_application(agency: House, call: int, how: Break) -> None:
    agency.faults.at(len(agency.faults.calls) + call, how)
    receipt = agency.again(lambda: apply(agency))
    assert (receipt.application, receipt.late, receipt.files) == ("0114-1", False, 1)
    assert (len(state(agency).applications), len(agency.archive.objects)) == (1, 1)
    assert apply(agency) == receipt


def test_e_mails_leave_once_and_their_news_is_noted(agency: House) -> None:
    apply(agency)
    send_all(agency)
    send_all(agency)
    name = "AGENTS-0114-agent_application_received-1"
    assert agency.mailer.ids == [name]
    assert agency.mailer.left[0][1] == PERSON.email
    news: tuple[Literal["delivered", "complained", "bounced"], ...] = ("delivered", "complained", "bounced")
    for told in news:
        mails.take_news(agency.books, name, told, agency.clock.now(), SYSTEM)
    assert state(agency).mails[name].status == "bounced"


def test_an_e_mail_that_was_not_answered_is_not_sent_twice(agency: House) -> None:
    apply(agency)
    agency.faults.next("mailer.send", "killed_after")
    with pytest.raises(Killed):
        send_all(agency)
    send_all(agency)
    assert len(agency.mailer.ids) == 1


def test_the_invitations_code_is_in_the_e_mail_and_only_its_hash_in_the_books(agency: House) -> None:
    take_over(agency, old_register("0114"))
    agents.invite(agency.books, agency.links, FIRST, "coordinator", "ny@kommun.example", "ombud-0114", SYSTEM)
    send_all(agency)
    (message,) = [content.decode() for _, _, content in agency.mailer.left]
    token = message.rsplit(" ", 1)[-1]
    accepted = agents.accept(agency.books, token, PERSON, SYSTEM)
    assert {holder.role for holder in accepted.live} == {"agent", "coordinator"}
    stored = "".join(record.body for record in agency.log)
    assert token not in stored


def test_every_agent_is_asked_once_and_told_the_same_count_again(agency: House) -> None:
    take_over(agency, old_register(*CODES))
    day = datetime(2025, 5, 1, tzinfo=UTC).date()
    for _ in range(2):
        assert agents.ask_all(agency.books, ROUND_ID, day, "officer-1", SYSTEM) == len(CODES)
    send_all(agency)
    assert len(agency.mailer.ids) == len(CODES)
    assert agents.waiting(agency.books).unconfirmed == ()
    agency.clock.move(days=60)
    assert len(agents.waiting(agency.books).unconfirmed) == len(CODES)


def test_one_applies_for_the_round_whose_last_day_is_still_to_come(agency: House) -> None:
    assert agents.current_round(agency.books).id == ROUND_ID
    agency.clock.move(days=4000)
    assert agents.current_round(agency.books).id == ROUND_ID
    assert apply(agency).late
