"""Reads what a round file says of interest: its legal ground, and the dated table of reference rates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from statsbidrag.domain.interest import InterestTerms, Rate, RateTable
from statsbidrag.domain.money import kronor
from statsbidrag.domain.terms import Terms

_KEYS = ("legal_text", "points_above", "free_months", "rounding", "smallest_kronor", "last_day", "rates")
_PERCENT = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,2})(?:[.,](?P<rest>[0-9]{1,2}))?", re.ASCII)
Fault = tuple[str, str]
"""A place in the file, and what is wrong there in Swedish."""


def take_interest(raw: dict[str, Any]) -> Fault | None:
    """Move the table ``[interest]`` of a round file to where `Round` has it, percent as whole basis points.

    Returns
    -------
    Fault or None
        The first thing that has another shape than it must; what contradicts itself is told by `interest_faults`.
    """
    if "interest_basis" in raw:
        return "interest_basis", "nyckeln används inte. Skriv grunden i avsnittet [interest], med räntesatserna."
    if "reference_rates" in raw or (isinstance(raw.get("terms"), dict) and "interest" in raw["terms"]):
        return "interest", "räntan skrivs i avsnittet [interest]."
    if "interest" not in raw:
        return None
    table = raw.pop("interest")
    if not isinstance(table, dict):
        return "interest", "ska vara ett avsnitt: [interest]."
    for fault in _wrong_shape(table):
        return f"interest.{fault[0]}", fault[1]
    raw["terms"]["interest"] = {
        "legal_text": table["legal_text"].strip(),
        "points_above": _points(table["points_above"]),
        "free_months": table["free_months"],
        "rounding": table["rounding"],
        "smallest_claim": kronor(table["smallest_kronor"]),
    }
    rates = [{"since": rate["from"], "basis_points": _points(rate["percent"])} for rate in table["rates"]]
    raw["reference_rates"] = {"rates": rates, "last_day": table["last_day"]}
    return None


def _wrong_shape(table: dict[str, Any]) -> Iterator[Fault]:
    for key in table:
        if key not in _KEYS:
            yield key, "nyckeln är okänd. Ta bort den eller rätta stavningen."
    for key in _KEYS:
        if key not in table:
            yield key, "nyckeln saknas. Ränta kräver både rättslig grund och räntesatser."
    if not (isinstance(table["legal_text"], str) and table["legal_text"].strip()):
        yield "legal_text", "den rättsliga grunden saknas. Utan den får ingen ränta krävas; ta annars bort [interest]."
    if _points(table["points_above"]) is None:
        yield "points_above", 'ska vara procentenheter som text med högst två decimaler, till exempel "2,00".'
    if type(table["free_months"]) is not int or not 1 <= table["free_months"] <= 12:
        yield "free_months", "ska vara hela månader efter beslutet, 1 till 12."
    if table["rounding"] != "down":
        yield "rounding", 'ska vara "down": varje rad avrundas nedåt till hela ören.'
    if type(table["smallest_kronor"]) is not int or table["smallest_kronor"] < 0:
        yield "smallest_kronor", "ska vara hela kronor, till exempel 100."
    if not _is_day(table["last_day"]):
        yield "last_day", "ska vara den sista dag som räntesatserna är kända för, till exempel 2026-12-31."
    yield from _wrong_rates(table["rates"])


def _wrong_rates(rates: object) -> Iterator[Fault]:
    if not isinstance(rates, list) or not rates:
        yield "rates", "tabellen är tom. Skriv minst en räntesats med dag och procent."
        return
    for number, rate in enumerate(rates):
        if not (isinstance(rate, dict) and rate.keys() == {"from", "percent"} and _is_day(rate["from"])):
            yield f"rates[{number}]", "ska ha from (en dag) och percent, och inget annat."
        elif _points(rate["percent"]) is None:
            yield f"rates[{number}].percent", 'ska vara text med högst två decimaler, till exempel "2,62".'


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _points(text: object) -> int | None:
    """Read percent as basis points. Text and not a number: TOML numbers with decimals are binary."""
    found = _PERCENT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    points = int(found["whole"]) * 100 + int((found["rest"] or "0").ljust(2, "0"))
    return -points if found["sign"] else points


def interest_faults(terms: Terms, table: RateTable | None) -> Iterator[Fault]:
    """Name every contradiction in what a round says of interest."""
    if terms.interest is None or table is None:
        return
    yield from _terms_faults(terms.interest)
    rates = [rate.since for rate in table.rates]
    for number, (before, after) in enumerate(pairwise(rates), start=1):
        if before == after:
            yield f"interest.rates[{number}]", f"två räntesatser gäller från {after}. Ta bort den ena."
        elif before > after:
            yield f"interest.rates[{number}]", "räntesatserna ska stå i ordning, den äldsta först."
    if min(rates) > terms.report_opens:
        yield (
            "interest.rates[0]",
            f"lucka: den första räntesatsen ska gälla senast från {terms.report_opens}, report_opens.",
        )
    if max(rates) > table.last_day:
        yield "interest.last_day", "får inte ligga före den sista räntesatsens första dag."
    yield from _odd_rates(table.rates)


def _terms_faults(terms: InterestTerms) -> Iterator[Fault]:
    if terms.points_above < 0:
        yield "interest.points_above", "får inte vara mindre än noll."


def _odd_rates(rates: tuple[Rate, ...]) -> Iterator[Fault]:
    for number, rate in enumerate(rates):
        if not -500 <= rate.basis_points <= 3000:
            yield f"interest.rates[{number}].percent", "är orimlig. En referensränta ligger mellan −5 och 30 procent."
