"""What the state of several subjects needs."""

from __future__ import annotations

import msgspec


class Check(msgspec.Struct, frozen=True):
    """One rule tried on a case: what was compared with what, and how it came out.

    Attributes
    ----------
    rule
        English name of the rule.
    inputs
        Name and value of everything the rule looked at, as text; amounts in öre.
    arithmetic
        The comparison or sum as written out: ``4618360000 <= 4618360000``.
    explanation
        The outcome in Swedish, for the decision.
    """

    rule: str
    passed: bool
    inputs: dict[str, str]
    arithmetic: str
    explanation: str
