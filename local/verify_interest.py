"""Check interest by the files alone: reckoned anew, day by day, from payments, decision and rates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from local.books import Year
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.interests import free_to, paid_late
from statsbidrag.domain.case.state import Interest
from statsbidrag.domain.rounds import ROUND


def interest_follows(year: Year) -> Iterator[str]:
    """Name every interest account that is not what a pocket calculator gives, and interest without a ground."""
    tables = {book.id: book.round.reference_rates for book in year.states(ROUND).values() if book.round}
    for case in year.states(CASE).values():
        for told in case.interest:
            table = tables.get(case.round)
            if case.terms is None or case.terms.interest is None or table is None:
                yield f"{case.number}: interest on {told.invoice} has no legal ground"
                continue
            points = {rate.since: rate.basis_points + case.terms.interest.points_above for rate in table.rates}
            if told.status == "claimed" and (wrong := _wrong(case, told, points)):
                yield f"{case.number}: {wrong}"


def _wrong(case: Case, told: Interest, points: dict[date, int]) -> str:
    principal = next(i for i in case.invoices if i.number == told.invoice)
    claims = [i for i in case.interest_invoices if i.interest_on == told.invoice and not i.replaced_by]
    terms = case.terms.interest if case.terms else None
    if terms is None or told.free_to != free_to(case, terms, principal):
        return f"interest on {told.invoice} runs from the wrong day"
    days = []
    late = {each.on: 0 for each in paid_late(case, principal)}
    for each in paid_late(case, principal):
        late[each.on] += each.amount
    left, day = sum(late.values()), told.free_to
    while left:
        day += timedelta(days=1)
        rate = max(points[max(since for since in points if since <= day)], 0)
        days.append((left, rate, max(since for since in points if since <= day)))
        left -= late.get(day, 0)
    lines = ((key, sum(1 for _ in group)) for key, group in groupby(days))
    expected = sum(principal_left * rate * number // 3_650_000 for (principal_left, rate, _), number in lines)
    claimed = sum(i.amount - i.credited for i in claims)
    if claimed != max(expected, sum(i.written_off for i in claims)):
        return f"interest on {told.invoice} is claimed with {claimed} öre, the payments give {expected}"
    return ""
