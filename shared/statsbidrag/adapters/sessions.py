"""Sessions and attempts in a table of their own: it is no part of the books, and its items end by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from statsbidrag.domain.errors import Conflict
from statsbidrag.domain.journal import canonical
from statsbidrag.domain.sessions import Attempt, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPT, _SESSION = "ATTEMPT", "SESSION"
_ATTEMPTS = msgspec.json.Decoder(Attempt)
_SESSIONS = msgspec.json.Decoder(Session)
_CHANGED = "TransactionCanceledException"


class DynamoDBSessions:
    """`Sessions`: the key of an item is its kind and the hash of the browser's secret."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, key: str, attempt: Attempt) -> None:
        """Remember an attempt."""
        self._client.put_item(TableName=self._table, Item=_item(_ATTEMPT, key, attempt, attempt.ends_at))

    def take(self, key: str) -> Attempt | None:
        """Give an attempt and forget it, in one step."""
        answer = self._client.delete_item(TableName=self._table, Key=_key(_ATTEMPT, key), ReturnValues="ALL_OLD")
        item = answer.get("Attributes")
        return _ATTEMPTS.decode(item["content"]["S"]) if item else None

    def get(self, key: str) -> Session | None:
        """Give a session, read consistently."""
        item = self._client.get_item(TableName=self._table, Key=_key(_SESSION, key), ConsistentRead=True).get("Item")
        return _SESSIONS.decode(item["content"]["S"]) if item else None

    def open(self, key: str, session: Session) -> None:
        """Write a new session."""
        self._client.put_item(TableName=self._table, Item=_item(_SESSION, key, session, session.ends_at))

    def replace(self, key: str, seen: Session, old: Session, new_key: str, new: Session) -> None:
        """Write a session anew under its old and its new key, or neither; `Conflict` when it was another by then."""
        put_old: Any = {
            "TableName": self._table,
            "Item": _item(_SESSION, key, old, old.ends_at),
            "ConditionExpression": "content = :seen",
            "ExpressionAttributeValues": {":seen": {"S": canonical(seen).decode()}},
        }
        put_new: Any = {"TableName": self._table, "Item": _item(_SESSION, new_key, new, new.ends_at)}
        try:
            self._client.transact_write_items(TransactItems=[{"Put": put_old}, {"Put": put_new}])
        except ClientError as error:
            raise (Conflict("session") if error.response["Error"]["Code"] == _CHANGED else error) from None

    def end(self, *keys: str) -> None:
        """Forget sessions."""
        for key in keys:
            self._client.delete_item(TableName=self._table, Key=_key(_SESSION, key))


def _key(kind: str, key: str) -> dict[str, Any]:
    return {"id": {"S": f"{kind}#{key}"}}


def _item(kind: str, key: str, content: Attempt | Session, ends_at: datetime) -> dict[str, Any]:
    """Give an item; DynamoDB deletes it some time after ``expires``, in whole seconds of Unix time."""
    expires = str(int(ends_at.timestamp()) + 1)
    return {**_key(kind, key), "content": {"S": canonical(content).decode()}, "expires": {"N": expires}}
