"""Mandates that a test gives at once, without an application or an import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.provider import Person
from local.stack import Stack

_AT_ONCE = 25
"""What DynamoDB takes in one call."""


def let_act(stack: Stack, people: Iterable[Person]) -> None:
    """Let everybody act for whom they act; doing it again changes nothing."""
    dynamodb: Any = stack.session.client("dynamodb", endpoint_url=stack.endpoint)
    table = stack.outputs["TableName"]
    items = [
        {
            "pk": {"S": f"PERSON#{person.subject}"},
            "sk": {"S": f"MANDATE#{mandate.municipality}"},
            "municipality": {"S": mandate.municipality},
            "role": {"S": mandate.role},
        }
        for person in people
        for mandate in person.mandates
    ]
    for start in range(0, len(items), _AT_ONCE):
        some = [{"PutRequest": {"Item": item}} for item in items[start : start + _AT_ONCE]]
        if dynamodb.batch_write_item(RequestItems={table: some}).get("UnprocessedItems"):
            raise ConnectionError("mandates were not taken")
