"""Each function is broken at every AWS call it makes, in every way; all comes to the same as if nothing had."""

from __future__ import annotations

from typing import Protocol

import pytest

from tests.faults.outcome import PAYMENTS
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.stack import functions
from tests.faults.stages import Year
from tests.faults.trial import Trial

WITHOUT_CALLS: set[str] = set()


class Count(Protocol):
    def __call__(self, points: int, violations: int = 0) -> None: ...


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_it_comes_to_the_same(scenario: Scenario, year: Year, count_crash_points: Count) -> None:
    trial = Trial(year, scenario)
    tried = trial.run()
    count_crash_points(tried, len(trial.violations))
    assert [wrong for outcome in trial.undisturbed for wrong in outcome.wrong] == []
    assert not (scenario.stays and any(outcome.facts[PAYMENTS] for outcome in trial.undisturbed))
    assert trial.violations == []
    assert bool(tried) == (scenario.function not in WITHOUT_CALLS)


def test_every_function_is_under_trial() -> None:
    assert {scenario.function for scenario in SCENARIOS} == set(functions())
