"""An officer sees what arrived, and puts right links, addresses and proof."""

from __future__ import annotations

import pytest

from statsbidrag.domain.case import commands as c
from tests.unit.functions.payouts import Desk

CALL = "correct_deliveries"
LINK = "2025-0114-report_link-1"


@pytest.fixture
def sent(desk: Desk) -> Desk:
    """The link is out since two weeks."""
    desk.link().clock.move(days=14)
    return desk


def test_it_shows_every_link_and_email_with_what_became_of_it(sent: Desk) -> None:
    sent.act(c.RecordMailDelivered(LINK, sent.clock.time))
    sent.act(c.RecordMailComplained(LINK, sent.clock.time))
    shown = sent.call(CALL, "show_deliveries").read
    assert shown["registry_email"] == "registrator@upplands-vasby.example"
    assert shown["proofs"] == [LINK]
    assert shown["links"] == [
        {
            "link": 1,
            "issued_at": "2026-02-03T08:00:00Z",
            "expires_at": "2026-08-27T22:00:00Z",
            "revoked_at": None,
        }
    ]
    [mail] = [mail for mail in shown["mails"] if mail["mail"] == LINK]
    assert (mail["status"], mail["complaint"]) == ("delivered", "open")
    assert "token" not in str(shown)


def test_the_address_is_corrected_and_what_bounced_goes_out_again(sent: Desk) -> None:
    sent.act(c.RecordMailBounced(LINK, sent.clock.time))
    shown = sent.call(CALL, "correct_address").read
    assert shown["registry_email"] == "kommun@upplands-vasby.example"
    assert shown["mails"][-1]["mail"] == f"{LINK}-again2"
    assert shown["mails"][-1]["to"] == "kommun@upplands-vasby.example"


def test_an_address_that_is_none_is_told_at_its_field(sent: Desk) -> None:
    answer = sent.call(CALL, "correct_address", body={"email": "registraturen", "reason": "Samtal."})
    assert (answer.status, answer.code, answer.pointers) == (422, "email_invalid", ["/email"])


def test_links_are_revoked_and_renewed(sent: Desk) -> None:
    assert sent.call(CALL, "revoke").read["links"][0]["revoked_at"] == "2026-02-17T08:00:00Z"
    links = sent.call(CALL, "renew").read["links"]
    assert [(link["link"], link["revoked_at"] is None) for link in links] == [(1, False), (2, True)]
    assert sent.call(CALL, "renew").read["links"] == links
    answer = sent.call(CALL, "renew", "officer-2")
    assert (answer.status, answer.code) == (409, "link_just_sent")


def test_a_link_is_not_renewed_before_there_is_one(desk: Desk) -> None:
    answer = desk.call(CALL, "renew")
    assert (answer.status, answer.code) == (409, "link_not_issued")


def test_delivery_is_proven_on_a_day(sent: Desk) -> None:
    assert sent.call(CALL, "show_deliveries").read["proofs"] == []
    assert sent.call(CALL, "prove").read["proofs"] == ["officer 2026-02-10"]


@pytest.mark.parametrize("day", ["", "i går", "2026-02-30", "10/2 2026"])
def test_what_is_no_day_is_told_at_its_field(sent: Desk, day: str) -> None:
    answer = sent.call(CALL, "prove", body={"delivered_on": day, "reason": "Brev."})
    assert (answer.status, answer.code, answer.pointers) == (422, "day_invalid", ["/delivered_on"])
