"""A person signs in at the provider over HTTP and comes back with a session; a program shows the provider's token."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from lxml import html

from tests.integration.office import Office

SITE = "http://statsbidrag.localhost"
FORM = "rekvisition"
PAGES = {"Accept": "text/html"}


class Browser:
    """Keeps cookies, and follows nothing by itself."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.cookies: dict[str, str] = {}
        self.secrets: list[str] = []

    def get(self, path: str) -> httpx.Response:
        return self._kept(self.office.http.get(path, headers=self._headers()))

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        return self._kept(self.office.http.post(path, data=fields, headers=self._headers()))

    def _headers(self) -> dict[str, str]:
        return PAGES | ({"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())} if self.cookies else {})

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for told in answer.headers.get_list("set-cookie"):
            assert "HttpOnly; Secure; SameSite=Lax" in told
            name, _, value = told.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
                self.secrets.append(value)
        return answer

    def identify(self, start: httpx.Response, **chosen: str) -> str:
        """Go to the provider's page and choose; gives the way back."""
        assert start.status_code == 303, start.text
        with httpx.Client(trust_env=False, timeout=30) as there:
            shown = there.get(start.headers["location"])
            assert shown.status_code == 200, shown.text
            assert "Välj vem du är" in shown.text
            back = there.post(start.headers["location"], data=chosen)
        assert back.status_code == 302, back.text
        address = back.headers["location"]
        assert address.startswith(f"{SITE}/logga-in/svar?")
        self.secrets += [v[0] for k, v in parse_qs(urlsplit(address).query).items() if k != "error"]
        return address.removeprefix(SITE)

    def sign_in(self, subject: str, wanted: str = "/") -> httpx.Response:
        start = self.get(f"/logga-in?till={wanted}")
        return self.get(self.identify(start, sub=subject))


@pytest.fixture
def browser(office: Office) -> Browser:
    return Browser(office)


def _form(page: httpx.Response, action: str = "") -> dict[str, str]:
    found: Any = next(f for f in html.fromstring(page.text).forms if not action or action in (f.get("action") or ""))
    return {str(name): str(value) for name, value in found.form_values()}


def _sent_to(page: str, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return urljoin(f"{SITE}{page}", answer.headers["location"]).removeprefix(SITE)


def test_a_page_leads_to_the_provider_and_back_to_itself(office: Office, browser: Browser) -> None:
    page = f"/{FORM}/{office.round}/2584"
    to_sign_in = _sent_to(page, browser.get(page))
    assert to_sign_in == f"/logga-in?till=%2F{FORM}%2F{office.round}%2F2584"
    back = browser.identify(browser.get(to_sign_in), sub="agent-2584")
    assert _sent_to("/logga-in/svar", browser.get(back)) == page
    shown = browser.get(page)
    assert shown.status_code == 200
    assert "Ombud, Kiruna (2584)" in shown.text
    assert browser.get(f"/{FORM}/{office.round}/0580").status_code == 403

    again = browser.get(back)
    assert (again.status_code, "gäller inte längre" in again.text) == (401, True)

    forged = browser.post(page, {"amount": "1", "csrf": "x"})
    assert forged.status_code == 403

    old = dict(browser.cookies)
    left = browser.post("/logga-ut", _form(shown, "logga-ut"))
    assert (left.status_code, "Du är utloggad" in left.text, browser.cookies) == (200, True, {})
    browser.cookies = old
    assert browser.get(page).status_code == 303


def test_whoever_acts_for_several_chooses_one(office: Office, browser: Browser) -> None:
    page = f"/{FORM}/{office.round}/1489"
    where = _sent_to("/logga-in/svar", browser.sign_in("representative-of-several", page))
    assert where.startswith("/logga-in/val?till=")
    assert browser.get(page).status_code == 403
    shown = browser.get(where)
    assert {"Representant för Linköping (0580)", "Representant för Alingsås (1489)"} <= set(
        html.fromstring(shown.text).xpath("//label/span/text()")
    )
    fields = _form(shown, "") if "till" in _form(shown) else _form_of_choices(shown)
    wrong = browser.post("/logga-in/val", fields | {"choice": "representative:2584"})
    assert (wrong.status_code, "Välj i listan" in wrong.text) == (422, True)
    assert _sent_to("/logga-in/val", browser.post("/logga-in/val", fields | {"choice": "representative:1489"})) == page
    assert browser.get(page).status_code == 200


def _form_of_choices(page: httpx.Response) -> dict[str, str]:
    found: Any = next(f for f in html.fromstring(page.text).forms if "till" in f.fields)
    return {str(name): str(value) for name, value in found.form_values()}


def test_an_id_is_changed_on_the_way_and_leads_nowhere_else(browser: Browser) -> None:
    browser.sign_in("officer-1")
    before = browser.cookies["__Host-session"]
    assert _sent_to("/logga-in/fornya", browser.get("/logga-in/fornya?till=/tasks")) == "/tasks"
    assert browser.cookies["__Host-session"] != before
    assert browser.get("/tasks").status_code == 200
    assert _sent_to("/logga-in/fornya", browser.get("/logga-in/fornya?till=//evil.example/")) == "/"


def test_a_mandate_that_is_revoked_is_gone_at_once(office: Office, browser: Browser) -> None:
    page = f"/{FORM}/{office.round}/0580"
    office.signed("leaves-soon", "agent", "0580")
    browser.sign_in("agent-0580", page)
    program = office.signed("leaves-soon", "agent", "0580") | {"Accept": "application/json"}
    assert office.http.get(office.program("0580"), headers=program).status_code == 200
    key = {"pk": {"S": "PERSON#leaves-soon"}, "sk": {"S": "MANDATE#0580"}}
    office.dynamodb.delete_item(TableName=office.stack.outputs["TableName"], Key=key)
    assert office.http.get(office.program("0580"), headers=program).status_code == 403
    assert browser.get(page).status_code == 200


def test_who_cancels_or_has_a_weak_identification_is_told_what_to_do(browser: Browser) -> None:
    cancelled = browser.get(browser.identify(browser.get("/logga-in"), action="deny"))
    assert (cancelled.status_code, "Du avbröt inloggningen" in cancelled.text) == (401, True)
    weak = browser.sign_in("person-2")
    assert (weak.status_code, "för låg tillitsnivå" in weak.text) == (403, True)
    assert "__Host-session" not in browser.cookies


def test_the_answer_is_for_the_browser_that_began(office: Office, browser: Browser) -> None:
    back = browser.identify(browser.get("/logga-in"), sub="officer-1")
    other = Browser(office)
    other.get("/logga-in")
    assert other.get(back).status_code == 401
    assert other.cookies == {}


def test_a_token_of_another_kind_lets_nobody_in(office: Office) -> None:
    told = office.signed("officer-1", "officer")
    assert office.http.get("/tasks", headers=told).status_code == 200
    for header in ("Bearer x.y.z", "Bearer", told["Authorization"][:-4] + "AAAA"):
        assert office.http.get("/tasks", headers={"Authorization": header}).status_code == 401


def test_no_secret_of_a_sign_in_stands_in_a_log(office: Office, browser: Browser) -> None:
    browser.sign_in("officer-1", "/tasks")
    browser.get("/logga-in/fornya")
    token = office.signed("officer-1", "officer")["Authorization"].partition(" ")[2]
    office.http.get("/tasks", headers=office.signed("officer-1", "officer"))
    office.log_line("caller_admitted")
    written = office.written()
    for secret in [*browser.secrets, token]:
        assert len(secret) > 20
        assert secret not in written
