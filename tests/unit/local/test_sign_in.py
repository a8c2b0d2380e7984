"""Whoever one chooses to be, the browser carries the token to the right page and nowhere else."""

import socket
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest

from local.sign_in import SignIn
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber, RoundId
from statsbidrag.domain.recipient import Recipient

PAGES = "http://statsbidrag.localhost:4566"


def recipient(code: str, name: str) -> Recipient:
    organisation = OrganisationNumber("2120000019")
    account = Account("bankgiro", "50501055")
    return Recipient(MunicipalityCode(code), name, organisation, f"{code}@kommun.example", account, "1", "0007:1")


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    sign_in = SignIn(
        lambda subject, role, municipality: f"{subject}.{role}.{municipality or '-'}",
        round_id=RoundId("2025"),
        recipients=[recipient("0114", "Upplands Väsby"), recipient("0115", 'Vall"<b>entuna')],
        pages=PAGES,
        addresses={"E-post": "http://statsbidrag.localhost:8025/"},
    )
    with sign_in.serve() as site:
        # the name resolves in browsers, not in every resolver
        address = site.url.replace("statsbidrag.localhost", "127.0.0.1")
        host = site.url.removeprefix("http://").removesuffix("/")
        with httpx.Client(base_url=address, headers={"Host": host}, trust_env=False) as client:
            yield client


def cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].partition("session=")[2]


@pytest.mark.parametrize("typed", ["0114", "0114 Upplands Väsby", "upplands väsby", " 0114 "])
def test_an_agent_gets_the_cookie_and_the_requisition_form(browser: httpx.Client, typed: str) -> None:
    answer = browser.post("/", data={"who": "agent", "municipality": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGES}/rekvisition/2025/0114")
    assert cookie(answer) == "agent-0114.agent.0114; HttpOnly; SameSite=Lax; Path=/"


@pytest.mark.parametrize("subject", ["officer-1", "officer-2", "attester-1", "attester-2"])
def test_staff_get_the_cookie_and_a_start_page(browser: httpx.Client, subject: str) -> None:
    answer = browser.post("/", data={"who": subject, "municipality": ""})
    assert (answer.status_code, answer.headers["location"]) == (303, "/start")
    role = subject.partition("-")[0]
    assert cookie(answer).startswith(f"{subject}.{role}.-;")
    assert 'href="http://statsbidrag.localhost:8025/"' in browser.get("/start").text


@pytest.mark.parametrize("typed", ["", "9999", "Ankeborg", "01140", "<script>"])
def test_an_unknown_municipality_is_told_at_the_field(browser: httpx.Client, typed: str) -> None:
    answer = browser.post("/", data={"who": "agent", "municipality": typed})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert "<title>Fel: Logga in</title>" in answer.text
    assert 'aria-describedby="municipality-fault"' in answer.text
    assert "<script>" not in answer.text


def test_one_is_sent_on_to_the_pages_for_people_only(browser: httpx.Client) -> None:
    there = browser.post("/", data={"who": "agent", "municipality": "0114", "next": f"{PAGES}/rekvisition/2024/0114"})
    assert there.headers["location"] == f"{PAGES}/rekvisition/2024/0114"
    for elsewhere in ("http://evil.example/", f"{PAGES}.evil.example/", "//evil.example", f"{PAGES}@evil.example/"):
        answer = browser.post("/", data={"who": "officer-1", "next": elsewhere})
        assert answer.headers["location"] == "/start"


def test_the_page_names_every_field_and_works_without_scripts(browser: httpx.Client) -> None:
    answer = browser.get("/", params={"next": '"><i>'})
    text = answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<label for="municipality">' in text
    assert '<html lang="sv">' in text
    assert "script" not in text
    assert "<b>" not in text
    assert "<i>" not in text

    options: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "option":
                options.append(dict(attrs)["value"] or "")

    Reader().feed(text)
    assert options == ["0114 Upplands Väsby", '0115 Vall"<b>entuna']


def test_signing_out_forgets_the_cookie(browser: httpx.Client) -> None:
    assert "Max-Age=0" in cookie(browser.post("/logga-ut"))


def test_it_answers_on_loopback_to_its_own_names_alone(browser: httpx.Client) -> None:
    assert browser.get("/", headers={"Host": "rebound.example"}).status_code == 421
    assert browser.get("/finns-inte").status_code == 404
    assert browser.post("/", content=b"x" * 20_000).status_code == 413
    with socket.socket() as outside:
        assert outside.connect_ex(("127.0.0.2", browser.base_url.port or 0)) != 0
