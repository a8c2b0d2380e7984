"""The link to the report, its reminders, and the report."""

from __future__ import annotations

from msgspec.structs import replace

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.folds.common import Folds, add, owe_mail, with_changes
from statsbidrag.domain.case.state import (
    CARRIES_LINK,
    Case,
    DeliveryProof,
    Extension,
    Link,
    Reopening,
    Report,
)


def _link_issued(case: Case, event: e.ReportLinkIssued) -> Case:
    reminded = case.link.reminders_sent if case.link else ()
    link = Link(event.link, event.token_hash, event.issued_at, reminded, asked_by=event.asked_by)
    case = replace(case, earlier_links=case.links, link=link)
    return owe_mail(case, "report_link", event.link, event.issued_at)


def _links_revoked(case: Case, event: e.ReportLinksRevoked) -> Case:
    closed = [
        replace(link, revoked_at=event.revoked_at) if link.revoked_at is None and link.number <= event.link else link
        for link in case.links
    ]
    mails = {
        name: replace(mail, status="withdrawn") if mail.kind in CARRIES_LINK and mail.status == "owed" else mail
        for name, mail in case.mails.items()
    }
    return replace(case, earlier_links=tuple(closed[:-1]), link=closed[-1], mails=mails)


def _delivery_proven(case: Case, event: e.LinkDeliveryProven) -> Case:
    proof = DeliveryProof(event.delivered_on, event.reason, event.proven_by)
    return replace(case, delivery_proofs=(*case.delivery_proofs, proof))


def _reminder_issued(case: Case, event: e.ReportReminderIssued) -> Case:
    if case.link is None:
        return case
    reminded = replace(case.link, reminders_sent=(*case.link.reminders_sent, event.day))
    # The ladder of a later last day has e-mails of its own.
    ladder = f"-{len(case.extensions)}" if case.extensions else ""
    return owe_mail(replace(case, link=reminded), "report_reminder", f"{event.day}{ladder}", event.issued_at)


def _report_received(case: Case, event: e.ReportReceived) -> Case:
    report = Report(
        received_at=event.received_at,
        late=event.late,
        form_version=event.form_version,
        answers=event.answers,
        amount_used=event.amount_used,
        amount_misused=event.amount_misused,
        content_hash=event.content_hash,
        first_received_at=event.first_received_at,
    )
    # A report is an answer to a hearing too: what was prepared without it is prepared again.
    recoveries = with_changes(case.recoveries, "status", "prepared", status="hearing")
    case = replace(case, report=report, recoveries=recoveries, unproven_delivery=False)
    return owe_mail(case, "report_receipt", len(case.reopenings) + 1, event.received_at)


def _report_extended(case: Case, event: e.ReportExtended) -> Case:
    extension = Extension(event.last_day, case.report_last_day, event.reason, event.granted_by, event.granted_at)
    if case.reopening is not None:
        later = replace(case.reopening, last_day=event.last_day)
        case = replace(case, reopenings=(*case.reopenings[:-1], later))
    elif case.terms is not None:
        case = replace(case, terms=replace(case.terms, report_last_day=event.last_day))
    link = replace(case.link, reminders_sent=()) if case.link else None
    case = replace(case, extensions=(*case.extensions, extension), link=link, unproven_delivery=False)
    return owe_mail(case, "report_extended", len(case.extensions), event.granted_at)


def _report_reopened(case: Case, event: e.ReportReopened) -> Case:
    if case.report is None:
        return case
    opened_again = Reopening(event.last_day, event.reason, event.reopened_by, event.reopened_at, case.report)
    case = replace(case, report=None, reopenings=(*case.reopenings, opened_again))
    case = add(case, accepted_use=-event.taken_back)
    if case.link is not None and case.link.revoked_at is not None:
        # Nobody can be sent a link that is closed: the next one tells of the day.
        return case
    return owe_mail(case, "report_reopened", len(case.reopenings), event.reopened_at)


def _report_reinstated(case: Case, _: e.ReportReinstated) -> Case:
    return replace(case, report=replace(case.reopening.earlier, assessed=False)) if case.reopening else case


def _report_assessed(case: Case, event: e.ReportAssessed) -> Case:
    if case.report is None:
        return case
    case = replace(case, report=replace(case.report, assessed=True))
    return add(case, accepted_use=event.accepted)


def _delivery_unproven(case: Case, _: e.DeliveryUnproven) -> Case:
    return replace(case, unproven_delivery=True)


FOLDS: Folds = {
    e.ReportLinkIssued: _link_issued,
    e.ReportLinksRevoked: _links_revoked,
    e.LinkDeliveryProven: _delivery_proven,
    e.ReportReminderIssued: _reminder_issued,
    e.ReportReceived: _report_received,
    e.ReportExtended: _report_extended,
    e.ReportReopened: _report_reopened,
    e.ReportReinstated: _report_reinstated,
    e.ReportAssessed: _report_assessed,
    e.DeliveryUnproven: _delivery_unproven,
}
