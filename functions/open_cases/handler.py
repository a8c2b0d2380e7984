"""Write an approved allocation list to the municipalities' cases."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import consumer, wiring
from statsbidrag.usecases.rounds import apply_list


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Open or update the case of every municipality in the list."""
    return consumer.consume(event, lambda due, context: apply_list(wiring.books(), wiring.register(), due, context))
