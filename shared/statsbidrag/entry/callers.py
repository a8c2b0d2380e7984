"""Who is calling, as the authoriser vouches."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import msgspec

from statsbidrag.domain.mandates import municipality_shown


class Caller(msgspec.Struct, frozen=True):
    """Somebody who has signed in, or a program that acts for them.

    Attributes
    ----------
    subject
        An opaque name: never an identity number.
    role
        One of `rights.ROLE_NAMES`.
    municipality
        The code of the municipality that is acted for; empty for staff, and for who acts for none yet.
    name
        What the pages greet with; may be empty.
    csrf
        What a form of this session carries; empty where a browser does not send the identity by itself.
    municipality_name
        What the register calls the municipality; may be empty.
    """

    subject: str
    role: str
    municipality: str
    name: str = ""
    csrf: str = ""
    municipality_name: str = ""

    @property
    def acts_for(self) -> str:
        """The municipality as the pages write it; empty for who acts for none."""
        return municipality_shown(self.municipality, self.municipality_name) if self.municipality else ""


CURRENT: ContextVar[Caller | None] = ContextVar("caller", default=None)
"""Who makes the call that is being answered, for the pages: their head, and the token of their forms."""


def vouched(event: Mapping[str, Any]) -> Caller | None:
    """Give who the authoriser vouches for; ``None`` where it vouches for nobody."""
    told = event.get("requestContext", {}).get("authorizer") or {}
    if not (told.get("subject") and told.get("role")):
        return None
    more = (told.get(name) or "" for name in ("municipality", "name", "csrf", "municipality_name"))
    return Caller(told["subject"], told["role"], *more)
