"""One embedded AWS with the project's stack on it, for every test of the session that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.stack import Stack, embedded_stack

TOKEN_KEY = "signs-the-callers-of-the-tests"
"""Signs development tokens on the stack of the tests."""


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that all tests of the session share; its books are never wiped, so that each test has keys of its own."""
    with embedded_stack(tmp_path_factory.mktemp("stack"), parameters={"DevelopmentTokenKey": TOKEN_KEY}) as stack:
        yield stack
