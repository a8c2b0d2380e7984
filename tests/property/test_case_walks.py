"""Long walks of a case from a seed: cheaper than the machine, so many more of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from statsbidrag.domain.case import CASE, Case, decide, empty_case, evolve
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.events import CaseEvent
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.journal import GENESIS, Record, canonical, check_chain, refold, seal, snake, unseal
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.tasks import Task
from tests.builders import BATCH_ID, KEY, PAYOUT, RECIPIENT, REPORT_OPENS, SPRING, TERMS, account, report, requisition

STEPS = 40
MOVED = msgspec.structs.replace(RECIPIENT, registry_email="ny@kommun-0114.example")
SEEDS = st.integers(0, 2**32)


class Walk:
    """One case and one stream of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.case: Case = empty_case(KEY)
        self.now = SPRING
        self.records: list[Record] = []
        terms = msgspec.structs.replace(TERMS, requisitions_allowed=self.chance.choice((1, 1, 2)))
        self.try_to(c.OpenCase(RECIPIENT, terms, "L-1", kronor(self.chance.randint(1, 500) * 1000)))
        if self.chance.random() < 0.9:
            self.try_to(requisition(self.allocated))

    def try_to(self, command: c.CaseCommand) -> None:
        try:
            events = decide(self.case, command, self.now)
        except (Refusal, NotFound, NotYet):
            events = ()
        for event in events:
            prev = self.records[-1].hash if self.records else GENESIS
            record = seal(KEY, len(self.records) + 1, event, actor="walk", at=self.now, prev=prev)
            assert unseal(record, CASE) == event
            self.records.append(record)
            self.case = evolve(self.case, event)

    def step(self) -> None:
        self.now += timedelta(days=self.chance.choice((0, 0, 0, 1, 4)))
        tasks = sorted(CASE.owed(self.case))
        if tasks and self.chance.random() < 0.7:
            task = self.chance.choice(tasks)
            self.now = max(self.now, task.due)
            self.try_to(self.answer_to(task))
        else:
            self.try_to(self.anything())

    def answer_to(self, task: Task) -> c.CaseCommand:
        about = task.about
        answers: dict[str, Callable[[], c.CaseCommand]] = {
            "validate_requisition": lambda: c.ValidateRequisition(int(about)),
            "queue_payout": lambda: c.QueuePayout(about, BATCH_ID),
            "ask_bank_about_payout": self.settlement,
            "issue_report_link": lambda: c.IssueReportLink("hash"),
            "remind_of_report": lambda: c.IssueReminder(int(about)),
            "assess_report": c.AssessReport,
            "assess_missing_report": c.AssessMissingReport,
            "prepare_decision": self.preparation,
            "decide_recovery": lambda: c.DecideRecovery(1, "officer:2"),
            "file_letter": lambda: c.RecordLetterFiled(int(about), "letter.pdf"),
            "raise_invoice": lambda: c.RaiseInvoice(int(about)),
            "file_invoice": lambda: c.RecordInvoiceFiled(about, "i.xml", "i.pdf"),
            "follow_up_unpaid_invoice": self.repayment,
            "send_mail": lambda: c.RecordMailDelivered(about, self.now),
        }
        return answers.get(task.kind, self.anything)()

    def anything(self) -> c.CaseCommand:
        choice: Callable[[], c.CaseCommand] = self.chance.choice(
            (
                lambda: c.OpenCase(RECIPIENT, TERMS, f"L-{self.chance.randint(1, 3)}", self.part(self.allocated)),
                lambda: c.OpenCase(MOVED, TERMS, self.case.allocation_list, self.allocated),
                lambda: requisition(self.part(self.allocated)),
                lambda: requisition(self.part(self.allocated), account(9999)),
                lambda: c.QueuePayout(PAYOUT, "B-2025-20250405-1"),
                lambda: c.RecordPayoutSent(PAYOUT, BATCH_ID),
                self.settlement,
                lambda: c.RecordPayoutRejected(PAYOUT, "AC04"),
                lambda: c.RecordPayoutReturned(PAYOUT, self.entry(), self.payout_amount(), "AC04"),
                self.report,
                self.report,
                c.AssessReport,
                c.AssessMissingReport,
                self.preparation,
                lambda: c.DecideRecovery(1, self.chance.choice(("officer:1", "officer:2"))),
                lambda: c.RaiseInvoice(1),
                self.repayment,
                lambda: c.RecordMailBounced(self.chance.choice(("no", *sorted(self.case.mails))), self.now),
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
        return f"E-{self.chance.randint(1, 4)}"

    def payout_amount(self) -> Ore:
        return self.case.payouts[0].amount if self.case.payouts else Ore(1)

    def settlement(self) -> c.CaseCommand:
        return c.RecordPayoutSettled(PAYOUT, self.entry(), self.payout_amount(), self.now.date())

    def preparation(self) -> c.CaseCommand:
        claim = self.case.recoveries[0].claim if self.case.recoveries else Ore(0)
        return c.PrepareDecision(1, self.part(claim), "Skäl.", "officer:1")

    def report(self) -> c.CaseCommand:
        self.now = max(self.now, REPORT_OPENS)
        used = self.part(self.case.money.paid, whole=False)
        return report(used, self.chance.choice((Ore(0), self.part(used, whole=False))))

    def repayment(self) -> c.CaseCommand:
        claimed = self.case.invoices[0].amount if self.case.invoices else Ore(1)
        return c.RecordRepayment(1, self.entry(), self.part(claimed, whole=False), self.now.date())


def test_the_walks_make_everything_happen_that_can() -> None:
    """A property that never comes to an invoice promises nothing about invoices."""
    reached = set()
    for seed in range(150):
        walk = Walk(seed)
        for _ in range(STEPS):
            walk.step()
        reached |= {record.type for record in walk.records}
    assert {snake(event.__name__) for event in get_args(CaseEvent)} - reached == set()


@settings(max_examples=2500)
@given(seed=SEEDS)
def test_money_is_conserved_on_every_walk(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
        money = walk.case.money
        assert money.imbalances() == []
        assert money.paid == sum(p.amount for p in walk.case.payouts if p.status == "settled")
        assert money.invoiced + money.waived <= money.paid - money.accepted_use


@settings(max_examples=800)
@given(seed=SEEDS)
def test_every_walk_can_be_walked_again_from_its_journal(seed: int) -> None:
    """Also the proof that nothing changed the case but its events."""
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
    assert check_chain(KEY, walk.records) == []
    again = refold(CASE, KEY, walk.records)
    assert canonical(again) == canonical(walk.case)
    assert CASE.owed(again) == CASE.owed(walk.case)
    stored = msgspec.json.decode(canonical(walk.case), type=Case)
    assert canonical(stored) == canonical(walk.case)
    assert CASE.owed(stored) == CASE.owed(walk.case)


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
