"""One profile for all property tests, and the count of what they and the crash points tried."""

from __future__ import annotations

import re
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "same_each_time",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=500,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same_each_time")

EXAMPLES = pytest.StashKey[int]()
CRASH_POINTS = pytest.StashKey[int]()
VIOLATIONS = pytest.StashKey[int]()


class CountCrashPoints(Protocol):
    """Adds to the crash points tried, and to the violations found there."""

    def __call__(self, points: int, violations: int = 0) -> None: ...


@pytest.fixture
def count_crash_points(request: pytest.FixtureRequest) -> CountCrashPoints:
    """Add to the crash points tried and to what went wrong at them; the summary prints both."""

    def add(points: int, violations: int = 0) -> None:
        request.config.stash[CRASH_POINTS] += points
        request.config.stash[VIOLATIONS] += violations

    return add


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "embedded: needs the embedded AWS")
    config.stash[EXAMPLES] = 0
    config.stash[CRASH_POINTS] = 0
    config.stash[VIOLATIONS] = 0


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Hypothesis leaves what it ran on the test item."""
    told = str(getattr(item, "hypothesis_statistics", ""))
    item.config.stash[EXAMPLES] += sum(int(n) for n in re.findall(r"(\d+) passing", told))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.write_line(f"property examples run: {config.stash[EXAMPLES]}")
    if config.stash[CRASH_POINTS]:
        tried, violations = config.stash[CRASH_POINTS], config.stash[VIOLATIONS]
        terminalreporter.write_line(f"crash points tried: {tried}, violations: {violations}")
