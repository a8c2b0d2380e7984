"""Payouts on their way, held, corrected and made again, and what is set off against them."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.case.state import UnknownOutcome
from statsbidrag.domain.money import Ore


class HoldPayouts(Command, frozen=True):
    """Stop one payout, or all of the case where none is named."""

    payout: str
    reason: str
    officer: str


class ReleasePayouts(Command, frozen=True):
    """End a hold."""

    hold: int
    reason: str
    officer: str


class QueuePayout(Command, frozen=True):
    """Claim a payout for a batch."""

    payout: str
    batch: str


class UnqueuePayout(Command, frozen=True):
    """Take a payout out of a batch that is void."""

    payout: str
    batch: str


class RecordPayoutSent(Command, frozen=True):
    """The batch file lies in the bank's outbox."""

    payout: str
    batch: str


class RecordPayoutSettled(Command, frozen=True):
    """The bank booked the payout."""

    payout: str
    entry: str
    amount: Ore
    booked_on: date


class RecordPayoutRejected(Command, frozen=True):
    """The bank refused the payout as it stood in a batch; `code` and `reason` are the bank's."""

    payout: str
    batch: str
    reason: str
    code: str = ""


class RecordPayoutReturned(Command, frozen=True):
    """The payout came back."""

    payout: str
    entry: str
    amount: Ore
    reason: str


class RecordSilence(Command, frozen=True):
    """The bank has said nothing of a payout for as long as it may."""

    payout: str


class ProposeResolution(Command, frozen=True):
    """Say what the bank answered about an unknown payout."""

    payout: str
    outcome: UnknownOutcome
    reason: str
    officer: str


class ConfirmResolution(Command, frozen=True):
    """Confirm what another person says the bank answered."""

    payout: str
    outcome: UnknownOutcome
    officer: str


class VoidPayout(Command, frozen=True):
    """Decide that a payout that is in no batch is not made; a final one is not replaced either."""

    payout: str
    reason: str
    officer: str
    is_final: bool = False


class ReissuePayout(Command, frozen=True):
    """Order another payout in place of one that is rejected, returned or void."""

    payout: str
    officer: str


class ProposeSetOff(Command, frozen=True):
    """Propose to keep an amount of a payout as payment of an invoice."""

    invoice: str
    payout: str
    amount: Ore
    reason: str
    officer: str


class DecideSetOff(Command, frozen=True):
    """Decide what another officer proposed; payout and amount are what the person saw."""

    invoice: str
    payout: str
    amount: Ore
    officer: str


class DeclineSetOff(Command, frozen=True):
    """Decide not to set off, and let the payout go on."""

    invoice: str
    reason: str
    officer: str
