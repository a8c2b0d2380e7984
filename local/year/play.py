"""Play the year: a calendar of days on which something happens, and what happens on each of them.

A day of the calendar is not planned ahead by the hour for everybody: the clock stands at fixed times for what the
agency does, and at the first arrival of the day for what the municipalities send in that day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import NamedTuple

from local.year import errands
from local.year.municipalities import ReceivedInvoice, answer_hearing, pay, read_invoice, report, requisition
from local.year.plan import (
    DECISION_WEEKDAY,
    EXTENDED_BY,
    REPORTED_WITHIN,
    Behaviour,
    decision_day,
    reopening_day,
)
from local.year.staff import work_through
from local.year.world import World
from statsbidrag.domain.case.owed import missing_report_due
from statsbidrag.domain.case.settlement import REMINDED_AFTER
from statsbidrag.domain.case.state import AppealOutcome
from statsbidrag.domain.tasks import Queue
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import STOCKHOLM, swedish_date

CLIENTS = 3
"""How many municipalities send at the same time."""
_PAYOUT_WEEKDAYS = (1, 4)
"""Payouts are run on Tuesdays and Fridays: the function takes whatever is due, and larger batches are seen too."""
_PAYING_WEEKDAYS = (1, 4)
"""Municipalities pay their invoices on Tuesdays and Fridays, in payment runs of their own."""
_A_WEEK = timedelta(weeks=1)
_A_FEW_DAYS = timedelta(days=5)
"""How long officers let wait what need not be done today."""
_APPEALS: dict[str, tuple[timedelta, timedelta, AppealOutcome]] = {
    "appeal_upheld": (_A_WEEK, 4 * _A_WEEK, "upheld"),
    "appeal_changed": (timedelta(days=1), 3 * _A_WEEK, "changed"),
}
"""When an appeal comes and is judged, after the decision, and how: one when the invoice is out, one before it."""
_AFTER_ALL = timedelta(days=3)

Step = Callable[["Year"], None]


class _Act(NamedTuple):
    """Something a municipality does at an instant; `corrects` where it reports once more."""

    at: datetime
    behaviour: Behaviour
    corrects: bool = False


class Year:
    """A year that is being played.

    Parameters
    ----------
    tell
        Takes the day and how much of the year is done, from 0 to 1.
    """

    def __init__(self, world: World, tell: Callable[[date, float], None]) -> None:
        self.world, self._tell = world, tell
        self._steps: dict[date, set[str]] = defaultdict(set)
        self._requisitions = _by_day(_Act(b.requisition_at, b) for b in self._planned() if b.requisition_at)
        self._reports = _by_day(self._reporting())
        self._answers: dict[date, list[Behaviour]] = defaultdict(list)
        self._errands: dict[date, list[Callable[[], None]]] = defaultdict(list)
        self._reissued: set[str] = set()
        self._unpaid_due = date.min
        self._has_closed = False
        self._payments: dict[date, list[ReceivedInvoice]] = defaultdict(list)
        self._mails_seen = 0
        self._today = swedish_date(world.now)

    def play(self) -> None:
        """Play from where the clock stands until nothing more is to come."""
        self._plan()
        first = min(self._steps)
        # Whoever sends twice at once waits for its second hand: hands of their own, or all could wait for each other.
        with ThreadPoolExecutor(CLIENTS) as clients, ThreadPoolExecutor(CLIENTS) as second_hands:
            self._clients, self._second_hands = clients, second_hands
            while self._steps or self._is_left_over() or self._closes():
                day = min(self._steps)
                # The end is not known ahead: invoices are paid when they come.
                self._tell(day, (day - first) / (max(*self._steps, first + timedelta(days=1)) - first))
                self._today = day
                for at, name in sorted((self._time_of(name, day), name) for name in self._steps.pop(day)):
                    if name in _SCHEDULES and self.world.trouble.misses(name, day):
                        self._steps[self._bank_day_after(day)] |= _SCHEDULES[name]
                        continue
                    self.world.move_to(at)
                    _STEPS[name].do(self)
        self._finish()

    def _plan(self) -> None:
        terms = self.world.inputs.round.terms
        for day in self._requisitions:
            self._steps[day].add("requisitions")
        for day in self._reports:
            self._steps[day].add("reports")
        self._steps[terms.report_opens].add("links")
        for before in terms.reminder_days:
            self._steps[terms.report_last_day + timedelta(days=before)].add("links")
        self._steps[swedish_date(missing_report_due(terms))].add("sweep")
        self._steps[terms.requisition_last_day + timedelta(days=1)].add("audit")
        self._steps[terms.report_opens].add("audit")
        self._steps[terms.requisition_last_day + timedelta(days=1)].add("reconcile")
        self._plan_errands(terms)

    def _plan_errands(self, terms: Terms) -> None:
        """Note when officers give more time or open a report again."""
        world, ends = self.world, terms.report_last_day
        for b in self._planned():
            if b.episode == "extended":
                asked = ends - _A_WEEK
                asked = self._with_others(asked - timedelta(days=(asked.weekday() - DECISION_WEEKDAY) % 7), asked)
                self._expect_errand(asked, partial(errands.extend_report, world, b.municipality, ends + EXTENDED_BY))
                ladder = (ends + EXTENDED_BY + timedelta(days=before) for before in terms.reminder_days)
                for day in ladder:
                    if asked < day < ends + REPORTED_WITHIN:
                        self._steps[day].add("links")
            elif b.episode == "reopened" and b.report_at:
                day = reopening_day(swedish_date(b.report_at))
                day = self._with_others(day, day + _A_FEW_DAYS)
                self._expect_errand(day, partial(errands.reopen_report, world, b.municipality, day + 2 * _A_WEEK))

    def _expect_errand(self, day: date, errand: Callable[[], None]) -> None:
        self._errands[day].append(errand)
        self._steps[day].add("errands")

    def _with_others(self, day: date, last: date) -> date:
        """Give the first bank day of a span on which somebody reports: a day more to play costs time.

        Those days are in the plan, so trouble moves nothing.
        """
        within = (other for other in self._reports if day <= other <= last)
        return min(filter(self.world.is_bank_day, within), default=day)

    def _time_of(self, name: str, day: date) -> datetime:
        acts = {"requisitions": self._requisitions, "reports": self._reports}.get(name)
        if acts is not None:
            return acts[day][0].at
        return datetime.combine(day, _STEPS[name].at, tzinfo=STOCKHOLM).astimezone(UTC)

    def _planned(self) -> Iterable[Behaviour]:
        return self.world.plan.behaviours.values()

    def _reporting(self) -> Iterator[_Act]:
        """When whoever gets money and means to report does it, and when it corrects that."""
        for b in self._planned():
            if b.report_at and b.account != "closed_for_good":
                yield _Act(b.report_at, b)
            if b.corrected_at:
                yield _Act(b.corrected_at, b, corrects=True)

    def _bank_day_after(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.world.is_bank_day(day):
            day += timedelta(days=1)
        return day

    def _payout_day_after(self, day: date) -> date:
        day = self._bank_day_after(day)
        while day.weekday() not in _PAYOUT_WEEKDAYS:
            day = self._bank_day_after(day)
        return day

    # What happens on a day

    def requisitions(self) -> None:
        """Let everybody who requisitions today do it; what is approved is paid on the next day of payouts."""
        today = [act.behaviour for act in self._requisitions[self._today]]
        self._at_once([lambda b=b: requisition(self.world, b, self._second_hands) for b in today])  # type: ignore[misc]
        self.world.wait(tasks=("requisitions", "mail"))
        self._expect_payouts()
        if any(behaviour.account == "changed" for behaviour in today):
            self._steps[self._bank_day_after(self._today)].add("staff")
        self._hold([behaviour.municipality for behaviour in today if behaviour.episode == "held"])

    def _hold(self, codes: Sequence[str]) -> None:
        """Hold some payouts until the others have gone."""
        self._at_once([partial(errands.hold_payout, self.world, code) for code in codes])
        for code in codes:
            day = self._payout_day_after(self._today)
            self._expect_errand(day, partial(errands.release_payout, self.world, code))
            self._expect_payouts(after=day)

    def _expect_payouts(self, after: date | None = None) -> None:
        self._steps[self._payout_day_after(after or self._today)] |= {"payouts", "staff", "bank"}

    def errands(self) -> None:
        """Let officers do what single municipalities have asked for."""
        self._at_once(self._errands.pop(self._today, ()))
        self.world.wait(tasks=("mail",))

    def payouts(self) -> None:
        """Batch what is due."""
        self.world.run_schedule("QueuePayouts")

    def staff(self) -> None:
        """Let the staff work through their list."""
        done = work_through(self.world, self._clients)
        more: tuple[Queue, ...] = ("requisitions",) if done.payouts else ()
        self.world.wait(tasks=(*more, "payments", "letters", "mail") if any(done) else ("payments",))
        if done.decided or done.reconsidered:
            self._steps[self._today + timedelta(days=1)].add("invoices")
        for code, recovery in done.decided:
            self._expect_appeal(code, recovery)
        if done.payouts:
            self._expect_payouts()

    def _expect_appeal(self, code: str, recovery: str) -> None:
        appeal = _APPEALS.get(self.world.behaviour(code).episode or "")
        if appeal is None:
            return
        comes, ends, outcome = appeal
        came_on, judged_on = self._today + comes, self._today + ends
        self._expect_errand(came_on, partial(errands.note_appeal, self.world, code, recovery, came_on))
        self._expect_errand(judged_on, partial(errands.end_appeal, self.world, code, recovery, outcome))
        if outcome == "changed":
            self._steps[judged_on].add("staff")

    def bank(self) -> None:
        """Let the bank fetch and bring files; what it books today stands on the statement of the next bank day."""
        world = self.world
        world.bank.advance_to(world.now)
        bucket = world.stack.outputs["BankBucket"]
        way = world.befall_bank()
        collected = world.trouble.collect(world.bank, world.s3, bucket, world.closed_accounts)
        delivered = world.trouble.deliver(world.bank, world.s3, bucket)
        world.wait(bank=True, tasks=("mail",))
        if any(_FAILED.search(file.path.read_text("utf-8")) for file in delivered):
            self._steps[self._bank_day_after(self._today)].add("staff")
        if way == "lost-file":
            silent_for = timedelta(days=world.inputs.round.terms.bank_answer_days + 1)
            self._steps[self._bank_day_after(self._today + silent_for)] |= {"silence", "staff"}
        if way:
            self._steps[self._bank_day_after(self._today + timedelta(days=1))].add("reconcile")
        if collected or any(file.kind == "camt.054" for file in delivered) or world.trouble.brings_again:
            self._steps[self._bank_day_after(self._today)].add("bank")

    def links(self) -> None:
        """Send the links or reminders that are due."""
        lost = [b.municipality for b in self._planned() if b.episode in ("bounced", "bounced_to_agent")]
        addresses = {self.world.recipient(code).registry_email.lower() for code in lost}
        if not addresses <= self.world.bounces:
            self.world.bounces |= addresses
            self._steps[self._bank_day_after(self._today)].add("staff")
        self.world.run_schedule("SendReportLinks")
        self.world.wait(tasks=("mail",))
        if addresses:
            # News of what bounced makes mail once more.
            self.world.wait(tasks=("mail",))

    def reports(self) -> None:
        """Let everybody who reports today do it."""
        today = self._reports[self._today]
        self._at_once([partial(report, self.world, act.behaviour, corrects=act.corrects) for act in today])
        self.world.wait(tasks=("assessments", "mail"))
        if any(act.behaviour.claim for act in today):
            self._expect_decisions(self._today)
        for act in today:
            if act.behaviour.stance:
                self._expect_answer(act.behaviour)

    def _expect_answer(self, behaviour: Behaviour) -> None:
        last = self._today + timedelta(days=self.world.inputs.round.terms.hearing_days)
        day = self._with_others(self._today + timedelta(days=behaviour.hearing_after_days), last)
        self._answers[day].append(behaviour)
        self._steps[day].add("answers")

    def answers(self) -> None:
        """Let municipalities say what they think of a proposed recovery."""
        today = self._answers.pop(self._today, ())
        self._at_once([partial(answer_hearing, self.world, behaviour) for behaviour in today])
        self.world.wait(tasks=("mail",))

    def sweep(self) -> None:
        """Queue what has become due by itself: reports that did not come are assessed."""
        self.world.run_schedule("SweepTasks")
        self.world.wait()
        self._expect_decisions(self._today)

    def invoices(self) -> None:
        """Raise invoices; each is paid when the municipality means to."""
        self.world.run_schedule("RaiseRepaymentInvoices")
        self.world.wait(tasks=("mail",))
        self._open_invoices()

    def _open_invoices(self) -> None:
        mails = self.world.mailbox.mails
        for mail in mails[self._mails_seen :]:
            if "-invoice-" in mail.mail_id:
                invoice = read_invoice(mail)
                behaviour = self.world.behaviour(invoice.municipality)
                if behaviour.episode == "invoice_reissued" and invoice.municipality not in self._reissued:
                    self._expect_reissue(invoice)
                    continue
                if behaviour.payment in ("never", "all_but_little"):
                    due = self._today + timedelta(days=self.world.inputs.round.terms.invoice_days)
                    self._unpaid_due = max(self._unpaid_due, due)
                after = behaviour.payment_after_days
                day = self._today + timedelta(days=after)
                while day.weekday() not in _PAYING_WEEKDAYS:
                    day += timedelta(days=1)
                self._payments[day].append(invoice)
                self._steps[day].add("payments")
        self._mails_seen = len(mails)

    def _expect_reissue(self, invoice: ReceivedInvoice) -> None:
        """Have an invoice with a wrong reference issued anew; only the new one is paid."""
        self._reissued.add(invoice.municipality)
        day = self._today + _A_WEEK
        self._expect_errand(day, partial(errands.reissue_invoice, self.world, invoice.municipality, invoice.number))
        self._steps[day].add("invoices")

    def payments(self) -> None:
        """Let municipalities pay; the bank books it on its next day."""
        self.world.bank.advance_to(self.world.now)
        self._expect_staff_after(self._bank_day_after(self._today))
        # Taken out: whoever never pays may bring the step to a day on which it was done.
        for invoice in sorted(self._payments.pop(self._today, ()), key=lambda invoice: invoice.number):
            pay(self.world, invoice)
        self._steps[self._bank_day_after(self._today)].add("bank")

    def audit(self) -> None:
        """Audit the books."""
        self.world.run_schedule("AuditBooks")

    def silence(self) -> None:
        """Queue what has become due by itself: the bank has been silent for too long."""
        self.world.run_schedule("SweepTasks")
        self.world.wait(tasks=("payments",))

    def reconcile(self) -> None:
        """Reconcile the payouts with the bank."""
        self.world.run_schedule("ReconcilePayments")

    def _expect_staff_after(self, day: date) -> None:
        """Note the next day on which staff look at what came in by a day."""
        day += timedelta(days=1)
        while day.weekday() != DECISION_WEEKDAY:
            day += timedelta(days=1)
        self._steps[day].add("staff")

    def _expect_decisions(self, proposed: date) -> None:
        """Note the day on which a recovery that is proposed on a day can be decided."""
        self._steps[decision_day(proposed, self.world.inputs.round.terms)].add("staff")

    def _at_once(self, acts: Sequence[Callable[[], None]]) -> None:
        for done in [self._clients.submit(act) for act in acts]:
            done.result()

    def _is_left_over(self) -> bool:
        """In trouble something may have become due after its step: then there is one more round of steps."""
        if self.world.trouble.is_calm:
            return False
        self._open_invoices()
        if not self._steps and self.world.quiet.has_work(_GATHERED):
            self._steps[self._bank_day_after(self._today)] |= _LEFT_OVER
        return bool(self._steps)

    def _closes(self) -> bool:
        """When all else is done: remind of what nobody paid, and let officers give up what is not worth more work."""
        if self._has_closed or self._unpaid_due == date.min:
            return False
        self._has_closed = True
        day = self._bank_day_after(max(self._today, self._unpaid_due + REMINDED_AFTER))
        self._steps[day].add("invoices")
        # a missed run of the day before must not make the reminder too fresh
        self._expect_staff_after(day + 2 * REMINDED_AFTER)
        return True

    def _finish(self) -> None:
        """Let what is left be seen: the last statement, what became due, and an audit of it all."""
        self.world.move_to(self.world.now + _AFTER_ALL)
        self.world.run_schedule("SweepTasks")
        self.world.run_schedule("RaiseRepaymentInvoices")
        self.world.wait(bank=True)
        if not self.world.trouble.is_calm:
            # What was told twice, or was in a killed function's hand, still lies there when all is done.
            self.world.quiet.until(lambda: not self.world.quiet.leftovers(), "what is left on the queues")
        self.world.run_schedule("AuditBooks")
        self.world.run_schedule("ReconcilePayments")
        self._tell(self._today, 1.0)


class _Step(NamedTuple):
    at: time
    do: Step


_STEPS: dict[str, _Step] = {
    "sweep": _Step(time(0, 5), Year.sweep),
    "audit": _Step(time(1, 30), Year.audit),
    "reconcile": _Step(time(2), Year.reconcile),
    "silence": _Step(time(5), Year.silence),
    "payouts": _Step(time(6), Year.payouts),
    "links": _Step(time(7), Year.links),
    "errands": _Step(time(7, 30), Year.errands),
    "invoices": _Step(time(8), Year.invoices),
    "staff": _Step(time(9), Year.staff),
    "payments": _Step(time(10), Year.payments),
    "bank": _Step(time(11), Year.bank),
    "requisitions": _Step(time(12), Year.requisitions),
    "reports": _Step(time(12), Year.reports),
    "answers": _Step(time(13), Year.answers),
}
"""What can happen on a day and when, Stockholm time; what municipalities send in comes at its own time."""

_SCHEDULES: dict[str, frozenset[str]] = {
    "payouts": frozenset({"payouts", "staff", "bank"}),
    "links": frozenset({"links"}),
    "invoices": frozenset({"invoices"}),
    "sweep": frozenset({"sweep"}),
    "audit": frozenset({"audit"}),
    "reconcile": frozenset({"reconcile"}),
}
"""The steps that a schedule starts, and what happens on the next bank day where a run was missed."""
_FAILED = re.compile(r">RJCT<|RtrInf>")
"""What a file from the bank says of payouts that somebody must see to."""
_GATHERED: tuple[Queue, ...] = ("payouts", "report_links", "invoices")
_LEFT_OVER = frozenset({"links", "payouts", "staff", "bank", "invoices"})


def _by_day(acts: Iterator[_Act]) -> dict[date, list[_Act]]:
    days: dict[date, list[_Act]] = defaultdict(list)
    for act in sorted(acts, key=_order):
        days[swedish_date(act.at)].append(act)
    return days


def _order(act: _Act) -> tuple[datetime, str]:
    return act.at, act.behaviour.municipality
