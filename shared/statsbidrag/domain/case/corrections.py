"""Decide on payouts that did not go as they should: held, silent, void, issued anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.accounts import holds_for_accounts
from statsbidrag.domain.case.commands import (
    ConfirmResolution,
    HoldPayouts,
    ProposeResolution,
    RecordSilence,
    ReissuePayout,
    ReleasePayouts,
    VoidPayout,
)
from statsbidrag.domain.case.payouts import find
from statsbidrag.domain.case.state import Case, Payout, opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.holds import find_hold, require_reason
from statsbidrag.domain.identifiers import Account, payout_id

_ACCOUNT_FAULTS = frozenset(
    {"AC01", "AC03", "AC04", "AC06", "AC07", "AC14", "BE01", "BE06", "CNOR", "MD07", "RC01", "RC04", "RC07", "RC10"}
)
"""ISO 20022 reasons that lie with the creditor's account, its holder or its bank: the same account gives them again."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_VOIDED = "Utbetalningen är makulerad."


def hold(case: Case, command: HoldPayouts, now: datetime) -> Sequence[e.CaseEvent]:
    """Stop one payout or all of the case; the same hold by the same person again gives no events."""
    opened(case)
    reason = require_reason(command.reason)
    if command.payout and not find(case, command.payout).is_on_its_way:
        raise Refusal("payout_not_under_way", "Utbetalningen är inte på väg: det finns inget att stoppa.", status=409)
    live = (hold for hold in case.holds if hold.released_at is None)
    if any((hold.about, hold.reason, hold.placed_by) == (command.payout, reason, command.officer) for hold in live):
        return []
    return [e.PayoutsHeld(len(case.holds) + 1, command.payout, reason, command.officer, now)]


def release(case: Case, command: ReleasePayouts, now: datetime) -> Sequence[e.CaseEvent]:
    """End a hold; one for a change of account ends with that change."""
    found = find_hold(case.holds, command.hold)
    if found.released_at is not None:
        return []
    recipient, _ = opened(case)
    here = next((p for p in case.payouts if p.id == found.about and p.is_here), None)
    waiting = any(change.id == found.change and change.status == "waiting" for change in case.account_changes)
    if here and (waiting or (found.change and here.account != recipient.account)):
        raise Refusal(
            "account_change_holds",
            "Utbetalningen gäller ett annat konto än det som är anmält. Avgör kontoändringen, makulera sedan "
            "utbetalningen och betala på nytt.",
            status=409,
        )
    return [e.PayoutsReleased(found.id, require_reason(command.reason), command.officer, now)]


def answer_due(case: Case, payout: Payout) -> datetime:
    """Give the instant from which the bank's silence about a sent payout means unknown."""
    _, terms = opened(case)
    return payout.changed_at + timedelta(days=terms.bank_answer_days)


def silent(case: Case, command: RecordSilence, now: datetime) -> Sequence[e.CaseEvent]:
    """Note that nobody knows what became of a payout; whatever was heard in time stands."""
    payout = find(case, command.payout)
    if payout.status != "sent" or now < answer_due(case, payout):
        return []
    return [e.PayoutBecameUnknown(payout.id, now)]


def propose_resolution(case: Case, command: ProposeResolution, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in one person's word for what the bank answered; it may be changed until another confirms."""
    payout = _unknown(case, command.payout)
    reason = require_reason(command.reason)
    told = payout.resolution
    if told and (told.outcome, told.reason, told.proposed_by) == (command.outcome, reason, command.officer):
        return []
    return [e.PayoutResolutionProposed(payout.id, command.outcome, reason, command.officer, now)]


def confirm_resolution(case: Case, command: ConfirmResolution, now: datetime) -> Sequence[e.CaseEvent]:
    """End the unknown by a second person; what was not carried out is ordered again, to the same id.

    It is held where another account is in force or waits by now.
    """
    told = find(case, command.payout).resolution
    if told and (told.outcome, told.confirmed_by) == (command.outcome, command.officer):
        return []
    payout = _unknown(case, command.payout)
    if told is None or told.outcome != command.outcome:
        raise Refusal(
            "resolution_differs",
            "Det är inte det besked som väntar på bekräftelse. Läs in utbetalningen på nytt.",
            field="outcome",
            status=409,
        )
    if told.proposed_by == command.officer:
        raise Refusal(
            "same_officer", "Den som har lämnat beskedet får inte bekräfta det. Be en annan handläggare.", status=403
        )
    resolved = e.PayoutResolved(payout.id, told.outcome, command.officer, now)
    held = holds_for_accounts(case, payout.id, payout.account, now) if told.outcome == "not_carried_out" else ()
    return [resolved, *held]


def _unknown(case: Case, payout: str) -> Payout:
    found = find(case, payout)
    if found.status != "unknown":
        raise Refusal("payout_not_unknown", "Det är känt hur det gick med utbetalningen.", status=409)
    return found


def void(case: Case, command: VoidPayout, now: datetime) -> Sequence[e.CaseEvent]:
    """Decide not to make a payout; it must stand in no batch, and the holds on it end with it."""
    payout = find(case, command.payout)
    if payout.status == "void" and payout.is_final >= command.is_final:
        return []
    if payout.status == "batched":
        raise Refusal("payout_in_a_batch", f"Utbetalningen ingår i {payout.batch}. Makulera den först.", status=409)
    if payout.status not in ("ordered", "void") or payout.replaced_by:
        raise Refusal(
            "payout_not_ordered", "Utbetalningen har redan lämnats till banken och kan inte makuleras.", status=409
        )
    reason = require_reason(command.reason)
    voided = e.PayoutVoided(payout.id, reason, command.officer, now, command.is_final)
    held = (hold for hold in case.holds if hold.about == payout.id and hold.released_at is None)
    return [voided, *(e.PayoutsReleased(hold.id, _VOIDED, command.officer, now) for hold in held)]


def reissue(case: Case, command: ReissuePayout, now: datetime) -> Sequence[e.CaseEvent]:
    """Order a linked payout to the account in force, once; never again to an account that the bank refused."""
    payout = find(case, command.payout)
    recipient, _ = opened(case)
    if payout.replaced_by:
        return []
    if payout.is_final:
        raise Refusal("payout_void_for_good", "Det är beslutat att utbetalningen inte ersätts.", status=409)
    if payout.status not in ("rejected", "returned", "void"):
        raise Refusal(
            "payout_not_failed", "Bara en avvisad, returnerad eller makulerad utbetalning ersätts.", status=409
        )
    if is_refused(case, recipient.account):
        raise Refusal(
            "account_refused_by_bank",
            "Banken har sagt nej till kontot. Kommunen behöver anmäla ett annat konto, som ni godkänner.",
            status=409,
        )
    new = payout_id(case.round, case.municipality, len(case.payouts) + 1)
    reissued = e.PayoutReissued(new, payout.id, recipient.account, command.officer, now)
    return [reissued, *holds_for_accounts(case, new, recipient.account, now)]


def needs_new_account(payout: Payout) -> bool:
    """Tell whether the bank refused or returned a payout for the account's sake."""
    return payout.status in ("rejected", "returned") and payout.code in _ACCOUNT_FAULTS


def is_refused(case: Case, account: Account) -> bool:
    """Tell whether the bank has said no to an account, and nobody has approved it since."""
    approved = [c.decided_at for c in case.account_changes if c.account == account and c.status == "approved"]
    refused = [p.changed_at for p in case.payouts if p.account == account and needs_new_account(p)]
    return bool(refused) and max(refused) >= max((at for at in approved if at), default=_LONG_AGO)
