"""Legal dates and instants: Stockholm for people and law, UTC for storage.

The clock is always given; nothing here asks what time it is.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from statsbidrag.domain.errors import Refusal

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def end_of(last_day: date) -> datetime:
    """Turn a legal last day into the first instant that is too late.

    "Senast den 2 juni 2025" ends when 3 June begins in Stockholm (2025-06-02T22:00Z). Förvaltningslagen 22 §.
    """
    return start_of(last_day + timedelta(days=1))


def start_of(day: date) -> datetime:
    """Give the instant, in UTC, at which a Swedish calendar day begins."""
    return datetime.combine(day, time.min, tzinfo=STOCKHOLM).astimezone(UTC)


def swedish_date(instant: datetime) -> date:
    """Give the Swedish calendar day of an instant.

    Raises
    ------
    ValueError
        For a datetime without a time zone: what day it is would be a guess.
    """
    return _in_stockholm(instant).date()


def _in_stockholm(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(STOCKHOLM)


def to_text(instant: datetime) -> str:
    """Write an instant as stored, always UTC and of one length, so that text order is time order."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """Read an instant as `to_text` writes it."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


_MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def format_date(day: date) -> str:
    """Write a day in Swedish: ``2 juni 2025``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def parse_date(text: str, *, field: str) -> date:
    """Read a day as programs write it, ``2026-03-31``; `Refusal` ``date_unreadable`` at the field otherwise."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise _unreadable(field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _unreadable(field) from None


def _unreadable(field: str) -> Refusal:
    return Refusal("date_unreadable", "Skriv dagen som år-månad-dag, till exempel 2026-03-31.", field=field)


def format_instant(instant: datetime) -> str:
    """Write an instant in Swedish, Stockholm time: ``2 juni 2025 kl. 23.59``.

    Raises
    ------
    ValueError
        For a datetime without a time zone.
    """
    local = _in_stockholm(instant)
    return f"{format_date(local.date())} kl. {local:%H.%M}"
