"""What became of each e-mail, and the address that they go to."""

from __future__ import annotations

from datetime import datetime

from statsbidrag.domain.case.commands.common import Command


class RecordMailSent(Command, frozen=True):
    """The mail service took the e-mail."""

    mail: str


class RecordMailDelivered(Command, frozen=True):
    """The recipient's server took the e-mail."""

    mail: str
    at: datetime


class RecordMailBounced(Command, frozen=True):
    """The e-mail came back."""

    mail: str
    at: datetime


class RecordMailComplained(Command, frozen=True):
    """Somebody at the recipient's called the e-mail spam."""

    mail: str
    at: datetime


class CorrectRegistryAddress(Command, frozen=True):
    """Say which address the registry has, after a bounce or complaint; it may be the same as before."""

    email: str
    reason: str
    officer: str
