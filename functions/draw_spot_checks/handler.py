"""Draw spot checks of a round by lot from a seed, and show how each draw came about."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.identifiers import parse_round
from statsbidrag.domain.risk_rules import EXPLANATIONS
from statsbidrag.domain.spot_checks import Draw, in_order
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.usecases import spot_checks

DRAWS = "/rounds/<round_id>/spot-checks"
DRAW = f"{DRAWS}/<number>"
METHOD = (
    "Varje kommun har lika många lotter som poäng. Lottens nummer är SHA-256 av omgång|startvärde|kommunkod|lott. "
    "Kommunerna dras i ordning efter sin lägsta lott."
)


class NewDraw(BaseModel, extra="forbid", frozen=True):
    """How many to draw, the seed of the draw, and why."""

    count: int
    seed: str
    reason: str


app = api.create_app()


@app.get(DRAWS)
def show_all(round_id: str) -> Response[str]:
    """Give the draws of a round."""
    made = spot_checks.list_draws(wiring.books(), parse_round(round_id))
    return api.document(
        {
            "draws": [
                {
                    "number": draw.number,
                    "seed": draw.seed,
                    "reason": draw.reason,
                    "drawn_by": draw.drawn_by,
                    "drawn_at": draw.drawn_at,
                    "drawn": [lot.municipality for lot in draw.drawn],
                }
                for draw in made
            ]
        }
    )


@app.post(DRAWS)
def draw(round_id: str) -> Response[str]:
    """Draw, and give the draw; the drawn municipalities are asked for their accounting records."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, NewDraw)
    asked = (parse_round(round_id), body.count, body.seed, body.reason, officer)
    return api.document(_view(spot_checks.draw(wiring.books(), *asked, api.context(event))), 201)


@app.get(DRAW)
def show(round_id: str, number: str) -> Response[str]:
    """Give a draw with every case's points and place, drawn or not."""
    return api.document(_view(spot_checks.show_draw(wiring.books(), parse_round(round_id), api.number(number))))


def _view(made: Draw) -> dict[str, Any]:
    return {
        "number": made.number,
        "seed": made.seed,
        "count": made.count,
        "reason": made.reason,
        "drawn_by": made.drawn_by,
        "drawn_at": made.drawn_at,
        "requested_at": made.requested_at,
        "method": METHOD,
        "rules": [{"rule": r, "points": p, "explanation": EXPLANATIONS[r]} for r, p in made.points.items()],
        "drawn": made.drawn,
        "order": in_order(made.round, made.seed, made.points, made.cases),
        "cases": [
            {
                "municipality": case.municipality,
                "paid_ore": case.paid,
                "used_ore": case.used,
                "misused_ore": case.misused,
                "late": case.late,
                "people_reached": case.people_reached,
                "recovered_before_ore": case.recovered_before,
            }
            for case in made.cases
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
