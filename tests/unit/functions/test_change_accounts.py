"""Another payout account is proposed by one person, shown beside the one before, and decided by another."""

from __future__ import annotations

import pytest

from statsbidrag.usecases import corrections
from statsbidrag.usecases.payouts import get_batch
from tests.unit.functions.material import RECIPIENT, TEST
from tests.unit.functions.payouts import BATCH_ID, FIRST, NEW, YEAR, Desk

AS_SEEN = {"account_kind": "bankgiro", "account_number": "5555-5551"}
WHY = {"reason": "Kommunen känner inte till ändringen."}


def propose(desk: Desk, by: str = "agent-0114") -> Desk:
    corrections.propose_account(desk.books, YEAR, FIRST, NEW, by, TEST)
    return desk


def test_the_account_in_force_is_shown_and_no_change(desk: Desk) -> None:
    answer = desk.call("change_accounts", "show_account")
    assert (answer.status, answer.read) == (
        200,
        {"case_number": "9.3-0114/2025", "account_kind": "bankgiro", "account": "5050-1055", "changes": []},
    )


@pytest.mark.parametrize("who", ["agent-0114", "officer-1"])
def test_a_proposal_is_shown_with_the_account_before_and_after_and_nothing_is_in_force(desk: Desk, who: str) -> None:
    answer = desk.call("change_accounts", "propose", who)
    assert (answer.status, answer.read["account"]) == (201, "5050-1055")
    assert answer.read["changes"] == [
        {
            "change": 1,
            "status": "waiting",
            "account_kind": "bankgiro",
            "account": "5555-5551",
            "previous_kind": "bankgiro",
            "previous": "5050-1055",
            "proposed_at": "2025-05-07T04:00:00Z",
            "decided_at": None,
            "reason": "",
        }
    ]
    assert desk.case().account_changes[0].proposed_by == who
    assert who not in answer.text


def test_a_proposal_stops_the_batch_that_is_on_its_way_to_the_account_before(desk: Desk) -> None:
    desk.batch().attest().call("change_accounts", "propose")
    assert get_batch(desk.books, BATCH_ID).status == "void"
    assert len(desk.case().holds) == 1


def test_the_same_proposal_again_is_one_and_answered_alike(desk: Desk) -> None:
    first = desk.batch().call("change_accounts", "propose")
    assert desk.call("change_accounts", "propose").text == first.text


@pytest.mark.parametrize(
    ("kind", "number", "code", "pointer"),
    [
        ("bankgiro", "5555-5552", "account_invalid", "/account_number"),
        ("bankgiro", "1", "account_invalid", "/account_number"),
        ("plusgiro", "30918-8", "account_invalid", "/account_number"),
        ("iban", "SE4550000000058398257467", "account_invalid", "/account_number"),
        ("iban", "", "account_invalid", "/account_number"),
        ("konto", "5555-5551", "account_kind_unknown", "/account_kind"),
    ],
)
@pytest.mark.parametrize("name", ["propose", "approve"])
def test_an_account_with_a_wrong_check_digit_or_kind_is_told_at_its_field(
    desk: Desk, name: str, kind: str, number: str, code: str, pointer: str
) -> None:
    before = desk.store.commits
    answer = desk.call("change_accounts", name, body={"account_kind": kind, "account_number": number})
    assert (answer.status, answer.code, answer.pointers) == (422, code, [pointer])
    assert desk.store.commits == before


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("plusgiro", "30918-7", "30918-7"),
        ("iban", "SE45 5000 0000 0583 9825 7466", "SE45 5000 0000 0583 9825 7466"),
        ("bankgiro", " 5555 5551 ", "5555-5551"),
    ],
)
def test_an_account_may_be_of_each_kind_and_written_as_people_do(
    desk: Desk, kind: str, number: str, shown: str
) -> None:
    answer = desk.call("change_accounts", "propose", body={"account_kind": kind, "account_number": number})
    assert (answer.status, answer.read["changes"][0]["account"]) == (201, shown)


def test_another_person_approves_what_they_saw(desk: Desk) -> None:
    answer = propose(desk).call("change_accounts", "approve")
    assert (answer.status, answer.read["account"]) == (200, "5555-5551")
    [change] = answer.read["changes"]
    assert (change["status"], change["decided_at"]) == ("approved", "2025-05-07T04:00:00Z")
    assert desk.case().account_changes[0].decided_by == "officer-1"


def test_another_account_than_the_one_that_waits_cannot_be_approved(desk: Desk) -> None:
    other = {"account_kind": "bankgiro", "account_number": str(RECIPIENT.account)}
    answer = propose(desk).call("change_accounts", "approve", body=other)
    assert (answer.status, answer.code, answer.pointers) == (422, "account_differs", ["/account_number"])


@pytest.mark.parametrize("name", ["approve", "decline"])
def test_the_officer_who_proposed_may_not_decide(desk: Desk, name: str) -> None:
    answer = propose(desk, by="officer-1").call("change_accounts", name)
    assert (answer.status, answer.code) == (403, "same_officer")
    assert desk.call("change_accounts", name, "officer-2").status == 200


def test_a_declined_account_is_shown_with_why_and_lets_the_payout_go_on(desk: Desk) -> None:
    answer = propose(desk).call("change_accounts", "decline")
    assert (answer.status, answer.read["account"]) == (200, "5050-1055")
    assert (answer.read["changes"][0]["status"], answer.read["changes"][0]["reason"]) == ("declined", WHY["reason"])
    assert desk.case().holds_on(desk.case().payouts[0].id) == ()


def test_what_is_decided_stays_so(desk: Desk) -> None:
    propose(desk).call("change_accounts", "decline")
    answer = desk.call("change_accounts", "approve", "officer-2")
    assert (answer.status, answer.code) == (409, "account_change_decided")


@pytest.mark.parametrize(("number", "code"), [("2", "unknown_account_change"), ("x", "page_not_found")])
@pytest.mark.parametrize("name", ["approve", "decline"])
def test_a_change_that_is_not_there_is_not_found(desk: Desk, name: str, number: str, code: str) -> None:
    answer = propose(desk).call("change_accounts", name, path=("/1/", f"/{number}/"))
    assert (answer.status, answer.code) == (404, code)
