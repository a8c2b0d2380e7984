"""Who may act for a municipality: what the register of agents says of one person."""

from __future__ import annotations

from typing import Literal

import msgspec

from statsbidrag.domain.identifiers import MunicipalityCode

MandateRole = Literal["agent", "representative", "coordinator"]


class Mandate(msgspec.Struct, frozen=True, order=True):
    """That a person acts for a municipality, in one role.

    Attributes
    ----------
    role
        ``agent`` (ombud), ``representative`` (representant: may submit) or ``coordinator`` (uppgiftssamordnare: may
        fill in and not submit).
    """

    municipality: MunicipalityCode
    role: MandateRole


def municipality_shown(municipality: str, name: str) -> str:
    """Write whom somebody acts for: ``Vallentuna (0115)``; the code alone where the register does not name it."""
    return f"{name} ({municipality})" if name else f"kommun {municipality}"
