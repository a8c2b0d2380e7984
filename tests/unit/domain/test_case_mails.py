"""E-mail by its fixed name: owed once, and news of it in any order."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.errors import NotFound
from tests.builders import RECIPIENT, requisitioned

RECEIPT = "2025-0114-requisition_receipt-1"
AT = datetime(2025, 4, 3, 9, 0, tzinfo=UTC)
SENT = c.RecordMailSent(RECEIPT)
DELIVERED = c.RecordMailDelivered(RECEIPT, AT)
BOUNCED = c.RecordMailBounced(RECEIPT, AT)
MAIL_SENT = e.MailSent(RECEIPT, "requisition_receipt", RECIPIENT.registry_email)


def test_an_owed_mail_is_addressed_to_the_registry() -> None:
    mail = requisitioned().case.mails[RECEIPT]
    assert (mail.kind, mail.about, mail.to, mail.status) == (
        "requisition_receipt",
        "1",
        RECIPIENT.registry_email,
        "owed",
    )


def test_a_sent_mail_is_not_owed_and_not_sent_again() -> None:
    story = requisitioned()
    assert story.do(SENT) == [MAIL_SENT]
    assert story.do(SENT) == []
    assert f"mail/send_mail-{RECEIPT}" not in story.tasks


def test_a_delivery_that_is_told_first_proves_the_sending() -> None:
    story = requisitioned()
    assert story.do(DELIVERED) == [MAIL_SENT, e.MailDelivered(RECEIPT, AT)]
    assert story.do(SENT) == []
    assert story.case.mails[RECEIPT].status == "delivered"


def test_a_bounce_goes_to_an_officer() -> None:
    story = requisitioned()
    assert story.do(BOUNCED) == [MAIL_SENT, e.MailBounced(RECEIPT, AT)]
    assert f"officer/correct_registry_address-{RECEIPT}" in story.tasks


@pytest.mark.parametrize("news", list(permutations([SENT, DELIVERED, BOUNCED])))
def test_the_order_of_news_makes_no_difference(news: tuple[c.CaseCommand, ...]) -> None:
    story = requisitioned()
    for command in (*news, *news):
        story.do(command)
    assert story.case.mails[RECEIPT].status == "bounced"
    assert story.events.count(MAIL_SENT) == 1


@pytest.mark.parametrize(
    "command",
    [c.RecordMailSent("no"), c.RecordMailDelivered("no", AT), c.RecordMailBounced("no", AT)],
)
def test_news_of_an_unknown_mail_is_not_found(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound, match="unknown_mail"):
        requisitioned().do(command)
