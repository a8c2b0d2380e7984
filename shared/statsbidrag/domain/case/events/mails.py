"""What became of each e-mail, and the address that they go to."""

from __future__ import annotations

from datetime import datetime

from statsbidrag.domain.case.state import MailKind
from statsbidrag.domain.journal import Event


class MailSent(Event, frozen=True):
    """The e-mail left."""

    mail: str
    kind: MailKind
    to: str


class MailDelivered(Event, frozen=True):
    """The recipient's server took the e-mail."""

    mail: str
    delivered_at: datetime


class MailBounced(Event, frozen=True):
    """The e-mail came back."""

    mail: str
    bounced_at: datetime


class MailComplained(Event, frozen=True):
    """Somebody at the recipient's called the e-mail spam; later ones may be kept from the registry."""

    mail: str
    complained_at: datetime


class RegistryAddressCorrected(Event, frozen=True):
    """The registry has this address; `again` names what bounced and is owed again, and complaints are dealt with."""

    email: str
    again: tuple[str, ...]
    reason: str
    corrected_by: str
    corrected_at: datetime
