"""Long walks of a case from a seed: cheaper than the machine, so many more of them.

Beside the case goes a ledger that is kept by the events alone, and the two are held against each other at every step.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from statsbidrag.domain.case import CASE, Case, decide, empty_case, evolve
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.state import (
    AppealOutcome,
    CheckOutcome,
    HearingStance,
    Invoice,
    Payout,
    RecordFile,
    UnknownOutcome,
)
from statsbidrag.domain.case.timeline import timeline
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.journal import GENESIS, Record, canonical, check_chain, refold, seal, snake, unseal
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.time import swedish_date
from tests.builders import (
    BATCH_ID,
    KEY,
    KNOWN,
    OTHER,
    PAYOUT,
    RECIPIENT,
    REPORT_OPENS,
    SPRING,
    TERMS,
    THIRD,
    TOO_LATE,
    TWICE,
    report,
    requisition,
)
from tests.property.interest import GROUND, TABLE
from tests.property.ledger import CODES, FAILED, Ledger
from tests.property.years import unpaid_year

STEPS = 60
MOVED = msgspec.structs.replace(RECIPIENT, registry_email="ny@kommun-0114.example")
AGENT_EMAIL = "bidrag@kommun-0114.example"
BATCHES = (BATCH_ID, "B-2025-20250405-1")
OFFICERS = ("officer:1", "officer:2")
OUTCOMES: tuple[UnknownOutcome, ...] = get_args(UnknownOutcome)
ENDINGS: tuple[AppealOutcome, ...] = get_args(AppealOutcome)
SEEDS = st.integers(0, 2**32)


class Walk:
    """One case and one stream of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.case: Case = empty_case(KEY)
        self.told: Case = empty_case(KEY)
        self.ledger = Ledger()
        self.now = SPRING
        self.records: list[Record] = []
        self.taken: set[type] = set()
        self.owed: set[str] = set()
        self.begin()

    def begin(self) -> None:
        terms = msgspec.structs.replace(
            TERMS, requisitions_allowed=self.chance.choice((1, 1, 2)), interest=self.chance.choice((None, GROUND))
        )
        self.try_to(c.OpenCase(RECIPIENT, terms, "L-1", kronor(self.chance.randint(1, 500) * 1000)))
        if self.chance.random() < 0.9:
            self.now = self.chance.choice((SPRING, SPRING, SPRING, TOO_LATE))
            for _ in range(terms.requisitions_allowed):
                share = Ore(self.allocated // terms.requisitions_allowed // 100 * 100)
                asked = requisition(share, self.chance.choice((KNOWN, KNOWN, OTHER)))
                self.try_to(msgspec.structs.replace(asked, contact_email=self.chance.choice(("", AGENT_EMAIL))))

    def try_to(self, command: c.CaseCommand) -> None:
        try:
            events = decide(self.case, command, self.now)
        except (Refusal, NotFound, NotYet):
            return
        assert decide(self.case, command, self.now) == events
        if events and isinstance(command, c.RecordPayoutRejected):
            assert command.batch == next(p.batch for p in self.case.payouts if p.id == command.payout)
        if isinstance(command, c.ApproveAccount):
            changes = [event.change for event in events if isinstance(event, e.AccountChangeApproved)]
            assert {self.ledger.named[change][0] for change in changes} <= {command.account}
        for event in events:
            prev = self.records[-1].hash if self.records else GENESIS
            record = seal(KEY, len(self.records) + 1, event, actor="walk", at=self.now, prev=prev)
            self.records.append(record)
            self.ledger.note(event)
            self.case = evolve(self.case, event)
            again = unseal(record, CASE)
            assert again == event
            self.told = evolve(self.told, again)
            self.taken.add(type(command))

    def step(self) -> None:
        self.now += timedelta(days=self.chance.choice((0, 0, 0, 1, 4)))
        tasks = sorted(CASE.owed(self.case))
        self.owed |= {task.kind for task in tasks}
        batched = [payout for payout in self.case.payouts if payout.status == "batched"]
        if batched and self.chance.random() < 0.3:
            self.try_to(self.end_of_batching(self.chance.choice(batched)))
        elif tasks and self.chance.random() < 0.7:
            task = self.chance.choice(tasks)
            self.now = max(self.now, task.due)
            self.try_to(self.answer_to(task))
        else:
            self.try_to(self.anything())

    def answer_to(self, task: Task) -> c.CaseCommand:
        about = task.about
        answers: dict[str, Callable[[], c.CaseCommand]] = {
            "validate_requisition": lambda: c.ValidateRequisition(int(about)),
            "decide_late_requisition": lambda: self.late_decision(int(about)),
            "approve_account": lambda: self.account_decision(int(about)),
            "review_hold": lambda: self.review(int(about)),
            "queue_payout": lambda: c.QueuePayout(about, self.chance.choice(BATCHES)),
            "note_silence": lambda: self.news_of(about),
            "ask_bank_about_payout": lambda: self.word(about),
            "confirm_resolution": lambda: self.confirmation(about),
            "correct_payout_account": lambda: c.ProposeAccount(self.account(), self.officer()),
            "reissue_payout": lambda: c.ReissuePayout(about, self.officer()),
            "issue_report_link": lambda: c.IssueReportLink("token-hash"),
            "renew_report_link": self.renewal,
            "prove_delivery_of_report_link": self.proof,
            "correct_registry_address": self.correction,
            "answer_complaint": self.correction,
            "remind_of_report": lambda: c.IssueReminder(int(about)),
            "assess_report": c.AssessReport,
            "assess_missing_report": c.AssessMissingReport,
            "prepare_decision": self.chance.choice((self.preparation, self.hearing_answer) * 3 + (self.reopening,)),
            "prepare_agreed_decision": self.preparation,
            "weigh_objection": self.preparation,
            "issue_records_link": lambda: c.IssueRecordsLink(int(about), "another-hash"),
            "review_records": self.chance.choice(
                (self.some_records, self.revocation, self.conclusion, self.conclusion, self.reopening)
            ),
            "follow_up_missing_records": self.chance.choice((self.revocation, self.conclusion)),
            "decide_recovery": lambda: c.DecideRecovery(int(about), "officer:2"),
            "file_letter": lambda: c.RecordLetterFiled(int(about), "letter.pdf"),
            "file_reconsideration": lambda: c.RecordReconsiderationFiled(int(about[0]), int(about[2:]), "again.pdf"),
            "note_appeal_outcome": self.appeal_ended,
            "reconsider_after_appeal": self.reconsideration,
            "raise_invoice": lambda: c.RaiseInvoice(int(about)),
            "file_invoice": lambda: c.RecordInvoiceFiled(about, "i.xml", "i.pdf"),
            "remind_invoice": lambda: c.RemindInvoice(about),
            "follow_up_unpaid_invoice": self.chance.choice((self.repayment, self.giving_up)),
            "decide_write_off": self.given_up,
            "reconsider_after_late_report": self.reconsideration,
            "decide_reconsideration": self.reconsidered,
            "file_credit_note": lambda: c.RecordCreditNoteFiled(about, "c.xml", "c.pdf"),
            "propose_write_off": self.giving_up,
            "decide_set_off": self.chance.choice((self.set_off, self.set_off, self.letting_go)),
            "claim_interest": lambda: self.interest(about),
            "refund_surplus": lambda: c.OrderRefund(self.officer()),
            "send_mail": lambda: c.RecordMailDelivered(about, self.now),
        }
        return answers.get(task.kind, self.anything)()

    def anything(self) -> c.CaseCommand:
        payout = self.payout()
        choice: Callable[[], c.CaseCommand] = self.chance.choice(
            (
                lambda: c.OpenCase(RECIPIENT, TERMS, f"L-{self.chance.randint(1, 3)}", self.part(self.allocated)),
                lambda: c.OpenCase(MOVED, TERMS, self.case.allocation_list, self.allocated),
                self.register,
                lambda: requisition(self.part(self.allocated)),
                lambda: requisition(self.part(self.allocated), self.account()),
                lambda: self.late_decision(self.chance.randint(1, 3)),
                lambda: c.ProposeAccount(self.account(), self.officer()),
                lambda: self.account_decision(self.chance.randint(1, 3)),
                lambda: c.HoldPayouts(self.chance.choice(("", payout.id)), "Det utreds.", self.officer()),
                lambda: c.ReleasePayouts(self.chance.randint(1, 4), "Det är utrett.", self.officer()),
                lambda: c.QueuePayout(payout.id, self.chance.choice(BATCHES)),
                lambda: c.UnqueuePayout(payout.id, self.chance.choice(BATCHES)),
                lambda: c.RecordPayoutSent(payout.id, payout.batch or BATCH_ID),
                lambda: c.RecordPayoutSent(payout.id, payout.batch or BATCH_ID),
                lambda: self.settlement(payout.id),
                lambda: self.settlement(payout.id),
                lambda: c.RecordPayoutRejected(payout.id, self.told_batch(payout), "words", self.code()),
                lambda: c.RecordPayoutReturned(payout.id, self.entry(), payout.amount, self.code()),
                lambda: c.RecordSilence(payout.id),
                lambda: self.word(payout.id),
                lambda: self.confirmation(payout.id),
                lambda: c.VoidPayout(payout.id, "Fel belopp.", self.officer(), self.chance.random() < 0.2),
                lambda: c.ReissuePayout(payout.id, self.officer()),
                self.report,
                self.report,
                c.AssessReport,
                c.AssessMissingReport,
                self.preparation,
                lambda: c.DecideRecovery(self.recovery(), self.officer()),
                lambda: c.RaiseInvoice(self.recovery()),
                lambda: c.ExtendReport(self.day(), "Skäl.", self.officer()),
                self.reopening,
                self.hearing_answer,
                lambda: c.ExtendHearing(self.recovery(), self.day_from_today(-1, 60), "Skäl.", self.officer()),
                self.appeal,
                self.appeal_ended,
                lambda: c.RequestRecords(self.check(), 3, ("reported",), "hash"),
                lambda: c.RequestRecords(self.check(), 3, ("reported",), "hash"),
                self.some_records,
                self.revocation,
                self.conclusion,
                self.repayment,
                lambda: c.RemindInvoice(self.invoice().number),
                self.reconsideration,
                self.reconsidered,
                self.giving_up,
                self.given_up,
                lambda: c.OrderRefund(self.officer()),
                lambda: c.ReissueInvoice(self.invoice().number, "Fel referens.", self.officer(), "REF-2"),
                self.setting_off,
                self.set_off,
                self.letting_go,
                lambda: self.interest(self.invoice().number),
                lambda: c.RecordMailSent(self.mail()),
                lambda: c.RecordMailBounced(self.mail(), self.now),
                lambda: c.RecordMailComplained(self.mail(), self.now),
                self.correction,
                lambda: c.RequestReportLink(*self.next_link()),
                self.renewal,
                lambda: c.RevokeReportLinks("Länken har kommit bort.", self.officer()),
                self.proof,
            )
        )
        return choice()

    @property
    def allocated(self) -> Ore:
        return self.case.money.allocated

    def part(self, amount: int, *, whole: bool = True) -> Ore:
        """All of it, more than it, or something between, in kronor or öre."""
        some = self.chance.choice((amount, amount, amount + 100, self.chance.randint(0, max(amount, 0))))
        return Ore(some // 100 * 100) if whole else Ore(some)

    def entry(self) -> str:
        return f"E-{self.chance.randint(1, 6)}"

    def officer(self) -> str:
        return self.chance.choice(OFFICERS)

    def code(self) -> str:
        return self.chance.choice(CODES)

    def told_batch(self, payout: Payout) -> str:
        """The batch that the bank speaks of: most often the one that the payout stands in."""
        return self.chance.choice((payout.batch, payout.batch, "", *BATCHES))

    def mail(self) -> str:
        return self.chance.choice(("no", *sorted(self.case.mails)))

    def account(self) -> Account:
        return self.chance.choice((KNOWN, OTHER, THIRD))

    def payout(self) -> Payout:
        """Any payout, most often the last; one that is not there while there is none."""
        if not self.case.payouts:
            return Payout(PAYOUT, Ore(1), KNOWN, "ordered", SPRING)
        return self.chance.choice((*self.case.payouts, self.case.payouts[-1]))

    def register(self) -> c.CaseCommand:
        recipient = msgspec.structs.replace(RECIPIENT, account=self.account())
        return c.OpenCase(recipient, TERMS, self.case.allocation_list, self.allocated)

    def late_decision(self, requisition: int) -> c.CaseCommand:
        return c.DecideLateRequisition(requisition, self.chance.random() < 0.6, "Skäl.", self.officer())

    def account_decision(self, change: int) -> c.CaseCommand:
        named = [item.account for item in self.case.account_changes if item.id == change]
        if self.chance.random() < 0.3:
            return c.DeclineAccount(change, "Kontot är inte kommunens.", self.officer())
        return c.ApproveAccount(change, self.chance.choice((*named, *named, OTHER)), self.officer())

    def review(self, hold: int) -> c.CaseCommand:
        """What is held goes on, or is not made at all."""
        about = next(item.about for item in self.case.holds if item.id == hold)
        if about and self.chance.random() < 0.5:
            return c.VoidPayout(about, "Fel belopp.", self.officer())
        return c.ReleasePayouts(hold, "Det är utrett.", self.officer())

    def end_of_batching(self, payout: Payout) -> c.CaseCommand:
        """The batch leaves, or is void and lets the payout go."""
        if self.chance.random() < 0.8:
            return c.RecordPayoutSent(payout.id, payout.batch)
        return c.UnqueuePayout(payout.id, payout.batch)

    def news_of(self, payout: str) -> c.CaseCommand:
        """What comes of a payout that was sent: most often its booking, else nothing."""
        return c.RecordSilence(payout) if self.chance.random() < 0.3 else self.settlement(payout)

    def word(self, payout: str) -> c.CaseCommand:
        return c.ProposeResolution(payout, self.chance.choice(OUTCOMES), "Enligt banken.", self.officer())

    def confirmation(self, payout: str) -> c.CaseCommand:
        return c.ConfirmResolution(payout, self.chance.choice(OUTCOMES), self.officer())

    def settlement(self, payout: str) -> c.CaseCommand:
        amounts = {p.id: p.amount for p in self.case.payouts}
        return c.RecordPayoutSettled(payout, self.entry(), amounts.get(payout, Ore(1)), self.now.date())

    def next_link(self) -> tuple[int, str]:
        number = len(self.case.links) + self.chance.choice((0, 1, 1, 1))
        return number, "token-hash" if number == 1 else f"token-hash-{number}"

    def renewal(self) -> c.CaseCommand:
        return c.RenewReportLink(*self.next_link(), self.officer())

    def proof(self) -> c.CaseCommand:
        day = self.case.links[0].issued_at.date() if self.case.links else self.now.date()
        return c.ProveDelivery(day + timedelta(days=self.chance.choice((0, 1, 60))), "Enligt brev.", self.officer())

    def correction(self) -> c.CaseCommand:
        email = self.chance.choice((RECIPIENT.registry_email, MOVED.registry_email, "tredje@kommun-0114.example"))
        return c.CorrectRegistryAddress(email, "Enligt samtal.", self.officer())

    def preparation(self) -> c.CaseCommand:
        number = self.recovery()
        recovery = next((r for r in self.case.recoveries if r.id == number), None)
        claim, seen = (recovery.claim, len(recovery.answers)) if recovery else (Ore(0), 0)
        stale = self.chance.choice((0, 0, 0, 1))
        weighed = self.chance.choice(("Vägt.", "Vägt.", " "))
        waived = self.part(claim)
        return c.PrepareDecision(number, waived, "Skäl.", "officer:1", max(seen - stale, 0), weighed)

    def recovery(self) -> int:
        """The number of the last recovery, which is the one that is heard about, if one is; else often any other."""
        last = max(1, len(self.case.recoveries))
        return last if self.case.undecided_recovery else self.chance.choice((last, self.chance.randint(1, last)))

    def reopening(self) -> c.CaseCommand:
        return c.ReopenReport(self.day(), "Skäl.", self.officer())

    def day(self) -> date:
        """A last day near the one in force, or near today."""
        return max(self.now.date(), self.case.report_last_day) + timedelta(days=self.chance.randint(-1, 10))

    def day_from_today(self, first: int, last: int) -> date:
        return swedish_date(self.now) + timedelta(days=self.chance.randint(first, last))

    def hearing_answer(self) -> c.CaseCommand:
        stance: HearingStance = self.chance.choice(("agrees", "objects"))
        used = self.chance.choice((None, None, self.part(self.case.money.paid, whole=False)))
        text = self.chance.choice(("Allt användes.", "Vi står fast."))
        return c.AnswerHearing(self.recovery(), stance, text, used, "agent:1", f"{stance}{text}{used}")

    def appeal(self) -> c.CaseCommand:
        return c.NoteAppeal(
            self.recovery(), self.day_from_today(-30, 1), self.chance.random() < 0.8, "Skäl.", self.officer()
        )

    def appeal_ended(self) -> c.CaseCommand:
        return c.NoteAppealOutcome(self.recovery(), self.chance.choice(ENDINGS), "Skäl.", self.officer())

    def check(self) -> int:
        return self.chance.choice((1, 1, 1, 2))

    def some_records(self) -> c.CaseCommand:
        hashes = self.chance.sample("abcde", self.chance.randint(1, 3))
        return c.ReceiveRecords(self.check(), tuple(RecordFile(h, 1, "text/csv", f"records/{h}") for h in hashes))

    def revocation(self) -> c.CaseCommand:
        return c.RevokeRecordsLink(self.check(), "Skäl.", self.officer())

    def conclusion(self) -> c.CaseCommand:
        outcome = self.chance.choice(get_args(CheckOutcome))
        amount = Ore(0) if outcome == "accepted" else self.part(self.case.money.accepted_use)
        return c.ConcludeSpotCheck(self.check(), outcome, amount, "Skäl.", self.officer())

    def report(self) -> c.CaseCommand:
        self.now = max(self.now, REPORT_OPENS)
        used = self.part(self.case.money.paid, whole=False)
        told = report(used, self.chance.choice((Ore(0), self.part(used, whole=False))))
        hashes = [link.token_hash for link in self.case.links] or ["token-hash"]
        return msgspec.structs.replace(told, token_hash=self.chance.choice(hashes))

    def invoice(self) -> Invoice:
        """An invoice that claims now, of money or of interest; one that is not there while there is none."""
        none = Invoice("I-2025-0114-9", 1, Ore(1), "", self.now.date(), self.now.date())
        return self.chance.choice([i for i in self.case.all_invoices if not i.replaced_by] or [none])

    def interest(self, invoice: str) -> c.CaseCommand:
        if self.chance.random() < 0.2:
            return c.WaiveInterest(invoice, TABLE, "Banken var stängd.", self.officer())
        return c.ClaimInterest(invoice, TABLE, self.chance.choice(("", self.officer())))

    def repayment(self) -> c.CaseCommand:
        invoice = self.invoice()
        amount = self.chance.choice((self.part(invoice.amount, whole=False), Ore(max(invoice.open_amount - 1, 1))))
        number = (
            int(invoice.number.rsplit("-", 1)[-1])
            if invoice.interest_on
            else self.chance.choice((1, int(invoice.number.rpartition("-")[2])))
        )
        return c.RecordRepayment(number, self.entry(), amount, self.now.date())

    def reconsideration(self) -> c.CaseCommand:
        number = self.recovery()
        claimed = next((recovery.to_invoice for recovery in self.case.live_recoveries if recovery.id == number), Ore(1))
        amount = self.chance.choice((self.part(claimed), claimed))
        return c.PrepareReconsideration(number, amount, "Skäl.", self.officer())

    def reconsidered(self) -> c.CaseCommand:
        prepared = [(r.id, r.reconsideration.amount) for r in self.case.recoveries if r.reconsideration]
        return c.DecideReconsideration(*self.chance.choice(prepared or [(self.recovery(), Ore(0))]), self.officer())

    def giving_up(self) -> c.CaseCommand:
        return c.ProposeWriteOff(self.invoice().number, "Kommunen betalar inte.", self.officer())

    def given_up(self) -> c.CaseCommand:
        invoice = self.invoice()
        told = invoice.write_off
        return c.DecideWriteOff(invoice.number, told.amount if told else Ore(1), self.officer())

    def setting_off(self) -> c.CaseCommand:
        invoice, payout = self.invoice(), self.payout()
        amount = self.part(min(invoice.open_amount, payout.amount), whole=False)
        return c.ProposeSetOff(invoice.number, payout.id, amount, "Fakturan är obetald.", self.officer())

    def set_off(self) -> c.CaseCommand:
        told = next(iter(self.case.waiting_set_offs), None)
        if told is None or self.chance.random() < 0.2:
            return c.DecideSetOff(self.invoice().number, self.payout().id, Ore(1), self.officer())
        return c.DecideSetOff(told.invoice, told.payout, told.amount, self.officer())

    def letting_go(self) -> c.CaseCommand:
        return c.DeclineSetOff(self.invoice().number, "Kommunen betalar.", self.officer())


class SettlingWalk(Walk):
    """Begins with an invoice that is due and a payout that has not left."""

    def begin(self) -> None:
        terms = msgspec.structs.replace(TWICE, interest=self.chance.choice((None, GROUND, GROUND)))
        year = unpaid_year(kronor(self.chance.randint(1, 500) * 1000), terms)
        for days, command in year[: self.chance.choice((18, 19))]:
            self.now = SPRING + timedelta(days=days)
            self.try_to(command)


class CheckedWalk(Walk):
    """Begins with a report that is assessed, of a municipality that is asked for its accounting records."""

    def begin(self) -> None:
        for days, command in unpaid_year(kronor(self.chance.randint(1, 500) * 1000))[:11]:
            self.now = SPRING + timedelta(days=days)
            self.try_to(command)
        used = self.chance.choice((self.case.money.paid, self.part(self.case.money.paid)))
        told = msgspec.structs.replace(report(used), token_hash="hash")
        for step in (told, c.AssessReport(), c.RequestRecords(1, 3, ("reported",), "records-hash")):
            self.try_to(step)


WALKS = (Walk, SettlingWalk, CheckedWalk)


class PayoutWalk(Walk):
    """A year that never comes to its report: accounts, holds and payouts alone, and so much deeper into them."""

    def step(self) -> None:
        self.now += timedelta(days=self.chance.choice((0, 0, 0, 1, 7)))
        payout = self.payout()
        waiting = [change.id for change in self.case.account_changes if change.status == "waiting"] or [1]
        choice: Callable[[], c.CaseCommand] = self.chance.choice(
            (
                self.register,
                lambda: requisition(self.part(self.allocated), self.account()),
                lambda: c.ValidateRequisition(self.chance.randint(1, 3)),
                lambda: c.ValidateRequisition(self.chance.randint(1, 3)),
                lambda: c.ProposeAccount(self.account(), self.officer()),
                lambda: c.ProposeAccount(self.account(), self.officer()),
                lambda: self.account_decision(self.chance.choice(waiting)),
                lambda: self.account_decision(self.chance.choice(waiting)),
                lambda: c.ReleasePayouts(self.chance.randint(1, 6), "Det är utrett.", self.officer()),
                lambda: c.QueuePayout(payout.id, self.chance.choice(BATCHES)),
                lambda: c.QueuePayout(payout.id, self.chance.choice(BATCHES)),
                lambda: self.end_of_batching(payout),
                lambda: self.end_of_batching(payout),
                lambda: c.RecordSilence(payout.id),
                lambda: self.news_of(payout.id),
                lambda: self.word(payout.id),
                lambda: self.confirmation(payout.id),
                lambda: self.confirmation(payout.id),
                lambda: c.RecordPayoutRejected(payout.id, self.told_batch(payout), "words", self.code()),
                lambda: c.RecordPayoutReturned(payout.id, self.entry(), payout.amount, self.code()),
                lambda: c.VoidPayout(payout.id, "Fel belopp.", self.officer()),
                lambda: c.ReissuePayout(payout.id, self.officer()),
            )
        )
        self.try_to(choice())


def test_the_walks_make_everything_happen_that_can() -> None:
    """A property that never comes to an invoice promises nothing about invoices."""
    reached: set[str] = set()
    taken: set[type] = set()
    owed: set[str] = set()
    for seed in range(300):
        walk = Walk(seed)
        for _ in range(2 * STEPS):
            walk.step()
        reached |= {record.type for record in walk.records}
        taken |= walk.taken
        owed |= walk.owed
    for seed, kind in ((seed, kind) for seed in range(60) for kind in (SettlingWalk, CheckedWalk)):
        begun = kind(seed)
        for _ in range(STEPS):
            begun.step()
        reached |= {record.type for record in begun.records}
        taken |= begun.taken
        owed |= begun.owed
    assert {snake(event.__name__) for event in get_args(e.CaseEvent)} - reached == set()
    assert set(get_args(c.CaseCommand)) - taken == set()
    delivering = {"renew_report_link", "prove_delivery_of_report_link", "correct_registry_address", "answer_complaint"}
    assert delivering - owed == set()
    assert {
        "decide_late_requisition",
        "account_for_payout",
        "correct_payout_account",
        "reissue_payout",
        "review_hold",
    } - owed == set()
    hearing = {"prepare_agreed_decision", "weigh_objection", "note_appeal_outcome", "reconsider_after_appeal"}
    assert hearing - owed == set()
    claims = {"reconsider_after_late_report", "decide_reconsideration", "decide_write_off", "refund_surplus"}
    assert {*claims, "propose_write_off", "decide_set_off", "claim_interest"} - owed == set()


@settings(max_examples=2500)
@given(seed=SEEDS, kind=st.sampled_from((Walk, *WALKS)))
def test_money_is_conserved_and_no_payout_has_two_that_live_on_every_walk(seed: int, kind: type[Walk]) -> None:
    walk = kind(seed)
    for _ in range(STEPS):
        walk.step()
        case, money = walk.case, walk.case.money
        assert money.imbalances() == []
        grants = [p for p in case.payouts if p.purpose == "grant"]
        set_off = sum(walk.ledger.set_off.get(p.id, 0) for p in grants)
        assert money.paid == sum(p.amount for p in grants if p.status == "settled") + set_off
        assert money.requisitioned == sum(r.amount for r in case.requisitions if r.status != "rejected")
        assert money.approved == sum(p.amount for p in grants if not p.replaces)
        assert sum(p.amount for p in grants if p.status not in FAILED) <= money.approved
        assert money.recovered + money.waived <= money.paid - money.accepted_use
        walk.ledger.check(case)
        assert case == walk.told
    assert not walk.case.recipient or all(step.says.endswith(".") for step in timeline(walk.case, walk.now))


@settings(max_examples=500)
@given(seed=SEEDS)
def test_no_payout_leaves_for_an_account_that_one_person_named_or_the_bank_refused(seed: int) -> None:
    walk = PayoutWalk(seed)
    for _ in range(100):
        walk.step()
        walk.ledger.check(walk.case)


@settings(max_examples=800)
@given(seed=SEEDS, kind=st.sampled_from((Walk, *WALKS)))
def test_every_walk_can_be_walked_again_from_its_journal(seed: int, kind: type[Walk]) -> None:
    """Also the proof that nothing changed the case but its events."""
    walk = kind(seed)
    for _ in range(STEPS):
        walk.step()
    assert check_chain(KEY, walk.records) == []
    again = refold(CASE, KEY, walk.records)
    assert canonical(again) == canonical(walk.case)
    assert CASE.owed(again) == CASE.owed(walk.case)
    stored = msgspec.json.decode(canonical(walk.case), type=Case)
    assert canonical(stored) == canonical(walk.case)
    assert CASE.owed(stored) == CASE.owed(walk.case)
    for _ in range(STEPS):
        command = walk.anything()
        assert outcome(stored, command, walk) == outcome(walk.case, command, walk)


def outcome(case: Case, command: c.CaseCommand, walk: Walk) -> object:
    """What a case answers: its events, or the code with which it refuses."""
    try:
        return list(decide(case, command, walk.now))
    except (Refusal, NotFound, NotYet) as refused:
        return refused.code


@settings(max_examples=800)
@given(seed=SEEDS, where=st.integers(0, 10**6), to=st.characters(min_codepoint=32, max_codepoint=126))
def test_one_changed_character_anywhere_in_a_journal_is_named(seed: int, where: int, to: str) -> None:
    walk = Walk(seed)
    for _ in range(12):
        walk.step()
    number = where % len(walk.records)
    record = walk.records[number]
    at = where % len(record.body)
    body = record.body[:at] + to + record.body[at + 1 :]
    walk.records[number] = msgspec.structs.replace(record, body=body)
    wrong = check_chain(KEY, walk.records)
    assert (wrong == []) == (body == record.body)
    assert not wrong or f"{KEY} event {number + 1}" in wrong[0]
