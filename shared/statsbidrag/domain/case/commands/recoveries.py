"""Recoveries: hearing, decision, reconsideration, appeal."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.case.state import AppealOutcome, HearingStance
from statsbidrag.domain.money import Ore


class AnswerHearing(Command, frozen=True):
    """Say what the municipality thinks of a proposed recovery; `answered_by` is the journal's actor."""

    recovery: int
    stance: HearingStance
    text: str
    amount_used: Ore | None
    answered_by: str
    content_hash: str


class ExtendHearing(Command, frozen=True):
    """Give the municipality until another last day to answer."""

    recovery: int
    last_day: date
    reason: str
    officer: str


class PrepareDecision(Command, frozen=True):
    """Propose how to decide a recovery, after the hearing.

    Attributes
    ----------
    answers_seen
        How many answers of the municipality the officer saw.
    answer_considered
        How an objection was weighed.
    to_pay_in_bulk
        Öre to pay back as the officer saw it, where many are prepared at once; then it must be undisputed.
    """

    recovery: int
    waived: Ore
    reasons: str
    officer: str
    answers_seen: int = 0
    answer_considered: str = ""
    to_pay_in_bulk: Ore | None = None


class DecideRecovery(Command, frozen=True):
    """Decide a recovery that another officer prepared.

    Attributes
    ----------
    to_pay_in_bulk
        As of `PrepareDecision`, where many are decided at once.
    """

    recovery: int
    officer: str
    to_pay_in_bulk: Ore | None = None


class RecordLetterFiled(Command, frozen=True):
    """The decision's letter lies in the archive."""

    recovery: int
    letter: str


class PrepareReconsideration(Command, frozen=True):
    """Propose to change a decided recovery to an amount in öre."""

    recovery: int
    amount: Ore
    reasons: str
    officer: str


class DecideReconsideration(Command, frozen=True):
    """Decide what another officer prepared; `amount` is the one the person saw."""

    recovery: int
    amount: Ore
    officer: str


class RecordReconsiderationFiled(Command, frozen=True):
    """The letter of a decision that was taken again lies in the archive."""

    recovery: int
    reconsideration: int
    letter: str


class NoteAppeal(Command, frozen=True):
    """A decision is appealed; the officer has found whether that was in time."""

    recovery: int
    received_on: date
    in_time: bool
    reason: str
    officer: str


class NoteAppealOutcome(Command, frozen=True):
    """Say how an appeal ended."""

    recovery: int
    outcome: AppealOutcome
    reason: str
    officer: str
