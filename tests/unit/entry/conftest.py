"""Reading the log lines that a test causes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from statsbidrag.entry.logs import logger

LogLines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    handler = logger.registered_handler
    assert handler is not None
    stream, before = io.StringIO(), handler.stream  # type: ignore[attr-defined]
    handler.stream = stream  # type: ignore[attr-defined]
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.stream = before  # type: ignore[attr-defined]
