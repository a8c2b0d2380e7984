"""A few municipalities of one round, their lists, batches and bank, in any order: nothing is paid twice or beyond.

Whatever a person stops, takes back or corrects meanwhile: no batch is cleared over a hold, and what the bank told is
found again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from statsbidrag.domain.bank import Entry, Notification, StatusReport
from statsbidrag.domain.bank_files import ALL_FILES, BankFileRead
from statsbidrag.domain.batches import BATCH, BatchEvent, batch_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.state import Payout, Resolution, UnknownOutcome
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.holds import EVERYTHING, HoldEvent
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.journal import check_chain, snake
from statsbidrag.domain.money import Ore, kronor, split
from statsbidrag.domain.terms import Payments
from statsbidrag.usecases import bank, corrections, holds, payouts, requisitions
from tests.builders import OTHER, ROUND_ID
from tests.house import OFFICER, SYSTEM, House, debit, incoming, later, payback, status_report
from tests.property.ledger import FAILED

TOTAL = kronor(1000)
CODES = (MunicipalityCode("0114"), MunicipalityCode("0115"), MunicipalityCode("0117"))
OFFICERS = ("officer:1", "officer:2", "officer:3")
SCOPES = (EVERYTHING, ROUND_ID)
LEFT = ("cleared", "sent", "acknowledged", "rejected")
STEPS = 90
WHY = "Det utreds."


class Walk:
    """A house and one stream of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.house = House(self.shares())
        self.threshold = kronor(self.chance.choice((0, 300, 2000)))
        self.house.round = msgspec.structs.replace(self.house.round, payments=Payments(self.threshold))
        self.house.open_round()
        self.told: list[Notification] = []
        self.confirmed_again = 0

    def shares(self) -> dict[str, Ore]:
        return dict(zip(CODES, split(TOTAL, [self.chance.randint(1, 9) for _ in CODES]), strict=True))

    def step(self) -> None:
        if self.chance.random() < 0.15:
            self.some_of_a_day()
            return
        usual: tuple[Callable[[], object], ...] = (
            self.new_list,
            self.requisition,
            self.requisition,
            self.validate,
            self.validate,
            self.wait,
            self.wait,
            self.house.queue_payouts,
            self.attest,
            self.house.send_payments,
            self.answer,
            self.entry,
            self.entry,
            self.report,
        )
        unusual: tuple[Callable[[], object], ...] = (
            self.stop,
            self.stop,
            self.let_go,
            self.let_go,
            self.let_go,
            self.void_batch,
            self.account,
            self.correct,
            self.correct,
            self.correct,
            self.correct,
        )
        self.do(self.chance.choice(usual if self.chance.random() < 0.7 else unusual))

    def do(self, work: Callable[[], object]) -> None:
        """Try to do one thing: whatever comes of it, the rules hold."""
        free, before = self.may_leave(), self.left
        with suppress(Refusal, NotFound, NotYet):
            work()
        assert self.left - before <= free
        self.check()

    def wait(self) -> None:
        self.house.at(later(self.house.clock.time, self.chance.choice((0, 1, 1, 3, 7))))

    def new_list(self) -> None:
        """Another list with the same total; one that was refused half way is tried again."""
        self.house.clock.move(minutes=1)
        self.house.apply_list(self.shares())

    def requisition(self) -> None:
        code = self.chance.choice(CODES)
        allocated = self.house.case(code).money.allocated
        amount = self.chance.choice((allocated, allocated // 2 // 100 * 100, allocated + 100))
        form = self.house.form(code, Ore(amount))
        if self.chance.random() < 0.2:
            form = msgspec.structs.replace(form, account=OTHER)
        key = str(self.chance.randint(1, 3))
        requisitions.receive(self.house.books, ROUND_ID, code, form, key, SYSTEM)

    def validate(self) -> None:
        """One task, twice: messages come again, and in any order."""
        if tasks := list(self.house.store.due("requisitions", self.house.clock.now())):
            due = self.chance.choice(tasks)
            for _ in range(2):
                requisitions.validate(self.house.books, due, SYSTEM)

    @property
    def batches(self) -> list[str]:
        return sorted(key.removeprefix("BATCH#") for key in self.house.store.snapshots if key.startswith("BATCH#"))

    def attest(self) -> None:
        if self.batches:
            batch = self.chance.choice(self.batches)
            total = self.house.batch(batch).total
            payouts.attest(self.house.books, batch, self.officer(), total, OFFICER)

    def some_of_a_day(self) -> None:
        """From due payouts to the outbox, or some of the way."""
        for work in (self.house.validate, self.house.queue_payouts, self.attest_all, self.house.send_payments):
            if self.chance.random() < 0.15:
                return
            self.do(work)

    def attest_all(self) -> None:
        self.house.attest(self.chance.sample(OFFICERS, 2))

    def officer(self) -> str:
        return self.chance.choice(OFFICERS)

    def payout(self) -> tuple[MunicipalityCode, Payout]:
        """Any payout, most often one that nobody knows the end of; `NotFound` while there is none."""
        known = [(code, payout) for code in CODES for payout in self.house.case(code).payouts]
        if not known:
            raise NotFound("no_payout", "")
        unknown = [(code, payout) for code, payout in known if payout.status == "unknown"]
        return self.chance.choice(unknown if unknown and self.chance.random() < 0.8 else known)

    # What a person stops, takes back or corrects

    def stop(self) -> None:
        """Place a hold; on a payout it may be that nothing came after the hold itself, and its batch is not void."""
        if self.chance.random() < 0.5:
            holds.stop(self.house.books, self.chance.choice(SCOPES), WHY, self.officer(), OFFICER)
            return
        code, payout = self.payout()
        which = self.chance.choice(("", payout.id))
        if self.chance.random() < 0.5:
            self.ask(code, c.HoldPayouts(which, WHY, self.officer()))
        else:
            holds.stop_municipality(self.house.books, ROUND_ID, code, which, WHY, self.officer(), OFFICER)

    def let_go(self) -> None:
        """Release every hold that may be released."""
        for scope in SCOPES:
            for hold in holds.show(self.house.books, scope).holds:
                holds.release(self.house.books, scope, hold.id, WHY, self.officer(), OFFICER)
        for code in CODES:
            for hold in self.house.case(code).holds:
                with suppress(Refusal):
                    holds.release_municipality(self.house.books, ROUND_ID, code, hold.id, WHY, "officer:1", OFFICER)

    def void_batch(self) -> None:
        if self.batches:
            payouts.void_batch(self.house.books, self.chance.choice(self.batches), WHY, self.officer(), OFFICER)

    def account(self) -> None:
        """Name another account, or decide on one that waits."""
        code = self.chance.choice(CODES)
        waiting = [change for change in self.house.case(code).account_changes if change.status == "waiting"]
        if not waiting:
            known = self.house.form(code, Ore(1)).account
            to = self.chance.choice((known, OTHER))
            corrections.propose_account(self.house.books, ROUND_ID, code, to, self.officer(), OFFICER)
        elif self.chance.random() < 0.7:
            self.ask(code, c.ApproveAccount(waiting[0].id, waiting[0].account, self.officer()))
        else:
            self.ask(code, c.DeclineAccount(waiting[0].id, WHY, self.officer()))

    def correct(self) -> None:
        """What a person may do about a payout as it stands, or may not."""
        code, payout = self.payout()
        if payout.resolution and payout.resolution.confirmed_by and self.chance.random() < 0.5:
            self.confirm_again(code, payout, payout.resolution)
            return
        if payout.status == "ordered" and self.chance.random() < 0.6:
            return
        if payout.status == "ordered":
            self.ask(code, c.VoidPayout(payout.id, WHY, self.officer(), self.chance.random() < 0.2))
        elif payout.status == "unknown":
            said: UnknownOutcome = self.chance.choice(get_args(UnknownOutcome))
            self.ask(code, c.ProposeResolution(payout.id, said, WHY, self.officer()))
            corrections.confirm_resolution(self.house.books, ROUND_ID, code, payout.id, said, self.officer(), OFFICER)
        else:
            self.ask(code, c.ReissuePayout(payout.id, self.officer()))

    def confirm_again(self, code: MunicipalityCode, payout: Payout, told: Resolution) -> None:
        """The same confirmation comes once more, whatever became of the payout since: nothing is changed by it."""
        before = self.house.store.commits
        by, books = told.confirmed_by, self.house.books
        corrections.confirm_resolution(books, ROUND_ID, code, payout.id, told.outcome, by, OFFICER)
        assert self.house.store.commits == before
        self.confirmed_again += 1

    def ask(self, code: MunicipalityCode, command: c.CaseCommand) -> None:
        corrections.act(self.house.books, ROUND_ID, code, command, OFFICER)

    # The bank

    def answer(self) -> None:
        if self.batches:
            batch = self.chance.choice(self.batches)
            lines = [line.payout for line in self.house.batch(batch).lines]
            reports: tuple[StatusReport, ...] = (
                status_report(batch),
                status_report(batch, dict.fromkeys(lines[:1], "AC04")),
                status_report(batch, whole="rejected", code="AM04"),
                status_report(batch, whole="rejected", code="DUPL"),
            )
            bank.take_answer(self.house.books, self.chance.choice(reports), SYSTEM)

    def entry(self) -> None:
        bank.take_entries(self.house.books, [self.movement()], SYSTEM)

    def report(self) -> None:
        """A notification of some movements, or one that came before."""
        if not self.told or self.chance.random() < 0.7:
            moved = {entry.reference: entry for entry in (self.movement(), self.movement())}
            self.told.append(Notification(f"N-{len(self.told) + 1}", tuple(moved.values())))
        bank.take_report(self.house.books, self.chance.choice(self.told), SYSTEM)

    def movement(self) -> Entry:
        """The bank books what it was sent, sometimes twice or wrongly, and sends some of it back."""
        batches = [self.house.batch(batch) for batch in self.batches]
        sent = [line for batch in batches if batch.sent_at for line in batch.lines]
        now = self.house.clock.time
        if not sent or self.chance.random() < 0.1:
            return incoming("tack", kronor(1), now)
        line = self.chance.choice(sent)
        entries = (
            debit(line.payout, line.amount, now),
            debit(line.payout, line.amount, now),
            debit(line.payout, Ore(line.amount + 1), now, f"W-{line.payout}"),
            debit(line.payout, line.amount, now, f"D2-{line.payout}"),
            payback(line.payout, line.amount, now),
        )
        return self.chance.choice(entries)

    # What always holds

    @property
    def stopped(self) -> bool:
        """Whether the round may not pay now."""
        placed = [hold for scope in SCOPES for hold in holds.show(self.house.peek, scope).holds]
        return any(hold.released_at is None for hold in placed)

    def may_leave(self) -> set[str]:
        """The batches that nothing stops now: attested, and every payout of them free to go."""
        if self.stopped:
            return set()
        cases = {code: self.house.case(code) for code in CODES}
        free = {
            payout.id: payout.batch
            for case in cases.values()
            for payout in case.payouts
            if payout.status == "batched"
            and not any(hold.about in ("", payout.id) and hold.released_at is None for hold in case.holds)
        }
        batches = [self.house.batch(batch) for batch in self.batches]
        return {
            batch.id
            for batch in batches
            if batch.status == "attested" and all(free.get(line.payout) == batch.id for line in batch.lines)
        }

    @property
    def left(self) -> set[str]:
        return {batch for batch in self.batches if self.house.batch(batch).status in LEFT}

    def check(self) -> None:
        house = self.house
        cases = [house.case(code) for code in CODES]
        assert sum(case.money.allocated for case in cases) <= TOTAL
        assert sum(case.money.approved for case in cases) <= TOTAL
        batches = [house.batch(batch) for batch in self.batches]
        assert set(house.outbox.objects) == {batch.file for batch in batches if batch.sent_at}
        for batch in batches:
            if batch.status in ("attested", *LEFT):
                assert len(set(batch.attested_by)) == (2 if batch.total > self.threshold else 1)
                assert batch.prepared_by not in batch.attested_by
        live = Counter(line.payout for batch in batches if batch.status != "void" for line in batch.lines)
        for case in cases:
            assert case.money.imbalances() == []
            assert sum(p.amount for p in case.payouts if p.status not in FAILED) <= case.money.approved
            for payout in case.payouts:
                assert live[payout.id] <= 1 + payout.resets
                assert payout.replaced_by == "" or payout.status in FAILED
                if payout.status in ("sent", "unknown", "rejected"):
                    assert house.peek.state(BATCH, batch_key(payout.batch)).status in LEFT


CORRECTIONS = (
    e.AccountChangeApproved,
    e.AccountChangeDeclined,
    e.PayoutsHeld,
    e.PayoutsReleased,
    e.PayoutUnqueued,
    e.PayoutBecameUnknown,
    e.PayoutResolved,
    e.PayoutVoided,
    e.PayoutReissued,
)


def test_the_walks_make_everything_happen_to_batches_holds_and_payouts_that_can() -> None:
    reached: set[str] = set()
    confirmed_again = 0
    for seed in range(100):
        walk = Walk(seed)
        for _ in range(STEPS):
            walk.step()
        reached |= {record.type for record in walk.house.log}
        confirmed_again += walk.confirmed_again
    events = (*get_args(BatchEvent), *get_args(HoldEvent), BankFileRead, *CORRECTIONS)
    assert {snake(event.__name__) for event in events} - reached == set()
    assert confirmed_again


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_lists_batches_and_bank_in_any_order_keep_the_money_of_the_round(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
    for key, records in walk.house.store.records.items():
        assert check_chain(key, [records[n] for n in sorted(records)]) == []
    findings = [what for what in walk.house.findings() if "overdue" not in what]
    assert findings == []
    in_suspense = {key.removeprefix("ENTRY#") for key in walk.house.store.snapshots if key.startswith("ENTRY#")}
    booked = [entry for code in CODES for entry in walk.house.case(code).bank_entries]
    assert len(set(booked)) == len(booked)
    assert not in_suspense & set(booked)
    told = {entry.reference: entry for report in walk.told for entry in report.entries}
    for report in walk.told:
        with suppress(NotYet):
            bank.take_report(walk.house.books, report, SYSTEM)
    booked = [entry for code in CODES for entry in walk.house.case(code).bank_entries]
    in_suspense = {key.removeprefix("ENTRY#") for key in walk.house.store.snapshots if key.startswith("ENTRY#")}
    early = {name for name, entry in told.items() if entry.return_reason is not None}
    assert told.keys() - early <= in_suspense | set(booked)
    assert len(list(walk.house.peek.store.listed(ALL_FILES))) == len(walk.told)
