"""What is sent arrives as it was sent, can be read, and is told of as SES would."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.mailbox import Mailbox

NOON = datetime(2026, 1, 15, 11, 0, 0, 250_000, tzinfo=UTC)
LINK = "http://statsbidrag.localhost:4566/aterrapportering/abc-123_x"


class Run:
    """A mailbox, and the news that it told."""

    def __init__(self, folder: Path) -> None:
        self.news: list[dict[str, Any]] = []
        self.calls: list[int] = []
        self.bounces: set[str] = set()
        self.complaints: set[str] = set()
        self.queue_is_away = False
        self.mailbox = Mailbox(
            folder,
            publish=self.publish,
            clock=lambda: NOON,
            bounces=self.bounces,
            complaints=self.complaints,
        )

    def publish(self, events: list[dict[str, Any]]) -> None:
        if self.queue_is_away:
            raise ConnectionError("queue is away")
        self.news.extend(events)
        self.calls.append(len(events))

    def send(self, content: bytes, *to: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.mailbox.smtp_port) as smtp:
            smtp.sendmail("statsbidrag@myndigheten.example", to, content)

    def get(self, path: str) -> httpx.Response:
        # the name resolves in browsers, not in every resolver
        address = self.mailbox.url.replace("statsbidrag.localhost", "127.0.0.1").removesuffix("/")
        return httpx.get(address + path, trust_env=False)


def mail(mail_id: str = "REPORT_LINK:2025/0114") -> bytes:
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["Message-ID"] = f"<{mail_id.replace(':', '.')}@email.amazonses.com>"
    message["From"] = "Statsbidrag <statsbidrag@myndigheten.example>"
    message["To"] = "registrator@upplands-vasby.example"
    message["Subject"] = "Återrapportera statsbidraget för hälsosamtal"
    message["X-Statsbidrag-Mail"] = mail_id
    message.set_content(f"Hej!\n\nÖppna {LINK}.\n.\nHälsningar", cte="base64")
    message.add_alternative("<p>Hej!</p><script>parent.alert(1)</script>", subtype="html", cte="base64")
    return message.as_bytes()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path)
    with made.mailbox:
        yield made


def test_a_mail_is_kept_byte_for_byte_and_indexed(run: Run, tmp_path: Path) -> None:
    content = mail()
    run.send(content, "registrator@upplands-vasby.example")
    came = run.mailbox.wait_for("REPORT_LINK:2025/0114")
    assert came.path == tmp_path / "00001-REPORT_LINK-2025-0114.eml"
    assert came.path.read_bytes() == content
    assert came.to == ("registrator@upplands-vasby.example",)
    assert came.subject == "Återrapportera statsbidraget för hälsosamtal"
    assert came.links == (LINK,)
    assert came.at == NOON
    assert run.mailbox.mails == (came,)


def test_the_same_mail_twice_is_kept_twice(run: Run, tmp_path: Path) -> None:
    for _ in range(2):
        run.send(mail("RECEIPT:1"), "a@kommun.example")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00001-RECEIPT-1.eml", "00002-RECEIPT-1.eml"]


def test_lines_of_points_and_mail_without_an_id_come_through(run: Run, tmp_path: Path) -> None:
    content = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\nslut\r\n"
    run.send(content, "a@kommun.example")
    [path] = tmp_path.iterdir()
    assert (path.name, path.read_bytes()) == ("00001-mail.eml", content)


def test_a_delivered_mail_is_told_of_as_ses_does(run: Run) -> None:
    run.send(mail(), "registrator@upplands-vasby.example")
    run.mailbox.wait_for("REPORT_LINK:2025/0114")
    sent, delivered = run.news
    assert (sent["source"], sent["detail-type"], sent["detail"]["send"]) == ("aws.ses", "Email Sent", {})
    assert sent["detail"]["eventType"] == "Send"
    assert (delivered["detail-type"], delivered["time"]) == ("Email Delivered", "2026-01-15T11:00:00Z")
    assert delivered["id"] != sent["id"]
    detail = delivered["detail"]
    assert detail["eventType"] == "Delivery"
    assert detail["delivery"]["timestamp"] == "2026-01-15T11:00:00.250Z"
    assert detail["delivery"]["recipients"] == ["registrator@upplands-vasby.example"]
    assert detail["mail"]["messageId"] == "REPORT_LINK.2025/0114@email.amazonses.com"
    assert detail["mail"]["tags"]["mail"] == ["REPORT_LINK:2025/0114"]
    assert {"name": "X-Statsbidrag-Mail", "value": "REPORT_LINK:2025/0114"} in detail["mail"]["headers"]


def test_an_address_that_takes_no_mail_bounces(run: Run) -> None:
    run.bounces.add("registrator@upplands-vasby.example")
    run.send(mail(), "Registrator@upplands-vasby.example")
    run.mailbox.wait_for("REPORT_LINK:2025/0114")
    sent, bounced = run.news
    assert (sent["detail-type"], bounced["detail-type"]) == ("Email Sent", "Email Bounced")
    assert bounced["detail"]["bounce"]["bounceType"] == "Permanent"
    [recipient] = bounced["detail"]["bounce"]["bouncedRecipients"]
    assert recipient["emailAddress"] == "Registrator@upplands-vasby.example"
    assert run.mailbox.mails[0].bounced


def test_a_mail_that_is_called_spam_arrives_and_is_complained_of_once_and_no_other(run: Run) -> None:
    run.complaints.add("REPORT_LINK:2025/0114")
    for mail_id in ("REPORT_LINK:2025/0114", "RECEIPT:1"):
        run.send(mail(mail_id), "registrator@upplands-vasby.example")
        run.mailbox.wait_for(mail_id)
    told = [(event["detail"]["eventType"], event["detail"]["mail"]["tags"]["mail"][0]) for event in run.news]
    assert told == [
        ("Send", "REPORT_LINK:2025/0114"),
        ("Delivery", "REPORT_LINK:2025/0114"),
        ("Complaint", "REPORT_LINK:2025/0114"),
        ("Send", "RECEIPT:1"),
        ("Delivery", "RECEIPT:1"),
    ]
    complained = run.news[2]
    assert complained["detail-type"] == "Email Complaint Received"
    [recipient] = complained["detail"]["complaint"]["complainedRecipients"]
    assert recipient["emailAddress"] == "registrator@upplands-vasby.example"


def test_news_that_cannot_be_told_is_noted_and_not_lost_in_silence(run: Run) -> None:
    run.queue_is_away = True
    run.send(mail("RECEIPT:1"), "a@kommun.example")
    run.mailbox.wait_for("RECEIPT:1")
    assert run.mailbox.failures == ("ConnectionError: queue is away",)
    assert [mail.sequence for mail in run.mailbox.mails] == [1]


def test_the_news_of_mail_that_comes_close_together_is_told_in_one_call_with_room_for_all(run: Run) -> None:
    for number in range(12):
        run.send(mail(f"RECEIPT:{number}"), "a@kommun.example")
    run.mailbox.wait_for("RECEIPT:11")
    assert [mail.mail_id for mail in run.mailbox.mails] == [f"RECEIPT:{number}" for number in range(12)]
    assert len(run.news) == 24
    assert max(run.calls) <= 10


def test_waiting_has_a_limit(run: Run) -> None:
    with pytest.raises(TimeoutError, match="RECEIPT:1"):
        run.mailbox.wait_for("RECEIPT:1", limit=0.01)


def test_the_pages_show_mail_and_run_nothing_of_it(run: Run) -> None:
    run.send(mail(), "registrator@upplands-vasby.example")
    run.mailbox.wait_for("REPORT_LINK:2025/0114")
    listed = run.get("/")
    assert '<a href="/brev/1">Återrapportera statsbidraget för hälsosamtal</a>' in listed.text
    assert '<html lang="sv">' in listed.text

    shown = run.get("/brev/1")
    assert f'<a href="{LINK}">' in shown.text
    assert "<iframe sandbox title=" in shown.text
    assert "alert" not in shown.text

    framed = run.get("/brev/1/html")
    assert "alert(1)" in framed.text
    assert framed.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert run.get("/brev/1.eml").content == run.mailbox.mails[0].path.read_bytes()
    for missing in ("/brev/2", "/brev/0", "/brev/../x", "/etc/passwd"):
        assert run.get(missing).status_code == 404
