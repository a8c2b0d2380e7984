"""The whole agency in memory: every use case wired to fakes, and one method for what each function does when it runs.

What fails is done again as the queue or the caller would, so that a year can be played with anything broken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from statsbidrag.domain.allocation_rules import AllocationFile, AllocationRow
from statsbidrag.domain.bank import Entry, Notification, PaymentStatus, Statement, StatusReport
from statsbidrag.domain.batches import BATCH, Batch, batch_key
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.state import CreditNote, Invoice, Mail, Reconsidered, Recovery
from statsbidrag.domain.errors import NotTaken
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import Record, canonical
from statsbidrag.domain.money import Ore
from statsbidrag.domain.rounds import ROUND, RoundBook, round_key
from statsbidrag.domain.tasks import Queue
from statsbidrag.domain.terms import Round
from statsbidrag.ports import DueTask
from statsbidrag.usecases import audit, bank, mails, payouts, recoveries, reports, requisitions, rounds
from statsbidrag.usecases.books import Books, Context
from tests.builders import ROUND_ID, SPRING, grant_round, recipient
from tests.fakes import (
    FakeCalendar,
    FakeClock,
    FakeFiles,
    FakeLinks,
    FakeMailer,
    FakeRegister,
    FakeStore,
    Faults,
    Killed,
)

R = TypeVar("R")
TRIES = 6
NEWS: tuple[mails.News, ...] = ("sent", "delivered")
SYSTEM = Context("system:test", "correlation")
AGENT = Context("agent:test", "correlation")
OFFICER = Context("officer:test", "correlation")


def write_mail(case: Case, mail: Mail, grant: Round, token: str, enclosures: tuple[mails.Enclosure, ...]) -> bytes:
    return canonical((case.number, mail.id, mail.to, grant.name, token, [e.name for e in enclosures]))


def render_batch(batch: Batch) -> bytes:
    return canonical((batch.id, batch.planned_at, batch.execution_date, batch.lines, batch.total, batch.debtor))


def render_letter(case: Case, recovery: Recovery, grant: Round) -> bytes:
    return canonical((case.number, recovery.id, recovery.waived, recovery.decided_at, grant.name))


def render_again(case: Case, recovery: Recovery, again: Reconsidered, grant: Round) -> bytes:
    return canonical((case.number, recovery.id, again.before, again.amount, again.decided_at, grant.name))


def render_invoice(case: Case, invoice: Invoice, grant: Round) -> tuple[bytes, bytes]:
    content = canonical((case.number, invoice.number, invoice.amount, invoice.ocr, invoice.due_on, grant.name))
    return content, b"%PDF " + content


def render_credit_note(case: Case, note: CreditNote, grant: Round) -> tuple[bytes, bytes]:
    content = canonical((case.number, note.number, note.invoice, note.amount, note.issued_on, grant.name))
    return content, b"%PDF " + content


def allocation_file(shares: dict[str, Ore], names: dict[str, str]) -> AllocationFile:
    rows = [
        AllocationRow(line, MunicipalityCode(code), names[code], amount)
        for line, (code, amount) in enumerate(shares.items(), start=2)
    ]
    return AllocationFile(tuple(rows), None, "utf-8")


class House:
    """The agency with a round of the given shares, öre by municipality code; nothing has happened yet."""

    def __init__(self, shares: dict[str, Ore]) -> None:
        self.faults = Faults()
        self.shares = shares
        self.round = grant_round(Ore(sum(shares.values())))
        self.recipients = [recipient(code, f"Kommun {code}") for code in shares]
        self.store = FakeStore(self.faults)
        self.clock = FakeClock(SPRING)
        self.register = FakeRegister(self.recipients, self.faults)
        self.outbox = FakeFiles("outbox", self.faults)
        self.archive = FakeFiles("archive", self.faults)
        self.vault = FakeFiles("vault", self.faults)
        self.mailer = FakeMailer(self.faults)
        self.links = FakeLinks(self.faults)
        self.log: list[Record] = []
        self.books = Books(self.store, self.clock, lambda record, context: self.log.append(record))
        self.peek = dataclasses.replace(self.books, store=self.store.undisturbed())
        self._told: set[str] = set()

    def again(self, do: Callable[[], R]) -> R:
        """Do it until it is done, as a queue hands a message out again and a caller tries again."""
        for _ in range(TRIES):
            try:
                return do()
            except (Killed, TimeoutError):
                continue
            except NotTaken as refused:
                if not refused.retryable:
                    raise
        raise AssertionError("it never came through")

    def at(self, moment: datetime) -> None:
        self.clock.time = moment

    def case(self, code: str) -> Case:
        return self.peek.state(CASE, case_key(ROUND_ID, MunicipalityCode(code)))

    @property
    def book(self) -> RoundBook:
        return self.peek.state(ROUND, round_key(ROUND_ID))

    def work(self, queue: Queue, do: Callable[[DueTask], object]) -> int:
        """Do every due task of a queue, each until it is done."""
        tasks = self.again(lambda: list(self.store.due(queue, self.clock.now())))
        for due in tasks:
            self.again(partial(do, due))
        return len(tasks)

    # The round

    def open_round(self) -> None:
        self.again(lambda: rounds.open_round(self.books, self.round, SYSTEM))
        self.apply_list(self.shares)

    def check_list(self, shares: dict[str, Ore], officer: str = "officer:1") -> str:
        file = allocation_file(shares, {r.municipality: r.name for r in self.recipients})
        return rounds.check_list(self.books, self.register, file, ROUND_ID, "lists/1.csv", officer, OFFICER)

    def apply_list(self, shares: dict[str, Ore]) -> None:
        list_id = self.again(lambda: self.check_list(shares))
        self.again(lambda: rounds.approve_list(self.books, ROUND_ID, list_id, "officer:2", OFFICER))
        self.work("allocations", lambda due: rounds.apply_list(self.books, self.register, due, SYSTEM))

    # Requisitions and payouts

    def form(self, code: str, amount: Ore) -> requisitions.RequisitionInput:
        known = next(r for r in self.recipients if r.municipality == code)
        return requisitions.RequisitionInput(amount, known.account, known.invoice_reference, known.peppol_id)

    def requisition(self, code: str, amount: Ore | None = None, key: str = "key-1") -> requisitions.Receipt:
        form = self.form(code, self.shares[code] if amount is None else amount)
        municipality = MunicipalityCode(code)
        return self.again(lambda: requisitions.receive(self.books, ROUND_ID, municipality, form, key, AGENT))

    def validate(self) -> int:
        return self.work("requisitions", lambda due: requisitions.validate(self.books, due, SYSTEM))

    def queue_payouts(self) -> list[str]:
        return self.again(lambda: payouts.queue_due(self.books, FakeCalendar(), SYSTEM.actor, SYSTEM))

    def attest(self, officers: Sequence[str] = ("officer:1", "officer:2")) -> None:
        for due in self.again(lambda: list(self.store.due("officer", self.clock.now()))):
            if due.task.kind == "attest_batch":
                total = self.peek.state(BATCH, due.key).total
                for officer in officers:
                    self.again(partial(payouts.attest, self.books, due.task.about, officer, total, OFFICER))

    def send_payments(self) -> int:
        return self.work("payments", self._do_payment)

    @staticmethod
    def write_batch(batch: Batch) -> bytes:
        return render_batch(batch)

    def _do_payment(self, due: DueTask) -> None:
        if due.task.kind == "send_batch":
            payouts.send_batch(self.books, self.outbox, FakeCalendar(), self.write_batch, due, SYSTEM)
        elif due.task.kind == "free_payouts":
            payouts.free_payouts(self.books, due, SYSTEM)
        else:
            payouts.note_silence(self.books, due, SYSTEM)

    def batch(self, batch: str) -> Batch:
        return self.peek.state(BATCH, batch_key(batch))

    def pay(self) -> None:
        """From due payouts to the bank's outbox."""
        self.queue_payouts()
        self.attest()
        self.send_payments()

    # The bank

    def answer(self, report: StatusReport) -> None:
        self.again(lambda: bank.take_answer(self.books, report, SYSTEM))

    def entry(self, entry: Entry) -> None:
        self.again(lambda: bank.take_entries(self.books, [entry], SYSTEM))

    def report_of_bank(self, report: Notification | Statement) -> None:
        self.again(lambda: bank.take_report(self.books, report, SYSTEM))

    def bank_books(self, batch: str) -> None:
        """The bank accepts a batch and books every payout of it."""
        self.answer(status_report(batch))
        for line in self.batch(batch).lines:
            self.entry(debit(line.payout, line.amount, self.clock.time))

    # E-mail

    def send_mail(self) -> int:
        return self.work(
            "mail",
            lambda due: mails.send(self.books, self.mailer, self.archive, self.links, write_mail, due, SYSTEM),
        )

    def tell_of_mail(self) -> None:
        """The mail service tells of all that left and was not told of."""
        for mail_id in self.mailer.ids:
            if mail_id not in self._told:
                for news in NEWS:
                    self.again(partial(mails.take_news, self.books, mail_id, news, self.clock.time, SYSTEM))
                self._told.add(mail_id)

    def post(self) -> None:
        """Send what is owed, hear what became of it, and send again what nothing was heard of."""
        moment = self.clock.time
        for _ in range(mails.SENDINGS):
            self.send_mail()
            self.tell_of_mail()
            self.clock.time += mails.NEWS_WITHIN
        self.clock.time = moment

    # Reports and recoveries

    def send_links(self) -> int:
        return self.again(lambda: reports.send_links(self.books, self.links, SYSTEM))

    def token(self, code: str) -> str:
        key = case_key(ROUND_ID, MunicipalityCode(code))
        return self.again(lambda: self.links.token(reports.link_purpose(key, 1)))

    def report(self, code: str, used: Ore, misused: Ore | None = None, key: str = "key-1") -> reports.ReportReceipt:
        answers: dict[str, str | int] = {"amount_used": used, "amount_not_as_intended": misused or 0}
        token = self.token(code)
        return self.again(lambda: reports.receive(self.books, token, answers, key, AGENT))

    def assess(self) -> int:
        return self.work("assessments", lambda due: reports.assess(self.books, due, SYSTEM))

    def decide(self, code: str, waived: Ore | None = None) -> None:
        municipality, why = MunicipalityCode(code), "Skäl."
        some = Ore(waived or 0)
        self.again(lambda: recoveries.prepare(self.books, ROUND_ID, municipality, 1, some, why, "officer:1", OFFICER))
        self.again(lambda: recoveries.decide(self.books, ROUND_ID, municipality, 1, "officer:2", OFFICER))

    def file_letters(self) -> int:
        return self.work(
            "letters",
            lambda due: recoveries.file_letter(self.books, self.archive, render_letter, render_again, due, SYSTEM),
        )

    def raise_invoices(self) -> int:
        return self.again(self._raise_due)

    def _raise_due(self) -> int:
        return recoveries.raise_due(self.books, self.archive, render_invoice, render_credit_note, SYSTEM)

    def audit(self) -> audit.Audit:
        return self.again(lambda: audit.audit(self.books, self.vault))

    def findings(self) -> list[str]:
        """What an audit finds, in its own bucket, so that it may run at any time."""
        found = audit.audit(self.peek, FakeFiles("scratch")).findings
        return [f"{finding.key}: {finding.what}" for finding in found]


def status_report(
    batch: str, rejected: dict[str, str] | None = None, *, whole: str = "", code: str = ""
) -> StatusReport:
    """A pain.002: all accepted, some rejected, or the whole file with its code."""
    payments = tuple(PaymentStatus(payout, "rejected", reason, "") for payout, reason in (rejected or {}).items())
    if whole == "rejected":
        return StatusReport("bank-1", batch, "rejected", code, "words", payments)
    return StatusReport("bank-1", batch, "partial" if payments else "accepted", code, "", payments)


def debit(payout: str, amount: Ore, at: datetime, name: str = "") -> Entry:
    return Entry(name or f"D-{payout}", "SE35", at.date(), amount, "debit", payout, None, None, None)


def payback(payout: str, amount: Ore, at: datetime, name: str = "") -> Entry:
    return Entry(name or f"R-{payout}", "SE35", at.date(), amount, "credit", payout, None, None, "AC04")


def incoming(ocr: str, amount: Ore, at: datetime, name: str = "") -> Entry:
    return Entry(name or f"C-{ocr}", "SE35", at.date(), amount, "credit", None, ocr, "Kommunen", None)


def later(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)
