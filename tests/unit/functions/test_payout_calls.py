"""What every call about money has in common: who may make it, and that a body that is wrong changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import RecordFile
from statsbidrag.domain.holds import EVERYTHING
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.usecases import corrections, holds
from tests.unit.functions.material import ROOT, TEST, sample
from tests.unit.functions.payouts import CLAIM, FIRST, INVOICE, NEW, NEXT, OTHERS, PAYOUT, ROLES, YEAR, Desk

OFFICERS = {"officer-1", "officer-2"}
ATTESTERS = {"attester-1", "attester-2"}
STAFF = OFFICERS | ATTESTERS
Stage = Callable[[Desk], object]


def _as_ordered(_: Desk) -> None:
    pass


def _batched(desk: Desk) -> None:
    desk.batch()


def _proposed(desk: Desk) -> None:
    corrections.propose_account(desk.books, YEAR, FIRST, NEW, "agent-0114", TEST)


def _held(desk: Desk) -> None:
    for scope in (YEAR, EVERYTHING):
        holds.stop(desk.books, scope, "Skäl.", "officer-9", TEST)
    holds.stop_municipality(desk.books, YEAR, FIRST, "", "Skäl.", "officer-9", TEST)


def _void(desk: Desk) -> None:
    desk.act(c.VoidPayout(PAYOUT, "Skäl.", "officer-9"))


def _unknown(desk: Desk) -> None:
    desk.lose()


def _told(desk: Desk) -> None:
    desk.lose()
    desk.act(c.ProposeResolution(PAYOUT, "not_carried_out", "Skäl.", "officer-9"))


def _late(desk: Desk) -> None:
    desk.lag()


def _linked(desk: Desk) -> None:
    desk.link()


def _reported(desk: Desk) -> None:
    desk.hear()


def _claimed(desk: Desk) -> None:
    desk.claim()


def _heard(desk: Desk) -> None:
    desk.hear()


def _hearing_over(desk: Desk) -> None:
    desk.hear()
    desk.clock.time = desk.case().recoveries[0].hearing_ends


def _prepared(desk: Desk) -> None:
    _hearing_over(desk)
    desk.act(c.PrepareDecision(1, Ore(0), "Skäl.", "officer-9"))


def _appealable(desk: Desk) -> None:
    desk.claim().clock.time = datetime(2026, 3, 2, 8, tzinfo=UTC)


def _appealed(desk: Desk) -> None:
    _appealable(desk)
    desk.act(c.NoteAppeal(1, date(2026, 3, 2), True, "Skäl.", "officer-9"))


def _proposed_to_give_up(desk: Desk) -> None:
    desk.claim().act(c.ProposeWriteOff(INVOICE, "Skäl.", "officer-9"))


def _owing(desk: Desk) -> None:
    desk.owe()


def _set_off_proposed(desk: Desk) -> None:
    desk.owe().act(c.ProposeSetOff(INVOICE, NEXT, Ore(10_000), "Skäl.", "officer-9"))


def _paid_late(desk: Desk) -> None:
    desk.pay_late()


def _too_much(desk: Desk) -> None:
    desk.claim().repay(Ore(CLAIM + 100))


def _prepared_anew(desk: Desk) -> None:
    desk.claim().act(c.PrepareReconsideration(1, kronor(20_000), "Skäl.", "officer-9"))


def _astray(desk: Desk) -> None:
    desk.claim().lie_astray()


def _linked_for_long(desk: Desk) -> None:
    desk.link().clock.move(days=14)


def _drawn(desk: Desk) -> None:
    desk.draw()


def _records_sent(desk: Desk) -> None:
    desk.ask().act(c.ReceiveRecords(1, (RecordFile("a", 1, "text/csv", "records/a"),)))


def _reconciled(desk: Desk) -> None:
    for ending in ("json", "csv"):
        desk.archive.objects[f"reconciliations/2025/{ending}/1.{ending}"] = b"{}"


CALLS: dict[tuple[str, str], tuple[set[str], Stage]] = {
    ("prepare_payouts", "prepare"): (OFFICERS, _as_ordered),
    ("attest_payouts", "show_batch"): (STAFF, _batched),
    ("attest_payouts", "attest"): (ATTESTERS, _batched),
    ("attest_payouts", "void"): (STAFF, _batched),
    ("change_accounts", "show_account"): (OFFICERS | {"agent-0114"}, _as_ordered),
    ("change_accounts", "propose"): (OFFICERS | {"agent-0114"}, _as_ordered),
    ("change_accounts", "approve"): (OFFICERS, _proposed),
    ("change_accounts", "decline"): (OFFICERS, _proposed),
    ("decide_late_requisitions", "decide_late"): (OFFICERS, _late),
    **{
        ("hold_payouts", f"{verb}_{what}"): (STAFF, _held if verb == "release" else _as_ordered)
        for verb in ("show", "hold", "release")
        for what in ("everything", "round", "municipality")
    },
    ("hold_payouts", "hold_payout"): (STAFF, _as_ordered),
    ("correct_payouts", "show_payouts"): (STAFF, _as_ordered),
    ("correct_payouts", "void"): (OFFICERS, _as_ordered),
    ("correct_payouts", "reissue"): (OFFICERS, _void),
    ("correct_payouts", "propose_resolution"): (STAFF, _unknown),
    ("correct_payouts", "confirm_resolution"): (STAFF, _told),
    ("settle_invoices", "show_invoices"): (OFFICERS, _claimed),
    ("settle_invoices", "propose_write_off"): (OFFICERS, _claimed),
    ("settle_invoices", "decide_write_off"): (OFFICERS, _proposed_to_give_up),
    ("settle_invoices", "refund"): (OFFICERS, _too_much),
    ("change_reports", "show_report"): (OFFICERS, _linked),
    ("change_reports", "extend"): (OFFICERS, _linked),
    ("change_reports", "reopen"): (OFFICERS, _reported),
    ("decide_recoveries", "show_recovery"): (OFFICERS, _heard),
    ("decide_recoveries", "extend"): (OFFICERS, _heard),
    ("decide_recoveries", "prepare"): (OFFICERS, _hearing_over),
    ("decide_recoveries", "decide"): (OFFICERS, _prepared),
    ("note_appeals", "show_appeals"): (OFFICERS, _claimed),
    ("note_appeals", "note"): (OFFICERS, _appealable),
    ("note_appeals", "end"): (OFFICERS, _appealed),
    ("change_invoices", "reissue"): (OFFICERS, _claimed),
    ("change_invoices", "propose_set_off"): (OFFICERS, _owing),
    ("change_invoices", "decide_set_off"): (OFFICERS, _set_off_proposed),
    ("change_invoices", "decline_set_off"): (OFFICERS, _set_off_proposed),
    ("charge_interest", "show_interest"): (OFFICERS, _paid_late),
    ("charge_interest", "claim"): (OFFICERS, _paid_late),
    ("charge_interest", "waive"): (OFFICERS, _paid_late),
    ("reconsider_recoveries", "show_reconsideration"): (OFFICERS, _claimed),
    ("reconsider_recoveries", "prepare"): (OFFICERS, _claimed),
    ("reconsider_recoveries", "decide"): (OFFICERS, _prepared_anew),
    ("place_entries", "show_entries"): (OFFICERS, _astray),
    ("place_entries", "place"): (OFFICERS, _astray),
    ("decide_undisputed", "show_undisputed"): (OFFICERS, _hearing_over),
    ("decide_undisputed", "prepare_undisputed"): (OFFICERS, _hearing_over),
    ("decide_undisputed", "decide_undisputed"): (OFFICERS, _prepared),
    ("correct_deliveries", "show_deliveries"): (OFFICERS, _linked_for_long),
    ("correct_deliveries", "correct_address"): (OFFICERS, _linked_for_long),
    ("correct_deliveries", "prove"): (OFFICERS, _linked_for_long),
    ("correct_deliveries", "renew"): (OFFICERS, _linked_for_long),
    ("correct_deliveries", "revoke"): (OFFICERS, _linked_for_long),
    ("draw_spot_checks", "show_draws"): (OFFICERS, _drawn),
    ("draw_spot_checks", "draw"): (OFFICERS, _reported),
    ("draw_spot_checks", "show_draw"): (OFFICERS, _drawn),
    ("conclude_spot_checks", "show_check"): (OFFICERS, _records_sent),
    ("conclude_spot_checks", "conclude"): (OFFICERS, _records_sent),
    ("conclude_spot_checks", "renew_link"): (OFFICERS, _records_sent),
    ("show_reconciliation", "show_json"): (STAFF, _reconciled),
    ("show_reconciliation", "download_csv"): (STAFF, _reconciled),
}
"""Each sample call: who may make it, and the desk at which it is answered with 200 or 201."""


def _body(function: str, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(sample(function, name)["body"] or "{}")
    return read


FUNCTIONS = sorted({function for function, _ in CALLS})
WITH_REASON = [call for call in CALLS if "reason" in _body(*call)]
WITH_BODY = [call for call in CALLS if _body(*call)]
TOTAL_ORE = {"total_ore": 92_367_200}


def _right_body(function: str, name: str) -> Any:
    """The sample's body, fit for the desk."""
    return TOTAL_ORE if name == "attest" else json.loads(sample(function, name)["body"] or "null")


def test_every_sample_call_is_tried() -> None:
    listed = {(path.parent.name, path.stem) for path in (ROOT / "events").glob("*/*.json")}
    assert {call for call in listed if call[0] in FUNCTIONS} == set(CALLS)


@pytest.mark.parametrize("who", [*ROLES, ""])
@pytest.mark.parametrize(("function", "name"), CALLS)
def test_only_who_may_is_let_in_and_for_others_nothing_changes(desk: Desk, function: str, name: str, who: str) -> None:
    may, stage = CALLS[function, name]
    stage(desk)
    before = desk.store.commits
    answer = desk.call(function, name, who, body=_right_body(function, name))
    if who in may:
        assert answer.status in (200, 201), answer.text
        return
    assert answer.status == (403 if who else 401)
    assert answer.code in ("role_not_allowed", "not_your_municipality", "not_signed_in")
    assert desk.store.commits == before


@pytest.mark.parametrize(("function", "name"), [call for call in CALLS if sample(*call)["httpMethod"] == "POST"])
def test_another_site_cannot_make_a_signed_in_persons_call(desk: Desk, function: str, name: str) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    answer = desk.call(function, name, body=_right_body(function, name), headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status, answer.code, desk.store.commits) == (403, "cross_site", before)


@pytest.mark.parametrize(
    "raw", ['{"reason": "x"', "reason=x", "[1]", "", '{"a": NaN}', '{"reason": "a", "reason": "b"}']
)
@pytest.mark.parametrize(("function", "name"), WITH_BODY)
def test_what_is_not_one_json_object_is_refused(desk: Desk, function: str, name: str, raw: str) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    answer = desk.call(function, name, raw=raw)
    assert answer.status == 400
    assert answer.code in ("json_malformed", "json_not_an_object", "field_repeated")
    assert desk.store.commits == before


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "text/plain", "application/xml", ""])
@pytest.mark.parametrize(("function", "name"), WITH_BODY)
def test_another_media_type_is_refused(desk: Desk, function: str, name: str, media_type: str) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    answer = desk.call(function, name, media_type=media_type)
    assert (answer.status, answer.code, desk.store.commits) == (415, "media_type_unknown", before)


@pytest.mark.parametrize(("function", "name"), WITH_BODY)
def test_a_field_that_is_not_in_the_form_is_told_at_its_name(desk: Desk, function: str, name: str) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    answer = desk.call(function, name, body={**_right_body(function, name), "surprise": "x"})
    assert (answer.status, answer.pointers, desk.store.commits) == (422, ["/surprise"], before)


@pytest.mark.parametrize(("function", "name"), WITH_BODY)
def test_every_field_that_is_missing_or_of_another_kind_is_told_at_its_name(
    desk: Desk, function: str, name: str
) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    right = _right_body(function, name)
    optional = {"final", "invoice_reference"} | ({"payout"} if function == "hold_payouts" else set())
    assert sorted(desk.call(function, name, body={}).pointers) == sorted(
        f"/{key}" for key in right if key not in optional
    )
    for wrong in (None, 1.5, True, ["x"], {"x": 1}):
        answer = desk.call(function, name, body=dict.fromkeys(right, wrong))
        assert (answer.status, sorted(answer.pointers)) == (422, sorted(f"/{key}" for key in right))
    assert desk.store.commits == before


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
@pytest.mark.parametrize(("function", "name"), WITH_REASON)
def test_an_empty_reason_is_told_at_its_field(desk: Desk, function: str, name: str, reason: str) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    answer = desk.call(function, name, body={**_right_body(function, name), "reason": reason})
    assert (answer.status, answer.code, answer.pointers) == (422, "reason_missing", ["/reason"])
    assert desk.store.commits == before


def test_what_needs_a_reason_stops_voids_sets_off_gives_up_gives_time_draws_concludes_or_tells_what_was_answered() -> (
    None
):
    assert {name for _, name in WITH_REASON} == {
        "extend",
        "reopen",
        "void",
        "decline",
        "propose_resolution",
        "propose_write_off",
        "correct_address",
        "prove",
        "revoke",
        "reissue",
        "propose_set_off",
        "waive",
        "decline_set_off",
        "draw",
        "conclude",
        "renew_link",
        "hold_payout",
        "decide_late",
        "note",
        "end",
        *(f"{verb}_{what}" for verb in ("hold", "release") for what in ("everything", "round", "municipality")),
    }


@pytest.mark.parametrize("path", [("/2025", "/2031"), ("/2025", "/x"), ("/2025", "/2025%00")])
@pytest.mark.parametrize(("function", "name"), [call for call in CALLS if "/2025" in sample(*call)["path"]])
def test_a_round_that_is_not_there_is_not_found(desk: Desk, function: str, name: str, path: tuple[str, str]) -> None:
    CALLS[function, name][1](desk)
    before = desk.store.commits
    answer = desk.call(function, name, body=_right_body(function, name), path=path)
    assert (answer.status, desk.store.commits) == (404, before)


@pytest.mark.parametrize("code", ["9999", "x"])
@pytest.mark.parametrize(("function", "name"), [call for call in CALLS if "/0114" in sample(*call)["path"]])
def test_a_municipality_that_is_not_there_is_not_found(desk: Desk, function: str, name: str, code: str) -> None:
    before = desk.store.commits
    answer = desk.call(function, name, "officer-1", path=("/0114", f"/{code}"))
    assert (answer.status, desk.store.commits) == (404, before)


@pytest.mark.parametrize("payout", ["P-2025-0114-9", OTHERS, "x"])
@pytest.mark.parametrize("name", ["void", "reissue", "propose_resolution", "confirm_resolution"])
def test_a_payout_that_is_not_the_municipalitys_is_not_found(desk: Desk, name: str, payout: str) -> None:
    before = desk.store.commits
    answer = desk.call("correct_payouts", name, path=(PAYOUT, payout))
    assert (answer.status, answer.code, desk.store.commits) == (404, "unknown_payment", before)


@pytest.mark.parametrize(("function", "name"), CALLS)
def test_answers_are_not_kept_and_a_refusal_is_told_in_swedish(desk: Desk, function: str, name: str) -> None:
    CALLS[function, name][1](desk)
    answer = desk.call(function, name, body=_right_body(function, name))
    assert answer.headers["Cache-Control"] == ["no-store"]
    refused = desk.call(function, name, "")
    assert refused.headers["Content-Type"] == ["application/problem+json"]
    assert refused.headers["Content-Language"] == ["sv"]
    assert refused.read["detail"] == "Logga in för att fortsätta."


def test_reasons_are_kept_in_the_journal_and_never_logged(
    desk: Desk, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    secret = sha256(b"a reason")
    desk.call("hold_payouts", "hold_municipality", body={"reason": secret})
    desk.call("hold_payouts", "hold_round", body={"reason": secret, "more": secret})
    assert secret in str(desk.store.records)
    assert secret not in json.dumps(log_lines())
