"""Show staff everything of a case, the forms of what can be done, its register extract and public-access pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.documents.public_pack import answers_of, filed, pack
from statsbidrag.documents.register import extract_csv, journal, mail_name, official
from statsbidrag.documents.sent_records import find_sent, sent_files
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import action_forms, api, staff_words, wiring
from statsbidrag.entry.action_forms import Target
from statsbidrag.entry.actions import ACTIONS, find
from statsbidrag.entry.pages import Pages
from statsbidrag.entry.rights import officers_alone
from statsbidrag.usecases import staff
from statsbidrag.usecases.rounds import get_round

CASE = "/handlaggning/arende/<round_id>/<municipality>"
PAGES = Pages(Path(__file__).parent / "templates")

app = api.create_app(PAGES.error)


@app.get(CASE)
def show(round_id: str, municipality: str) -> Response[str]:
    """Show the case: money, journal, papers, and what can be done now and by whom."""
    books, read = wiring.books(), _read(round_id, municipality)
    case, place = read.case, {"round": round_id, "municipality": municipality}
    forms = [
        form
        for action in ACTIONS.values()
        if action.subject == "case"
        for form in action_forms.offered(Target(action, place), case, books.now())
    ]
    grant_round = get_round(books, case.round)
    reports = [(report, answers_of(report, grant_round.questions)) for report in case.all_reports]
    sent = sent_files(case)
    return _page("case_file.html", read, forms=forms, reports=reports, sent=sent, mail_name=mail_name)


@app.get(f"{CASE}/atgard/<action>")
def show_action(round_id: str, municipality: str, action: str) -> Response[str]:
    """Show the form of an action on the case."""
    event = app.current_event.raw_event
    about = (event.get("queryStringParameters") or {}).get("om") or ""
    place = {"round": round_id, "municipality": municipality}
    return action_forms.page(event, Target(find(action, "case"), place, about))


@app.get(f"{CASE}/diarium")
def show_register(round_id: str, municipality: str) -> Response[str]:
    """Show the case's register extract: what came in, went out and was drawn up."""
    return _page("register.html", _read(round_id, municipality))


@app.get(f"{CASE}/diarium.csv")
def download_register(round_id: str, municipality: str) -> Response[str]:
    """Give the same as a file for a spreadsheet, with no cell that is a formula."""
    read = _read(round_id, municipality)
    entries = official(journal(read.records, opened(read.case)[0].name))
    content = extract_csv((read.case.number, entry) for entry in entries)
    return api.download(content, "text/csv; charset=utf-8", f"diarium-{round_id}-{municipality}.csv")


@app.get(f"{CASE}/handlingar.zip")
def download_pack(round_id: str, municipality: str) -> Response[str]:
    """Give everything official of the case as one file, secrets masked."""
    from statsbidrag.documents.case_mails import MailWriter  # noqa: PLC0415 - for this call alone

    read, settings = _read(round_id, municipality), wiring.settings()
    write = MailWriter(settings.need("mail_sender"), settings.need("base_url")).write
    archive = wiring.files("archive_bucket")
    content = pack(read, get_round(wiring.books(), read.case.round), archive, write)
    return api.download(content, "application/zip", f"handlingar-{round_id}-{municipality}.zip")


@app.get(f"{CASE}/handlingar/<document>")
def download_document(round_id: str, municipality: str, document: str) -> Response[str]:
    """Give a decision, an invoice or a credit note of the case; or accounting records, which an officer is to judge."""
    case, archive = _read(round_id, municipality).case, wiring.files("archive_bucket")
    file = find_sent(case, document)
    if file is not None:
        officers_alone(api.caller(app.current_event.raw_event).role)
        return api.download(archive.get(file.name), file.media_type, document)
    name = next((each for each in filed(case) if each.rsplit("/", 1)[-1] == document), None)
    if name is None:
        raise NotFound("file_gone", "Handlingen finns inte i ärendet.")
    kind = "application/pdf" if name.endswith(".pdf") else "application/xml"
    return api.download(archive.get(name), kind, document)


def _read(round_id: str, municipality: str) -> staff.File:
    return staff.read_file(wiring.books(), parse_round(round_id), parse_municipality(municipality))


def _page(template: str, read: staff.File, **shows: Any) -> Response[str]:
    event, (recipient, terms) = app.current_event.raw_event, opened(read.case)
    entries = journal(read.records, recipient.name)
    common = {"case": read.case, "recipient": recipient, "terms": terms, "words": staff_words, "entries": entries}
    told = {"done": action_forms.done(event), "official": official(entries), "rounds": (read.case.round,)}
    return api.page(PAGES.render(template, api.root(event), **common, **told, **shows))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
