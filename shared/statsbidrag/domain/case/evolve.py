"""Fold one event into a case. Never refuses: what is in the journal happened."""

from __future__ import annotations

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds import (
    cases,
    invoices,
    mails,
    payouts,
    recoveries,
    reports,
    requisitions,
    spot_checks,
)
from statsbidrag.domain.case.folds.common import Folds
from statsbidrag.domain.case.state import Case

_FOLDS: Folds = {
    **cases.FOLDS,
    **requisitions.FOLDS,
    **payouts.FOLDS,
    **reports.FOLDS,
    **spot_checks.FOLDS,
    **recoveries.FOLDS,
    **invoices.FOLDS,
    **mails.FOLDS,
}


def evolve(case: Case, event: e.CaseEvent) -> Case:
    """Give the case after an event."""
    return _FOLDS[type(event)](case, event)
