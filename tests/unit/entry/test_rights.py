"""Who may what is one table: every route stands in it, every cell of it is tried, and nothing else lets anyone in."""

from itertools import product
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts.template import read
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.entry.api import create_app, document, run
from statsbidrag.entry.callers import Caller
from statsbidrag.entry.guard import CSRF_HEADER
from statsbidrag.entry.pages import Pages
from statsbidrag.entry.rights import ANYONE, APPLICANTS, MUNICIPALITY, RIGHTS, ROLE_NAMES, SIGNED_IN, check, may
from tests.unit.entry.calls import call, form, program

OPEN = {"/open/{municipality}": {"GET": ANYONE, "POST": ANYONE}}
TABLE = {"/thing/{municipality}": {"GET": MUNICIPALITY, "POST": frozenset({"agent", "officer"})}, **OPEN}
ROUTES = [(path, method) for path, methods in RIGHTS.items() for method in methods]
TOKEN = "t" * 43
AGENT = {"subject": "s", "role": "agent", "municipality": "0114"}


def _code(who: Caller | None, method: str, path: str, municipality: str | None) -> str:
    try:
        check(who, method, path, municipality)
    except Refusal as refused:
        return refused.code
    return ""


def test_every_route_of_the_template_stands_in_the_table_and_no_other() -> None:
    events = [event.properties for event in read().events("Api")]
    assert {(event["Path"], event["Method"]) for event in events} == set(ROUTES)
    open_routes = {
        (event["Path"], event["Method"]) for event in events if event.get("Auth", {}).get("Authorizer") == "NONE"
    }
    assert open_routes == {(path, method) for path, method in ROUTES if RIGHTS[path][method] == ANYONE}


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_every_role_gets_on_where_the_table_says_so_and_a_municipality_in_its_own_alone(path: str, method: str) -> None:
    roles = RIGHTS[path][method]
    assert roles == ANYONE or roles <= SIGNED_IN
    for role, own in product(ROLE_NAMES, (True, False)):
        who = Caller("s", role, "0114" if role in MUNICIPALITY else "")
        code = "0114" if own else "0115"
        if roles == ANYONE:
            expected = ""
        elif role not in roles:
            expected = "role_not_allowed"
        else:
            expected = "" if own or role not in MUNICIPALITY else "not_your_municipality"
        assert _code(who, method, path, code) == expected, role
    assert _code(None, method, path, "0114") == ("" if roles == ANYONE else "not_signed_in")


@pytest.mark.parametrize("role", ["", "anyone", "bank", "Agent"])
def test_a_role_that_is_none_gets_nowhere(role: str) -> None:
    assert not any(may(role, method, path) for path, method in ROUTES if RIGHTS[path][method] != ANYONE)


def test_a_route_that_does_not_stand_in_the_table_is_nobodys() -> None:
    for who in (None, *(Caller("s", role, "0114") for role in ROLE_NAMES)):
        for method, path in (("GET", "/new/{municipality}"), ("DELETE", "/tasks")):
            with pytest.raises(NotFound):
                check(who, method, path, "0114")


def test_who_submits_for_a_municipality_is_no_data_coordinator() -> None:
    sends = [path for path, method in ROUTES if method == "POST" and may("coordinator", method, path)]
    # One applies and accepts for oneself, whatever one does for a municipality; a draft is not received.
    assert [path for path in sends if RIGHTS[path]["POST"] not in (ANYONE, SIGNED_IN, APPLICANTS)] == [
        "/rekvisition/{round}/{municipality}/granskning",
    ]


# The guard


def _answer(event: dict[str, Any], path: str = "/thing/{municipality}") -> dict[str, Any]:
    app = create_app(Pages().error, TABLE)

    @app.route(path.replace("{municipality}", "<municipality>"), method=["GET", "POST"])
    def thing(municipality: str) -> Any:
        return document({"municipality": municipality})

    return run(app, event | {"resource": path}, SimpleNamespace())


def test_the_guard_asks_the_table_with_the_municipality_of_the_path() -> None:
    assert _answer(call(path="/thing/0114", authorizer=AGENT))["statusCode"] == 200
    assert _answer(call(path="/thing/0115", authorizer=AGENT))["statusCode"] == 403
    officer = {"subject": "o", "role": "officer"}
    assert _answer(call(path="/thing/0115", authorizer=officer))["statusCode"] == 403
    assert _answer(program("/thing/0115", {}, authorizer=officer))["statusCode"] == 200
    assert _answer(call(path="/thing/0114"))["statusCode"] == 401
    assert _answer(call(path="/open/0114"), "/open/{municipality}")["statusCode"] == 200


def test_a_person_who_is_not_signed_in_is_led_to_sign_in_and_back() -> None:
    answer = _answer(call(path="/thing/0114", headers={"Accept": "text/html"}))
    assert answer["statusCode"] == 303
    assert answer["multiValueHeaders"]["Location"] == ["../logga-in?till=%2Fthing%2F0114"]
    assert _answer(form("/thing/0114", {}))["statusCode"] == 401


def test_the_way_back_keeps_what_was_asked_for() -> None:
    event = call(path="/thing/0114", headers={"Accept": "text/html"})
    event["multiValueQueryStringParameters"] = {"q": ["å&b", "c"]}
    (where,) = _answer(event)["multiValueHeaders"]["Location"]
    assert parse_qs(urlsplit(where).query) == {"till": ["/thing/0114?q=%C3%A5%26b&q=c"]}


@pytest.mark.parametrize(
    ("method", "accept", "status"),
    [("GET", "text/html", 303), ("GET", "application/json", 200), ("POST", "text/html", 200)],
)
def test_a_page_is_shown_under_a_young_session_id(method: str, accept: str, status: int) -> None:
    headers = {"Accept": accept, CSRF_HEADER: TOKEN}
    event = call(method, "/thing/0114", headers=headers, authorizer=AGENT | {"csrf": TOKEN, "renew": "true"})
    answer = _answer(event)
    assert answer["statusCode"] == status
    if status == 303:
        assert answer["multiValueHeaders"]["Location"] == ["../logga-in/fornya?till=%2Fthing%2F0114"]
        assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]


@pytest.mark.parametrize("authorizer", [AGENT, None])
def test_another_site_cannot_post_in_anybodys_name(authorizer: dict[str, str] | None) -> None:
    path = "/open/{municipality}"
    for site, status in (("cross-site", 403), ("same-origin", 200), ("none", 200)):
        event = form("/open/0114", {}, authorizer=authorizer)
        event["headers"]["Sec-Fetch-Site"] = site
        assert _answer(event, path)["statusCode"] == status


SESSION = {**AGENT, "csrf": TOKEN}
PARTS = '--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{}\r\n--x--\r\n'
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize("token", [TOKEN, "", "t", TOKEN + "t", "å" * 43])
def test_a_sessions_call_carries_its_token(token: str) -> None:
    json_body = program("/thing/0114", {}, authorizer=SESSION)
    json_body["headers"][CSRF_HEADER] = token
    for event in (
        form("/thing/0114", {"csrf": token}, authorizer=SESSION),
        call("POST", "/thing/0114", body=PARTS.format(token), headers=MULTIPART, authorizer=SESSION),
        json_body,
    ):
        answer = _answer(event)
        assert answer["statusCode"] == (200 if token == TOKEN else 403)
        assert token == TOKEN or "form_not_yours" in answer["body"]


def test_a_session_without_any_token_in_its_body_is_refused() -> None:
    for event in (
        call("POST", "/thing/0114", authorizer=SESSION),
        form("/thing/0114", {}, authorizer=SESSION),
        call("POST", "/thing/0114", body="%%%", headers=MULTIPART, authorizer=SESSION, base64=True),
    ):
        assert _answer(event)["statusCode"] == 403


def test_reading_needs_no_token_and_a_bearers_call_has_none() -> None:
    assert _answer(call(path="/thing/0114", authorizer=SESSION))["statusCode"] == 200
    assert _answer(program("/thing/0114", {}, authorizer=AGENT))["statusCode"] == 200
