"""What every `Files` promises: fixed names, written once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from statsbidrag.adapters.s3 import S3Files
from statsbidrag.domain.errors import CorruptBooks, NotFound
from statsbidrag.ports import Files
from tests.contract.conftest import Cloud

NAME = "out/B-2025-20250404-1.xml"


def test_a_file_comes_back_byte_for_byte(files: Files) -> None:
    content = bytes(range(256))
    files.put(NAME, content, "application/xml")
    assert files.get(NAME) == content


def test_the_same_file_again_is_no_change(files: Files) -> None:
    files.put(NAME, b"one", "application/xml")
    files.put(NAME, b"one", "application/xml")
    assert files.get(NAME) == b"one"


def test_another_content_under_the_same_name_is_refused(files: Files) -> None:
    files.put(NAME, b"one", "application/xml")
    with pytest.raises(CorruptBooks):
        files.put(NAME, b"two", "application/xml")
    assert files.get(NAME) == b"one"


def test_an_empty_file_is_a_file(files: Files) -> None:
    files.put(NAME, b"", "text/plain")
    with pytest.raises(CorruptBooks):
        files.put(NAME, b"one", "text/plain")


def test_a_file_may_be_replaced_on_purpose(files: Files) -> None:
    files.replace(NAME, b"one", "text/csv")
    files.replace(NAME, b"two", "text/csv")
    assert files.get(NAME) == b"two"


def test_a_moved_file_is_whole_in_its_new_place_with_its_reason_and_gone_from_the_old(files: Files) -> None:
    files.put("inbox/list.csv", b"rows", "text/csv")
    files.move("inbox/list.csv", "quarantine/list.csv", "total_differs")
    assert files.get("quarantine/list.csv") == b"rows"
    assert dict(files.metadata("quarantine/list.csv")) == {"reason": "total_differs"}
    with pytest.raises(NotFound, match="file_gone"):
        files.get("inbox/list.csv")


def test_a_file_has_no_notes_before_it_is_moved(files: Files) -> None:
    files.put(NAME, b"one", "text/plain")
    assert dict(files.metadata(NAME)) == {}


@pytest.mark.embedded
def test_of_many_writers_at_once_one_wins_and_the_others_are_refused(embedded: Cloud) -> None:
    files = S3Files(embedded.s3, embedded.bucket)

    def put(number: int) -> bool:
        try:
            files.put(NAME, f"content {number}".encode(), "text/plain")
        except CorruptBooks:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        winners = list(pool.map(put, range(16)))
    assert sum(winners) == 1
    assert files.get(NAME) == f"content {winners.index(True)}".encode()


def test_the_last_name_under_a_prefix_is_found(files: Files) -> None:
    assert files.last("heads/") is None
    for name in ("heads/2025-03-01.json", "heads/2025-10-01.json", "heads/2025-04-01.json", "other/2026.json"):
        files.put(name, b"{}", "application/json")
    assert files.last("heads/") == "heads/2025-10-01.json"
