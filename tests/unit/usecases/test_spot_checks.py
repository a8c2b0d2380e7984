"""From a draw to the files of the last case: everything once, whatever breaks, and to nobody but the link's holder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import CASE, empty_case
from statsbidrag.domain.case.commands import ReopenReport, RequestRecords
from statsbidrag.domain.case.state import Case, Recovery
from statsbidrag.domain.errors import CorruptBooks, NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.spot_checks import SPOT_CHECK, Draw, RecordRequested, draw_key, replay
from statsbidrag.domain.time import end_of
from statsbidrag.ports import Snapshot
from statsbidrag.usecases import records, spot_checks
from tests.builders import REPORT_LATE, REPORT_OPENS, ROUND_ID, SPRING
from tests.fakes import BREAKS, Break
from tests.house import OFFICER, SYSTEM, House

CODES = ("0114", "0115", "0117", "0120", "0123")
SHARE = kronor(200_000)
LEDGER = (b"Konto;Belopp\n4010;1\n", "text/csv")
INVOICES = (b"%PDF-1.7 %%EOF", "application/pdf")


@pytest.fixture
def house() -> House:
    """Three have used money, one of them a part for something else; one has used nothing, and one has not reported."""
    agency = House(dict.fromkeys(CODES, SHARE))
    agency.open_round()
    for code in CODES:
        agency.requisition(code)
    agency.validate()
    agency.pay()
    for batch in list(agency.store.listed("BATCHES#2025")):
        agency.bank_books(batch)
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.post()
    agency.report("0114", SHARE)
    agency.report("0115", kronor(123_456))
    agency.report("0117", SHARE, kronor(5_000))
    agency.report("0123", Ore(0))
    agency.assess()
    return agency


def draw(agency: House, count: int = 2, seed: str = "2026-04-01", officer: str = "officer:1") -> Draw:
    return agency.again(
        lambda: spot_checks.draw(agency.books, ROUND_ID, count, seed, "Årlig kontroll.", officer, OFFICER)
    )


def drawn(made: Draw) -> list[str]:
    return [lot.municipality for lot in made.drawn]


def token(agency: House, code: str, link: str = "1-1") -> str:
    return agency.links.token(records.records_purpose(f"CASE#2025#{code}", link))


def asked(agency: House) -> Case:
    """All three are drawn and asked; gives the first one's case."""
    draw(agency, 3)
    agency.send_links()
    return agency.case("0114")


def send(agency: House, *files: tuple[bytes, str], code: str = "0114") -> records.RecordsReceipt:
    holder = token(agency, code)
    return agency.again(lambda: records.receive(agency.books, agency.archive, holder, files or (LEDGER,), SYSTEM))


# The draw


def test_only_those_with_accepted_use_can_be_drawn_each_with_its_facts(house: House) -> None:
    made = draw(house, 3)
    assert sorted(drawn(made)) == ["0114", "0115", "0117"]
    facts = {str(case.municipality): (case.paid, case.used, case.misused, case.late) for case in made.cases}
    assert facts["0117"] == (SHARE, SHARE, kronor(5_000), False)
    rules = {str(lot.municipality): set(lot.rules) for lot in made.drawn}
    assert rules["0114"] == {"reported", "spent_to_the_krona", "round_number"}
    assert rules["0115"] == {"reported"}
    assert rules["0117"] == rules["0114"] | {"misuse_declared"}


def test_what_was_drawn_is_not_drawn_again(house: House) -> None:
    first, second = draw(house, 2), draw(house, 1, "2026-05-01")
    assert (first.number, second.number) == (1, 2)
    assert sorted(drawn(first) + drawn(second)) == ["0114", "0115", "0117"]
    with pytest.raises(Refusal, match="too_few_to_draw"):
        draw(house, 1, "2026-06-01")
    assert [each.number for each in spot_checks.list_draws(house.books, ROUND_ID)] == [1, 2]


def test_the_same_call_again_gives_the_draw_that_was_made(house: House) -> None:
    first = draw(house)
    before = house.store.commits
    assert draw(house, seed=" 2026-04-01 ") == first
    assert house.store.commits == before


@pytest.mark.parametrize(("count", "officer"), [(1, "officer:1"), (2, "officer:2")])
def test_a_seed_is_used_once_in_a_round(house: House, count: int, officer: str) -> None:
    draw(house)
    with pytest.raises(Refusal) as refused:
        draw(house, count, officer=officer)
    assert (refused.value.code, refused.value.field) == ("seed_used", "seed")


def test_a_recovery_that_was_decided_in_an_earlier_round_weighs(house: House) -> None:
    house.store.lookups["ROUNDS"] |= {"2024": "ROUND#2024", "2026": "ROUND#2026"}
    for year, code, status in (("2024", "0115", "decided"), ("2024", "0117", "prepared"), ("2026", "0114", "decided")):
        key = f"CASE#{year}#{code}"
        recovery = replace(
            Recovery(1, ("unspent",), kronor(900), (), SPRING, SPRING, Ore(0)), status=status, waived=kronor(100)
        )
        case = replace(empty_case(key), recoveries=(recovery,))
        house.store.lookups.setdefault(f"CASES#{year}", {})[code] = key
        house.store.snapshots[key] = Snapshot(key, 1, "head", canonical(case))
    made = draw(house, 3)
    assert {case.municipality: case.recovered_before for case in made.cases} == {
        "0114": 0,
        "0115": kronor(800),
        "0117": 0,
    }


def test_a_round_or_draw_that_is_not_there_is_not_found(house: House) -> None:
    for ask in (
        lambda: spot_checks.list_draws(house.books, RoundId("2031")),
        lambda: spot_checks.show_draw(house.books, ROUND_ID, 1),
        lambda: spot_checks.draw(house.books, RoundId("2031"), 1, "s", "Skäl.", "officer:1", OFFICER),
    ):
        with pytest.raises(NotFound):
            ask()


def test_the_audit_draws_again_and_names_what_is_not_the_same(house: House) -> None:
    made = draw(house)
    assert replay(spot_checks.show_draw(house.books, ROUND_ID, 1)) == made.drawn
    assert house.findings() == []
    audited = house.store.records[draw_key(ROUND_ID, 1)]
    body = audited[1].body.replace('"count":2', '"count":1')
    audited[1] = type(audited[1])(audited[1].key, 1, audited[1].type, audited[1].at, body, sha256(body.encode()))
    assert any("drawn again" in finding for finding in house.findings())


def test_the_audit_names_a_draw_that_asked_others_than_it_drew(house: House) -> None:
    made = draw(house)
    [spared] = {"0114", "0115", "0117"} - set(drawn(made))
    wrong = "spot check 1 asked others for their accounting records than it drew"
    house.books.handle(CASE, f"CASE#2025#{spared}", RequestRecords(1, 1, ("reported",), "hash"), SYSTEM)
    assert f"ROUND#2025: {wrong}" in house.findings()


def test_the_audit_names_a_draw_that_says_it_asked_and_did_not(house: House) -> None:
    draw(house)
    house.books.handle(SPOT_CHECK, draw_key(ROUND_ID, 1), RecordRequested(), SYSTEM)
    assert any("asked others" in finding for finding in house.findings())


# Asked for


def test_a_report_that_is_opened_again_after_the_draw_holds_up_nobody(house: House) -> None:
    made = draw(house)
    first = drawn(made)[0]
    reopening = ReopenReport(house.clock.time.date() + timedelta(days=20), "Fel belopp.", "officer:1")
    house.books.handle(CASE, f"CASE#2025#{first}", reopening, OFFICER)
    assert house.send_links() == 2
    assert all(len(house.case(code).spot_checks) == 1 for code in drawn(made))


def test_every_drawn_case_is_asked_by_email_with_a_link_of_its_own(house: House) -> None:
    made = draw(house)
    assert {due.task.id for due in house.store.due("report_links", house.clock.time)} == {"request_records-1"}
    assert house.send_links() == 2
    house.send_mail()
    for code in drawn(made):
        [check] = house.case(code).spot_checks
        assert check.link_hash == sha256(token(house, code).encode())
        assert house.case(code).mails[f"2025-{code}-records_request-1-1"].status == "sent"
        assert token(house, code).encode() in b"".join(message for _, _, message in house.mailer.left)
        assert token(house, code) not in str(house.store.records)
    assert house.books.state(SPOT_CHECK, draw_key(ROUND_ID, 1)).requested_at == house.clock.time
    assert house.send_links() == 0
    assert house.findings() == []


@pytest.mark.parametrize("number", range(12))
@pytest.mark.parametrize("how", BREAKS)
def test_whatever_call_breaks_each_is_asked_once(house: House, how: Break, number: int) -> None:
    draw(house)
    house.faults.at(len(house.faults.calls) + number, how)
    house.send_links()
    assert sum(len(house.case(code).spot_checks) for code in CODES) == 2
    assert house.findings() == []
    assert house.send_links() == 0


def test_a_revoked_link_is_replaced_by_one_that_goes_to_the_registry(house: House) -> None:
    asked(house)
    where = (ROUND_ID, MunicipalityCode("0114"), 1)
    records.revoke_link(house.books, *where, "Fel mottagare.", "officer:1", OFFICER)
    with pytest.raises(NotFound, match="link_not_valid"):
        records.show(house.books, token(house, "0114"))
    assert house.send_links() == 1
    house.send_mail()
    second = token(house, "0114", "1-2")
    assert records.show(house.books, second).case_number == "9.3-0114/2025"
    with pytest.raises(NotFound, match="link_not_valid"):
        records.show(house.books, token(house, "0114"))
    left = {mail: (to, message) for mail, to, message in house.mailer.left}
    to, message = left["2025-0114-records_request-1-2"]
    assert to == "registrator@kommun-0114.example"
    assert second.encode() in message
    assert house.findings() == []


# Received


def test_files_lie_in_the_archive_under_case_and_content(house: House) -> None:
    asked(house)
    receipt = send(house, LEDGER, INVOICES)
    hashes = [sha256(LEDGER[0]), sha256(INVOICES[0])]
    assert [file.content_hash for file in receipt.files] == hashes
    assert [house.archive.objects[f"records/2025/0114/{name}"] for name in hashes] == [LEDGER[0], INVOICES[0]]
    assert [file.size for file in house.case("0114").spot_checks[0].files] == [len(LEDGER[0]), len(INVOICES[0])]
    house.send_mail()
    assert house.case("0114").mails["2025-0114-records_receipt-1-1"].status == "sent"


def test_the_same_file_twice_is_one_with_the_receipt_of_the_first_time(house: House) -> None:
    asked(house)
    first = send(house)
    house.clock.move(days=40)
    before = house.store.commits
    assert send(house) == first
    assert (house.store.commits, len(house.archive.objects)) == (before, 1)


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("call", ["store.load", "archive.put", "store.commit"])
def test_whatever_breaks_a_file_that_was_sent_is_there_once(house: House, call: str, how: Break) -> None:
    asked(house)
    house.faults.next(call, how)
    send(house)
    [sent] = house.case("0114").spot_checks[0].sent
    assert (len(sent.files), len(house.archive.objects)) == (1, 1)


def test_late_files_are_received_and_say_so(house: House) -> None:
    case = asked(house)
    house.at(end_of(case.spot_checks[0].last_day))
    assert records.show(house.books, token(house, "0114")).is_late
    assert [file.late for file in send(house).files] == [True]


def test_what_is_refused_is_not_put_in_the_archive(house: House) -> None:
    asked(house)
    send(house)
    where = (ROUND_ID, MunicipalityCode("0114"), 1)
    records.conclude(house.books, *where, "accepted", Ore(0), "Visat.", "officer:1", OFFICER)
    with pytest.raises(Refusal, match="spot_check_concluded"):
        send(house, INVOICES)
    assert len(house.archive.objects) == 1
    assert records.show(house.books, token(house, "0114")).is_concluded


def test_a_name_in_the_archive_never_gets_another_content(house: House) -> None:
    asked(house)
    house.archive.objects[f"records/2025/0114/{sha256(LEDGER[0])}"] = b"other"
    with pytest.raises(CorruptBooks):
        send(house)
    assert house.case("0114").spot_checks[0].sent == ()


@pytest.mark.parametrize("wrong", ["", "x", "report"])
def test_another_token_opens_nothing_not_even_the_report_links(house: House, wrong: str) -> None:
    asked(house)
    other = house.token("0114") if wrong == "report" else wrong
    with pytest.raises(NotFound, match="link_not_valid"):
        records.show(house.books, other)
    with pytest.raises(NotFound, match="link_not_valid"):
        records.receive(house.books, house.archive, other, [LEDGER], SYSTEM)
    with pytest.raises(NotFound):
        records.show_check(house.books, ROUND_ID, MunicipalityCode("0120"), 1)


def test_what_is_not_shown_is_heard_decided_and_invoiced(house: House) -> None:
    asked(house)
    send(house)
    where = (ROUND_ID, MunicipalityCode("0114"), 1)
    amount = kronor(20_000)
    records.conclude(house.books, *where, "not_accounted_for", amount, "Lön saknas.", "officer:1", OFFICER)
    house.at(REPORT_LATE + timedelta(days=60))
    house.decide("0114")
    house.file_letters()
    house.raise_invoices()
    [invoice] = house.case("0114").invoices
    money = house.case("0114").money
    assert (invoice.amount, money.accepted_use, money.to_account_for) == (amount, SHARE - amount, 0)
    assert [finding for finding in house.findings() if "overdue" not in finding] == []
