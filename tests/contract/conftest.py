"""The same table and bucket on every implementation there is: the fake, moto in process, and the embedded AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.stack import admin_session, ministack
from statsbidrag.adapters.drafts import DynamoDBDrafts
from statsbidrag.adapters.dynamodb import DynamoDBStore
from statsbidrag.adapters.s3 import S3Files
from statsbidrag.ports import Drafts, Files, Store
from tests.fakes import FakeDrafts, FakeFiles, FakeStore

REGION = "eu-north-1"
EMBEDDED = pytest.param("embedded", marks=pytest.mark.embedded)
_NUMBERS = count(1)


@dataclass(frozen=True)
class Cloud:
    """Clients of one implementation, with a table and a bucket that nobody else uses."""

    dynamodb: Any
    s3: Any
    table: str
    bucket: str


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ministack(tmp_path_factory.mktemp("ministack")) as address:
        yield address


def furnish(session: boto3.Session, endpoint: str | None) -> Cloud:
    """Make a table as template.yaml has it, and a bucket."""
    number = next(_NUMBERS)
    cloud = Cloud(
        session.client("dynamodb", region_name=REGION, endpoint_url=endpoint),
        session.client("s3", region_name=REGION, endpoint_url=endpoint),
        f"books-{number}",
        f"files-{number}",
    )
    cloud.dynamodb.create_table(
        TableName=cloud.table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "queue", "due_at")
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "queue", "KeyType": "HASH"},
                    {"AttributeName": "due_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    cloud.s3.create_bucket(Bucket=cloud.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return cloud


@pytest.fixture(params=["fake", "moto", EMBEDDED])
def implementation(request: pytest.FixtureRequest) -> Iterator[Cloud | None]:
    if request.param == "fake":
        yield None
    elif request.param == "embedded":
        yield furnish(admin_session(), request.getfixturevalue("endpoint"))
    else:
        with mock_aws():
            yield furnish(boto3.Session(aws_access_key_id="test", aws_secret_access_key="test"), None)


@pytest.fixture
def store(implementation: Cloud | None) -> Store:
    return FakeStore() if implementation is None else DynamoDBStore(implementation.dynamodb, implementation.table)


@pytest.fixture
def drafts(implementation: Cloud | None) -> Drafts:
    return FakeDrafts() if implementation is None else DynamoDBDrafts(implementation.dynamodb, implementation.table)


@pytest.fixture
def files(implementation: Cloud | None) -> Files:
    return FakeFiles() if implementation is None else S3Files(implementation.s3, implementation.bucket)


@pytest.fixture
def embedded(request: pytest.FixtureRequest) -> Cloud:
    """The embedded AWS alone: moto is not safe for threads."""
    return furnish(admin_session(), request.getfixturevalue("endpoint"))
