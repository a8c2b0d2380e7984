"""Recoveries: proposal, hearing, decision, reconsideration, appeal."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds, add, owe_mail, with_changes
from statsbidrag.domain.case.state import (
    Appeal,
    Case,
    HearingAnswer,
    Reconsideration,
    Reconsidered,
    Recovery,
)
from statsbidrag.domain.money import Ore


def _recovery_proposed(case: Case, event: e.RecoveryProposed) -> Case:
    recovery = Recovery(
        id=event.recovery,
        grounds=event.grounds,
        claim=event.claim,
        checks=event.checks,
        proposed_at=event.proposed_at,
        hearing_ends=event.hearing_ends,
        proposed_waiver=event.proposed_waiver,
    )
    case = replace(case, recoveries=(*case.recoveries, recovery))
    return owe_mail(case, "hearing", event.recovery, event.proposed_at)


def _recovery(case: Case, recovery: int, **changes: Any) -> Case:
    return replace(case, recoveries=with_changes(case.recoveries, "id", recovery, **changes))


def _recovery_withdrawn(case: Case, event: e.RecoveryWithdrawn) -> Case:
    return _recovery(case, event.recovery, status="withdrawn")


def _find_recovery(case: Case, recovery: int) -> Recovery:
    return next(r for r in case.recoveries if r.id == recovery)


def _hearing_answered(case: Case, event: e.HearingAnswered) -> Case:
    """Keep the answer; a decision that was prepared without it is prepared again."""
    given = HearingAnswer(
        stance=event.stance,
        text=event.text,
        amount_used=event.amount_used,
        received_at=event.received_at,
        late=event.late,
        answered_by=event.answered_by,
        content_hash=event.content_hash,
    )
    answers = (*_find_recovery(case, event.recovery).answers, given)
    case = _recovery(case, event.recovery, answers=answers, status="hearing")
    return owe_mail(case, "hearing_receipt", f"{event.recovery}-{event.answer}", event.received_at)


def _hearing_extended(case: Case, event: e.HearingExtended) -> Case:
    extensions = (*_find_recovery(case, event.recovery).extensions, event.last_day)
    longer = {"extensions": extensions, "hearing_ends": event.hearing_ends, "status": "hearing"}
    case = _recovery(case, event.recovery, **longer)
    return owe_mail(case, "hearing_extended", f"{event.recovery}-{len(extensions)}", event.extended_at)


def _decision_prepared(case: Case, event: e.DecisionPrepared) -> Case:
    return _recovery(
        case,
        event.recovery,
        status="prepared",
        waived=event.waived,
        reasons=event.reasons,
        prepared_by=event.prepared_by,
        answer_considered=event.answer_considered,
    )


def _recovery_decided(case: Case, event: e.RecoveryDecided) -> Case:
    case = _recovery(case, event.recovery, status="decided", decided_by=event.decided_by, decided_at=event.decided_at)
    return add(case, waived=next(r.waived for r in case.recoveries if r.id == event.recovery))


def _letter_filed(case: Case, event: e.LetterFiled) -> Case:
    case = _recovery(case, event.recovery, letter=event.letter)
    decided_at = next(r.decided_at for r in case.recoveries if r.id == event.recovery)
    return owe_mail(case, "decision", event.recovery, decided_at) if decided_at else case


def _reconsideration_prepared(case: Case, event: e.ReconsiderationPrepared) -> Case:
    prepared = Reconsideration(event.amount, event.reasons, event.prepared_by)
    return _recovery(case, event.recovery, reconsideration=prepared)


def _recovery_reconsidered(case: Case, event: e.RecoveryReconsidered) -> Case:
    recovery, prepared = _find_recovery(case, event.recovery), None
    if event.reconsideration:
        prepared = recovery.reconsideration
    again = () if prepared is None else (_reconsidered(recovery, prepared, event),)
    case = _recovery(
        case,
        recovery.id,
        reduced=recovery.reduced + event.reduction,
        reconsideration=None,
        reconsidered_at=event.decided_at,
        reconsidered=(*recovery.reconsidered, *again),
    )
    return add(case, accepted_use=event.reduction)


def _reconsidered(recovery: Recovery, prepared: Reconsideration, event: e.RecoveryReconsidered) -> Reconsidered:
    return Reconsidered(
        before=recovery.to_invoice,
        amount=Ore(recovery.to_invoice - event.reduction),
        reasons=prepared.reasons,
        prepared_by=prepared.prepared_by,
        decided_by=event.decided_by,
        decided_at=event.decided_at,
        credit_note=event.credit_note,
    )


def _reconsideration_filed(case: Case, event: e.ReconsiderationFiled) -> Case:
    all_of_them = list(_find_recovery(case, event.recovery).reconsidered)
    filed = replace(all_of_them[event.reconsideration - 1], letter=event.letter)
    all_of_them[event.reconsideration - 1] = filed
    case = _recovery(case, event.recovery, reconsidered=tuple(all_of_them))
    return owe_mail(case, "reconsideration", f"{event.recovery}-{event.reconsideration}", filed.decided_at)


def _appeal_noted(case: Case, event: e.AppealNoted) -> Case:
    """Open the appeal; one that came too late is dismissed as it is noted."""
    appeal = Appeal(event.received_on, event.in_time, event.reason, event.noted_by, event.noted_at)
    if not event.in_time:
        appeal = replace(appeal, outcome="dismissed", outcome_by=event.noted_by, outcome_at=event.noted_at)
    return _recovery(case, event.recovery, appeals=(*_find_recovery(case, event.recovery).appeals, appeal))


def _appeal_ended(case: Case, event: e.AppealEnded) -> Case:
    recovery = _find_recovery(case, event.recovery)
    ended = replace(
        recovery.appeals[-1],
        outcome=event.outcome,
        outcome_reason=event.reason,
        outcome_by=event.noted_by,
        outcome_at=event.noted_at,
        decisions=len(recovery.reconsidered),
    )
    return _recovery(case, event.recovery, appeals=(*recovery.appeals[:-1], ended))


FOLDS: Folds = {
    e.RecoveryProposed: _recovery_proposed,
    e.RecoveryWithdrawn: _recovery_withdrawn,
    e.HearingAnswered: _hearing_answered,
    e.HearingExtended: _hearing_extended,
    e.DecisionPrepared: _decision_prepared,
    e.RecoveryDecided: _recovery_decided,
    e.LetterFiled: _letter_filed,
    e.ReconsiderationPrepared: _reconsideration_prepared,
    e.RecoveryReconsidered: _recovery_reconsidered,
    e.ReconsiderationFiled: _reconsideration_filed,
    e.AppealNoted: _appeal_noted,
    e.AppealEnded: _appeal_ended,
}
