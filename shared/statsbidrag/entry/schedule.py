"""What every scheduled function shares: what it does follows from what is due, never from the schedule's payload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from statsbidrag.entry import wiring
from statsbidrag.entry.logs import logger
from statsbidrag.usecases.books import Context


def run(context: Any, do: Callable[[Context], object]) -> None:
    """Do the work of a schedule and log what came of it; a failure is raised, so that the run is tried again."""
    correlation = str(getattr(context, "aws_request_id", "unknown-request"))
    logger.set_correlation_id(correlation)
    with wiring.at_once():
        result = do(wiring.system(correlation))
    logger.info("schedule_ran", result=result)
