"""Drafts: one item for each form of a case, beside the journals and no part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import ClientError

from statsbidrag.domain.errors import Conflict
from statsbidrag.domain.journal import canonical
from statsbidrag.ports import Draft

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ITEM = "DRAFT"
_DRAFTS = msgspec.json.Decoder(Draft)
_CHANGED = "ConditionalCheckFailedException"


class DynamoDBDrafts:
    """`Drafts` in the table of the books."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key: str) -> Draft | None:
        """Give the draft under a key, read consistently."""
        item = self._client.get_item(TableName=self._table, Key=_item_key(key), ConsistentRead=True).get("Item")
        return _DRAFTS.decode(item["draft"]["S"]) if item else None

    def put(self, key: str, draft: Draft, expected: str) -> None:
        """Save a draft in place of the version that was seen; `Conflict` when it is another by now."""
        item = {**_item_key(key), "version": {"S": draft.version}, "draft": {"S": canonical(draft).decode()}}
        try:
            self._client.put_item(TableName=self._table, Item=item, **_unchanged(expected))
        except ClientError as error:
            raise _conflict(error, key) from None

    def remove(self, key: str, expected: str) -> None:
        """Remove the version that was seen; another one stays."""
        try:
            self._client.delete_item(TableName=self._table, Key=_item_key(key), **_unchanged(expected))
        except ClientError as error:
            if error.response["Error"]["Code"] != _CHANGED:
                raise


def _item_key(key: str) -> dict[str, Any]:
    return {"pk": {"S": f"DRAFT#{key}"}, "sk": {"S": _ITEM}}


def _unchanged(expected: str) -> dict[str, Any]:
    if not expected:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"S": expected}},
    }


def _conflict(error: ClientError, key: str) -> Exception:
    return Conflict(key) if error.response["Error"]["Code"] == _CHANGED else error
