"""Hold each received requisition against the rules: allocation, deadline, number of requisitions, account."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import consumer, wiring
from statsbidrag.usecases.requisitions import validate


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Approve or reject, with every rule shown."""
    return consumer.consume(event, lambda due, context: validate(wiring.books(), due, context))
