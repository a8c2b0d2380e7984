"""What a bank tells: how a payment file fared, and what moved on the account. Amounts are öre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

import msgspec
from msgspec.structs import replace

from statsbidrag.domain.money import Ore

Outcome = Literal["accepted", "rejected", "pending"]
Direction = Literal["credit", "debit"]


class PaymentStatus(msgspec.Struct, frozen=True):
    """What the bank says of one payment.

    Attributes
    ----------
    reason_code
        ISO 20022 external status reason such as ``AC04``; empty when the bank gives none.
    reason
        The bank's own words, possibly empty.
    """

    end_to_end_id: str
    status: Outcome
    reason_code: str
    reason: str


class StatusReport(msgspec.Struct, frozen=True):
    """A pain.002: the answer to one of our files.

    Attributes
    ----------
    message_id
        The bank's identity of this report.
    original_message_id
        Our batch.
    status
        Of the file. ``partial``: some payments are rejected, or the report speaks only of the payments it
        names, as a later rejection does. Reason code ``DUPL`` says that the file came twice, and nothing of
        the first.
    payments
        Those that the report names; a file accepted or rejected whole may name none.
    """

    message_id: str
    original_message_id: str
    status: Literal["accepted", "rejected", "partial", "pending"]
    reason_code: str
    reason: str
    payments: tuple[PaymentStatus, ...]


class Entry(msgspec.Struct, frozen=True):
    """One booked movement; a booking of several payments gives one entry each.

    Attributes
    ----------
    reference
        Identity, the same in every file that tells of the movement: account, the bank's reference, booking
        day and index of detail.
    account
        Our account: IBAN, or the number as the bank gives it.
    amount
        Öre, never negative; `direction` tells which way.
    end_to_end_id
        Ours on a payment or its return; ``None`` when not provided.
    remittance
        Structured references (OCR), else document numbers, else free text; several are on a line each, and
        a bank may have cut free text anywhere.
    debtor
        Name of the payer as the bank gives it.
    return_reason
        ISO 20022 return reason when a payment of ours comes back: that credit is no repayment.
    """

    reference: str
    account: str
    booked_on: date
    amount: Ore
    direction: Direction
    end_to_end_id: str | None
    remittance: str | None
    debtor: str | None
    return_reason: str | None


class Notification(msgspec.Struct, frozen=True):
    """A camt.054: movements booked during a day."""

    message_id: str
    entries: tuple[Entry, ...]


class Statement(msgspec.Struct, frozen=True):
    """A camt.053: all movements of one account between two balances.

    Attributes
    ----------
    day
        Swedish day whose closing balance it gives.
    opening, closing
        Booked balances in öre; negative when overdrawn.
    """

    message_id: str
    account: str
    day: date
    opening: Ore
    closing: Ore
    entries: tuple[Entry, ...]

    @property
    def gap(self) -> Ore:
        """Öre by which the closing balance is above what opening and entries give; not zero is an alarm."""
        net = sum(e.amount if e.direction == "credit" else -e.amount for e in self.entries)
        return Ore(self.closing - self.opening - net)


def under_one_name(entries: Iterable[Entry], accounts: Mapping[str, str]) -> tuple[Entry, ...]:
    """Give entries with each account, and the identities made from it, under the one name that it has here.

    Parameters
    ----------
    accounts
        Other names of an account, such as its bankgiro, and the one that counts: its IBAN.
    """
    return tuple(_renamed(entry, accounts.get(entry.account, entry.account)) for entry in entries)


def _renamed(entry: Entry, account: str) -> Entry:
    if account == entry.account:
        return entry
    return replace(entry, account=account, reference=account + entry.reference.removeprefix(entry.account))
