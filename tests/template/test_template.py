"""The template keeps every rule, and every rule finds the template that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from scripts.template import Template, read
from tests.template import calls, deployment, messages, roles, storage

Rule = Callable[[Template], Iterator[str]]
RULES: list[Rule] = [*messages.RULES, *calls.RULES, *roles.RULES, *storage.RULES, *deployment.RULES]


@pytest.fixture(scope="module")
def template() -> Template:
    return read()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(template: Template, rule: Rule) -> None:
    assert list(rule(template)) == []
