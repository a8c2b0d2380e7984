"""Take in an allocation list from the inbox, check it whole, and put it before a second person."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.allocation_file import read_allocation_list
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import RoundId, parse_round
from statsbidrag.domain.journal import sha256
from statsbidrag.entry import inbox, wiring
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.rounds import check_list


def handler(event: dict[str, Any], context: Any) -> None:
    """Check every list; the file itself is kept in the archive under its hash."""
    files = wiring.files("inbox_bucket")
    for key in inbox.objects(event):
        inbox.take_in(key, files, lambda name, content: _check(name, content, context.aws_request_id))


def _check(key: str, content: bytes, correlation: str) -> None:
    round_id, uploaded_by = _round_of(key), _uploader(key)
    file = read_allocation_list(content, key)
    source = f"allocations/{round_id}/{sha256(content)}.{key.rsplit('.', 1)[-1].lower()}"
    wiring.files("archive_bucket").put(source, content, "application/octet-stream")
    check_list(
        wiring.books(),
        wiring.register(),
        file,
        round_id,
        source,
        uploaded_by,
        Context(f"officer:{uploaded_by}", correlation),
    )


def _round_of(key: str) -> RoundId:
    parts = key.split("/")
    if len(parts) != 3:
        raise Refusal("round_missing", "Lägg filen under allocations/ och omgångens år, till exempel 2025.")
    return parse_round(parts[1])


def _uploader(key: str) -> str:
    uploaded_by = wiring.files("inbox_bucket").metadata(key).get("uploaded-by", "")
    if not uploaded_by:
        raise Refusal(
            "uploader_missing", "Ange vem som lägger in listan (metadata uploaded-by), så att en annan kan godkänna."
        )
    return uploaded_by
