"""What callers do when no answer comes: the same request again. Here some answers are lost on purpose."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import httpx

from local.faults.chance import Chance

_LOST = 0.05
_TRIES = 6
_FAILED = 500


class RepeatingTransport(httpx.BaseTransport):
    """Loses answers, and asks again as a careful program does: the same bytes under the same key.

    Parameters
    ----------
    count
        Called with the name of what happened.
    """

    def __init__(self, chance: Chance, count: Callable[[str], None], inner: httpx.BaseTransport | None = None) -> None:
        self._chance, self._count = chance, count
        self._inner = inner or httpx.HTTPTransport()
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request until it is answered."""
        request.read()
        answer = self._asked(request)
        if self._is_lost(request):
            self._count("lost_answer_at_caller")
            answer = self._asked(request)
        for _ in range(_TRIES):
            if answer.status_code < _FAILED:
                break
            self._count("caller_asked_again")
            answer = self._asked(request)
        return answer

    def _asked(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        answer.read()
        answer.close()
        return answer

    def _is_lost(self, request: httpx.Request) -> bool:
        if not (request.method == "GET" or "Idempotency-Key" in request.headers or b"request_key=" in request.content):
            return False
        what = f"{request.method} {request.url.path}"
        with self._lock:  # several municipalities send at once
            self._times[what] += 1
            number = self._times[what]
        return self._chance.happens(_LOST, "answer", what, number)

    def close(self) -> None:
        """Hang up."""
        self._inner.close()
