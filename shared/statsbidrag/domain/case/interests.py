"""Decide on interest on what was paid late of a recovery invoice, where the round has a legal ground for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import ClaimInterest, WaiveInterest
from statsbidrag.domain.case.recoveries import find, find_invoice, next_number
from statsbidrag.domain.case.state import Case, Interest, InterestStatus, Invoice, opened
from statsbidrag.domain.errors import CorruptBooks, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import LAST_INVOICE, invoice_number, ocr_reference
from statsbidrag.domain.interest import (
    InterestTerms,
    Paid,
    Period,
    Rate,
    RateTable,
    account,
    claimed_rates,
    late,
    months_after,
    total,
)
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.time import end_of, swedish_date

CLAIMED_AFTER = timedelta(days=5)
"""How long after the last payment interest is claimed by itself; until then an officer may waive it."""


class Reckoning(msgspec.Struct, frozen=True):
    """An interest account: the last day without interest, what is claimed a year, and the lines."""

    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]

    @property
    def amount(self) -> Ore:
        """Their sum, öre."""
        return total(self.lines)


def free_to(case: Case, terms: InterestTerms, invoice: Invoice) -> date:
    """Give the last day without interest: some months after the decision, and never before the invoice is due."""
    decided_at = find(case, invoice.recovery).decided_at
    if decided_at is None:
        raise CorruptBooks(f"{invoice.number} rests on no decision")
    return max(months_after(swedish_date(decided_at), terms.free_months), invoice.due_on)


def paid_late(case: Case, invoice: Invoice) -> tuple[Paid, ...]:
    """Give what was paid late of a recovery invoice; nothing where the round has no ground for interest."""
    _, terms = opened(case)
    if terms.interest is None or invoice.interest_on:
        return ()
    return late(Ore(invoice.amount - invoice.credited), invoice.paid, free_to(case, terms.interest, invoice))


def is_due(case: Case, invoice: Invoice) -> bool:
    """Tell whether interest is to be claimed: all is settled, some was late, and nothing is decided about it."""
    if invoice.open_amount or invoice.replaced_by or find_interest(case, invoice.number):
        return False
    return bool(paid_late(case, invoice)) and not find(case, invoice.recovery).is_on_hold


def claim_due(case: Case, invoice: Invoice) -> datetime:
    """Give the instant from which interest is claimed by itself."""
    return end_of(paid_late(case, invoice)[-1].on + CLAIMED_AFTER)


def find_interest(case: Case, invoice: str) -> Interest | None:
    """Give what became of the interest on an invoice, if anything did."""
    return next((each for each in case.interest if each.invoice == invoice), None)


def find_interest_invoice(case: Case, invoice: str) -> Invoice | None:
    """Give the invoice that claims the interest on a recovery invoice now."""
    return next((i for i in case.interest_invoices if i.interest_on == invoice and not i.replaced_by), None)


def reckon(case: Case, number: str, table: RateTable | None) -> Reckoning:
    """Reckon the interest on an invoice that was paid late.

    Raises
    ------
    Refusal
        ``interest_without_ground``, ``interest_on_interest``, ``invoice_replaced``, ``invoice_not_settled``,
        ``recovery_on_hold``, ``nothing_paid_late`` or ``interest_rate_missing``; all say what is in the way.
    """
    _, terms = opened(case)
    invoice = find_invoice(case, number)
    if terms.interest is None:
        raise Refusal(
            "interest_without_ground",
            "Bidragsomgången har ingen rättslig grund för ränta, så ingen ränta får krävas (NJA 2007 s. 115).",
            status=409,
        )
    if invoice.interest_on:
        raise Refusal("interest_on_interest", "Ränta tas inte ut på ränta.", status=409)
    if invoice.replaced_by:
        raise Refusal("invoice_replaced", f"Fakturan är ersatt av faktura {invoice.replaced_by}.", status=409)
    if invoice.open_amount:
        raise Refusal("invoice_not_settled", "Fakturan är inte slutbetald. Räntan räknas när den är det.", status=409)
    if find(case, invoice.recovery).is_on_hold:
        raise Refusal("recovery_on_hold", "Beslutet är överklagat. Notera först hur det gick.", status=409)
    paid = paid_late(case, invoice)
    if not paid:
        raise Refusal(
            "nothing_paid_late", "Inget på fakturan har betalats för sent. Det finns ingen ränta.", status=409
        )
    free = free_to(case, terms.interest, invoice)
    rates = claimed_rates(terms.interest, table, free + timedelta(days=1), paid[-1].on)
    claimed = Ore(invoice.amount - invoice.credited)
    return Reckoning(free, rates, account(claimed, invoice.paid, free, rates))


def claim(case: Case, command: ClaimInterest, now: datetime) -> Sequence[e.CaseEvent]:
    """Claim interest by an invoice of its own, once; where it is too small, note that instead."""
    done = find_interest(case, command.invoice)
    if done and done.status == "waived" and command.officer:
        raise Refusal("interest_waived", "Det är beslutat att räntan inte krävs.", status=409)
    if done:
        return []
    found = reckon(case, command.invoice, command.rates)
    _, terms = opened(case)
    smallest = terms.interest.smallest_claim if terms.interest else Ore(0)
    if found.amount == 0 or found.amount < smallest:
        less = "Räntan" if not found.amount else f"Räntan {format_kronor(found.amount)}"
        than = format_kronor(smallest) if found.amount else "ett öre"
        reason = f"{less} är mindre än {than} och krävs inte."
        return [_forgone(command.invoice, found, "too_small", reason, command.officer, now)]
    sequence = next_number(case)
    if sequence > LAST_INVOICE:
        raise Refusal("numbers_used_up", "Ärendet har inga fakturanummer kvar. Kontakta förvaltningen.", status=409)
    issued_on = swedish_date(now)
    return [
        e.InterestClaimed(
            invoice=command.invoice,
            amount=found.amount,
            free_to=found.free_to,
            rates=found.rates,
            lines=found.lines,
            interest_invoice=invoice_number(case.round, case.municipality, sequence),
            ocr=ocr_reference(case.round, case.municipality, sequence),
            issued_on=issued_on,
            due_on=issued_on + timedelta(days=terms.invoice_days),
            decided_by=command.officer,
            decided_at=now,
        )
    ]


def waive(case: Case, command: WaiveInterest, now: datetime) -> Sequence[e.CaseEvent]:
    """Decide not to claim interest that is due; one that is claimed already is given up by two as any invoice is."""
    find_invoice(case, command.invoice)
    reason = require_reason(command.reason)
    done = find_interest(case, command.invoice)
    if done and done.status == "claimed":
        raise Refusal(
            "interest_claimed", "Räntan är redan fakturerad. Föreslå att räntefakturan skrivs av.", status=409
        )
    if done:
        return []
    found = reckon(case, command.invoice, command.rates)
    return [_forgone(command.invoice, found, "waived", reason, command.officer, now)]


def _forgone(
    invoice: str, found: Reckoning, status: InterestStatus, reason: str, officer: str, now: datetime
) -> e.InterestForgone:
    return e.InterestForgone(
        invoice=invoice,
        amount=found.amount,
        free_to=found.free_to,
        rates=found.rates,
        lines=found.lines,
        status=status,
        reason=reason,
        decided_by=officer,
        decided_at=now,
    )


def interest_too_much(case: Case, invoice: Invoice, reduction: Ore) -> Iterator[tuple[Invoice, Ore]]:
    """Give the interest invoice and what of it falls away when an invoice is lowered; nothing where nothing does.

    What was given up of it is not claimed any more, and so not credited either.
    """
    claimed, interest = find_interest_invoice(case, invoice.number), find_interest(case, invoice.number)
    if claimed is None or interest is None:
        return
    remains = max(interest.on_what_remains(invoice, reduction), claimed.written_off)
    too_much = Ore(claimed.amount - claimed.credited - remains)
    if too_much > 0:
        yield claimed, too_much
