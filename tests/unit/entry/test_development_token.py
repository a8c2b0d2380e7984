from datetime import UTC, datetime

import msgspec
import pytest

from statsbidrag.domain.errors import Refusal
from statsbidrag.entry.development_token import Claims, sign, verify

KEY = "a-key-of-the-embedded-run"
NOW = datetime(2025, 5, 6, 8, 0, tzinfo=UTC)
CLAIMS = Claims("agent-0114", "agent", "0114", int(NOW.timestamp()) + 60)


def _code(token: str, key: str | None = KEY, now: datetime = NOW) -> str:
    with pytest.raises(Refusal) as refused:
        verify(token, key, now)
    assert refused.value.status == 401
    return refused.value.code


def test_what_is_signed_is_read_back() -> None:
    assert verify(sign(CLAIMS, KEY), KEY, NOW) == CLAIMS
    assert sign(CLAIMS, KEY) == sign(CLAIMS, KEY)


def test_without_a_key_nothing_verifies() -> None:
    assert _code(sign(CLAIMS, KEY), key=None) == "sign_in_unavailable"


def test_a_token_ends_at_its_instant() -> None:
    assert _code(sign(msgspec.structs.replace(CLAIMS, exp=int(NOW.timestamp())), KEY)) == "token_expired"


def test_every_changed_sign_is_noticed() -> None:
    token = sign(CLAIMS, KEY)
    for place, sign_ in enumerate(token):
        changed = token[:place] + ("A" if sign_ != "A" else "B") + token[place + 1 :]
        assert _code(changed) == "token_invalid"


@pytest.mark.parametrize("token", ["", ".", "a.b", "åäö.åäö", "\ud800.x", "x" * 5000, sign(CLAIMS, KEY) + "=", "a.b.c"])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert _code(token) == "token_invalid"


def test_another_key_does_not_verify() -> None:
    assert _code(sign(CLAIMS, "another-key-altogether")) == "token_invalid"


def test_a_short_key_is_a_fault() -> None:
    with pytest.raises(ValueError, match="16"):
        sign(CLAIMS, "short")
