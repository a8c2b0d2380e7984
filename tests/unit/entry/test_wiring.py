"""Which clock a function goes by: the system's, unless it is told another on an AWS that is emulated here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from statsbidrag.adapters.clock import StoredClock, SystemClock
from statsbidrag.entry import wiring


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Read the environment anew, and leave nothing of it behind."""
    wiring.settings.cache_clear()
    wiring.clock.cache_clear()
    yield
    wiring.settings.cache_clear()
    wiring.clock.cache_clear()


@pytest.mark.parametrize("told", ["system", ""])
def test_a_deployed_function_goes_by_the_system_clock(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("CLOCK", told)
    assert isinstance(wiring.clock(), SystemClock)


def test_the_embedded_run_goes_by_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2025-06-02T21:59:59.000000Z", "ascii")
    monkeypatch.setenv("CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    assert isinstance(wiring.clock(), StoredClock)
    assert wiring.clock().now().year == 2025


@pytest.mark.parametrize("endpoint", ["", "https://dynamodb.eu-north-1.amazonaws.com", "http://127.0.0.1.example:80"])
def test_anywhere_else_a_stored_clock_is_refused(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("CLOCK", "/tmp/clock")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(RuntimeError, match="embedded run alone"):
        wiring.clock()
