"""Every error is one kind of answer, and every answer carries the security headers."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver

from statsbidrag.domain.errors import Conflict, CorruptBooks, NotFound, Refusal, Refusals
from statsbidrag.entry.api import (
    SECURITY_HEADERS,
    caller,
    create_app,
    document,
    number,
    page,
    root,
    run,
)
from statsbidrag.entry.callers import Caller
from statsbidrag.entry.pages import Pages
from statsbidrag.entry.rights import ANYONE
from tests.unit.entry.calls import call, form

Lines = Callable[[], list[dict[str, Any]]]
FAULTS = Refusals(
    (Refusal("amount_unreadable", "Skriv siffror.", field="amount"), Refusal("x_wrong", "Fel.", field="x"))
)


EVERYTHING = {path: {"GET": ANYONE, "POST": ANYONE} for path in ("/thing/a", "/thing/a-token", "/thing/{name}")}


def _app(error: Exception | None = None) -> APIGatewayRestResolver:
    app = create_app(Pages().error, EVERYTHING)

    @app.route("/thing/<name>", method=["GET", "POST"])
    def thing(name: str) -> Any:
        if error is not None:
            raise error
        return document({"name": name})

    return app


def _run(app: APIGatewayRestResolver, event: dict[str, Any]) -> dict[str, Any]:
    return run(app, event, SimpleNamespace())


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refusal("amount_unreadable", "Skriv siffror.", field="amount"), 422, "amount_unreadable"),
        (FAULTS, 422, "invalid_input"),
        (Conflict("case"), 409, "conflict"),
        (NotFound("unknown_round", "Finns inte."), 404, "unknown_round"),
        (CorruptBooks("sum differs"), 500, "corrupt_books"),
        (KeyError("secret-inside"), 500, "unexpected_error"),
    ],
)
def test_an_error_is_a_problem_for_programs_and_a_page_for_people(error: Exception, status: int, code: str) -> None:
    for accept, kind in (("application/json", "application/problem+json"), ("text/html,*/*", "text/html")):
        answer = _run(_app(error), call(path="/thing/a", headers={"Accept": accept}))
        assert answer["statusCode"] == status
        assert answer["multiValueHeaders"]["Content-Type"][0].startswith(kind)
        assert code in answer["body"]
        assert "secret-inside" not in answer["body"]
        assert "sum differs" not in answer["body"]


def test_problem_details_name_the_call_and_each_field() -> None:
    problem = json.loads(_run(_app(FAULTS), call(path="/thing/a"))["body"])
    assert problem == {
        "type": "urn:statsbidrag:problem:invalid_input",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Några uppgifter behöver rättas.",
        "instance": "urn:statsbidrag:request:c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "code": "invalid_input",
        "errors": [
            {"pointer": "/amount", "code": "amount_unreadable", "detail": "Skriv siffror."},
            {"pointer": "/x", "code": "x_wrong", "detail": "Fel."},
        ],
    }


def test_who_posts_a_form_gets_a_page() -> None:
    answer = _run(_app(FAULTS), form("/thing/a", {}))
    assert '<html lang="sv">' in answer["body"]
    assert "Fel:" in answer["body"]


@pytest.mark.parametrize(("path", "status"), [("/thing/a", 200), ("/nothing", 404)])
def test_every_answer_carries_the_security_headers(path: str, status: int) -> None:
    answer = _run(_app(), call(path=path))
    assert answer["statusCode"] == status
    for name, value in SECURITY_HEADERS.items():
        assert answer["multiValueHeaders"][name] == [value]
    assert answer["multiValueHeaders"]["Cache-Control"] == ["no-store"]
    assert "unsafe" not in SECURITY_HEADERS["Content-Security-Policy"]


def test_a_refusal_is_logged_by_code_and_field_and_nothing_else(log_lines: Lines) -> None:
    _run(_app(FAULTS), call(path="/thing/a-token"))
    refused, answered = log_lines()
    assert (refused["message"], refused["code"]) == ("request_refused", "invalid_input")
    assert refused["fields"] == ["/amount", "/x"]
    assert refused["correlation_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert (answered["message"], answered["status"]) == ("request_answered", 422)


def test_an_unexpected_error_is_logged_with_its_traceback(log_lines: Lines) -> None:
    _run(_app(KeyError("x")), call(path="/thing/a"))
    line = log_lines()[0]
    assert (line["message"], line["level"], line["exception_name"]) == ("unexpected_error", "ERROR", "KeyError")
    assert "in thing" in line["exception"]


def test_the_log_names_the_route_and_not_the_path(log_lines: Lines) -> None:
    event = call(path="/thing/a-secret-token") | {"resource": "/thing/{name}"}
    _run(_app(), event)
    assert "a-secret-token" not in json.dumps(log_lines())


def test_the_caller_is_who_the_authoriser_vouches_for() -> None:
    told = {"subject": "agent-1", "role": "agent", "municipality": "0114", "name": "Exempel", "csrf": "t"}
    assert caller(call(authorizer=told | {"principalId": "x"})) == Caller("agent-1", "agent", "0114", "Exempel", "t")


@pytest.mark.parametrize(
    ("municipality", "name", "shown"),
    [("0115", "Vallentuna", "Vallentuna (0115)"), ("0115", "", "kommun 0115"), ("", "", ""), ("", "Vallentuna", "")],
)
def test_the_municipality_is_shown_by_name_and_code(municipality: str, name: str, shown: str) -> None:
    told = {"subject": "s", "role": "agent", "municipality": municipality, "municipality_name": name}
    assert caller(call(authorizer=told)).acts_for == shown


@pytest.mark.parametrize("authorizer", [None, {}, {"subject": "a"}, {"role": "officer"}])
def test_nobody_is_nobody(authorizer: dict[str, str] | None) -> None:
    with pytest.raises(Refusal) as refused:
        caller(call(authorizer=authorizer))
    assert refused.value.status == 401


@pytest.mark.parametrize(
    ("path", "way"), [("/", "./"), ("/stil.css", "./"), ("/rekvisition/2025/0114", "../../"), ("/a/b/", "../../")]
)
def test_the_way_to_the_root_holds_under_any_stage(path: str, way: str) -> None:
    assert root(call(path=path)) == way


def test_a_page_may_be_public() -> None:
    assert page("x", headers={"Cache-Control": "public"}).headers["Cache-Control"] == "public"


def test_a_number_in_an_address_is_a_number() -> None:
    assert number("12") == 12
    for text in ("", "-1", "1.0", "٣", "x", "1" * 10):
        with pytest.raises(NotFound):
            number(text)
