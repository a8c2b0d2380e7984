"""File the letter of each decision, also of one taken again; the e-mail that carries it follows as a task."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.case_papers import decision_letter, reconsideration_letter
from statsbidrag.entry import consumer, wiring
from statsbidrag.usecases.recoveries import file_letter


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Write each letter once to the archive."""
    return consumer.consume(
        event,
        lambda due, context: file_letter(
            wiring.books(), wiring.files("archive_bucket"), decision_letter, reconsideration_letter, due, context
        ),
    )
