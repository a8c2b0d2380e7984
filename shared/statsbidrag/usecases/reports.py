"""Send report links and reminders; show, receive and assess reports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.commands import (
    AssessMissingReport,
    AssessReport,
    IssueRecordsLink,
    IssueReminder,
    IssueReportLink,
    SubmitReport,
)
from statsbidrag.domain.case.links import no_such_link, refuse_closed
from statsbidrag.domain.case.spot_checks import find as find_check
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import end_of
from statsbidrag.ports import DueTask, Links, Request
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.drafts import Place
from statsbidrag.usecases.records import another_link, request_records
from statsbidrag.usecases.rounds import get_round


class ReportView(msgspec.Struct, frozen=True):
    """What the report form shows.

    Attributes
    ----------
    paid
        Öre.
    closes_at
        When a report becomes late, or the earlier one stands again.
    reopened_at, reopened_because
        When and why the report was opened again to be corrected.
    earlier
        What was answered then.
    """

    round: Round
    recipient: Recipient
    case_number: str
    paid: Ore
    closes_at: datetime
    is_late: bool
    already_received_at: datetime | None
    reopened_at: datetime | None = None
    reopened_because: str = ""
    earlier: dict[str, str | int] = {}


class ReportReceipt(msgspec.Struct, frozen=True):
    """What the municipality gets for its report."""

    case_number: str
    received_at: datetime
    late: bool
    amount_used: Ore
    content_hash: str


_RECEIPTS = msgspec.json.Decoder(ReportReceipt)


def link_purpose(key: str, number: int) -> str:
    """Name what a report link's token is made from."""
    return f"report-link:{key}:{number}"


def send_links(books: Books, links: Links, context: Context) -> int:
    """Issue every link, reminder and request for records that is due and not sent; gives how many."""
    issued = 0
    latest = list(_latest_of_each(books))
    cases = books.see_all(CASE, (due.key for due in latest if due.task.kind != "request_records"))
    for due in latest:
        if due.task.kind == "request_records":
            issued += request_records(books, links, due, context)
            continue
        command = _command(links, due, cases[due.key].state)
        issued += bool(books.handle(CASE, due.key, command, context, seen=cases[due.key]).records)
    return issued


def _command(links: Links, due: DueTask, case: Case) -> IssueReportLink | IssueRecordsLink | IssueReminder:
    if due.task.kind == "issue_report_link":
        return IssueReportLink(sha256(links.token(link_purpose(due.key, 1)).encode()))
    if due.task.kind == "issue_records_link":
        return another_link(links, due.key, find_check(case, int(due.task.about)))
    return IssueReminder(int(due.task.about))


def _latest_of_each(books: Books) -> Iterator[DueTask]:
    """Of reminders that a missed run left behind, only the latest goes out."""
    latest: dict[str, DueTask] = {}
    for due in books.store.due("report_links", books.now()):
        latest[due.key] = due
    yield from latest.values()


def _case_behind(books: Books, token: str) -> tuple[str, Seen[Case]]:
    token_hash = sha256(token.encode())
    key = books.store.found("LINK", token_hash)
    if key is None:
        raise no_such_link()
    seen = books.see(CASE, key)
    refuse_closed(seen.state, token_hash, books.now())
    return key, seen


def show(books: Books, token: str) -> ReportView:
    """Give what the report form shows; `NotFound` ``link_not_valid``, or ``link_revoked``, ``link_expired`` (410)."""
    _, seen = _case_behind(books, token)
    case = seen.state
    recipient, _ = opened(case)
    closes_at, reopening = end_of(case.report_last_day), case.reopening
    return ReportView(
        round=get_round(books, case.round),
        recipient=recipient,
        case_number=case.number,
        paid=case.money.paid,
        closes_at=closes_at,
        is_late=reopening is None and books.now() >= closes_at,
        already_received_at=case.report.received_at if case.report else None,
        reopened_at=reopening.reopened_at if reopening else None,
        reopened_because=reopening.reason if reopening else "",
        earlier=reopening.earlier.answers if reopening else {},
    )


def draft_place(view: ReportView) -> Place:
    """Tell where the draft of the report lies; one from before the report was opened again is none."""
    closed = Refusal("already_reported", "Kommunen har redan lämnat sin återrapportering.", status=409)
    return Place(
        round=view.round.id,
        municipality=view.recipient.municipality,
        kind="report",
        shared_by="med länken",
        since=view.reopened_at,
        closed=closed if view.already_received_at else None,
    )


def receive(books: Books, token: str, answers: dict[str, str | int], key: str, context: Context) -> ReportReceipt:
    """Receive a report once, and give its receipt.

    Parameters
    ----------
    answers
        By question id; amounts in öre. ``amount_used`` and ``amount_not_as_intended`` are in every round's form.

    Raises
    ------
    NotFound
        ``link_not_valid``.
    Refusal
        ``link_revoked`` or ``link_expired`` (410), the amounts do not agree with what was paid, or there is a
        report already.
    """
    case_key, seen = _case_behind(books, token)
    version = get_round(books, seen.state.round).report_form_version
    content_hash = sha256(canonical((case_key, version, answers)))
    command = SubmitReport(
        form_version=version,
        answers=answers,
        amount_used=Ore(int(answers["amount_used"])),
        amount_misused=Ore(int(answers["amount_not_as_intended"])),
        content_hash=content_hash,
        token_hash=sha256(token.encode()),
    )
    request = Request(f"report:{key}", content_hash)
    outcome = books.handle(CASE, case_key, command, context, seen=seen, request=request, answer=_receipt)
    return _RECEIPTS.decode(outcome.answer)


def _receipt(case: Case) -> ReportReceipt:
    report = case.report
    if report is None:
        raise NotFound("unknown_report", "Det finns ingen återrapportering.")
    return ReportReceipt(case.number, report.received_at, report.late, report.amount_used, report.content_hash)


def assess(books: Books, due: DueTask, context: Context) -> None:
    """Assess a report that came, or one that did not; done before, it changes nothing."""
    missing = due.task.kind == "assess_missing_report"
    books.handle(CASE, due.key, AssessMissingReport() if missing else AssessReport(), context)
