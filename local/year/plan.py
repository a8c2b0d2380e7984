"""What each municipality does in a year, drawn from a seed.

What is rare hangs on the municipality's code alone: the codes are spread over a table of scenarios that the seed
shuffles. So all 290 together do everything at least once, whatever the seed, and nobody's plan depends on who
else takes part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Literal, NamedTuple, TypeVar, get_args

import msgspec
from stdnum import luhn

from local.year.texts import Hand, answers, hearing_answer
from statsbidrag.domain.case.owed import missing_report_due
from statsbidrag.domain.case.state import HearingStance
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round, Terms
from statsbidrag.domain.time import STOCKHOLM, end_of, swedish_date

RequisitionBehaviour = Literal["all", "part", "too_much", "twice_at_once", "late", "never"]
"""`too_much` is refused and then corrected; `twice_at_once` sends the same form twice at the same time."""
ReportBehaviour = Literal["all_used", "part", "misuse", "late", "never"]
AccountBehaviour = Literal["as_registered", "changed", "closed", "closed_for_good"]
"""Whether it asks for the money to another account than the register's; whether the register's is closed, so that the
bank rejects the payout, and whether it then names another."""
PaymentBehaviour = Literal[
    "in_full", "in_part", "too_much", "all_but_little", "without_reference", "wrong_reference", "never"
]
"""`all_but_little` leaves less open than the round thinks worth claiming, and staff give it up."""
Episode = Literal[
    "held",
    "bounced",
    "bounced_to_agent",
    "complaint",
    "extended",
    "reopened",
    "after_decision",
    "appeal_upheld",
    "appeal_changed",
    "invoice_reissued",
    "written_off",
]
"""Something rare that befalls it: its payout is held for some days; its registry's address bounces, and is corrected or
the agent gets the e-mail; an e-mail is called spam; it gets more time to report, or may correct its report; it reports
when the recovery is decided already; it appeals; its invoice has a wrong reference; what it never pays is given up."""

_Item = TypeVar("_Item")
_LATEST_REQUISITION_DAYS = 10
_LATEST_REPORT_DAYS = 14
"""After the decision on a missing report, where it is reported after that."""
_LATEST_PAYMENT_DAYS = 25
_AFTER_APPEAL_DAYS = (30, 45)
"""After the invoice: by then the appeal has ended."""
_SMALL_REST = kronor(50)
_FOUND_EMPTY = timedelta(days=7)
"""When it is clear to a registry that its address was wrong when the link went out."""
_REOPENED_BEFORE = (timedelta(days=28), timedelta(days=14))
"""When a report that is corrected first comes, before the last day."""
_CORRECTED_AFTER = timedelta(days=8)
"""After the Wednesday on which it is opened again: a Thursday."""
DECISION_WEEKDAY = 2
"""Recoveries are decided, and reports opened again, on Wednesdays."""
EXTENDED_BY = timedelta(days=14)
REPORTED_WITHIN = timedelta(days=7)
"""How long after the ordinary last day whoever has more time reports."""


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """What one municipality does; instants in UTC, amounts in öre and whole kronor.

    Attributes
    ----------
    requisition_amount
        What it asks for in the end, 0 for `never`; for `late` what the form says that came too late.
    refused_amount
        What it asks for first when it asks for too much, else 0.
    spare_account
        What it names when it changes its account.
    report
        ``None`` for one that never gets money.
    used
        The amount used as reported, `misused` included; never more than was asked for.
    misused
        The part of `used` that was spent against the conditions.
    hand
        What its texts are like.
    answers
        Question id and answer as typed; empty without a report.
    first_answers
        What it reports at `report_at` when it may correct that at `corrected_at`; empty for all others.
    stance, hearing_answer
        What it says of a proposed recovery, `hearing_after_days` days after the letter; empty if it says nothing.
    waived
        What the officer refrains from recovering, for special reasons.
    payment
        How it pays an invoice, `payment_after_days` days after it came; ``None`` where no invoice is expected.
    payment_percent
        The share of the invoice that `payment_of` makes it pay.
    episode
        The rare thing that befalls it, if any does.
    """

    municipality: MunicipalityCode
    allocation: Ore
    requisition: RequisitionBehaviour
    requisition_amount: Ore = Ore(0)
    refused_amount: Ore = Ore(0)
    requisition_at: datetime | None = None
    account: AccountBehaviour = "as_registered"
    spare_account: Account | None = None
    report: ReportBehaviour | None = None
    report_at: datetime | None = None
    used: Ore = Ore(0)
    misused: Ore = Ore(0)
    hand: Hand = "plainly"
    answers: tuple[tuple[str, str], ...] = ()
    first_answers: tuple[tuple[str, str], ...] = ()
    corrected_at: datetime | None = None
    stance: HearingStance | None = None
    hearing_answer: str = ""
    hearing_after_days: int = 0
    waived: Ore = Ore(0)
    payment: PaymentBehaviour | None = None
    payment_after_days: int = 0
    payment_percent: int = 100
    episode: Episode | None = None

    @property
    def closed_account(self) -> bool:
        """Whether the bank rejects a payout to the account in the register."""
        return self.account in ("closed", "closed_for_good")

    @property
    def claim(self) -> Ore:
        """What is to be recovered if the rules are followed, before any waiver; in öre."""
        if self.report is None:
            return Ore(0)
        accepted = 0 if self.report in ("late", "never") else self.used - self.misused
        return Ore(self.requisition_amount - accepted)

    def payment_of(self, invoiced: Ore) -> Ore:
        """Give what it pays of an invoice, in öre: at least one krona unless it never pays."""
        if self.payment in (None, "never"):
            return Ore(0)
        if self.payment == "all_but_little":
            return max(Ore(invoiced - _SMALL_REST), kronor(1))
        if self.payment_percent == 100:
            return invoiced
        return kronor(max(invoiced * self.payment_percent // 100 // ORE_PER_KRONA, 1))


class YearPlan(msgspec.Struct, frozen=True):
    """What everybody does in one round; behaviours in the order of the codes."""

    round_id: RoundId
    seed: int
    behaviours: dict[MunicipalityCode, Behaviour]


class _Scenario(NamedTuple):
    requisition: RequisitionBehaviour
    report: ReportBehaviour | None
    payment: PaymentBehaviour | None = None
    account: AccountBehaviour = "as_registered"
    waived: bool = False
    stance: HearingStance | None = None
    episode: Episode | None = None


_ORDINARY = (
    [_Scenario("all", "all_used")] * 10
    + [_Scenario("all", "all_used", account="changed")]
    + [_Scenario("all", "part", "in_full")] * 2
    + [_Scenario("part", "all_used")] * 2
)
_RARE = [
    _Scenario("all", "all_used", episode="held"),
    _Scenario("all", "all_used", episode="bounced"),
    _Scenario("all", "all_used", episode="bounced_to_agent"),
    _Scenario("all", "all_used", episode="complaint"),
    _Scenario("all", "all_used", episode="extended"),
    _Scenario("all", "part", "in_full", episode="reopened"),
    _Scenario("part", "part", "in_full", episode="invoice_reissued"),
    _Scenario("all", "part", "in_part"),
    _Scenario("all", "part", "all_but_little"),
    _Scenario("all", "part", "too_much"),
    _Scenario("all", "part", "without_reference"),
    _Scenario("all", "part", "wrong_reference"),
    _Scenario("all", "part", "never", episode="written_off"),
    _Scenario("too_much", "all_used"),
    _Scenario("too_much", "part", "in_full"),
    _Scenario("twice_at_once", "all_used"),
    _Scenario("twice_at_once", "part", "in_full"),
    _Scenario("late", None),
    _Scenario("never", None),
    _Scenario("never", None),
    _Scenario("all", "all_used", account="closed"),
    _Scenario("part", "part", "in_full", account="closed_for_good"),
    _Scenario("all", "misuse", "in_full", stance="objects", episode="appeal_upheld"),
    _Scenario("all", "misuse", "in_part", stance="agrees"),
    _Scenario("all", "late", "in_full", waived=True, stance="objects"),
    _Scenario("all", "late", "in_full", episode="after_decision"),
    _Scenario("all", "never", "in_full", episode="appeal_changed"),
    _Scenario("all", "never", "never"),
]
_SCENARIOS = _ORDINARY + _RARE
"""43 of them: a prime, and at least four of the 290 codes leave each remainder."""
_SENDING_WEEKDAYS = (0, 3)
"""Municipalities send on Mondays and Thursdays: fewer days to play, and days on which more meet."""
_RARE_HANDS: list[Hand] = ["markup", "emoji", "at_length"]
_PLAINLY: list[Hand] = ["plainly"] * 16
_HANDS = _RARE_HANDS + _PLAINLY
"""19, a prime of its own, so that every hand meets many scenarios."""


def plan_year(
    round_: Round, recipients: Iterable[Recipient], allocations: Mapping[MunicipalityCode, Ore], seed: int
) -> YearPlan:
    """Plan the year: the same arguments give the same plan.

    Parameters
    ----------
    allocations
        Öre, whole kronor. A recipient without an allocation asks for nothing.
    """
    shuffle = Random(f"{seed}:scenarios")  # noqa: S311 - chance, not secrets
    scenarios, hands = _shuffled(shuffle, _SCENARIOS), _shuffled(shuffle, _HANDS)
    codes = sorted(recipient.municipality for recipient in recipients)
    plans = {}
    for code in codes:
        allocation = allocations.get(code, Ore(0))
        number = int(code)
        scenario = scenarios[number % len(scenarios)] if allocation else _Scenario("never", None)
        random = Random(f"{seed}:{code}")  # noqa: S311 - chance, not secrets
        draw = _Draw(round_, scenario, hands[number % len(hands)], random)
        plans[code] = draw.behaviour(code, allocation)
    return YearPlan(round_.id, seed, plans)


def describe(plan: YearPlan) -> dict[str, int]:
    """Count the municipalities of each behaviour, such as ``requisition.late``; zero for what nobody does."""
    counts = Counter(label for behaviour in plan.behaviours.values() for label in _labels(behaviour))
    known = [
        *(f"requisition.{name}" for name in get_args(RequisitionBehaviour)),
        *(f"account.{name}" for name in get_args(AccountBehaviour)),
        *(f"report.{name}" for name in get_args(ReportBehaviour)),
        *(f"hand.{name}" for name in get_args(Hand)),
        *(f"hearing.{name}" for name in (*get_args(HearingStance), "unanswered")),
        *("waiver.part", "waiver.none"),
        *(f"payment.{name}" for name in get_args(PaymentBehaviour)),
        *(f"episode.{name}" for name in get_args(Episode)),
    ]
    return {label: counts[label] for label in known}


def _labels(behaviour: Behaviour) -> Iterable[str]:
    yield f"requisition.{behaviour.requisition}"
    yield f"account.{behaviour.account}"
    if behaviour.report:
        yield f"report.{behaviour.report}"
    if behaviour.answers:
        yield f"hand.{behaviour.hand}"
    if behaviour.claim:
        yield f"hearing.{behaviour.stance or 'unanswered'}"
    if behaviour.report == "late":
        yield "waiver.part" if behaviour.waived else "waiver.none"
    if behaviour.payment:
        yield f"payment.{behaviour.payment}"
    if behaviour.episode:
        yield f"episode.{behaviour.episode}"


def decision_day(proposed: date, terms: Terms) -> date:
    """Give the day on which a recovery that is proposed on a day is decided, if nobody answers sooner."""
    return _next_decisions(proposed + timedelta(days=terms.hearing_days + 1))


def reopening_day(reported: date) -> date:
    """Give the day on which a report that came on a day is opened again."""
    return _next_decisions(reported + timedelta(days=1))


def _next_decisions(day: date) -> date:
    return day + timedelta(days=(DECISION_WEEKDAY - day.weekday()) % 7)


class _Draw(NamedTuple):
    """What is drawn for one municipality, always in the same order."""

    round: Round
    scenario: _Scenario
    hand: Hand
    random: Random

    def behaviour(self, code: MunicipalityCode, allocation: Ore) -> Behaviour:
        scenario, terms = self.scenario, self.round.terms
        if scenario.requisition == "never":
            return Behaviour(municipality=code, allocation=allocation, requisition="never")
        amount = self._requisition_amount(allocation)
        asked = Behaviour(
            municipality=code,
            allocation=allocation,
            requisition=scenario.requisition,
            requisition_amount=amount,
            refused_amount=self._more_than(allocation) if scenario.requisition == "too_much" else Ore(0),
            requisition_at=self._requisition_at(terms),
            account=scenario.account,
            spare_account=_spare_account(code),
            episode=scenario.episode,
        )
        return self._reported(asked) if scenario.report else asked

    def _reported(self, asked: Behaviour) -> Behaviour:
        used, misused = self._use(asked.requisition_amount)
        report = self.scenario.report
        written: tuple[tuple[str, str], ...] = ()
        if report != "never":
            amounts = {
                "amount_used": used // ORE_PER_KRONA,
                "amount_not_as_intended": misused // ORE_PER_KRONA,
            }
            misuse = report == "misuse"
            written = answers(self.random, self.round.questions, amounts, misuse=misuse, hand=self.hand)
        reported = msgspec.structs.replace(
            asked,
            report=report,
            report_at=self._report_at(self.round.terms),
            used=used,
            misused=misused,
            hand=self.hand,
            answers=written,
        )
        if self.scenario.episode == "reopened":
            reported = self._corrected(reported)
        return self._recovered(reported) if self.scenario.payment else reported

    def _corrected(self, reported: Behaviour) -> Behaviour:
        """Let it report less first than was used, and all of it when it may correct that."""
        amounts = {
            "amount_used": self._share(reported.used, 0.5, 0.9) // ORE_PER_KRONA,
            "amount_not_as_intended": 0,
        }
        first = answers(self.random, self.round.questions, amounts, misuse=False, hand=self.hand)
        reported_on = swedish_date(reported.report_at) if reported.report_at else self.round.terms.report_last_day
        day = reopening_day(reported_on) + _CORRECTED_AFTER
        return msgspec.structs.replace(reported, first_answers=first, corrected_at=self._moment(day, day))

    def _recovered(self, reported: Behaviour) -> Behaviour:
        random, terms, payment = self.random, self.round.terms, self.scenario.payment
        stance = self.scenario.stance
        overdue = payment == "in_full" and random.random() < 0.2
        first, last = (terms.invoice_days + 1, terms.invoice_days + _LATEST_PAYMENT_DAYS) if overdue else (1, 0)
        if self.scenario.episode == "appeal_upheld":
            first, last = _AFTER_APPEAL_DAYS
        percent = {"in_part": random.randint(20, 80), "too_much": random.randint(105, 150)}
        return msgspec.structs.replace(
            reported,
            stance=stance,
            hearing_answer=hearing_answer(random, stance) if stance else "",
            hearing_after_days=random.randint(1, max(terms.hearing_days - 1, 1)) if stance else 0,
            waived=reported.used if self.scenario.waived else Ore(0),
            payment=payment,
            payment_after_days=0 if payment == "never" else random.randint(first, max(last, terms.invoice_days, 1)),
            payment_percent=percent.get(payment or "", 100),
        )

    def _requisition_amount(self, allocation: Ore) -> Ore:
        if self.scenario.requisition == "part":
            return self._share(allocation, 0.3, 0.95)
        return allocation

    def _use(self, amount: Ore) -> tuple[Ore, Ore]:
        match self.scenario.report:
            case "all_used":
                return amount, Ore(0)
            case "misuse":
                return amount, self._share(amount, 0.05, 0.4)
            case "part" if self.scenario.payment == "in_full":
                return self._share(amount, 0.85, 0.999), Ore(0)
            case "part" | "late":
                return self._share(amount, 0.5, 0.9), Ore(0)
        return Ore(0), Ore(0)

    def _share(self, amount: Ore, low: float, high: float) -> Ore:
        """Give some of it: at least one krona and not all, where it is more than one krona."""
        whole = amount // ORE_PER_KRONA
        per_mille = self.random.randint(int(low * 1000), int(high * 1000))
        return kronor(max(min(whole * per_mille // 1000, whole - 1), 1))

    def _more_than(self, allocation: Ore) -> Ore:
        whole = allocation // ORE_PER_KRONA
        return kronor(whole + self.random.randint(1, max(whole // 2, 1)))

    def _requisition_at(self, terms: Terms) -> datetime:
        last = terms.requisition_last_day
        if self.scenario.requisition != "late":
            return self._moment(terms.requisition_opens, last, rush=4)
        if self.random.random() < 0.3:
            return end_of(last)
        return self._moment(last + timedelta(days=1), last + timedelta(days=_LATEST_REQUISITION_DAYS))

    def _report_at(self, terms: Terms) -> datetime | None:
        last, a_day = terms.report_last_day, timedelta(days=1)
        if self.scenario.report == "never":
            return None
        if self.scenario.episode == "after_decision":
            decided = decision_day(swedish_date(missing_report_due(terms)), terms)
            return self._moment(decided + a_day, decided + timedelta(days=_LATEST_REPORT_DAYS))
        if self.scenario.report == "late":
            # before a missing report is assessed
            return self._moment(last + a_day, last + max(timedelta(days=max(terms.reminder_days, default=0)), a_day))
        if self.scenario.episode == "extended":
            return self._moment(last + a_day, last + REPORTED_WITHIN)
        # the link goes out some time on the first day
        first = terms.report_opens + a_day
        if self.scenario.episode in ("bounced", "bounced_to_agent"):
            first = terms.report_opens + _FOUND_EMPTY
        if self.scenario.episode == "reopened":
            earliest, latest = _REOPENED_BEFORE
            first = min(max(first, last - earliest), last)
            last = max(first, last - latest)
        return self._moment(min(first, last), last)

    def _moment(self, first: date, last: date, rush: int = 2) -> datetime:
        """Draw an instant from a span of Swedish days: working hours mostly, and more to the end.

        Parameters
        ----------
        rush
            How much more: 1 for any day alike, 4 where half of all come in the last sixth.
        """
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        sending = [day for day in days if day.weekday() in _SENDING_WEEKDAYS] or days
        day = sending[int(len(sending) * self.random.random() ** (1 / rush))]
        hours = (7, 16) if self.random.random() < 0.9 else (17, 23)
        at = time(self.random.randint(*hours), self.random.randint(0, 59), self.random.randint(0, 59))
        return datetime.combine(day, at, tzinfo=STOCKHOLM).astimezone(UTC)


def _spare_account(code: MunicipalityCode) -> Account:
    """Give a bankgiro that nobody else has: those of the example register begin with other digits."""
    body = f"510{code}"
    return Account("bankgiro", body + luhn.calc_check_digit(body))


def _shuffled(random: Random, items: Sequence[_Item]) -> list[_Item]:
    return random.sample(items, len(items))
