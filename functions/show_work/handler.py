"""Show staff their work: the list, the search, batches to attest, entries in suspense and the stop switch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.holds import EVERYTHING, HOLDS, holds_key
from statsbidrag.entry import action_forms, api, staff_words, wiring
from statsbidrag.entry.action_forms import Target
from statsbidrag.entry.actions import ACTIONS, find
from statsbidrag.entry.actions.model import person
from statsbidrag.entry.pages import Pages
from statsbidrag.usecases import staff, suspense
from statsbidrag.usecases.payouts import get_batch

WORK = "/handlaggning"
BATCH = f"{WORK}/batch/<batch_id>"
HELD = f"{WORK}/stopp"
PAGES = Pages(Path(__file__).parent / "templates")

app = api.create_app(PAGES.error)


@app.get(WORK)
def show_work() -> Response[str]:
    """Show what is due for staff, by due date."""
    kind, year = _asked("slag"), _asked("omgang")
    books = wiring.books()
    due, chosen = staff.work(books, kind, year)
    names = staff.names(books, (each.key for each in chosen[: staff.MOST_SHOWN]))
    shows = {"due": due, "chosen": chosen, "names": names, "most": staff.MOST_SHOWN}
    return _page("work.html", WORK, **shows, kind=kind, year=year)


@app.get(f"{WORK}/sok")
def search() -> Response[str]:
    """Find cases by municipality, case number or OCR reference."""
    text = _asked("q")
    return _page("search.html", f"{WORK}/sok", q=text, found=staff.search(wiring.books(), text))


@app.get(f"{WORK}/betalningar")
def show_batches() -> Response[str]:
    """List the batches, those to attest first."""
    return _page("batches.html", f"{WORK}/betalningar", batches=staff.batches(wiring.books()))


@app.get(BATCH)
def show_batch(batch_id: str) -> Response[str]:
    """Show a batch with its lines and control total, to attest or take back."""
    books = wiring.books()
    batch, place = get_batch(books, batch_id), {"batch": batch_id}
    forms = {
        name: action_forms.offered(Target(ACTIONS[name], place), batch, books.now())
        for name in ("attestera", "makulera-betalning")
    }
    return _page("batch.html", f"{WORK}/betalningar", batch=batch, forms=forms, person=person)


@app.get(f"{BATCH}/atgard/<action>")
def show_batch_action(batch_id: str, action: str) -> Response[str]:
    """Show the form of an action on a batch."""
    return action_forms.page(app.current_event.raw_event, Target(find(action, "batch"), {"batch": batch_id}))


@app.get(f"{WORK}/avprickning")
def show_suspense() -> Response[str]:
    """Show the entries in suspense, each with where it may belong."""
    [form] = action_forms.offered(Target(ACTIONS["placera-post"], {}), None, None)
    return _page("suspense.html", f"{WORK}/avprickning", waiting=suspense.list_waiting(wiring.books()), form=form)


@app.get(HELD)
def show_holds() -> Response[str]:
    """Show the holds on everything and on each round."""
    books = wiring.books()
    scopes = (EVERYTHING, *staff.rounds(books))
    return _page("holds.html", HELD, switches=books.states(HOLDS, map(holds_key, scopes)))


@app.get(f"{HELD}/atgard/<action>")
def show_hold_action(action: str) -> Response[str]:
    """Show the form that stops everything, or lets it go on."""
    return action_forms.page(app.current_event.raw_event, Target(find(action, "holds"), {}, _asked("om")))


def _asked(name: str) -> str:
    told = app.current_event.raw_event.get("queryStringParameters") or {}
    return str(told.get(name) or "")[:100]


def _page(template: str, here: str, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {
        "here": here.lstrip("/"),
        "words": staff_words,
        "rounds": staff.rounds(wiring.books()),
        "done": action_forms.done(event),
    }
    return api.page(PAGES.render(template, api.root(event), **common, **shows))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
