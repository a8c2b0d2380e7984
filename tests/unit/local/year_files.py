"""A small year as files: played through the use cases with the real papers and a real bank, and no AWS."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from local.bank import Bank
from local.books import JOURNAL, LOGS, SUMMARY, Year, journal_line
from local.year.summary import figures
from statsbidrag.documents.bank_reports import read_bank_report
from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.documents.case_papers import (
    credit_note_files,
    decision_letter,
    invoice_files,
    payment_file,
    reconsideration_letter,
)
from statsbidrag.documents.reconciliation_file import render_csv, render_json
from statsbidrag.domain.bank import StatusReport
from statsbidrag.domain.batches import Batch
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import end_of, to_text
from statsbidrag.usecases import mails, recoveries
from statsbidrag.usecases.reconciling import reconcile_all
from tests.builders import REPORT_MISSING, REPORT_OPENS, ROUND_ID, SPRING, TERMS, TWICE, recipient
from tests.house import OFFICER, SYSTEM, House, later

SHARES = {"0114": kronor(461_836), "0115": kronor(300_000), "0120": kronor(200_000), "0123": kronor(50_000)}
"""One uses all, one half, one never reports, and one has a closed account."""
PAYS_TOO_MUCH, PAYS_NOBODY_KNOWS = "0115", "0120"
KEPT, KEPT_ID = kronor(50_000), "P-2025-0120-2"
"""A second payout of the one that never reports: held, and in the end set off in part."""


class FakeS3:
    """The file channel's bucket in memory."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Key: str, Body: bytes, **_: object) -> None:  # noqa: N803
        self.objects[Key] = Body

    def get_object(self, *, Key: str, **_: object) -> dict[str, Any]:  # noqa: N803
        return {"Body": io.BytesIO(self.objects[Key])}

    def get_paginator(self, _: str) -> FakeS3:
        return self

    def paginate(self, *, Prefix: str, **_: object) -> list[dict[str, Any]]:  # noqa: N803
        return [{"Contents": [{"Key": key} for key in self.objects if key.startswith(Prefix)]}]


class RealHouse(House):
    """The agency with the papers that really leave it."""

    @staticmethod
    def write_batch(batch: Batch) -> bytes:
        return payment_file(batch)

    def act(self, code: str, command: c.CaseCommand) -> None:
        """Do what one officer asks of a case."""
        self.books.handle(CASE, case_key(ROUND_ID, MunicipalityCode(code)), command, OFFICER)

    def send_mail(self) -> int:
        write = MailWriter("avsandare@myndigheten.example", "http://sidor.example").write
        return self.work(
            "mail", lambda due: mails.send(self.books, self.mailer, self.archive, self.links, write, due, SYSTEM)
        )

    def file_letters(self) -> int:
        return self.work(
            "letters",
            lambda due: recoveries.file_letter(
                self.books, self.archive, decision_letter, reconsideration_letter, due, SYSTEM
            ),
        )

    def reconcile(self) -> None:
        list(reconcile_all(self.books, self.archive, {"json": render_json, "csv": render_csv}))

    def raise_invoices(self) -> int:
        return recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, SYSTEM)


def write_year(folder: Path) -> None:
    """Play the year and leave its files."""
    agency, s3 = RealHouse(SHARES), FakeS3()
    agency.round = replace(agency.round, terms=TWICE)
    with Bank(agency.round.agency.account, folder / "bank", start=SPRING, name=agency.round.agency.name) as bank:
        _spring(agency, bank, s3)
        _reports(agency)
        _money_back(agency, bank, s3)
    agency.reconcile()
    _write(agency, folder)


def _exchange(agency: House, bank: Bank, s3: Any) -> None:
    """Let the bank take what is in the outbox, and take in what it says."""
    bank.advance_to(agency.clock.time)
    s3.objects |= agency.outbox.objects
    bank.collect(s3, "bucket")
    for file in bank.deliver(s3, "bucket"):
        report = read_bank_report(file.path.read_bytes())
        if isinstance(report, StatusReport):
            agency.answer(report)
        else:
            agency.report_of_bank(report)


def _spring(agency: RealHouse, bank: Bank, s3: Any) -> None:
    bank.close_account(recipient("0123").account)
    agency.open_round()
    for code, share in SHARES.items():
        agency.requisition(code, Ore(share - KEPT) if code == PAYS_NOBODY_KNOWS else share)
    agency.requisition(PAYS_NOBODY_KNOWS, KEPT, key="key-2")
    agency.validate()
    agency.act(PAYS_NOBODY_KNOWS, c.HoldPayouts(KEPT_ID, "Skäl.", "officer:1"))
    agency.post()
    agency.at(later(SPRING, 1))
    agency.pay()
    _exchange(agency, bank, s3)
    agency.at(later(SPRING, 5))
    _exchange(agency, bank, s3)
    agency.post()


def _reports(agency: House) -> None:
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.post()
    agency.at(later(REPORT_OPENS, 10))
    agency.report("0114", SHARES["0114"])
    agency.report("0115", Ore(SHARES["0115"] // 2))
    agency.assess()
    agency.post()
    agency.at(REPORT_MISSING)
    agency.send_links()
    agency.assess()
    agency.post()


def _money_back(agency: RealHouse, bank: Bank, s3: Any) -> None:
    agency.at(later(REPORT_MISSING, TERMS.hearing_days + 1))
    agency.decide(PAYS_TOO_MUCH)
    agency.decide(PAYS_NOBODY_KNOWS, waived=kronor(10_000))
    agency.file_letters()
    agency.raise_invoices()
    agency.post()
    invoice = agency.case(PAYS_TOO_MUCH).invoices[0]
    bank.advance_to(agency.clock.time)
    bank.credit(kronor(1000), invoice.ocr, "Kommun 0115")
    bank.credit(kronor(140_000), debtor_name="Kommun 0120", note="Återbetalning")
    agency.at(later(agency.clock.time, 3))
    _exchange(agency, bank, s3)
    agency.act(PAYS_TOO_MUCH, c.ReissueInvoice(invoice.number, "Fel referens.", "officer:1", "REF-9"))
    agency.raise_invoices()
    agency.post()
    bank.credit(Ore(invoice.amount - kronor(1000) + 50), invoice.ocr, "Kommun 0115")
    agency.at(later(agency.clock.time, 3))
    _exchange(agency, bank, s3)
    _set_off(agency)
    _exchange(agency, bank, s3)
    agency.at(later(agency.clock.time, 3))
    _exchange(agency, bank, s3)
    agency.raise_invoices()
    agency.post()


def _set_off(agency: RealHouse) -> None:
    """Keep a part of the second payout for the invoice that nobody seems to have paid, and pay the rest."""
    invoice = agency.case(PAYS_NOBODY_KNOWS).invoices[0]
    agency.at(later(end_of(invoice.due_on), 4))
    agency.act(PAYS_NOBODY_KNOWS, c.ReleasePayouts(1, "Skäl.", "officer:2"))
    agency.act(PAYS_NOBODY_KNOWS, c.ProposeSetOff(invoice.number, KEPT_ID, kronor(20_000), "Skäl.", "officer:1"))
    agency.act(PAYS_NOBODY_KNOWS, c.DecideSetOff(invoice.number, KEPT_ID, kronor(20_000), "officer:2"))
    agency.post()
    agency.pay()


def _write(agency: RealHouse, folder: Path) -> None:
    records = sorted(agency.log, key=lambda record: (record.key, record.number))
    (folder / JOURNAL).write_bytes(b"".join(journal_line(record.body, record.hash) for record in records))
    for key, content in agency.archive.objects.items():
        if key.startswith(("invoices/", "letters/", "reconciliations/")):
            _put(folder / key.split("/")[0] / key.rsplit("/", 1)[-1], content)
    for mail_id, _, content in agency.mailer.left:
        _put(folder / f"mail/{mail_id}.eml", content)
    (folder / LOGS).write_text('{"service":"send_mail","message":"mail_sent"}\n', "utf-8")
    summary = {"round": ROUND_ID, "seed": 1, "ended_at": to_text(agency.clock.time), "seconds": 1.0, "checks": {}}
    (folder / SUMMARY).write_text(json.dumps(summary | figures(Year(folder), ROUND_ID)), "utf-8")


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
