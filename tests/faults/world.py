"""One process with all functions, their queues and their buckets: Lambda's part played by hand, AWS by moto.

Handlers and adapters are the real ones. The world can be saved and put back at once, and be seen as a whole.
"""

from __future__ import annotations

import copy
import importlib
import json
import logging
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest import mock

import msgspec
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends
from moto.s3.utils import _VersionedKeyStore
from moto.ses.models import ses_backends
from moto.sqs.models import sqs_backends

from local.ses_events import Sent, events_of
from statsbidrag.adapters.aws import client
from statsbidrag.adapters.dynamodb import DynamoDBStore, read_task
from statsbidrag.domain.journal import canonical
from statsbidrag.domain.tasks import RELAYED
from statsbidrag.entry import wiring
from statsbidrag.entry.logs import logger
from statsbidrag.usecases.books import Books
from tests.faults.injection import Injection, Killed
from tests.faults.stack import ACCOUNT, REGION, Stack, functions

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
AN_HOUR = timedelta(hours=1, minutes=1)
Item = dict[str, Any]


class Died(msgspec.Struct, frozen=True):
    """What a call came to that raised or was killed."""

    error: str


class Clock:
    """Stands until it is moved; in place of the system's clock, behind the same port."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time


class Saved(msgspec.Struct, frozen=True):
    """A world put aside; queues are empty and no e-mail is without its news."""

    time: datetime
    items: dict[Any, dict[Any, Any]]
    objects: dict[str, dict[str, list[Any]]]


class _Faults(logging.Handler):
    """Counts what the functions themselves call faults of the program."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.seen += record.getMessage() == "unexpected_error"


class World:
    """The stack, its clock, and what has left it.

    Attributes
    ----------
    taken
        The ids of all e-mails that SES took, in order; `told` of them have had their news.
    """

    def __init__(self, stack: Stack, injection: Injection) -> None:
        self.stack = stack
        self.injection = injection
        self.clock = Clock()
        self.taken: list[str] = []
        self.told = 0
        self.program_faults = _Faults()
        store = DynamoDBStore(client("dynamodb"), stack.table)
        self.books = Books(store, self.clock, lambda record, context: None)

    # Lambda's part

    def call(self, function: str, event: Any) -> Any:
        """Run a function in a process of its own; gives its answer, or `Died`."""
        context = SimpleNamespace(aws_request_id=f"request-{function}", function_name=function)
        cold_start()
        with mock.patch.dict(os.environ, self.stack.environment(function)):
            try:
                return _handler(function)(copy.deepcopy(event), context)
            except (Exception, Killed) as error:  # noqa: BLE001 - Lambda sees every way to end
                return Died(repr(error))
            finally:
                logger.set_correlation_id(None)

    def put_on_queue(self, function: str, *bodies: str) -> None:
        """Put messages on the queue that a function reads."""
        for body in bodies:
            self._sqs.send_message(functions()[function].queue, body)

    def receive(self, function: str) -> list[Any]:
        """Hand each message that waits to the function, once; gives what each batch came to."""
        described = functions()[function]
        for message in self._sqs.queues[described.queue]._messages:
            message.visible_at = 0  # time passes until it is handed out again
        answers = []
        while batch := self._sqs.receive_message(described.queue, described.batch_size, 0, 3600):
            answer = self.call(function, _sqs_event(described.queue, batch))
            answers.append(answer)
            failed = {message.id for message in batch}
            if not isinstance(answer, Died):
                failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for message in batch:
                if message.id not in failed:
                    self._sqs.delete_message(described.queue, message.receipt_handle)
        return answers

    def redrive(self) -> bool:
        """Send every dead letter back to its queue; tells whether there were any."""
        found = False
        for name, queue in self._sqs.queues.items():
            for message in list(queue._messages) if name.endswith("DeadLetters") else ():
                self._sqs.send_message(name.replace("DeadLetters", "Queue"), message.body)
                queue._messages.remove(message)
                found = True
        return found

    def tell_news(self) -> bool:
        """Queue what SES says of each e-mail it took and has not told of; tells whether there was any."""
        news = self.taken[self.told :]
        for number, mail_id in enumerate(news, start=self.told + 1):
            to = ("registrator@upplands-vasby.example",)
            sent = Sent(f"ses-{number}", mail_id, "statsbidrag@socialstyrelsen.example", to, (), self.clock.time, ())
            self.put_on_queue("read_mail_events", *(json.dumps(event) for event in events_of(sent)))
        self.told = len(self.taken)
        return bool(news)

    # As a whole

    def waiting(self) -> dict[str, list[str]]:
        """Give the bodies on every queue that is not empty, dead letters included."""
        return {
            name: sorted(message.body for message in queue._messages)
            for name, queue in sorted(self._sqs.queues.items())
            if queue._messages
        }

    def items(self) -> dict[tuple[str, str], Item]:
        """Give every item of the table by its key, in order."""
        rows = self._table.items.values()
        items = [{name: held.value for name, held in item.attrs.items()} for row in rows for item in row.values()]
        return {(item["pk"], item["sk"]): item for item in sorted(items, key=lambda i: (i["pk"], i["sk"]))}

    def files(self) -> dict[str, list[str]]:
        """Give every object that is there, as ``bucket/key``, with the tags of all its versions."""
        return {
            f"{name}/{key}": [version.etag for version in versions if hasattr(version, "etag")]
            for name, bucket in sorted(self._buckets.items())
            for key, versions in sorted(bucket.keys._iterlists())
            if hasattr(versions[-1], "etag")
        }

    def content(self, bucket: str, key: str) -> bytes:
        """Give an object's content; the bucket by its logical id."""
        value: bytes = self._buckets[self.stack.buckets[bucket]].keys[key].value
        return value

    def due(self) -> bool:
        """Tell whether a task that is relayed is due."""
        now = self.clock.time
        for row in self._table.items.values():
            for item in row.values():
                if "task" in item.attrs:
                    due = read_task(item.to_json()["Attributes"])
                    if due.task.queue in RELAYED and due.task.due <= now:
                        return True
        return False

    def digest(self) -> bytes:
        """Name the world as it is: two worlds of one name go on in the same way."""
        seen = (list(self.items().values()), self.files(), self.waiting(), self.taken, self.told, self.clock.time)
        return canonical(seen)

    def save(self) -> Saved:
        """Put the world aside; an item or an object is never changed, only replaced."""
        if self.waiting() or self.told < len(self.taken):
            raise ValueError("the world is not at rest")
        items = {pk: dict(row) for pk, row in self._table.items.items()}
        objects = {name: dict(bucket.keys._iterlists()) for name, bucket in self._buckets.items()}
        return Saved(self.clock.time, items, {name: {k: list(v) for k, v in o.items()} for name, o in objects.items()})

    def restore(self, saved: Saved) -> None:
        """Put a saved world back: its queues are empty, and SES has taken nothing."""
        self.clock.time = saved.time
        self._table.items = defaultdict(dict, {pk: dict(row) for pk, row in saved.items.items()})
        for name, bucket in self._buckets.items():
            keys = bucket.keys = _VersionedKeyStore()
            for key, versions in saved.objects[name].items():
                dict.__setitem__(keys, key, list(versions))
        for queue in self._sqs.queues.values():
            queue._messages, queue._pending_messages = [], set()
        ses_backends[ACCOUNT][REGION].sent_messages.clear()
        self.taken.clear()
        self.told = 0

    @property
    def ses_took(self) -> int:
        """How many e-mails moto's SES holds."""
        return len(ses_backends[ACCOUNT][REGION].sent_messages)

    @property
    def _table(self) -> Any:
        return dynamodb_backends[ACCOUNT][REGION].tables[self.stack.table]

    @property
    def _buckets(self) -> Mapping[str, Any]:
        return s3_backends[ACCOUNT]["aws"].buckets

    @property
    def _sqs(self) -> Any:
        return sqs_backends[ACCOUNT][REGION]


@cache
def _handler(function: str) -> Any:
    return importlib.import_module(f"functions.{function}.handler").handler


_CACHED = [held for held in vars(wiring).values() if hasattr(held, "cache_clear")]


def cold_start() -> None:
    """Forget all that a process keeps of its own. Clients stay: they keep nothing of ours and are slow to make."""
    for held in _CACHED:
        held.cache_clear()


def _sqs_event(queue: str, batch: list[Any]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": message.id,
                "receiptHandle": message.receipt_handle,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.approximate_receive_count)},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
                "awsRegion": REGION,
            }
            for message in batch
        ]
    }


def _shallow_twin(table: Table, _: dict[int, Any]) -> Table:
    """Copy a table for moto's rollback: it takes one for every part of a transaction, and items are never changed."""
    twin = copy.copy(table)
    twin.items = defaultdict(dict, {pk: dict(row) for pk, row in table.items.items()})
    return twin


@contextmanager
def opened() -> Iterator[World]:
    """Make the stack in moto, with the injection between and the clock in place; all is gone when the block ends."""
    settings = {"AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    worlds: list[World] = []

    def after(operation: str, parameters: Mapping[str, Any]) -> None:
        if operation == "ses.SendRawEmail":
            worlds[0].taken += [tag["Value"] for tag in parameters["Tags"] if tag["Name"] == "mail"]

    injection = Injection(after)
    with (
        mock.patch.dict(os.environ, settings),
        mock.patch.object(Table, "__deepcopy__", _shallow_twin, create=True),
        mock_aws(),
        injection.installed(),
    ):
        _forget_clients()
        world = World(Stack(), injection)
        worlds.append(world)
        try:
            with (
                mock.patch.object(wiring, "clock", return_value=world.clock),
                mock.patch.object(logger._logger, "handlers", [world.program_faults]),
            ):
                yield world
        finally:
            _forget_clients()
            cold_start()


def _forget_clients() -> None:
    from statsbidrag.adapters import aws

    aws._client.cache_clear()
    aws._session.cache_clear()
