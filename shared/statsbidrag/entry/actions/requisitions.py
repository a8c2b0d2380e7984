"""Actions on requisitions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.money import format_kronor
from statsbidrag.domain.time import format_date, format_instant
from statsbidrag.entry.actions.model import CASE_ROUTE, Action, Field, Offer

_OUTCOMES = (("accepted", "Ta upp den: den prövas som om den kom i tid"), ("dismissed", "Avvisa den: den kom för sent"))


def _late(case: Case, _: datetime) -> Iterator[Offer]:
    _recipient, terms = opened(case)
    for requisition in case.requisitions:
        if requisition.status == "with_officer":
            yield Offer(
                about=str(requisition.id),
                what=f"rekvisition {requisition.id}",
                facts=(
                    ("Rekvirerat", format_kronor(requisition.amount)),
                    ("Kom in", format_instant(requisition.received_at)),
                    ("Sista dag", format_date(terms.requisition_last_day)),
                ),
            )


ACTIONS = (
    Action(
        "avgor-sen-rekvisition",
        "Avgör den sena rekvisitionen",
        "Tar du upp den prövas belopp och konto som vanligt, och det som godkänns betalas ut. Avvisar du den får "
        "kommunen ett e-brev med beslutet, skälet och besked om överklagande.",
        "Rekvisitionen är avgjord.",
        f"{CASE_ROUTE}/requisitions/{{number}}/late-decision",
        "case",
        _late,
        (
            Field("outcome", "Beslut", "choice", choices=_OUTCOMES),
            Field(
                "reason",
                "Skäl",
                help="Till exempel att vår tjänst låg nere den sista dagen. Avvisar du den läser kommunen skälet. "
                "Skriv inget om enskilda personer.",
            ),
        ),
    ),
)
