"""A bank with a bucket of its own for each test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from mypy_boto3_s3 import S3Client

from local.bank import Bank
from tests.unit.local.bank_channel import AGENCY, TUESDAY, Channel


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Client]:
    with mock_aws():
        yield boto3.client("s3", "eu-north-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.fixture
def channel(s3: S3Client, tmp_path: Path) -> Iterator[Channel]:
    bucket = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    with Bank(AGENCY.account, tmp_path, start=TUESDAY, name=AGENCY.name) as bank:
        yield Channel(bank, s3, bucket)
