"""What a case is of: its recipient, and the share of the allocation list."""

from __future__ import annotations

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds
from statsbidrag.domain.case.state import (
    Case,
)


def _opened(case: Case, event: e.CaseOpened) -> Case:
    return replace(case, recipient=event.recipient, terms=event.terms, register_account=event.recipient.account)


def _recipient_changed(case: Case, event: e.RecipientChanged) -> Case:
    """Take over what the register says but for the account: that changes only when it is approved.

    An address that an officer corrected stays until the register names another than it did then.
    """
    if case.recipient is None:
        return case
    stays = case.register_email == event.recipient.registry_email
    email = case.recipient.registry_email if stays else event.recipient.registry_email
    recipient = replace(event.recipient, account=case.recipient.account, registry_email=email)
    case = replace(case, register_email=case.register_email if stays else "")
    return replace(case, recipient=recipient, register_account=event.recipient.account)


def _allocated(case: Case, event: e.AllocationSet) -> Case:
    money = replace(case.money, allocated=event.amount)
    return replace(
        case,
        allocation_list=event.allocation_list,
        allocation_approved_at=event.approved_at,
        money=money,
    )


FOLDS: Folds = {
    e.CaseOpened: _opened,
    e.RecipientChanged: _recipient_changed,
    e.AllocationSet: _allocated,
}
