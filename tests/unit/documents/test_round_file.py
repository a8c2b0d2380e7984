from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import kronor
from statsbidrag.domain.terms import Payments, Round
from statsbidrag.domain.time import format_date

ROUNDS = Path(__file__).parents[3] / "rounds"
TEXT = (ROUNDS / "2025.toml").read_text(encoding="utf-8")


def _round(year: str) -> Round:
    return read_round((ROUNDS / f"{year}.toml").read_bytes())


def _refusal(text: str | bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_round(text.encode() if isinstance(text, str) else text)
    return caught.value


def _changed(old: str, new: str) -> Refusal:
    assert TEXT.count(old) >= 1
    return _refusal(TEXT.replace(old, new, 1))


def test_the_2024_round_says_what_the_call_page_says() -> None:
    round_ = _round("2024")
    assert round_.id == "2024"
    assert round_.total == kronor(95_000_000)
    assert round_.terms.requisition_opens == date(2024, 3, 26)
    assert round_.terms.requisition_last_day == date(2024, 6, 3)
    assert round_.terms.use_to == date(2024, 12, 31)
    assert date(2025, 3, 1) <= round_.terms.report_opens < round_.terms.report_last_day < date(2025, 6, 1)


def test_the_2025_round_says_what_the_guidance_says() -> None:
    round_ = _round("2025")
    assert round_.id == "2025"
    assert round_.total == kronor(97_000_000)
    assert round_.terms.requisition_last_day == date(2025, 6, 2)
    assert (round_.terms.use_from, round_.terms.use_to) == (date(2025, 1, 1), date(2025, 12, 31))
    assert (round_.terms.report_opens, round_.terms.report_last_day) == (date(2026, 1, 15), date(2026, 2, 28))


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_the_terms_in_words_have_the_dates_of_the_terms(year: str) -> None:
    round_ = _round(year)
    words = " ".join(round_.conditions)
    assert format_date(round_.terms.requisition_last_day) in words
    assert format_date(round_.terms.use_to) in words
    assert "65 år" in round_.target_group
    assert year in round_.name


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_the_report_asks_for_what_recovery_is_computed_from(year: str) -> None:
    questions = {question.id: question.kind for question in _round(year).questions}
    assert questions == {
        "amount_used": "amount",
        "amount_not_as_intended": "amount",
        "misuse_explanation": "text",
        "organisation": "text",
        "results": "text",
        "people_reached": "whole_number",
        "evaluation": "text",
        "target_group": "declaration",
    }


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_the_agency_can_be_paid_and_written_to(year: str) -> None:
    agency = _round(year).agency
    assert agency.organisation_number == "2021000555"
    assert str(agency.account) == "5050-1055"
    assert agency.email.endswith(".example")


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_no_interest_is_claimed_without_a_legal_ground(year: str) -> None:
    assert _round(year).interest_basis is None
    assert "förvaltningslagen" in _round(year).appeal


def test_a_small_surplus_is_refunded_unless_the_round_says_otherwise() -> None:
    assert _round("2025").terms.smallest_refund == 0
    text = TEXT.replace("smallest_claim_kronor = 100", "smallest_claim_kronor = 100\nsmallest_refund_kronor = 50")
    assert read_round(text.encode()).terms.smallest_refund == 5000


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("declaration = ", "declarations = ", "declarations"),
        ("hearing_days = 21", "hearing_days = 21\ngrace_days = 3", "terms.grace_days"),
        ("hearing_days = 21\n", "", "terms.hearing_days"),
        ('target_group = "', 'targetgroup = "', "targetgroup"),
        ("total_kronor = 97_000_000\n", "", "total_kronor"),
        ("total_kronor = 97_000_000", "total = 9_700_000_000", "total"),
        ("total_kronor = 97_000_000", "total_kronor = 97_000_000.0", "total_kronor"),
        ("total_kronor = 97_000_000", 'total_kronor = "97 000 000"', "total_kronor"),
        ("total_kronor = 97_000_000", "total_kronor = true", "total_kronor"),
        ("total_kronor = 97_000_000", "total_kronor = -1", "total_kronor"),
        ("smallest_claim_kronor = 100", "smallest_claim = 100", "terms.smallest_claim"),
        ("smallest_claim_kronor = 100", "smallest_claim_kronor = 100\nsmallest_refund = 50", "terms.smallest_refund"),
        (
            "smallest_claim_kronor = 100",
            "smallest_claim_kronor = 100\nsmallest_refund_kronor = -1",
            "terms.smallest_refund_kronor",
        ),
        ("use_to = 2025-12-31", 'use_to = "2025-12-31"', "terms.use_to"),
        ("use_to = 2025-12-31", "use_to = 2025-12-31T00:00:00Z", "terms.use_to"),
        ("hearing_days = 21", 'hearing_days = "21"', "terms.hearing_days"),
        ("reminder_days = [-14, -3, 7]", "reminder_days = [-14, 1.5]", "terms.reminder_days[1]"),
        ('kind = "whole_number"', 'kind = "number"', "questions[5].kind"),
        ("[agency]\n", "[agencies]\n", "agency"),
        ('organisation_number = "202100-0555"', 'organisation_number = "202100-0554"', "agency.organisation_number"),
        ('account = "bankgiro 5050-1055"', 'account = "bankgiro 5050-1054"', "agency.account"),
        ('account = "bankgiro 5050-1055"', "account = 50501055", "agency.account"),
        ('iban = "SE72 9900', 'iban = "SE73 9900', "agency.iban"),
        ("two_attest_above_kronor = 1_000_000", "two_attest_above = 1_000_000", "payments.two_attest_above"),
        ("two_attest_above_kronor = 1_000_000", "two_attest_above_kronor = -1", "payments.two_attest_above_kronor"),
        ('pain_version = "09"', 'pain_version = "10"', "payments.pain_version"),
    ],
)
def test_a_file_of_another_shape_is_refused_at_its_place(old: str, new: str, place: str) -> None:
    refusal = _changed(old, new)
    assert refusal.code == "round_file_invalid"
    assert refusal.field == place
    assert f"{place}: " in refusal.message


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('id = "2025"', 'id = "25"', "id"),
        ('id = "2025"', 'id = "2024"', "terms.use_from"),
        ("total_kronor = 97_000_000", "total_kronor = 0", "total_kronor"),
        ("requisition_opens = 2025-03-03", "requisition_opens = 2025-06-03", "terms.requisition_last_day"),
        ("requisition_last_day = 2025-06-02", "requisition_last_day = 2026-01-01", "terms.use_to"),
        ("use_from = 2025-01-01", "use_from = 2024-12-31", "terms.use_from"),
        ("report_opens = 2026-01-15", "report_opens = 2025-12-31", "terms.report_opens"),
        ("report_last_day = 2026-02-28", "report_last_day = 2026-01-14", "terms.report_last_day"),
        ("reminder_days = [-14, -3, 7]", "reminder_days = [-3, -14]", "terms.reminder_days"),
        ("reminder_days = [-14, -3, 7]", "reminder_days = [-3, -3]", "terms.reminder_days"),
        ("reminder_days = [-14, -3, 7]", "reminder_days = [-44]", "terms.reminder_days"),
        ("requisitions_allowed = 1", "requisitions_allowed = 0", "terms.requisitions_allowed"),
        ("hearing_days = 21", "hearing_days = 0", "terms.hearing_days"),
        ("invoice_days = 30", "invoice_days = -1", "terms.invoice_days"),
        ("bank_answer_days = 7", "bank_answer_days = 0", "terms.bank_answer_days"),
        ("link_grace_days = 180", "link_grace_days = 27", "terms.link_grace_days"),
        ("records_days = 30", "records_days = 0", "terms.records_days"),
        ("report_form_version = 2", "report_form_version = 0", "report_form_version"),
        ('city = "Stockholm"', 'city = " "', "agency.city"),
        ('postcode = "100 00"', 'postcode = "10000"', "agency.postcode"),
        ('email = "statsbidrag@', 'email = "statsbidrag', "agency.email"),
        ('account = "bankgiro 5050-1055"', 'account = "plusgiro 30918-7"', "agency.account"),
        ('id = "results"', 'id = "organisation"', "questions"),
        ('id = "results"', 'id = "Resultat"', "questions.Resultat"),
        ('id = "amount_used"', 'id = "used"', "questions"),
        ('kind = "amount"', 'kind = "text"', "questions"),
        ('kind = "amount"', 'kind = "amount"\nrequired = false', "questions"),
        ('kind = "whole_number"', 'kind = "choice"', "questions.people_reached"),
        ('kind = "whole_number"', 'kind = "text"\nchoices = [["a", "A"]]', "questions.people_reached"),
        ("limit = 1_000_000", "limit = 0", "questions.people_reached"),
        ('question = "amount_not_as_intended"', 'question = "other"', "questions.misuse_explanation"),
        ('question = "amount_not_as_intended"', 'question = "misuse_explanation"', "questions.misuse_explanation"),
        ('question = "amount_not_as_intended"', 'question = "organisation"', "questions.misuse_explanation"),
        ("above = 0 }", 'equals = "0" }', "questions.misuse_explanation"),
        ('parts = ["amount_used"]', "parts = []", "sums[0]"),
        ('parts = ["amount_used"]', 'parts = ["organisation"]', "sums[0]"),
        ('whole = "paid"', 'whole = "people_reached"', "sums[0]"),
        ("från 0 till {whole}", "från 0 till {paid}", "sums[0]"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_at_its_place(old: str, new: str, place: str) -> None:
    refusal = _changed(old, new)
    assert refusal.code == "round_file_invalid"
    assert refusal.field == place
    assert f"{place}: " in refusal.message


def test_every_contradiction_is_told_at_once() -> None:
    text = TEXT.replace("hearing_days = 21", "hearing_days = 0").replace("invoice_days = 30", "invoice_days = 0")
    message = _refusal(text).message
    assert "terms.hearing_days" in message
    assert "terms.invoice_days" in message


@pytest.mark.parametrize("data", [b"id = ", b'id = "\xff"', b"id = 2025-02-30", b'id = "a"\nid = "b"', b"PK\x03\x04"])
def test_what_is_no_toml_is_refused(data: bytes) -> None:
    refusal = _refusal(data)
    assert refusal.code == "round_file_unreadable"
    assert "TOML" in refusal.message


def test_an_empty_file_is_refused() -> None:
    assert _refusal(b"").code == "round_file_invalid"


def test_how_payouts_are_made_is_the_rounds_own() -> None:
    round_ = _round("2025")
    assert round_.payments.two_attest_above == kronor(1_000_000)
    assert round_.payments.pain_version == "09"
    assert round_.agency.iban == "SE7299000000000050501055"
    assert round_.terms.bank_answer_days == 7


@pytest.mark.parametrize("year", ["2024", "2025"])
def test_a_link_outlives_the_whole_recovery_of_a_missing_report(year: str) -> None:
    terms = _round(year).terms
    assert terms.link_grace_days >= max(terms.reminder_days) + terms.hearing_days + terms.invoice_days
    just_enough = (ROUNDS / f"{year}.toml").read_text("utf-8").replace("link_grace_days = 180", "link_grace_days = 28")
    assert read_round(just_enough.encode()).terms.link_grace_days == 28


def test_a_file_that_says_nothing_of_accounting_records_gives_thirty_days_for_them() -> None:
    text = (ROUNDS / "2025.toml").read_text("utf-8").replace("records_days = 30\n", "")
    assert read_round(text.encode()).terms.records_days == 30


def test_a_file_that_says_nothing_of_payouts_has_two_persons_attest_everything() -> None:
    text = (ROUNDS / "2025.toml").read_text("utf-8")
    without = re.sub(r"\[payments\].*?(?=\[terms\])", "", text, flags=re.DOTALL)
    without = re.sub(r"(iban|bank_answer_days) = .*\n", "", without)
    round_ = read_round(without.encode())
    assert round_.payments == Payments()
    assert round_.payments.two_attest_above == 0
    assert round_.agency.iban == ""
