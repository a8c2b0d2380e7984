"""Late interest on a recovery: simple, by the day, in whole öre.

Only a round with a legal basis has any (NJA 2007 s. 115). A year is 365 days, also a leap year; the day that ends the
free time bears none, the day on which the money came does. Interest bears no interest.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import format_date

DAYS_A_YEAR = 365
_WHOLE = 10_000
"""Basis points that make 1: a basis point is 1/100 of a percent."""
_A_DAY = timedelta(days=1)


class InterestTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On what ground and how interest is claimed.

    Attributes
    ----------
    legal_text
        The legal ground in Swedish, as the invoice names it.
    points_above
        Basis points above the reference rate.
    smallest_claim
        Öre; less than this is not claimed.
    free_months
        Months after the decision until interest runs; it never does before the invoice is due.
    rounding
        Each line of the account is rounded down to whole öre.
    """

    legal_text: str
    points_above: int
    smallest_claim: Ore
    free_months: int = 1
    rounding: Literal["down"] = "down"


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What holds from a day on: basis points a year."""

    since: date
    basis_points: int


class RateTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reference rates, oldest first, as far as they are known.

    Attributes
    ----------
    last_day
        The last day that the newest rate is known to hold; nothing is guessed about later ones.
    """

    rates: tuple[Rate, ...]
    last_day: date


class Paid(msgspec.Struct, frozen=True):
    """What settled a part of an invoice, öre, and on which Swedish day."""

    on: date
    amount: Ore


class Period(msgspec.Struct, frozen=True):
    """One line of an interest account: from the first to the last day, both counted."""

    principal: Ore
    first: date
    last: date
    basis_points: int
    amount: Ore

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def months_after(day: date, months: int) -> date:
    """Give the same day some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def late(claimed: Ore, paid: Sequence[Paid], free_to: date) -> tuple[Paid, ...]:
    """Give what of a claim was paid after its free time, oldest first.

    Parameters
    ----------
    claimed
        Öre that the claim stands at, net of credit notes; the earliest payments fill it, the rest counts as surplus.
    """
    found, left = [], claimed
    for each in sorted(paid, key=lambda one: one.on):
        counted = Ore(min(each.amount, left))
        left = Ore(left - counted)
        if counted > 0 and each.on > free_to:
            found.append(Paid(each.on, counted))
    return tuple(found)


def account(claimed: Ore, paid: Sequence[Paid], free_to: date, rates: Sequence[Rate]) -> tuple[Period, ...]:
    """Give interest on what was paid late, line by line: a new one with each payment and each change of rate.

    Parameters
    ----------
    rates
        What is claimed a year, oldest first; the first holds on the day after `free_to`.
    """
    return tuple(_lines(late(claimed, paid, free_to), free_to + _A_DAY, rates))


def _lines(owed: Sequence[Paid], first: date, rates: Sequence[Rate]) -> Iterator[Period]:
    principal = Ore(sum(each.amount for each in owed))
    for each in owed:
        changes = [rate.since for rate in rates if first < rate.since <= each.on]
        for start, last in zip([first, *changes], [*(day - _A_DAY for day in changes), each.on], strict=True):
            if start <= last:
                points = next(rate.basis_points for rate in reversed(rates) if rate.since <= start)
                days = (last - start).days + 1
                amount = principal * points * days // (_WHOLE * DAYS_A_YEAR)
                yield Period(principal, start, last, points, Ore(amount))
        first = each.on + _A_DAY
        principal = Ore(principal - each.amount)


def total(lines: Sequence[Period]) -> Ore:
    """Sum an account, öre."""
    return Ore(sum(line.amount for line in lines))


def claimed_rates(terms: InterestTerms, table: RateTable | None, first: date, last: date) -> tuple[Rate, ...]:
    """Give the rates that are claimed from one day to another: never below zero, though the reference rate may be.

    Raises
    ------
    Refusal
        ``interest_rate_missing`` where the table does not hold every day.
    """
    if table is None or table.rates[0].since > first or table.last_day < last:
        raise Refusal(
            "interest_rate_missing",
            f"Referensräntan är inte känd för alla dagar från den {format_date(first)} till den {format_date(last)}. "
            "Lägg till den i bidragsomgångens fil och läs in filen på nytt.",
            status=409,
        )
    held = [rate for rate in table.rates if rate.since <= last]
    before = sum(rate.since <= first for rate in held)
    return tuple(Rate(rate.since, max(rate.basis_points + terms.points_above, 0)) for rate in held[before - 1 :])
