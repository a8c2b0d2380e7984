"""Apply, complete, decide, invite and accept, by pages and by programs: who may, what is refused, and what is shown."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html

from functions.accept_agent_invitations import handler as accept_agent_invitations
from functions.apply_as_agent import handler as apply_as_agent
from functions.follow_agent_application import handler as follow_agent_application
from functions.manage_agents import handler as manage_agents
from functions.oversee_agents import handler as oversee_agents
from functions.review_agents import handler as review_agents
from statsbidrag.domain.agents import AGENTS, Agents, agents_key
from statsbidrag.domain.agents.events import ImportedMandate
from statsbidrag.domain.agents.state import Person
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.entry import wiring
from statsbidrag.usecases import agents
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.rounds import open_round
from tests.fakes import FakeClock, FakeFiles, FakeLinks, FakeRegister, FakeStore
from tests.unit.functions.material import RECIPIENT, ROUND, TEST, sample

FUNCTIONS = {
    module.__name__.split(".")[-2]: module
    for module in (
        accept_agent_invitations,
        apply_as_agent,
        follow_agent_application,
        manage_agents,
        oversee_agents,
        review_agents,
    )
}
CODE = MunicipalityCode("0114")
YEAR = RoundId("2025")
IN_TIME = datetime(2025, 4, 1, 8, tzinfo=UTC)
TOKEN = "inbjudan-" * 4 + "inb-lnk"
OLD = Person("agent-0114", "Gammalt Ombud", "gammalt@kommun.example", "Chef")
HELPER = Person("representative-0114", "Annan Person", "annan.person@kommun.example")
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PERSON = {"subject": "person-1", "role": "person", "municipality": ""}
APPLICATION = {
    "municipality": "0114",
    "name": "Ny Sökande",
    "title": "Socialchef",
    "email": "sokande@kommun.example",
    "phone": "010-123 45 67",
    "certificate": "ja",
}


class Desk:
    """Everything the functions are wired to, in memory."""

    def __init__(self) -> None:
        self.store, self.clock = FakeStore(), FakeClock(IN_TIME)
        self.books = Books(self.store, self.clock, lambda record, context: None)
        self.register, self.archive, self.links = FakeRegister([RECIPIENT]), FakeFiles("archive"), FakeLinks()
        open_round(self.books, ROUND, TEST)

    @property
    def state(self) -> Agents:
        return self.books.state(AGENTS, agents_key(CODE))

    def imported(self) -> Desk:
        persons = (ImportedMandate("agent", OLD), ImportedMandate("representative", HELPER))
        agents.take_over(self.books, self.register, {CODE: persons}, YEAR, TEST)
        return self

    def applied(self) -> Desk:
        self.call("apply_as_agent", "send_json")
        return self

    def invited(self) -> Desk:
        agents.invite(self.books, self.links, CODE, "representative", "inbjuden@kommun.example", OLD.subject, TEST)
        return self

    @property
    def code(self) -> str:
        return self.links.token(agents.invitation_purpose(CODE, 1))

    def call(self, function: str, name: str, **changes: Any) -> dict[str, Any]:
        event = json.loads(json.dumps(sample(function, name)).replace(TOKEN, self.code))
        if "who" in changes:
            event["requestContext"]["authorizer"] = changes["who"]
        if "fields" in changes:
            event["body"] = urlencode(changes["fields"])
        if "body" in changes:
            event["body"] = json.dumps(changes["body"])
        if "parts" in changes:
            event["body"], event["isBase64Encoded"] = multipart(*changes["parts"]), True
            event["headers"]["Content-Type"] = "multipart/form-data; boundary=grans"
        for old, new in changes.get("path", ()):
            event["path"] = event["path"].replace(old, new)
        answer: dict[str, Any] = FUNCTIONS[function].handler(event, SimpleNamespace())
        return answer


def multipart(fields: dict[str, str], files: list[bytes], names: str = "intyg.pdf") -> str:
    raw = b""
    for name, value in fields.items():
        raw += f'--grans\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for content in files:
        head = f'--grans\r\nContent-Disposition: form-data; name="files"; filename="{names}"\r\n\r\n'
        raw += head.encode() + content + b"\r\n"
    return base64.b64encode(raw + b"--grans--\r\n").decode()


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(wiring, "books", lambda: made.books)
    monkeypatch.setattr(wiring, "register", lambda: made.register)
    monkeypatch.setattr(wiring, "links", lambda: made.links)
    monkeypatch.setattr(wiring, "files", lambda _: made.archive)
    return made


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.tags: list[str] = []
        self.named: list[str] = []
        self.unlabelled: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "label":
            self.labels.append(found["for"])
        if tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.named.append(found["id"])
        self.unlabelled += [found[name] for name in ("aria-describedby", "aria-labelledby") if name in found]


def code_of(answer: dict[str, Any]) -> str:
    told: str = json.loads(answer["body"])["code"]
    return told


Stage = Callable[[Desk], object]
as_opened: Stage = lambda _: None  # noqa: E731
SHOWN: dict[tuple[str, str], Stage] = {
    ("apply_as_agent", "show_form"): as_opened,
    ("apply_as_agent", "review_form"): as_opened,
    ("follow_agent_application", "show_page"): Desk.applied,
    ("manage_agents", "show_page"): lambda desk: desk.imported().invited(),
    ("accept_agent_invitations", "show_page"): lambda desk: desk.imported().invited(),
    ("review_agents", "show_page"): lambda desk: desk.imported().applied(),
    ("oversee_agents", "show_page"): lambda desk: desk.imported().applied(),
    ("oversee_agents", "show_municipality"): lambda desk: desk.imported().invited().applied(),
}
"""Pages, and the desk at which each has most to show."""


@pytest.mark.parametrize(("function", "name"), SHOWN)
def test_a_page_is_whole_and_labelled(desk: Desk, function: str, name: str) -> None:
    SHOWN[function, name](desk)
    answer = desk.call(function, name)
    assert answer["statusCode"] == 200, answer["body"]
    page = Page(answer["body"])
    assert page.tags.count("h1") == 1
    assert len(page.ids) == len(set(page.ids))
    assert set(page.named) == set(page.labels)
    assert {each for told in page.unlabelled for each in told.split()} <= set(page.ids)
    assert 'lang="sv"' in answer["body"]
    assert not re.search("<script| style=", answer["body"])
    assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]


def test_every_form_carries_the_sessions_token(desk: Desk) -> None:
    for (function, name), stage in SHOWN.items():
        made = Desk()
        desk.store, desk.books = made.store, made.books
        stage(desk)
        who = {**sample(function, name)["requestContext"]["authorizer"], "csrf": "t" * 43}
        event = sample(function, name)
        fields = {"csrf": "t" * 43, **dict(re.findall(r"([a-z_]+)=([^&]*)", event["body"] or ""))}
        changes = {"fields": fields} if event["httpMethod"] == "POST" else {}
        body = desk.call(function, name, who=who, **changes)["body"]
        assert body.count("<form") == body.count('name="csrf"') > 0, (function, name)


def test_an_application_goes_from_form_to_receipt(desk: Desk) -> None:
    review = desk.call("apply_as_agent", "review_form")
    assert "Granska ansökan" in review["body"]
    sent = desk.call("apply_as_agent", "send_form")
    assert (sent["statusCode"], sent["multiValueHeaders"]["Location"]) == (303, ["../ombud/ansokan/0114-1"])
    page = desk.call("follow_agent_application", "show_page")
    assert "Vi har tagit emot ansökan" in page["body"]
    assert desk.state.applications[0].person.subject == "person-1"
    (key,) = desk.archive.objects
    assert re.fullmatch(r"agents/applications/[0-9a-f]{64}", key)
    assert desk.archive.objects[key] == PDF


def test_the_same_sending_again_is_one_application(desk: Desk) -> None:
    first, again = (desk.call("apply_as_agent", "send_json") for _ in range(2))
    assert (first["statusCode"], first["body"]) == (201, again["body"])
    assert (len(desk.state.applications), len(desk.archive.objects)) == (1, 1)


EXE = b"MZ" + PDF
BAD_FILES = {
    "no PDF": ([b"hello"], 422, "file_not_pdf"),
    "a PDF by its name alone": ([b"PK\x03\x04 this is a zip"], 422, "file_not_pdf"),
    "a program": ([EXE], 422, "file_not_pdf"),
    "empty": ([b""], 422, "file_empty"),
    "cut off": ([PDF[:20]], 422, "file_damaged"),
    "locked": ([PDF.replace(b"/Root", b"/Encrypt")], 422, "file_encrypted"),
    "with a script": ([PDF.replace(b"/Root", b"/JavaScript")], 422, "file_dangerous"),
    "none": ([], 422, "files_missing"),
    "eleven": ([PDF] * 11, 422, "too_many_files"),
    "too large": ([b"%PDF-" + b"x" * 4_000_000 + b"%%EOF"], 413, "upload_too_large"),
    "one right and one wrong": ([PDF, b"hello"], 422, "file_not_pdf"),
}


@pytest.mark.parametrize(("files", "status", "code"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_cannot_stand_is_refused_and_nothing_is_kept(
    desk: Desk, files: list[bytes], status: int, code: str
) -> None:
    body = {**APPLICATION, "files": [base64.b64encode(each).decode() for each in files]}
    before = desk.store.commits
    answer = desk.call("apply_as_agent", "send_json", body=body)
    assert answer["statusCode"] == status, answer["body"]
    told = json.loads(answer["body"])
    assert [each["pointer"] for each in told["errors"]] == ["/files"]
    assert code in (told["code"], told["errors"][0]["code"])
    fields = {**APPLICATION, "request_key": "c6af9ac6-0109", "step": "send"}
    page = desk.call("apply_as_agent", "send_form", parts=(fields, files, "intyg.pdf" if files != [b""] else "tom.pdf"))
    assert page["statusCode"] == status
    assert (desk.store.commits, desk.archive.objects) == (before, {})


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"municipality": "9999"}, "/municipality"),
        ({"municipality": "x"}, "/municipality"),
        ({"municipality": ""}, "/municipality"),
        ({"name": ""}, "/name"),
        ({"name": "Ny\nSökande"}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"title": "19811228-9874"}, "/title"),
        ({"email": "inte en adress"}, "/email"),
        ({"phone": "ring mig"}, "/phone"),
        ({"phone": "19811228-9874"}, "/phone"),
        ({"certificate": ""}, "/documents"),
        ({"certificate": "kanske"}, "/certificate"),
        ({"surprise": "x"}, "/surprise"),
        ({"name": "a\u202eb"}, "/name"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(desk: Desk, changes: dict[str, str], pointer: str) -> None:
    body = {**APPLICATION, **changes, "files": [base64.b64encode(PDF).decode()]}
    before = desk.store.commits
    answer = desk.call("apply_as_agent", "send_json", body=body)
    assert answer["statusCode"] in (400, 404, 422)
    assert [each["pointer"] for each in json.loads(answer["body"])["errors"]] == [pointer]
    if "surprise" not in changes:
        page = desk.call("apply_as_agent", "review_form", fields={**APPLICATION, "request_key": "k" * 9, **changes})
        assert page["statusCode"] in (400, 422)
        assert "<title>Fel: " in page["body"]
    assert desk.store.commits == before


def test_a_second_application_while_one_is_open_is_refused(desk: Desk) -> None:
    desk.applied()
    answer = desk.call(
        "apply_as_agent", "send_json", body={**APPLICATION, "files": [base64.b64encode(PDF + b"\n").decode()]}
    )
    assert answer["statusCode"] == 422
    event = sample("apply_as_agent", "send_json")
    event["headers"]["Idempotency-Key"] = "another-key"
    assert code_of(apply_as_agent.handler(event, SimpleNamespace())) == "application_open"
    assert len(desk.archive.objects) == 1


def test_an_applicant_completes_and_takes_back(desk: Desk) -> None:
    desk.applied()
    assert desk.call("review_agents", "request_completion")["statusCode"] == 200
    assert "Komplettera senast" in desk.call("follow_agent_application", "show_page")["body"]
    assert desk.call("follow_agent_application", "complete_form")["statusCode"] == 303
    assert (desk.state.applications[0].status, len(desk.state.applications[0].files)) == ("received", 2)
    asked = desk.call("follow_agent_application", "complete_form", parts=({"step": "ask_withdraw"}, []))
    assert "Vill du ta tillbaka" in asked["body"]
    assert desk.state.applications[0].is_open
    assert desk.call("follow_agent_application", "complete_form", parts=({"step": "withdraw"}, []))["statusCode"] == 303
    assert desk.state.applications[0].status == "withdrawn"


def test_an_empty_completion_is_told_at_the_files(desk: Desk) -> None:
    desk.applied()
    answer = desk.call("follow_agent_application", "complete_form", parts=({"step": "complete", "message": ""}, []))
    assert (answer["statusCode"], 'href="#files"' in answer["body"]) == (422, True)


@pytest.mark.parametrize("name", ["show_page", "complete_form", "show", "complete", "withdraw", "download"])
def test_anothers_application_is_not_there(desk: Desk, name: str) -> None:
    desk.applied()
    before = desk.store.commits
    other = {"subject": "person-9", "role": "person", "municipality": ""}
    assert desk.call("follow_agent_application", name, who=other)["statusCode"] == 404
    agent = {"subject": "agent-0115", "role": "agent", "municipality": "0115"}
    assert desk.call("follow_agent_application", name, who=agent)["statusCode"] == 404
    assert desk.store.commits == before


@pytest.mark.parametrize("name", ["0114-2", "0115-1", "0114", "x", "0114-0", "0114-1%20"])
def test_an_application_that_is_none_is_not_found(desk: Desk, name: str) -> None:
    desk.applied()
    for function, call in (
        ("review_agents", "show_page"),
        ("review_agents", "approve"),
        ("follow_agent_application", "show"),
    ):
        assert desk.call(function, call, path=(("0114-1", name),))["statusCode"] == 404


@pytest.mark.parametrize("who", [PERSON, {"subject": "officer-1", "role": "officer", "municipality": ""}])
def test_a_file_is_saved_and_never_shown_as_a_page(desk: Desk, who: dict[str, str]) -> None:
    desk.applied()
    answer = desk.call("follow_agent_application", "download", who=who)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True)
    assert base64.b64decode(answer["body"]) == PDF
    headers = answer["multiValueHeaders"]
    assert headers["Content-Disposition"] == ['attachment; filename="ansokan-0114-1-bilaga-1.pdf"']
    assert headers["Content-Type"] == ["application/pdf"]
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == (["nosniff"], ["no-store"])


def test_officers_see_whose_application_waits_for_what_and_until_when(desk: Desk) -> None:
    desk.applied()

    def row() -> list[str]:
        tree = html.fromstring(desk.call("oversee_agents", "show_page")["body"])
        return [" ".join(cell.text_content().split()) for cell in tree.xpath("//tbody/tr/*")]

    received = ["0114-1", "Upplands Väsby (0114)", "1 april 2025 kl. 10.00"]
    assert row() == [*received, "Väntar på prövning", "–"]
    asked = {"action": "request_completion", "reason": "Intyget saknas.", "last_day": "2025-05-20"}
    desk.call("review_agents", "approve_form", fields=asked)
    assert row() == [*received, "Behöver kompletteras", "20 maj 2025"]
    assert "Ansökan 0114-1" in desk.call("oversee_agents", "show_municipality")["body"]


def test_an_officer_confirms_before_deciding(desk: Desk) -> None:
    desk.imported().applied()
    fields = {"action": "approve", "reason": "", "last_day": "", "step": "review"}
    shown = desk.call("review_agents", "approve_form", fields=fields)
    assert (shown["statusCode"], "Ombudet byts" in shown["body"]) == (200, True)
    assert [holder.person for holder in desk.state.live if holder.role == "agent"] == [OLD]
    assert desk.call("review_agents", "approve_form")["statusCode"] == 303
    assert [holder.person.subject for holder in desk.state.live if holder.role == "agent"] == ["person-1"]
    assert desk.store.mandates[("person-1", "0114")] == "agent"
    assert (OLD.subject, "0114") not in desk.store.mandates


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"action": "close", "reason": " "}, 422, "reason"),
        ({"action": "request_completion", "reason": "Skäl.", "last_day": "i morgon"}, 422, "last_day"),
        ({"action": "request_completion", "reason": "Skäl.", "last_day": "2025-04-01"}, 422, "last_day"),
        ({}, 422, "action"),
        ({"step": "review"}, 422, "action"),
        ({"action": "dance"}, 400, ""),
    ],
)
def test_a_decision_that_cannot_stand_is_shown_with_its_fault(
    desk: Desk, fields: dict[str, str], status: int, field: str
) -> None:
    desk.applied()
    answer = desk.call("review_agents", "approve_form", fields={"step": "send", **fields})
    assert answer["statusCode"] == status
    assert not field or f'href="#{field}"' in answer["body"]
    assert desk.state.applications[0].status == "received"


def test_who_applied_may_not_approve_also_as_an_officer(desk: Desk) -> None:
    desk.applied()
    who = {"subject": "person-1", "role": "officer", "municipality": ""}
    for name in ("approve", "close"):
        assert desk.call("review_agents", name, who=who)["statusCode"] == 403
    assert desk.state.agent is None


def test_the_agent_invites_and_the_invited_accepts_once(desk: Desk) -> None:
    desk.imported()
    sent = desk.call("manage_agents", "invite_form")
    assert (sent["statusCode"], sent["multiValueHeaders"]["Location"]) == (303, ["../../kommun/0114/ombud"])
    assert "annan@kommun.example" in desk.call("manage_agents", "show_page")["body"]
    stored = desk.store.snapshots[agents_key(CODE)].state.decode()
    assert desk.code not in stored
    assert desk.call("accept_agent_invitations", "accept_form")["statusCode"] == 303
    assert "Du har tackat ja" in desk.call("accept_agent_invitations", "show_page")["body"]
    assert desk.store.mandates[("person-2", "0114")] == "representative"
    another = {"subject": "person-3", "role": "person", "municipality": ""}
    for name in ("accept_form", "accept", "show_page", "show"):
        assert desk.call("accept_agent_invitations", name, who=another)["statusCode"] == 410
    assert ("person-3", "0114") not in desk.store.mandates


def test_an_old_or_unknown_code_opens_nothing(desk: Desk) -> None:
    desk.imported().invited()
    assert desk.call("accept_agent_invitations", "show", path=((desk.code, "x"),))["statusCode"] == 404
    desk.clock.move(days=14)
    assert desk.call("accept_agent_invitations", "accept")["statusCode"] == 410


def test_a_mandate_ends_after_one_more_question(desk: Desk) -> None:
    desk.imported()
    asked = desk.call("manage_agents", "invite_form", fields={"action": "ask_revoke", "mandate": "2"})
    assert "Vill ni avsluta" in asked["body"]
    assert len(desk.state.live) == 2
    done = desk.call("manage_agents", "invite_form", fields={"action": "revoke", "mandate": "2"})
    assert (done["statusCode"], len(desk.state.live)) == (303, 1)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "invite", "role": "agent", "email": "x@kommun.example"}, 422),
        ({"action": "invite", "role": "", "email": ""}, 422),
        ({"action": "revoke", "mandate": "1"}, 422),
        ({"action": "confirm", "round": "2025", "mandates": "1"}, 409),
        ({"action": "dance"}, 400),
        ({}, 400),
    ],
)
def test_what_the_agent_cannot_do_is_shown_and_changes_nothing(desk: Desk, fields: dict[str, str], status: int) -> None:
    desk.imported()
    before = desk.store.commits
    answer = desk.call("manage_agents", "invite_form", fields=fields)
    assert (answer["statusCode"], desk.store.commits) == (status, before)


def test_an_agent_who_was_replaced_does_nothing_with_an_old_session(desk: Desk) -> None:
    desk.imported().applied()
    desk.call("review_agents", "approve")
    for name in ("invite", "revoke", "confirm"):
        assert desk.call("manage_agents", name)["statusCode"] in (403, 409)
    assert desk.call("manage_agents", "invite_form")["statusCode"] == 403


def test_the_round_is_confirmed_by_form_and_the_officers_see_who_did_not(desk: Desk) -> None:
    desk.imported()
    assert desk.call("oversee_agents", "ask_form")["statusCode"] == 303
    assert "Bekräfta listan senast" in desk.call("manage_agents", "show_page")["body"]
    desk.clock.move(days=90)
    assert "Upplands Väsby (0114)" in desk.call("oversee_agents", "show_page")["body"]
    fields = {"action": "confirm", "round": "2025", "mandates": "1 2"}
    assert desk.call("manage_agents", "invite_form", fields=fields)["statusCode"] == 303
    assert "Alla har svarat" in desk.call("oversee_agents", "show_page")["body"]


def test_an_officer_notes_what_the_agent_confirmed_by_letter(desk: Desk) -> None:
    desk.imported()
    assert "Anteckna en bekräftelse" not in desk.call("oversee_agents", "show_municipality")["body"]
    desk.call("oversee_agents", "ask_form")
    offered = html.fromstring(desk.call("oversee_agents", "show_municipality")["body"])
    form = dict(next(f for f in offered.forms if "note" in f.fields).form_values())
    assert {name: value.strip() for name, value in form.items()} == {"seen": "1 2", "note": ""}
    missing = desk.call("oversee_agents", "revoke_form", fields={**form, "step": "note"})
    assert missing["statusCode"] == 422
    assert {"#round", "#note"} == set(html.fromstring(missing["body"]).xpath("//section[@role]//a/@href"))
    filled = {**form, "step": "note", "round": "2025", "note": "Brev den 3 april, 7.1-12/2025."}
    changed = desk.call("oversee_agents", "revoke_form", fields={**filled, "seen": "1"})
    assert (changed["statusCode"], "har ändrats" in changed["body"]) == (409, True)
    assert desk.state.confirmations[0].confirmed_at is None
    assert desk.call("oversee_agents", "revoke_form", fields=filled)["statusCode"] == 303
    (noted,) = desk.state.confirmations
    assert (noted.confirmed_by, noted.noted_for, noted.reason) == ("officer-1", 1, "Brev den 3 april, 7.1-12/2025.")
    shown = desk.call("oversee_agents", "show_municipality")["body"]
    assert "antecknad för ombudet av officer-1: Brev den 3 april" in shown
    assert "Anteckna en bekräftelse" not in shown
    assert "en handläggare antecknade det" in desk.call("manage_agents", "show_page")["body"]
    told = json.loads(desk.call("manage_agents", "show")["body"])["confirmations"]
    assert [(each["round"], each["noted_by_agency"]) for each in told] == [("2025", True)]


def test_a_program_of_an_officer_says_how_the_agent_confirmed(desk: Desk) -> None:
    desk.imported()
    officer = {"subject": "officer-1", "role": "officer", "municipality": ""}
    body = {"round": "2025", "mandates": [1, 2]}
    assert desk.call("manage_agents", "confirm", who=officer, body=body)["statusCode"] == 422
    assert desk.call("manage_agents", "confirm", who=officer, body=body | {"reason": "Samtal."})["statusCode"] == 200
    (noted,) = desk.state.confirmations
    assert (noted.confirmed_by, noted.noted_for, noted.reason) == ("officer-1", 1, "Samtal.")


def test_an_officer_ends_a_mandate_with_a_reason(desk: Desk) -> None:
    desk.imported()
    form = {"mandate": "1", "reason": "Har slutat."}
    offered = html.fromstring(desk.call("oversee_agents", "show_municipality")["body"])
    assert len(offered.xpath("//input[@name='mandate']")) == 2
    assert not offered.xpath("//input[@checked]"), "nobody's mandate ends because it was the last"
    for step in ({"step": "review"}, {}):
        missing = desk.call("oversee_agents", "revoke_form", fields={"reason": " ", **step})
        assert missing["statusCode"] == 422
        assert {"#mandate", "#reason"} == set(html.fromstring(missing["body"]).xpath("//section[@role]//a/@href"))
    assert len(desk.state.live) == 2
    review = desk.call("oversee_agents", "revoke_form", fields={**form, "step": "review"})
    assert "utan ombud" in review["body"]
    without = desk.call("oversee_agents", "revoke_form", fields={**form, "reason": ""})
    assert (without["statusCode"], 'href="#reason"' in without["body"]) == (422, True)
    assert desk.call("oversee_agents", "revoke_form", fields=form)["statusCode"] == 303
    assert desk.state.agent is None


def test_programs_are_told_who_acts_without_any_subject(desk: Desk) -> None:
    desk.imported().applied()
    told = [
        desk.call("manage_agents", "show")["body"],
        desk.call("oversee_agents", "show")["body"],
        desk.call("follow_agent_application", "show")["body"],
    ]
    assert all("person-1" not in each and OLD.subject not in each for each in told)
    assert [each["role"] for each in json.loads(told[0])["mandates"]] == ["agent", "representative"]
    assert [each["application"] for each in json.loads(told[1])["applications"]] == ["0114-1"]


def test_a_municipality_without_any_agent_is_not_found(desk: Desk) -> None:
    assert desk.call("oversee_agents", "show_municipality")["statusCode"] == 404
