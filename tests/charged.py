"""A round with a legal ground for interest, and a recovery of it that is paid late: 100 kronor a day."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.interest import InterestTerms, Rate, RateTable
from statsbidrag.domain.money import NOTHING, Ore, kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of
from tests.builders import ALLOCATED, TERMS, Story, delivered, report

GROUND = InterestTerms("Ränta tas ut enligt villkor 9.", 200, kronor(100))
CHARGED = replace(TERMS, interest=GROUND)
TABLE = RateTable((Rate(date(2025, 1, 1), 800),), date(2027, 12, 31))
PRINCIPAL = kronor(365_000)
FREE_TO = date(2026, 3, 8)
"""The day on which the invoice is due: two days more than a month after the decision."""
INTEREST_INVOICE = "I-2025-0114-2"


def claimed(terms: Terms = CHARGED, claim: Ore = PRINCIPAL) -> Story:
    """A recovery is decided on 6 February and invoiced the same day."""
    story = delivered(terms)
    story.do(report(Ore(ALLOCATED - claim)))
    story.do(c.AssessReport())
    ends = story.case.recoveries[0].hearing_ends
    story.do(c.PrepareDecision(1, NOTHING, "Pengarna har inte använts.", "officer:1"), at=ends)
    story.do(c.DecideRecovery(1, "officer:2"))
    story.do(c.RaiseInvoice(1))
    return story


def repay(story: Story, on: date, amount: Ore = PRINCIPAL, *, entry: str = "", number: int = 1) -> Story:
    """Money came in on a day."""
    story.do(c.RecordRepayment(number, entry or f"E-{on}-{number}-{amount}", amount, on), at=end_of(on))
    return story


def paid_late(days: int = 10, terms: Terms = CHARGED) -> Story:
    """All was paid some days after the free time."""
    return repay(claimed(terms), date.fromordinal(FREE_TO.toordinal() + days))


def charged(days: int = 10) -> Story:
    """Interest on it is invoiced."""
    story = paid_late(days)
    story.do(c.ClaimInterest(story.case.invoices[-1].number, TABLE))
    return story
