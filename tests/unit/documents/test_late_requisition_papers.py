"""A dismissal stands whole in its e-mail: what, why, when, by whom and how to appeal (förvaltningslagen 31, 33 §§)."""

from __future__ import annotations

import email
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.domain.case import commands as c
from tests.builders import ALLOCATED, TOO_LATE, Story, grant_round, requisition

WRITER = MailWriter("statsbidrag@exempelmyndigheten.example", "https://bidrag.example")
MAIL = "2025-0114-requisition_dismissed-1"


def dismissed() -> Story:
    story = Story()
    story.do(requisition(), at=TOO_LATE)
    told = c.DecideLateRequisition(1, False, "Ni har inte visat något hinder.", "officer:1")
    story.do(told, at=TOO_LATE + timedelta(days=5))
    return story


def written(story: Story, name: str) -> str:
    mail = story.case.mails[name]
    message = email.message_from_bytes(WRITER.write(story.case, mail, grant_round(ALLOCATED), "", ()), policy=SMTP)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return f"{message['Subject']}\n{body.get_content()}"


def test_a_dismissal_says_what_why_when_by_whom_and_how_to_appeal() -> None:
    text = written(dismissed(), MAIL)
    assert text.startswith("Vi avvisar er rekvisition")
    assert "Sista dag var den 2 juni 2025." in text
    assert "- Ni har inte visat något hinder." in text
    assert "Beslutet är fattat den 8 juni 2025 av officer:1." in text
    assert grant_round(ALLOCATED).appeal in text


def test_sent_again_it_still_says_the_day_of_the_decision() -> None:
    story = dismissed()
    story.do(c.RecordMailBounced(MAIL, TOO_LATE + timedelta(days=6)))
    story.do(c.CorrectRegistryAddress("ny@kommunen.example", "Enligt samtal.", "officer:1"))
    assert "den 8 juni 2025 av officer:1" in written(story, f"{MAIL}-again2")
