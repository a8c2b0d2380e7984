"""One world for all trials of a module: each begins by putting it back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.stages import Year
from tests.faults.world import opened


@pytest.fixture(scope="module")
def year() -> Iterator[Year]:
    with opened() as world:
        yield Year(world)
