"""The link to the report, its reminders, and the report."""

from __future__ import annotations

from datetime import date, datetime

from statsbidrag.domain.case.state import Check
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore


class ReportLinkIssued(Event, frozen=True):
    """The registry is to get a link to the report form; `asked_by` is empty for the first one and for anybody."""

    link: int
    token_hash: str
    issued_at: datetime
    asked_by: str = ""


class ReportLinksRevoked(Event, frozen=True):
    """No link up to this one opens the report form any more, and e-mail with one that has not left is withdrawn."""

    link: int
    reason: str
    revoked_by: str
    revoked_at: datetime


class LinkDeliveryProven(Event, frozen=True):
    """An officer has found out that the link reached the municipality on a day."""

    delivered_on: date
    reason: str
    proven_by: str
    proven_at: datetime


class ReportReminderIssued(Event, frozen=True):
    """The registry is to be reminded; `day` is relative to the report's last day."""

    day: int
    issued_at: datetime


class ReportReceived(Event, frozen=True):
    """The municipality has reported."""

    received_at: datetime
    late: bool
    form_version: int
    answers: dict[str, str | int]
    amount_used: Ore
    amount_misused: Ore
    content_hash: str
    first_received_at: datetime | None = None


class ReportExtended(Event, frozen=True):
    """The municipality has until a later day to report."""

    last_day: date
    reason: str
    granted_by: str
    granted_at: datetime


class ReportReopened(Event, frozen=True):
    """The report may be corrected; `taken_back` is use that was accepted and is to be assessed anew."""

    last_day: date
    reason: str
    taken_back: Ore
    reopened_by: str
    reopened_at: datetime


class ReportReinstated(Event, frozen=True):
    """No corrected report came in time: the earlier one stands again, and is assessed anew."""

    reinstated_at: datetime


class ReportAssessed(Event, frozen=True):
    """The report was held against the terms; `accepted` is use that needs no further decision."""

    accepted: Ore
    checks: tuple[Check, ...]


class DeliveryUnproven(Event, frozen=True):
    """No report came, but nothing proves that the link arrived either: an officer must look."""
