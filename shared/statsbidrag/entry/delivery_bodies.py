"""What officers send to put right what did not arrive."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry.models import Reasoned


class RegistryAddress(Reasoned, extra="forbid", frozen=True):
    """Which address the registry has, and how that is known; it may be the same as before."""

    email: str


class Proof(Reasoned, extra="forbid", frozen=True):
    """On which day the link reached the municipality (``2026-02-10``), and how that is known."""

    delivered_on: str

    def day(self) -> date:
        """Give the day; `Refusal` ``day_invalid`` for a text that is none."""
        try:
            return date.fromisoformat(self.delivered_on)
        except ValueError:
            raise Refusal("day_invalid", "Skriv dagen som 2026-02-10.", field="delivered_on") from None
