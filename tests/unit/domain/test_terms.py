"""The terms of both rounds travel with the case, so they must survive being stored."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.terms import Round, Terms

ROUNDS = Path(__file__).parents[3] / "rounds"


@pytest.fixture(params=["2024", "2025"])
def round_(request: pytest.FixtureRequest) -> Round:
    return read_round((ROUNDS / f"{request.param}.toml").read_bytes())


def test_a_round_and_its_terms_survive_being_stored(round_: Round) -> None:
    assert msgspec.json.decode(msgspec.json.encode(round_), type=Round) == round_
    assert msgspec.json.decode(msgspec.json.encode(round_.terms), type=Terms) == round_.terms


def test_stored_terms_are_the_same_bytes_each_time(round_: Round) -> None:
    again = msgspec.json.decode(msgspec.json.encode(round_), type=Round)
    assert msgspec.json.encode(again) == msgspec.json.encode(round_)


def test_stored_terms_with_an_unknown_field_are_refused(round_: Round) -> None:
    stored = msgspec.to_builtins(round_.terms) | {"grace_days": 3}
    with pytest.raises(msgspec.ValidationError, match="unknown field `grace_days`"):
        msgspec.convert(stored, Terms)


def test_terms_cannot_be_changed_in_place(round_: Round) -> None:
    with pytest.raises(AttributeError):
        round_.terms.hearing_days = 1  # type: ignore[misc]
