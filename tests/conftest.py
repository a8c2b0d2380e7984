"""One profile for all property tests, and the count of what they and the crash points tried."""

from __future__ import annotations

import re
from collections.abc import Callable

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


@pytest.fixture
def count_crash_points(request: pytest.FixtureRequest) -> Callable[[int], None]:
    """Add to the crash points tried, which the summary prints."""

    def add(points: int) -> None:
        request.config.stash[CRASH_POINTS] += points

    return add


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "embedded: needs the embedded AWS")
    config.stash[EXAMPLES] = 0
    config.stash[CRASH_POINTS] = 0


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Hypothesis leaves what it ran on the test item."""
    told = str(getattr(item, "hypothesis_statistics", ""))
    item.config.stash[EXAMPLES] += sum(int(n) for n in re.findall(r"(\d+) passing", told))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.write_line(f"property examples run: {config.stash[EXAMPLES]}")
    if config.stash[CRASH_POINTS]:
        terminalreporter.write_line(f"crash points tried: {config.stash[CRASH_POINTS]}")
