"""The register is written 25 entries at a time, and what DynamoDB did not take is given to it again."""

from __future__ import annotations

from typing import Any

import pytest

from statsbidrag.adapters.register import DynamoDBRegister
from tests.builders import recipient


class Table:
    """Takes at most so many entries a call."""

    def __init__(self, takes: int) -> None:
        self.takes, self.calls, self.taken = takes, list[int](), set[str]()

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803
        ((table, wanted),) = RequestItems.items()
        self.calls.append(len(wanted))
        self.taken |= {each["PutRequest"]["Item"]["sk"]["S"] for each in wanted[: self.takes]}
        return {"UnprocessedItems": {table: wanted[self.takes :]} if wanted[self.takes :] else {}}


ENTRIES = [recipient(f"{number:04d}") for number in range(1, 61)]
CODES = {entry.municipality for entry in ENTRIES}


@pytest.mark.parametrize(("takes", "calls"), [(25, [25, 25, 10]), (10, [25, 15, 5, 25, 15, 5, 10])])
def test_all_is_written_however_little_is_taken_at_once(takes: int, calls: list[int]) -> None:
    table = Table(takes)
    DynamoDBRegister(table, "books").put(ENTRIES)  # type: ignore[arg-type]
    assert table.taken == CODES
    assert table.calls == calls


def test_what_is_never_taken_is_told() -> None:
    with pytest.raises(ConnectionError, match="25 entries"):
        DynamoDBRegister(Table(0), "books").put(ENTRIES)  # type: ignore[arg-type]
