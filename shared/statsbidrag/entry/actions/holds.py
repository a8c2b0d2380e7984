"""Actions that stop money, and let it go on: a payout, a municipality, a round or everything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.holds import Hold, StopSwitch
from statsbidrag.domain.time import format_instant
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer, only, possible


def _on_case(case: Case, _: datetime) -> Iterator[Offer]:
    moving = ((p.id, f"Bara utbetalning {p.id}") for p in case.payouts if p.is_on_its_way)
    yield Offer(choices={"payout": (("", "Alla utbetalningar i ärendet"), *moving)})


def _live_on_case(case: Case, now: datetime) -> Iterator[Offer]:
    for hold in case.holds:
        if possible(case, c.ReleasePayouts(hold.id, "Skäl.", ""), now):
            yield _offer(hold)


def _live(switch: StopSwitch, _: datetime) -> Iterator[Offer]:
    yield from (_offer(hold) for hold in switch.holds if hold.released_at is None)


def _offer(hold: Hold) -> Offer:
    about = hold.about or "allt"
    return Offer(
        about=str(hold.id),
        what=f"stopp {hold.id}, {about}",
        facts=(
            ("Gäller", about),
            ("Skäl", hold.reason),
            ("Stoppat av", hold.placed_by),
            ("Stoppat", format_instant(hold.placed_at)),
        ),
    )


_STOPS = "Det som inte är lämnat till banken stannar, tills någon häver stoppet. Du får veta vad som redan har gått."
_ENDS = "Det som var stoppat går vidare, om inget annat stoppar det."
_STOPPED, _ENDED = "Stoppet gäller.", "Stoppet är hävt."

ACTIONS = (
    Action(
        "stoppa",
        "Stoppa utbetalningar",
        f"{_STOPS} En betalning som innehåller utbetalningen makuleras.",
        _STOPPED,
        f"{CASE_ROUTE}/holds",
        "case",
        _on_case,
        (REASON, Field("payout", "Vad stoppas?", "choice", required=False)),
    ),
    Action(
        "hav-stopp",
        "Häv stoppet",
        _ENDS,
        _ENDED,
        f"{CASE_ROUTE}/holds/{{number}}/release",
        "case",
        _live_on_case,
        (REASON,),
    ),
    Action(
        "stoppa-omgang",
        "Stoppa omgången",
        _STOPS,
        _STOPPED,
        "/rounds/{round}/holds",
        "holds",
        lambda *_: only(Offer()),
        (REASON,),
    ),
    Action(
        "hav-omgangens-stopp",
        "Häv omgångens stopp",
        _ENDS,
        _ENDED,
        "/rounds/{round}/holds/{number}/release",
        "holds",
        _live,
        (REASON,),
    ),
    Action("stoppa-allt", "Stoppa allt", _STOPS, _STOPPED, "/holds", "holds", lambda *_: only(Offer()), (REASON,)),
    Action(
        "hav-stoppet-av-allt",
        "Häv stoppet av allt",
        _ENDS,
        _ENDED,
        "/holds/{number}/release",
        "holds",
        _live,
        (REASON,),
    ),
)
