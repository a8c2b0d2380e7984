"""What the agency owes someone: a name, a queue and a time.

Tasks are never created or ticked off by hand. They follow from the state of an aggregate (`owed`), and the commit
writes the difference, so that doing a thing removes its task in the very transaction that records it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Queue = Literal[
    "requisitions",
    "payouts",
    "payments",
    "allocations",
    "report_links",
    "assessments",
    "letters",
    "invoices",
    "mail",
    "officer",
]
"""Who does it: a queue's function, a scheduled function that gathers, or (``officer``) a person."""

RELAYED: frozenset[Queue] = frozenset({"requisitions", "payments", "allocations", "assessments", "letters", "mail"})
"""Queues with an SQS queue behind them; the others are gathered on schedule or worked by people."""


class Task(msgspec.Struct, frozen=True, order=True):
    """One thing owed.

    Attributes
    ----------
    kind
        What to do: ``validate_requisition``.
    about
        Which one, within the aggregate: ``1``.
    due
        UTC instant from which it should be done.
    """

    queue: Queue
    kind: str
    about: str
    due: datetime

    @property
    def id(self) -> str:
        """Name the task within its aggregate."""
        return f"{self.kind}-{self.about}"
