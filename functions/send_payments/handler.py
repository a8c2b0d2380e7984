"""Write each attested batch to the bank's outbox as pain.001."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.case_papers import payment_file
from statsbidrag.entry import consumer, wiring
from statsbidrag.usecases.payouts import send_batch


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Send each batch once, under its own name."""
    return consumer.consume(
        event,
        lambda due, context: send_batch(wiring.books(), wiring.files("bank_bucket"), payment_file, due, context),
    )
