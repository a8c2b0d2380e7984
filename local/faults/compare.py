"""Hold two years against each other: what came out for each municipality, whatever happened on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.books import SUMMARY

_REMINDERS = ("-report_reminder-",)
"""A reminder that a missed run left behind is owed no more when the report came first."""


def differences(one: Path, other: Path) -> list[str]:
    """Say what differs between the outcomes of two years, by municipality; nothing where they are equal."""
    first, second = (json.loads((folder / SUMMARY).read_text("utf-8")) for folder in (one, other))
    return [
        *_differing("round", first["round"], second["round"]),
        *_differing("money", first["money"], second["money"]),
        *_differing("municipality", _outcomes(first), _outcomes(second)),
    ]


def _outcomes(summary: dict[str, Any]) -> dict[str, Any]:
    return {
        code: outcome | {"mails": {id_: status for id_, status in outcome["mails"].items() if not _may_lack(id_)}}
        for code, outcome in summary["municipalities"].items()
    }


def _may_lack(mail: str) -> bool:
    return any(kind in mail for kind in _REMINDERS)


def _differing(where: str, one: Any, other: Any) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from _differing(f"{where} {name}", one.get(name), other.get(name))
    elif one != other:
        yield f"{where}: {one} and {other}"


def main(one: Path, other: Path) -> int:
    """Print what differs; 1 where anything does."""
    found = differences(one, other)
    print("\n".join(found) or "the same outcome for every municipality")
    return int(bool(found))
