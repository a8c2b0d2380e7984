"""Receive the accounting records of a spot check behind its link: a page for people and JSON for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.documents.record_files import KINDS, media_type_of, written_type
from statsbidrag.domain.case.spot_checks import ASKED_FOR, MOST_FILES
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry import api, uploads, wiring
from statsbidrag.entry.pages import Pages, faults
from statsbidrag.usecases import records
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.records import RecordsReceipt, RecordsView

PAGES = Pages(Path(__file__).parent / "templates")
FORM = "/underlag/<token>"
PROGRAM = "/records/<token>"


def _error_page(problem: api.Problem, root: str) -> str:
    template = "records_link_not_valid.html" if problem.status == 404 else "error.html"
    return PAGES.render(template, root, problem=problem)


app = api.create_app(_error_page)


@app.get(FORM)
def show_form(token: str) -> Response[str]:
    """Show what is asked for, what has come in, and where to choose files."""
    return _show(records.show(wiring.books(), token), "records.html")


@app.post(FORM)
def send_files(token: str) -> Response[str]:
    """Receive the files, or show the page again with what is wrong."""
    event = app.current_event.raw_event
    view = records.show(wiring.books(), token)
    try:
        receipt = _receive(token, view)
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        told = faults(refused, {"files": "Filer"})
        return _show(records.show(wiring.books(), token), "records.html", refused.status, faults=told)
    return _show(view, "records_receipt.html", 201, receipt=receipt)


@app.get(PROGRAM)
def show_view(token: str) -> Response[str]:
    """Give what is asked for and what has come in."""
    view = records.show(wiring.books(), token)
    return api.document(api.in_ore(view, leave_out=("round", "recipient")) | {"asked_for": ASKED_FOR})


@app.post(PROGRAM)
def send(token: str) -> Response[str]:
    """Receive files and give their receipt."""
    return api.document(_receive(token, records.show(wiring.books(), token)), 201)


def _receive(token: str, view: RecordsView) -> RecordsReceipt:
    """Receive in the municipality's name: who holds the link speaks for it."""
    event = app.current_event.raw_event
    files = uploads.typed(uploads.read_files(event), media_type_of)
    context = Context(f"municipality:{view.recipient.municipality}", api.correlation(event))
    return records.receive(wiring.books(), wiring.files("archive_bucket"), token, files, context)


def _show(view: RecordsView, template: str, status: int = 200, **shows: Any) -> Response[str]:
    limits = f"{KINDS}. {uploads.LIMITS} Sammanlagt högst {MOST_FILES} filer."
    common = {"view": view, "asked_for": ASKED_FOR, "limits": limits, "written_type": written_type}
    return api.page(PAGES.render(template, api.root(app.current_event.raw_event), **common, **shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
