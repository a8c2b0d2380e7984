"""What time it is: the system's clock, or in the embedded run a stored one that the simulated year moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.time import from_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SystemClock:
    """The clock of every deployed stack."""

    def now(self) -> datetime:
        """Give the instant in UTC."""
        return datetime.now(UTC)


class StoredClock:
    """The clock of the embedded run, one item of the table; read anew each time."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def now(self) -> datetime:
        """Give the stored instant in UTC."""
        key = {"pk": {"S": "CLOCK"}, "sk": {"S": "NOW"}}
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            raise CorruptBooks("the stored clock was never set")
        return from_text(item["now"]["S"])
