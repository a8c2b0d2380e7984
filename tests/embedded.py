"""One embedded AWS with the project's stack on it, for every test of the session that asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.mandates import let_act
from local.provider import Provider, people, provider
from local.stack import Stack, embedded_stack
from tests.builders import recipient

MUNICIPALITIES = (("0114", "Upplands Väsby"), ("0580", "Linköping"), ("1489", "Alingsås"), ("2584", "Kiruna"))
"""Those that the provider has an agent for, see `local.provider.people`."""
KNOWN = people([recipient(code, name) for code, name in MUNICIPALITIES])


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The identity provider of the stack."""
    with provider(tmp_path_factory.mktemp("provider"), KNOWN) as running:
        yield running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, identities: Provider) -> Iterator[Stack]:
    """A stack that all tests of the session share; its books are never wiped, so that each test has keys of its own."""
    folder = tmp_path_factory.mktemp("stack")
    site = {"BaseUrl": "http://statsbidrag.localhost"}
    with embedded_stack(folder, parameters=site | identities.parameters) as stack:
        let_act(stack, KNOWN)
        yield stack
