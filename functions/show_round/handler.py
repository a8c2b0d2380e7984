"""Show staff a round: its money as a picture, where the municipalities stand, what came late, and its e-mail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.documents.register import Entry, extract_csv, journal, mail_name, official
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.identifiers import parse_round
from statsbidrag.domain.rounds import ROUND as ROUND_BOOK
from statsbidrag.domain.rounds import round_key
from statsbidrag.entry import action_forms, api, round_view, staff_words, wiring
from statsbidrag.entry.action_forms import Target
from statsbidrag.entry.actions import ACTIONS, find
from statsbidrag.entry.pages import Pages
from statsbidrag.usecases import staff
from statsbidrag.usecases.bulk_decisions import list_undisputed
from statsbidrag.usecases.rounds import get_round

ROUND = "/handlaggning/omgang/<round_id>"
MAIL = "/handlaggning/epost/<round_id>"
PAGES = Pages(Path(__file__).parent / "templates")

app = api.create_app(PAGES.error)


@app.get(ROUND)
def show(round_id: str) -> Response[str]:
    """Show the round's money, where its municipalities stand, what came late and who is heard."""
    books = wiring.books()
    grant_round = get_round(books, parse_round(round_id))
    cases = staff.cases(books, grant_round.id)
    book = books.state(ROUND_BOOK, round_key(grant_round.id))
    lists = action_forms.offered(Target(ACTIONS["godkann-lista"], {"round": round_id}), book, books.now())
    view = round_view.overview(cases, _asked("ordna"), _asked("lage"))
    return _page("round.html", round_id, view=view, grant_round=grant_round, lists=lists)


@app.get(f"{ROUND}/atgard/<action>")
def show_action(round_id: str, action: str) -> Response[str]:
    """Show the form of an action on the round."""
    target = Target(find(action, "round", "holds"), {"round": round_id}, _asked("om"))
    return action_forms.page(app.current_event.raw_event, target)


@app.get(f"{ROUND}/eniga")
def show_undisputed(round_id: str) -> Response[str]:
    """Show the undisputed recoveries: choose some, see their sum, and prepare or decide them together."""
    found = list_undisputed(wiring.books(), parse_round(round_id))
    view = round_view.undisputed(found, _many("valt"), {"round": round_id})
    return _page("undisputed.html", round_id, view=view)


@app.get(MAIL)
def show_mail(round_id: str) -> Response[str]:
    """Show what e-mail of the round came back or is not delivered, and how much of each kind there is."""
    books = wiring.books()
    cases = staff.cases(books, get_round(books, parse_round(round_id)).id)
    return _page("mail.html", round_id, view=round_view.mail(cases), mail_name=mail_name)


@app.get(f"{ROUND}/diarium")
def show_register(round_id: str) -> Response[str]:
    """Show the newest entries of the round's register."""
    rows = sorted(_register(round_id), key=lambda row: (row[1].at, row[0]), reverse=True)
    return _page("round_register.html", round_id, rows=rows[: round_view.MOST_ROWS], total=len(rows))


@app.get(f"{ROUND}/diarium.csv")
def download_register(round_id: str) -> Response[str]:
    """Give the whole register of the round as a file for a spreadsheet, with no cell that is a formula."""
    rows = sorted(_register(round_id), key=lambda row: (row[1].at, row[0]))
    return api.download(extract_csv(rows), "text/csv; charset=utf-8", f"diarium-{round_id}.csv")


def _register(round_id: str) -> list[tuple[str, Entry]]:
    books = wiring.books()
    known = get_round(books, parse_round(round_id)).id
    files = (staff.read_file(books, known, case.municipality) for case in staff.cases(books, known))
    return [
        (file.case.number, entry)
        for file in files
        for entry in official(journal(file.records, opened(file.case)[0].name))
    ]


def _asked(name: str) -> str:
    return str((app.current_event.raw_event.get("queryStringParameters") or {}).get(name) or "")[:100]


def _many(name: str) -> tuple[str, ...]:
    return tuple((app.current_event.raw_event.get("multiValueQueryStringParameters") or {}).get(name) or ())


def _page(template: str, round_id: str, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {"round_id": round_id, "rounds": (round_id,), "here": f"handlaggning/omgang/{round_id}"}
    told = {"words": staff_words, "done": action_forms.done(event)}
    return api.page(PAGES.render(template, api.root(event), **common, **told, **shows))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
