"""Invoices, and what lowers or adds to them: credit, write-off, interest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from statsbidrag.domain.case.state.money import Money
from statsbidrag.domain.interest import Paid, Period, Rate, account, total
from statsbidrag.domain.money import Ore


class WriteOff(msgspec.Struct, frozen=True):
    """That what is open on an invoice is given up, as one officer proposes and another decides."""

    amount: Ore
    reason: str
    proposed_by: str
    decided_by: str = ""


class CreditNote(msgspec.Struct, frozen=True):
    """What takes back a part of an invoice, or all of it.

    Attributes
    ----------
    replacement
        The invoice that claims the same anew, where the invoice was void for wrong particulars.
    """

    number: str
    invoice: str
    amount: Ore
    issued_on: date
    reasons: str
    xml: str = ""
    pdf: str = ""
    replacement: str = ""


class Invoice(msgspec.Struct, frozen=True):
    """A recovery invoice, or one of interest on what was paid late of it.

    Attributes
    ----------
    replaces, replaced_by
        The invoice with wrong particulars that it was issued instead of, and the one issued instead of it.
    prepaid
        Öre that were settled on the replaced invoice already when this one was issued.
    buyer_reference
        The municipality's reference where an officer corrected it; else that of the requisition.
    paid
        What settled it, by day.
    interest_on
        The recovery invoice that was paid late, where this one claims interest.
    """

    number: str
    recovery: int
    amount: Ore
    ocr: str
    issued_on: date
    due_on: date
    settled: Ore = Ore(0)
    credited: Ore = Ore(0)
    written_off: Ore = Ore(0)
    write_off: WriteOff | None = None
    reminded_at: datetime | None = None
    xml: str = ""
    pdf: str = ""
    replaces: str = ""
    replaced_by: str = ""
    prepaid: Ore = Ore(0)
    buyer_reference: str = ""
    paid: tuple[Paid, ...] = ()
    interest_on: str = ""

    @property
    def open_amount(self) -> Ore:
        """What is still to be paid, öre."""
        return Ore(self.amount - self.credited - self.settled - self.written_off)


InterestStatus = Literal["claimed", "too_small", "waived"]


class Interest(msgspec.Struct, frozen=True):
    """What became of the interest on a recovery invoice that was paid late: claimed, or not and why.

    Attributes
    ----------
    invoice
        The recovery invoice.
    amount
        Öre, the sum of `lines` as it was reckoned.
    free_to
        The last day that bears no interest.
    rates
        Basis points a year that were claimed, so that it can be reckoned anew when the claim is lowered.
    decided_by
        The officer; empty where it follows from the terms.
    """

    invoice: str
    amount: Ore
    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]
    status: InterestStatus
    decided_at: datetime
    reason: str = ""
    decided_by: str = ""

    def on_what_remains(self, invoice: Invoice, reduction: int = 0) -> Ore:
        """Reckon it anew on what its invoice claims now, or with so many öre less."""
        claimed = Ore(invoice.amount - invoice.credited - reduction)
        return total(account(claimed, invoice.paid, self.free_to, self.rates))


def interest_imbalances(
    money: Money, interest: Sequence[Interest], invoices: Sequence[Invoice], claims: Sequence[Invoice]
) -> list[str]:
    """Name every line of a case's interest that does not hold.

    Parameters
    ----------
    claims
        The invoices of interest, which are none of `invoices`.
    """
    late = {i.number: i for i in invoices}
    live = {i.interest_on: i for i in claims if not i.replaced_by}
    claimed = [each for each in interest if each.status == "claimed"]
    lines = {
        "interest invoices are what is claimed as interest": money.interest_claimed
        == sum(i.amount - i.credited for i in claims),
        "interest paid and given up are the sums of its invoices": (
            money.interest_settled,
            money.interest_written_off,
        )
        == (sum(i.settled for i in claims), sum(i.written_off for i in claims)),
        "interest forgone is what was not claimed": money.interest_forgone
        == sum(each.amount for each in interest if each.status != "claimed"),
        "interest is claimed once of each invoice": live.keys() == {each.invoice for each in claimed}
        and len({each.invoice for each in interest}) == len(interest),
    }
    if all(lines.values()):
        lines["interest is what follows from the payments"] = all(
            i.amount - i.credited == max(each.on_what_remains(late[each.invoice]), i.written_off)
            for each in claimed
            for i in [live[each.invoice]]
        )
    return [line for line, holds in lines.items() if not holds]
