"""Recoveries: proposal, hearing, decision, reconsideration, appeal."""

from __future__ import annotations

from datetime import date, datetime

from statsbidrag.domain.case.state import AppealOutcome, Check, Ground, HearingStance
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore


class RecoveryProposed(Event, frozen=True):
    """Money is to go back; the municipality is heard first."""

    recovery: int
    grounds: tuple[Ground, ...]
    claim: Ore
    proposed_waiver: Ore
    checks: tuple[Check, ...]
    proposed_at: datetime
    hearing_ends: datetime


class RecoveryWithdrawn(Event, frozen=True):
    """What was proposed is not decided: its ground fell away."""

    recovery: int
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


class HearingAnswered(Event, frozen=True):
    """The municipality answered a proposed recovery; a decision that was prepared before is prepared again."""

    recovery: int
    answer: int
    stance: HearingStance
    text: str
    amount_used: Ore | None
    received_at: datetime
    late: bool
    answered_by: str
    content_hash: str


class HearingExtended(Event, frozen=True):
    """The municipality has longer to answer."""

    recovery: int
    last_day: date
    hearing_ends: datetime
    reason: str
    extended_by: str
    extended_at: datetime


class DecisionPrepared(Event, frozen=True):
    """An officer has prepared the decision; `answer_considered` is how an objection was weighed."""

    recovery: int
    waived: Ore
    reasons: str
    prepared_by: str
    answer_considered: str = ""


class RecoveryDecided(Event, frozen=True):
    """Another officer has decided."""

    recovery: int
    decided_by: str
    decided_at: datetime


class LetterFiled(Event, frozen=True):
    """The decision's letter lies in the archive."""

    recovery: int
    letter: str


class ReconsiderationPrepared(Event, frozen=True):
    """An officer proposes to change a decided recovery."""

    recovery: int
    amount: Ore
    reasons: str
    prepared_by: str


class RecoveryReconsidered(Event, frozen=True):
    """Another officer has decided again; `reduction` is accepted as used under the conditions after all.

    One with a number has a letter of its own.
    """

    recovery: int
    reduction: Ore
    decided_by: str
    decided_at: datetime
    reconsideration: int = 0
    credit_note: str = ""


class ReconsiderationFiled(Event, frozen=True):
    """The letter of a decision that was taken again lies in the archive."""

    recovery: int
    reconsideration: int
    letter: str


class AppealNoted(Event, frozen=True):
    """A decision is appealed; in time, it holds the claim until its outcome is noted, else it is dismissed."""

    recovery: int
    received_on: date
    in_time: bool
    reason: str
    noted_by: str
    noted_at: datetime


class AppealEnded(Event, frozen=True):
    """An appeal has an outcome; a changed decision is reconsidered next."""

    recovery: int
    outcome: AppealOutcome
    reason: str
    noted_by: str
    noted_at: datetime
