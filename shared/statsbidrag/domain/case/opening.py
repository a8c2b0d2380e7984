"""Decide how a case is opened and kept up to date with lists and register."""

from __future__ import annotations

from datetime import datetime

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import OpenCase
from statsbidrag.domain.case.state import Case
from statsbidrag.domain.errors import Refusal


def open_case(case: Case, command: OpenCase, _: datetime) -> list[e.CaseEvent]:
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
    elif command.recipient != case.recipient:
        decided.append(e.RecipientChanged(command.recipient))
    if (case.allocation_list, case.money.allocated) != (command.allocation_list, command.amount):
        decided.append(e.AllocationSet(command.allocation_list, command.amount, command.approved_at))
    return decided


def _is_older(approved_at: datetime | None, than: datetime | None) -> bool:
    return approved_at is not None and than is not None and approved_at < than
