"""Every event of a case is folded, in one place, which has the name of the file that the event stands in."""

from __future__ import annotations

from types import ModuleType
from typing import get_args

import pytest

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

SUBJECTS = (cases, requisitions, payouts, reports, spot_checks, recoveries, invoices, mails)


def test_each_event_has_one_fold() -> None:
    folded = [event for subject in SUBJECTS for event in subject.FOLDS]
    assert sorted(event.__name__ for event in folded) == sorted(event.__name__ for event in get_args(CaseEvent))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_events_of_a_fold_stand_in_a_file_of_its_name(subject: ModuleType) -> None:
    assert {event.__module__ for event in subject.FOLDS} == {subject.__name__.replace(".folds.", ".events.")}
