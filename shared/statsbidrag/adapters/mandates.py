"""The mandates of a person: items beside each other under the person's key, so that one Query gives them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from statsbidrag.domain.mandates import Mandate

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBMandates:
    """`Mandates` in the table of the books."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, subject: str) -> tuple[Mandate, ...]:
        """Give a person's mandates, read consistently."""
        items = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": f"PERSON#{subject}"}, ":sk": {"S": "MANDATE#"}},
            ConsistentRead=True,
        )["Items"]
        told = [{"municipality": item["municipality"]["S"], "role": item["role"]["S"]} for item in items]
        return tuple(msgspec.convert(told, list[Mandate]))
