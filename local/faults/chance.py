"""What goes wrong, decided by a hash of the seed and a name: neither the time nor the order of others plays a part."""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from typing import Literal, NamedTuple, get_args

Fault = Literal["throttled", "not_applied", "lost_answer", "repeated", "killed_before", "killed_after"]
"""Busy and nothing done; cut off before or after it was done; done once more a moment later; the caller killed."""
FAULTS: tuple[Fault, ...] = get_args(Fault)

_WEIGHTS: tuple[tuple[Fault, float], ...] = (
    ("throttled", 0.34),
    ("not_applied", 0.2),
    ("lost_answer", 0.24),
    ("repeated", 0.12),
    ("killed_before", 0.05),
    ("killed_after", 0.05),
)
_STICKY = 0.3
_READS = ("Get", "Head", "Query", "List")
_READ_SHARE = 0.15
"""Most calls read, and least is learnt from one that breaks."""
_RESPITE = 5
"""So many calls of a kind pass after one that was broken for good: nothing starves."""
_REMEMBERED = 10_000


class Call(NamedTuple):
    """One AWS call.

    Attributes
    ----------
    service, operation
        As the signature and the request name them: ``dynamodb``, ``TransactWriteItems``.
    invocation
        What all attempts of one call share.
    attempt
        1 for the first; the client's own retries count on.
    repeatable
        Whether the service does it only once, however often it is asked.
    """

    service: str
    operation: str
    invocation: str
    attempt: int
    repeatable: bool

    @property
    def kind(self) -> str:
        """Name the kind of call."""
        return f"{self.service}.{self.operation}"


class Chance:
    """Chance by name."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def share(self, *name: object) -> float:
        """Give a number from 0 up to but not including 1, the same for the same name."""
        text = ":".join(str(part) for part in (self._seed, *name))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6]) / 2**48

    def happens(self, rate: float, *name: object) -> bool:
        """Tell whether something that happens at a rate does so here."""
        return self.share(*name) < rate


class CallFaults:
    """Decides for each call what goes wrong with it.

    Parameters
    ----------
    rate
        The share of calls that break, of those that write. Some break at the first attempt alone, so that the
        client's retry mends them; some at every attempt, so that the function has to live with it.
    """

    def __init__(self, seed: int, rate: float) -> None:
        self._chance, self._rate = Chance(seed), rate
        self._calls: Counter[str] = Counter()
        self._respite: dict[str, int] = {}
        self._sticky: OrderedDict[str, Fault] = OrderedDict()

    def fault_of(self, call: Call) -> Fault | None:
        """Give what goes wrong with this attempt of a call, if anything does."""
        if call.attempt > 1:
            return self._sticky.get(call.invocation)
        self._calls[call.kind] += 1
        number = self._calls[call.kind]
        if number < self._respite.get(call.kind, 0):
            return None
        rate = self._rate * (_READ_SHARE if call.operation.startswith(_READS) else 1.0)
        if not self._chance.happens(rate, call.kind, number):
            return None
        fault = self._drawn(call.kind, number)
        if fault == "repeated" and not call.repeatable:
            return None
        if fault in ("throttled", "not_applied", "lost_answer") and self._chance.happens(
            _STICKY, call.kind, number, "sticky"
        ):
            self._stick(call, fault, number)
        return fault

    def _drawn(self, kind: str, number: int) -> Fault:
        share = self._chance.share(kind, number, "fault")
        for fault, weight in _WEIGHTS:
            share -= weight
            if share < 0:
                return fault
        return _WEIGHTS[-1][0]

    def _stick(self, call: Call, fault: Fault, number: int) -> None:
        self._respite[call.kind] = number + _RESPITE
        self._sticky[call.invocation] = fault
        while len(self._sticky) > _REMEMBERED:
            self._sticky.popitem(last=False)
