"""Reads a round file: one grant round as TOML, amounts in whole kronor, dates as dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import msgspec

from statsbidrag.documents.round_interest import interest_faults, take_interest
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import parse_account, parse_any_account, parse_organisation_number, parse_round
from statsbidrag.domain.money import kronor
from statsbidrag.domain.terms import PAID, Condition, QuestionKind, Round, Sum, Terms

# Recovery is computed from these two answers.
_MONEY_QUESTIONS = ("amount_used", "amount_not_as_intended")
_FAULTS = (
    (r"Object missing required field `(?P<key>\w+)`", "nyckeln saknas. Lägg till den."),
    (r"Object contains unknown field `(?P<key>\w+)`", "nyckeln är okänd. Ta bort den eller rätta stavningen."),
    (r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`", "ska vara {wanted}, men är {got}."),
)


def read_round(data: bytes) -> Round:
    """Read a round file strictly.

    Parameters
    ----------
    data
        TOML in UTF-8. ``total_kronor``, ``terms.smallest_claim_kronor``, ``terms.smallest_refund_kronor`` and
        ``payments.two_attest_above_kronor`` are whole kronor, ``agency.account`` is written as
        ``bankgiro 5050-1055``. A table ``interest`` has the ground and the rates (`take_interest`), percent as text;
        all else has the names of `Round`.

    Returns
    -------
    Round
        With amounts in öre.

    Raises
    ------
    Refusal
        ``round_file_unreadable`` when it is no TOML; ``round_file_invalid`` for an unknown or missing key, a value of
        the wrong kind, or values that contradict each other. ``field`` is the place, such as ``terms.use_to``.
    """
    raw = _decode(data)
    _in_ore(raw, "", "total")
    terms = _section(raw, "terms")
    _in_ore(terms, "terms.", "smallest_claim")
    if terms.keys() & {"smallest_refund", "smallest_refund_kronor"}:
        _in_ore(terms, "terms.", "smallest_refund")
    if "payments" in raw:
        _in_ore(_section(raw, "payments"), "payments.", "two_attest_above")
    _identify_agency(_section(raw, "agency"))
    if fault := take_interest(raw):
        raise _invalid(fault[0], f"{fault[0]}: {fault[1]}")
    try:
        round_ = msgspec.convert(raw, Round, builtin_types=(date, datetime))
    except msgspec.ValidationError as error:
        raise _structure_refusal(str(error)) from None
    interest = (_Rule(place, False, text) for place, text in interest_faults(round_.terms, round_.reference_rates))
    rules = (*_round_rules(round_), *_date_rules(round_), *_form_rules(round_), *interest)
    contradictions = [c for c in rules if not c.holds]
    if contradictions:
        text = " ".join(f"{c.place}: {c.text}" for c in contradictions)
        raise _invalid(contradictions[0].place, text)
    return round_


def _decode(data: bytes) -> dict[str, Any]:
    try:
        return msgspec.toml.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = f"Bidragsomgångens fil är ingen läsbar TOML i UTF-8: {error}."
        raise Refusal("round_file_unreadable", text) from None


def _invalid(place: str, text: str) -> Refusal:
    return Refusal("round_file_invalid", f"Bidragsomgångens fil. {text}", field=place)


def _section(raw: dict[str, Any], name: str) -> dict[str, Any]:
    section = raw.get(name)
    if not isinstance(section, dict):
        raise _invalid(name, f"{name}: avsnittet [{name}] saknas. Lägg till det.")
    return section


def _in_ore(table: dict[str, Any], path: str, name: str) -> None:
    """Put an amount in öre where the file has whole kronor under ``<name>_kronor``."""
    place = f"{path}{name}_kronor"
    if name in table:
        raise _invalid(f"{path}{name}", f"{path}{name}: nyckeln är okänd. Skriv {place} i hela kronor.")
    amount = table.pop(f"{name}_kronor", None)
    if type(amount) is not int or amount < 0:
        raise _invalid(place, f"{place}: ska finnas och vara hela kronor, till exempel 97_000_000.")
    table[name] = kronor(amount)


def _identify_agency(agency: dict[str, Any]) -> None:
    for key, parse in (("organisation_number", parse_organisation_number), ("account", parse_any_account)):
        text = agency.get(key)
        if not isinstance(text, str):
            raise _invalid(f"agency.{key}", f"agency.{key}: ska finnas och vara text.")
        try:
            agency[key] = msgspec.to_builtins(parse(text))
        except Refusal as refusal:
            raise _invalid(f"agency.{key}", f"agency.{key}: {refusal.message}") from None
    if agency.get("iban"):
        try:
            agency["iban"] = parse_account("iban", str(agency["iban"])).number
        except Refusal as refusal:
            raise _invalid("agency.iban", f"agency.iban: {refusal.message}") from None


def _structure_refusal(error: str) -> Refusal:
    fault, _, path = error.partition(" - at `$")
    place = path.rstrip("`").lstrip(".")
    for pattern, text in _FAULTS:
        if found := re.fullmatch(pattern, fault):
            groups = found.groupdict()
            place = ".".join(part for part in (place, groups.get("key")) if part)
            return _invalid(place, f"{place}: {text.format_map(groups)}")
    return _invalid(place, f"{place}: {fault}.")


class _Rule(NamedTuple):
    place: str
    holds: bool
    text: str


def _round_rules(round_: Round) -> Iterator[_Rule]:
    yield _Rule("id", _is_year(round_.id), "ska vara bidragsåret, till exempel 2025.")
    yield _Rule("total_kronor", round_.total > 0, "ska vara större än noll.")
    for place in ("name", "target_group", "declaration", "appeal"):
        yield _Rule(place, bool(getattr(round_, place).strip()), "texten är tom.")
    for place in ("purpose", "allowed", "not_allowed", "conditions", "questions"):
        yield _Rule(place, bool(getattr(round_, place)), "listan är tom.")
    yield _Rule("report_form_version", round_.report_form_version >= 1, "ska vara minst 1.")
    agency = round_.agency
    for place in ("name", "address", "city"):
        yield _Rule(f"agency.{place}", bool(getattr(agency, place).strip()), "texten är tom.")
    yield _Rule("agency.postcode", bool(re.fullmatch(r"[0-9]{3} [0-9]{2}", agency.postcode)), "skrivs 123 45.")
    yield _Rule("agency.email", bool(re.fullmatch(r"[\w.+-]+@[\w.-]+\.\w+", agency.email)), "är ingen e-postadress.")
    yield _Rule("agency.account", agency.account.kind == "bankgiro", "ska vara ett bankgiro.")


def _is_year(text: str) -> bool:
    try:
        parse_round(text)
    except Refusal:
        return False
    return True


def _date_rules(round_: Round) -> Iterator[_Rule]:
    t = round_.terms
    yield from _order(t, "requisition_opens", "requisition_last_day")
    yield from _order(t, "requisition_last_day", "use_to")
    yield from _order(t, "use_from", "use_to")
    yield from _order(t, "report_opens", "report_last_day")
    place = "terms.use_from"
    yield _Rule(place, str(t.use_from.year) == round_.id, "ska ligga i bidragsåret.")
    yield _Rule("terms.report_opens", t.use_to < t.report_opens, "ska ligga efter use_to.")
    for name in ("requisitions_allowed", "hearing_days", "invoice_days", "bank_answer_days", "records_days"):
        yield _Rule(f"terms.{name}", getattr(t, name) >= 1, "ska vara minst 1.")
    needed = max((0, *t.reminder_days)) + t.hearing_days
    place = "terms.link_grace_days"
    yield _Rule(place, t.link_grace_days >= needed, f"ska vara minst {needed}: sista påminnelsen och yttrandetiden.")
    yield _Rule("terms.reminder_days", all(a < b for a, b in pairwise(t.reminder_days)), "ska stå i stigande ordning.")
    room = (t.report_opens - t.report_last_day).days
    yield _Rule("terms.reminder_days", all(day > room for day in t.reminder_days), "ska ligga efter report_opens.")


def _order(terms: Terms, first: str, last: str) -> Iterator[_Rule]:
    yield _Rule(f"terms.{last}", getattr(terms, first) <= getattr(terms, last), f"får inte ligga före {first}.")


def _form_rules(round_: Round) -> Iterator[_Rule]:
    ids = [question.id for question in round_.questions]
    yield _Rule("questions", len(set(ids)) == len(ids), "två frågor har samma id.")
    required: dict[str, QuestionKind] = {q.id: q.kind for q in round_.questions if q.required and not q.asked_if}
    amount: Literal["amount"] = "amount"
    for name in _MONEY_QUESTIONS:
        yield _Rule("questions", required.get(name) == amount, f"{name} ska finnas, vara ett belopp och krävas.")
    for question in round_.questions:
        place = f"questions.{question.id}"
        yield _Rule(place, bool(re.fullmatch(r"[a-z][a-z0-9_]*", question.id)), "id skrivs med a–z och _.")
        yield _Rule(place, bool(question.label.strip()), "label är tom.")
        yield _Rule(place, question.limit >= 1, "limit ska vara minst 1.")
        yield _Rule(place, bool(question.choices) == (question.kind == "choice"), "choices hör till kind = choice.")
        if question.asked_if is not None:
            yield from _condition_rules(place, question.asked_if, round_)
    for number, check in enumerate(round_.sums):
        yield from _sum_rules(f"sums[{number}]", check, round_)


def _condition_rules(place: str, condition: Condition, round_: Round) -> Iterator[_Rule]:
    other = next((q for q in round_.questions if q.id == condition.question), None)
    yield _Rule(place, other is not None, "asked_if ska nämna en annan fråga.")
    if other is None:
        return
    yield _Rule(place, other.asked_if is None, "asked_if ska nämna en fråga som alltid ställs.")
    is_number = other.kind in ("amount", "whole_number")
    by_kind = (condition.above is not None) == is_number and (condition.equals is not None) != is_number
    yield _Rule(place, by_kind, "asked_if har above för belopp och tal, annars equals.")


def _sum_rules(place: str, check: Sum, round_: Round) -> Iterator[_Rule]:
    amounts = {question.id for question in round_.questions if question.kind == "amount"}
    yield _Rule(place, bool(check.parts) and set(check.parts) <= amounts, "parts ska vara frågor efter belopp.")
    yield _Rule(place, check.whole in {PAID, *amounts}, "whole ska vara paid eller en fråga efter belopp.")
    named = re.sub(r"\{(whole|sum)\}", "", check.text)
    yield _Rule(place, bool(named.strip()) and not {"{", "}"} & set(named), "text ska finnas, med {whole} och {sum}.")
