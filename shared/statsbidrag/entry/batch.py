"""One policy for every function that reads a queue.

A message that can never succeed goes to the dead-letter queue at once, with its reason; one that may succeed later
is given back. Nothing is dropped: where even moving it fails, it is given back too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from statsbidrag.domain.errors import StatsbidragError
from statsbidrag.entry.logs import logger


class Message(msgspec.Struct, frozen=True):
    """One message of a batch.

    Attributes
    ----------
    text
        The body as it came.
    body
        The body read as JSON; ``None`` where it is not JSON.
    group
        The group of a first-in-first-out queue, else ``None``.
    received
        How many times it has been handed out, this time included.
    """

    id: str
    receipt_handle: str
    queue_arn: str
    text: str
    body: Any
    group: str | None
    received: int


class UndecodableError(StatsbidragError):
    """A message body that is not JSON; no retry will make it so."""

    def __init__(self) -> None:
        super().__init__("message_undecodable", "Meddelandet går inte att läsa.", status=400)


def process(
    event: Mapping[str, Any],
    handle: Callable[[Message], None],
    on_permanent: Callable[[Message, str], None],
    backoff: Callable[[Message], None],
) -> dict[str, list[dict[str, str]]]:
    """Handle each message of an SQS event by itself.

    Parameters
    ----------
    event
        As Lambda gives it; the event source has ``ReportBatchItemFailures``.
    handle
        Does the work; raising is how it fails.
    on_permanent
        Moves a message to the dead-letter queue; given the stable code of the reason.
    backoff
        Lengthens the time before the message is handed out again.

    Returns
    -------
    dict
        ``{"batchItemFailures": [{"itemIdentifier": id}, ...]}`` with exactly the messages to hand out again. In a
        first-in-first-out queue that is also what follows a failed message in its group, so that order holds.
    """
    failed: list[str] = []
    held: set[str] = set()
    for message in _messages(event):
        if message.group is not None and message.group in held:
            failed.append(message.id)
        elif not _handled(message, handle, on_permanent, backoff):
            failed.append(message.id)
            held.update({message.group} if message.group is not None else ())
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


def _messages(event: Mapping[str, Any]) -> Iterable[Message]:
    for record in event["Records"]:
        attributes = record.get("attributes", {})
        yield Message(
            id=record["messageId"],
            receipt_handle=record["receiptHandle"],
            queue_arn=record["eventSourceARN"],
            text=record["body"],
            body=_decoded(record["body"]),
            group=attributes.get("MessageGroupId") if record["eventSourceARN"].endswith(".fifo") else None,
            received=int(attributes.get("ApproximateReceiveCount", "1")),
        )


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _handled(
    message: Message,
    handle: Callable[[Message], None],
    on_permanent: Callable[[Message, str], None],
    backoff: Callable[[Message], None],
) -> bool:
    """Tell whether the message is done with: handled, or safe in the dead-letter queue."""
    try:
        if message.body is None:
            raise UndecodableError  # noqa: TRY301 - one place decides what an error leads to
        handle(message)
    except StatsbidragError as error:
        if not error.retryable:
            return _moved(message, error.code, on_permanent)
        logger.info("message_deferred", message_id=message.id, code=error.code, received=message.received)
    except Exception:  # noqa: BLE001 - logged with its traceback, and the message is handed out again
        logger.exception("unexpected_error", message_id=message.id, received=message.received)
    else:
        return True
    _guarded(backoff, message)
    return False


def _moved(message: Message, code: str, on_permanent: Callable[[Message, str], None]) -> bool:
    done = _guarded(on_permanent, message, code)
    if done:
        logger.warning("message_refused", message_id=message.id, code=code, received=message.received)
    return done


def _guarded(port: Callable[..., None], message: Message, *more: str) -> bool:
    """Call a port; its failure is logged and leaves the message to the queue's own retry."""
    try:
        port(message, *more)
    except Exception:  # noqa: BLE001 - logged with its traceback, and the message is handed out again
        logger.exception("unexpected_error", message_id=message.id)
        return False
    return True
