"""Push what is due to its queue: at once by the stream, and whatever is still there by the sweep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from statsbidrag.domain.tasks import RELAYED, Queue
from statsbidrag.ports import DueTask, Queues, Store


def relay(tasks: Iterable[DueTask], queues: Queues, now: datetime) -> int:
    """Put new tasks that are due now on their queues; the rest waits for the sweep. Raises if one is not taken."""
    by_queue: dict[Queue, list[DueTask]] = defaultdict(list)
    for due in tasks:
        if due.task.queue in RELAYED and due.task.due <= now:
            by_queue[due.task.queue].append(due)
    for queue, some in by_queue.items():
        queues.send(queue, some)
    return sum(len(some) for some in by_queue.values())


def sweep(store: Store, queues: Queues, now: datetime) -> dict[Queue, int]:
    """Queue every task that is due and still there; a task that is under way already is done only once anyway."""
    swept: dict[Queue, int] = {}
    for queue in sorted(RELAYED):
        tasks = list(store.due(queue, now))
        if tasks:
            queues.send(queue, tasks)
            swept[queue] = len(tasks)
    return swept
