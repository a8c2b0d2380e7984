"""Spot checks: the request, the records, what came of them."""

from __future__ import annotations

from datetime import date, datetime

from statsbidrag.domain.case.state import CheckOutcome, RecordFile
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore


class RecordsRequested(Event, frozen=True):
    """A draw took the case: its accounting records are asked for, behind a link of their own."""

    spot_check: int
    points: int
    rules: tuple[str, ...]
    token_hash: str
    last_day: date
    requested_at: datetime


class RecordsLinkRevoked(Event, frozen=True):
    """The link to send accounting records no longer opens anything."""

    spot_check: int
    reason: str
    revoked_by: str
    revoked_at: datetime


class RecordsLinkIssued(Event, frozen=True):
    """Another link takes the place of one that was revoked."""

    spot_check: int
    link: int
    token_hash: str
    issued_at: datetime


class RecordsReceived(Event, frozen=True):
    """Files came in that had not come before; `late` is after the last day."""

    spot_check: int
    number: int
    files: tuple[RecordFile, ...]
    late: bool
    received_at: datetime


class SpotCheckConcluded(Event, frozen=True):
    """An officer concluded; `amount` of the use that was accepted is no longer so."""

    spot_check: int
    outcome: CheckOutcome
    amount: Ore
    reason: str
    concluded_by: str
    concluded_at: datetime
