"""Each night: refold every journal, hold it against what is stored, and lock the heads away."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import schedule, wiring
from statsbidrag.entry.logs import logger, metric
from statsbidrag.usecases.audit import audit
from statsbidrag.usecases.books import Context


def handler(_: dict[str, Any], context: Any) -> None:
    """Audit the books; any difference is an alarm."""
    schedule.run(context, _audit)


def _audit(_: Context) -> dict[str, int]:
    seen = audit(wiring.books(), wiring.files("write_once_bucket"))
    for finding in seen.findings:
        logger.error("books_differ", case=finding.key, what=finding.what)
    metric("BooksDiffer", len(seen.findings))
    return {
        "journals": seen.journals,
        "events": seen.events,
        "open_tasks": seen.open_tasks,
        "findings": len(seen.findings),
    }
