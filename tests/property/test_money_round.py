"""A few municipalities of one round, their lists, batches and bank, in any order: nothing is paid twice or beyond."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from statsbidrag.domain.bank import StatusReport
from statsbidrag.domain.batches import BATCH, batch_key
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.journal import check_chain
from statsbidrag.domain.money import Ore, kronor, split
from statsbidrag.usecases import bank, payouts, requisitions
from tests.house import OFFICER, SYSTEM, House, debit, incoming, later, payback, status_report

TOTAL = kronor(1000)
CODES = ("0114", "0115", "0117")
STEPS = 60


class Walk:
    """A house and one stream of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.house = House(self.shares())
        self.house.open_round()

    def shares(self) -> dict[str, Ore]:
        return dict(zip(CODES, split(TOTAL, [self.chance.randint(1, 9) for _ in CODES]), strict=True))

    def step(self) -> None:
        steps: tuple[Callable[[], object], ...] = (
            self.new_list,
            self.requisition,
            self.requisition,
            self.validate,
            self.validate,
            self.wait,
            self.house.queue_payouts,
            self.attest,
            self.attest,
            self.house.send_payments,
            self.answer,
            self.entry,
            self.entry,
        )
        with suppress(Refusal, NotFound, NotYet):
            self.chance.choice(steps)()

    def wait(self) -> None:
        self.house.at(later(self.house.clock.time, self.chance.choice((0, 1, 1, 3))))

    def new_list(self) -> None:
        """Another list with the same total; one that was refused half way is tried again."""
        self.house.clock.move(minutes=1)
        self.house.apply_list(self.shares())

    def requisition(self) -> None:
        code = self.chance.choice(CODES)
        allocated = self.house.case(code).money.allocated
        amount = self.chance.choice((allocated, allocated // 2 // 100 * 100, allocated + 100))
        self.house.requisition(code, Ore(amount), key=str(self.chance.randint(1, 3)))

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
            officer = self.chance.choice(("officer:1", "officer:2", "officer:3"))
            payouts.attest(self.house.books, batch, officer, total, OFFICER)

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
        """The bank books what it was sent, sometimes twice or wrongly, and sends some of it back."""
        batches = [self.house.batch(batch) for batch in self.batches]
        sent = [line for batch in batches if batch.sent_at for line in batch.lines]
        now = self.house.clock.time
        if not sent or self.chance.random() < 0.1:
            bank.take_entry(self.house.books, incoming("tack", kronor(1), now), SYSTEM)
            return
        line = self.chance.choice(sent)
        entries = (
            debit(line.payout, line.amount, now),
            debit(line.payout, line.amount, now),
            debit(line.payout, Ore(line.amount + 1), now, f"W-{line.payout}"),
            debit(line.payout, line.amount, now, f"D2-{line.payout}"),
            payback(line.payout, line.amount, now),
        )
        bank.take_entry(self.house.books, self.chance.choice(entries), SYSTEM)

    def check(self) -> None:
        house = self.house
        cases = [house.case(code) for code in CODES]
        assert sum(case.money.allocated for case in cases) <= TOTAL
        assert sum(case.money.approved for case in cases) <= TOTAL
        batched = Counter(line.payout for batch in self.batches for line in house.batch(batch).lines)
        assert set(batched.values()) <= {1}
        for case in cases:
            assert case.money.imbalances() == []
            for payout in case.payouts:
                if payout.status in ("sent", "settled"):
                    batch = house.peek.state(BATCH, batch_key(payout.batch))
                    assert len(batch.attested_by) == 2
                    assert batch.prepared_by not in batch.attested_by


@settings(max_examples=200)
@given(seed=st.integers(0, 2**32))
def test_lists_batches_and_bank_in_any_order_keep_the_money_of_the_round(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()
        walk.check()
    for key, records in walk.house.store.records.items():
        assert check_chain(key, [records[n] for n in sorted(records)]) == []
    findings = [what for what in walk.house.findings() if "overdue" not in what]
    assert findings == []
    in_suspense = {key.removeprefix("ENTRY#") for key in walk.house.store.snapshots if key.startswith("ENTRY#")}
    booked = [entry for code in CODES for entry in walk.house.case(code).bank_entries]
    assert len(set(booked)) == len(booked)
    assert not in_suspense & set(booked)
