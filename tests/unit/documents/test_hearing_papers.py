"""What a heard or reconsidered recovery looks like on paper and in e-mail, read off a played case."""

from __future__ import annotations

import email
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO

import pytest
from pypdf import PdfReader

from statsbidrag.documents.case_mails import MailWriter
from statsbidrag.documents.case_papers import decision_letter, invoice_files, reconsideration_letter
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import MAY_CARRY_LINK, HearingStance, MailKind
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import format_date, swedish_date
from statsbidrag.usecases.mails import Enclosure
from tests.builders import CLAIM, Story, decided, grant_round, heard, invoiced

Begin = Callable[[], Story]
FEW = kronor(400)
WHY = "Kommunen har visat att en del användes enligt villkoren."
WEIGHED = "Fakturan gäller december, men inte hälsosamtal."
ROUND = grant_round(kronor(461_836))
WRITER = MailWriter("statsbidrag@exempelmyndigheten.example", "https://bidrag.example")
PDF = Enclosure("beslut.pdf", b"%PDF-1.7", "application/pdf")


def reconsidered(amount: Ore = FEW, start: Story | None = None) -> Story:
    """Decided again a day later."""
    story = start or invoiced()
    story.now += timedelta(days=1)
    story.do(c.PrepareReconsideration(1, amount, WHY, "officer:3"))
    story.do(c.DecideReconsideration(1, amount, "officer:4"))
    story.do(c.RecordReconsiderationFiled(1, len(story.case.recoveries[0].reconsidered), "again.pdf"))
    return story


def answered(stance: HearingStance = "objects", text: str = "Allt användes.") -> Story:
    story = heard()
    story.do(c.AnswerHearing(1, stance, text, None, "municipality:0114", "hash"))
    return story


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def words(pdf: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def letter(story: Story, number: int = 1) -> bytes:
    recovery = story.case.recoveries[0]
    return reconsideration_letter(story.case, recovery, recovery.reconsidered[number - 1], ROUND)


def mail_of(story: Story, kind: MailKind, token: str = "") -> str:
    """The plain words of the last mail of a kind, its subject first."""
    mail = [mail for mail in story.case.mails.values() if mail.kind == kind][-1]
    read = email.message_from_bytes(WRITER.write(story.case, mail, ROUND, token, (PDF,)), policy=SMTP)
    assert isinstance(read, EmailMessage)
    part = read.get_body(("plain",))
    assert part is not None
    return plain(f"{read['Subject']} {part.get_content()}")


# Decided again


def test_the_letter_says_what_was_decided_before_what_is_now_why_by_whom_and_how_to_appeal() -> None:
    story = reconsidered()
    told = words(letter(story))
    recovery = story.case.recoveries[0]
    assert recovery.decided_at is not None
    before = format_date(swedish_date(recovery.decided_at))
    assert f"Den {before} beslutade Exempelmyndigheten att Upplands Väsby ska betala tillbaka 1 000 kronor" in told
    assert "Upplands Väsby ska betala tillbaka 400 kronor" in told
    assert "Kreditfaktura I-2025-0114-2 tar tillbaka 600 kronor" in told
    assert WHY in told
    assert "officer:4 har fattat beslutet. officer:3 har berett ärendet." in told
    assert format_date(swedish_date(story.now)) in told
    assert ROUND.appeal in told
    assert "9.3-0114/2025" in told
    assert "Omprövning av beslut om återkrav" in told


def test_the_letter_is_tagged_archivable_and_the_same_each_time() -> None:
    pdf = letter(reconsidered())
    assert pdf == letter(reconsidered())
    root = PdfReader(BytesIO(pdf)).root_object
    assert str(root["/Lang"]) == "sv-SE"
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    metadata = root["/Metadata"].get_object().get_data().decode()  # type: ignore[union-attr]
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata


@pytest.mark.parametrize(
    ("amount", "start", "told"),
    [
        (FEW, decided, "Betala inte än. En faktura kommer."),
        (Ore(0), decided, "Inget behöver betalas."),
        (CLAIM, invoiced, "Betala enligt faktura I-2025-0114-1."),
        (CLAIM, invoiced, "Beslutet har omprövats och står fast."),
        (Ore(0), invoiced, "Kreditfaktura I-2025-0114-2 tar tillbaka 1 000 kronor."),
        (Ore(0), decided, "Upplands Väsby ska inte betala tillbaka något."),
    ],
)
def test_the_letter_says_what_to_do(amount: Ore, start: Begin, told: str) -> None:
    assert told in words(letter(reconsidered(amount, start())))


def test_the_second_letter_tells_of_the_first_change() -> None:
    story = reconsidered(Ore(0), reconsidered())
    first = format_date(swedish_date(story.case.recoveries[0].reconsidered[0].decided_at))
    told = words(letter(story, 2))
    assert f"Den {first} beslutade" in told
    assert "ska betala tillbaka 400 kronor" in told


@pytest.mark.parametrize(
    ("amount", "start", "told"),
    [
        (FEW, decided, "ska betala tillbaka 400 kronor i stället för 1 000 kronor"),
        (FEW, decided, "Betala inte än. Ni får en faktura från oss."),
        (Ore(0), decided, "behöver inte betala tillbaka de 1 000 kronor som vi beslutade om tidigare"),
        (Ore(0), decided, "Ni behöver inte göra något."),
        (FEW, invoiced, "Kreditfaktura I-2025-0114-2 kommer i ett eget brev."),
        (CLAIM, invoiced, "Beslutet står fast: 1 000 kronor ska betalas tillbaka."),
        (CLAIM, invoiced, "Betala enligt faktura I-2025-0114-1."),
    ],
)
def test_the_mail_says_what_changed_and_what_to_do(amount: Ore, start: Begin, told: str) -> None:
    text = mail_of(reconsidered(amount, start()), "reconsideration")
    assert told in text
    assert WHY in text
    assert ROUND.appeal in text


def test_the_first_decision_is_told_as_it_was_even_if_it_is_changed_before_its_letter() -> None:
    story = reconsidered(Ore(0), decided())
    story.do(c.RecordLetterFiled(1, "letter.pdf"))
    told = words(decision_letter(story.case, story.case.recoveries[0], ROUND))
    assert "Exempelmyndigheten återkräver bidrag från Upplands Väsby." in told
    assert "Att betala tillbaka 1 000 kronor" in told
    assert "ska betala tillbaka 1 000 kronor" in mail_of(story, "decision")


def test_an_invoice_names_the_decision_that_it_rests_on() -> None:
    story = reconsidered(FEW, decided())
    story.do(c.RaiseInvoice(1))
    changed_on = swedish_date(story.now).isoformat()
    before, _ = invoice_files(story.case, story.case.invoices[0], ROUND)
    assert f"beslut {changed_on}".encode() in before
    story = reconsidered()
    decided_at = story.case.recoveries[0].decided_at
    assert decided_at is not None
    after, _ = invoice_files(story.case, story.case.invoices[0], ROUND)
    assert f"beslut {swedish_date(decided_at).isoformat()}".encode() in after


# The hearing


def test_the_mails_of_a_hearing_lead_to_its_page() -> None:
    assert {"hearing", "hearing_extended"} <= set(MAY_CARRY_LINK)
    assert "https://bidrag.example/yttrande/a-token" in mail_of(heard(), "hearing", "a-token")
    story = heard()
    last_day = swedish_date(story.case.recoveries[0].hearing_ends) + timedelta(days=9)
    story.do(c.ExtendHearing(1, last_day, "De bad om det.", "officer:1"))
    text = mail_of(story, "hearing_extended", "a-token")
    assert "https://bidrag.example/yttrande/a-token" in text
    assert f"Sista dagen är nu den {format_date(last_day)}" in text


def test_the_receipt_says_when_the_answer_came_and_whether_that_was_late() -> None:
    assert "Vi läser yttrandet innan vi beslutar." in mail_of(answered(), "hearing_receipt")
    story = heard()
    story.do(c.AnswerHearing(1, "agrees", "", None, "agent:1", "hash"), at=story.case.recoveries[0].hearing_ends)
    text = mail_of(story, "hearing_receipt")
    assert "som var sista dagen. Vi har noterat när det kom in." in text
    assert f"efter den {format_date(swedish_date(story.now) - timedelta(days=1))}" in text


def test_the_decision_says_how_the_answer_was_weighed() -> None:
    story = answered()
    story.now = story.case.recoveries[0].hearing_ends
    story.do(c.PrepareDecision(1, Ore(0), "Skäl.", "officer:1", 1, WEIGHED))
    story.do(c.DecideRecovery(1, "officer:2"))
    assert f"Vår bedömning av yttrandet: {WEIGHED}" in words(
        decision_letter(story.case, story.case.recoveries[0], ROUND)
    )


def test_the_decision_says_that_the_municipality_agreed() -> None:
    story = answered("agrees", "")
    assert "godtar" not in mail_of(story, "hearing")
    story.do(c.PrepareDecision(1, Ore(0), "Skäl.", "officer:1", 1))
    story.do(c.DecideRecovery(1, "officer:2"))
    told = words(decision_letter(story.case, story.case.recoveries[0], ROUND))
    assert "Kommunen har svarat att den godtar förslaget." in told
    assert "bedömning av yttrandet" not in told
