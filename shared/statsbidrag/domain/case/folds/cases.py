"""What a case is of: recipient, share of the allocation list, and address."""

from __future__ import annotations

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds
from statsbidrag.domain.case.state import (
    Case,
    Mail,
)

_AGAIN = "-again"
"""Stands between the name of an e-mail that bounced and the number of its new sending."""


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


def _registry_corrected(case: Case, event: e.RegistryAddressCorrected) -> Case:
    if case.recipient is None:
        return case
    said = case.register_email or case.recipient.registry_email
    mails = {name: _dealt_with(mail, case.recipient.registry_email, event.email) for name, mail in case.mails.items()}
    for name in event.again:
        old = case.mails[name]
        base = name.partition(_AGAIN)[0]
        number = sum(other.partition(_AGAIN)[0] == base for other in mails) + 1
        new = Mail(f"{base}{_AGAIN}{number}", old.kind, old.about, event.email, event.corrected_at)
        mails[new.id] = new
    recipient = replace(case.recipient, registry_email=event.email)
    return replace(case, recipient=recipient, register_email=said, mails=mails)


def _dealt_with(mail: Mail, old: str, new: str) -> Mail:
    """What came back is renewed, what has not left goes to the right address, and complaints are settled."""
    if mail.status == "bounced":
        mail = replace(mail, status="renewed")
    elif mail.status == "owed" and mail.to == old:
        mail = replace(mail, to=new)
    return replace(mail, complaint="settled") if mail.complaint == "open" else mail


FOLDS: Folds = {
    e.CaseOpened: _opened,
    e.RecipientChanged: _recipient_changed,
    e.AllocationSet: _allocated,
    e.RegistryAddressCorrected: _registry_corrected,
}
