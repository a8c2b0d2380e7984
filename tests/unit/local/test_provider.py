"""Everybody that one can be in the embedded run, and the tokens of their programs."""

from __future__ import annotations

from joserfc import jwt
from joserfc.jwk import RSAKey

from local.provider import AUDIENCE, LOA3, STAFF_CLAIM, Provider, people
from scripts.template import read
from statsbidrag.domain.sessions import Staffing, is_opaque
from tests.builders import recipient

RECIPIENTS = [recipient(code, name) for code, name in (("0114", "Upplands Väsby"), ("0115", "Vallentuna"))]
URL = "http://127.0.0.1:1"


def test_there_is_an_agent_for_each_municipality_and_one_of_every_other_kind() -> None:
    known = people(RECIPIENTS)
    assert len({each.subject for each in known}) == len(known)
    assert all(is_opaque(each.subject) for each in known)
    agents = [each.mandates for each in known if each.group == "Kommuner"]
    assert [mandate.municipality for held in agents for mandate in held] == ["0114", "0115"]
    roles = {mandate.role for each in known for mandate in each.mandates}
    assert roles == {"agent", "representative", "coordinator"}
    assert [each.subject for each in known if each.acr != LOA3] == ["person-2"]


def test_what_it_says_is_what_the_template_expects() -> None:
    given = {name: parameter.get("Default") for name, parameter in read().data["Parameters"].items()}
    staffing = Staffing(given["OidcStaffClaim"], given["OidcOfficerValue"], given["OidcAttesterValue"])
    told = {each.subject: staffing.roles(each.claims) for each in people(RECIPIENTS) if each.staff}
    assert set(told.values()) == {("officer",), ("attester",)}
    assert LOA3 in given["OidcRequiredAcr"].split()
    assert given["ApiAudience"] == AUDIENCE


def test_a_programs_token_is_signed_once() -> None:
    key = RSAKey.generate_key(2048, {"kid": "embedded-1"})
    provider = Provider(URL, key)
    token = provider.token("officer-1", "officer")
    assert provider.token("officer-1", "officer") is token
    claims = jwt.decode(token, key).claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (URL, AUDIENCE, "officer-1")
    assert claims[STAFF_CLAIM] == ["statsbidrag-handlaggare"]
    assert STAFF_CLAIM not in jwt.decode(provider.token("agent-0114", "agent"), key).claims
