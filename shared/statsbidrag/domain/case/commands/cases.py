"""The case is opened, or brought up to date."""

from __future__ import annotations

from datetime import datetime

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Terms


class OpenCase(Command, frozen=True):
    """Open the case, or bring its allocation and recipient up to date with a list approved at that instant."""

    recipient: Recipient
    terms: Terms
    allocation_list: str
    amount: Ore
    approved_at: datetime | None = None
