"""Write each attested batch to the bank's outbox as pain.001, free those of a void batch, and note silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statsbidrag.documents.case_papers import payment_file
from statsbidrag.entry import consumer, wiring
from statsbidrag.ports import DueTask
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.payouts import free_payouts, note_silence, send_batch


def _send(due: DueTask, context: Context) -> None:
    send_batch(wiring.books(), wiring.files("bank_bucket"), wiring.calendar(), payment_file, due, context)


_TASKS: dict[str, Callable[[DueTask, Context], None]] = {
    "send_batch": _send,
    "free_payouts": lambda due, context: free_payouts(wiring.books(), due, context),
    "note_silence": lambda due, context: note_silence(wiring.books(), due, context),
}


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Send each batch once, under its own name; do each task once."""
    return consumer.consume(event, lambda due, context: _TASKS[due.task.kind](due, context))
