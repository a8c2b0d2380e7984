"""A file is taken in, or lies in quarantine with its reasons; being told of it again changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from statsbidrag.domain.errors import NotYet, Refusal, Refusals
from statsbidrag.entry import inbox
from tests.fakes import FakeFiles

KEY = "rounds/2025.toml"
QUARANTINED = f"quarantine/{KEY}"


@pytest.fixture
def files() -> FakeFiles:
    files = FakeFiles()
    files.objects[KEY] = b"content"
    return files


def _raise(error: Exception) -> Callable[[str, bytes], object]:
    def handle(_: str, __: bytes) -> object:
        raise error

    return handle


def test_keys_are_read_as_they_were_written() -> None:
    event = {"Records": [{"s3": {"object": {"key": "allocations/2025/f%C3%B6rdelning+1.csv"}}}]}
    assert list(inbox.objects(event)) == ["allocations/2025/fördelning 1.csv"]


def test_a_file_that_is_taken_in_stays_where_it_is(files: FakeFiles) -> None:
    seen: list[tuple[str, bytes]] = []
    inbox.take_in(KEY, files, lambda key, content: seen.append((key, content)))
    assert seen == [(KEY, b"content")]
    assert set(files.objects) == {KEY}


def test_a_refused_file_moves_with_every_reason(files: FakeFiles) -> None:
    refusals = (Refusal("first", "Det första."), Refusal("second", "Det andra."))
    inbox.take_in(KEY, files, _raise(Refusals(refusals)))
    assert set(files.objects) == {QUARANTINED, f"{QUARANTINED}.reasons.json"}
    reasons = json.loads(files.objects[f"{QUARANTINED}.reasons.json"])
    assert [reason["code"] for reason in reasons] == ["first", "second"]


def test_a_notification_that_comes_again_after_the_move_is_done_with(files: FakeFiles) -> None:
    handle = _raise(Refusal("wrong", "Fel."))
    inbox.take_in(KEY, files, handle)
    before = dict(files.objects)
    inbox.take_in(KEY, files, handle)
    assert files.objects == before


def test_a_file_that_came_too_early_stays_and_is_tried_again(files: FakeFiles) -> None:
    with pytest.raises(NotYet):
        inbox.take_in(KEY, files, _raise(NotYet("too_early", "För tidigt.")))
    assert set(files.objects) == {KEY}
