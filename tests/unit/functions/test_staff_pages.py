"""Staff see their work, everything of a case, a round at a glance, the register, and give out what is official."""

from __future__ import annotations

import base64
import csv
import importlib
import zipfile
from datetime import date
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from scripts.template import read as read_template
from statsbidrag.documents import public_pack
from statsbidrag.domain.agents import AGENTS, agents_key
from statsbidrag.domain.agents.commands import ApplyAsAgent
from statsbidrag.domain.agents.state import Attachment, Person
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import RecordFile
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore
from statsbidrag.entry import wiring
from statsbidrag.entry.rights import RIGHTS
from statsbidrag.entry.settings import Settings
from statsbidrag.usecases import holds, staff
from tests.unit.functions.material import ROUND, TEST, TOKEN
from tests.unit.functions.payouts import (
    BATCH_ID,
    CLAIM,
    FIRST,
    INVOICE,
    NEW,
    NEXT,
    OCR,
    PAYOUT,
    SECOND,
    YEAR,
    Answer,
    Desk,
)
from tests.unit.functions.test_action_forms import Html

FILE = "/handlaggning/arende/{round}/{municipality}"
PLACE = {"round": "2025", "municipality": "0114", "batch": BATCH_ID}
SENDER = "statsbidrag@myndigheten.example"
WHO = {
    "officer-1": ("officer", ""),
    "attester-1": ("attester", ""),
    "agent-0114": ("agent", "0114"),
    "representative-0114": ("representative", "0114"),
    "coordinator-0114": ("coordinator", "0114"),
    "person-1": ("person", ""),
    "": ("", ""),
}


def _routes() -> dict[str, str]:
    template = read_template()
    return {
        event.properties["Path"]: template.folder(event.function)
        for event in template.events("Api")
        if event.properties["Path"].startswith("/handlaggning") and event.properties["Method"] == "GET"
    }


ROUTES = {path: folder for path, folder in _routes().items() if folder in ("show_work", "show_case_file", "show_round")}
NAMES = {
    f"{FILE}/atgard/{{action}}": "ratta-adress",
    "/handlaggning/omgang/{round}/atgard/{action}": "lagg-betalning",
    "/handlaggning/batch/{batch}/atgard/{action}": "makulera-betalning",
    "/handlaggning/stopp/atgard/{action}": "stoppa-allt",
}
DOWNLOADS = (".csv", ".zip", "/{document}")
PAGES = [path for path in ROUTES if not path.endswith(DOWNLOADS)]


def look(
    path: str,
    who: str = "officer-1",
    asked: dict[str, list[str]] | None = None,
    *,
    action: str = "",
    document: str = "",
) -> Answer:
    """Fetch a page or file as a browser does."""
    role, municipality = WHO.get(who, ("officer", ""))
    place = {**PLACE, "action": action or NAMES.get(path, ""), "document": document}
    actual = path
    for name, value in place.items():
        actual = actual.replace(f"{{{name}}}", value)
    told = {"subject": who, "role": role, "municipality": municipality} if who else None
    event: dict[str, Any] = {
        "resource": path,
        "path": actual,
        "httpMethod": "GET",
        "headers": {"Accept": "text/html"},
        "multiValueHeaders": {},
        "queryStringParameters": {name: values[-1] for name, values in (asked or {}).items()} or None,
        "multiValueQueryStringParameters": asked,
        "pathParameters": None,
        "requestContext": {"requestId": "r-12345678", "stage": "v1", "httpMethod": "GET", "authorizer": told},
        "body": None,
        "isBase64Encoded": False,
    }
    answer = importlib.import_module(f"functions.{ROUTES[path]}.handler").handler(event, SimpleNamespace())
    body = answer["body"]
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("latin-1")
    return Answer(answer["statusCode"], body, answer["multiValueHeaders"])


def page(path: str, who: str = "officer-1", asked: dict[str, list[str]] | None = None, *, action: str = "") -> str:
    answer = look(path, who, asked, action=action)
    assert answer.status == 200, answer.text
    Html(answer.text)
    return answer.text


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "settings", lambda: Settings(mail_sender=SENDER, base_url="https://bidrag.example"))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("path", ROUTES)
def test_a_page_is_shown_to_who_may_alone(desk: Desk, path: str, who: str) -> None:
    desk.claim()
    answer = look(path, who, document="x")
    role = WHO[who][0]
    if role in RIGHTS[path]["GET"]:
        assert answer.status == (404 if path.endswith("{document}") else 200), answer.text
        assert answer.headers["Cache-Control"] == ["no-store"]
    elif who:
        assert answer.status == 403
        assert ("handlaggning" in answer.text) == (role == "attester")
    else:
        assert answer.status == 303
        assert "logga-in?till=" in answer.headers["Location"][0]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_before_anything_happened_and_after_everything(desk: Desk, path: str) -> None:
    if "batch" not in path:
        page(path)
    desk.owe().lie_astray()
    desk.act(c.ProposeAccount(NEW, "officer-1"))
    holds.stop(desk.books, YEAR, "Skäl <i>ett</i>.", "officer-9", TEST)
    holds.stop_municipality(desk.books, YEAR, FIRST, "", "Skäl.", "officer-9", TEST)
    text = page(path)
    assert "<i>ett</i>" not in text


@pytest.mark.parametrize(
    ("path", "actual"),
    [
        (FILE, "/handlaggning/arende/2025/9999"),
        (FILE, "/handlaggning/arende/x/0114"),
        ("/handlaggning/omgang/{round}", "/handlaggning/omgang/2031"),
        ("/handlaggning/batch/{batch}", "/handlaggning/batch/B-2025-1"),
    ],
)
def test_what_is_not_there_is_a_page_that_leads_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str, actual: str
) -> None:
    parts = dict(zip(path.strip("/").split("/"), actual.strip("/").split("/"), strict=True))
    for name, value in parts.items():
        if name.startswith("{"):
            monkeypatch.setitem(PLACE, name.strip("{}"), value)
    answer = look(path)
    assert answer.status == 404
    assert any(link.endswith("handlaggning") for link in Html(answer.text).links)


# Work and search


def test_the_work_list_shows_what_is_due_and_leads_to_its_form(desk: Desk) -> None:
    desk.claim().lie_astray()
    desk.act(c.ProposeAccount(NEW, "officer-1"))
    text = page("/handlaggning")
    assert "Godkänn eller avslå ett konto" in text
    assert "Upplands Väsby" in text
    assert "handlaggning/arende/2025/0114/atgard/godkann-konto?om=1" in text
    assert "handlaggning/avprickning" in text


def test_the_work_list_is_filtered_by_kind_and_round(desk: Desk) -> None:
    desk.claim().lie_astray()
    desk.act(c.ProposeAccount(NEW, "officer-1"))
    chosen = page("/handlaggning", asked={"slag": ["approve_account"], "omgang": ["2025"]})
    assert "<caption>1 uppgift, äldst" in chosen
    assert "Inget väntar här" in page("/handlaggning", asked={"omgang": ["2024"]})


def test_the_work_list_names_the_municipality_of_an_application(desk: Desk) -> None:
    person = Person("person-1", "Ny Sökande", "sokande@kommun.example")
    file = Attachment(1, "fil", "00", 1, desk.books.now())
    command = ApplyAsAgent("Vallentuna", person, ("certificate",), (file,), YEAR, date(2025, 6, 2))
    desk.books.handle(AGENTS, agents_key(SECOND), command, TEST)
    text = page("/handlaggning")
    assert "Pröva en ansökan om att bli ombud" in text
    assert "<td>Vallentuna</td>" in text


def test_an_empty_work_list_says_so(desk: Desk) -> None:
    assert "Inget väntar här just nu" in page("/handlaggning")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("väsby", {FIRST, SECOND}),
        (" 0115 ", {SECOND}),
        ("9.3-0114/2025", {FIRST}),
        (OCR, {FIRST}),
        ("0114/2025", {FIRST}),
        ("9.3-0114/2031", set()),
        ("finns inte", set()),
        ("", set()),
    ],
)
def test_a_case_is_found_by_name_code_number_and_reference(desk: Desk, text: str, found: set[str]) -> None:
    assert {case.municipality for case in staff.search(desk.books, text)} == found
    shown = page("/handlaggning/sok", asked={"q": [text]})
    assert all(f"handlaggning/arende/2025/{code}" in shown for code in found)


def test_what_was_searched_is_shown_as_text(desk: Desk) -> None:
    assert "<script>" not in page("/handlaggning/sok", asked={"q": ["<script>alert(1)</script>"]})


# A case


def test_a_case_shows_its_money_papers_and_journal(desk: Desk) -> None:
    desk.claim().repay(Ore(100))
    text = page(FILE)
    for shown in ("461\u00a0836\u00a0kronor", PAYOUT, INVOICE, OCR, "Pengarna har inte använts.", "officer-8"):
        assert shown in text, shown
    assert "Handläggare" in text
    assert "Beslut om återkrav" in text


def test_what_another_must_do_is_shown_with_who_may(desk: Desk) -> None:
    desk.claim().call("settle_invoices", "propose_write_off", "officer-1")
    assert "görs av en annan än du" in page(FILE)
    assert "görs av en annan än du" not in page(FILE, "officer-2")
    assert "görs av handläggare" in page(FILE, "attester-1")
    text = page(f"{FILE}/atgard/{{action}}", action="besluta-avskrivning")
    assert "Du har själv berett det här" in text
    assert 'name="amount_ore"' not in text
    other = Html(page(f"{FILE}/atgard/{{action}}", "officer-2", action="besluta-avskrivning"))
    assert other.inputs["amount_ore"] == str(CLAIM)


def test_an_action_that_is_not_possible_is_not_offered_and_its_page_says_so(desk: Desk) -> None:
    assert "fatta-beslut" not in page(FILE)
    text = page(f"{FILE}/atgard/{{action}}", action="fatta-beslut")
    assert "Det finns inget att göra det här med nu" in text


@pytest.mark.parametrize("action", ["attestera", "finns-inte", "stoppa-allt"])
def test_an_action_of_something_else_is_not_found(desk: Desk, action: str) -> None:
    assert look(f"{FILE}/atgard/{{action}}", action=action).status == 404


def test_of_several_things_one_is_chosen(desk: Desk) -> None:
    desk.owe()
    desk.act(c.VoidPayout(NEXT, "Skäl.", "officer-8"))
    desk.act(c.HoldPayouts("", "Ett.", "officer-8"))
    desk.act(c.HoldPayouts("", "Två.", "officer-8"))
    path = f"{FILE}/atgard/{{action}}"
    links = [link for link in Html(page(path, action="hav-stopp")).links if "?om=" in link]
    assert len(links) == 2
    assert "Två." in page(path, asked={"om": ["3"]}, action="hav-stopp")


def test_a_notice_is_shown_for_a_known_code_alone(desk: Desk) -> None:
    assert "Avskrivningen är föreslagen" in page(FILE, asked={"klart": ["foresla-avskrivning"]})
    assert "okänd kod" not in page(FILE, asked={"klart": ["okänd kod"]})


def test_the_register_extract_holds_what_came_in_went_out_and_was_drawn_up(desk: Desk) -> None:
    desk.claim()
    text = page(f"{FILE}/diarium")
    assert "Rekvisition" in text
    assert "Inkommet" in text
    file = look(f"{FILE}/diarium.csv")
    assert file.headers["Content-Disposition"] == ['attachment; filename="diarium-2025-0114.csv"']
    content = file.text.encode("latin-1").decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(content), delimiter=";"))
    assert {row["Ärendenummer"] for row in rows} == {"9.3-0114/2025"}
    assert {row["Riktning"] for row in rows} == {"Inkommet", "Upprättat"}
    assert {"Rekvisition", "Återrapport", "Beslut om återkrav", "Faktura"} <= {row["Handling"] for row in rows}


def test_a_cell_of_the_register_is_no_formula(desk: Desk) -> None:
    recipient = desk.case().recipient
    assert recipient is not None
    desk.act(c.OpenCase(replace(recipient, name="=1+1"), ROUND.terms, "L-2", desk.case().money.allocated))
    content = look(f"{FILE}/diarium.csv").text.encode("latin-1").decode("utf-8-sig")
    assert ";'=1+1;" in content


# The public-access pack


def _members(desk: Desk) -> dict[str, bytes]:
    answer = look(f"{FILE}/handlingar.zip")
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == ["application/zip"]
    with zipfile.ZipFile(BytesIO(answer.text.encode("latin-1"))) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def _sent(desk: Desk) -> Desk:
    """A decision is filed, and the link and receipts have left."""
    desk.decide()
    letter = "letters/2025/0114-decision-1.pdf"
    desk.archive.put(letter, b"%PDF the decision", "application/pdf")
    desk.act(c.RecordLetterFiled(1, letter))
    for mail in list(desk.case().mails.values()):
        desk.act(c.RecordMailSent(mail.id))
    return desk


def test_the_pack_holds_everything_official(desk: Desk) -> None:
    members = _members(_sent(desk))
    assert {
        "handelser.txt",
        "diarium.csv",
        "inkommet/rekvisition-1.txt",
        "inkommet/aterrapport-1.txt",
        "utgaende/0114-decision-1.pdf",
        "e-post/2025-0114-report_link-1.eml",
        "e-post/2025-0114-hearing-1.eml",
    } <= members.keys()
    assert members["utgaende/0114-decision-1.pdf"] == b"%PDF the decision"
    assert "Beslut om återkrav" in members["handelser.txt"].decode()
    assert "400\u00a0000\u00a0kronor" in members["inkommet/aterrapport-1.txt"].decode()


def test_the_pack_tells_who_dismissed_a_late_requisition_and_why(desk: Desk) -> None:
    desk.lag().act(c.DecideLateRequisition(1, False, "Kommunen har inte visat hinder.", "officer-1"))
    desk.act(c.RecordMailSent("2025-0114-requisition_dismissed-1"))
    members = _members(desk)
    text = members["inkommet/rekvisition-1.txt"].decode()
    assert "Kom efter sista dagen. officer-1 avvisade den" in text
    assert "Skäl: Kommunen har inte visat hinder." in text
    assert "e-post/2025-0114-requisition_dismissed-1.eml" in members


def test_the_pack_holds_no_secret(desk: Desk) -> None:
    members = _members(_sent(desk))
    link = members["e-post/2025-0114-report_link-1.eml"].decode()
    assert "maskerad-lank" in link
    every = b"".join(members.values()).decode("utf-8", "replace")
    case = desk.case()
    assert case.link is not None
    for secret in (TOKEN, case.link.token_hash):
        assert secret not in every


def test_the_same_case_gives_the_same_bytes(desk: Desk) -> None:
    _sent(desk)
    first = look(f"{FILE}/handlingar.zip").text
    desk.clock.move(days=3)
    assert look(f"{FILE}/handlingar.zip").text == first


def test_a_pack_that_no_answer_can_carry_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_pack, "LARGEST", 1000)
    answer = look(f"{FILE}/handlingar.zip")
    assert answer.status == 413
    Html(answer.text)


def test_a_paper_of_the_case_is_given_and_no_other(desk: Desk) -> None:
    _sent(desk)
    desk.archive.objects["letters/2025/0115-decision-1.pdf"] = b"another's"
    answer = look(f"{FILE}/handlingar/{{document}}", document="0114-decision-1.pdf")
    assert (answer.status, answer.text) == (200, "%PDF the decision")
    assert answer.headers["Content-Disposition"] == ['attachment; filename="0114-decision-1.pdf"']
    assert look(f"{FILE}/handlingar/{{document}}", document="0115-decision-1.pdf").status == 404


# Accounting records


def _with_records(desk: Desk) -> tuple[RecordFile, bytes]:
    content = b"Konto;Belopp;Text\n4010;125000,00;En enskild person\n"
    file = RecordFile(sha256(content), len(content), "text/csv", f"records/2025/0114/{sha256(content)}")
    desk.ask().act(c.ReceiveRecords(1, (file,)))
    desk.archive.put(file.name, content, file.media_type)
    return file, content


RECORD = f"{FILE}/handlingar/{{document}}"


def test_an_officer_saves_accounting_records_from_the_case(desk: Desk) -> None:
    file, content = _with_records(desk)
    shown = page(FILE)
    assert file.content_hash in shown
    assert "handlaggning/arende/2025/0114/handlingar/underlag-1-1.csv" in shown
    answer = look(RECORD, document="underlag-1-1.csv")
    assert (answer.status, answer.text.encode()) == (200, content)
    assert answer.headers["Content-Disposition"] == ['attachment; filename="underlag-1-1.csv"']
    assert answer.headers["X-Content-Type-Options"] == ["nosniff"]
    assert answer.headers["Cache-Control"] == ["no-store"]
    for other in ("underlag-1-2.csv", "underlag-1-1.pdf", "underlag-2-1.csv", file.content_hash):
        assert look(RECORD, document=other).status == 404


def test_an_attester_sees_that_records_came_and_cannot_fetch_them(desk: Desk) -> None:
    file, _ = _with_records(desk)
    shown = page(FILE, "attester-1")
    assert file.content_hash in shown
    assert "/handlingar/underlag-" not in shown
    assert look(RECORD, "attester-1", document="underlag-1-1.csv").status == 403


def test_the_pack_lists_accounting_records_and_holds_none(desk: Desk) -> None:
    file, content = _with_records(desk)
    members = _members(desk)
    listed = members["inkommet/underlag.txt"].decode()
    assert file.content_hash in listed
    assert "sekretessprövning" in listed
    assert f"underlag-1-1.csv, CSV, {file.size} byte" in listed
    assert all(content not in each and b"En enskild person" not in each for each in members.values())


def test_a_case_without_records_has_no_list_of_them(desk: Desk) -> None:
    assert "inkommet/underlag.txt" not in _members(desk.ask())
    assert "Inget underlag har kommit in." in page(FILE)


# A round


def test_a_rounds_money_is_shown_as_bars_and_as_the_same_figures(desk: Desk) -> None:
    desk.claim().repay(Ore(1_000_000))
    bars = {bar.name: bar for bar in staff.money_of(staff.cases(desk.books, YEAR))}
    assert (bars["Fördelat"].share, bars["Utbetalt"].share) == (1000, 500)
    assert bars["Återbetalt"].amount == 1_000_000
    text = page("/handlaggning/omgang/{round}")
    assert text.count("<rect") == 2 * len(bars)
    for name in bars:
        assert f">{name}</text>" in text
        assert f'<th scope="row">{name}</th>' in text
    assert "10\u00a0000\u00a0kronor" in text


def test_a_round_is_read_with_few_calls(desk: Desk) -> None:
    desk.claim()
    desk.store.faults.calls.clear()
    page("/handlaggning/omgang/{round}")
    assert desk.store.faults.calls.count("store.load_all") == 1
    assert len(desk.store.faults.calls) <= 5


def test_the_municipalities_are_counted_ordered_and_chosen_by_where_they_stand(desk: Desk) -> None:
    desk.claim()
    path = "/handlaggning/omgang/{round}"
    text = page(path, asked={"ordna": ["utbetalt"]})
    assert text.index("(0114)") < text.index("(0115)")
    assert 'aria-sort="descending"' in text
    assert "Faktura obetald: 1" in text
    chosen = page(path, asked={"lage": ["invoiced"], "ordna": ["finns-inte"]})
    assert "(0114)" in chosen
    assert "(0115)" not in chosen


def test_who_is_heard_and_what_was_late_is_shown(desk: Desk) -> None:
    desk.hear()
    assert "1 återkrav är inte beslutat" in page("/handlaggning/omgang/{round}")
    assert "Inget har kommit in för sent" in page("/handlaggning/omgang/{round}")


def test_undisputed_recoveries_are_chosen_summed_and_prepared_together(desk: Desk) -> None:
    desk.hear_out()
    path = "/handlaggning/omgang/{round}/eniga"
    assert 'value="0114-1" checked' in page(path)
    chosen = Html(page(path, asked={"valt": ["0114-1", "0115-9"]}))
    assert chosen.inputs["recovery-0114-1"] == str(CLAIM)
    assert chosen.inputs["total_ore"] == str(CLAIM)
    desk.act(c.PrepareDecision(1, Ore(0), "Skäl.", "officer-1"))
    assert "0114-1" not in page(path)
    assert 'value="0114-1" checked' in page(path, "officer-2")


def test_what_came_back_is_shown_with_the_way_to_put_it_right(desk: Desk) -> None:
    desk.link()
    desk.act(c.RecordMailBounced("2025-0114-report_link-1", desk.clock.time))
    text = page("/handlaggning/epost/{round}")
    assert "Länk till återrapporten" in text
    assert "handlaggning/arende/2025/0114/atgard/ratta-adress" in text


def test_the_rounds_register_holds_every_case(desk: Desk) -> None:
    page("/handlaggning/omgang/{round}/diarium")
    content = look("/handlaggning/omgang/{round}/diarium.csv").text.encode("latin-1").decode("utf-8-sig")
    numbers = {row["Ärendenummer"] for row in csv.DictReader(StringIO(content), delimiter=";")}
    assert numbers == {"9.3-0114/2025", "9.3-0115/2025"}


# Batches and suspense


def test_a_batch_shows_its_lines_and_total_to_be_typed_in(desk: Desk) -> None:
    desk.batch()
    found = Html(page("/handlaggning/batch/{batch}", "attester-1"))
    assert found.inputs["total_ore"] == ""
    assert "<caption>2 utbetalningar, tillsammans" in page("/handlaggning/batch/{batch}", "officer-1")
    assert "Väntar på attest: 1" in page("/handlaggning/betalningar")
    assert 'name="total_ore"' not in page("/handlaggning/batch/{batch}", "officer-1")


def test_a_batch_of_one_is_counted_as_one(desk: Desk) -> None:
    desk.act(c.HoldPayouts("", "Fel.", "officer-1"), SECOND)
    desk.batch()
    assert "<caption>1 utbetalning, tillsammans" in page("/handlaggning/batch/{batch}", "officer-1")


def test_who_attested_is_told_that_another_must(desk: Desk) -> None:
    desk.batch("attester-1")
    text = page("/handlaggning/batch/{batch}", "attester-1")
    assert "En annan attestant behövs" in text
    assert 'name="total_ore"' not in text


def test_an_entry_in_suspense_is_shown_with_where_to_place_it(desk: Desk) -> None:
    desk.claim().lie_astray()
    found = Html(page("/handlaggning/avprickning"))
    assert (found.inputs["municipality"], found.inputs["invoice"]) == ("", "")
    text = page("/handlaggning/avprickning")
    assert f'name="invoice" value="{INVOICE}"' in text
    assert 'name="invoice"' not in page("/handlaggning/avprickning", "attester-1")
