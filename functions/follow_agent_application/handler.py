"""Show an application to be an agent to its applicant, take in what completes it, and hand out its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.agents.state import DOCUMENTS
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry import api, wiring
from statsbidrag.entry.agent_forms import APPLICATION_LABELS, COMPLETION_LABELS, read_completion, read_pdfs
from statsbidrag.entry.agent_views import STATUS_NAMES, told_application
from statsbidrag.entry.pages import Pages, faults, shown
from statsbidrag.entry.uploads import LIMITS, read_form
from statsbidrag.usecases import agents
from statsbidrag.usecases.agents import ApplicationView

PAGES = Pages(Path(__file__).parent / "templates")
PAGE = "/ombud/ansokan/<application>"
PROGRAM = "/agent-applications/<application>"
COMPLETION = f"{PROGRAM}/completion"
WITHDRAWAL = f"{PROGRAM}/withdrawal"
FILE = f"{PROGRAM}/attachments/<number>"

app = api.create_app(PAGES.error)


@app.get(PAGE)
def show_page(application: str) -> Response[str]:
    """Show where an application stands, and what can be done about it."""
    return _show(_own(application))


@app.post(PAGE)
def change(application: str) -> Response[str]:
    """Take in what completes an application, or take it back once that was asked again."""
    event = app.current_event.raw_event
    fields, files = read_form(event)
    view, wish = _own(application), fields.pop("step", "complete")
    if wish == "ask_withdraw":
        return _show(view, "agent_withdrawal.html")
    try:
        if wish == "withdraw":
            agents.withdraw(wiring.books(), application, _subject(), api.context(event))
        else:
            _complete(application, fields, files)
    except (Refusal, Refusals) as refused:
        api.log_refusal(event, refused)
        told = faults(refused, COMPLETION_LABELS)
        return _show(view, status=refused.status, values=shown(("message", *DOCUMENTS), fields), faults=told)
    return api.see_other(event, f"ombud/ansokan/{view.id}")


@app.get(PROGRAM)
def show(application: str) -> Response[str]:
    """Give an application, to its applicant or to an officer."""
    return api.document(told_application(agents.show_application(wiring.books(), application, _reader())))


@app.post(COMPLETION)
def complete(application: str) -> Response[str]:
    """Take in what completes an application."""
    return api.document(told_application(_complete(application, *read_form(app.current_event.raw_event))))


@app.post(WITHDRAWAL)
def withdraw(application: str) -> Response[str]:
    """Take an application back."""
    context = api.context(app.current_event.raw_event)
    return api.document(told_application(agents.withdraw(wiring.books(), application, _subject(), context)))


@app.get(FILE)
def download(application: str, number: str) -> Response[str]:
    """Give one attachment as a file to save, never as a page."""
    place, archive = api.number(number), wiring.files("archive_bucket")
    content = agents.attachment(wiring.books(), archive, application, place, _reader())
    return api.download(content, "application/pdf", f"ansokan-{application}-bilaga-{place}.pdf")


def _complete(application: str, fields: dict[str, Any], files: list[bytes]) -> ApplicationView:
    (documents, message), pdfs = read_completion(fields), read_pdfs(files) if files else []
    archive, context = wiring.files("archive_bucket"), api.context(app.current_event.raw_event)
    return agents.complete(wiring.books(), archive, application, _subject(), documents, pdfs, message, context)


def _subject() -> str:
    return api.caller(app.current_event.raw_event).subject


def _reader() -> str | None:
    return None if api.caller(app.current_event.raw_event).role == "officer" else _subject()


def _own(application: str) -> ApplicationView:
    return agents.show_application(wiring.books(), application, _subject())


def _show(view: ApplicationView, template: str = "agent_status.html", status: int = 200, **shows: Any) -> Response[str]:
    event = app.current_event.raw_event
    common = {"view": view, "labels": APPLICATION_LABELS, "statuses": STATUS_NAMES, "documents": DOCUMENTS}
    plain = {"values": shown(("message", *DOCUMENTS), {}), "limits": LIMITS}
    return api.page(PAGES.render(template, api.root(event), **common, **plain | shows), status)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
