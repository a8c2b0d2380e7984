"""What officers send about recoveries."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator

from statsbidrag.domain.case.state import AppealOutcome
from statsbidrag.entry.models import Reasoned


def _day(value: object) -> object:
    """Take a day written as ``2026-03-31``, and nothing else that could be taken for one."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("a day is written as year-month-day")
    return date.fromisoformat(value)


Day = Annotated[date, BeforeValidator(_day)]


class Preparation(BaseModel, extra="forbid", frozen=True):
    """How one officer would decide: what to waive, in öre, and why; the answers seen, and how they were weighed."""

    waived_ore: int
    reasons: str
    answers_seen: int = 0
    answer_considered: str = ""


class Extension(Reasoned, extra="forbid", frozen=True):
    """Until when the municipality may answer, and why it has longer."""

    last_day: Day


class Appealed(Reasoned, extra="forbid", frozen=True):
    """When an appeal reached the agency, whether that was in time, and what it is about."""

    received_on: Day
    arrived: Literal["in_time", "too_late"]


class Outcome(Reasoned, extra="forbid", frozen=True):
    """How an appeal ended, and by which decision or letter."""

    outcome: AppealOutcome
