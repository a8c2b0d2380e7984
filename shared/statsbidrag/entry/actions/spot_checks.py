"""Actions on spot checks: draw, end a link to send accounting records, conclude on what came in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import SpotCheck
from statsbidrag.domain.money import NOTHING, format_kronor
from statsbidrag.domain.risk_rules import EXPLANATIONS
from statsbidrag.domain.time import format_date
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer, only, possible

_CHECK = f"{CASE_ROUTE}/spot-checks/{{number}}"
OUTCOMES = (
    ("accepted", "Allt godtas"),
    ("misused", "En del har inte använts enligt villkoren"),
    ("not_accounted_for", "Underlaget visar inte hur en del har använts"),
)


def _offer(check: SpotCheck, *facts: tuple[str, str]) -> Offer:
    shown = (
        ("Draget för", " ".join(EXPLANATIONS[rule] for rule in check.rules) or "Lika lott som alla"),
        ("Sista dag", format_date(check.last_day)),
        ("Filer som har kommit in", str(len(check.files))),
    )
    return Offer(str(check.id), f"stickprov {check.id}", (*shown, *facts))


def _to_conclude(case: Case, now: datetime) -> Iterator[Offer]:
    for check in case.spot_checks:
        if possible(case, c.ConcludeSpotCheck(check.id, "accepted", NOTHING, "Skäl.", ""), now):
            yield _offer(check, ("Godtagen användning", format_kronor(case.money.accepted_use)))


def _with_link(case: Case, now: datetime) -> Iterator[Offer]:
    for check in case.spot_checks:
        if possible(case, c.RevokeRecordsLink(check.id, "Skäl.", ""), now):
            yield _offer(check)


ACTIONS = (
    Action(
        "avsluta-stickprov",
        "Avsluta stickprovet",
        "Säg om underlaget godtas. Det som inte godtas föreslås till återkrav, och kommunen får yttra sig.",
        "Stickprovet är avslutat.",
        f"{_CHECK}/conclusion",
        "case",
        _to_conclude,
        (
            Field("outcome", "Bedömning", "choice", choices=OUTCOMES),
            Field("not_accepted_ore", "Belopp som inte godtas", "kronor", "Skriv 0 om allt godtas."),
            REASON,
        ),
    ),
    Action(
        "byt-lank-till-underlag",
        "Byt länken till underlaget",
        "Länken som kommunen har slutar gälla genast. Registraturen får en ny nästa morgon.",
        "Länken är avslutad, och en ny skickas.",
        f"{_CHECK}/link",
        "case",
        _with_link,
        (REASON,),
    ),
    Action(
        "dra-stickprov",
        "Dra stickprov",
        "Kommuner lottas bland dem som har rapporterat, och får en begäran om underlag. Dragningen går att göra om.",
        "Stickproven är dragna, och kommunerna får sin begäran.",
        "/rounds/{round}/spot-checks",
        "round",
        lambda *_: only(Offer()),
        (
            Field("count", "Antal kommuner", "number", "Skriv ett heltal."),
            Field(
                "seed", "Startvärde", "line", "Välj det innan du ser vilka som dras, till exempel dagens nyhetsrubrik."
            ),
            REASON,
        ),
    ),
)
