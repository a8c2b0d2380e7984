"""Decide on the links to the report form: which open it, who gets another, and what proves that one arrived.

A link speaks for the municipality, so a new one goes to the registry and to nobody who asks for it. It grows old, but
the municipality may always report: whoever holds an old one can have the registry sent another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.commands import ProveDelivery, RenewReportLink, RequestReportLink, RevokeReportLinks
from statsbidrag.domain.case.state import CARRIES_LINK, Case, Link, Mail, opened
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.holds import require_reason
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of, format_date, start_of, swedish_date

PAUSE = timedelta(hours=1)
"""How long after a link went out no other does, whoever asks."""
A_DAY = timedelta(hours=24)
MOST_A_DAY = 3
"""How many links a registry gets in any 24 hours when anybody may ask for them."""


def expires_at(case: Case, link: Link) -> datetime:
    """Give the instant from which a link is too old."""
    _, terms = opened(case)
    counts_from = max(case.report_last_day, swedish_date(link.issued_at))
    return end_of(counts_from + timedelta(days=terms.link_grace_days))


def refuse_closed(case: Case, token_hash: str, now: datetime) -> None:
    """Let on who holds a link that opens the form.

    Raises
    ------
    NotFound
        ``link_not_valid``: there is no such link.
    Refusal
        ``link_revoked`` or ``link_expired`` (410): there was, and another can be asked for.
    """
    link = next((link for link in case.links if link.token_hash == token_hash), None)
    if link is None:
        raise no_such_link()
    if link.revoked_at is not None:
        raise _gone("link_revoked", "Länken är spärrad.")
    if now >= expires_at(case, link):
        raise _gone("link_expired", "Länken är för gammal.")


def no_such_link() -> NotFound:
    """Give the answer to who holds no link."""
    return NotFound(
        "link_not_valid",
        "Länken gäller inte. Kontrollera att hela adressen kom med, eller be om en ny länk till registraturen.",
    )


def _gone(code: str, why: str) -> Refusal:
    return Refusal(code, f"{why} Be om en ny länk. Den skickas till kommunens registratur.", status=410)


def request(case: Case, command: RequestReportLink, now: datetime) -> Sequence[e.CaseEvent]:
    """Send another link where one may be sent, and else nothing: who asks is told the same either way."""
    if not _is_next(case, command.link) or case.report is not None or case.money.paid == 0:
        return []
    recent = [link.issued_at for link in case.links if now < link.issued_at + A_DAY]
    if len(recent) >= MOST_A_DAY or _is_too_soon(case, now):
        return []
    return [e.ReportLinkIssued(command.link, command.token_hash, now)]


def renew(case: Case, command: RenewReportLink, now: datetime) -> Sequence[e.CaseEvent]:
    """Send another link as an officer asks, once where the call is repeated; at once where the last one is revoked."""
    link = _issued(case)
    asked_again = link.asked_by == command.officer and link.revoked_at is None and _is_too_soon(case, now)
    if asked_again or not _is_next(case, command.link):
        return []
    if case.report is not None:
        raise Refusal("already_reported", "Kommunen har redan återrapporterat och behöver ingen länk.", status=409)
    if case.money.paid == 0:
        raise Refusal("nothing_to_report", "Kommunen har inte fått något bidrag att redovisa.", status=409)
    if link.revoked_at is None and _is_too_soon(case, now):
        raise Refusal("link_just_sent", "En länk skickades för mindre än en timme sedan. Vänta in den.", status=409)
    return [e.ReportLinkIssued(command.link, command.token_hash, now, command.officer)]


def _is_next(case: Case, number: int) -> bool:
    """Tell whether a token was made for the next link; if not, another was sent while it was made."""
    return case.link is not None and number == case.link.number + 1


def _is_too_soon(case: Case, now: datetime) -> bool:
    return case.link is not None and now < case.link.issued_at + PAUSE


def _issued(case: Case) -> Link:
    _, terms = opened(case)
    if case.link is None:
        day = format_date(terms.report_opens)
        raise Refusal("link_not_issued", f"Ingen länk är skickad. Den första skickas från den {day}.", status=409)
    return case.link


def revoke(case: Case, command: RevokeReportLinks, now: datetime) -> Sequence[e.CaseEvent]:
    """Close every link there is; e-mail with one that has not left is not sent."""
    link = _issued(case)
    reason = require_reason(command.reason)
    if link.revoked_at is not None:
        return []
    return [e.ReportLinksRevoked(link.number, reason, command.officer, now)]


def prove(case: Case, command: ProveDelivery, now: datetime) -> Sequence[e.CaseEvent]:
    """Take in an officer's proof that the link arrived in time, as by post; then a missing report is assessed."""
    _issued(case)
    _, terms = opened(case)
    reason = require_reason(command.reason)
    if any((told.delivered_on, told.reason) == (command.delivered_on, reason) for told in case.delivery_proofs):
        return []
    if case.report is not None and case.report.assessed:
        raise Refusal("already_assessed", "Återrapporteringen är redan bedömd.", status=409)
    first, today = swedish_date(case.links[0].issued_at), swedish_date(now)
    if not first <= command.delivered_on <= today:
        raise Refusal(
            "day_out_of_range",
            f"Skriv en dag från den {format_date(first)}, då den första länken gjordes, till den {format_date(today)}.",
            field="delivered_on",
        )
    if command.delivered_on > terms.report_last_day:
        raise Refusal(
            "delivered_too_late",
            f"Sista dagen var den {format_date(terms.report_last_day)}. Kom länken fram senare kan förseningen inte "
            "läggas kommunen till last. Ge kommunen anstånd.",
            field="delivered_on",
        )
    return [e.LinkDeliveryProven(command.delivered_on, reason, command.officer, now)]


def delivered_in_time(case: Case, terms: Terms) -> list[str]:
    """Give what proves that a link arrived before the report was late.

    An e-mail with a link that was delivered, and sent out before then, or an officer's word for the day. What was
    revoked before then could not be used until the last day, and proves nothing.
    """
    ends = end_of(terms.report_last_day)
    revoked = [link.revoked_at for link in case.links if link.revoked_at and link.revoked_at < ends]
    closed_until = max(revoked, default=None)
    by_mail = sorted(mail.id for mail in case.mails.values() if _proves(mail) and _within(mail, closed_until, ends))
    by_word = [proof for proof in case.delivery_proofs if proof.delivered_on <= terms.report_last_day]
    if closed_until is not None:
        by_word = [proof for proof in by_word if start_of(proof.delivered_on) > closed_until]
    return [*by_mail, *(f"officer {proof.delivered_on.isoformat()}" for proof in by_word)]


def _proves(mail: Mail) -> bool:
    return mail.kind in CARRIES_LINK and mail.status == "delivered"


def _within(mail: Mail, closed_until: datetime | None, ends: datetime) -> bool:
    return mail.owed_at < ends and (closed_until is None or mail.owed_at >= closed_until)
