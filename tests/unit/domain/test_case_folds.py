"""Every event of a case is folded, and in one place."""

from __future__ import annotations

from typing import get_args

from statsbidrag.domain.case.events import CaseEvent
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


def test_each_event_has_one_fold() -> None:
    subjects = (cases, requisitions, payouts, reports, spot_checks, recoveries, invoices, mails)
    folded = [event for subject in subjects for event in subject.FOLDS]
    assert sorted(event.__name__ for event in folded) == sorted(event.__name__ for event in get_args(CaseEvent))
