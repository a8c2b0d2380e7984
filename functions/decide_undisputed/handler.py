"""Prepare and decide many undisputed recoveries at once: one officer prepares, another one decides."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.money import Ore
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.usecases.bulk_decisions import Chosen, Outcome, decide_all, list_undisputed, prepare_all

RECOVERIES = "/rounds/<round_id>/recoveries"


class ChosenRecovery(BaseModel, extra="forbid", frozen=True):
    """A recovery by its municipality and number, and what is to be paid back as the list shows it, öre."""

    municipality: str
    recovery: int
    to_pay_ore: int


class Decisions(BaseModel, extra="forbid", frozen=True):
    """Recoveries that one officer prepared and another decides, and their sum in öre."""

    recoveries: list[ChosenRecovery]
    total_ore: int

    def chosen(self) -> list[Chosen]:
        """Give them as the use case takes them; `NotFound` for what is no municipality."""
        return [Chosen(parse_municipality(r.municipality), r.recovery, Ore(r.to_pay_ore)) for r in self.recoveries]


class Preparations(Decisions, extra="forbid", frozen=True):
    """Recoveries to claim in full, their sum in öre, and the reasons for all of them."""

    reasons: str


app = api.create_app()


@app.get(RECOVERIES)
def show(round_id: str) -> Response[str]:
    """Give the undisputed recoveries that wait, with their arithmetic and who prepared them."""
    return api.document(
        {
            "recoveries": [
                {
                    "municipality": each.municipality,
                    "name": each.name,
                    "case_number": each.case_number,
                    "recovery": each.recovery.id,
                    "status": each.recovery.status,
                    "to_pay_ore": each.recovery.to_invoice,
                    "arithmetic": [check.arithmetic for check in each.recovery.checks],
                    "prepared_by": each.recovery.prepared_by,
                    "reasons": each.recovery.reasons,
                }
                for each in list_undisputed(wiring.books(), parse_round(round_id))
            ]
        }
    )


@app.post(f"{RECOVERIES}/preparations")
def prepare(round_id: str) -> Response[str]:
    """Prepare the decisions."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Preparations)
    chosen, total = body.chosen(), Ore(body.total_ore)
    books, context = wiring.books(), api.context(event)
    return _told(prepare_all(books, parse_round(round_id), chosen, total, body.reasons, officer, context))


@app.post(f"{RECOVERIES}/decisions")
def decide(round_id: str) -> Response[str]:
    """Decide what another officer prepared."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Decisions)
    chosen, total = body.chosen(), Ore(body.total_ore)
    return _told(decide_all(wiring.books(), parse_round(round_id), chosen, total, officer, api.context(event)))


def _told(outcome: Outcome) -> Response[str]:
    declined = [
        {"municipality": each.municipality, "recovery": each.recovery, "code": each.code, "detail": each.message}
        for each in outcome.declined
    ]
    return api.document({"done": outcome.done, "total_ore": outcome.total, "declined": declined})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
