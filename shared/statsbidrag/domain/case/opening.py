"""Decide how a case is opened and kept up to date with lists and register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.accounts import proposed
from statsbidrag.domain.case.commands import OpenCase
from statsbidrag.domain.case.state import Case
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.recipient import Recipient

REGISTER = "register"
"""Who proposes an account that the register of recipients names."""


def open_case(case: Case, command: OpenCase, now: datetime) -> list[e.CaseEvent]:
    """Open the case or bring it up to date; nothing new gives no events.

    Lists may reach a case in another order than they were approved in: an older one never replaces a newer.
    """
    if _is_older(command.approved_at, case.allocation_approved_at):
        return []
    if command.amount < case.money.approved:
        raise Refusal(
            "allocation_below_approved",
            "Den nya fördelningen är lägre än det belopp som redan är beviljat. En handläggare måste avgöra.",
            status=409,
        )
    decided: list[e.CaseEvent] = []
    if case.terms is None:
        decided.append(e.CaseOpened(command.recipient, command.terms))
    else:
        decided += _recipient_changed(case, command.recipient, now)
    if (case.allocation_list, case.money.allocated) != (command.allocation_list, command.amount):
        decided.append(e.AllocationSet(command.allocation_list, command.amount, command.approved_at))
    return decided


def _recipient_changed(case: Case, recipient: Recipient, now: datetime) -> Sequence[e.CaseEvent]:
    """Take over the register's news; another account in it is proposed, since one person's file does not move money."""
    stays = case.recipient is not None and case.register_email == recipient.registry_email
    email = case.recipient.registry_email if case.recipient and stays else recipient.registry_email
    known = replace(recipient, account=case.recipient.account, registry_email=email) if case.recipient else recipient
    if known == case.recipient and recipient.account == case.register_account:
        return []
    changed: list[e.CaseEvent] = [e.RecipientChanged(recipient)]
    waiting = {change.account for change in case.account_changes if change.status == "waiting"}
    if recipient.account not in {case.register_account, known.account, *waiting}:
        changed += proposed(case, recipient.account, REGISTER, now)
    return changed


def _is_older(approved_at: datetime | None, than: datetime | None) -> bool:
    return approved_at is not None and than is not None and approved_at < than
