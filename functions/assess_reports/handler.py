"""Assess each report that came in, and each that did not."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import consumer, wiring
from statsbidrag.usecases.reports import assess


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Accept what was used rightly; open a hearing on the rest."""
    return consumer.consume(event, lambda due, context: assess(wiring.books(), due, context))
