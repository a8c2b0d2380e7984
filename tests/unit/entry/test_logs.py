"""The log catalogue is whole, and a line never carries what it must not."""

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from scripts.catalogues import FAMILIES
from statsbidrag.domain.journal import Record, snake
from statsbidrag.entry.logs import EVENTS, log_record, logger, metric
from statsbidrag.usecases.books import Context

ROOT = Path(__file__).parents[3]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
OF_RECORD = "record.type"
Lines = Callable[[], list[dict[str, Any]]]


def _logged(source: Path) -> Iterator[ast.expr]:
    """Give the first argument of every call on the project's logger in a file that imports it."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    ours = any(isinstance(n, ast.ImportFrom) and n.module == "statsbidrag.entry.logs" for n in ast.walk(tree))
    if not (ours or source.name == "logs.py"):
        return
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in LEVELS and ast.unparse(node.func.value) == "logger":
            yield node.args[0]


def test_every_logged_name_is_in_the_catalogue() -> None:
    unlisted = [
        f"{source.relative_to(ROOT)}:{name.lineno}"
        for folder in ("shared", "functions")
        for source in (ROOT / folder).rglob("*.py")
        for name in _logged(source)
        if ast.unparse(name) != OF_RECORD and not (isinstance(name, ast.Constant) and name.value in EVENTS)
    ]
    assert not unlisted, "a log name is a literal text that EVENTS explains"


@pytest.mark.parametrize("events", list(FAMILIES.values()))
def test_every_event_of_the_journals_is_in_the_catalogue(events: Any) -> None:
    assert {snake(type_.__name__) for type_ in get_args(events) or (events,)} <= set(EVENTS)


def test_an_event_that_was_written_is_one_line(log_lines: Lines) -> None:
    record = Record("CASE#2025#0114", 3, "requisition_received", "2025-05-06T08:00:00.000000Z", "{}", "00")
    log_record(record, Context("agent:a1", "c6af9ac6"))
    (line,) = log_lines()
    assert line["message"] == "requisition_received"
    assert (line["case"], line["number"], line["correlation_id"]) == ("CASE#2025#0114", 3, "c6af9ac6")
    assert (line["case_number"], line["round"], line["municipality"]) == ("9.3-0114/2025", "2025", "0114")


def test_the_check_finds_an_unlisted_name(tmp_path: Path) -> None:
    source = tmp_path / "one.py"
    source.write_text('from statsbidrag.entry.logs import logger\nlogger.info("something_else", a=1)\n')
    assert [ast.literal_eval(name) for name in _logged(source)] == ["something_else"]


def test_each_name_says_what_it_means_and_what_to_do() -> None:
    assert all(name.replace("_", "").isalpha() and name.islower() for name in EVENTS)
    assert all(text.endswith(".") and "\n" not in text for text in EVENTS.values())


def test_an_event_is_one_line_with_its_facts(log_lines: Lines) -> None:
    logger.info("requisition_received", case="9.3-0114/2025", round="2025", municipality="0114", amount_ore=100)
    (line,) = log_lines()
    assert line["message"] == "requisition_received"
    assert (line["case"], line["amount_ore"], line["level"]) == ("9.3-0114/2025", 100, "INFO")
    assert line["timestamp"].endswith("+00:00")


@pytest.mark.parametrize(
    ("name", "value", "gone"),
    [
        ("token", "abc123", "abc123"),
        ("session_cookie", "abc123", "abc123"),
        ("Authorization", "Bearer abc123", "abc123"),
        ("note", "ring 19640823-3234 nu", "3234"),
        ("note", "ring 640823-3234 nu", "3234"),
        ("note", "skriv till nagon@kommun.example", "nagon"),
        ("note", {"token": "abc123"}, "abc123"),
        ("note", ["nagon@kommun.example"], "nagon"),
    ],
)
def test_secrets_and_personal_data_are_taken_out(log_lines: Lines, name: str, value: Any, gone: str) -> None:
    logger.info("request_refused", extra={name: value})
    (line,) = log_lines()
    assert gone not in json.dumps(line)
    assert "[removed]" in json.dumps(line)


def test_a_value_cannot_forge_a_line_or_fill_the_log(log_lines: Lines) -> None:
    logger.info("request_refused", code='a\n{"level":"ERROR"}\u202e\x1b[31m' + "x" * 5000)
    (line,) = log_lines()
    assert line["code"].startswith('a\\u000a{"level":"ERROR"}\\u202e\\u001b[31m')
    assert len(line["code"]) < 400


def test_our_own_names_are_not_mistaken_for_personal_data(log_lines: Lines) -> None:
    names = {"payout": "P-2025-0114-1", "batch": "B-2025-20250610-1", "ocr": "202501140128", "round": "2025"}
    logger.info("payout_settled", extra=names)
    (line,) = log_lines()
    assert {name: line[name] for name in names} == names


def test_an_exception_keeps_its_traceback(log_lines: Lines) -> None:
    try:
        int("nagon@kommun.example")
    except ValueError:
        logger.exception("unexpected_error")
    (line,) = log_lines()
    assert "test_an_exception_keeps_its_traceback" in line["exception"]
    assert "kommun.example" not in line["exception"]


def test_a_metric_is_an_embedded_metric_of_the_function(log_lines: Lines) -> None:
    metric("RequisitionsReceived", 1)
    (line,) = log_lines()
    (described,) = line["_aws"]["CloudWatchMetrics"]
    assert line["RequisitionsReceived"] == 1
    assert described["Metrics"] == [{"Name": "RequisitionsReceived", "Unit": "Count"}]
    assert all(dimension in line for dimensions in described["Dimensions"] for dimension in dimensions)
    assert isinstance(line["_aws"]["Timestamp"], int)
