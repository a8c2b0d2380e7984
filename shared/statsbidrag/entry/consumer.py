"""How a queue's messages become tasks that are done: the same for every function behind a queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import batch, wiring
from statsbidrag.entry.logs import logger
from statsbidrag.ports import DueTask
from statsbidrag.usecases.books import Context

Answer = dict[str, list[dict[str, str]]]


def consume(event: dict[str, Any], do: Callable[[DueTask, Context], None]) -> Answer:
    """Do every task of an SQS batch, each by itself.

    Returns
    -------
    dict
        ``batchItemFailures`` with the messages to be handed out again.
    """

    def handle(message: batch.Message) -> None:
        due = _task(message)
        logger.set_correlation_id(due.correlation)
        do(due, wiring.system(due.correlation))

    return read(event, handle)


def read(event: dict[str, Any], handle: Callable[[batch.Message], None]) -> Answer:
    """Handle every message of an SQS batch by the one policy for failures."""
    failing = wiring.dead_letters()
    with wiring.at_once():
        answer = batch.process(
            event,
            handle,
            on_permanent=lambda message, reason: failing.bury(message.text, reason),
            backoff=lambda message: failing.delay(message.receipt_handle, message.received),
        )
    logger.info("messages_handled", count=len(event["Records"]), handed_back=len(answer["batchItemFailures"]))
    return answer


def _task(message: batch.Message) -> DueTask:
    try:
        return msgspec.convert(message.body, DueTask)
    except msgspec.ValidationError:
        raise Refusal("message_undecodable", "Meddelandet är ingen uppgift.", status=400) from None
