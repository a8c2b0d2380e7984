"""What the folds of several subjects need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from statsbidrag.domain.case.state import (
    AccountChange,
    Case,
    CreditNote,
    Invoice,
    Mail,
    MailKind,
    Payout,
    Recovery,
    Requisition,
    SpotCheck,
)

T = TypeVar("T", Requisition, AccountChange, Payout, SpotCheck, Recovery, Invoice, CreditNote)

Folds = Mapping[type, Callable[[Case, Any], Case]]
"""What follows from an event, by its type."""


def with_changes(items: tuple[T, ...], key: str, value: object, **changes: Any) -> tuple[T, ...]:
    """Give the items, changed where an attribute has a value."""
    return tuple(replace(item, **changes) if getattr(item, key) == value else item for item in items)


def add(case: Case, **amounts: int) -> Case:
    """Add to amounts of the case (öre)."""
    changed = {name: getattr(case.money, name) + amount for name, amount in amounts.items()}
    return replace(case, money=replace(case.money, **changed))


def owe_mail(case: Case, kind: MailKind, about: object, at: datetime) -> Case:
    """Owe the registry an e-mail; its name follows from case, kind and what it is about."""
    if case.recipient is None:
        return case
    mail_id = f"{case.round}-{case.municipality}-{kind}-{about}"
    mail = Mail(mail_id, kind, str(about), case.recipient.registry_email, at)
    return replace(case, mails={**case.mails, mail_id: mail})
