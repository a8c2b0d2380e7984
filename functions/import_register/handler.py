"""Take in the register of recipients from the inbox."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.register_file import read_register
from statsbidrag.entry import inbox, wiring


def handler(event: dict[str, Any], _: Any) -> None:
    """Replace the register's entries by those of each file."""
    for key in inbox.objects(event):
        inbox.take_in(
            key,
            wiring.files("inbox_bucket"),
            lambda name, content: wiring.register().put(read_register(content, name)),
        )
