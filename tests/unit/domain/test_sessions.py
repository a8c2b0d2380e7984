"""Whom a session lets act as what, for how long, and where it may lead."""

from datetime import timedelta
from typing import Any

import pytest

from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.mandates import Mandate, MandateRole
from statsbidrag.domain.sessions import (
    ABSOLUTE_LIMIT,
    IDLE_LIMIT,
    OLD_ID_LASTS,
    RENEWED_AFTER,
    Choice,
    Identity,
    acting_for,
    choices,
    is_live,
    is_opaque,
    is_to_be_renewed,
    local_path,
    opened,
    renewed,
    shown_name,
)
from tests.identities import NOW, STAFFING

SESSION = opened(Identity("s", "", (), ""), Choice("person"), "c", NOW)


def _mandate(code: str, role: MandateRole = "agent") -> Mandate:
    return Mandate(MunicipalityCode(code), role)


def test_an_id_lives_for_the_idle_limit_and_is_changed_long_before() -> None:
    assert is_live(SESSION, NOW + IDLE_LIMIT - timedelta(seconds=1))
    assert not is_live(SESSION, NOW + IDLE_LIMIT)
    assert not is_to_be_renewed(SESSION, NOW + RENEWED_AFTER - timedelta(seconds=1))
    assert is_to_be_renewed(SESSION, NOW + RENEWED_AFTER)
    assert RENEWED_AFTER * 3 < IDLE_LIMIT < ABSOLUTE_LIMIT


def test_the_old_id_lives_a_moment_and_never_longer_than_it_would_have() -> None:
    old, new = renewed(SESSION, "k", NOW + RENEWED_AFTER)
    assert old.ends_at == NOW + RENEWED_AFTER + OLD_ID_LASTS
    assert new.previous == "k"
    assert not is_to_be_renewed(old, NOW + IDLE_LIMIT)
    late, _ = renewed(SESSION, "k", NOW + IDLE_LIMIT - timedelta(seconds=1))
    assert late.ends_at == SESSION.ends_at


def test_no_id_lives_longer_than_the_absolute_limit() -> None:
    _, new = renewed(SESSION, "k", NOW + ABSOLUTE_LIMIT - timedelta(minutes=1))
    assert new.ends_at == NOW + ABSOLUTE_LIMIT


def test_every_way_to_act_can_be_chosen() -> None:
    assert choices((), ()) == (Choice("person"),)
    assert choices((), [_mandate("0114")]) == (Choice("agent", "0114"),)
    held = [_mandate("0115", "coordinator"), _mandate("0114")]
    assert choices(("officer",), held) == (Choice("officer"), Choice("agent", "0114"), Choice("coordinator", "0115"))


@pytest.mark.parametrize(
    ("held", "address", "acts"),
    [
        ((), "0114", Choice("person")),
        (("0114",), "", Choice("agent", "0114")),
        (("0114",), "0115", Choice("agent", "0114")),
        (("0114", "0115"), "0115", Choice("agent", "0115")),
        (("0114", "0115"), "0580", Choice("person")),
        (("0114", "0115"), "", Choice("person")),
    ],
)
def test_a_program_acts_for_one_municipality(held: tuple[str, ...], address: str, acts: Choice) -> None:
    assert acting_for([_mandate(code) for code in held], address) == acts


@pytest.mark.parametrize(
    ("told", "roles"),
    [
        (None, ()),
        ("handlaggare", ("officer",)),
        (["x", "attestant", "handlaggare"], ("officer", "attester")),
        ({"handlaggare": 1}, ()),
        (["Handlaggare", " handlaggare"], ()),
    ],
)
def test_staff_are_whom_the_claim_names_exactly(told: Any, roles: tuple[str, ...]) -> None:
    assert STAFFING.roles({"roles": told}) == roles
    assert STAFFING.roles({}) == ()


@pytest.mark.parametrize("path", ["/", "/rekvisition/2025/0114", "/handlaggning/sok?q=%C3%A5&x=1", "/a//b", "/a:b@c"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path", ["", "a", "//a", "/\\a", "\\a", "http://a", "/a\\b", "/a b", "/a\r\nb", "/\t/a", "/" + "a" * 1000]
)
def test_what_could_lead_elsewhere_leads_to_the_start(path: str) -> None:
    assert local_path(path) == "/"


@pytest.mark.parametrize(
    "subject", ["8bca3a", "a|b@c", "x" * 255, "121212", "550e8400-e29b-41d4-a716-191212121212", "1255121212"]
)
def test_an_opaque_subject_is_taken(subject: str) -> None:
    assert is_opaque(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        None,
        12,
        "x" * 256,
        "å",
        "a b",
        "191212121212",
        "121212+1212",
        "1212121212",
        "SE:191212721212",
        "sub/121212-1212",
    ],
)
def test_an_identity_number_or_no_text_is_no_subject(subject: object) -> None:
    assert not is_opaque(subject)


@pytest.mark.parametrize(
    ("told", "shown"),
    [(" Ombud  Ett ", "Ombud Ett"), ("x" * 300, "x" * 100), (None, ""), ("a 19121212-1212", ""), ("a\u202eb", "")],
)
def test_a_name_is_shown_as_far_as_it_may_be(told: object, shown: str) -> None:
    assert shown_name(told) == shown
