"""The bank answers as a bank does, over the file channel, once for each file."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from stdnum import iban

from local.bank import Bank, iban_of
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, kronor
from tests.unit.local.bank_channel import AGENCY, BANKGIRO, IBAN, PLUSGIRO, TUESDAY, Channel, pain001


def statuses(report: str) -> dict[str, str]:
    found = re.findall(r"<OrgnlEndToEndId>(.*?)</OrgnlEndToEndId>\s*<TxSts>(.*?)</TxSts>", report, re.S)
    return dict(found)


def test_a_payment_settles_and_stands_on_the_statement(channel: Channel) -> None:
    before = channel.bank.balance
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 461836))

    assert [file.kind for file in channel.collect()] == ["pain.001"]
    answers = channel.deliver()
    assert statuses(answers["pain.002"][0]) == {"P-2025-0114-1": "ACCP"}
    assert "<EndToEndId>P-2025-0114-1</EndToEndId>" in answers["camt.054"][0]
    assert channel.bank.balance == before - kronor(461836)

    channel.bank.advance_to(date(2025, 6, 11))
    [statement] = channel.deliver()["camt.053"]
    assert '<Amt Ccy="SEK">461836.00</Amt>' in statement
    assert iban_of(AGENCY.account) in statement


@pytest.mark.parametrize("account", [BANKGIRO, PLUSGIRO, IBAN], ids=lambda account: account.kind)
def test_a_payment_to_a_closed_account_is_rejected_alone(channel: Channel, account: Account) -> None:
    channel.bank.close_account(account)
    other = Account("bankgiro", "50501055") if account.kind != "bankgiro" else PLUSGIRO
    channel.put("B-1", ("P-2025-0114-1", account, 100), ("P-2025-0115-1", other, 200))
    channel.collect()

    [report] = channel.deliver()["pain.002"]
    assert statuses(report) == {"P-2025-0114-1": "RJCT", "P-2025-0115-1": "ACCP"}
    assert "<Cd>AC04</Cd>" in report
    assert "<GrpSts>PART</GrpSts>" in report


def test_an_account_can_be_reopened_and_closed_again(channel: Channel) -> None:
    channel.bank.close_account(BANKGIRO)
    channel.bank.reopen_account(BANKGIRO)
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.collect()
    channel.bank.close_account(BANKGIRO)
    channel.put("B-2", ("P-2025-0114-2", BANKGIRO, 100))
    channel.collect()

    first, second = channel.deliver()["pain.002"]
    assert statuses(first) == {"P-2025-0114-1": "ACCP"}
    assert statuses(second) == {"P-2025-0114-2": "RJCT"}


def test_a_payment_comes_back_days_after_it_settled(channel: Channel) -> None:
    channel.bank.return_later("P-2025-0114-1", days=2)
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 300), ("P-2025-0115-1", PLUSGIRO, 400))
    channel.collect()
    channel.deliver()
    before = channel.bank.balance

    channel.bank.advance_to(date(2025, 6, 12))
    answers = channel.deliver()
    [credit] = answers["camt.054"]
    assert "<RtrInf>" in credit
    assert "<EndToEndId>P-2025-0114-1</EndToEndId>" in credit
    assert channel.bank.balance == before + kronor(300)
    assert set(answers) == {"camt.053", "camt.054"}, "a pacs.004 stays between banks"


def test_money_arrives_with_and_without_a_reference(channel: Channel) -> None:
    channel.bank.credit(Ore(123450), "202501140121", "Exempelkommun")
    channel.bank.credit(Ore(100), note="Återbetalning hälsosamtal")

    with_reference, without = channel.deliver()["camt.054"]
    assert "<Ref>202501140121</Ref>" in with_reference
    assert '<Amt Ccy="SEK">1234.50</Amt>' in with_reference
    assert "<Ref>" not in without
    assert "Återbetalning hälsosamtal" in without


def test_an_object_is_collected_once_even_by_a_new_bridge(channel: Channel, tmp_path: Path) -> None:
    body = channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    assert len(channel.collect()) == 1
    assert channel.collect() == []
    [kept] = (tmp_path / "out").iterdir()
    assert (kept.name, kept.read_bytes()) == ("00001-2025-06-10-pain.001-B-1.xml", body)

    channel.put("B-2", ("P-2025-0115-1", BANKGIRO, 100))
    with Bank(AGENCY.account, tmp_path, start=TUESDAY, name=AGENCY.name) as restarted:
        assert [file.key for file in restarted.collect(channel.s3, channel.bucket)] == ["out/B-2.xml"]


def test_a_crash_between_giving_and_noting_gives_nothing_twice(channel: Channel, tmp_path: Path) -> None:
    body = channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.bank.post(body)
    (tmp_path / "out" / "B-1.xml.begun").write_bytes(body)

    channel.collect()
    [report] = channel.deliver()["pain.002"]
    assert statuses(report) == {"P-2025-0114-1": "ACCP"}
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".xml"]


def test_a_delivery_that_breaks_off_is_made_again_with_the_same_names(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.collect()
    put = channel.s3.put_object

    def fail_on_second(**given: object) -> object:
        if "camt" in str(given["Key"]):
            raise ConnectionError
        return put(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(channel.s3, "put_object", fail_on_second)
    with pytest.raises(ConnectionError):
        channel.bank.deliver(channel.s3, channel.bucket)
    monkeypatch.setattr(channel.s3, "put_object", put)
    assert set(channel.deliver()) == {"pain.002", "camt.054"}
    listed = channel.s3.list_objects_v2(Bucket=channel.bucket, Prefix="in/")["Contents"]
    assert [found["Key"] for found in listed] == [
        "in/00001-2025-06-10-pain.002-MB-P002-000001.xml",
        "in/00002-2025-06-10-camt.054-MB-C054-AGENCY-1.xml",
    ]
    assert channel.deliver() == {}


def test_a_file_can_be_delivered_once_more(channel: Channel) -> None:
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.collect()
    channel.deliver()
    channel.bank.redeliver(channel.bank.files[1])
    [again] = channel.bank.deliver(channel.s3, channel.bucket)
    assert again.key == "in/00001-2025-06-10-pain.002-MB-P002-000001-2.xml"
    assert again.path.read_bytes() == channel.bank.files[1].path.read_bytes()


def test_the_same_file_under_another_name_is_a_duplicate(channel: Channel) -> None:
    body = channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.s3.put_object(Bucket=channel.bucket, Key="out/B-1-again.xml", Body=body)
    channel.collect()
    reports = channel.deliver()["pain.002"]
    assert ["DUPL" in report for report in sorted(reports, key=len)].count(True) == 1


def test_what_can_go_wrong_can_be_asked_for(channel: Channel) -> None:
    bank = channel.bank
    bank.stay_silent()
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.collect()
    assert set(channel.deliver()) == {"camt.054"}

    bank.run_short(kronor(150))
    channel.put("B-2", ("P-2025-0115-1", BANKGIRO, 100), ("P-2025-0117-1", BANKGIRO, 100))
    channel.collect()
    [report] = channel.deliver()["pain.002"]
    assert statuses(report) == {"P-2025-0115-1": "ACCP", "P-2025-0117-1": "RJCT"}
    assert "<Cd>AM04</Cd>" in report

    bank.reject_files()
    channel.put("B-3", ("P-2025-0120-1", BANKGIRO, 10))
    channel.collect()
    [report] = channel.deliver()["pain.002"]
    assert "<GrpSts>RJCT</GrpSts>" in report

    bank.leave_gaps_in_statements()
    bank.advance_to(date(2025, 6, 11))
    [statement] = channel.deliver()["camt.053"]
    assert statement.count("<Ntry>") == 1, "two were booked"

    bank.behave()
    channel.put("B-4", ("P-2025-0120-2", BANKGIRO, 10))
    channel.collect()
    assert set(channel.deliver()) == {"pain.002", "camt.054"}


def test_bank_time_goes_forward_over_swedish_bank_days(channel: Channel) -> None:
    midsummer_eve = date(2025, 6, 20)
    channel.bank.advance_to(midsummer_eve)
    channel.deliver()
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.collect()
    assert set(channel.deliver()) == {"pain.002"}

    channel.bank.advance_to(date(2025, 6, 23))
    [notice] = channel.deliver()["camt.054"]
    assert "<Dt>2025-06-23</Dt>" in notice
    with pytest.raises(ValueError, match="does not go back"):
        channel.bank.advance_to(date(2025, 6, 22))


def test_what_comes_after_three_in_the_afternoon_settles_the_day_after(channel: Channel) -> None:
    channel.bank.advance_to(datetime(2025, 6, 10, 13, 0, tzinfo=UTC))
    channel.put("B-1", ("P-2025-0114-1", BANKGIRO, 100))
    channel.collect()
    assert set(channel.deliver()) == {"pain.002"}
    channel.bank.advance_to(date(2025, 6, 11))
    assert set(channel.deliver()) == {"camt.054"}


def test_the_same_payments_give_the_same_files(channel: Channel, tmp_path: Path) -> None:
    def play(folder: Path) -> dict[str, bytes]:
        with Bank(AGENCY.account, folder, start=TUESDAY, name=AGENCY.name) as bank:
            bank.close_account(IBAN)
            bank.post(pain001("B-1", ("P-2025-0114-1", BANKGIRO, 100), ("P-2025-0115-1", IBAN, 10)))
            bank.credit(Ore(500), "202501140121")
            bank.advance_to(date(2025, 6, 12))
            bank.deliver(channel.s3, channel.bucket)
        return {path.name: path.read_bytes() for path in (folder / "in").iterdir()}

    first = play(tmp_path / "first")
    assert len(first) == 4
    assert first == play(tmp_path / "second")


def test_a_giro_gets_an_iban_that_holds() -> None:
    for account in (BANKGIRO, PLUSGIRO):
        assert iban.is_valid(iban_of(account))
    assert iban_of(IBAN) == IBAN.number
