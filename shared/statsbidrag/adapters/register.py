"""The register of recipients: one item a municipality, all under one key so that a Query gives them all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from statsbidrag.domain.journal import canonical
from statsbidrag.domain.recipient import Recipient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestOutputTypeDef, WriteRequestTypeDef

_KEY = "REGISTER"
_RECIPIENTS = msgspec.json.Decoder(Recipient)
_AT_ONCE = 25
"""What DynamoDB takes in one call."""
_TRIES = 5


class DynamoDBRegister:
    """`Register` in the table of the books."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, municipality: str) -> Recipient | None:
        """Give one municipality's entry."""
        item = self._client.get_item(
            TableName=self._table, Key={"pk": {"S": _KEY}, "sk": {"S": municipality}}, ConsistentRead=True
        ).get("Item")
        return _RECIPIENTS.decode(item["recipient"]["S"]) if item else None

    def all(self) -> Sequence[Recipient]:
        """Give every entry, by code."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _KEY}},
            ConsistentRead=True,
        )
        return [_RECIPIENTS.decode(item["recipient"]["S"]) for page in pages for item in page["Items"]]

    def put(self, recipients: Sequence[Recipient]) -> None:
        """Replace entries, 25 at a time; each one whole, so that doing it again changes nothing."""
        for start in range(0, len(recipients), _AT_ONCE):
            some = recipients[start : start + _AT_ONCE]
            left: Sequence[WriteRequestTypeDef | WriteRequestOutputTypeDef]
            left = [{"PutRequest": {"Item": _item(recipient)}} for recipient in some]
            for _ in range(_TRIES):
                answer = self._client.batch_write_item(RequestItems={self._table: left})
                left = answer.get("UnprocessedItems", {}).get(self._table, [])
                if not left:
                    break
            else:
                raise ConnectionError(f"{len(left)} entries of the register were not taken")


def _item(recipient: Recipient) -> dict[str, Any]:
    return {
        "pk": {"S": _KEY},
        "sk": {"S": recipient.municipality},
        "recipient": {"S": canonical(recipient).decode()},
    }
