"""Payouts, and what is set off against them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore

PayoutPurpose = Literal["grant", "refund"]
PayoutStatus = Literal["ordered", "batched", "sent", "unknown", "settled", "rejected", "returned", "void"]
UnknownOutcome = Literal["carried_out", "not_carried_out"]
"""What the bank says of a payout that nothing was heard of."""


class Resolution(msgspec.Struct, frozen=True):
    """How one person says that an unknown payout ended; another confirms it."""

    outcome: UnknownOutcome
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str = ""


class Payout(msgspec.Struct, frozen=True):
    """Money on its way to the municipality.

    Attributes
    ----------
    code
        ISO 20022 reason for which the bank refused or returned it.
    reason
        The bank's words, or the officer's for a void one.
    replaces, replaced_by
        The payout it was issued instead of, and the one issued instead of it.
    resets
        How often two persons set it back from unknown, to be sent again under the same id.
    is_final
        Whether a void one is not to be replaced.
    """

    id: str
    amount: Ore
    account: Account
    status: PayoutStatus
    changed_at: datetime
    batch: str = ""
    code: str = ""
    reason: str = ""
    replaces: str = ""
    replaced_by: str = ""
    resets: int = 0
    resolution: Resolution | None = None
    is_final: bool = False
    purpose: PayoutPurpose = "grant"

    @property
    def is_set_back(self) -> bool:
        """Whether it waits to be sent again: the first sending may have been carried out after all."""
        return self.status == "ordered" and self.resets > 0

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is not known yet how it ends."""
        return self.status in ("ordered", "batched", "sent", "unknown")

    @property
    def is_here(self) -> bool:
        """Whether it has not left the agency, so that it can be stopped."""
        return self.status in ("ordered", "batched")


SetOffStatus = Literal["waiting", "decided", "declined"]


class SetOff(msgspec.Struct, frozen=True):
    """That a payout is kept, wholly or in part, as payment of an invoice; one officer proposes, another decides.

    Attributes
    ----------
    amount
        Öre that are set off.
    open_before
        Öre that were open on the invoice when it was proposed; only as long as they are is it decided.
    """

    invoice: str
    payout: str
    amount: Ore
    open_before: Ore
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: SetOffStatus = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = None
