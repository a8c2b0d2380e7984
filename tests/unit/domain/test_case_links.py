"""The links to the report form: how long they open it, who gets another, and what proves that one arrived."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import Case, evolve
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.links import MOST_A_DAY, PAUSE, expires_at
from statsbidrag.domain.case.owed import reminder_due
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.domain.journal import canonical
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of, start_of
from tests.builders import (
    ALLOCATED,
    LINK_MAIL,
    REPORT_LATE,
    REPORT_MISSING,
    REPORT_OPENS,
    TERMS,
    Story,
    delivered,
    linked,
    paid,
    refusal,
    report,
    reported,
)

TICK = timedelta(microseconds=1)
TOO_OLD = end_of(TERMS.report_last_day + timedelta(days=TERMS.link_grace_days))
WHY = "Länken har kommit bort."


def another(story: Story, at: datetime | None = None) -> Sequence[e.CaseEvent]:
    """Anybody asks for a link."""
    number = len(story.case.links) + 1
    return story.do(c.RequestReportLink(number, f"token-hash-{number}"), at=at)


def renewed(story: Story, at: datetime | None = None, officer: str = "officer:1") -> Sequence[e.CaseEvent]:
    number = len(story.case.links) + 1
    return story.do(c.RenewReportLink(number, f"token-hash-{number}", officer), at=at)


def revoked(story: Story, at: datetime | None = None) -> Sequence[e.CaseEvent]:
    return story.do(c.RevokeReportLinks(WHY, "officer:1"), at=at)


def by(number: int) -> c.SubmitReport:
    """A report through the link of that number."""
    return replace(report(), token_hash="token-hash" if number == 1 else f"token-hash-{number}")


# How long a link opens the form


def test_a_link_opens_the_form_until_the_grace_after_the_last_day_is_over() -> None:
    in_time, too_late = linked(), linked()
    assert in_time.do(by(1), at=TOO_OLD - TICK)
    too_late.now = TOO_OLD
    refused = refusal(too_late, by(1))
    assert (refused.code, refused.status) == ("link_expired", 410)


def test_a_link_that_went_out_later_is_good_for_the_grace_after_its_own_day() -> None:
    story = linked()
    another(story, at=TOO_OLD)
    assert story.case.link is not None
    assert expires_at(story.case, story.case.link) == end_of(date(2026, 8, 28) + timedelta(days=180))
    story.now = TOO_OLD + timedelta(days=100)
    assert refusal(story, by(1)).code == "link_expired"
    assert story.do(by(2))


def test_however_old_the_link_a_late_report_can_still_be_made_with_another() -> None:
    """Decision 7: late is received, also years after."""
    story = linked()
    for years in range(1, 6):
        story.now = TOO_OLD + timedelta(days=365 * years)
        assert refusal(story, by(len(story.case.links))).code == "link_expired"
        assert another(story)
    assert story.do(by(len(story.case.links)))
    assert story.case.report is not None
    assert story.case.report.late


def test_after_a_recovery_for_a_missing_report_the_municipality_may_still_report() -> None:
    story = delivered()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    another(story, at=TOO_OLD)
    assert story.do(by(2))


def test_the_grace_is_in_the_terms_and_old_journals_have_one() -> None:
    short = replace(TERMS, link_grace_days=30)
    story = linked(short)
    story.now = end_of(TERMS.report_last_day + timedelta(days=30))
    assert refusal(story, by(1)).code == "link_expired"
    old = msgspec.to_builtins(TERMS)
    del old["link_grace_days"]
    assert msgspec.convert(old, Terms).link_grace_days == 180


def test_a_snapshot_from_before_links_could_be_revoked_still_decodes() -> None:
    known = msgspec.json.decode(canonical(delivered().case), type=dict[str, object])
    for name in ("earlier_links", "delivery_proofs", "register_email"):
        del known[name]
    link, mails = known["link"], known["mails"]
    assert isinstance(link, dict)
    assert isinstance(mails, dict)
    del link["revoked_at"], link["asked_by"]
    for mail in mails.values():
        del mail["complaint"]
    assert msgspec.convert(known, Case, str_keys=True) == delivered().case


def test_a_hash_that_is_no_links_opens_nothing() -> None:
    with pytest.raises(NotFound, match="link_not_valid"):
        linked().do(by(2))


# Another link


def test_another_link_is_owed_to_the_registry_and_the_first_goes_on_opening_the_form() -> None:
    story = linked()
    at = REPORT_OPENS + PAUSE
    assert another(story, at=at) == [e.ReportLinkIssued(2, "token-hash-2", at)]
    mail = story.case.mails["2025-0114-report_link-2"]
    assert (mail.to, mail.status) == ("registrator@kommun-0114.example", "owed")
    assert story.do(by(1))


def test_no_registry_gets_links_more_often_than_once_an_hour_or_three_a_day() -> None:
    story = linked()
    sent = [REPORT_OPENS]
    for minutes in range(0, 3 * 24 * 60, 7):
        if another(story, at=REPORT_OPENS + timedelta(minutes=minutes)):
            sent.append(story.now)
    assert len(sent) == 3 * MOST_A_DAY
    assert all(later - before >= PAUSE for before, later in pairwise(sent))
    assert all(sum(at <= other < at + timedelta(days=1) for other in sent) <= MOST_A_DAY for at in sent)


@pytest.mark.parametrize("start", [paid, reported])
def test_who_has_nothing_to_report_gets_none_and_who_asks_is_not_told(start: Callable[[], Story]) -> None:
    story = start()
    assert another(story, at=REPORT_LATE) == []


def test_a_token_made_for_a_link_that_was_sent_meanwhile_is_not_used() -> None:
    story = linked()
    another(story, at=REPORT_OPENS + PAUSE)
    for command in (c.RequestReportLink(2, "other"), c.RenewReportLink(2, "other", "officer:1")):
        assert story.do(command, at=REPORT_LATE) == []


def test_an_officer_renews_the_link_and_is_told_why_not() -> None:
    story = paid()
    assert refusal(story, c.RenewReportLink(1, "x", "officer:1")).code == "link_not_issued"
    story = linked()
    assert refusal(story, c.RenewReportLink(2, "x", "officer:1")).code == "link_just_sent"
    [issued] = renewed(story, at=REPORT_OPENS + PAUSE)
    assert issued == e.ReportLinkIssued(2, "token-hash-2", story.now, "officer:1")
    assert refusal(reported(), c.RenewReportLink(2, "x", "officer:1")).code == "already_reported"


# Revoking


def test_a_revoked_link_opens_nothing_and_the_next_one_does() -> None:
    story = delivered()
    assert revoked(story) == [e.ReportLinksRevoked(1, WHY, "officer:1", REPORT_OPENS)]
    refused = refusal(story, by(1))
    assert (refused.code, refused.status) == ("link_revoked", 410)
    assert revoked(story) == []
    assert renewed(story)
    assert refusal(story, by(1)).code == "link_revoked"
    assert story.do(by(2))


def test_revoking_closes_every_link_that_was_issued() -> None:
    story = linked()
    another(story, at=REPORT_OPENS + PAUSE)
    revoked(story)
    assert [refusal(story, by(number)).code for number in (1, 2)] == ["link_revoked"] * 2


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_revoking_needs_a_reason_and_a_link(reason: str) -> None:
    assert refusal(linked(), c.RevokeReportLinks(reason, "officer:1")).field == "reason"
    assert refusal(paid(), c.RevokeReportLinks(WHY, "officer:1")).code == "link_not_issued"


def test_an_email_with_a_revoked_link_is_not_sent_and_news_of_it_may_come_all_the_same() -> None:
    story = linked()
    revoked(story)
    assert f"mail/send_mail-{LINK_MAIL}" not in story.tasks
    assert story.case.mails[LINK_MAIL].status == "withdrawn"
    story.do(c.RecordMailDelivered(LINK_MAIL, story.now))
    assert story.case.mails[LINK_MAIL].status == "delivered"


def test_while_every_link_is_revoked_an_officer_has_the_case_and_nothing_is_held_against_the_municipality() -> None:
    story = delivered()
    revoked(story)
    assert {task for task in story.tasks if "report" in task and "send_mail" not in task} == {
        "officer/renew_report_link-1"
    }
    assert story.do(c.IssueReminder(7), at=REPORT_MISSING) == []
    assert story.do(c.AssessMissingReport(), at=REPORT_MISSING) == []
    renewed(story)
    assert "officer/renew_report_link-1" not in story.tasks
    assert story.do(c.IssueReminder(7))


# The ladder of reminders

LADDER = (-30, -7, -1, 7, 30)
LONG = replace(TERMS, reminder_days=LADDER)


def reminded(story: Story) -> list[str]:
    return sorted(name for name, mail in story.case.mails.items() if mail.kind == "report_reminder")


def test_each_step_of_the_ladder_is_one_email_on_its_day() -> None:
    story = linked(LONG)
    for day in LADDER:
        due = start_of(date(2026, 2, 28) + timedelta(days=day))
        assert story.due(f"remind_of_report-{day}") == due
        story.now = due - TICK
        assert refusal(story, c.IssueReminder(day)).code == "reminder_not_due"
        for _ in range(3):
            story.do(c.IssueReminder(day), at=due)
    assert reminded(story) == sorted(f"2025-0114-report_reminder-{day}" for day in LADDER)
    assert not any("remind_of_report" in task for task in story.tasks)
    assert story.due("assess_missing_report-1") == end_of(date(2026, 3, 30))


@pytest.mark.parametrize("way", [another, renewed])
def test_another_link_neither_repeats_nor_skips_a_step_of_the_ladder(
    way: Callable[[Story, datetime], object],
) -> None:
    story = linked(LONG)
    story.do(c.IssueReminder(-30), at=reminder_due(LONG, -30))
    # Asked for in the night before the morning on which the next is sent.
    way(story, reminder_due(LONG, -7) + timedelta(minutes=1))
    assert len(story.case.links) == 2
    assert story.do(c.IssueReminder(-30)) == []
    assert story.due("remind_of_report--7") <= story.now
    assert story.do(c.IssueReminder(-7))
    assert {task for task in story.tasks if "remind_of_report" in task} == {
        f"report_links/remind_of_report-{day}" for day in (-1, 7, 30)
    }


# Proof

NOT_LATE = date(2026, 2, 10)


def unproven() -> Story:
    """No report came, and nothing proves that the link arrived."""
    story = linked()
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    return story


def test_an_officers_word_for_the_day_lets_the_missing_report_be_assessed() -> None:
    story = unproven()
    assert "officer/prove_delivery_of_report_link-1" in story.tasks
    proof = c.ProveDelivery(NOT_LATE, "Rekommenderat brev.", "officer:1")
    assert story.do(proof) == [e.LinkDeliveryProven(NOT_LATE, "Rekommenderat brev.", "officer:1", story.now)]
    assert story.do(proof) == []
    assert "officer/prove_delivery_of_report_link-1" not in story.tasks
    assert "assessments/assess_missing_report-1" in story.tasks
    story.do(c.AssessMissingReport())
    [recovery] = story.case.recoveries
    assert (recovery.grounds, recovery.claim) == (("report_missing",), ALLOCATED)
    assert recovery.checks[0].inputs["delivered"] == "officer 2026-02-10"


def test_news_of_a_delivery_that_comes_after_all_lets_it_be_assessed_too() -> None:
    story = unproven()
    story.do(c.RecordMailDelivered(LINK_MAIL, REPORT_OPENS))
    assert "assessments/assess_missing_report-1" in story.tasks
    assert [type(event) for event in story.do(c.AssessMissingReport())] == [e.RecoveryProposed]


def test_an_officers_word_counts_against_a_late_report_as_well() -> None:
    story = linked()
    story.do(c.ProveDelivery(NOT_LATE, "Rekommenderat brev.", "officer:1"), at=REPORT_LATE)
    story.do(report())
    story.do(c.AssessReport())
    assert story.case.recoveries[0].grounds == ("late_report",)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 1, 14), "day_out_of_range"),
        (date(2026, 1, 15), ""),
        (date(2026, 2, 28), ""),
        (date(2026, 3, 1), "delivered_too_late"),
        (date(2026, 3, 8), "delivered_too_late"),
        (date(2026, 3, 9), "day_out_of_range"),
    ],
)
def test_a_proven_day_is_one_from_the_link_to_the_last_day(day: date, code: str) -> None:
    story = unproven()
    command = c.ProveDelivery(day, "Brev.", "officer:1")
    if code:
        refused = refusal(story, command)
        assert (refused.code, refused.field) == (code, "delivered_on")
        assert "officer/prove_delivery_of_report_link-1" in story.tasks
    else:
        assert story.do(command)


def test_a_proof_needs_a_reason_a_link_and_something_still_to_assess() -> None:
    assert refusal(unproven(), c.ProveDelivery(NOT_LATE, " ", "officer:1")).field == "reason"
    assert refusal(paid(), c.ProveDelivery(NOT_LATE, "Brev.", "officer:1")).code == "link_not_issued"
    story = reported()
    story.do(c.AssessReport())
    assert refusal(story, c.ProveDelivery(NOT_LATE, "Brev.", "officer:1")).code == "already_assessed"


def test_a_link_that_was_revoked_before_the_last_day_proves_no_lateness() -> None:
    story = delivered()
    story.do(c.ProveDelivery(date(2026, 1, 15), "Brev.", "officer:1"))
    revoked(story, at=REPORT_LATE - timedelta(days=3))
    renewed(story, at=REPORT_LATE)
    assert story.do(c.AssessMissingReport(), at=REPORT_MISSING) == [e.DeliveryUnproven()]


def test_a_link_that_was_revoked_after_the_last_day_proves_it() -> None:
    story = delivered()
    revoked(story, at=REPORT_LATE)
    renewed(story)
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.recoveries[0].grounds == ("report_missing",)


def test_a_link_in_its_place_that_arrived_in_time_proves_it() -> None:
    story = delivered()
    revoked(story, at=REPORT_LATE - timedelta(days=20))
    renewed(story)
    story.do(c.RecordMailDelivered("2025-0114-report_link-2", story.now))
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.recoveries[0].checks[0].inputs["delivered"] == "2025-0114-report_link-2"


@pytest.mark.parametrize("troubled", ["owed", "sent", "bounced", "renewed"])
def test_nothing_but_a_delivery_proves_one(troubled: str) -> None:
    story = linked()
    mail = replace(story.case.mails[LINK_MAIL], status=troubled)
    story.case = replace(story.case, mails={**story.case.mails, LINK_MAIL: mail})
    assert story.do(c.AssessMissingReport(), at=REPORT_MISSING) == [e.DeliveryUnproven()]


def test_events_written_before_say_who_asked_for_a_link_only_where_somebody_did() -> None:
    old = msgspec.convert({"link": 1, "token_hash": "x", "issued_at": REPORT_OPENS}, e.ReportLinkIssued, strict=False)
    assert evolve(paid().case, old).links[0].number == 1
    assert old.asked_by == ""


def test_refusals_say_what_to_do() -> None:
    story = delivered()
    revoked(story)
    with pytest.raises(Refusal, match=r"Be om en ny länk\. Den skickas till kommunens registratur\."):
        story.do(by(1))
