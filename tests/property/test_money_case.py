"""Whatever is asked of a case, in any order, at any time and as often as one likes: the books balance.

The machine asks for what the case owes, so that it comes deep into the year, and for anything else besides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.owed import reminder_due
from statsbidrag.domain.case.state import AppealOutcome, CheckOutcome, Payout, RecordFile, UnknownOutcome
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.interest import InterestTerms
from statsbidrag.domain.journal import canonical, check_chain, refold, unseal
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.terms import Terms
from statsbidrag.ports import Request, Snapshot
from statsbidrag.usecases.books import Books, Context, Outcome
from tests.builders import (
    BATCH_ID,
    CODE,
    INVOICE,
    KEY,
    KNOWN,
    LINK_MAIL,
    NEXT_BATCH,
    OTHER,
    PAYOUT,
    RECIPIENT,
    REPORT_LATE,
    REPORT_MISSING,
    REPORT_OPENS,
    ROUND_ID,
    SECOND,
    SPRING,
    TERMS,
    THIRD,
    TOO_LATE,
)
from tests.fakes import FakeClock, FakeStore
from tests.property.interest import GROUND, TABLE
from tests.property.ledger import CODES, FAILED, Ledger
from tests.property.years import unpaid_year

SYSTEM = Context("system:test", "correlation")
TICK = timedelta(microseconds=1)
MOMENTS = (
    datetime(2025, 1, 1, tzinfo=UTC),
    SPRING,
    TOO_LATE - TICK,
    TOO_LATE,
    REPORT_OPENS,
    *(reminder_due(TERMS, day) for day in TERMS.reminder_days),
    REPORT_LATE - TICK,
    REPORT_LATE,
    REPORT_MISSING,
    REPORT_MISSING + timedelta(days=22),
    REPORT_MISSING + timedelta(days=60),
)
AMOUNTS = st.sampled_from([kronor(-1), Ore(0), Ore(1), kronor(1), kronor(99), kronor(100), Ore(150_50)]) | st.integers(
    0, 30
).map(lambda thousands: kronor(thousands * 1000))
PAYOUTS = st.sampled_from([f"P-{ROUND_ID}-{CODE}-{n}" for n in (1, 1, 1, 2, 2, 3)])
BATCHES = st.sampled_from([BATCH_ID, NEXT_BATCH])
ACCOUNTS = st.sampled_from([KNOWN, OTHER, THIRD])
CHANGES = st.sampled_from([1, 1, 2, 3])
HOLDS = st.sampled_from([1, 1, 2, 3])
WHY = st.sampled_from(CODES)
REASONS = st.sampled_from(["Skäl.", "Skäl.", " "])
ENDINGS: st.SearchStrategy[AppealOutcome] = st.sampled_from(["upheld", "changed", "withdrawn", "dismissed"])
OUTCOMES: st.SearchStrategy[UnknownOutcome] = st.sampled_from(["carried_out", "not_carried_out"])
ENTRIES = st.sampled_from([f"E-{n}" for n in range(6)])
OFFICERS = st.sampled_from(["officer:1", "officer:2"])
CHECKED = st.integers(0, 4)
FILES = st.frozensets(st.sampled_from("abcd"), min_size=1)
OUTCOMES_OF_CHECKS: st.SearchStrategy[CheckOutcome] = st.sampled_from(["accepted", "misused", "not_accounted_for"])
RECOVERIES = st.sampled_from([1, 1, 2])
CREDIT_NOTE = f"I-{ROUND_ID}-{CODE}-2"
INVOICES = st.sampled_from([INVOICE, INVOICE, CREDIT_NOTE, f"I-{ROUND_ID}-{CODE}-3"])
BOOKED = date(2026, 5, 1)
News = c.RecordMailDelivered | c.RecordMailBounced | c.RecordMailComplained
NEWS: tuple[type[News], ...] = get_args(News)
SUBMITTED = (c.SubmitRequisition, c.SubmitReport)
"""What comes from outside, with an idempotency key."""


def plain_year(amount: Ore, used: Ore) -> list[tuple[int, c.CaseCommand]]:
    """What happens in a year in which nothing is out of order, and on which day after `SPRING`."""
    answers: dict[str, str | int] = {"amount_used": used, "amount_not_as_intended": 0}
    return [
        (0, c.SubmitRequisition(amount, RECIPIENT.account, "REF", RECIPIENT.peppol_id, "form")),
        (0, c.ValidateRequisition(1)),
        (1, c.QueuePayout(PAYOUT, BATCH_ID)),
        (1, c.RecordPayoutSent(PAYOUT, BATCH_ID)),
        (4, c.RecordPayoutSettled(PAYOUT, "E-0", amount, BOOKED)),
        (290, c.IssueReportLink("hash")),
        (290, c.RecordMailDelivered(LINK_MAIL, REPORT_OPENS)),
        (300, c.SubmitReport(1, answers, used, Ore(0), "report", "hash")),
        (300, c.AssessReport()),
        (330, c.PrepareDecision(1, Ore(0), "Skäl.", "officer:1")),
        (331, c.DecideRecovery(1, "officer:2")),
        (332, c.RaiseInvoice(1)),
        (332, c.RecordInvoiceFiled(INVOICE, "i.xml", "i.pdf")),
        (370, c.RemindInvoice(INVOICE)),
        (371, c.RecordRepayment(1, "E-1", kronor(100), BOOKED)),
        (372, c.PrepareReconsideration(1, Ore(0), "Skäl.", "officer:1")),
        (373, c.DecideReconsideration(1, Ore(0), "officer:2")),
        (373, c.RecordCreditNoteFiled(CREDIT_NOTE, "c.xml", "c.pdf")),
        (374, c.OrderRefund("officer:1")),
        (375, c.QueuePayout(SECOND, NEXT_BATCH)),
        (375, c.RecordPayoutSent(SECOND, NEXT_BATCH)),
        (376, c.RecordPayoutSettled(SECOND, "E-2", kronor(100), BOOKED)),
    ]


def hard_year(amount: Ore) -> list[tuple[int, c.CaseCommand]]:
    """A payout that nothing is heard of, then refused; the one in its place comes back, and a third is ordered."""
    third = f"P-{ROUND_ID}-{CODE}-3"
    return [
        (0, c.SubmitRequisition(amount, KNOWN, "REF", RECIPIENT.peppol_id, "form")),
        (0, c.ValidateRequisition(1)),
        (1, c.QueuePayout(PAYOUT, BATCH_ID)),
        (1, c.RecordPayoutSent(PAYOUT, BATCH_ID)),
        (8, c.RecordSilence(PAYOUT)),
        (8, c.ProposeResolution(PAYOUT, "not_carried_out", "Enligt banken.", "officer:1")),
        (9, c.ConfirmResolution(PAYOUT, "not_carried_out", "officer:2")),
        (9, c.QueuePayout(PAYOUT, NEXT_BATCH)),
        (9, c.RecordPayoutSent(PAYOUT, NEXT_BATCH)),
        (10, c.RecordPayoutRejected(PAYOUT, BATCH_ID, "of the first sending", "AM04")),
        (10, c.RecordPayoutRejected(PAYOUT, NEXT_BATCH, "words", "AC04")),
        (11, c.ProposeAccount(OTHER, "officer:1")),
        (12, c.ApproveAccount(1, OTHER, "officer:2")),
        (12, c.ReissuePayout(PAYOUT, "officer:1")),
        (13, c.QueuePayout(SECOND, BATCH_ID)),
        (13, c.RecordPayoutSent(SECOND, BATCH_ID)),
        (16, c.RecordPayoutSettled(SECOND, "E-0", amount, BOOKED)),
        (17, c.RecordPayoutReturned(SECOND, "E-1", amount, "AM04")),
        (18, c.ReissuePayout(SECOND, "officer:1")),
        (18, c.HoldPayouts(third, "Skäl.", "officer:1")),
    ]


class OneCase(RuleBasedStateMachine):
    """One municipality in one round, its real books over a store in memory."""

    @initialize(
        allowed=st.integers(1, 2),
        amount=st.integers(1, 30),
        smallest=st.sampled_from([0, 100, 20_000]),
        kind=st.sampled_from(["plain", "hard", "unpaid"]),
        steps=st.integers(0, 22),
        used=st.integers(0, 5),
        ground=st.sampled_from([None, GROUND]),
    )
    def open(
        self,
        allowed: int,
        amount: int,
        smallest: int,
        kind: str,
        steps: int,
        used: int,
        ground: InterestTerms | None,
    ) -> None:
        self.store = FakeStore()
        self.clock = FakeClock(SPRING)
        self.books = Books(self.store, self.clock, lambda record, context: None)
        self.terms: Terms = msgspec.structs.replace(
            TERMS, requisitions_allowed=2 if kind == "unpaid" else allowed, smallest_claim=kronor(smallest)
        )
        self.terms = msgspec.structs.replace(self.terms, interest=ground)
        self.asked = self.seen = self.checked = 0
        self.ledger = Ledger()
        self.money_in: dict[str, int] = {}
        self.ask(c.OpenCase(RECIPIENT, self.terms, "L-1", kronor(amount * 1000), SPRING))
        all_of_it = kronor(amount * 1000)
        years = {"hard": hard_year(all_of_it), "unpaid": unpaid_year(all_of_it)[1:]}
        year = years.get(kind, plain_year(all_of_it, kronor(amount * used * 200)))
        for days, command in year[:steps]:
            self.clock.time = SPRING + timedelta(days=days)
            self.ask(command)

    @property
    def case(self) -> Case:
        """The stored case, decoded once per commit."""
        if self.seen != self.store.commits:
            self.seen, self.known = self.store.commits, self.books.state(CASE, KEY)
        return self.known

    def ask(self, command: c.CaseCommand) -> bool:
        """Carry out a command twice: a refusal leaves no trace, and the second time changes nothing."""
        self.asked += 1
        request = Request(f"key-{self.asked}", "hash") if isinstance(command, SUBMITTED) else None
        before = self.everything()
        try:
            outcome = self.handle(command, request)
        except (Refusal, NotFound, NotYet):
            assert self.everything() == before
            return False
        after = self.everything()
        assert (after == before) == (not outcome.records)
        if isinstance(command, c.RecordRepayment) and outcome.records:
            self.money_in[command.entry] = command.amount
        self.ask_again(command, request, outcome)
        assert self.everything() == after
        return bool(outcome.records)

    def ask_again(self, command: c.CaseCommand, request: Request | None, first: Outcome[Case]) -> None:
        """The second time gives no events; a refund that is ordered leaves none to order."""
        if isinstance(command, c.OrderRefund):
            with pytest.raises(Refusal, match="nothing_to_refund"):
                self.handle(command, request)
            return
        again = self.handle(command, request)
        assert again.records == ()
        assert request is None or again.answer == first.answer

    def handle(self, command: c.CaseCommand, request: Request | None) -> Outcome[Case]:
        return self.books.handle(CASE, KEY, command, SYSTEM, request=request, answer=lambda case: case.money)

    def everything(self) -> tuple[int, Snapshot | None]:
        """The store changes by commits alone."""
        return self.store.commits, self.store.snapshots.get(KEY)

    # What the case owes

    @rule(data=st.data())
    def do_what_is_owed(self, data: st.DataObject) -> None:
        tasks = sorted(CASE.owed(self.case))
        if not tasks:
            return
        task = data.draw(st.sampled_from(tasks), label="task")
        self.clock.time = max(self.clock.time, task.due)
        if (command := self.command_for(task, data)) is not None:
            self.ask(command)

    def command_for(self, task: Task, data: st.DataObject) -> c.CaseCommand | None:
        commands: dict[str, Callable[[], c.CaseCommand]] = {
            "validate_requisition": lambda: c.ValidateRequisition(int(task.about)),
            "decide_late_requisition": lambda: c.DecideLateRequisition(
                int(task.about), data.draw(st.booleans()), "Skäl.", data.draw(OFFICERS)
            ),
            "approve_account": lambda: self.approval(int(task.about), data.draw(OFFICERS)),
            "review_hold": lambda: c.ReleasePayouts(int(task.about), "Skäl.", data.draw(OFFICERS)),
            "queue_payout": lambda: c.QueuePayout(task.about, data.draw(BATCHES)),
            "note_silence": lambda: (
                c.RecordSilence(task.about)
                if data.draw(st.booleans())
                else self.settlement(task.about, data.draw(ENTRIES))
            ),
            "ask_bank_about_payout": lambda: self.word(task.about, data.draw(OUTCOMES), data.draw(OFFICERS)),
            "confirm_resolution": lambda: self.confirmation(task.about, data.draw(OFFICERS)),
            "correct_payout_account": lambda: c.ProposeAccount(data.draw(ACCOUNTS), data.draw(OFFICERS)),
            "reissue_payout": lambda: c.ReissuePayout(task.about, data.draw(OFFICERS)),
            "issue_report_link": lambda: c.IssueReportLink("hash"),
            "renew_report_link": lambda: c.RenewReportLink(*self.next_link(), data.draw(OFFICERS)),
            "correct_registry_address": lambda: c.CorrectRegistryAddress(
                RECIPIENT.registry_email, "Skäl.", data.draw(OFFICERS)
            ),
            "answer_complaint": lambda: c.CorrectRegistryAddress(
                RECIPIENT.registry_email, "Skäl.", data.draw(OFFICERS)
            ),
            "prove_delivery_of_report_link": lambda: c.ProveDelivery(
                self.terms.report_last_day, "Skäl.", data.draw(OFFICERS)
            ),
            "remind_of_report": lambda: c.IssueReminder(int(task.about)),
            "assess_report": c.AssessReport,
            "assess_missing_report": c.AssessMissingReport,
            "issue_records_link": lambda: c.IssueRecordsLink(int(task.about), f"another-{task.about}-{self.asked}"),
            "review_records": lambda: self.conclusion(int(task.about), data.draw(CHECKED), data.draw(OFFICERS)),
            "follow_up_missing_records": lambda: self.records(int(task.about), data.draw(FILES)),
            "prepare_decision": lambda: self.preparation(int(task.about), data.draw(st.integers(0, 4))),
            "prepare_agreed_decision": lambda: self.preparation(int(task.about), data.draw(st.integers(0, 4))),
            "weigh_objection": lambda: self.preparation(int(task.about), data.draw(st.integers(0, 4))),
            "decide_recovery": lambda: c.DecideRecovery(int(task.about), data.draw(OFFICERS)),
            "file_letter": lambda: c.RecordLetterFiled(int(task.about), "letter.pdf"),
            "file_reconsideration": lambda: self.filing(task.about),
            "note_appeal_outcome": lambda: c.NoteAppealOutcome(
                int(task.about), data.draw(ENDINGS), "Skäl.", data.draw(OFFICERS)
            ),
            "reconsider_after_appeal": lambda: self.reconsideration(
                int(task.about), data.draw(st.integers(0, 4)), data.draw(OFFICERS)
            ),
            "raise_invoice": lambda: c.RaiseInvoice(int(task.about)),
            "file_invoice": lambda: c.RecordInvoiceFiled(task.about, "i.xml", "i.pdf"),
            "remind_invoice": lambda: c.RemindInvoice(task.about),
            "follow_up_unpaid_invoice": lambda: c.ProposeWriteOff(task.about, "Skäl.", data.draw(OFFICERS)),
            "decide_write_off": lambda: self.writing_off(task.about, data.draw(OFFICERS)),
            "reconsider_after_late_report": lambda: self.reconsideration(
                int(task.about), data.draw(st.integers(0, 4)), data.draw(OFFICERS)
            ),
            "decide_reconsideration": lambda: self.reconsidered(int(task.about), data.draw(OFFICERS)),
            "file_credit_note": lambda: c.RecordCreditNoteFiled(task.about, "c.xml", "c.pdf"),
            "propose_write_off": lambda: c.ProposeWriteOff(task.about, "Skäl.", data.draw(OFFICERS)),
            "decide_set_off": lambda: self.setting_off(task.about, data.draw(OFFICERS)),
            "claim_interest": lambda: c.ClaimInterest(task.about, TABLE, data.draw(st.just("") | OFFICERS)),
            "refund_surplus": lambda: c.OrderRefund(data.draw(OFFICERS)),
            "send_mail": lambda: c.RecordMailDelivered(task.about, self.clock.time),
        }
        return commands[task.kind]() if task.kind in commands else None

    def settlement(self, payout: str, entry: str) -> c.RecordPayoutSettled:
        return c.RecordPayoutSettled(payout, entry, self.payout(payout).amount, BOOKED)

    def approval(self, change: int, officer: str) -> c.ApproveAccount:
        named = {item.id: item.account for item in self.case.account_changes}
        return c.ApproveAccount(change, named.get(change, OTHER), officer)

    def word(self, payout: str, outcome: UnknownOutcome, officer: str) -> c.ProposeResolution:
        return c.ProposeResolution(payout, outcome, "Enligt banken.", officer)

    def confirmation(self, payout: str, officer: str) -> c.ConfirmResolution:
        told = self.payout(payout).resolution
        return c.ConfirmResolution(payout, told.outcome if told else "carried_out", officer)

    def payout(self, payout: str) -> Payout:
        """The payout of that id; one that is not there if there is none."""
        none = Payout(payout, Ore(1), KNOWN, "ordered", SPRING)
        return next((p for p in self.case.payouts if p.id == payout), none)

    def preparation(self, recovery: int, quarters: int) -> c.PrepareDecision:
        found = next((r for r in self.case.recoveries if r.id == recovery), None)
        claim, seen = (found.claim, len(found.answers)) if found else (Ore(0), 0)
        waived = claim if quarters == 4 else Ore(claim * quarters // 4 // 100 * 100)
        return c.PrepareDecision(recovery, waived, "Skäl.", "officer:1", seen, "Vägt." if quarters % 2 else "")

    def filing(self, about: str) -> c.RecordReconsiderationFiled:
        recovery, _, number = about.partition("-")
        return c.RecordReconsiderationFiled(int(recovery), int(number), "again.pdf")

    def records(self, check: int, files: frozenset[str]) -> c.ReceiveRecords:
        return c.ReceiveRecords(check, tuple(RecordFile(f, 1, "text/csv", f"records/{f}") for f in sorted(files)))

    def conclusion(self, check: int, quarters: int, officer: str) -> c.ConcludeSpotCheck:
        """Of the accepted use, so many quarters are not accepted."""
        accepted = self.case.money.accepted_use
        amount = accepted if quarters == 4 else Ore(accepted * quarters // 4 // 100 * 100)
        outcome: CheckOutcome = "not_accounted_for" if amount else "accepted"
        return c.ConcludeSpotCheck(check, outcome, amount, "Skäl.", officer)

    def writing_off(self, invoice: str, officer: str) -> c.DecideWriteOff:
        told = next((i.write_off for i in self.case.all_invoices if i.number == invoice), None)
        return c.DecideWriteOff(invoice, told.amount if told else Ore(1), officer)

    def reconsideration(self, recovery: int, quarters: int, officer: str) -> c.PrepareReconsideration:
        claimed = next((r.to_invoice for r in self.case.recoveries if r.id == recovery), Ore(0))
        amount = claimed if quarters == 4 else Ore(claimed * quarters // 4 // 100 * 100)
        return c.PrepareReconsideration(recovery, amount, "Skäl.", officer)

    def reconsidered(self, recovery: int, officer: str) -> c.DecideReconsideration:
        told = next((r.reconsideration for r in self.case.recoveries if r.id == recovery), None)
        return c.DecideReconsideration(recovery, told.amount if told else Ore(0), officer)

    def setting_off(self, invoice: str, officer: str) -> c.DecideSetOff:
        told = next((item for item in self.case.waiting_set_offs if item.invoice == invoice), None)
        return c.DecideSetOff(invoice, told.payout if told else PAYOUT, told.amount if told else Ore(1), officer)

    # Anything else, right or wrong

    @rule(moment=st.sampled_from(MOMENTS))
    def move_to(self, moment: datetime) -> None:
        self.clock.time = moment

    @rule(hours=st.integers(1, 24 * 40))
    def wait(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @rule(number=st.integers(1, 4), amount=AMOUNTS, days=st.integers(-2, 2), moved=st.booleans(), to=ACCOUNTS)
    def bring_a_list(self, number: int, amount: Ore, days: int, moved: bool, to: Account) -> None:
        moved_to = "ny@kommun-0114.example" if moved else RECIPIENT.registry_email
        recipient = msgspec.structs.replace(RECIPIENT, registry_email=moved_to, account=to)
        approved_at = SPRING + timedelta(days=days)
        self.ask(c.OpenCase(recipient, self.terms, f"L-{number}", Ore(abs(amount) // 100 * 100), approved_at))

    @rule(part=st.integers(0, 5), amount=AMOUNTS, right_account=st.booleans() | st.just(value=True))
    def requisition(self, part: int, amount: Ore, right_account: bool) -> None:
        allocated = self.case.money.allocated
        wanted = amount if part == 0 else Ore(allocated * part // 5 // 100 * 100)
        to = KNOWN if right_account else OTHER
        self.ask(c.SubmitRequisition(wanted, to, "REF", RECIPIENT.peppol_id, f"form-{self.asked}"))

    @rule(requisition=st.integers(1, 3))
    def validate(self, requisition: int) -> None:
        self.ask(c.ValidateRequisition(requisition))

    @rule(requisition=st.integers(1, 3), accepted=st.booleans(), reason=REASONS, officer=OFFICERS)
    def decide_late(self, requisition: int, accepted: bool, reason: str, officer: str) -> None:
        self.ask(c.DecideLateRequisition(requisition, accepted, reason, officer))

    @rule(account=ACCOUNTS, officer=OFFICERS)
    def propose_account(self, account: Account, officer: str) -> None:
        self.ask(c.ProposeAccount(account, officer))

    @rule(change=CHANGES, officer=OFFICERS, account=ACCOUNTS, seen=st.booleans())
    def approve_account(self, change: int, officer: str, account: Account, seen: bool) -> None:
        self.ask(self.approval(change, officer) if seen else c.ApproveAccount(change, account, officer))

    @rule(change=CHANGES, officer=OFFICERS, reason=REASONS)
    def decline_account(self, change: int, officer: str, reason: str) -> None:
        self.ask(c.DeclineAccount(change, reason, officer))

    @rule(payout=PAYOUTS | st.just(""), officer=OFFICERS, reason=REASONS)
    def hold(self, payout: str, officer: str, reason: str) -> None:
        self.ask(c.HoldPayouts(payout, reason, officer))

    @rule(hold=HOLDS, officer=OFFICERS, reason=REASONS)
    def release(self, hold: int, officer: str, reason: str) -> None:
        self.ask(c.ReleasePayouts(hold, reason, officer))

    @rule(payout=PAYOUTS, batch=BATCHES)
    def queue(self, payout: str, batch: str) -> None:
        self.ask(c.QueuePayout(payout, batch))

    @rule(payout=PAYOUTS, batch=BATCHES)
    def unqueue(self, payout: str, batch: str) -> None:
        self.ask(c.UnqueuePayout(payout, batch))

    @rule(payout=PAYOUTS, batch=BATCHES)
    def send(self, payout: str, batch: str) -> None:
        self.ask(c.RecordPayoutSent(payout, batch))

    @rule(payout=PAYOUTS)
    def be_silent(self, payout: str) -> None:
        self.ask(c.RecordSilence(payout))

    @rule(payout=PAYOUTS, outcome=OUTCOMES, officer=OFFICERS, reason=REASONS)
    def say_what_became_of(self, payout: str, outcome: UnknownOutcome, officer: str, reason: str) -> None:
        self.ask(c.ProposeResolution(payout, outcome, reason, officer))

    @rule(payout=PAYOUTS, outcome=OUTCOMES, officer=OFFICERS)
    def confirm(self, payout: str, outcome: UnknownOutcome, officer: str) -> None:
        self.ask(c.ConfirmResolution(payout, outcome, officer))

    @rule(payout=PAYOUTS, officer=OFFICERS, reason=REASONS, final=st.sampled_from([False, False, True]))
    def void(self, payout: str, officer: str, reason: str, final: bool) -> None:
        self.ask(c.VoidPayout(payout, reason, officer, final))

    @rule(payout=PAYOUTS, officer=OFFICERS)
    def reissue(self, payout: str, officer: str) -> None:
        self.ask(c.ReissuePayout(payout, officer))

    @rule(payout=PAYOUTS, entry=ENTRIES, amount=AMOUNTS, right=st.booleans())
    def settle(self, payout: str, entry: str, amount: Ore, right: bool) -> None:
        command = self.settlement(payout, entry)
        if right:
            self.ask(command)
        elif amount != command.amount:
            self.ask(msgspec.structs.replace(command, amount=amount))

    @rule(payout=PAYOUTS, code=WHY, batch=BATCHES, right=st.booleans())
    def reject(self, payout: str, code: str, batch: str, right: bool) -> None:
        stands_in = self.payout(payout).batch
        command = c.RecordPayoutRejected(payout, stands_in if right else batch, "words", code)
        assert not self.ask(command) or command.batch == stands_in

    @rule(payout=PAYOUTS, entry=ENTRIES, code=WHY, more=st.sampled_from([0, 0, 1]))
    def give_back(self, payout: str, entry: str, code: str, more: int) -> None:
        amount = Ore(self.payout(payout).amount + more)
        self.ask(c.RecordPayoutReturned(payout, entry, amount, code))

    @rule(token=st.sampled_from(["hash", "other"]))
    def link(self, token: str) -> None:
        self.ask(c.IssueReportLink(token))

    def next_link(self) -> tuple[int, str]:
        number = len(self.case.links) + 1
        return number, f"hash-{number}"

    @rule(officer=st.sampled_from(["", "officer:1", "officer:2"]), stale=st.integers(0, 1))
    def another_link(self, officer: str, stale: int) -> None:
        number, token = self.next_link()
        number -= stale
        self.ask(c.RenewReportLink(number, token, officer) if officer else c.RequestReportLink(number, token))

    @rule(officer=OFFICERS, reason=REASONS)
    def revoke_links(self, officer: str, reason: str) -> None:
        self.ask(c.RevokeReportLinks(reason, officer))

    @rule(days=st.integers(-60, 10), officer=OFFICERS, reason=REASONS)
    def prove_delivery(self, days: int, officer: str, reason: str) -> None:
        self.ask(c.ProveDelivery(self.terms.report_last_day + timedelta(days=days), reason, officer))

    @rule(email=st.sampled_from([RECIPIENT.registry_email, "ny@kommun-0114.example", "ingen"]), reason=REASONS)
    def correct_address(self, email: str, reason: str) -> None:
        self.ask(c.CorrectRegistryAddress(email, reason, "officer:1"))

    @rule(day=st.sampled_from(TERMS.reminder_days))
    def remind(self, day: int) -> None:
        self.ask(c.IssueReminder(day))

    @rule(used=st.integers(0, 6), misused=st.integers(0, 4), ore=st.sampled_from([0, 0, 1, 50]))
    def report(self, used: int, misused: int, ore: int) -> None:
        spent = self.case.money.paid * used // 5 - ore
        answers: dict[str, str | int] = {"amount_used": spent, "amount_not_as_intended": spent * misused // 3}
        self.ask(c.SubmitReport(1, answers, Ore(spent), Ore(spent * misused // 3), f"report-{self.asked}", "hash"))

    @rule(recovery=st.integers(1, 2), objects=st.booleans(), used=st.integers(0, 6), text=REASONS)
    def answer_hearing(self, recovery: int, objects: bool, used: int, text: str) -> None:
        amount = Ore(self.case.money.paid * used // 5) if used else None
        content_hash = f"{objects}{text}{used}"
        self.ask(c.AnswerHearing(recovery, "objects" if objects else "agrees", text, amount, "agent:1", content_hash))

    @rule(recovery=st.integers(1, 2), days=st.integers(-2, 500), officer=OFFICERS, reason=REASONS)
    def extend_hearing(self, recovery: int, days: int, officer: str, reason: str) -> None:
        last_day = (self.clock.time + timedelta(days=days)).date()
        self.ask(c.ExtendHearing(recovery, last_day, reason, officer))

    @rule(recovery=st.integers(1, 2), days=st.integers(-2, 60), in_time=st.booleans(), officer=OFFICERS, reason=REASONS)
    def appeal(self, recovery: int, days: int, in_time: bool, officer: str, reason: str) -> None:
        received_on = (self.clock.time - timedelta(days=days)).date()
        self.ask(c.NoteAppeal(recovery, received_on, in_time, reason, officer))

    @rule(recovery=st.integers(1, 2), outcome=ENDINGS, officer=OFFICERS, reason=REASONS)
    def end_appeal(self, recovery: int, outcome: AppealOutcome, officer: str, reason: str) -> None:
        self.ask(c.NoteAppealOutcome(recovery, outcome, reason, officer))

    @rule(recovery=st.integers(1, 2), number=st.integers(0, 3))
    def file_reconsideration(self, recovery: int, number: int) -> None:
        self.ask(c.RecordReconsiderationFiled(recovery, number, "again.pdf"))

    @rule(missing=st.booleans())
    def assess(self, missing: bool) -> None:
        self.ask(c.AssessMissingReport() if missing else c.AssessReport())

    @rule(days=st.integers(-1, 40), from_today=st.booleans(), officer=OFFICERS, again=st.booleans(), reason=REASONS)
    def give_time(self, days: int, from_today: bool, officer: str, again: bool, reason: str) -> None:
        start = self.clock.time.date() if from_today else self.case.report_last_day
        command = c.ReopenReport if again else c.ExtendReport
        self.ask(command(start + timedelta(days=days), reason, officer))

    @rule(check=RECOVERIES)
    def draw(self, check: int) -> None:
        self.ask(c.RequestRecords(check, 3, ("reported",), f"hash-{check}"))

    @rule(check=RECOVERIES, officer=OFFICERS, reason=REASONS)
    def revoke_records_link(self, check: int, officer: str, reason: str) -> None:
        self.ask(c.RevokeRecordsLink(check, reason, officer))

    @rule(check=RECOVERIES, files=FILES)
    def send_records(self, check: int, files: frozenset[str]) -> None:
        self.ask(self.records(check, files))

    @rule(
        check=RECOVERIES, quarters=CHECKED, officer=OFFICERS, amount=AMOUNTS, outcome=OUTCOMES_OF_CHECKS, reason=REASONS
    )
    def conclude(
        self, check: int, quarters: int, officer: str, amount: Ore, outcome: CheckOutcome, reason: str
    ) -> None:
        told = self.conclusion(check, quarters, officer)
        self.ask(told if quarters else c.ConcludeSpotCheck(check, outcome, amount, reason, officer))

    @rule(recovery=RECOVERIES, waived=AMOUNTS, officer=OFFICERS, reasons=st.sampled_from(["Skäl.", " "]))
    def prepare(self, recovery: int, waived: Ore, officer: str, reasons: str) -> None:
        self.ask(c.PrepareDecision(recovery, waived, reasons, officer))

    @rule(recovery=RECOVERIES, officer=OFFICERS)
    def decide(self, recovery: int, officer: str) -> None:
        self.ask(c.DecideRecovery(recovery, officer))

    @rule(recovery=RECOVERIES)
    def file_letter(self, recovery: int) -> None:
        self.ask(c.RecordLetterFiled(recovery, "letter.pdf"))

    @rule(recovery=RECOVERIES)
    def raise_invoice(self, recovery: int) -> None:
        self.ask(c.RaiseInvoice(recovery))

    @rule(part=st.integers(1, 5), entry=ENTRIES, invoice=RECOVERIES, amount=AMOUNTS)
    def repay(self, part: int, entry: str, invoice: int, amount: Ore) -> None:
        invoices = self.case.invoices
        amount = Ore(invoices[0].amount * part // 4) if invoices and part > 1 else amount
        self.ask(c.RecordRepayment(invoice, entry, amount, BOOKED))

    @rule(invoice=INVOICES)
    def remind_of_invoice(self, invoice: str) -> None:
        self.ask(c.RemindInvoice(invoice))

    @rule(recovery=RECOVERIES, quarters=st.integers(0, 4), amount=AMOUNTS, officer=OFFICERS, reasons=REASONS)
    def prepare_anew(self, recovery: int, quarters: int, amount: Ore, officer: str, reasons: str) -> None:
        command = self.reconsideration(recovery, quarters, officer)
        self.ask(command if quarters else msgspec.structs.replace(command, amount=amount, reasons=reasons))

    @rule(recovery=RECOVERIES, officer=OFFICERS, amount=AMOUNTS, seen=st.booleans())
    def decide_anew(self, recovery: int, officer: str, amount: Ore, seen: bool) -> None:
        told = self.reconsidered(recovery, officer)
        self.ask(told if seen else c.DecideReconsideration(recovery, amount, officer))

    @rule(invoice=INVOICES, officer=OFFICERS, reason=REASONS)
    def propose_write_off(self, invoice: str, officer: str, reason: str) -> None:
        self.ask(c.ProposeWriteOff(invoice, reason, officer))

    @rule(officer=OFFICERS, amount=AMOUNTS, seen=st.booleans())
    def decide_write_off(self, officer: str, amount: Ore, seen: bool) -> None:
        self.ask(self.writing_off(INVOICE, officer) if seen else c.DecideWriteOff(INVOICE, amount, officer))

    @rule(invoice=INVOICES, officer=OFFICERS, reason=REASONS, reference=st.sampled_from(["", "REF-2"]))
    def reissue_invoice(self, invoice: str, officer: str, reason: str, reference: str) -> None:
        self.ask(c.ReissueInvoice(invoice, reason, officer, reference))

    @rule(invoice=INVOICES, payout=PAYOUTS, quarters=st.integers(0, 4), amount=AMOUNTS, officer=OFFICERS, why=REASONS)
    def propose_set_off(self, invoice: str, payout: str, quarters: int, amount: Ore, officer: str, why: str) -> None:
        unpaid = next((i.open_amount for i in self.case.invoices if i.number == invoice), Ore(0))
        part = Ore(min(unpaid, self.payout(payout).amount) * quarters // 4) if quarters else amount
        self.ask(c.ProposeSetOff(invoice, payout, part, why, officer))

    @rule(invoice=INVOICES, payout=PAYOUTS, officer=OFFICERS, amount=AMOUNTS, seen=st.booleans())
    def decide_set_off(self, invoice: str, payout: str, officer: str, amount: Ore, seen: bool) -> None:
        self.ask(self.setting_off(invoice, officer) if seen else c.DecideSetOff(invoice, payout, amount, officer))

    @rule(invoice=INVOICES, officer=OFFICERS, reason=REASONS)
    def decline_set_off(self, invoice: str, officer: str, reason: str) -> None:
        self.ask(c.DeclineSetOff(invoice, reason, officer))

    @rule(invoice=INVOICES, officer=st.just("") | OFFICERS)
    def claim_interest(self, invoice: str, officer: str) -> None:
        self.ask(c.ClaimInterest(invoice, TABLE, officer))

    @rule(invoice=INVOICES, officer=OFFICERS, reason=REASONS)
    def waive_interest(self, invoice: str, officer: str, reason: str) -> None:
        self.ask(c.WaiveInterest(invoice, TABLE, reason, officer))

    @rule(officer=OFFICERS)
    def refund(self, officer: str) -> None:
        self.ask(c.OrderRefund(officer))

    @rule(data=st.data(), news=st.sampled_from(NEWS))
    def tell_of_mail(self, data: st.DataObject, news: type[News]) -> None:
        names = ["2025-0114-unknown-1", *sorted(self.case.mails)]
        self.ask(news(data.draw(st.sampled_from(names), label="mail"), self.clock.time))

    # What always holds

    @invariant()
    def the_books_balance(self) -> None:
        money = self.case.money
        assert self.case.imbalances() == []
        assert 0 <= money.paid <= money.approved <= money.allocated
        accounted = money.accepted_use + money.waived + money.recovered + money.to_account_for
        assert money.paid == accounted
        assert money.to_account_for >= 0
        assert money.recovered == money.invoiced - money.credited
        assert money.settled + money.written_off <= money.recovered
        assert min(msgspec.to_builtins(money).values()) >= 0

    @invariant()
    def the_accounts_are_the_sums_of_their_parts(self) -> None:
        case, money = self.case, self.case.money
        grants = [p for p in case.payouts if p.purpose == "grant"]
        assert money.approved == sum(p.amount for p in grants if not p.replaces)
        assert money.approved >= sum(p.amount for p in grants if p.status not in FAILED)
        assert money.approved == sum(r.amount for r in case.requisitions if r.status == "approved")
        set_off = {item.payout: item.amount for item in case.set_offs if item.status == "decided"}
        assert money.paid == sum(p.amount for p in grants if p.status == "settled") + sum(
            set_off.get(p.id, 0) for p in grants
        )
        assert money.set_off == sum(set_off.values())
        assert money.waived == sum(r.waived for r in case.recoveries if r.status == "decided")
        assert money.invoiced == sum(i.amount for i in case.invoices)
        assert money.settled == sum(i.settled for i in case.invoices)
        assert (
            money.came_by_bank
            == money.settled + money.interest_settled + money.surplus + money.refunded - money.set_off
        )
        assert money.came_by_bank == sum(self.money_in.values())
        assert len(set(case.bank_entries)) == len(case.bank_entries)

    @invariant()
    def the_journal_folds_to_the_snapshot(self) -> None:
        if self.checked == self.store.commits:
            return
        self.checked = self.store.commits
        records = self.store.collection(KEY).records
        snapshot = self.store.snapshots[KEY]
        for record in records[self.ledger.read :]:
            self.ledger.note(unseal(record, CASE))
        self.ledger.check(self.case)
        assert check_chain(KEY, records) == []
        assert canonical(refold(CASE, KEY, records)) == snapshot.state
        assert canonical(msgspec.json.decode(snapshot.state, type=Case)) == snapshot.state
        assert (snapshot.version, snapshot.head) == (len(records), records[-1].hash)

    @invariant()
    def the_stored_tasks_are_what_is_owed(self) -> None:
        assert self.store.collection(KEY).tasks == CASE.owed(self.case)

    @invariant()
    def nobody_is_claimed_for_lateness_without_proof(self) -> None:
        for recovery in self.case.recoveries:
            if {"late_report", "report_missing"} & set(recovery.grounds):
                assert recovery.checks[0].inputs["delivered"]
            assert recovery.claim > 0

    @invariant()
    def at_most_one_recovery_is_heard_about_and_none_while_a_report_is_open_again(self) -> None:
        undecided = [recovery for recovery in self.case.recoveries if recovery.status in ("hearing", "prepared")]
        assert len(undecided) <= 1
        assert not (self.case.reopening and self.case.live_recoveries)
        assert not self.case.reopening or self.case.money.accepted_use == 0

    @invariant()
    def one_word_says_where_the_case_stands(self) -> None:
        assert CASE.status(self.case)


TestOneCase = OneCase.TestCase
TestOneCase.settings = settings(max_examples=500, stateful_step_count=25)
