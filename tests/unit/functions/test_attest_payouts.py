"""A batch is shown with its control total, attested by others than who prepared it, and taken back while it is here."""

from __future__ import annotations

import pytest

from statsbidrag.domain.money import Ore
from statsbidrag.usecases import holds
from statsbidrag.usecases.payouts import get_batch
from tests.unit.functions.material import RECIPIENT, TEST
from tests.unit.functions.payouts import BATCH_ID, OTHERS, PAYOUT, SHARE, TOTAL, YEAR, Desk

RIGHT = {"total_ore": TOTAL}


def test_a_batch_is_shown_with_its_lines_its_total_and_what_it_waits_for(desk: Desk) -> None:
    answer = desk.batch().call("attest_payouts", "show_batch")
    assert answer.status == 200
    lines = [
        {
            "payout": payout,
            "municipality": payout[7:11],
            "creditor": RECIPIENT.name,
            "account": "5050-1055",
            "amount_ore": SHARE,
        }
        for payout in (PAYOUT, OTHERS)
    ]
    assert answer.read == {
        "batch": BATCH_ID,
        "round": "2025",
        "status": "prepared",
        "execution_date": "2025-05-07",
        "count": 2,
        "total_ore": TOTAL,
        "attestations": 0,
        "attestations_needed": 1,
        "on_hold": [],
        "void_reason": "",
        "answer": "",
        "payouts": lines,
    }


def test_one_attestation_by_the_right_total_is_enough_below_the_rounds_threshold(desk: Desk) -> None:
    answer = desk.batch().call("attest_payouts", "attest", "attester-1", body=RIGHT)
    assert (answer.status, answer.read["status"], answer.read["attestations"]) == (201, "attested", 1)


@pytest.mark.parametrize("total", [TOTAL - 1, TOTAL + 1, 0, -TOTAL])
def test_another_total_is_refused_at_its_field(desk: Desk, total: int) -> None:
    answer = desk.batch().call("attest_payouts", "attest", body={"total_ore": Ore(total)})
    assert (answer.status, answer.code) == (422, "control_total_differs")
    assert get_batch(desk.books, BATCH_ID).attested_by == ()


def test_who_prepared_it_may_not_attest_it_in_another_role(desk: Desk) -> None:
    answer = desk.batch(preparer="attester-1").call("attest_payouts", "attest", "attester-1", body=RIGHT)
    assert (answer.status, answer.code) == (403, "same_officer")
    assert "förberett" in answer.read["detail"]
    assert desk.call("attest_payouts", "attest", "attester-2", body=RIGHT).status == 201


@pytest.mark.parametrize("who", ["officer-1", "attester-1"])
def test_a_batch_is_taken_back_with_a_reason_and_its_payouts_go_free(desk: Desk, who: str) -> None:
    answer = desk.batch().attest().call("attest_payouts", "void", who, body={"reason": " Fel dag. "})
    assert (answer.status, answer.read["status"], answer.read["void_reason"]) == (200, "void", "Fel dag.")
    assert get_batch(desk.books, BATCH_ID).voided_by == who
    assert desk.send().case().payouts[0].status == "ordered"


def test_a_batch_that_left_cannot_be_taken_back(desk: Desk) -> None:
    answer = desk.batch().attest().send().call("attest_payouts", "void")
    assert (answer.status, answer.code) == (409, "batch_cannot_be_voided")


def test_a_void_batch_cannot_be_attested_and_a_second_void_changes_nothing(desk: Desk) -> None:
    desk.batch().call("attest_payouts", "void")
    before = desk.store.commits
    assert desk.call("attest_payouts", "void", body={"reason": "Ett annat."}).read["void_reason"] != "Ett annat."
    assert desk.call("attest_payouts", "attest", body=RIGHT).code == "batch_not_prepared"
    assert desk.store.commits == before


def test_a_batch_on_hold_is_shown_so(desk: Desk) -> None:
    desk.batch()
    holds.stop(desk.books, YEAR, "Skäl.", "officer-9", TEST)
    assert desk.call("attest_payouts", "show_batch").read["on_hold"] == ["2025"]


@pytest.mark.parametrize("name", ["show_batch", "attest", "void"])
@pytest.mark.parametrize("batch", ["B-2025-20250507-2", "B-2031-20310507-1", "B-x", "x", "B-20"])
def test_a_batch_that_is_not_there_is_not_found(desk: Desk, name: str, batch: str) -> None:
    answer = desk.batch().call("attest_payouts", name, path=(BATCH_ID, batch))
    assert (answer.status, answer.code) == (404, "unknown_batch")
