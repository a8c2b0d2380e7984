"""What the events of a case alone say of interest: reckoned day by day, and held against what the case claims.

Nobody is claimed interest without a ground, on the free time, on interest, twice, or above what was paid late.
"""

from __future__ import annotations

from datetime import date, timedelta

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import events as e
from statsbidrag.domain.interest import InterestTerms, Rate, RateTable, months_after
from statsbidrag.domain.money import kronor
from statsbidrag.domain.time import swedish_date

GROUND = InterestTerms("Villkor 9.", 200, kronor(10))
TABLE = RateTable((Rate(date(2025, 1, 1), 262), Rate(date(2026, 4, 1), 455)), date(2050, 1, 1))
A_DAY = timedelta(days=1)


class InterestLedger:
    """Recovery invoices and what is paid on them, by number.

    Attributes
    ----------
    stands
        Öre that an invoice claims, net of credit notes.
    paid
        What came in on it, or was set off, by day.
    free
        The last day without interest.
    of
        The recovery invoice of each interest invoice.
    claimed
        Öre of interest that an interest invoice claims, net of credit notes.
    given_up
        Öre given up of an interest invoice.
    forgone
        Recovery invoices whose interest is not claimed.
    """

    def __init__(self) -> None:
        self.terms: InterestTerms | None = None
        self.decided: dict[int, date] = {}
        self.stands: dict[str, int] = {}
        self.paid: dict[str, list[tuple[date, int]]] = {}
        self.free: dict[str, date] = {}
        self.recovery: dict[str, int] = {}
        self.of: dict[str, str] = {}
        self.claimed: dict[str, int] = {}
        self.settled: dict[str, int] = {}
        self.given_up: dict[str, int] = {}
        self.forgone: dict[str, int] = {}

    def note(self, event: e.CaseEvent) -> None:
        """Take in an event; it must be one that may happen now."""
        match event:
            case e.CaseOpened():
                self.terms = event.terms.interest
            case e.RecoveryDecided():
                self.decided[event.recovery] = swedish_date(event.decided_at)
            case e.InvoiceRaised():
                self._raised(event.invoice, event.recovery, event.amount, event.due_on)
            case e.InvoiceReissued():
                self._reissued(event)
            case e.RepaymentReceived() if event.invoice in self.of:
                self.settled[event.invoice] += event.amount
            case e.RepaymentReceived():
                self.paid[event.invoice].append((event.booked_on, event.amount))
            case e.PayoutSetOff():
                self.paid[event.invoice].append((swedish_date(event.decided_at), event.amount))
            case e.CreditNoteRaised() if event.invoice in self.of:
                self.claimed[event.invoice] -= event.amount
                self.settled[event.invoice] -= event.surplus
            case e.CreditNoteRaised():
                self.stands[event.invoice] -= event.amount
            case e.InvoiceWrittenOff() if event.invoice in self.of:
                self.given_up[event.invoice] += event.amount
            case e.InterestClaimed():
                self._reckoned(event)
                self._claim(event.interest_invoice, event.invoice, event.amount)
            case e.InterestForgone():
                self._reckoned(event)
                assert event.reason.strip()
                self.forgone[event.invoice] = event.amount

    def _raised(self, number: str, recovery: int, amount: int, due_on: date) -> None:
        self.stands[number], self.paid[number], self.recovery[number] = amount, [], recovery
        self.free[number] = max(months_after(self.decided[recovery], 1), due_on)

    def _claim(self, number: str, of: str, amount: int) -> None:
        self.of[number], self.claimed[number] = of, amount
        self.settled[number] = self.given_up[number] = 0

    def _reissued(self, event: e.InvoiceReissued) -> None:
        old, new = event.invoice, event.replacement
        if old in self.of:
            self._claim(new, self.of.pop(old), self.claimed.pop(old))
            self.settled[new] = self.settled.pop(old)
            assert self.given_up.pop(old) == 0
            return
        self._raised(new, self.recovery[old], self.stands.pop(old), event.due_on)
        self.paid[new] = self.paid.pop(old)

    def _reckoned(self, event: e.InterestClaimed | e.InterestForgone) -> None:
        assert self.terms is not None
        assert event.invoice not in {*self.of.values(), *self.forgone}
        assert event.amount == sum(line.amount for line in event.lines) == self.reckon(event.invoice)
        assert event.free_to == self.free[event.invoice]

    def reckon(self, number: str) -> int:
        """Go through every day from the first that bears interest to the last on which something came in."""
        left, late = self.stands[number], []
        for on, amount in sorted(self.paid[number], key=lambda each: each[0]):
            late += [(on, min(amount, left))] if on > self.free[number] else []
            left -= min(amount, left)
        days: list[list[int]] = []
        principal, day, before = sum(amount for _, amount in late), self.free[number] + A_DAY, (0, 0)
        while principal:
            rate = next(rate.basis_points for rate in reversed(TABLE.rates) if rate.since <= day) + GROUND.points_above
            if (principal, rate) != before:
                days.append([principal, rate, 0])
                before = (principal, rate)
            days[-1][2] += 1
            principal -= sum(amount for on, amount in late if on == day)
            day += A_DAY
        return sum(owed * rate * number_of_days // 3_650_000 for owed, rate, number_of_days in days)

    def check(self, case: Case) -> None:
        """Hold the case against the ledger."""
        assert case.imbalances() == []
        money = case.money
        assert money.interest_claimed == sum(self.claimed.values())
        assert money.interest_settled == sum(self.settled.values())
        assert money.interest_written_off == sum(self.given_up.values())
        assert money.interest_forgone == sum(self.forgone.values())
        for number, of in self.of.items():
            assert self.claimed[number] == max(self.reckon(of), self.given_up[number])
        waiting = {task.about for task in CASE.owed(case) if task.kind == "claim_interest"}
        assert not waiting & {*self.of.values(), *self.forgone}
        assert not waiting or self.terms is not None
