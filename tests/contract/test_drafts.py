"""What every `Drafts` promises: of two who save on the same version one is told, and nothing but the seen one goes."""

from __future__ import annotations

import pytest

from statsbidrag.domain.errors import Conflict
from statsbidrag.ports import Draft, Drafts
from tests.builders import KEY, SPRING

FIRST = Draft("v1", SPRING, {"organisation": "Två grupper i Åmål 🏡"})
SECOND = Draft("v2", SPRING, {"organisation": "Tre grupper"})


def test_a_draft_comes_back_as_it_was_saved_and_to_its_own_case(drafts: Drafts) -> None:
    assert drafts.get(KEY) is None
    drafts.put(KEY, FIRST, "")
    assert drafts.get(KEY) == FIRST
    assert drafts.get("CASE#2025#0115") is None


def test_it_is_saved_over_the_version_that_was_seen(drafts: Drafts) -> None:
    drafts.put(KEY, FIRST, "")
    drafts.put(KEY, SECOND, "v1")
    assert drafts.get(KEY) == SECOND


def test_each_form_of_a_case_has_its_own(drafts: Drafts) -> None:
    requisition = Draft("v3", SPRING, {"amount": "125 000"}, "coordinator")
    drafts.put(KEY, FIRST, "")
    drafts.put(f"{KEY}#requisition", requisition, "")
    assert (drafts.get(KEY), drafts.get(f"{KEY}#requisition")) == (FIRST, requisition)


@pytest.mark.parametrize("expected", ["", "v0"])
def test_it_is_not_saved_over_another(drafts: Drafts, expected: str) -> None:
    drafts.put(KEY, FIRST, "")
    with pytest.raises(Conflict):
        drafts.put(KEY, SECOND, expected)
    assert drafts.get(KEY) == FIRST


def test_it_is_not_saved_on_one_that_is_gone(drafts: Drafts) -> None:
    with pytest.raises(Conflict):
        drafts.put(KEY, SECOND, "v1")
    assert drafts.get(KEY) is None


def test_only_the_version_that_was_seen_is_removed(drafts: Drafts) -> None:
    drafts.put(KEY, FIRST, "")
    drafts.remove(KEY, "v0")
    assert drafts.get(KEY) == FIRST
    for _ in range(2):
        drafts.remove(KEY, "v1")
    assert drafts.get(KEY) is None
