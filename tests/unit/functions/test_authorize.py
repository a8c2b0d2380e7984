"""Who has a session or a token is let in as what it says; everyone else is nobody, on pages, or refused."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from functions.authorize import handler as function
from statsbidrag.domain.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, RENEWED_AFTER, Choice, Identity, opened
from statsbidrag.entry import wiring
from statsbidrag.usecases.signing_in import key_of
from tests.identities import STAFFING, SUBJECT, Identities
from tests.unit.functions.material import sample

SECRET = "s" * 43


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Identities:
    made = Identities()
    monkeypatch.setattr(wiring, "real_clock", lambda: made.clock)
    monkeypatch.setattr(wiring, "sessions", lambda: made.sessions)
    monkeypatch.setattr(wiring, "mandates", lambda: made.mandates)
    monkeypatch.setattr(wiring, "bearer_tokens", lambda: made.tokens)
    monkeypatch.setattr(wiring, "staffing", lambda: STAFFING)
    return made


def _sign_in(known: Identities, choice: Choice, named: str = "") -> None:
    identity = Identity(SUBJECT, "Ombud", (), "")
    known.sessions.open(key_of(SECRET), opened(identity, choice, "csrf-token", known.clock.now(), named))


def _event(name: str, token: str = SECRET) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(json.dumps(sample("authorize", name)).replace("replaced-when-used", token))
    return event


def _asked(event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = function.handler(event, SimpleNamespace())
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "arn:aws:execute-api:eu-north-1:000000000000:a1b2c3d4e5/v1/*"
    context: dict[str, Any] = answer["context"]
    return context


def test_a_session_lets_in_as_whom_it_acts(known: Identities) -> None:
    known.mandates.give(SUBJECT, "0114")
    _sign_in(known, Choice("agent", "0114"), "Upplands Väsby")
    assert _asked(_event("with_cookie")) == {
        "subject": SUBJECT, "role": "agent", "municipality": "0114", "municipality_name": "Upplands Väsby",
        "name": "Ombud", "csrf": "csrf-token",
    }  # fmt: skip


def test_a_session_from_before_municipalities_were_named_tells_the_code_alone(known: Identities) -> None:
    known.mandates.give(SUBJECT, "0114")
    _sign_in(known, Choice("agent", "0114"))
    ((key, session),) = known.sessions.sessions.items()
    known.sessions.sessions[key] = msgspec.structs.replace(session, municipality_name=msgspec.UNSET)
    told = _asked(_event("with_cookie"))
    assert (told["municipality"], told["municipality_name"]) == ("0114", "")


def test_a_mandate_that_is_revoked_or_another_is_gone_at_once(known: Identities) -> None:
    known.mandates.give(SUBJECT, "0115")
    known.mandates.give(SUBJECT, "0114", "coordinator")
    _sign_in(known, Choice("agent", "0114"), "Upplands Väsby")
    told = _asked(_event("with_cookie"))
    assert (told["role"], told["municipality"], told["municipality_name"]) == ("person", "", "")


def test_a_session_ends_when_it_is_not_used(known: Identities) -> None:
    _sign_in(known, Choice("officer"))
    known.clock.at += IDLE_LIMIT
    assert _asked(_event("with_cookie")) == {}
    known.clock.at += ABSOLUTE_LIMIT
    assert _asked(_event("with_cookie")) == {}


def test_an_old_id_is_to_be_changed(known: Identities) -> None:
    _sign_in(known, Choice("officer"))
    assert "renew" not in _asked(_event("with_cookie"))
    known.clock.at += RENEWED_AFTER
    assert _asked(_event("with_cookie"))["renew"] == "true"


@pytest.mark.parametrize("name", ["with_cookie", "without_identity"])
def test_whoever_reads_pages_without_a_session_is_nobody(known: Identities, name: str) -> None:
    answer = function.handler(_event(name), SimpleNamespace())
    assert (answer["principalId"], answer["context"]) == ("nobody", {})
    event = _event(name)
    event["headers"]["Accept"] = "application/json"
    with pytest.raises(function.UnauthorizedError, match=r"^Unauthorized$"):
        function.handler(event, SimpleNamespace())


def test_a_broken_cookie_is_no_identity(known: Identities) -> None:
    event = _event("with_cookie")
    event["headers"]["Cookie"] = '__Host-session="\x00; =;;'
    assert _asked(event) == {}


def test_a_program_acts_for_the_municipality_of_the_address(known: Identities) -> None:
    token = known.fake.program()
    assert _asked(_event("with_header", token))["role"] == "person"
    known.mandates.give(SUBJECT, "0580")
    assert _asked(_event("with_header", token))["municipality"] == "0580"
    known.mandates.give(SUBJECT, "0114", "representative")
    assert _asked(_event("with_header", token)) == {
        "subject": SUBJECT, "role": "representative", "municipality": "0114", "municipality_name": "",
        "name": "", "csrf": "",
    }  # fmt: skip
    event = _event("with_header", token)
    event["pathParameters"] = None
    assert _asked(event)["role"] == "person"


def test_a_program_of_the_agency_is_told_by_the_claim(known: Identities) -> None:
    known.mandates.give(SUBJECT, "0114")
    told = _asked(_event("with_header", known.fake.program(roles="attestant")))
    assert (told["role"], told["municipality"]) == ("attester", "")


@pytest.mark.parametrize("wrong", ["x.y", "", {"aud": "statsbidrag"}, {"sub": "191212121212"}, {"exp": 1}])
def test_a_wrong_token_is_unauthorized_also_for_pages(known: Identities, wrong: str | dict[str, Any]) -> None:
    token = wrong if isinstance(wrong, str) else known.fake.program(**wrong)
    with pytest.raises(function.UnauthorizedError, match=r"^Unauthorized$"):
        function.handler(_event("with_header", token), SimpleNamespace())


def test_a_provider_that_is_down_lets_no_program_in_and_every_session(known: Identities) -> None:
    known.fake.is_down = True
    with pytest.raises(function.UnauthorizedError):
        function.handler(_event("with_header", known.fake.program()), SimpleNamespace())
    _sign_in(known, Choice("officer"))
    assert _asked(_event("with_cookie"))["role"] == "officer"


def test_the_log_says_why_and_in_which_role_and_no_more(
    known: Identities, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    token = known.fake.program(aud="another")
    with pytest.raises(function.UnauthorizedError):
        function.handler(_event("with_header", token), SimpleNamespace())
    _sign_in(known, Choice("officer"))
    _asked(_event("with_cookie"))
    refused, admitted = log_lines()
    assert (refused["message"], refused["code"]) == ("sign_in_refused", "token_invalid")
    assert (admitted["message"], admitted["role"]) == ("caller_admitted", "officer")
    for secret in (token, SECRET, SUBJECT, "Ombud", "csrf-token"):
        assert secret not in json.dumps([refused, admitted])
