"""Take in a round's file from the inbox: a new round is a new file, not new code."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.round_file import read_round
from statsbidrag.entry import inbox, wiring
from statsbidrag.usecases.rounds import open_round


def handler(event: dict[str, Any], context: Any) -> None:
    """Open or change the round that each file describes."""
    books, acting = wiring.books(), wiring.system(context.aws_request_id)
    for key in inbox.objects(event):
        inbox.take_in(
            key, wiring.files("inbox_bucket"), lambda _, content: open_round(books, read_round(content), acting)
        )
