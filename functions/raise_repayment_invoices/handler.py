"""Each day: raise what is decided and not invoiced, file credit notes, and remind of what is overdue."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.case_papers import credit_note_files, invoice_files
from statsbidrag.entry import schedule, wiring
from statsbidrag.usecases.recoveries import raise_due


def handler(_: dict[str, Any], context: Any) -> None:
    """Raise and file what is due; the e-mails follow as tasks."""
    schedule.run(
        context,
        lambda acting: raise_due(
            wiring.books(), wiring.files("archive_bucket"), invoice_files, credit_note_files, acting
        ),
    )
