"""Each bank day: put the payouts that are due in a batch, ready to be attested."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import schedule, wiring
from statsbidrag.usecases.payouts import queue_due


def handler(_: dict[str, Any], context: Any) -> None:
    """Prepare the batches of today, if today is a bank day."""
    schedule.run(context, lambda acting: queue_due(wiring.books(), wiring.calendar(), acting.actor, acting))
