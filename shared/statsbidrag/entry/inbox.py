"""Files put into a bucket: each is taken in, or goes to quarantine with its reasons. Nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

from statsbidrag.domain.errors import NotFound, Refusals, StatsbidragError
from statsbidrag.domain.journal import canonical
from statsbidrag.entry.logs import logger
from statsbidrag.ports import Files

QUARANTINE = "quarantine"


def objects(event: dict[str, Any]) -> Iterator[str]:
    """Give the keys that an S3 notification names."""
    for record in event.get("Records", ()):
        yield unquote_plus(record["s3"]["object"]["key"])


def take_in(key: str, files: Files, handle: Callable[[str, bytes], object]) -> bool:
    """Take in one file; a file that is refused moves to quarantine, with its reasons beside it.

    A file that is not there was moved by an earlier run: notifications come again, and answers get lost.

    Parameters
    ----------
    handle
        Given the key and the content; raises one of the error family to refuse.

    Returns
    -------
    bool
        Whether there was nothing to refuse.

    Raises
    ------
    StatsbidragError
        Only a retryable one: the file stays where it is and is tried again.
    """
    try:
        content = files.get(key)
    except NotFound:
        logger.info("file_gone", file=key)
        return True
    try:
        handle(key, content)
    except StatsbidragError as error:
        if error.retryable:
            raise
        reasons = error.refusals if isinstance(error, Refusals) else (error,)
        name = f"{QUARANTINE}/{key}"
        written = canonical([{"code": reason.code, "message": reason.message} for reason in reasons])
        files.replace(f"{name}.reasons.json", written, "application/json")
        files.move(key, name, error.code)
        logger.warning("file_quarantined", file=key, code=error.code, reasons=[r.code for r in reasons][:20])
        return False
    logger.info("file_taken_in", file=key)
    return True
