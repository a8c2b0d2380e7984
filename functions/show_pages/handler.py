"""Show what is the same for everyone: start, rounds and their lists, English summary, accessibility, stylesheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.documents.allocation_csv import MEDIA_TYPE, render_allocation_csv
from statsbidrag.domain.identifiers import parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.common_questions import common_questions
from statsbidrag.entry.pages import STYLE, Pages
from statsbidrag.usecases import round_view
from statsbidrag.usecases.round_view import PublicRound

START = "/"
ROUND = "/omgang/<round_id>"
LIST = f"{ROUND}/fordelningslista.csv"
ENGLISH = "/english"
STYLESHEET = "/stil.css"
ACCESSIBILITY = "/tillganglighet"
PAGES = Pages(Path(__file__).parent / "templates")
SOON = {"Cache-Control": "public, max-age=300"}
"""For what counts days."""

app = api.create_app(PAGES.error)


@app.get(START)
def start() -> Response[str]:
    """Show what the grant is, which rounds are open, what to do in which order, and where to sign in."""
    return _page("start.html", SOON, rounds=round_view.show_all(wiring.books()))


@app.get(ROUND)
def show_round(round_id: str) -> Response[str]:
    """Show a round: purpose, terms, dates, the allocation list, and answers to common questions."""
    view = _round(round_id)
    return _page("round.html", SOON, view=view, questions=common_questions(view.round))


@app.get(LIST)
def give_list(round_id: str) -> Response[str]:
    """Give the allocation list in force as a file for a spreadsheet."""
    view = _round(round_id)
    body = render_allocation_csv((share.municipality, share.name, share.amount) for share in view.shares)
    return api.download(body.encode(), MEDIA_TYPE, f"fordelningslista-{view.round.id}.csv", SOON)


@app.get(ENGLISH)
def english() -> Response[str]:
    """Show the summary in English."""
    return _page("english.html", SOON, rounds=round_view.show_all(wiring.books()), headers={"Content-Language": "en"})


@app.get(STYLESHEET)
def style() -> Response[str]:
    """Give the stylesheet of every page."""
    return Response(200, content_type="text/css; charset=utf-8", body=STYLE, headers=dict(api.PUBLIC))


@app.get(ACCESSIBILITY)
def accessibility() -> Response[str]:
    """Show the accessibility statement."""
    return _page("accessibility.html", api.PUBLIC)


def _round(round_id: str) -> PublicRound:
    return round_view.show(wiring.books(), wiring.register(), parse_round(round_id))


def _page(template: str, kept: dict[str, str], headers: dict[str, str] | None = None, **shows: Any) -> Response[str]:
    body = PAGES.render(template, api.root(app.current_event.raw_event), **shows)
    return api.page(body, headers={**kept, **(headers or {})})


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
