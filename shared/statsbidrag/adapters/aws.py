"""AWS clients, created on first use from one session: a function pays only for what it touches.

They are botocore's, the very clients that boto3 hands out: boto3 itself would import its S3 transfers at each cold
start, which nothing here uses.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

from botocore.config import Config
from botocore.session import Session, get_session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 4},
    connect_timeout=3,
    read_timeout=20,
    # Both are made anew for each call, a tenth of its time; the types of the calls are checked before they run.
    user_agent="statsbidrag",
    parameter_validation=False,
)
_ONCE = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
"""For SES: a sending that was not answered may have happened, so the client must not try again by itself."""


@cache
def _session() -> Session:
    return get_session()


@overload
def client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def client(service: Literal["kms"]) -> KMSClient: ...
@overload
def client(service: Literal["s3"]) -> S3Client: ...
@overload
def client(service: Literal["ses"]) -> SESClient: ...
@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
def client(service: str) -> Any:
    """Give the client of a service, the same one each time."""
    return _client(service)


@cache
def _client(service: str) -> Any:
    return _session().create_client(service, config=_ONCE if service == "ses" else _CONFIG)
