"""Decide on payout accounts: a new or changed one waits for a second person, and holds what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import ApproveAccount, DeclineAccount, ProposeAccount
from statsbidrag.domain.case.state import AccountChange, Case, opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.identifiers import Account

_HELD = "Ett annat utbetalningskonto har anmälts."
_DECLINED = "Det anmälda kontot godkändes inte."


def find_change(case: Case, change: int) -> AccountChange:
    """Give the change of that number; `NotFound` ``unknown_account_change``."""
    found = next((item for item in case.account_changes if item.id == change), None)
    if found is None:
        raise NotFound("unknown_account_change", "Kontoändringen finns inte i ärendet.")
    return found


def propose(case: Case, command: ProposeAccount, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in another account; one that is in force or waits already gives no events."""
    recipient, _ = opened(case)
    waiting = any(c.status == "waiting" and c.account == command.account for c in case.account_changes)
    if waiting or command.account == recipient.account:
        return []
    return proposed(case, command.account, command.proposed_by, now)


def proposed(case: Case, account: Account, by: str, now: datetime, requisition: int = 0) -> Sequence[e.CaseEvent]:
    """Give the events of a change of account: money that has not left for another account is held with it."""
    recipient, _ = opened(case)
    number = len(case.account_changes) + 1
    change = e.AccountChangeProposed(number, account, recipient.account, by, now, requisition)
    return [change, *_holds(case, account, number, by, now)]


def _holds(case: Case, account: Account, change: int, by: str, now: datetime) -> list[e.CaseEvent]:
    """Hold for a change what has not left for another account and is not held for it yet."""
    held = {hold.about for hold in case.holds if hold.change == change and hold.released_at is None}
    here = [p for p in case.payouts if p.is_here and p.account != account and p.id not in held]
    return [
        e.PayoutsHeld(len(case.holds) + place, payout.id, _HELD, by, now, change)
        for place, payout in enumerate(here, start=1)
    ]


def holds_for_accounts(case: Case, payout: str, account: Account, now: datetime) -> list[e.CaseEvent]:
    """Hold a payout that is ordered to an account while another one waits, or is in force by now."""
    recipient, _ = opened(case)
    waiting = [c for c in case.account_changes if c.status == "waiting" and c.account != account]
    if account != recipient.account:
        waiting += [c for c in case.account_changes if c.account == recipient.account and c.status == "approved"][-1:]
    return [
        e.PayoutsHeld(len(case.holds) + place, payout, _HELD, change.proposed_by, now, change.id)
        for place, change in enumerate(waiting, start=1)
    ]


def approve(case: Case, command: ApproveAccount, now: datetime) -> Sequence[e.CaseEvent]:
    """Put a change in force; the holds stay, since what was ordered still names the account before.

    The same account may have been named more than once: all of it is approved together.
    """
    change = find_change(case, command.change)
    if change.status == "approved":
        return []
    same = [c for c in case.account_changes if c.status == "waiting" and c.account == change.account]
    for item in (change, *same):
        _decidable(item, command.officer)
    if command.account != change.account:
        raise Refusal(
            "account_differs",
            "Kontot är inte det som väntar på godkännande. Läs in ändringen på nytt och kontrollera.",
            field="account_number",
        )
    approved = [e.AccountChangeApproved(item.id, command.officer, now) for item in same]
    return [*approved, *_holds(case, change.account, change.id, command.officer, now)]


def decline(case: Case, command: DeclineAccount, now: datetime) -> Sequence[e.CaseEvent]:
    """Decline a change; what was held for its sake goes on."""
    change = find_change(case, command.change)
    if change.status == "declined":
        return []
    _decidable(change, command.officer)
    declined = e.AccountChangeDeclined(change.id, require_reason(command.reason), command.officer, now)
    held = (hold for hold in case.holds if hold.change == change.id and hold.released_at is None)
    return [declined, *(e.PayoutsReleased(hold.id, _DECLINED, command.officer, now) for hold in held)]


def _decidable(change: AccountChange, officer: str) -> None:
    if change.status != "waiting":
        raise Refusal("account_change_decided", "Kontoändringen är redan avgjord.", status=409)
    if change.proposed_by == officer:
        raise Refusal(
            "same_officer", "Den som har anmält kontot får inte avgöra det. Be en annan handläggare.", status=403
        )
