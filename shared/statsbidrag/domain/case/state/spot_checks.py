"""Spot checks, and the records that were sent for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from statsbidrag.domain.money import Ore


class RecordFile(msgspec.Struct, frozen=True):
    """One file of accounting records, as it lies in the archive; its name there is made from its content.

    Attributes
    ----------
    content_hash
        SHA-256 of the content, in hex.
    size
        Bytes.
    """

    content_hash: str
    size: int
    media_type: str
    name: str


class RecordsSent(msgspec.Struct, frozen=True):
    """What a municipality sent at one time; `late` is after the last day."""

    number: int
    received_at: datetime
    late: bool
    files: tuple[RecordFile, ...]


CheckOutcome = Literal["accepted", "misused", "not_accounted_for"]
"""How a spot check ends: all accepted, or a part not used under the conditions, or not shown to be."""


class SpotCheck(msgspec.Struct, frozen=True):
    """A closer look at how the money was used.

    Attributes
    ----------
    id
        Number of the draw in the round; a case is drawn once.
    points, rules
        What its weight in the draw came from.
    link, link_hash
        Number of its own link, and the hash of its token, which is never stored; no hash while it is revoked.
    link_at
        When the link was made or revoked.
    amount
        Öre that could not be accepted.
    """

    id: int
    points: int
    rules: tuple[str, ...]
    link_hash: str
    requested_at: datetime
    last_day: date
    link_at: datetime
    link: int = 1
    sent: tuple[RecordsSent, ...] = ()
    outcome: CheckOutcome | None = None
    amount: Ore = Ore(0)
    reason: str = ""
    concluded_by: str = ""
    concluded_at: datetime | None = None

    @property
    def files(self) -> tuple[RecordFile, ...]:
        """Every file that came in."""
        return tuple(file for sent in self.sent for file in sent.files)
