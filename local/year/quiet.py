"""Wait until everything that one step set off is done: by asking, never by guessing a time.

Work flows one way: files from the bank, then tasks, then e-mail, then the news of it. A place that is empty after
what flows into it is empty stays so, and each is therefore asked in that order, once, until it is empty.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from local.mailbox import Mailbox
from local.stack import Stack
from statsbidrag.domain.tasks import Queue
from statsbidrag.domain.time import to_text

_SHORTEST_SECONDS = 0.01
_SHARE = 0.1
"""Asking costs the embedded AWS as much as working: the longer it takes, the seldomer it is asked."""
_STILL_SECONDS = 0.02
"""While mail keeps coming, nothing is done yet, and nobody needs to ask."""
_LIMIT_SECONDS = 120.0
_STANDS_STILL_SECONDS = 10.0
MAIL_TASKS = "tasks for mail"
"""What is waited for while e-mail is owed."""
# Of the queues behind functions, those that only make mail or cases first.
ALL_TASKS: tuple[Queue, ...] = ("requisitions", "allocations", "payments", "assessments", "letters", "mail")


class StillBusyError(TimeoutError):
    """Something that a step set off was not done within the limit; says what."""


class _Place(NamedTuple):
    name: str
    busy: Callable[[], bool]


class Quiet:
    """Tells when the embedded run has nothing left to do.

    Parameters
    ----------
    now
        The instant of the run's clock.
    help_on
        Called when nothing has moved for a while, with what is waited for and how often it was called before: does
        what runs every few minutes in the deployed system, so that a lost message heals.
    patience
        How many times longer than usual it may take, and how many times sooner it is helped on.
    """

    def __init__(
        self,
        stack: Stack,
        mailbox: Mailbox,
        now: Callable[[], datetime],
        help_on: Callable[[str, int], None],
        patience: float = 1.0,
    ) -> None:
        def client(service: str) -> Any:
            return stack.session.client(service, endpoint_url=stack.endpoint)  # type: ignore[call-overload]

        self._stack, self._mailbox, self._now, self._help_on, self._patience = stack, mailbox, now, help_on, patience
        self._dynamodb, self._sqs, self._ses = client("dynamodb"), client("sqs"), client("ses")

    def wait(self, *, bank: bool = False, tasks: tuple[Queue, ...] = ALL_TASKS) -> None:
        """Wait until all is done.

        Parameters
        ----------
        bank
            Whether files from the bank may be under way.
        tasks
            The queues that may have something to do.

        Raises
        ------
        StillBusyError
            It is not done within the limit.
        """
        for place in self._places(bank, tasks):
            self._until(lambda place=place: not place.busy(), place.name)  # type: ignore[misc]

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds; `StillBusyError` if it does not within the limit."""
        self._until(condition, what)

    def awaits_news(self) -> bool:
        """Tell whether e-mail, or news of it, is under way: then no time may pass as if none would come."""
        return self._mail_is_on_its_way() or self._holds("MailEventsQueueUrl")

    def has_work(self, queues: tuple[Queue, ...]) -> bool:
        """Tell whether anything is due in any of some queues."""
        return any(self._is_owed(queue) for queue in queues)

    def leftovers(self) -> list[str]:
        """Name every queue that holds a message, the dead-letter queues among them; empty at the end of a year."""
        urls = {name: url for name, url in self._stack.outputs.items() if name.endswith("Url") and "/0000" in url}
        return [name.removesuffix("Url") for name, url in sorted(urls.items()) if self._messages(url)]

    def _places(self, bank: bool, tasks: tuple[Queue, ...]) -> Iterator[_Place]:
        if bank:
            yield _Place("files from the bank", lambda: self._holds("BankReportsQueueUrl"))
        for queue in tasks:
            yield _Place(f"tasks for {queue}", lambda queue=queue: self._is_owed(queue))  # type: ignore[misc]
        if "mail" in tasks:
            yield _Place("e-mail on its way", self._mail_is_on_its_way)
            yield _Place("news of e-mail", lambda: self._holds("MailEventsQueueUrl"))
        if bank:
            # The bucket tells its queue a moment after it has taken a file: asked again when all else is done.
            yield _Place("files from the bank", lambda: self._holds("BankReportsQueueUrl"))

    def _is_owed(self, queue: Queue) -> bool:
        answer = self._dynamodb.query(
            TableName=self._stack.outputs["TableName"],
            IndexName="due",
            Select="COUNT",
            Limit=1,
            KeyConditionExpression="#queue = :queue AND due_at <= :now",
            ExpressionAttributeNames={"#queue": "queue"},
            ExpressionAttributeValues={":queue": {"S": queue}, ":now": {"S": to_text(self._now())}},
        )
        return bool(answer["Count"])

    def _mail_is_on_its_way(self) -> bool:
        # SES hands on in its own time what it has taken.
        taken = int(self._ses.get_send_quota()["SentLast24Hours"])
        return len(self._mailbox.mails) + len(self._mailbox.failures) < taken

    def _holds(self, output: str) -> bool:
        return bool(self._messages(self._stack.outputs[output]))

    def _messages(self, url: str) -> int:
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(answer[name]) for name in names)

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        limit = _LIMIT_SECONDS * self._patience
        began = helped = time.monotonic()
        times = 0
        while self._mailbox.is_receiving(_STILL_SECONDS) or not condition():
            now = time.monotonic()
            if now - began > limit:
                raise StillBusyError(f"{what}: not done in {limit:.0f} seconds")
            if now - helped > _STANDS_STILL_SECONDS / self._patience:
                self._help_on(what, times)
                helped, times = time.monotonic(), times + 1
            time.sleep(max(_SHORTEST_SECONDS, (now - began) * _SHARE))
