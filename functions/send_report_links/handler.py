"""Each day: issue the report links and reminders that are due and not sent."""

from __future__ import annotations

from typing import Any

from statsbidrag.entry import schedule, wiring
from statsbidrag.usecases.reports import send_links


def handler(_: dict[str, Any], context: Any) -> None:
    """Issue what is due; the e-mails follow as tasks."""
    schedule.run(context, lambda acting: send_links(wiring.books(), wiring.links(), acting))
