"""What a case is of: its recipient, and the share of the allocation list."""

from __future__ import annotations

from datetime import datetime

from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Terms


class CaseOpened(Event, frozen=True):
    """The municipality has a share in the round; the terms are those that bind this case."""

    recipient: Recipient
    terms: Terms


class RecipientChanged(Event, frozen=True):
    """The register of recipients says something new."""

    recipient: Recipient


class AllocationSet(Event, frozen=True):
    """An approved allocation list gives the municipality this much."""

    allocation_list: str
    amount: Ore
    approved_at: datetime | None = None
