"""Every function has a sample event as AWS delivers it, and takes it in."""

from __future__ import annotations

import json
from typing import Any, Never

import pytest

from statsbidrag.adapters.provider import Web
from statsbidrag.domain.sessions import SignInFailed
from tests.faults.scenarios import SCENARIOS, Delivery, sample
from tests.faults.stack import ROOT, functions
from tests.faults.stages import Year
from tests.faults.world import Died

SAMPLES = sorted((path.parent.name, path.stem) for path in (ROOT / "events").glob("*/*.json"))
FITS = {
    "read_bank_reports/booked": "read_bank_reports, booked",
    "send_mail/report_links": "send_mail, a report link",
    "send_mail/agent_approved": "send_mail, an agent approved",
    "send_mail/agent_invitation": "send_mail, an invitation",
    "manage_agents/revoke_invitation": "manage_agents, uninvited",
    "send_mail/invoice": "send_mail, an invoice",
    "send_mail/invoice_reminder": "send_mail, a reminder of an invoice",
    "send_mail/credit_note": "send_mail, a credit note",
    "correct_deliveries/prove": "correct_deliveries, delivery proven",
    "correct_deliveries/correct_address": "correct_deliveries, the address corrected",
    "send_mail/invoice_voided": "send_mail, an invoice void",
    "send_mail/set_off": "send_mail, set off",
    "change_invoices/propose_set_off": "change_invoices, a set-off proposed",
    "change_invoices/decide_set_off": "change_invoices, set off",
    "change_invoices/decline_set_off": "change_invoices, not set off",
    "charge_interest/waive": "charge_interest, waived",
    "conclude_spot_checks/renew_link": "conclude_spot_checks, a link renewed",
    "draw_spot_checks/show_draw": "draw_spot_checks, shown",
    "send_mail/records_request": "send_mail, records asked for",
    "send_mail/records_receipt": "send_mail, records received",
    "settle_invoices/decide_write_off": "settle_invoices, a write-off decided",
    "settle_invoices/refund": "settle_invoices, refunded",
    "change_reports/reopen": "change_reports, reopened",
    "reconsider_recoveries/decide": "reconsider_recoveries, decided",
    "receive_report/show_draft": "receive_report, beside a draft",
    "assess_reports/report_and_missing_report": "assess_reports, one of them missing",
    "decide_recoveries/decide": "decide_recoveries, decided",
    "decide_undisputed/decide_undisputed": "decide_undisputed, decided",
    "decide_recoveries/extend": "decide_recoveries, longer to answer",
    "note_appeals/end": "note_appeals, ended",
    "send_decision_letters/reconsideration": "send_decision_letters, a reconsideration",
    "attest_payouts/void": "attest_payouts, void",
    "send_payments/void_batch": "send_payments, a void batch",
    "send_payments/silent_payouts": "send_payments, the bank silent",
    "read_bank_reports/statement": "read_bank_reports, a statement",
    "change_accounts/approve": "change_accounts, approved",
    "change_accounts/decline": "change_accounts, declined",
    "decide_late_requisitions/decide_late": "decide_late_requisitions",
    "hold_payouts/release_municipality": "hold_payouts, a municipality released",
    "hold_payouts/release_round": "hold_payouts, a round released",
    "hold_payouts/release_everything": "hold_payouts, everything released",
    "correct_payouts/reissue": "correct_payouts, issued anew",
    "correct_payouts/propose_resolution": "correct_payouts, a word",
    "correct_payouts/confirm_resolution": "correct_payouts, confirmed",
}
"""Where a sample needs another world than the function's first scenario."""
OUTSIDE = {
    "sign_in/start": 503,
    "sign_in/finish": 401,
    "sign_in/finish_cancelled": 401,
    "sign_in/show_choices": 303,
    "sign_in/choose": 401,
    "sign_in/renew": 303,
}
"""What the way in answers where no provider answers and no session is open."""
INVITATION = "inbjudan-" * 4 + "inb-lnk"
TOKEN = "exempel-" * 5 + "lnk"
RECORDS_TOKEN = "underlag-" * 4 + "und-lnk"


def _taken_in(year: Year, function: str, name: str) -> Any:
    scenario = next(s for s in SCENARIOS if s.name == FITS.get(f"{function}/{name}", s.name) and s.function == function)
    world = year.world
    world.restore(year.stages[scenario.stage])
    world.clock.time = scenario.at or world.clock.time
    scenario.prepare(world)
    # A link's token comes from a key that is made anew for every run.
    told = json.dumps(sample(function, name)).replace(TOKEN, year.token).replace(RECORDS_TOKEN, year.records_token)
    told = told.replace(INVITATION, year.invitation)
    event = Delivery(function, json.loads(told))
    if event.trigger != "SQS":
        return world.call(function, event.event)
    world.put_on_queue(function, *event.bodies)
    answers = world.receive(function)
    assert world.waiting() == {}
    return answers


def _no_answer(*_: object) -> Never:
    raise SignInFailed("provider_unavailable")


def test_every_function_has_one() -> None:
    assert {function for function, _ in SAMPLES} == set(functions())


@pytest.mark.parametrize(("function", "name"), SAMPLES)
def test_it_is_accepted(function: str, name: str, year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Web, "call", _no_answer)
    faults = year.world.program_faults.seen
    answer = _taken_in(year, function, name)
    if name == "with_header":
        assert answer == Died("UnauthorizedError('Unauthorized')")
        return
    if function == "authorize":
        # Whoever reads pages is let in as nobody: the page leads to the sign-in.
        assert (answer["principalId"], answer["context"]) == ("nobody", {})
        return
    assert not isinstance(answer, Died)
    if functions()[function].trigger == "Api":
        assert answer["statusCode"] in (OUTSIDE.get(f"{function}/{name}"), 200, 201, 202, 303)
    assert year.world.program_faults.seen == faults
