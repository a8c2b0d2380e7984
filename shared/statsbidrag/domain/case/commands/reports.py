"""The link to the report, its reminders, and the report."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.money import Ore


class IssueReportLink(Command, frozen=True):
    """Send the link to the report form."""

    token_hash: str


class RequestReportLink(Command, frozen=True):
    """Send the registry another link, as anybody may ask; `link` is the number that the token was made for."""

    link: int
    token_hash: str


class RenewReportLink(Command, frozen=True):
    """Send the registry another link, as an officer asks."""

    link: int
    token_hash: str
    officer: str


class RevokeReportLinks(Command, frozen=True):
    """Close every link that was issued so far."""

    reason: str
    officer: str


class ProveDelivery(Command, frozen=True):
    """Say on which day the link reached the municipality, and how that is known."""

    delivered_on: date
    reason: str
    officer: str


class IssueReminder(Command, frozen=True):
    """Remind of the report."""

    day: int


class SubmitReport(Command, frozen=True):
    """Report how the money was used."""

    form_version: int
    answers: dict[str, str | int]
    amount_used: Ore
    amount_misused: Ore
    content_hash: str
    token_hash: str


class ExtendReport(Command, frozen=True):
    """Grant the municipality a later last day for its report."""

    last_day: date
    reason: str
    officer: str


class ReopenReport(Command, frozen=True):
    """Let the municipality correct its report, at the latest on a day."""

    last_day: date
    reason: str
    officer: str


class AssessReport(Command, frozen=True):
    """Hold the report against the terms."""


class AssessMissingReport(Command, frozen=True):
    """Act on a report that did not come."""
