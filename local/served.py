"""What `make run` serves, found again from another process: its log, and its clock."""

from __future__ import annotations

import json
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from local.books import log_lines
from local.build import ROOT
from local.clock import StoredClock
from local.stack import Stack

RUN_FILE = ROOT / "build/run.json"
_FOLLOW_SECONDS = 1.0
_FURNITURE = frozenset(
    {
        "level", "location", "message", "timestamp", "service", "stream", "case", "number", "at", "actor", "round",
        "municipality", "correlation_id", "cold_start", "function_name", "function_memory_size", "function_arn",
        "function_request_id", "sampling_rate", "case_number", "xray_trace_id",
    }
)  # fmt: skip
_UNTOLD = frozenset({"metric", "messages_handled", "tasks_relayed"})


def attach(run_file: Path = RUN_FILE) -> Stack:
    """Find the stack that is being served.

    Raises
    ------
    FileNotFoundError
        Nothing is served.
    """
    said = json.loads(run_file.read_text("utf-8"))
    outputs = {"TableName": said["table"], "LogGroupName": said["log_group"]}
    return Stack(said["endpoint"], Path(said["workdir"]), outputs, resources={}, built=Path(), parameters={})


def logs(options: Namespace) -> int:
    """Follow the log until Ctrl-C: one line for each event, when, where, what, which case, and the facts."""
    stack = _attached()
    if stack is None:
        return 1
    since, shown = 0, set[str]()
    try:
        while True:
            for text in log_lines(stack, since):
                line = json.loads(text)
                if text in shown or not _is_asked_for(line, options.function, options.case):
                    continue
                shown.add(text)
                since = max(since, _milliseconds(line))
                print(readable(line), flush=True)
            if not options.follow:
                return 0
            time.sleep(_FOLLOW_SECONDS)
    except KeyboardInterrupt:
        return 0


def clock(options: Namespace) -> int:
    """Tell what time it is in the run, or move its clock forward."""
    stack = _attached()
    if stack is None:
        return 1
    stored = StoredClock(stack)
    if options.instant:
        stored.set_to(datetime.fromisoformat(options.instant))
    print(stored.read().isoformat())
    return 0


def readable(line: Mapping[str, Any]) -> str:
    """Write a log line for people."""
    when = str(line.get("timestamp", ""))[11:23]
    case = str(line.get("case_number") or line.get("case") or "-")
    facts = " ".join(
        f"{name}={line[name]}" for name in sorted(line.keys() - _FURNITURE) if line[name] not in ("", None)
    )
    level = "" if line.get("level") == "INFO" else f"{line.get('level')} "
    return f"{when:12} {line.get('service', ''):24} {level}{line.get('message', ''):24} {case:14} {facts}".rstrip()


def _is_asked_for(line: Mapping[str, Any], function: str | None, case: str | None) -> bool:
    """Tell business events and refusals from the noise of the machinery, and what was asked for from the rest."""
    if "service" not in line or line.get("message") in _UNTOLD:
        return False
    if function and line["service"] != function:
        return False
    return not case or case in (line.get("case"), line.get("case_number"), line.get("municipality"))


def _milliseconds(line: Mapping[str, Any]) -> int:
    try:
        return int(datetime.fromisoformat(str(line["timestamp"])).timestamp() * 1000)
    except (KeyError, ValueError):
        return 0


def _attached() -> Stack | None:
    try:
        return attach()
    except FileNotFoundError:
        print("nothing is served; start it with: make run", file=sys.stderr)
        return None
