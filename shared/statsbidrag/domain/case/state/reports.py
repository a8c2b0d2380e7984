"""The link to the report, and the report."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from statsbidrag.domain.money import Ore


class Link(msgspec.Struct, frozen=True):
    """A way in to the report form; the token itself is never stored."""

    number: int
    token_hash: str
    issued_at: datetime
    reminders_sent: tuple[int, ...] = ()
    revoked_at: datetime | None = None
    asked_by: str = ""


class DeliveryProof(msgspec.Struct, frozen=True):
    """That the link reached the municipality on a day, as an officer has found out."""

    delivered_on: date
    reason: str
    proven_by: str


class Report(msgspec.Struct, frozen=True):
    """How the municipality says the money was used."""

    received_at: datetime
    late: bool
    form_version: int
    answers: dict[str, str | int]
    amount_used: Ore
    amount_misused: Ore
    content_hash: str
    assessed: bool = False
    first_received_at: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """The instant that is held against the last day: a corrected report is as early as the first one."""
        return self.first_received_at or self.received_at


class Extension(msgspec.Struct, frozen=True):
    """A later last day for the report of one municipality (anstånd)."""

    last_day: date
    previous: date
    reason: str
    granted_by: str
    granted_at: datetime


class Reopening(msgspec.Struct, frozen=True):
    """That a report may be corrected.

    Attributes
    ----------
    last_day
        When no corrected report has come on this day, the earlier one stands again.
    earlier
        The report as it stood; it stays in the journal as well.
    """

    last_day: date
    reason: str
    reopened_by: str
    reopened_at: datetime
    earlier: Report
