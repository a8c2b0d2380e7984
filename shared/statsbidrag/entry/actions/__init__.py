"""Everything that staff can do: one table, by the name that an action has in addresses."""

from __future__ import annotations

from collections.abc import Mapping

from statsbidrag.domain.errors import NotFound
from statsbidrag.entry.actions import (
    accounts,
    deliveries,
    holds,
    invoices,
    payouts,
    recoveries,
    requisitions,
    rounds,
    spot_checks,
)
from statsbidrag.entry.actions.model import Action, Subject

ACTIONS: Mapping[str, Action] = {
    action.name: action
    for part in (requisitions, recoveries, invoices, payouts, accounts, deliveries, spot_checks, holds, rounds)
    for action in part.ACTIONS
}
"""Every route that staff post to, once."""
BY_ROUTE: Mapping[str, Action] = {action.route: action for action in ACTIONS.values()}


def find(name: str, *subjects: Subject) -> Action:
    """Give the action of that name on such a subject; `NotFound` ``page_not_found``."""
    found = ACTIONS.get(name)
    if found is None or found.subject not in subjects:
        raise NotFound("page_not_found", "Åtgärden finns inte. Kontrollera adressen.")
    return found
