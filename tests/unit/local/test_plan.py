"""The seed alone decides what each municipality does, and all 290 together do everything."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from local.year.plan import (
    EXTENDED_BY,
    REPORTED_WITHIN,
    Behaviour,
    YearPlan,
    decision_day,
    describe,
    plan_year,
    reopening_day,
)
from statsbidrag.documents.register_file import read_register
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.case.owed import missing_report_due
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber, parse_account
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import end_of, start_of, swedish_date

ROOT = Path(__file__).parents[3]
REGISTER = read_register((ROOT / "examples/kommunregister.csv").read_bytes(), "kommunregister.csv")
CODES = [str(recipient.municipality) for recipient in REGISTER]
SEEDS = range(20)


def recipients(codes: list[str]) -> list[Recipient]:
    account, organisation = Account("bankgiro", "50501055"), OrganisationNumber("2120000019")
    return [
        Recipient(MunicipalityCode(code), code, organisation, f"{code}@kommun.example", account, "1", "0007:1")
        for code in codes
    ]


def allocations(codes: list[str]) -> dict[MunicipalityCode, Ore]:
    return {MunicipalityCode(code): kronor(5_000 + int(code) * 97) for code in codes}


def plan(round_: Round, seed: int, codes: list[str] = CODES) -> YearPlan:
    return plan_year(round_, recipients(codes), allocations(codes), seed)


@pytest.fixture(scope="module", params=["2024", "2025"])
def round_(request: pytest.FixtureRequest) -> Round:
    return read_round((ROOT / f"rounds/{request.param}.toml").read_bytes())


@pytest.fixture(scope="module")
def everybody(round_: Round) -> list[Behaviour]:
    return [behaviour for seed in SEEDS for behaviour in plan(round_, seed).behaviours.values()]


def test_all_290_do_everything_whatever_the_seed(round_: Round) -> None:
    assert len(CODES) == 290
    for seed in SEEDS:
        missing = [label for label, count in describe(plan(round_, seed)).items() if count == 0]
        assert missing == [], f"seed {seed}"


def test_the_codes_meet_every_row_of_the_tables() -> None:
    # what makes the promise above hold for seeds that are not tried
    numbers = [int(code) for code in CODES]
    assert {number % 43 for number in numbers} == set(range(43))
    silent = 5  # scenarios without a written report
    assert all(len({n % 43 for n in numbers if n % 19 == hand}) > silent for hand in range(19))


def test_one_municipality_of_each_remainder_does_every_rare_thing(round_: Round) -> None:
    # what a small year needs to show all of it
    codes = list({int(code) % 43: code for code in CODES}.values())
    for seed in SEEDS:
        counts = describe(plan(round_, seed, codes))
        rare = [label for label in counts if not label.startswith("hand.")]
        assert [label for label in rare if not counts[label]] == [], f"seed {seed}"


def test_most_ask_for_all_and_use_nearly_all(round_: Round) -> None:
    for seed in SEEDS:
        behaviours = plan(round_, seed).behaviours.values()
        asked = sum(behaviour.requisition_amount for behaviour in behaviours)
        assert sum(behaviour.requisition == "all" for behaviour in behaviours) > 0.6 * len(CODES)
        assert sum(behaviour.used - behaviour.misused for behaviour in behaviours) > 0.75 * asked


def test_the_same_seed_gives_the_same_plan(round_: Round) -> None:
    assert msgspec.json.encode(plan(round_, 7)) == msgspec.json.encode(plan(round_, 7, CODES[::-1]))
    assert plan(round_, 7) != plan(round_, 8)


def test_the_plan_of_one_does_not_depend_on_the_others(round_: Round) -> None:
    whole, some = plan(round_, 3), plan(round_, 3, CODES[5:9])
    assert len(some.behaviours) == 4
    assert all(whole.behaviours[code] == behaviour for code, behaviour in some.behaviours.items())


def test_amounts_are_whole_kronor_within_bounds(everybody: list[Behaviour]) -> None:
    for one in everybody:
        amounts = (one.requisition_amount, one.refused_amount, one.used, one.misused, one.waived, one.claim)
        assert all(amount >= 0 and amount % 100 == 0 for amount in amounts)
        assert one.misused <= one.used <= one.requisition_amount <= one.allocation
        assert (one.requisition_amount == 0) == (one.requisition == "never")
        assert (one.refused_amount > one.allocation) == (one.requisition == "too_much")
        assert (one.requisition_amount < one.allocation) == (one.requisition in ("part", "never"))
        assert (one.misused > 0) == (one.report == "misuse")
        assert (one.claim > one.waived) == (one.payment is not None)
        assert one.waived < one.claim or one.claim == 0


def test_what_is_done_in_time_is_in_time_and_the_rest_is_not(round_: Round, everybody: list[Behaviour]) -> None:
    terms = round_.terms
    for one in everybody:
        if one.requisition_at is None:
            assert one.requisition == "never"
        elif one.requisition == "late":
            assert one.requisition_at >= end_of(terms.requisition_last_day)
        else:
            opens, ends = start_of(terms.requisition_opens), end_of(terms.requisition_last_day)
            assert opens <= one.requisition_at < ends
        if one.report in (None, "never"):
            assert one.report_at is None
        elif one.report == "late":
            assert one.report_at is not None
            assert one.report_at >= end_of(terms.report_last_day)
            missing = swedish_date(missing_report_due(terms))
            decided = end_of(decision_day(missing, terms))
            assert (one.report_at >= decided) == (one.episode == "after_decision")
        elif one.episode == "extended":
            assert one.report_at is not None
            last = terms.report_last_day
            assert end_of(last) <= one.report_at < end_of(last + REPORTED_WITHIN) < end_of(last + EXTENDED_BY)
        else:
            assert one.report_at is not None
            assert start_of(terms.report_opens) < one.report_at < end_of(terms.report_last_day)
        if one.corrected_at is not None:
            assert one.report_at is not None
            opened_on = reopening_day(swedish_date(one.report_at))
            # no recovery of what was reported first is decided by then
            assert opened_on < decision_day(swedish_date(one.report_at), terms)
            assert one.corrected_at > end_of(opened_on)
        assert 0 <= one.hearing_after_days < terms.hearing_days
        assert bool(one.hearing_answer) == (one.hearing_after_days > 0) == (one.stance is not None)
        assert (one.payment_after_days > 0) == (one.payment not in (None, "never"))


def test_only_whoever_used_it_wrongly_or_reported_late_answers_a_hearing(everybody: list[Behaviour]) -> None:
    assert {(one.report, one.stance) for one in everybody if one.stance} == {
        ("misuse", "agrees"),
        ("misuse", "objects"),
        ("late", "objects"),
    }


def test_a_corrected_report_names_another_amount(everybody: list[Behaviour]) -> None:
    for one in everybody:
        assert bool(one.first_answers) == (one.corrected_at is not None) == (one.episode == "reopened")
        if one.first_answers:
            assert 0 < int(dict(one.first_answers)["amount_used"]) < int(dict(one.answers)["amount_used"])


def test_somebody_is_late_by_a_moment_only(round_: Round, everybody: list[Behaviour]) -> None:
    assert end_of(round_.terms.requisition_last_day) in {one.requisition_at for one in everybody}


def test_the_report_form_is_filled_in_as_the_round_asks(round_: Round, everybody: list[Behaviour]) -> None:
    for one in everybody:
        if not one.answers:
            assert one.report_at is None
            continue
        given = dict(one.answers)
        assert list(given) == [question.id for question in round_.questions]
        assert kronor(int(given["amount_used"])) == one.used
        assert kronor(int(given["amount_not_as_intended"])) == one.misused
        for question in round_.questions:
            assert given[question.id]
            assert question.kind != "text" or len(given[question.id]) <= question.limit
        text = " ".join(given.values())
        assert ("<script>" in text) == (one.hand == "markup")
        assert ("👍🏽" in text) == (one.hand == "emoji")
        assert any(letter in text for letter in "åäö")
    lengths = [len(text) for one in everybody if one.hand == "at_length" for _, text in one.answers]
    assert max(lengths) > 3_000


def test_texts_differ(round_: Round) -> None:
    answers = [dict(one.answers) for one in plan(round_, 1).behaviours.values() if one.answers]
    assert len({answer["results"] for answer in answers}) > 0.7 * len(answers)


def test_an_invoice_is_paid_as_planned(everybody: list[Behaviour]) -> None:
    invoiced = kronor(10_000)
    for one in everybody:
        paid = one.payment_of(invoiced)
        expected = {"in_part": paid < invoiced, "too_much": paid > invoiced, "never": paid == 0, None: paid == 0}
        expected["all_but_little"] = invoiced - kronor(100) < paid < invoiced
        assert expected.get(one.payment, paid == invoiced)
        assert one.payment in (None, "never") or one.payment_of(kronor(1)) >= kronor(1)


def test_every_spare_account_is_in_the_form_and_nobody_elses(everybody: list[Behaviour]) -> None:
    spares = {one.municipality: one.spare_account for one in everybody if one.spare_account}
    assert len({account.number for account in spares.values()}) == len(spares)
    for account in spares.values():
        assert parse_account(account.kind, account.number) == account


@pytest.mark.parametrize("count", [1, 2, 5, 20])
def test_small_registers_work(round_: Round, count: int) -> None:
    for seed in range(20):
        behaviours = plan(round_, seed, CODES[:count]).behaviours
        assert list(behaviours) == CODES[:count]


def test_twice_the_municipalities_work(round_: Round) -> None:
    codes = [f"{number:04d}" for number in range(101, 681)]
    counts = describe(plan(round_, 1, codes))
    assert sum(count for label, count in counts.items() if label.startswith("requisition.")) == 580
    assert all(counts.values())


def test_one_with_little_or_nothing_to_ask_for(round_: Round) -> None:
    for seed in range(50):
        for amount in (0, 1, 2):
            code = MunicipalityCode("0114")
            shares = {code: kronor(amount)} if amount else {}
            one = plan_year(round_, recipients(["0114"]), shares, seed).behaviours[code]
            assert one.requisition_amount <= one.allocation == kronor(amount)
            assert one.used <= one.requisition_amount
            assert amount or one.requisition == "never"


def test_a_round_of_one_day_works(round_: Round) -> None:
    terms = msgspec.structs.replace(
        round_.terms,
        requisition_opens=date(2025, 6, 1),
        requisition_last_day=date(2025, 6, 1),
        report_opens=date(2026, 3, 1),
        report_last_day=date(2026, 3, 1),
        hearing_days=1,
        invoice_days=0,
    )
    for one in plan(msgspec.structs.replace(round_, terms=terms), 1).behaviours.values():
        if one.requisition_at and one.requisition != "late":
            assert swedish_date(one.requisition_at) == date(2025, 6, 1)
        if one.report_at and one.report != "late" and one.episode != "extended":
            assert swedish_date(one.report_at) == date(2026, 3, 1)
