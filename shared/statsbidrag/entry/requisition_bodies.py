"""What officers send about a requisition."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from statsbidrag.domain.case.commands import DecideLateRequisition


class LateDecided(BaseModel, extra="forbid", frozen=True):
    """Whether a late requisition is taken up or dismissed, and why; the municipality reads why it is dismissed."""

    outcome: Literal["accepted", "dismissed"]
    reason: str

    def command(self, requisition: int, officer: str) -> DecideLateRequisition:
        """Give what an officer asks of the case."""
        return DecideLateRequisition(requisition, self.outcome == "accepted", self.reason, officer)
