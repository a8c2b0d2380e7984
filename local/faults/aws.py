"""AWS calls as they go over the wire: what is called, and how each service says that it is busy."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from local.faults.chance import Call

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/([^/]+)/aws4_request")
_ATTEMPT = re.compile(r"attempt=(\d+)")
_S3_OPERATIONS = {"GET": "GetObject", "PUT": "PutObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
_REPEATABLE = frozenset({"dynamodb.TransactWriteItems", "sqs.SendMessage", "sqs.SendMessageBatch"})
"""A transaction has its token; a message that comes twice is what every queue warns of."""

Refusal = tuple[int, dict[str, str], bytes]
"""Status, headers and body."""


def read_call(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Call:
    """Tell what a request calls.

    Parameters
    ----------
    headers
        By name in lower case.
    """
    scope = _SCOPE.search(headers.get("authorization", ""))
    service = scope[1] if scope else "unsigned"
    operation = _operation(service, method, target, headers, body)
    attempt = _ATTEMPT.search(headers.get("amz-sdk-request", ""))
    return Call(
        service=service,
        operation=operation,
        invocation=headers.get("amz-sdk-invocation-id", ""),
        attempt=int(attempt[1]) if attempt else 1,
        repeatable=f"{service}.{operation}" in _REPEATABLE or _is_conditional(operation, headers, body),
    )


def _operation(service: str, method: str, target: str, headers: Mapping[str, str], body: bytes) -> str:
    if named := headers.get("x-amz-target"):
        return named.rpartition(".")[2]
    if service == "s3":
        if method == "PUT" and "x-amz-copy-source" in headers:
            return "CopyObject"
        if method == "GET" and "list-type" in parse_qs(urlsplit(target).query):
            return "ListObjectsV2"
        return _S3_OPERATIONS.get(method, method)
    return parse_qs(body.decode("latin-1"), max_num_fields=1000).get("Action", [method])[0]


def _is_conditional(operation: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell a write that says itself that it must be the first."""
    if operation == "PutObject":
        return headers.get("if-none-match") == "*"
    return operation == "PutItem" and b"attribute_not_exists" in body


def busy(call: Call) -> Refusal:
    """Answer that a service is busy, in its own words."""
    if call.service == "s3":
        return 503, {"content-type": "application/xml"}, _xml("SlowDown", "Please reduce your request rate.")
    if call.service == "ses":
        body = _xml("Throttling", "Maximum sending rate exceeded.", "ErrorResponse")
        return 400, {"content-type": "text/xml"}, body
    if call.service == "sqs":
        extra = {"x-amzn-query-error": "RequestThrottled;Sender"}
        return _json(403, "com.amazonaws.sqs#RequestThrottled", "Request is throttled.", extra)
    if call.operation == "TransactWriteItems":
        return _transaction_cancelled()
    if call.service == "dynamodb":
        name = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        return _json(400, name, "The level of configured provisioned throughput was exceeded.")
    return _json(400, "ThrottlingException", "Rate exceeded")


def _transaction_cancelled() -> Refusal:
    reasons = [{"Code": "ThrottlingError", "Message": "Throughput exceeds the current capacity of your table."}]
    name = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
    message = "Transaction cancelled, please refer cancellation reasons for specific reasons [ThrottlingError]"
    status, headers, _ = _json(400, name, message)
    body = {"__type": name, "Message": message, "CancellationReasons": reasons}
    return status, headers, json.dumps(body).encode()


def _json(status: int, name: str, message: str, extra: Mapping[str, str] | None = None) -> Refusal:
    headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": str(uuid.uuid4())}
    return status, headers | dict(extra or {}), json.dumps({"__type": name, "message": message}).encode()


def _xml(code: str, message: str, around: str = "") -> bytes:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return (f"<{around}>{error}<RequestId>0</RequestId></{around}>" if around else error).encode()
