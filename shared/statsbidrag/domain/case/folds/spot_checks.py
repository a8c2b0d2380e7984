"""Spot checks: the request, the records, what came of them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds, add, owe_mail, with_changes
from statsbidrag.domain.case.state import (
    Case,
    RecordsSent,
    SpotCheck,
)


def _records_requested(case: Case, event: e.RecordsRequested) -> Case:
    check = SpotCheck(
        id=event.spot_check,
        points=event.points,
        rules=event.rules,
        link_hash=event.token_hash,
        requested_at=event.requested_at,
        last_day=event.last_day,
        link_at=event.requested_at,
    )
    case = replace(case, spot_checks=(*case.spot_checks, check))
    return owe_mail(case, "records_request", f"{check.id}-{check.link}", event.requested_at)


def _spot_check(case: Case, spot_check: int, **changes: Any) -> Case:
    return replace(case, spot_checks=with_changes(case.spot_checks, "id", spot_check, **changes))


def _records_link_revoked(case: Case, event: e.RecordsLinkRevoked) -> Case:
    return _withdraw_requests(_spot_check(case, event.spot_check, link_hash="", link_at=event.revoked_at))


def _withdraw_requests(case: Case) -> Case:
    """Let no request leave that leads nowhere any more."""
    mails = {
        name: replace(mail, status="withdrawn")
        if mail.kind == "records_request" and mail.status == "owed" and not case.asks_for_records(mail)
        else mail
        for name, mail in case.mails.items()
    }
    return replace(case, mails=mails)


def _records_link_issued(case: Case, event: e.RecordsLinkIssued) -> Case:
    link = {"link": event.link, "link_hash": event.token_hash, "link_at": event.issued_at}
    case = _spot_check(case, event.spot_check, **link)
    return owe_mail(case, "records_request", f"{event.spot_check}-{event.link}", event.issued_at)


def _records_received(case: Case, event: e.RecordsReceived) -> Case:
    check = next(check for check in case.spot_checks if check.id == event.spot_check)
    sent = RecordsSent(event.number, event.received_at, event.late, event.files)
    case = _spot_check(case, check.id, sent=(*check.sent, sent))
    return owe_mail(case, "records_receipt", f"{check.id}-{event.number}", event.received_at)


def _spot_check_concluded(case: Case, event: e.SpotCheckConcluded) -> Case:
    """Take back what was accepted too much; the recovery that follows claims it."""
    case = _spot_check(
        case,
        event.spot_check,
        outcome=event.outcome,
        amount=event.amount,
        reason=event.reason,
        concluded_by=event.concluded_by,
        concluded_at=event.concluded_at,
    )
    return add(_withdraw_requests(case), accepted_use=-event.amount)


FOLDS: Folds = {
    e.RecordsRequested: _records_requested,
    e.RecordsLinkRevoked: _records_link_revoked,
    e.RecordsLinkIssued: _records_link_issued,
    e.RecordsReceived: _records_received,
    e.SpotCheckConcluded: _spot_check_concluded,
}
