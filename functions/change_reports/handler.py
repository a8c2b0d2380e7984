"""An officer gives a municipality more time to report, or opens its report again so that it can be corrected."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.time import parse_date
from statsbidrag.entry import api, wiring
from statsbidrag.entry.models import read_json
from statsbidrag.usecases import corrections

REPORT = "/rounds/<round_id>/municipalities/<municipality>/report"
EXTENSION = f"{REPORT}/extension"
REOPENING = f"{REPORT}/reopening"


class Until(BaseModel, extra="forbid", frozen=True):
    """A last day, as 2026-03-31, and why."""

    last_day: str
    reason: str

    def day(self) -> date:
        """Give the day; `Refusal` ``date_unreadable`` at the field for what is none."""
        return parse_date(self.last_day, field="last_day")


app = api.create_app()


@app.get(REPORT)
def show(round_id: str, municipality: str) -> Response[str]:
    """Give a municipality's report with its last day, its extensions and what was reported before."""
    place = parse_round(round_id), parse_municipality(municipality)
    return api.document(_view(corrections.show(wiring.books(), *place)))


@app.post(EXTENSION)
def extend(round_id: str, municipality: str) -> Response[str]:
    """Grant a later last day for the report."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Until)
    return _act(round_id, municipality, c.ExtendReport(body.day(), body.reason, officer))


@app.post(REOPENING)
def reopen(round_id: str, municipality: str) -> Response[str]:
    """Open the report again, so that a corrected one can come; what is proposed is withdrawn."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Until)
    return _act(round_id, municipality, c.ReopenReport(body.day(), body.reason, officer))


def _act(round_id: str, municipality: str, command: c.CaseCommand) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    case = corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event))
    return api.document(_view(case))


def _view(case: Case) -> dict[str, Any]:
    return {
        "case_number": case.number,
        "last_day": case.report_last_day,
        "open_for_correction": case.reopening is not None,
        "extensions": msgspec.to_builtins(case.extensions),
        "reopenings": [
            {
                "last_day": reopening.last_day,
                "reason": reopening.reason,
                "reopened_by": reopening.reopened_by,
                "reopened_at": reopening.reopened_at,
            }
            for reopening in case.reopenings
        ],
        "reports": [
            {
                "received_at": report.received_at,
                "late": report.late,
                "used_ore": report.amount_used,
                "misused_ore": report.amount_misused,
                "assessed": report.assessed,
                "form_version": report.form_version,
                "answers": report.answers,
            }
            for report in case.all_reports
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
