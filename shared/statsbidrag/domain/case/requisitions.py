"""Decide on requisitions: what is received, and what is approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.case import accounts
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import SubmitRequisition, ValidateRequisition
from statsbidrag.domain.case.state import Case, Check, Requisition, opened
from statsbidrag.domain.counts import counted
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.identifiers import payout_id
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, format_kronor
from statsbidrag.domain.time import end_of, format_date, start_of

AGENT = "agent"
"""Who proposes an account that a requisition names."""


def submit(case: Case, command: SubmitRequisition, now: datetime) -> list[e.CaseEvent]:
    """Receive a requisition if it may be received at all; a late one is received and stamped late."""
    _, terms = opened(case)
    refuse_amount(command.amount, case.money.allocated)
    if now < start_of(terms.requisition_opens):
        raise Refusal("round_not_open", f"Rekvirering öppnar den {format_date(terms.requisition_opens)}.", status=409)
    sent = live(case)
    if len(sent) >= terms.requisitions_allowed:
        raise Refusal(
            "already_requisitioned",
            f"Kommunen har redan rekvirerat {format_kronor(sent[-1].amount)}. "
            "Kontakta handläggaren om något behöver ändras.",
            status=409,
        )
    left = Ore(case.money.allocated - case.money.requisitioned)
    if command.amount > left:
        raise amount_above(left)
    return [
        e.RequisitionReceived(
            requisition=len(case.requisitions) + 1,
            amount=command.amount,
            account=command.account,
            invoice_reference=command.invoice_reference,
            contact_email=command.contact_email,
            peppol_id=command.peppol_id,
            received_at=now,
            content_hash=command.content_hash,
            late=now >= end_of(terms.requisition_last_day),
        )
    ]


def live(case: Case) -> list[Requisition]:
    """Give the requisitions that count: those that are not rejected."""
    return [each for each in case.requisitions if each.status != "rejected"]


def is_finished(case: Case) -> bool:
    """Tell whether nothing is left to requisition: the amount, or how often."""
    _, terms = opened(case)
    sent = live(case)
    return len(sent) >= terms.requisitions_allowed or (bool(sent) and case.money.requisitioned == case.money.allocated)


def refuse_amount(amount: Ore, highest: Ore) -> None:
    """Refuse an amount that is not whole kronor, more than zero and within the allocation."""
    if amount % ORE_PER_KRONA:
        raise Refusal("amount_not_whole", "Skriv beloppet i hela kronor, utan ören.", field="amount")
    if amount <= 0:
        raise Refusal("amount_not_positive", "Skriv ett belopp som är större än noll.", field="amount")
    if amount > highest:
        raise amount_above(highest)


def amount_above(highest: Ore) -> Refusal:
    """Say that the amount is above what the municipality may draw, in öre."""
    return Refusal(
        "amount_above_allocation",
        f"Beloppet är högre än kommunen kan rekvirera. Skriv högst {format_kronor(highest)}.",
        field="amount",
    )


def find(case: Case, requisition: int) -> Requisition:
    """Give the requisition of that number; `NotFound` ``unknown_requisition``."""
    found = next((r for r in case.requisitions if r.id == requisition), None)
    if found is None:
        raise NotFound("unknown_requisition", "Rekvisitionen finns inte.")
    return found


def validate(case: Case, command: ValidateRequisition, now: datetime) -> Sequence[e.CaseEvent]:
    """Approve or reject a received requisition, with every rule shown; already decided gives no events.

    One that is right but for an account that is new waits until a second person has decided on the account.
    """
    requisition = find(case, command.requisition)
    if requisition.status in ("approved", "rejected"):
        return []
    if requisition.status == "with_officer":
        raise Refusal("requisition_with_officer", "Rekvisitionen kom in för sent. En handläggare avgör.", status=409)
    if requisition.status == "awaiting_account":
        return []
    checks = rules(case, requisition)
    failed = {check.rule for check in checks if not check.passed}
    if failed == {"account_verified"} and not any(c.requisition == requisition.id for c in case.account_changes):
        return accounts.proposed(case, requisition.account, AGENT, now, requisition.id)
    if failed:
        return [e.RequisitionRejected(requisition.id, checks, now)]
    payout = payout_id(case.round, case.municipality, len(case.payouts) + 1)
    approved = e.RequisitionApproved(requisition.id, payout, checks, now)
    return [approved, *accounts.holds_for_accounts(case, payout, requisition.account, now)]


def rules(case: Case, requisition: Requisition) -> tuple[Check, ...]:
    """Try every rule on a requisition; the agent and the declaration were required to send it in."""
    recipient, terms = opened(case)
    room = case.money.allocated - case.money.approved
    approved = sum(1 for r in case.requisitions if r.status == "approved")
    return (
        Check(
            rule="amount_within_allocation",
            passed=0 < requisition.amount <= room,
            inputs={
                "amount": str(requisition.amount),
                "allocated": str(case.money.allocated),
                "approved_before": str(case.money.approved),
                "allocation_list": case.allocation_list,
            },
            arithmetic=f"0 < {requisition.amount} <= {case.money.allocated} - {case.money.approved} = {room}",
            explanation=f"Rekvirerat {format_kronor(requisition.amount)}; "
            f"kvar att rekvirera {format_kronor(Ore(max(room, 0)))}.",
        ),
        received_in_time(case, requisition),
        Check(
            rule="requisitions_allowed",
            passed=approved < terms.requisitions_allowed,
            inputs={"approved": str(approved), "allowed": str(terms.requisitions_allowed)},
            arithmetic=f"{approved} < {terms.requisitions_allowed}",
            explanation=f"Kommunen kan rekvirera {counted(terms.requisitions_allowed, 'gång', 'gånger')} i omgången.",
        ),
        Check(
            rule="account_verified",
            passed=requisition.account == recipient.account,
            inputs={
                "account_kind": requisition.account.kind,
                "verified_account_kind": recipient.account.kind,
                "same_number": str(requisition.account.number == recipient.account.number).lower(),
            },
            arithmetic="account in the requisition = verified account in the register",
            explanation="Utbetalning görs bara till kommunens verifierade konto.",
        ),
    )


def received_in_time(case: Case, requisition: Requisition) -> Check:
    """Try the last day on a requisition; one that an officer has taken up passes, and the check says by whom."""
    _, terms = opened(case)
    ends, told = end_of(terms.requisition_last_day), requisition.late_decision
    taken_up = told if told and told.accepted else None
    inputs = {
        "received_at": requisition.received_at.isoformat(),
        "last_day": terms.requisition_last_day.isoformat(),
    }
    explanation = f"Sista dag för rekvisition var den {format_date(terms.requisition_last_day)}."
    if taken_up is not None:
        inputs |= {"taken_up_by": taken_up.decided_by, "taken_up_at": taken_up.decided_at.isoformat()}
        explanation += " Rekvisitionen kom senare. En handläggare har beslutat att ta upp den ändå."
    return Check(
        rule="received_in_time",
        passed=requisition.received_at < ends or taken_up is not None,
        inputs=inputs,
        arithmetic=f"{requisition.received_at.isoformat()} < {ends.isoformat()}",
        explanation=explanation,
    )
