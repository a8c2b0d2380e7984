"""The clock of the embedded run: an instant stored in the stack's table, which only the simulation moves."""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local.stack import Stack

_KEY = {"pk": {"S": "CLOCK"}, "sk": {"S": "NOW"}}


class ClockMovedBackwardsError(ValueError):
    """The stored clock was asked to go back, which no clock does."""


class StoredClock:
    """Reads and moves the stored clock of a stack.

    Parameters
    ----------
    stack
        The embedded stack; its output `TableName` names the table.
    """

    def __init__(self, stack: Stack) -> None:
        self._table = stack.outputs["TableName"]
        self._dynamodb: Any = stack.session.client("dynamodb", endpoint_url=stack.endpoint)

    def read(self) -> datetime:
        """Return the stored instant, in UTC.

        Raises
        ------
        LookupError
            When the clock was never set.
        """
        answer = self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        if "Item" not in answer:
            raise LookupError("The stored clock was never set")
        return datetime.fromisoformat(answer["Item"]["now"]["S"])

    def set_to(self, instant: datetime) -> None:
        """Move the clock to an instant; setting the same instant again changes nothing.

        Parameters
        ----------
        instant
            Aware; stored in UTC with microseconds, so that the texts sort as the instants do.

        Raises
        ------
        ValueError
            When the instant has no time zone.
        ClockMovedBackwardsError
            When the stored instant is later; it stays.
        """
        if instant.tzinfo is None:
            raise ValueError("The clock needs an instant with a time zone")
        text = instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=_KEY | {"now": {"S": text}},
                ConditionExpression="attribute_not_exists(pk) OR #now <= :now",
                ExpressionAttributeNames={"#now": "now"},
                ExpressionAttributeValues={":now": {"S": text}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise ClockMovedBackwardsError(f"The stored clock is later than {text}") from error
