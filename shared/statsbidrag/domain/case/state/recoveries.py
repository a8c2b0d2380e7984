"""Recoveries: hearing, decision, reconsideration, appeal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from statsbidrag.domain.case.state.common import Check
from statsbidrag.domain.money import Ore

Ground = Literal["unspent", "misused", "late_report", "report_missing", "not_accounted_for"]
RecoveryStatus = Literal["hearing", "prepared", "decided", "withdrawn"]
HearingStance = Literal["agrees", "objects"]


class HearingAnswer(msgspec.Struct, frozen=True):
    """What the municipality says of a proposed recovery.

    Attributes
    ----------
    amount_used
        Öre that it says were used under the conditions; `None` where it names no amount.
    late
        Whether it came after the last day of the hearing.
    answered_by
        Who sent it, as the journal names actors: through the link or as the agent.
    """

    stance: HearingStance
    text: str
    amount_used: Ore | None
    received_at: datetime
    late: bool
    answered_by: str
    content_hash: str


class Reconsideration(msgspec.Struct, frozen=True):
    """How one officer would change a decided recovery; another decides.

    Attributes
    ----------
    amount
        Öre that are still to be paid back; what is less than before was used under the conditions after all.
    """

    amount: Ore
    reasons: str
    prepared_by: str


class Reconsidered(msgspec.Struct, frozen=True):
    """How a recovery was decided again.

    Attributes
    ----------
    before, amount
        Öre to pay back as decided before, and as decided now.
    credit_note
        Takes back what was invoiced; empty where nothing was invoiced, or nothing changed.
    """

    before: Ore
    amount: Ore
    reasons: str
    prepared_by: str
    decided_by: str
    decided_at: datetime
    credit_note: str = ""
    letter: str = ""


AppealOutcome = Literal["upheld", "changed", "withdrawn", "dismissed"]


class Appeal(msgspec.Struct, frozen=True):
    """That a decision is appealed, and what came of it.

    Attributes
    ----------
    received_on
        Swedish day on which the appeal reached the agency.
    in_time
        As an officer found (förvaltningslagen 45 §); one that came too late is dismissed and holds nothing.
    decisions
        How often the recovery had been decided again when the outcome was noted.
    """

    received_on: date
    in_time: bool
    reason: str
    noted_by: str
    noted_at: datetime
    outcome: AppealOutcome | None = None
    outcome_reason: str = ""
    outcome_by: str = ""
    outcome_at: datetime | None = None
    decisions: int = 0


class Recovery(msgspec.Struct, frozen=True):
    """A claim for money back, from proposal to decision.

    Attributes
    ----------
    answer_considered
        How the preparing officer weighed what the municipality answered.
    extensions
        The last days, Swedish, that the hearing was given beside its first one.
    """

    id: int
    grounds: tuple[Ground, ...]
    claim: Ore
    checks: tuple[Check, ...]
    proposed_at: datetime
    hearing_ends: datetime
    proposed_waiver: Ore
    status: RecoveryStatus = "hearing"
    waived: Ore = Ore(0)
    reasons: str = ""
    prepared_by: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    letter: str = ""
    reduced: Ore = Ore(0)
    reconsideration: Reconsideration | None = None
    reconsidered_at: datetime | None = None
    answers: tuple[HearingAnswer, ...] = ()
    answer_considered: str = ""
    extensions: tuple[date, ...] = ()
    reconsidered: tuple[Reconsidered, ...] = ()
    appeals: tuple[Appeal, ...] = ()

    @property
    def is_agreed(self) -> bool:
        """Whether the municipality's last word is that it agrees."""
        return bool(self.answers) and self.answers[-1].stance == "agrees"

    @property
    def is_objected_to(self) -> bool:
        """Whether any answer objects: what was objected to is weighed even if the municipality agreed later."""
        return any(answer.stance == "objects" for answer in self.answers)

    @property
    def is_on_hold(self) -> bool:
        """Whether nothing is claimed for now: an appeal has no outcome yet, or one that is not carried out."""
        last = self.appeals[-1] if self.appeals else None
        if last is None or last.outcome is None:
            return last is not None
        return last.outcome == "changed" and last.decisions == len(self.reconsidered)

    @property
    def hold_ended_at(self) -> datetime | None:
        """When the last hold for an appeal ended; `None` where there was none, or it lasts."""
        last = self.appeals[-1] if self.appeals else None
        if last is None or last.outcome_at is None or not last.in_time or self.is_on_hold:
            return None
        return max(last.outcome_at, self.reconsidered_at or last.outcome_at)

    @property
    def decided_amount(self) -> Ore:
        """What the first decision claimed, öre."""
        return Ore(self.claim - self.waived)

    @property
    def to_invoice(self) -> Ore:
        """What remains to claim after the waiver and after what a later decision took off, öre."""
        return Ore(self.claim - self.waived - self.reduced)
