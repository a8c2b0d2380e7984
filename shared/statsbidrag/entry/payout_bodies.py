"""What staff send to put payouts right."""

from __future__ import annotations

from pydantic import BaseModel

from statsbidrag.domain.case.state import UnknownOutcome
from statsbidrag.entry.models import Reasoned


class Voiding(Reasoned, extra="forbid", frozen=True):
    """Why a payout is not made, and whether that is final: then nothing is paid in its place."""

    final: bool = False


class Confirmation(BaseModel, extra="forbid", frozen=True):
    """What the bank says of an unknown payout."""

    outcome: UnknownOutcome


class BankAnswer(Confirmation, extra="forbid", frozen=True):
    """What the bank says of an unknown payout, and how it was asked."""

    reason: str


class PayoutAccount(BaseModel, extra="forbid", frozen=True):
    """An account: ``bankgiro``, ``plusgiro`` or ``iban``, and its number with its check digit."""

    account_kind: str
    account_number: str
