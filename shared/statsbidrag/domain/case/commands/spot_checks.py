"""Spot checks: the request, the records, what came of them."""

from __future__ import annotations

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.case.state import CheckOutcome, RecordFile
from statsbidrag.domain.money import Ore


class RequestRecords(Command, frozen=True):
    """Ask for accounting records, since a draw took the case."""

    spot_check: int
    points: int
    rules: tuple[str, ...]
    token_hash: str


class RevokeRecordsLink(Command, frozen=True):
    """End the link to send accounting records; the registry gets another."""

    spot_check: int
    reason: str
    officer: str


class IssueRecordsLink(Command, frozen=True):
    """Send another link in place of one that is revoked."""

    spot_check: int
    token_hash: str


class ReceiveRecords(Command, frozen=True):
    """Take in files that lie in the archive."""

    spot_check: int
    files: tuple[RecordFile, ...]


class ConcludeSpotCheck(Command, frozen=True):
    """Say how a spot check ends; `amount` cannot be accepted."""

    spot_check: int
    outcome: CheckOutcome
    amount: Ore
    reason: str
    officer: str
