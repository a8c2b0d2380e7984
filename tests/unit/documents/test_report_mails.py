"""The e-mails about more time and about a report that is opened again say the day, the reason and what holds."""

from __future__ import annotations

import email
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP

from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.money import Ore
from tests.builders import ALLOCATED, CLAIM, Story, delivered, grant_round, heard, paid

WRITER = MailWriter("statsbidrag@exempelmyndigheten.example", "https://bidrag.example")
DAY = date(2026, 3, 31)


def written(story: Story, mail: str, token: str) -> str:
    raw = WRITER.write(story.case, story.case.mails[mail], grant_round(Ore(ALLOCATED)), token, ())
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["Subject"]) + "\n" + str(body.get_content())


def test_more_time_is_told_with_its_day_its_reason_and_the_link() -> None:
    story = delivered()
    story.do(c.ExtendReport(DAY, "Kommunen har bytt ekonomisystem.", "officer:1"))
    text = written(story, "2025-0114-report_extended-1", "token")
    assert "anstånd till den 31 mars 2026" in text
    assert "- Kommunen har bytt ekonomisystem." in text
    assert "https://bidrag.example/aterrapportering/token" in text
    assert "officer" not in text


def test_before_the_link_it_says_that_the_link_comes() -> None:
    story = paid()
    story.do(c.ExtendReport(DAY, "Skäl.", "officer:1"))
    text = written(story, "2025-0114-report_extended-1", "")
    assert "Länken till formuläret skickar vi i ett eget brev." in text


def test_a_reminder_after_more_time_says_the_later_day() -> None:
    story = delivered()
    story.do(c.ExtendReport(DAY, "Skäl.", "officer:1"))
    story.do(c.IssueReminder(-3), at=story.due("remind_of_report--3"))
    assert "Sista dagen är den 31 mars 2026" in written(story, "2025-0114-report_reminder--3-1", "token")


def test_a_reopened_report_is_told_with_what_holds_without_a_correction() -> None:
    story = heard(CLAIM)
    story.do(c.ReopenReport(DAY, "Ett belopp hade blivit fel.", "officer:1"))
    text = written(story, "2025-0114-report_reopened-1", "token")
    assert "rätta den senast den 31 mars 2026" in text
    assert "- Ett belopp hade blivit fel." in text
    assert "Kommer ingen rättad återrapport gäller den ni redan har lämnat." in text
    assert "https://bidrag.example/aterrapportering/token" in text
