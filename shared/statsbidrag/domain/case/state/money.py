"""The case's accounts, and what always holds of them."""

from __future__ import annotations

import msgspec

from statsbidrag.domain.money import Ore


class Money(msgspec.Struct, frozen=True):
    """The case's accounts, öre. ``paid = accepted_use + waived + recovered + to_account_for``.

    Attributes
    ----------
    requisitioned
        Sum of requisitions, without rejected ones.
    approved
        Sum of approved requisitions.
    paid
        Booked by the bank, less what the bank returned, or paid by set-off.
    settled
        Repaid on invoices; `surplus` is what came in above them and has not been refunded, `refunded` what has.
    written_off
        Claimed and given up.
    set_off
        Of what is paid or refunded, what no bank moved: it was kept as payment of an invoice, and came in as such.
    interest_invoiced, interest_credited, interest_settled, interest_written_off
        Interest has accounts of its own, and is no part of the grant's.
    interest_forgone
        Interest that was reckoned and not claimed: waived, or too small.
    """

    allocated: Ore = Ore(0)
    requisitioned: Ore = Ore(0)
    approved: Ore = Ore(0)
    paid: Ore = Ore(0)
    accepted_use: Ore = Ore(0)
    waived: Ore = Ore(0)
    invoiced: Ore = Ore(0)
    credited: Ore = Ore(0)
    settled: Ore = Ore(0)
    surplus: Ore = Ore(0)
    written_off: Ore = Ore(0)
    refunded: Ore = Ore(0)
    set_off: Ore = Ore(0)
    interest_invoiced: Ore = Ore(0)
    interest_credited: Ore = Ore(0)
    interest_settled: Ore = Ore(0)
    interest_written_off: Ore = Ore(0)
    interest_forgone: Ore = Ore(0)

    @property
    def paid_by_bank(self) -> Ore:
        """What the bank moved to the municipality, grants and refunds, öre."""
        return Ore(self.paid + self.refunded - self.set_off)

    @property
    def came_by_bank(self) -> Ore:
        """What the bank took in from the municipality, öre."""
        return Ore(self.settled + self.interest_settled + self.surplus + self.refunded - self.set_off)

    @property
    def interest_claimed(self) -> Ore:
        """Interest that is claimed by invoice, net of credit notes."""
        return Ore(self.interest_invoiced - self.interest_credited)

    @property
    def interest_outstanding(self) -> Ore:
        """Interest that is claimed and neither settled nor given up."""
        return Ore(self.interest_claimed - self.interest_settled - self.interest_written_off)

    @property
    def recovered(self) -> Ore:
        """What is claimed back by invoice, net of credit notes."""
        return Ore(self.invoiced - self.credited)

    @property
    def to_account_for(self) -> Ore:
        """Money paid that is neither accepted, waived nor claimed yet."""
        return Ore(self.paid - self.accepted_use - self.waived - self.recovered)

    def imbalances(self) -> list[str]:
        """Name every conservation line of the grant that does not hold; empty when the books balance."""
        lines = {
            "0 <= paid <= approved <= allocated": 0 <= self.paid <= self.approved <= self.allocated,
            "accepted, waived and recovered are within what was paid": self.to_account_for >= 0,
            "nothing is negative": min(self.accepted_use, self.waived, self.recovered, self.credited) >= 0,
            "settled and written off <= invoiced": 0 <= self.settled + self.written_off <= self.recovered,
            "no more is refunded than came in": min(self.surplus, self.refunded, self.written_off) >= 0,
            "set off is within what was paid and what came in": self.set_off == 0
            or (self.set_off > 0 and min(self.paid_by_bank, self.came_by_bank) >= 0),
        }
        return [line for line, holds in (lines | self._interest()).items() if not holds]

    def _interest(self) -> dict[str, bool]:
        parts = (self.interest_credited, self.interest_settled, self.interest_written_off, self.interest_forgone)
        return {
            "no interest is negative": min(parts) >= 0,
            "interest settled and written off <= interest claimed": self.interest_outstanding >= 0,
        }
