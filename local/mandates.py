"""The mandates of the embedded run's people, as the agency's old register has them, or at once for a test."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from local.provider import Person
from local.stack import Stack

_AT_ONCE = 25
"""What DynamoDB takes in one call."""


_ROLES = {"agent": "ombud", "representative": "representant", "coordinator": "uppgiftssamordnare"}


def old_register(people: Iterable[Person]) -> bytes:
    """Write the file of who was approved before there was this system."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow(["Kommunkod", "Namn", "Titel", "E-post", "Telefon", "Roll", "Subjekt"])
    for person in people:
        for mandate in person.mandates:
            address = f"{person.subject}@kommun-{mandate.municipality}.example"
            rows.writerow([mandate.municipality, person.label, "", address, "", _ROLES[mandate.role], person.subject])
    return text.getvalue().encode("utf-8")


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
