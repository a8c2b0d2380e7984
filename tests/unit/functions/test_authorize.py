"""Who has a valid token is let in as what it says; everyone else, and everyone where there is no key, is not."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from functions.authorize import handler as function
from statsbidrag.entry import wiring
from statsbidrag.entry.development_token import Claims, sign
from statsbidrag.entry.settings import Settings
from tests.unit.functions.material import IN_TIME, FixedClock, sample

KEY = "a-key-of-the-embedded-run"
CLAIMS = Claims("agent-0114", "agent", "0114", int(IN_TIME.timestamp()) + 60)


@pytest.fixture(autouse=True)
def embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "clock", lambda: FixedClock(IN_TIME))
    monkeypatch.setattr(wiring, "settings", lambda: Settings(development_token_key=KEY))


def _event(name: str, token: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(json.dumps(sample("authorize", name)).replace("replaced-when-used", token))
    return event


@pytest.mark.parametrize("name", ["with_header", "with_cookie"])
def test_a_valid_token_lets_in_to_the_stage_as_who_it_names(name: str) -> None:
    answer = function.handler(_event(name, sign(CLAIMS, KEY)), SimpleNamespace())
    assert answer["context"] == {"subject": "agent-0114", "role": "agent", "municipality": "0114"}
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:eu-north-1:000000000000:a1b2c3d4e5/v1/*"


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("without_identity", ""),
        ("with_header", "x.y"),
        ("with_header", sign(CLAIMS, "another-key-altogether")),
        ("with_cookie", sign(Claims("a", "agent", "0114", int(IN_TIME.timestamp())), KEY)),
    ],
)
def test_anyone_else_is_unauthorized(name: str, token: str) -> None:
    with pytest.raises(function.UnauthorizedError, match=r"^Unauthorized$"):
        function.handler(_event(name, token), SimpleNamespace())


def test_a_broken_cookie_is_no_identity() -> None:
    event = _event("with_cookie", "x")
    event["headers"]["Cookie"] = 'session="\x00; =;;'
    with pytest.raises(function.UnauthorizedError):
        function.handler(event, SimpleNamespace())


def test_a_deployed_stack_has_no_key_and_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "settings", Settings)
    with pytest.raises(function.UnauthorizedError):
        function.handler(_event("with_header", sign(CLAIMS, KEY)), SimpleNamespace())


def test_the_log_says_why_and_never_the_token(log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    token = sign(CLAIMS, "another-key-altogether")
    with pytest.raises(function.UnauthorizedError):
        function.handler(_event("with_header", token), SimpleNamespace())
    (line,) = log_lines()
    assert (line["message"], line["code"]) == ("sign_in_refused", "token_invalid")
    assert token not in json.dumps(line)


def test_the_log_says_who_was_let_in_by_role_alone(log_lines: Callable[[], list[dict[str, Any]]]) -> None:
    token = sign(CLAIMS, KEY)
    function.handler(_event("with_header", token), SimpleNamespace())
    (line,) = log_lines()
    assert (line["message"], line["role"]) == ("caller_admitted", CLAIMS.role)
    assert token not in json.dumps(line)
