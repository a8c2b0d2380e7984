"""Actions on payouts that did not go as they should."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import Payout
from statsbidrag.domain.money import format_kronor
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer, possible

_PAYOUT = f"{CASE_ROUTE}/payouts/{{payout}}"
OUTCOMES = (("carried_out", "Betalningen är genomförd"), ("not_carried_out", "Betalningen är inte genomförd"))


def _offer(payout: Payout, *facts: tuple[str, str], values: dict[str, str] | None = None, barred: str = "") -> Offer:
    shown = (("Belopp", format_kronor(payout.amount)), ("Konto", f"{payout.account.kind} {payout.account}"))
    who = (barred,) if barred else ()
    return Offer(payout.id, f"utbetalning {payout.id}", (*shown, *facts), values or {}, who)


def _voidable(case: Case, now: datetime) -> Iterator[Offer]:
    for payout in case.payouts:
        if possible(case, c.VoidPayout(payout.id, "Skäl.", "", is_final=True), now):
            yield _offer(payout)


def _reissuable(case: Case, now: datetime) -> Iterator[Offer]:
    for payout in case.payouts:
        if possible(case, c.ReissuePayout(payout.id, ""), now):
            yield _offer(payout)


def _unknown(case: Case, _: datetime) -> Iterator[Offer]:
    yield from (_offer(payout) for payout in case.payouts if payout.status == "unknown")


def _told(case: Case, _: datetime) -> Iterator[Offer]:
    for payout in case.payouts:
        told = payout.resolution
        if payout.status == "unknown" and told:
            facts = (("Besked", dict(OUTCOMES)[told.outcome]), ("Skäl", told.reason), ("Lämnat av", told.proposed_by))
            yield _offer(payout, *facts, values={"outcome": told.outcome}, barred=told.proposed_by)


ACTIONS = (
    Action(
        "makulera-utbetalning",
        "Makulera utbetalningen",
        "Utbetalningen görs inte. Den kan betalas på nytt till det konto som gäller, om du inte säger att den är slut.",
        "Utbetalningen är makulerad.",
        f"{_PAYOUT}/void",
        "case",
        _voidable,
        (REASON, Field("final", "För gott", "tick", "Inget ska betalas i stället", required=False)),
    ),
    Action(
        "betala-pa-nytt",
        "Betala på nytt",
        "En ny utbetalning görs i stället, till det konto som gäller nu. Den kommer med i nästa betalning.",
        "En ny utbetalning är beordrad.",
        f"{_PAYOUT}/reissue",
        "case",
        _reissuable,
    ),
    Action(
        "lamna-bankens-besked",
        "Lämna bankens besked",
        "Du säger vad banken har svarat. Inget händer förrän en annan person har bekräftat det.",
        "Beskedet väntar på att en annan person bekräftar det.",
        f"{_PAYOUT}/resolution",
        "case",
        _unknown,
        (
            Field("outcome", "Vad säger banken?", "choice", choices=OUTCOMES),
            Field("reason", "Hur vet du det?", help="Skriv när och hur banken svarade."),
        ),
    ),
    Action(
        "bekrafta-bankens-besked",
        "Bekräfta bankens besked",
        "Är betalningen inte genomförd skickas den igen med samma id. Är den genomförd väntar vi på bokningen.",
        "Beskedet är bekräftat.",
        f"{_PAYOUT}/resolution/confirmation",
        "case",
        _told,
        (Field("outcome", "Besked", "seen"),),
    ),
)
