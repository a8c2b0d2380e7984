"""A small round of two municipalities at every stage of its year, made by the use cases on the real adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from statsbidrag.adapters.aws import client
from statsbidrag.adapters.calendar import SwedishBankCalendar
from statsbidrag.adapters.drafts import DynamoDBDrafts
from statsbidrag.adapters.kms import KmsLinks
from statsbidrag.adapters.register import DynamoDBRegister
from statsbidrag.adapters.s3 import S3Files
from statsbidrag.documents.agents_file import read_agents
from statsbidrag.documents.allocation_file import read_allocation_list
from statsbidrag.documents.bank_reports import read_bank_report
from statsbidrag.documents.case_papers import (
    credit_note_files,
    decision_letter,
    invoice_files,
    payment_file,
    reconsideration_letter,
)
from statsbidrag.documents.reconciliation_file import render_csv, render_json
from statsbidrag.documents.register_file import read_register
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.agents import AGENTS, Agents, agents_key
from statsbidrag.domain.agents.state import Person
from statsbidrag.domain.bank import Notification, StatusReport
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.holds import EVERYTHING, HOLDS, PlaceHold, holds_key
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.tasks import Queue
from statsbidrag.ports import DueTask
from statsbidrag.usecases import (
    agents,
    bank,
    corrections,
    drafts,
    holds,
    payouts,
    records,
    recoveries,
    reports,
    requisitions,
    rounds,
    spot_checks,
)
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.mails import take_news
from statsbidrag.usecases.reconciling import reconcile_all
from tests.faults.bank_files import BATCH_ID, FIRST, PAYOUTS, SECOND, SHARES, answer, bookings, repayment
from tests.faults.stack import ROOT
from tests.faults.world import Saved, World

YEAR = RoundId("2025")
CALL = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
TEST = Context("system:test", CALL)

ROUND_FILE = (
    (ROOT / "rounds/2025.toml")
    .read_bytes()
    .replace(b"= 97_000_000", b"= 785_254")
    .replace(b"two_attest_above_kronor = 1_000_000", b"two_attest_above_kronor = 500_000")
)
INTEREST_FILE = ROUND_FILE + (ROOT / "tests/data/rounds/interest.toml").read_bytes()
"""The same round with a legal ground for interest."""
REGISTER_FILE = """Kommunkod;Kommun;Organisationsnummer;Registratur;Konto;Fakturareferens;Peppol-id
0114;Upplands Väsby;212000-0019;registrator@upplands-vasby.example;bankgiro 5050-1055;REF 4711;0007:2120000019
0115;Vallentuna;212000-0027;registrator@vallentuna.example;bankgiro 9990-1159;HS-0115;
""".encode()
ALLOCATION_FILE = """Kommunkod;Kommun;Belopp (kronor)
0114;Upplands Väsby;461836
0115;Vallentuna;323418
""".encode()
AGENTS_FILE = b"""Kommunkod;Namn;Titel;E-post;Telefon;Roll;Subjekt
0114;Gammalt Ombud;Chef;ombud@upplands-vasby.example;;ombud;agent-0114
0114;Annan Person;Controller;representant@upplands-vasby.example;;representant;representative-0114
0115;Annat Ombud;Chef;ombud@vallentuna.example;;ombud;agent-0115
"""
APPLICANT = Person("person-1", "Ny Sökande", "sokande@kommun.example", "Socialchef", "010-123 45 67")
A_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
ACCOUNTS = {FIRST: Account("bankgiro", "50501055"), SECOND: Account("bankgiro", "99901159")}
ANOTHER = Account("bankgiro", "55555551")
WHY = "Banken har ringt om kontot."
INVOICE, OCR = "I-2025-0114-1", "202501140125"
NEXT = "P-2025-0114-2"
CLAIM = Ore(6_183_600)
"""What the first is to pay back."""
LOWERED = kronor(20_000)


def _at(month: int, day: int, hour: int = 8, year: int = 2025) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def agents_of(books: Books, code: MunicipalityCode) -> Agents:
    """Give who acts for a municipality."""
    return books.state(AGENTS, agents_key(code))


class Year:
    """Walks a world through its year and saves it after each step.

    Attributes
    ----------
    stages
        The world after each step, by name; where a name ends in ``, mail owed`` its e-mails are not sent yet.
    token
        Of the first municipality's report link; `records_token` of its link to send accounting records.
    invitation
        The code of its agent's first invitation.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.books = world.books
        self.register = DynamoDBRegister(client("dynamodb"), world.stack.table)
        self.links = KmsLinks(client("kms"), world.stack.key_arn)
        self.archive = S3Files(client("s3"), world.stack.buckets["ArchiveBucket"])
        self.outbox = S3Files(client("s3"), world.stack.buckets["BankBucket"])
        self.invitation = self.links.token(agents.invitation_purpose(FIRST, 1))
        self.token = self.links.token(reports.link_purpose(case_key(YEAR, FIRST), 1))
        self.records_token = self.links.token(records.records_purpose(case_key(YEAR, FIRST), "1-1"))
        self.stages: dict[str, Saved] = {"nothing": world.save()}
        self._open()
        self._requisition()
        self._pay()
        self._report()
        self._recover()
        self._settle()

    def case(self, code: MunicipalityCode) -> Case:
        """Give a case as it stands."""
        return self.books.state(CASE, case_key(YEAR, code))

    def due(self, queue: Queue) -> list[DueTask]:
        """Give what is due on a queue now."""
        return list(self.books.store.due(queue, self.books.now()))

    def _open(self) -> None:
        rounds.open_round(self.books, read_round(ROUND_FILE), TEST)
        self._keep("round open")
        self.register.put(read_register(REGISTER_FILE, "kommunregister.csv"))
        self._keep("registered")
        file = read_allocation_list(ALLOCATION_FILE, "lista.csv")
        self.list_id = rounds.check_list(
            self.books, self.register, file, YEAR, "allocations/2025/lista.csv", "officer-1", TEST
        )
        self._keep("list checked")
        rounds.approve_list(self.books, YEAR, self.list_id, "officer-2", TEST)
        self._keep("list approved")
        (due,) = self.due("allocations")
        rounds.apply_list(self.books, self.register, due, TEST)
        self._keep("opened")
        with self._aside("opened"):
            self._name_agents()

    def _name_agents(self) -> None:
        """Apply, approve in place of the agent of the old register, invite and accept, ask for confirmation."""
        self.world.clock.time = _at(4, 1)
        agents.take_over(self.books, self.register, read_agents(AGENTS_FILE, "ombud.csv"), YEAR, TEST)
        self._keep("agents imported")
        form = agents.ApplicationInput(FIRST, APPLICANT, ("certificate",))
        agents.apply(self.books, self.register, self.archive, form, [A_PDF], "a-key-of-the-form", TEST)
        self._keep_both("agent applied")
        agents.approve(self.books, "0114-1", "", "officer-1", TEST)
        self._keep_both("agent approved")
        with self._aside("agents imported"):
            by = "agent-0114"
            agents.invite(self.books, self.links, FIRST, "representative", "annan@kommun.example", by, TEST)
            self._keep_both("agent invited")
            person = Person("person-9", "Inbjuden", "inbjuden@kommun.example")
            agents.accept(self.books, self.invitation, person, TEST)
            self._keep("invitation accepted")

    def _requisition(self) -> None:
        self.world.clock.time = _at(5, 6)
        self._keep("requisitions open")
        with self._aside("requisitions open"):
            kept = DynamoDBDrafts(client("dynamodb"), self.world.stack.table)
            place = requisitions.draft_place(self.case(FIRST))
            drafts.save(kept, self.world.clock, place, {"amount": "400 000"}, "", "coordinator")
            self._keep("requisition drafted")
        with self._aside("requisitions open"):
            self.world.clock.time = _at(6, 3)
            self._ask_for_money()
            self._keep_both("requisitioned late")
        self._ask_for_money()
        self._keep_both("requisitioned")
        for due in self.due("requisitions"):
            requisitions.validate(self.books, due, TEST)
        self._keep_both("approved")

    def _ask_for_money(self) -> None:
        for code, share in SHARES.items():
            form = requisitions.RequisitionInput(kronor(share), ACCOUNTS[code], "REF 4711", "")
            requisitions.receive(self.books, YEAR, code, form, "a-key-of-the-form", Context(f"agent:{code}", CALL))

    def _pay(self) -> None:
        self.world.clock.time = _at(5, 7, 4)
        self._keep("payday")
        with self._aside("payday"):
            holds.stop(self.books, YEAR, WHY, "officer-1", TEST)
            self._keep("payday, the round on hold")
        payouts.queue_due(self.books, SwedishBankCalendar(), TEST.actor, TEST)
        self._keep("batched")
        total = Ore(100 * sum(SHARES.values()))
        payouts.attest(self.books, BATCH_ID, "attester-1", total, TEST)
        self._keep("attested once")
        payouts.attest(self.books, BATCH_ID, "attester-2", total, TEST)
        self._keep("attested")
        (due,) = self.due("payments")
        payouts.send_batch(self.books, self.outbox, SwedishBankCalendar(), payment_file, due, TEST)
        self._keep("sent")
        self._stop()
        self._change_account()
        self._lose()
        self.world.clock.time = _at(5, 8)
        booked = read_bank_report(bookings())
        if isinstance(booked, Notification):
            bank.take_report(self.books, booked, TEST)
        self._keep("settled")
        with self._aside("settled"):
            self.world.clock.time = _at(5, 9, 2)
            for _ in reconcile_all(self.books, self.archive, {"json": render_json, "csv": render_csv}):
                pass
            self._keep("reconciled")

    # What does not happen in every year, each beside the others

    def _stop(self) -> None:
        """Void the batch, or put on hold what is in it."""
        with self._aside("attested"):
            payouts.void_batch(self.books, BATCH_ID, WHY, "officer-1", TEST)
            self._keep("batch void")
        for scope, name in ((YEAR, "the round on hold"), (EVERYTHING, "everything on hold")):
            with self._aside("attested"):
                # The function that placed the hold has died before it came to the batch.
                self.books.handle(HOLDS, holds_key(scope), PlaceHold(WHY, "officer-1"), TEST)
                self._keep(f"{name}, the batch not marked")
                payouts.send_batch(self.books, self.outbox, SwedishBankCalendar(), payment_file, self._batch, TEST)
                self._keep(name)
        with self._aside("attested"):
            self._act(FIRST, c.HoldPayouts("", WHY, "officer-1"))
            self._keep("a municipality on hold, the batch not void")
        with self._aside("attested"):
            holds.stop_municipality(self.books, YEAR, FIRST, "", WHY, "officer-1", TEST)
            payouts.free_payouts(self.books, self._batch, TEST)
            self._keep("a municipality on hold")

    def _change_account(self) -> None:
        with self._aside("attested"):
            corrections.propose_account(self.books, YEAR, FIRST, ANOTHER, f"agent-{FIRST}", TEST)
            self._keep("account proposed")
            payouts.free_payouts(self.books, self._batch, TEST)
            self._act(FIRST, c.ApproveAccount(1, ANOTHER, "officer-1"))
            self._keep_both("account approved")
            self._act(FIRST, c.VoidPayout(PAYOUTS[FIRST], WHY, "officer-1"))
            self._keep("payout void")

    def _lose(self) -> None:
        """The bank refuses a payout, or says nothing."""
        with self._aside("sent"):
            refused = read_bank_report(answer())
            if isinstance(refused, StatusReport):
                bank.take_answer(self.books, refused, TEST)
            self._keep("payout rejected")
            for command in (c.ProposeAccount(ANOTHER, f"agent-{SECOND}"), c.ApproveAccount(1, ANOTHER, "officer-1")):
                self._act(SECOND, command)
            self._keep("payout rejected, account approved")
        with self._aside("sent"):
            self.world.clock.time = _at(5, 14, 4)
            self._keep("bank silent")
            for due in self.due("payments"):
                payouts.note_silence(self.books, due, TEST)
            self._keep("payouts unknown")
            told = c.ProposeResolution(PAYOUTS[FIRST], "not_carried_out", WHY, "officer-1")
            self._act(FIRST, told)
            self._keep("bank's word waits")
            self._confirm(FIRST)
            self._send_again()
            self._keep("sent again")
        with self._aside("bank's word waits"):
            self._act(SECOND, c.ProposeResolution(PAYOUTS[SECOND], told.outcome, WHY, "officer-1"))
            self._confirm(SECOND)
            self._keep("bank's word waits of the last")

    def _send_again(self) -> None:
        """Send what was set back from unknown in a batch of its own."""
        (batch,) = payouts.queue_due(self.books, SwedishBankCalendar(), TEST.actor, TEST)
        payouts.attest(self.books, batch, "attester-1", kronor(SHARES[FIRST]), TEST)
        for due in self.due("payments"):
            payouts.send_batch(self.books, self.outbox, SwedishBankCalendar(), payment_file, due, TEST)

    def _confirm(self, code: MunicipalityCode) -> None:
        """Confirm as a second person that a payout was not carried out."""
        corrections.confirm_resolution(self.books, YEAR, code, PAYOUTS[code], "not_carried_out", "officer-2", TEST)

    def _act(self, code: MunicipalityCode, command: c.CaseCommand) -> None:
        corrections.act(self.books, YEAR, code, command, TEST)

    @property
    def _batch(self) -> DueTask:
        """What is due of the batch."""
        return next(due for due in self.due("payments") if due.key.startswith("BATCH#"))

    @contextmanager
    def _aside(self, stage: str) -> Iterator[None]:
        """Go another way from a stage, and come back to where the year stood."""
        stands = self.world.save()
        self.world.restore(self.stages[stage])
        yield
        self.world.restore(stands)

    def _report(self) -> None:
        self.world.clock.time = _at(1, 15, 6, year=2026)
        self._keep("links due")
        reports.send_links(self.books, self.links, TEST)
        self._keep_both("linked")
        with self._aside("linked"):
            take_news(self.books, f"2025-{FIRST}-report_link-1", "bounced", self.books.now(), TEST)
            self._keep("link bounced")
        self.world.clock.time = _at(2, 3, year=2026)
        self._keep("reporting")
        with self._aside("reporting"):
            view = reports.show(self.books, self.token)
            kept = DynamoDBDrafts(client("dynamodb"), self.world.stack.table)
            drafts.save(kept, self.world.clock, reports.draft_place(view), {"organisation": "Hälsosamtal"}, "")
            self._keep("draft saved")
        answers: dict[str, str | int] = {
            "amount_used": 40_000_000,
            "amount_not_as_intended": 0,
            "organisation": "Hälsosamtal",
        }
        reports.receive(self.books, self.token, answers, "a-key-of-the-form", TEST)
        self._keep("reported")
        (due,) = self.due("assessments")
        reports.assess(self.books, due, TEST)
        self._keep("heard")

    def _check(self) -> None:
        """Draw the first, which alone has reported and of which the rest is taken back, and take in its records."""
        spot_checks.draw(self.books, YEAR, 1, "2026-02-03", WHY, "officer-1", TEST)
        self._keep("drawn")
        reports.send_links(self.books, self.links, TEST)
        self._keep_both("records asked for")
        records.receive(self.books, self.archive, self.records_token, [(b"Konto;Belopp\n4010;1\n", "text/csv")], TEST)
        self._keep_both("records received")

    def _recover(self) -> None:
        self.world.clock.time = _at(3, 2, year=2026)
        reports.send_links(self.books, self.links, TEST)
        self._keep("hearing over")
        recoveries.prepare(self.books, YEAR, FIRST, 1, kronor(0), "Pengarna har inte använts.", "officer-1", TEST)
        self._keep("prepared")
        recoveries.decide(self.books, YEAR, FIRST, 1, "officer-2", TEST)
        self._keep("decided")
        (due,) = self.due("letters")
        recoveries.file_letter(self.books, self.archive, decision_letter, reconsideration_letter, due, TEST)
        self._keep_both("letter filed")
        with self._aside("letter filed"):
            self._check()
        recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
        self._keep_both("invoiced")

    def _settle(self) -> None:
        """What becomes of the first's invoice; later on the second, which never reported, has one too."""
        with self._aside("invoiced"):
            self._act(FIRST, c.PrepareReconsideration(1, LOWERED, WHY, "officer-1"))
            self._keep("reconsideration prepared")
            self._act(FIRST, c.DecideReconsideration(1, LOWERED, "officer-2"))
            self._keep("reconsidered")
            recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
            self._keep_both("credit note filed")
        with self._aside("invoiced"):
            self._act(FIRST, c.NoteAppeal(1, self.books.now().date(), True, WHY, "officer-1"))
            self._keep("appealed")
        with self._aside("invoiced"):
            self._act(FIRST, c.ReissueInvoice(INVOICE, WHY, "officer-1", "REF 0815"))
            recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
            self._keep_both("issued anew")
        self._set_off()
        self._pay_late()
        with self._aside("invoiced"):
            self._act(FIRST, c.ProposeWriteOff(INVOICE, WHY, "officer-1"))
            self._keep("write-off proposed")
        with self._aside("invoiced"):
            self._take(repayment(OCR, Ore(CLAIM + 70_000)))
            self._keep("repaid too much")
        self._claim_of_second()
        with self._aside("two invoices"):
            self._take(repayment(OCR, kronor(1000)))
            self._keep("entry in suspense")
        self.world.clock.time = _at(4, 7, year=2026)
        self._keep("invoice overdue")
        recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
        self._keep_both("reminded")

    def _set_off(self) -> None:
        """The first has two payouts: of one a part is claimed and unpaid, the other has not left."""
        with self._aside("registered"):
            self.world.clock.time = _at(5, 6)
            terms = replace(read_round(ROUND_FILE).terms, requisitions_allowed=2)
            recipient = next(found for found in self.register.all() if found.municipality == FIRST)
            amounts = (kronor(SHARES[FIRST]), kronor(1000))
            self._act(FIRST, c.OpenCase(recipient, terms, "L-1", Ore(sum(amounts))))
            for number, amount in enumerate(amounts, start=1):
                self._act(FIRST, c.SubmitRequisition(amount, ACCOUNTS[FIRST], "REF 4711", recipient.peppol_id, "00"))
                self._act(FIRST, c.ValidateRequisition(number))
            self._act(FIRST, c.HoldPayouts(NEXT, WHY, "officer-1"))
            self.world.clock.time = _at(5, 7, 4)
            payouts.queue_due(self.books, SwedishBankCalendar(), TEST.actor, TEST)
            payouts.attest(self.books, BATCH_ID, "attester-1", amounts[0], TEST)
            payouts.send_batch(self.books, self.outbox, SwedishBankCalendar(), payment_file, self._batch, TEST)
            self._act(FIRST, c.RecordPayoutSettled(PAYOUTS[FIRST], "DBIT-0114", amounts[0], _at(5, 8).date()))
            self.world.clock.time = _at(1, 15, year=2026)
            reports.send_links(self.books, self.links, TEST)
            used = Ore(amounts[0] - CLAIM)
            answers: dict[str, str | int] = {"amount_used": used, "amount_not_as_intended": 0}
            opens = sha256(self.token.encode())
            self._act(FIRST, c.SubmitReport(1, answers, used, Ore(0), "00", opens))
            self._act(FIRST, c.AssessReport())
            self.world.clock.time = _at(2, 10, year=2026)
            recoveries.prepare(self.books, YEAR, FIRST, 1, kronor(0), WHY, "officer-1", TEST)
            recoveries.decide(self.books, YEAR, FIRST, 1, "officer-2", TEST)
            for due in self.due("letters"):
                recoveries.file_letter(self.books, self.archive, decision_letter, reconsideration_letter, due, TEST)
            recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
            self.world.clock.time = _at(3, 14, year=2026)
            self._act(FIRST, c.ReleasePayouts(1, WHY, "officer-2"))
            self._keep("unpaid, and a payout left")
            self._act(FIRST, c.ProposeSetOff(INVOICE, NEXT, kronor(100), WHY, "officer-1"))
            self._keep("set-off proposed")
            self._act(FIRST, c.DecideSetOff(INVOICE, NEXT, kronor(100), "officer-2"))
            self._keep_both("set off")

    def _pay_late(self) -> None:
        """In a round with a legal ground for interest the first pays its invoice 30 days late."""
        with self._aside("registered"):
            rounds.open_round(self.books, read_round(INTEREST_FILE), TEST)
            self.books.rounds.clear()
            self.world.clock.time = _at(5, 6)
            recipient = next(found for found in self.register.all() if found.municipality == FIRST)
            share = kronor(SHARES[FIRST])
            self._act(FIRST, c.OpenCase(recipient, read_round(INTEREST_FILE).terms, "L-1", share))
            self._act(FIRST, c.SubmitRequisition(share, ACCOUNTS[FIRST], "REF 4711", recipient.peppol_id, "00"))
            self._act(FIRST, c.ValidateRequisition(1))
            self.world.clock.time = _at(5, 7, 4)
            payouts.queue_due(self.books, SwedishBankCalendar(), TEST.actor, TEST)
            payouts.attest(self.books, BATCH_ID, "attester-1", share, TEST)
            payouts.send_batch(self.books, self.outbox, SwedishBankCalendar(), payment_file, self._batch, TEST)
            self._act(FIRST, c.RecordPayoutSettled(PAYOUTS[FIRST], "DBIT-0114", share, _at(5, 8).date()))
            self.world.clock.time = _at(1, 15, year=2026)
            reports.send_links(self.books, self.links, TEST)
            used = Ore(share - CLAIM)
            answers: dict[str, str | int] = {"amount_used": used, "amount_not_as_intended": 0}
            self._act(FIRST, c.SubmitReport(1, answers, used, Ore(0), "00", sha256(self.token.encode())))
            self._act(FIRST, c.AssessReport())
            self.world.clock.time = _at(2, 10, year=2026)
            recoveries.prepare(self.books, YEAR, FIRST, 1, kronor(0), WHY, "officer-1", TEST)
            recoveries.decide(self.books, YEAR, FIRST, 1, "officer-2", TEST)
            for due in self.due("letters"):
                recoveries.file_letter(self.books, self.archive, decision_letter, reconsideration_letter, due, TEST)
            recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
            self.world.clock.time = _at(4, 13, year=2026)
            paid_on = self.case(FIRST).invoices[0].due_on + timedelta(days=30)
            self._act(FIRST, c.RecordRepayment(1, "CRDT-0114", CLAIM, paid_on))
            self._keep("paid late")
            self.world.clock.time = _at(4, 20, year=2026)
            self._keep("interest due")
        self.books.rounds.clear()

    def _claim_of_second(self) -> None:
        """Claim all of the second's grant back by invoice."""
        self.world.clock.time = _at(3, 8, year=2026)
        reports.send_links(self.books, self.links, TEST)
        self._keep("last reminder sent")
        for due in self.due("assessments"):
            reports.assess(self.books, due, TEST)
        self.world.clock.time = _at(3, 30, year=2026)
        recoveries.prepare(self.books, YEAR, SECOND, 1, kronor(0), WHY, "officer-1", TEST)
        recoveries.decide(self.books, YEAR, SECOND, 1, "officer-2", TEST)
        for due in self.due("letters"):
            recoveries.file_letter(self.books, self.archive, decision_letter, reconsideration_letter, due, TEST)
        recoveries.raise_due(self.books, self.archive, invoice_files, credit_note_files, TEST)
        self._keep("two invoices")

    def _take(self, file: bytes) -> None:
        told = read_bank_report(file)
        if isinstance(told, Notification):
            bank.take_report(self.books, told, TEST)

    def _keep_both(self, name: str) -> None:
        self._save(f"{name}, mail owed")
        self._keep(name)

    def _keep(self, name: str) -> None:
        """Save the world with every e-mail sent and delivered."""
        for code in SHARES:
            for mail in self.case(code).mails.values():
                if mail.status == "owed":
                    take_news(self.books, mail.id, "delivered", self.books.now(), TEST)
            for told in agents_of(self.books, code).mails.values():
                if told.status == "owed":
                    take_news(self.books, told.id, "delivered", self.books.now(), TEST)
        self._save(name)

    def _save(self, name: str) -> None:
        self.stages[name] = self.world.save()
