"""Break the nth AWS call of a function, in each of the ways a call can break, or let something happen before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args
from unittest import mock

from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError

Fault = Literal["throttled", "not applied", "applied", "killed before", "killed after"]
Happening = Fault | Literal["others meanwhile"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
"""The service is busy; no answer and no effect; no answer but the effect; the process dies before the call, or after.

What botocore's own retries would have mended never comes up here: the call fails as if they were used up.
"""
MEANWHILE: Happening = "others meanwhile"
"""Nothing breaks, but before the call others do all of what they do."""

_BUSY = {"s3": ("SlowDown", 503), "ses": ("Throttling", 400), "sqs": ("RequestThrottled", 403)}


class Killed(BaseException):
    """The process is gone: nothing in it may catch this."""


class Injection:
    """Stands between every boto3 client and AWS.

    Attributes
    ----------
    calls
        The operations called while counting or breaking: ``dynamodb.GetItem``.
    """

    def __init__(self, after: Callable[[str, dict[str, Any]], None]) -> None:
        self.calls: list[str] = []
        self._after = after
        self._counting = False
        self._plan: tuple[int, Happening] | None = None
        self._others: Callable[[], object] = lambda: None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand between, for every client of this process."""
        real: Any = vars(BaseClient)["_make_api_call"]

        def call(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            name = f"{client.meta.service_model.service_name}.{operation}"

            def through() -> Any:
                answer = real(client, operation, parameters)
                self._after(name, parameters)
                return answer

            return self._call(name, operation, through)

        with mock.patch.object(BaseClient, "_make_api_call", call):
            yield

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """Count the calls within; none of them breaks."""
        with self._watching(None) as calls:
            yield calls

    @contextmanager
    def breaking(self, number: int, how: Happening, others: Callable[[], object] = lambda: None) -> Iterator[list[str]]:
        """Break the call of that number within, or let others come before it; the first is 0."""
        self._others = others
        with self._watching((number, how)) as calls:
            yield calls

    @contextmanager
    def _watching(self, plan: tuple[int, Happening] | None) -> Iterator[list[str]]:
        self.calls, self._plan, self._counting = [], plan, True
        try:
            yield self.calls
        finally:
            self._plan, self._counting = None, False

    def _call(self, name: str, operation: str, through: Callable[[], Any]) -> Any:
        if not self._counting:
            return through()
        number = len(self.calls)
        self.calls.append(name)
        if self._plan is None or self._plan[0] != number:
            return through()
        if self._plan[1] == MEANWHILE:
            self._let_others()
            return through()
        return _break(self._plan[1], name, operation, through)

    def _let_others(self) -> None:
        """Let the others do what they do, uncounted and unbroken."""
        self._counting = False
        try:
            self._others()
        finally:
            self._counting = True


def _break(fault: Happening, name: str, operation: str, through: Callable[[], Any]) -> Any:
    if fault == "throttled":
        code, status = _BUSY.get(name.partition(".")[0], ("ThrottlingException", 400))
        told: Any = {"Error": {"Code": code, "Message": "busy"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(told, operation)
    if fault == "killed before":
        raise Killed(name)
    if fault in ("applied", "killed after"):
        through()
    if fault == "killed after":
        raise Killed(name)
    raise ReadTimeoutError(endpoint_url=name)
