"""Payouts on their way, held, returned and made again, and what is set off against them."""

from __future__ import annotations

from datetime import date, datetime

from statsbidrag.domain.case.state import UnknownOutcome
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore


class PayoutsHeld(Event, frozen=True):
    """The payout, or every payout of the case if none is named, is not to leave."""

    hold: int
    payout: str
    reason: str
    placed_by: str
    placed_at: datetime
    change: int = 0


class PayoutsReleased(Event, frozen=True):
    """The hold no longer stops anything."""

    hold: int
    reason: str
    released_by: str
    released_at: datetime


class PayoutQueued(Event, frozen=True):
    """The payout stands in a batch, and in no other."""

    payout: str
    batch: str
    queued_at: datetime


class PayoutUnqueued(Event, frozen=True):
    """The batch was void before it left; the payout waits for another."""

    payout: str
    batch: str
    unqueued_at: datetime


class PayoutSent(Event, frozen=True):
    """The batch left for the bank."""

    payout: str
    sent_at: datetime


class PayoutSettled(Event, frozen=True):
    """The bank has booked the payout."""

    payout: str
    entry: str
    booked_on: date
    settled_at: datetime


class PayoutRejected(Event, frozen=True):
    """The bank refused the payout; no money moved."""

    payout: str
    reason: str
    rejected_at: datetime
    code: str = ""


class PayoutBecameUnknown(Event, frozen=True):
    """The bank was silent about the payout for too long; nobody knows whether the money left."""

    payout: str
    noted_at: datetime


class PayoutResolutionProposed(Event, frozen=True):
    """One person has asked the bank about the payout's id, and says what it answered."""

    payout: str
    outcome: UnknownOutcome
    reason: str
    proposed_by: str
    proposed_at: datetime


class PayoutResolved(Event, frozen=True):
    """Another person confirmed; a payout that was not carried out is sent again under the same id."""

    payout: str
    outcome: UnknownOutcome
    resolved_by: str
    resolved_at: datetime


class PayoutVoided(Event, frozen=True):
    """The payout is not to be made."""

    payout: str
    reason: str
    voided_by: str
    voided_at: datetime
    is_final: bool = False


class PayoutReissued(Event, frozen=True):
    """Another payout was ordered in its place, to the account now in force."""

    payout: str
    replaces: str
    account: Account
    reissued_by: str
    reissued_at: datetime


class PayoutReturned(Event, frozen=True):
    """The money left and came back."""

    payout: str
    entry: str
    reason: str
    returned_at: datetime


class SetOffProposed(Event, frozen=True):
    """An officer proposes to keep a payout, or some of it, as payment of an invoice; the payout waits."""

    invoice: str
    payout: str
    amount: Ore
    open_before: Ore
    reason: str
    proposed_by: str
    proposed_at: datetime


class SetOffDeclined(Event, frozen=True):
    """The payout is not set off against the invoice, and goes on."""

    invoice: str
    payout: str
    reason: str
    declined_by: str
    declined_at: datetime


class PayoutSetOff(Event, frozen=True):
    """Another officer has decided: the invoice is paid by set-off, and the payout replaced by one of what remains."""

    invoice: str
    payout: str
    amount: Ore
    replacement: str
    remaining: Ore
    decided_by: str
    decided_at: datetime
