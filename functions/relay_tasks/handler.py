"""Push each new task that is due now to its queue, as the table's stream tells of it.

Tiny and idempotent, and it raises on any failure: the batch is then given again, and the sweep is behind it.
"""

from __future__ import annotations

from typing import Any

from statsbidrag.adapters.dynamodb import read_task
from statsbidrag.entry import wiring
from statsbidrag.entry.logs import logger
from statsbidrag.usecases.tasks import relay


def handler(event: dict[str, Any], _: Any) -> None:
    """Relay the tasks of a stream batch."""
    images = (record["dynamodb"].get("NewImage", {}) for record in event["Records"])
    tasks = [read_task(image) for image in images if "task" in image]
    logger.info("tasks_relayed", count=relay(tasks, wiring.queues(), wiring.clock().now()))
