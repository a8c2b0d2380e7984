"""Every few minutes: queue again whatever is due and still there. A lost message or a missed run heals here."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import schedule, wiring
from statsbidrag.usecases.tasks import sweep


def handler(_: dict[str, Any], context: Any) -> None:
    """Sweep every relayed queue."""
    schedule.run(context, lambda _: sweep(wiring.store(), wiring.queues(), wiring.clock().now()))
