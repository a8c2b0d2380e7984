"""The offices that the tests of the embedded run work in: a round each, on the one stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.provider import Provider
from local.stack import Stack
from tests.integration.office import Office


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "integration" in item.path.parts:
            item.add_marker(pytest.mark.embedded)


@pytest.fixture(scope="session")
def office(stack: Stack, identities: Provider) -> Iterator[Office]:
    """The round of 2031, open."""
    yield from _opened(stack, identities, 2031)


@pytest.fixture(scope="session")
def other_office(stack: Stack, identities: Provider, office: Office) -> Iterator[Office]:
    """The round of 2032, open; no test of the round before can run after it."""
    yield from _opened(stack, identities, 2032)


def _opened(stack: Stack, identities: Provider, year: int) -> Iterator[Office]:
    opened = Office(stack, identities, year)
    opened.open()
    yield opened
    opened.http.close()
