"""Show a municipality its own pages: its rounds, each case from allocation to settlement, and the papers of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.domain.time import swedish_date
from statsbidrag.entry import api, wiring
from statsbidrag.entry.pages import Pages
from statsbidrag.ports import Draft
from statsbidrag.usecases import case_view, drafts
from statsbidrag.usecases.case_view import CaseView
from statsbidrag.usecases.receipts import receipts_of
from statsbidrag.usecases.requisitions import draft_place

STATUS_WORDS = {"done": "Klart", "now": "Pågår", "later": "Senare"}
WHO_WORDS = {"municipality": "Kommunen", "agency": "Myndigheten", "bank": "Banken"}
HOME = "/kommun/<municipality>"
CASE = f"{HOME}/arende/<round_id>"
DOCUMENT = f"{CASE}/handlingar/<document>"
PAGES = Pages(Path(__file__).parent / "templates")

app = api.create_app(PAGES.error)


@app.get(HOME)
def show_home(municipality: str) -> Response[str]:
    """Show every round of the municipality, and what is due next in each."""
    home = case_view.home(wiring.books(), parse_municipality(municipality))
    return _page("home.html", home=home, today=swedish_date(wiring.clock().now()))


@app.get(CASE)
def show_case(municipality: str, round_id: str) -> Response[str]:
    """Show where a case stands, what is next and by when, and its papers."""
    view = case_view.show(wiring.books(), parse_round(round_id), parse_municipality(municipality))
    shows = {"today": swedish_date(view.now), "receipts": receipts_of(view.case), "draft": _waiting(view)}
    return _page("my_case.html", view=view, **shows)


@app.get(DOCUMENT)
def give_document(municipality: str, round_id: str, document: str) -> Response[str]:
    """Give a decision, an invoice or a credit note of the case as a file to keep."""
    place = parse_round(round_id), parse_municipality(municipality)
    paper, content = case_view.read_document(wiring.books(), wiring.files("archive_bucket"), *place, document)
    return api.download(content, paper.media_type, paper.name)


def _waiting(view: CaseView) -> Draft | None:
    """Give the draft of a requisition that is next and the municipality's to send."""
    is_theirs = view.next is not None and (view.next.kind, view.next.who) == ("requisition", "municipality")
    return drafts.load(wiring.drafts(), draft_place(view.case)) if is_theirs else None


def _page(template: str, **shows: Any) -> Response[str]:
    words = {"status_words": STATUS_WORDS, "who_words": WHO_WORDS}
    return api.page(PAGES.render(template, api.root(app.current_event.raw_event), **words, **shows))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
