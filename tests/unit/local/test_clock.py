"""The stored clock: it keeps microseconds and zones right, and never goes back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import boto3
import pytest
from moto import mock_aws

from local.clock import ClockMovedBackwardsError, StoredClock
from local.stack import Stack, admin_session

NOW = datetime(2025, 3, 1, 8, 0, 0, 125, tzinfo=UTC)


@pytest.fixture
def table() -> Iterator[str]:
    with mock_aws():
        boto3.client("dynamodb", region_name="eu-north-1").create_table(
            TableName="books",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        yield "books"


@pytest.fixture
def clock(table: str) -> StoredClock:
    endpoint = "https://dynamodb.eu-north-1.amazonaws.com"  # moto answers in its place
    here = Path()
    return StoredClock(
        Stack(endpoint=endpoint, workdir=here, outputs={"TableName": table}, resources={}, built=here, parameters={})
    )


def test_reads_what_was_set_in_utc(clock: StoredClock) -> None:
    clock.set_to(NOW.astimezone(ZoneInfo("Europe/Stockholm")))
    assert clock.read() == NOW
    assert clock.read().utcoffset() == timedelta()


def test_is_stored_as_the_functions_read_it(clock: StoredClock, table: str) -> None:
    clock.set_to(NOW)
    items = admin_session().client("dynamodb").scan(TableName=table)["Items"]
    assert items == [{"pk": {"S": "CLOCK"}, "sk": {"S": "NOW"}, "now": {"S": "2025-03-01T08:00:00.000125Z"}}]


def test_never_goes_back(clock: StoredClock) -> None:
    clock.set_to(NOW)
    clock.set_to(NOW)
    clock.set_to(NOW + timedelta(seconds=1))
    with pytest.raises(ClockMovedBackwardsError):
        clock.set_to(NOW)
    assert clock.read() == NOW + timedelta(seconds=1)


def test_unset_clock_has_no_time(clock: StoredClock) -> None:
    with pytest.raises(LookupError):
        clock.read()


def test_instant_without_zone_is_refused(clock: StoredClock) -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.set_to(NOW.replace(tzinfo=None))
