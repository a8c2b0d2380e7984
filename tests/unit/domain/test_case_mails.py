"""E-mail by its fixed name: owed once, and news of it in any order."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.owed import reminder_due
from statsbidrag.domain.case.state import Mail
from statsbidrag.domain.errors import NotFound
from tests.builders import (
    ALLOCATED,
    LINK_MAIL,
    RECIPIENT,
    REPORT_MISSING,
    TERMS,
    Story,
    delivered,
    linked,
    refusal,
    report,
    requisition,
    requisitioned,
)

RECEIPT = "2025-0114-requisition_receipt-1"
AT = datetime(2025, 4, 3, 9, 0, tzinfo=UTC)
SENT = c.RecordMailSent(RECEIPT)
DELIVERED = c.RecordMailDelivered(RECEIPT, AT)
BOUNCED = c.RecordMailBounced(RECEIPT, AT)
COMPLAINED = c.RecordMailComplained(RECEIPT, AT)
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


@pytest.mark.parametrize("news", list(permutations([SENT, DELIVERED, BOUNCED, COMPLAINED])))
def test_the_order_of_news_makes_no_difference(news: tuple[c.CaseCommand, ...]) -> None:
    story = requisitioned()
    for command in (*news, *news):
        story.do(command)
    assert (story.case.mails[RECEIPT].status, story.case.mails[RECEIPT].complaint) == ("bounced", "open")
    assert story.events.count(MAIL_SENT) == 1


@pytest.mark.parametrize(
    "command",
    [
        c.RecordMailSent("no"),
        c.RecordMailDelivered("no", AT),
        c.RecordMailBounced("no", AT),
        c.RecordMailComplained("no", AT),
    ],
)
def test_news_of_an_unknown_mail_is_not_found(command: c.CaseCommand) -> None:
    with pytest.raises(NotFound, match="unknown_mail"):
        requisitioned().do(command)


# Complaints and addresses

NEW = "ny@kommun-0114.example"
OLD = RECIPIENT.registry_email
AGAIN = f"{LINK_MAIL}-again2"


def corrected(email: str = NEW, reason: str = "Enligt samtal.") -> c.CorrectRegistryAddress:
    return c.CorrectRegistryAddress(email, reason, "officer:1")


def bounced_link() -> Story:
    story = linked()
    story.do(c.RecordMailBounced(LINK_MAIL, story.now))
    return story


def mail(story: Story, name: str) -> Mail:
    return story.case.mails[name]


def test_a_complaint_is_noted_once_with_the_sending_and_goes_to_an_officer() -> None:
    story = requisitioned()
    assert story.do(COMPLAINED) == [MAIL_SENT, e.MailComplained(RECEIPT, AT)]
    assert story.do(COMPLAINED) == []
    assert f"officer/answer_complaint-{RECEIPT}" in story.tasks
    story.do(DELIVERED)
    assert mail(story, RECEIPT).status == "delivered"
    story.do(corrected(OLD))
    assert f"officer/answer_complaint-{RECEIPT}" not in story.tasks
    assert story.do(COMPLAINED) == []
    assert list(story.case.mails) == [RECEIPT]


def test_what_bounced_goes_out_again_under_a_new_name_to_the_address_an_officer_gives() -> None:
    story = bounced_link()
    assert story.do(corrected()) == [
        e.RegistryAddressCorrected(NEW, (LINK_MAIL,), "Enligt samtal.", "officer:1", story.now)
    ]
    new = mail(story, AGAIN)
    assert (new.kind, new.about, new.to, new.status, new.owed_at) == ("report_link", "1", NEW, "owed", story.now)
    assert mail(story, LINK_MAIL).status == "renewed"
    assert f"mail/send_mail-{AGAIN}" in story.tasks
    assert not any("correct_registry_address" in task for task in story.tasks)
    assert story.do(corrected()) == []


@pytest.mark.parametrize("news", [c.RecordMailBounced(LINK_MAIL, AT), c.RecordMailDelivered(LINK_MAIL, AT)])
def test_news_of_what_was_dealt_with_changes_nothing(news: c.CaseCommand) -> None:
    story = bounced_link()
    story.do(corrected())
    assert story.do(news) == []
    assert story.do(c.RecordMailSent(LINK_MAIL)) == []


def test_the_same_address_is_confirmed_where_something_bounced_and_each_sending_has_its_own_name() -> None:
    story = bounced_link()
    for number in (2, 3, 4):
        story.do(corrected(OLD))
        name = f"{LINK_MAIL}-again{number}"
        assert mail(story, name).to == OLD
        story.do(c.RecordMailBounced(name, story.now))
    assert {task for task in story.tasks if "correct_registry" in task} == {
        f"officer/correct_registry_address-{LINK_MAIL}-again4"
    }


def test_a_delivery_of_the_new_sending_proves_the_link() -> None:
    story = bounced_link()
    story.do(corrected())
    story.do(c.RecordMailDelivered(AGAIN, story.now))
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.recoveries[0].checks[0].inputs["delivered"] == AGAIN


def test_of_several_with_the_link_that_bounced_only_the_last_goes_again_and_none_after_the_report() -> None:
    story = bounced_link()
    story.do(c.IssueReminder(-14), at=reminder_due(TERMS, -14))
    story.do(c.RecordMailBounced("2025-0114-report_reminder--14", story.now))
    late = bounced_link()
    late.do(report())
    revoked = bounced_link()
    revoked.do(c.RevokeReportLinks("Bort.", "officer:1"))
    for each in (story, late, revoked):
        each.do(corrected())
        assert not any("correct_registry" in task for task in each.tasks)
    assert [name for name in story.case.mails if "-again" in name] == ["2025-0114-report_reminder--14-again2"]
    assert [name for each in (late, revoked) for name in each.case.mails if "-again" in name] == []


def test_what_has_not_left_goes_to_the_right_address_and_so_does_all_that_follows() -> None:
    story = linked()
    story.do(corrected())
    assert mail(story, LINK_MAIL).to == NEW
    story.do(report())
    assert mail(story, "2025-0114-report_receipt-1").to == NEW


def test_a_corrected_address_stays_until_the_register_says_something_new() -> None:
    story = delivered()
    story.do(corrected())
    assert story.do(c.OpenCase(RECIPIENT, TERMS, "L-2025-1", ALLOCATED)) == []
    renamed = replace(RECIPIENT, invoice_reference="REF-2")
    assert story.do(c.OpenCase(renamed, TERMS, "L-2025-1", ALLOCATED))
    assert registry(story) == NEW
    assert story.do(c.OpenCase(renamed, TERMS, "L-2025-1", ALLOCATED)) == []
    moved = replace(renamed, registry_email="tredje@kommun-0114.example")
    assert story.do(c.OpenCase(moved, TERMS, "L-2025-1", ALLOCATED))
    assert registry(story) == "tredje@kommun-0114.example"
    assert story.do(c.OpenCase(renamed, TERMS, "L-2025-1", ALLOCATED))
    assert registry(story) == OLD


def registry(story: Story) -> str:
    assert story.case.recipient is not None
    return story.case.recipient.registry_email


@pytest.mark.parametrize("email", ["", "ingen", "a@b", "a b@c.se", "a@c.se\nBcc: d@e.se", "a@c.se,d@e.se"])
def test_what_is_no_address_is_refused_at_its_field(email: str) -> None:
    refused = refusal(bounced_link(), corrected(email))
    assert (refused.code, refused.field) == ("email_invalid", "email")


def test_a_correction_needs_a_reason() -> None:
    assert refusal(bounced_link(), corrected(reason=" ")).field == "reason"


# The agent

AGENT_EMAIL = "bidrag@kommun-0114.example"
TO_AGENT = f"{RECEIPT}-agent"


def with_agent(start: Story) -> Story:
    """The agent has named an address in the requisition."""
    first = replace(start.case.requisitions[0], contact_email=AGENT_EMAIL)
    start.case = replace(start.case, requisitions=(first,))
    return start


def test_an_address_that_the_requisition_names_is_kept_with_it() -> None:
    story = Story()
    story.do(replace(requisition(), contact_email=AGENT_EMAIL))
    assert story.case.agent_email == AGENT_EMAIL
    assert requisitioned().case.agent_email == ""


def test_what_the_registry_did_not_get_goes_to_the_agent_once() -> None:
    story = with_agent(requisitioned())
    story.do(BOUNCED)
    assert mail(story, TO_AGENT) == Mail(TO_AGENT, "requisition_receipt", "1", AGENT_EMAIL, AT, addressee="agent")
    assert {f"officer/correct_registry_address-{RECEIPT}", f"mail/send_mail-{TO_AGENT}"} <= story.tasks
    story.do(corrected())
    story.do(c.RecordMailSent(TO_AGENT))
    story.do(c.RecordMailBounced(f"{RECEIPT}-again2", AT))
    assert mail(story, TO_AGENT).status == "sent"
    story.do(c.RecordMailBounced(TO_AGENT, AT))
    assert sorted(story.case.mails) == [RECEIPT, f"{RECEIPT}-again2", TO_AGENT]
    story.do(corrected(OLD))
    assert sorted(story.case.mails) == [RECEIPT, f"{RECEIPT}-again2", f"{RECEIPT}-again3", TO_AGENT]
    assert mail(story, f"{RECEIPT}-again3").to == OLD
    assert not any("correct_registry" in task for task in story.tasks)


def test_where_no_agent_has_an_address_only_the_officer_has_the_task() -> None:
    story = requisitioned()
    story.do(BOUNCED)
    assert list(story.case.mails) == [RECEIPT]


def test_an_agent_whose_requisition_was_rejected_gets_nothing() -> None:
    story = with_agent(requisitioned())
    story.case = replace(story.case, requisitions=(replace(story.case.requisitions[0], status="rejected"),))
    story.do(BOUNCED)
    assert list(story.case.mails) == [RECEIPT]


def test_a_link_that_reached_the_agent_proves_the_delivery() -> None:
    story = with_agent(linked())
    story.do(c.RecordMailBounced(LINK_MAIL, story.now))
    story.do(c.RecordMailDelivered(f"{LINK_MAIL}-agent", story.now))
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)
    assert story.case.recoveries[0].checks[0].inputs["delivered"] == f"{LINK_MAIL}-agent"


def test_a_link_that_opens_nothing_is_not_sent_to_the_agent_either() -> None:
    gone, told = with_agent(linked()), with_agent(linked())
    gone.do(c.RecordMailSent(LINK_MAIL))
    gone.do(c.RevokeReportLinks("Bort.", "officer:1"))
    told.do(report())
    for story in (gone, told):
        story.do(c.RecordMailBounced(LINK_MAIL, story.now))
        assert f"{LINK_MAIL}-agent" not in story.case.mails
