"""Decide on set-off (kvittning): a payout that is here is kept as payment of an invoice that is due.

The claims must be between the same two, of the same kind, and the agency's must be due and not in dispute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import DecideSetOff, DeclineSetOff, ProposeSetOff
from statsbidrag.domain.case.owed import owed
from statsbidrag.domain.case.payouts import find
from statsbidrag.domain.case.recoveries import find_invoice
from statsbidrag.domain.case.state import Case, Invoice, Payout, SetOff
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import payout_id
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.time import end_of, format_date

_OF_RECOVERY = frozenset(
    {"reconsider_after_late_report", "decide_reconsideration", "note_appeal_outcome", "reconsider_after_appeal"}
)
_OF_INVOICE = frozenset({"decide_write_off"})
"""Tasks that say that it is open whether the claim stands: of the recovery, and of the invoice."""


def propose_set_off(case: Case, command: ProposeSetOff, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in an officer's proposal; the payout waits until another has decided."""
    invoice, payout = _ready(case, command.invoice, command.payout, now)
    reason = require_reason(command.reason)
    if not 0 < command.amount <= invoice.open_amount:
        raise Refusal(
            "set_off_above_open",
            f"Skriv ett belopp över noll och högst {format_kronor(invoice.open_amount)}, som är obetalt på fakturan.",
            field="amount_ore",
        )
    if command.amount > payout.amount:
        raise Refusal(
            "set_off_above_payout",
            f"Skriv högst {format_kronor(payout.amount)}, som är utbetalningens belopp.",
            field="amount_ore",
        )
    wanted = SetOff(
        invoice=invoice.number,
        payout=payout.id,
        amount=command.amount,
        open_before=invoice.open_amount,
        reason=reason,
        proposed_by=command.officer,
        proposed_at=now,
    )
    told = _waiting(case, invoice.number)
    if told and told == replace(wanted, proposed_at=told.proposed_at):
        return []
    return [
        e.SetOffProposed(
            invoice=wanted.invoice,
            payout=wanted.payout,
            amount=wanted.amount,
            open_before=wanted.open_before,
            reason=wanted.reason,
            proposed_by=wanted.proposed_by,
            proposed_at=wanted.proposed_at,
        )
    ]


def decide_set_off(case: Case, command: DecideSetOff, now: datetime) -> Sequence[e.CaseEvent]:
    """Set off what another officer proposed: one event pays the invoice and replaces the payout."""
    find_invoice(case, command.invoice)
    asked = (command.invoice, command.payout, command.amount)
    done = ((item.invoice, item.payout, item.amount) for item in case.set_offs if item.decided_by == command.officer)
    if asked in done:
        return []
    told = _waiting(case, command.invoice)
    if told is None or (told.payout, told.amount) != asked[1:]:
        raise Refusal(
            "set_off_differs", "Det är inte den kvittning som väntar på beslut. Läs in fakturan på nytt.", status=409
        )
    if told.proposed_by == command.officer:
        raise Refusal("same_officer", "Den som har föreslagit kvittningen får inte besluta om den.", status=403)
    invoice, payout = _ready(case, told.invoice, told.payout, now)
    if invoice.open_amount != told.open_before:
        raise Refusal(
            "set_off_differs",
            "Det som är obetalt på fakturan har ändrats. Avslå kvittningen eller föreslå en ny.",
            status=409,
        )
    remaining = Ore(payout.amount - told.amount)
    replacement = payout_id(case.round, case.municipality, len(case.payouts) + 1) if remaining else ""
    return [e.PayoutSetOff(told.invoice, payout.id, told.amount, replacement, remaining, command.officer, now)]


def decline_set_off(case: Case, command: DeclineSetOff, now: datetime) -> Sequence[e.CaseEvent]:
    """Let the payout go on; where nothing waits nothing changes."""
    invoice = find_invoice(case, command.invoice)
    reason = require_reason(command.reason)
    told = _waiting(case, invoice.number)
    return [e.SetOffDeclined(told.invoice, told.payout, reason, command.officer, now)] if told else []


def find_set_off(case: Case, payout: str) -> SetOff:
    """Give the set-off that was decided on a payout; `NotFound` ``unknown_set_off``."""
    found = next((item for item in case.set_offs if item.payout == payout and item.status == "decided"), None)
    if found is None:
        raise NotFound("unknown_set_off", "Utbetalningen är inte kvittad.")
    return found


def _waiting(case: Case, invoice: str) -> SetOff | None:
    return next((item for item in case.waiting_set_offs if item.invoice == invoice), None)


def _ready(case: Case, number: str, payout_name: str, now: datetime) -> tuple[Invoice, Payout]:
    """Give both sides; refuse a claim that is not due or in dispute, and money that may have left."""
    invoice, payout = find_invoice(case, number), find(case, payout_name)
    if invoice.interest_on:
        raise Refusal(
            "interest_not_set_off", "Ränta kvittas inte mot bidrag. Kommunen betalar räntefakturan.", status=409
        )
    if invoice.open_amount == 0:
        raise Refusal("nothing_to_set_off", "Det finns inget obetalt på fakturan.", status=409)
    if now < end_of(invoice.due_on):
        raise Refusal(
            "invoice_not_due",
            f"Fakturan förfaller den {format_date(invoice.due_on)}. Kvitta tidigast dagen efter.",
            status=409,
        )
    disputes = {task.about for task in owed(case) if task.kind in _OF_RECOVERY}
    given_up = {task.about for task in owed(case) if task.kind in _OF_INVOICE}
    if str(invoice.recovery) in disputes or invoice.number in given_up:
        raise Refusal(
            "claim_in_dispute", "Det är inte avgjort om kravet står fast. Avgör det innan ni kvittar.", status=409
        )
    if payout.status != "ordered" or payout.is_set_back:
        raise Refusal(
            "payout_not_here",
            "Utbetalningen är på väg eller avslutad. Bara en som väntar på att betalas kan kvittas.",
            status=409,
        )
    if case.holds_on(payout.id):
        raise Refusal("payout_on_hold", "Utbetalningen är stoppad. Häv stoppet först.", status=409)
    return invoice, payout
