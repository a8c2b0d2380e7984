"""What the provider signs is taken for what it says, and nothing else is: one test for each way to be wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from statsbidrag.adapters.provider import Provider, Web
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.sessions import SignInFailed
from statsbidrag.usecases.signing_in import Answer, Entrance
from tests.fakes import FakeRegister
from tests.identities import AUDIENCE, ISSUER, NOW, SITE, SUBJECT, Identities


@pytest.fixture
def known() -> Identities:
    return Identities()


def _identify(known: Identities) -> Any:
    entrance = Entrance(known.oidc, known.sessions, known.mandates, FakeRegister([]), known.clock)
    secret, address = entrance.start("/")
    state = known.fake.authorise(address)
    entered = entrance.finish(secret, Answer("c0de", state, ""), "")
    (session,) = known.sessions.sessions.values()
    assert entered.secret
    return session


def test_a_right_answer_names_the_person(known: Identities) -> None:
    session = _identify(known)
    assert (session.subject, session.name, session.role) == (SUBJECT, "Ombud", "person")


def _unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "one"}).encode()).rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def _signed_with_the_public_key(known: Identities, token: str) -> str:
    public = known.fake.key.as_pem(private=False)
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return jwt.encode({"alg": "HS256", "kid": "one"}, claims, OctKey.import_key(base64.b64encode(public)), ["HS256"])


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "of-another-sign-in"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": ["statsbidrag", "another-client"]},
        {"aud": "another-client", "azp": "statsbidrag"},
        {"azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": int(NOW.timestamp()) - 31},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 31},
        {"iat": None},
        {"nbf": int(NOW.timestamp()) + 31},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"sub": None},
        {"sub": ""},
        {"sub": "191212121212"},
        {"sub": "121212-1212"},
        {"sub": "två ord"},
    ],
    ids=lambda changed: "-".join(f"{name}-{value}" for name, value in changed.items()),
)
def test_a_wrong_claim_lets_nobody_in(known: Identities, changed: dict[str, Any]) -> None:
    known.fake.changed = changed
    with pytest.raises(SignInFailed, match="sign_in_not_valid"):
        _identify(known)
    assert known.sessions.sessions == {}


@pytest.mark.parametrize("how", ["none", "public key as secret", "changed", "another key", "no token", "unknown key"])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(known: Identities, how: str) -> None:
    fake = known.fake
    match how:
        case "none":
            fake.forge = _unsigned
        case "public key as secret":
            fake.forge = lambda token: _signed_with_the_public_key(known, token)
        case "changed":
            fake.forge = lambda token: token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")
        case "another key":
            fake.key = RSAKey.generate_key(2048, {"kid": "one"})
        case "unknown key":
            fake.key, fake.header = RSAKey.generate_key(2048, {"kid": "two"}), {"alg": "RS256", "kid": "two"}
        case _:
            fake.forge = lambda token: ""
    with pytest.raises(SignInFailed, match="sign_in_not_valid"):
        _identify(known)


@pytest.mark.parametrize("algorithm", ["RS384", "PS512"])
def test_the_algorithms_are_three_whatever_a_token_says(known: Identities, algorithm: str) -> None:
    known.fake.header, known.fake.changed = {"alg": algorithm, "kid": "one"}, {"at_hash": None}
    with pytest.raises(SignInFailed, match="sign_in_not_valid"):
        _identify(known)


def test_a_level_of_assurance_that_is_too_low_is_told(known: Identities) -> None:
    for told in ({"acr": "http://id.elegnamnden.se/loa/1.0/loa2"}, {"acr": None}):
        known.fake.changed = told
        with pytest.raises(SignInFailed, match="assurance_too_low"):
            _identify(known)


def test_a_name_with_an_identity_number_is_not_kept(known: Identities) -> None:
    known.fake.changed = {"name": "Ombud 121212-1212", "personal_identity_number": "191212121212"}
    session = _identify(known)
    assert session.name == ""
    assert "12121" not in repr(session)


def test_staff_are_told_by_the_claim(known: Identities) -> None:
    known.fake.changed = {"roles": ["other", "handlaggare"]}
    assert _identify(known).role == "officer"


def test_a_code_is_exchanged_with_its_verifier_and_once(known: Identities) -> None:
    entrance = Entrance(known.oidc, known.sessions, known.mandates, FakeRegister([]), known.clock)
    _, address = entrance.start("/")
    known.fake.authorise(address)
    other, elsewhere = entrance.start("/")
    other_state = known.fake.authorise(elsewhere, "other")
    with pytest.raises(SignInFailed, match="sign_in_not_valid"):
        entrance.finish(other, Answer("c0de", other_state, ""), "")  # the code of the first, the verifier of the second


def test_a_new_key_is_fetched_once_and_an_unknown_one_no_more_than_once_a_minute(known: Identities) -> None:
    def fetched() -> int:
        return known.fake.asked.count(f"{ISSUER}/jwks_uri")

    known.tokens.claims(known.fake.program())
    known.tokens.claims(known.fake.program())
    assert fetched() == 1
    known.fake.rotate("two")
    known.clock.pass_(minutes=2)
    assert known.tokens.claims(known.fake.program())["sub"] == SUBJECT
    assert fetched() == 2
    known.fake.header = {"alg": "ES256", "kid": "made-up"}
    for _ in range(5):
        with pytest.raises(Refusal, match="token_invalid"):
            known.tokens.claims(known.fake.program())
    assert fetched() == 2
    known.clock.pass_(minutes=2)
    for _ in range(5):
        with pytest.raises(Refusal, match="token_invalid"):
            known.tokens.claims(known.fake.program())
    assert fetched() == 3


def test_a_withdrawn_key_is_not_trusted_for_more_than_an_hour(known: Identities) -> None:
    token = known.fake.program(exp=int(NOW.timestamp()) + 100_000)
    known.tokens.claims(token)
    known.fake.rotate("two")
    known.clock.pass_(hours=1)
    with pytest.raises(Refusal, match="token_invalid"):
        known.tokens.claims(token)


def test_known_keys_serve_while_the_provider_is_down(known: Identities) -> None:
    known.tokens.claims(known.fake.program())
    known.fake.is_down = True
    known.clock.pass_(hours=5)
    assert known.tokens.claims(known.fake.program())["sub"] == SUBJECT
    fresh = Provider(ISSUER, known.clock, known.provider.web)
    with pytest.raises(SignInFailed, match="provider_unavailable"):
        fresh.read(known.fake.program())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"aud": "statsbidrag"}, "token_invalid"),
        ({"aud": [AUDIENCE, "x"]}, ""),
        ({"iss": "https://evil.example"}, "token_invalid"),
        ({"exp": int(NOW.timestamp()) - 31}, "token_expired"),
        ({"exp": "soon"}, "token_invalid"),
        ({"nbf": int(NOW.timestamp()) + 31}, "token_invalid"),
        ({"sub": None}, "token_invalid"),
    ],
)
def test_a_programs_token_is_for_this_api_and_valid_now(known: Identities, changed: dict[str, Any], code: str) -> None:
    token = known.fake.program(**changed)
    if not code:
        assert known.tokens.claims(token)
        return
    with pytest.raises(Refusal) as refused:
        known.tokens.claims(token)
    assert refused.value.code == code


@pytest.mark.parametrize("token", ["", "x", "x.y", "x.y.z", "replaced-when-used", "a" * 8001, "e30.e30.e30", "\x00"])
def test_what_is_no_token_asks_nothing_of_the_provider(known: Identities, token: str) -> None:
    with pytest.raises(Refusal, match="token_invalid"):
        known.tokens.claims(token)
    assert known.fake.asked == []


def test_a_provider_of_another_name_is_not_believed(known: Identities) -> None:
    other = Provider("https://other.example", known.clock, known.provider.web)
    with pytest.raises(SignInFailed, match="provider_unavailable"):
        other.metadata()


def test_nothing_is_fetched_in_the_clear_but_on_this_machine() -> None:
    for address in ("http://login.example/x", "ftp://127.0.0.2/x", "file:///etc/passwd"):
        with pytest.raises(SignInFailed, match="provider_unavailable"):
            Web().get(address)


def test_the_provider_ends_its_own_session_and_leads_back(known: Identities) -> None:
    address = known.oidc.end_address()
    assert address.startswith(f"{ISSUER}/end_session_endpoint?client_id=statsbidrag&")
    assert SITE.partition("//")[2] in address
    down = Identities()
    down.fake.is_down = True
    assert down.oidc.end_address() == ""
