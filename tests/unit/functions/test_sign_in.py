"""The way in and out as a browser goes it: every answer is a page or leads on, and only to this site."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html

from functions.sign_in import handler as function
from statsbidrag.domain.sessions import ABSOLUTE_LIMIT, ATTEMPT_LASTS, FAILURES, IDLE_LIMIT, OLD_ID_LASTS
from statsbidrag.entry import cookies, wiring
from statsbidrag.usecases.signing_in import key_of
from tests.identities import ISSUER, STAFFING, SUBJECT, Identities
from tests.unit.functions.material import RECIPIENT, headers

PAGE = "/rekvisition/2025/0114"


class Browser:
    """Keeps the cookies of one site; `asked` is what the authoriser tells of it."""

    def __init__(self, known: Identities) -> None:
        self.known = known
        self.cookies: dict[str, str] = {}
        self.status = 0
        self.where = ""
        self.page: Any = None

    def get(self, path: str, **query: str) -> Browser:
        return self._call("GET", path, query, None)

    def post(self, path: str, **fields: str) -> Browser:
        return self._call("POST", path, {}, fields)

    def _call(self, method: str, path: str, query: dict[str, str], fields: dict[str, str] | None) -> Browser:
        sent = {"Accept": "text/html", "Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        if fields is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        session = self.known.sessions.get(key_of(self.cookies.get(cookies.SESSION, "")))
        told = {"csrf": session.csrf} if session else {}
        told |= (
            {n: getattr(session, n) for n in ("subject", "role", "municipality", "municipality_name")}
            if session
            else {}
        )
        event = {
            "resource": path, "path": path, "httpMethod": method, "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "requestContext": {"requestId": "c6af9ac6", "authorizer": told if path == "/logga-in/val" else {}},
            "body": urlencode(fields) if fields is not None else None, "isBase64Encoded": False,
        }  # fmt: skip
        answer = function.handler(event, SimpleNamespace())
        for told_cookie in headers(answer, "Set-Cookie"):
            name, _, value = told_cookie.partition(";")[0].partition("=")
            assert told_cookie.endswith("; HttpOnly; Secure; SameSite=Lax")
            assert "; Path=/" in told_cookie
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        self.status, self.where = answer["statusCode"], (headers(answer, "Location") or [""])[0]
        self.page = html.fromstring(answer["body"]) if answer["body"] else None
        if self.page is not None:
            assert len(self.page.xpath("//h1")) == 1
        assert headers(answer, "Cache-Control") == ["no-store"]
        return self

    @property
    def session(self) -> Any:
        return self.known.sessions.get(key_of(self.cookies[cookies.SESSION]))

    def sign_in(self, wanted: str = PAGE) -> Browser:
        state = self.known.fake.authorise(self.get("/logga-in", till=wanted).where)
        return self.get("/logga-in/svar", code="c0de", state=state)

    def heading(self) -> str:
        return str(self.page.xpath("string(//h1)"))


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Identities:
    made = Identities()
    register = SimpleNamespace(get=lambda code: RECIPIENT if code == "0114" else None)
    monkeypatch.setattr(wiring, "real_clock", lambda: made.clock)
    monkeypatch.setattr(wiring, "clock", lambda: made.clock)
    monkeypatch.setattr(wiring, "sessions", lambda: made.sessions)
    monkeypatch.setattr(wiring, "mandates", lambda: made.mandates)
    monkeypatch.setattr(wiring, "identity_provider", lambda: made.oidc)
    monkeypatch.setattr(wiring, "register", lambda: register)
    return made


@pytest.fixture
def browser(known: Identities) -> Browser:
    return Browser(known)


def test_the_way_in_leads_to_the_provider_and_back_to_the_page(known: Identities, browser: Browser) -> None:
    known.mandates.give(SUBJECT, "0114")
    browser.get("/logga-in", till=PAGE)
    assert (browser.status, list(browser.cookies)) == (303, [cookies.ATTEMPT])
    assert browser.where.startswith(f"{ISSUER}/authorization_endpoint?")
    (kept,) = known.sessions.attempts
    assert kept == key_of(browser.cookies[cookies.ATTEMPT])
    state = known.fake.authorise(browser.where)
    browser.get("/logga-in/svar", code="c0de", state=state)
    assert (browser.status, browser.where) == (303, "../rekvisition/2025/0114")
    assert list(browser.cookies) == [cookies.SESSION]
    assert len(browser.cookies[cookies.SESSION]) == 43
    assert (browser.session.role, browser.session.municipality) == ("agent", "0114")
    assert browser.cookies[cookies.SESSION] not in repr(known.sessions.sessions)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\nb",
        "",
        "x" * 2000,
        "/" * 9,
    ],
)
def test_only_a_page_of_this_site_is_led_to(browser: Browser, elsewhere: str) -> None:
    assert browser.sign_in(elsewhere).where == "../logga-in/val"
    assert browser.get("/logga-in/fornya", till=elsewhere).where == "../"


def test_an_answer_is_good_once_and_for_the_browser_that_began(known: Identities, browser: Browser) -> None:
    state = known.fake.authorise(browser.get("/logga-in").where)
    attempt = dict(browser.cookies)
    other = Browser(known)
    known.fake.authorise(other.get("/logga-in").where, "other")
    other.get("/logga-in/svar", code="c0de", state=state)
    assert (other.status, other.heading(), other.cookies) == (401, "Inloggningen gäller inte längre", {})
    assert Browser(known).get("/logga-in/svar", code="c0de", state=state).status == 401

    assert browser.get("/logga-in/svar", code="c0de", state=state).status == 303
    browser.cookies |= attempt
    assert browser.get("/logga-in/svar", code="c0de", state=state).status == 401
    assert len(known.sessions.sessions) == 1


def test_an_attempt_lasts_ten_minutes(known: Identities, browser: Browser) -> None:
    state = known.fake.authorise(browser.get("/logga-in").where)
    known.clock.at += ATTEMPT_LASTS
    assert browser.get("/logga-in/svar", code="c0de", state=state).status == 401


@pytest.mark.parametrize("state", [True, False])
def test_who_cancels_is_told_so_and_may_try_again(known: Identities, browser: Browser, *, state: bool) -> None:
    given = {"state": known.fake.authorise(browser.get("/logga-in", till=PAGE).where)} if state else {}
    browser.get("/logga-in/svar", error="access_denied", **given)
    assert (browser.status, browser.heading()) == (401, "Du avbröt inloggningen")
    assert browser.page.xpath("//main//a/@href")[0].startswith("../logga-in")
    assert cookies.SESSION not in browser.cookies


def test_every_way_to_fail_has_a_page_that_says_what_to_do(known: Identities, browser: Browser) -> None:
    seen = set()

    def told(failed: Browser) -> None:
        code = failed.page.xpath("string(//p[@class='reference'])").split()[1].strip(",")
        status, message = FAILURES[code]
        assert (failed.status, failed.page.xpath("string(//p[@class='lead'])")) == (status, message)
        assert "Logga in igen" in failed.page.xpath("//main//a/text()")
        seen.add(code)

    told(browser.get("/logga-in/svar", error="access_denied"))
    told(browser.get("/logga-in/svar", error="server_error", error_description="<script>"))
    told(browser.get("/logga-in/svar", code="c0de", state="x"))
    known.fake.changed = {"nonce": "x"}
    told(browser.sign_in())
    known.fake.changed = {"acr": "low"}
    told(browser.sign_in())
    known.fake.changed = {}
    state = known.fake.authorise(browser.get("/logga-in").where)
    known.fake.is_down = True
    told(browser.get("/logga-in/svar", code="c0de", state=state))
    assert seen == set(FAILURES)


def test_a_provider_that_is_down_is_told_before_anything_is_kept(browser: Browser, known: Identities) -> None:
    known.fake.is_down = True
    browser.get("/logga-in")
    assert (browser.status, browser.heading()) == (503, "Det går inte att logga in just nu")
    assert known.sessions.attempts == {}


def test_whoever_acts_for_several_chooses_one(known: Identities, browser: Browser) -> None:
    known.mandates.give(SUBJECT, "0114")
    known.mandates.give(SUBJECT, "0115", "coordinator")
    browser.sign_in()
    assert browser.where == "../logga-in/val?till=%2Frekvisition%2F2025%2F0114"
    assert browser.session.role == "person"
    browser.get("/logga-in/val", till=PAGE)
    options = [" ".join(label.split()) for label in browser.page.xpath("//label[@class='option']//span/text()")]
    assert options == ["Ombud för Upplands Väsby (0114)", "Uppgiftssamordnare för kommun 0115"]
    fields = dict(next(f for f in browser.page.forms if "till" in f.fields).form_values())
    assert browser.post("/logga-in/val", **(fields | {"csrf": "x", "choice": "agent:0114"})).status == 403
    assert browser.post("/logga-in/val", **(fields | {"choice": "agent:0580"})).status == 422
    assert browser.page.xpath("//title/text()")[0].startswith("Fel: ")
    before = browser.cookies[cookies.SESSION]
    browser.post("/logga-in/val", **(fields | {"choice": "agent:0114"}))
    assert (browser.status, browser.where) == (303, "../rekvisition/2025/0114")
    assert (browser.session.role, browser.session.municipality) == ("agent", "0114")
    assert browser.session.municipality_name == "Upplands Väsby"
    assert browser.cookies[cookies.SESSION] != before
    assert browser.session.csrf != fields["csrf"]


def test_my_pages_are_those_of_the_role_that_one_acts_in(known: Identities, browser: Browser) -> None:
    browser.get("/logga-in/val")
    assert (browser.status, browser.where) == (303, "../logga-in?till=%2Flogga-in%2Fval")
    known.mandates.give(SUBJECT, "0114")
    for wanted in ("/", "/logga-in/val"):
        assert browser.sign_in(wanted).where == "../kommun/0114"
    browser.get("/logga-in/val")
    assert (browser.status, browser.where) == (303, "../kommun/0114")
    browser.get("/logga-in/val", till="/")
    assert (browser.status, browser.heading()) == (200, "Välj vem du företräder")
    shown = browser.page.xpath("//header//nav[@aria-label='Mina sidor']")[0]
    assert shown.xpath("string(p)") == "Ombud, Upplands Väsby (0114)"
    assert [a.text for a in shown.iter("a")] == ["Mina sidor", "Byt uppdrag"]
    assert shown.xpath(".//form/@action") == ["../logga-ut"]
    known.mandates.give(SUBJECT, "0115", "coordinator")
    fields = dict(next(f for f in browser.page.forms if "till" in f.fields).form_values())
    browser.post("/logga-in/val", **(fields | {"choice": "coordinator:0115"}))
    assert (browser.status, browser.where) == (303, "../kommun/0115")
    browser.get("/logga-in/val", till="/")
    assert browser.page.xpath("string(//header//nav/p)") == "Uppgiftssamordnare, kommun 0115"


def test_staff_begin_at_the_work_list(known: Identities, browser: Browser) -> None:
    known.fake.changed = {STAFFING.claim: [STAFFING.attester]}
    assert browser.sign_in("/logga-in/val").where == "../handlaggning"
    assert browser.get("/logga-in/val").where == "../handlaggning"


def test_who_acts_for_nobody_is_told_how_to_come_on(browser: Browser) -> None:
    assert browser.sign_in("/").where == "../logga-in/val"
    browser.get("/logga-in/val")
    assert (browser.status, browser.heading()) == (200, "Du företräder ingen kommun")
    assert "../ombud/ansokan" in browser.page.xpath("//main//a/@href")


def test_a_session_gets_another_id_and_the_old_one_lives_a_minute_more(known: Identities, browser: Browser) -> None:
    before = browser.sign_in().cookies[cookies.SESSION]
    begun = browser.session.begun_at
    known.clock.pass_(minutes=20)
    assert browser.get("/logga-in/fornya", till=PAGE).where == "../rekvisition/2025/0114"
    assert browser.cookies[cookies.SESSION] != before
    assert (browser.session.begun_at, browser.session.ends_at) == (begun, known.clock.now() + IDLE_LIMIT)
    old = known.sessions.get(key_of(before))
    assert old
    assert (old.replaced, old.ends_at) == (True, known.clock.now() + OLD_ID_LASTS)

    tab = Browser(known)
    tab.cookies = {cookies.SESSION: before}
    assert tab.get("/logga-in/fornya", till=PAGE).status == 303
    assert tab.cookies == {cookies.SESSION: before}
    assert len(known.sessions.sessions) == 2


def test_a_session_ends_after_eight_hours_however_it_is_used(known: Identities, browser: Browser) -> None:
    begun = browser.sign_in().session.begun_at
    while known.clock.now() < begun + ABSOLUTE_LIMIT:
        assert browser.get("/logga-in/fornya", till=PAGE).where == "../rekvisition/2025/0114"
        assert browser.session.ends_at <= begun + ABSOLUTE_LIMIT
        known.clock.pass_(minutes=29)
    known.clock.at = max(known.clock.at, begun + ABSOLUTE_LIMIT)
    assert browser.get("/logga-in/fornya", till=PAGE).where.startswith("../logga-in?till=")


def test_signing_out_ends_the_session_under_both_its_ids(known: Identities, browser: Browser) -> None:
    browser.sign_in()
    browser.get("/logga-in/fornya")
    assert browser.post("/logga-ut", csrf="of-another").status == 403
    assert len(known.sessions.sessions) == 2
    browser.post("/logga-ut", csrf=browser.session.csrf)
    assert (browser.status, browser.heading(), browser.cookies) == (200, "Du är utloggad", {})
    assert known.sessions.sessions == {}
    assert any(link.startswith(f"{ISSUER}/end_session") for link in browser.page.xpath("//main//a/@href"))
    assert browser.post("/logga-ut").status == 200
    known.fake.is_down = True
    assert browser.post("/logga-ut").status == 200


def test_signing_in_again_ends_the_session_before(known: Identities, browser: Browser) -> None:
    browser.sign_in()
    browser.sign_in()
    assert len(known.sessions.sessions) == 1


def test_no_secret_stands_in_the_log(
    known: Identities, browser: Browser, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    known.fake.changed = {"personal_identity_number": "191212121212"}
    state = known.fake.authorise(browser.get("/logga-in", till=PAGE).where)
    attempt = browser.cookies[cookies.ATTEMPT]
    browser.get("/logga-in/svar", code="c0de-of-the-answer", state=state)
    browser.sign_in()
    browser.post("/logga-ut", csrf=browser.session.csrf)
    written = json.dumps(log_lines())
    assert "sign_in_failed" in written
    for secret in (attempt, state, "c0de-of-the-answer", SUBJECT, "1212", known.fake.access_token, "a-secret"):
        assert secret not in written
