"""The books in one DynamoDB table.

Every aggregate is an item collection: ``SNAPSHOT``, ``EVENT#000001`` …, ``TASK#…``, ``REQUEST#…`` under its key. The
sparse index ``due`` holds the tasks by queue and time. Lookups are items of their own, put by the same transaction, and
so are mandates: ``PERSON#<subject>``, ``MANDATE#<municipality>``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from statsbidrag.domain.errors import Conflict, CorruptBooks
from statsbidrag.domain.journal import Granted, Record, canonical, sha256
from statsbidrag.domain.tasks import Queue, Task
from statsbidrag.domain.time import from_text, to_text
from statsbidrag.ports import Collection, Commit, DueTask, Marker, Request, Snapshot

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SNAPSHOT = "SNAPSHOT"
_EVENT = "EVENT#"
_TASK = "TASK#"
_TASKS = msgspec.json.Decoder(Task)
_NEW = "attribute_not_exists(pk)"
_MOST_ITEMS = 100
"""What one DynamoDB transaction carries at the most."""
_MOST_KEYS = 100
"""What one BatchGetItem asks for at the most."""


def _event_key(number: int) -> str:
    return f"{_EVENT}{number:06d}"


def _request_key(request: Request) -> str:
    return f"REQUEST#{sha256(request.key.encode())}"


def _mandate_key(granted: Granted) -> tuple[str, str]:
    return f"PERSON#{granted.subject}", f"MANDATE#{granted.municipality}"


def _mandate_item(granted: Granted) -> dict[str, Any]:
    pk, sk = _mandate_key(granted)
    return {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "municipality": {"S": granted.municipality},
        "role": {"S": granted.role},
    }


def read_task(item: dict[str, Any]) -> DueTask:
    """Read a task item, as the table, its index and its stream give it."""
    task = _TASKS.decode(item["task"]["S"])
    return DueTask(item["pk"]["S"], task, item["correlation"]["S"])


def _read_snapshot(item: dict[str, Any]) -> Snapshot:
    key, version = item["pk"]["S"], int(item["version"]["N"])
    return Snapshot(key, version, item["head"]["S"], item["state"]["S"].encode())


def _read_record(item: dict[str, Any]) -> Record:
    number = int(item["sk"]["S"].removeprefix(_EVENT))
    named = (item[name]["S"] for name in ("type", "at", "body", "hash"))
    return Record(item["pk"]["S"], number, *named)


class DynamoDBStore:
    """`Store` on one table.

    Parameters
    ----------
    client
        A low-level DynamoDB client.
    table
        Name of the table.
    """

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def _get(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
        )
        return answer.get("Item")

    def load(self, key: str) -> Snapshot | None:
        """Give the snapshot under a key, read consistently."""
        item = self._get(key, SNAPSHOT)
        return _read_snapshot(item) if item else None

    def load_all(self, keys: Sequence[str]) -> Mapping[str, Snapshot]:
        """Give the snapshots under some keys, a hundred with one call; a key without one is left out."""
        wanted = sorted(set(keys))
        found: dict[str, Snapshot] = {}
        for start in range(0, len(wanted), _MOST_KEYS):
            named = [{"pk": {"S": key}, "sk": {"S": SNAPSHOT}} for key in wanted[start : start + _MOST_KEYS]]
            asked: Any = {self._table: {"Keys": named, "ConsistentRead": True}}
            while asked:
                # An answer holds one at least, or the client raises: the loop is as long as the keys at the most.
                answer = self._client.batch_get_item(RequestItems=asked)
                snapshots = [_read_snapshot(item) for item in answer["Responses"].get(self._table, [])]
                found |= {snapshot.key: snapshot for snapshot in snapshots}
                asked = answer.get("UnprocessedKeys")
        return found

    def marker(self, key: str, request: Request) -> Marker | None:
        """Give the marker of a request, read consistently."""
        item = self._get(key, _request_key(request))
        return Marker(item["content_hash"]["S"], item["answer"]["S"].encode()) if item else None

    def commit(self, commit: Commit) -> None:
        """Write it all in one transaction; `Conflict` when any condition fails."""
        items = self._items(commit)
        if len(items) > _MOST_ITEMS:
            raise CorruptBooks(f"{commit.snapshot.key}: a commit of {len(items)} items")
        self._transact(items, (commit,))

    def commit_all(self, commits: Sequence[Commit]) -> None:
        """Write commits of several aggregates, as many in one transaction as it carries."""
        together: list[Commit] = []
        items: list[dict[str, Any]] = []
        for commit in commits:
            more = self._items(commit)
            if len(more) > _MOST_ITEMS:
                raise CorruptBooks(f"{commit.snapshot.key}: a commit of {len(more)} items")
            if len(items) + len(more) > _MOST_ITEMS:
                self._transact(items, tuple(together))
                together, items = [], []
            together.append(commit)
            items += more
        if together:
            self._transact(items, tuple(together))

    def _transact(self, items: list[dict[str, Any]], commits: tuple[Commit, ...]) -> None:
        # An account knows tokens for all of its tables together.
        named = commits[0] if len(commits) == 1 else commits
        token = sha256(canonical((self._table, named)))[:36]
        try:
            self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)  # type: ignore[arg-type]
        except ClientError as error:
            if error.response["Error"]["Code"] in (
                "TransactionCanceledException",
                "TransactionConflictException",
                "TransactionInProgressException",
            ):
                raise self._conflict(commits[0], error) from error
            raise

    def _conflict(self, commit: Commit, error: ClientError) -> Exception:
        reasons = {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])}
        lost = {"None", "ConditionalCheckFailed", "TransactionConflict"}
        return Conflict(commit.snapshot.key) if reasons <= lost else error

    def _items(self, commit: Commit) -> list[dict[str, Any]]:
        key = commit.snapshot.key
        return [
            self._put_snapshot(commit),
            *(self._put(self._event_item(record), _NEW) for record in commit.records),
            *(self._put(self._task_item(key, task, commit.correlation)) for task in sorted(commit.tasks_put)),
            *(self._delete(key, f"{_TASK}{task.id}") for task in sorted(commit.tasks_removed)),
            *(
                self._put({"pk": {"S": look.index}, "sk": {"S": look.name}, "key": {"S": key}}, _NEW)
                for look in commit.lookups
            ),
            *(self._put(_mandate_item(each)) for each in sorted(commit.granted)),
            *(self._delete(*_mandate_key(each)) for each in sorted(commit.ended)),
            *self._put_marker(key, commit),
        ]

    def _put(self, item: dict[str, Any], condition: str | None = None) -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if condition is not None:
            put["ConditionExpression"] = condition
        return {"Put": put}

    def _delete(self, pk: str, sk: str) -> dict[str, Any]:
        return {"Delete": {"TableName": self._table, "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}

    def _put_snapshot(self, commit: Commit) -> dict[str, Any]:
        snapshot = commit.snapshot
        item = {
            "pk": {"S": snapshot.key},
            "sk": {"S": SNAPSHOT},
            "version": {"N": str(snapshot.version)},
            "head": {"S": snapshot.head},
            "status": {"S": commit.status},
            "state": {"S": snapshot.state.decode()},
        }
        if commit.expected == 0:
            return self._put(item, _NEW)
        put = self._put(item, "#version = :expected")
        put["Put"]["ExpressionAttributeNames"] = {"#version": "version"}
        put["Put"]["ExpressionAttributeValues"] = {":expected": {"N": str(commit.expected)}}
        return put

    def _event_item(self, record: Record) -> dict[str, Any]:
        return {
            "pk": {"S": record.key},
            "sk": {"S": _event_key(record.number)},
            "type": {"S": record.type},
            "at": {"S": record.at},
            "body": {"S": record.body},
            "hash": {"S": record.hash},
        }

    def _task_item(self, key: str, task: Task, correlation: str) -> dict[str, Any]:
        return {
            "pk": {"S": key},
            "sk": {"S": f"{_TASK}{task.id}"},
            "queue": {"S": task.queue},
            "due_at": {"S": to_text(task.due)},
            "task": {"S": canonical(task).decode()},
            "correlation": {"S": correlation},
        }

    def _put_marker(self, key: str, commit: Commit) -> list[dict[str, Any]]:
        if commit.request is None:
            return []
        item = {
            "pk": {"S": key},
            "sk": {"S": _request_key(commit.request)},
            "content_hash": {"S": commit.request.content_hash},
            "answer": {"S": commit.answer.decode()},
        }
        return [self._put(item, _NEW)]

    def collection(self, key: str) -> Collection:
        """Give snapshot, journal and tasks of an aggregate, by one Query."""
        items = list(self._query(key, ""))
        snapshot = next((_read_snapshot(item) for item in items if item["sk"]["S"] == SNAPSHOT), None)
        return Collection(
            snapshot,
            tuple(_read_record(item) for item in items if item["sk"]["S"].startswith(_EVENT)),
            frozenset(read_task(item).task for item in items if item["sk"]["S"].startswith(_TASK)),
        )

    def due(self, queue: Queue, now: datetime) -> Iterator[DueTask]:
        """Give tasks of a queue that are due, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="#queue = :queue AND due_at <= :now",
            ExpressionAttributeNames={"#queue": "queue"},
            ExpressionAttributeValues={":queue": {"S": queue}, ":now": {"S": to_text(now)}},
        )
        for page in pages:
            for item in page["Items"]:
                yield read_task(item)

    def listed(self, index: str) -> Iterator[str]:
        """Give the names under an index, in order."""
        for item in self._query(index, ""):
            yield item["sk"]["S"]

    def found(self, index: str, name: str) -> str | None:
        """Give the key of the aggregate that a lookup names."""
        item = self._get(index, name)
        return item["key"]["S"] if item else None

    def claim(self, name: str, now: datetime) -> datetime | None:
        """Claim an effect; the first caller gets ``None``, every later one the instant of the claim."""
        item = {"pk": {"S": f"CLAIM#{name}"}, "sk": {"S": "CLAIM"}, "at": {"S": to_text(now)}}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=_NEW,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            claimed = self._get(f"CLAIM#{name}", "CLAIM")
            return from_text(claimed["at"]["S"]) if claimed else now
        return None

    def release(self, name: str) -> None:
        """Take back a claim on an effect that certainly did not happen."""
        key = {"pk": {"S": f"CLAIM#{name}"}, "sk": {"S": "CLAIM"}}
        self._client.delete_item(TableName=self._table, Key=key)

    def _query(self, pk: str, prefix: str) -> Iterator[dict[str, Any]]:
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition, values = f"{condition} AND begins_with(sk, :prefix)", {**values, ":prefix": {"S": prefix}}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]
