"""API Gateway's proxy events as tests need them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

FORM: str = "application/x-www-form-urlencoded"


def call(
    method: str = "GET",
    path: str = "/",
    *,
    body: str | None = None,
    headers: dict[str, str] | None = None,
    authorizer: dict[str, str] | None = None,
    base64: bool = False,
) -> dict[str, Any]:
    """Give the event of one call; header names come as the caller wrote them."""
    context: dict[str, Any] = {"requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "stage": "v1", "httpMethod": method}
    if authorizer is not None:
        context["authorizer"] = authorizer
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers or {},
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": base64,
    }


def form(path: str, fields: dict[str, str], **more: Any) -> dict[str, Any]:
    """Give the event of a browser posting a form."""
    headers = {"Content-Type": FORM, "Accept": "text/html,*/*"}
    return call("POST", path, body=urlencode(fields), headers=headers, **more)


def program(path: str, value: object, key: str = "key-12345678", **more: Any) -> dict[str, Any]:
    """Give the event of a program posting JSON."""
    headers = {"content-type": "application/json; charset=utf-8", "idempotency-key": key}
    return call("POST", path, body=json.dumps(value), headers=headers, **more)
