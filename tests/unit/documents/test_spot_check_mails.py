"""What a municipality reads about a spot check: what is asked for, what came in, and why money is claimed."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP

from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.documents.record_files import CSV, PDF
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.spot_checks import ASKED_FOR
from statsbidrag.domain.case.state import RecordFile
from statsbidrag.domain.money import kronor
from statsbidrag.domain.time import end_of
from tests.builders import Story, grant_round, reported

ROUND = grant_round(kronor(461_836))
WRITER = MailWriter("statsbidrag@exempelmyndigheten.example", "https://bidrag.example")
FILES = (RecordFile("ab12", 120, CSV, "records/ab12"), RecordFile("cd34", 3000, PDF, "records/cd34"))


def asked() -> Story:
    story = reported()
    story.do(c.AssessReport())
    story.do(c.RequestRecords(1, 3, ("reported",), "hash"))
    return story


def text_of(story: Story, mail_id: str, token: str = "") -> tuple[str, str]:
    raw = WRITER.write(story.case, story.case.mails[f"2025-0114-{mail_id}"], ROUND, token, ())
    read = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(read, EmailMessage)
    part = read.get_body(("plain",))
    assert part is not None
    return str(read["Subject"]), " ".join(str(part.get_content()).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_request_says_what_is_asked_by_when_and_where_to_send_it() -> None:
    subject, text = text_of(asked(), "records_request-1-1", "secret")
    assert "14 februari 2026" in subject
    assert "https://bidrag.example/underlag/secret" in text
    for point in ASKED_FOR:
        assert point in text


def test_a_link_that_took_anothers_place_is_written_like_the_first() -> None:
    story = asked()
    story.do(c.RevokeRecordsLink(1, "Fel mottagare.", "officer:1"))
    story.do(c.IssueRecordsLink(1, "another-hash"))
    assert "https://bidrag.example/underlag/other" in text_of(story, "records_request-1-2", "other")[1]


def test_each_receipt_names_the_files_of_its_own_sending() -> None:
    story = asked()
    story.do(c.ReceiveRecords(1, FILES[:1]))
    story.do(c.ReceiveRecords(1, FILES[1:]), at=end_of(story.case.spot_checks[0].last_day))
    _, first = text_of(story, "records_receipt-1-1")
    _, second = text_of(story, "records_receipt-1-2")
    assert "CSV, 120 byte, kontrollsumma ab12" in first
    assert "cd34" not in first
    assert "efter sista dagen" not in first
    assert "PDF, 3000 byte, kontrollsumma cd34" in second
    assert "efter sista dagen" in second


def test_the_hearing_says_what_was_not_shown_with_its_arithmetic() -> None:
    story = asked()
    story.do(c.ReceiveRecords(1, FILES))
    story.do(c.ConcludeSpotCheck(1, "not_accounted_for", kronor(50_000), "Lönekostnader saknas.", "officer:1"))
    _, text = text_of(story, "hearing-1")
    for told in ("inte visat att", "461 836 kronor", "50 000 kronor", "411 836 kronor", "Lönekostnader saknas."):
        assert told in text
