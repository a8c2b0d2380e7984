"""Swedish kronor as integer öre, one strict way in and one way out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NewType

from statsbidrag.domain.errors import Refusal

Ore = NewType("Ore", int)
"""An amount in öre, 1/100 of a krona."""

NOTHING = Ore(0)
ORE_PER_KRONA = 100
_SPACES = " \u00a0\u202f"
_AMOUNT = re.compile(rf"(?P<kronor>[0-9]+|[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+)(?:,(?P<ore>[0-9]{{1,2}}))?")
_LONGEST = 20


def kronor(amount: int) -> Ore:
    """Give whole kronor as öre."""
    return Ore(amount * ORE_PER_KRONA)


def parse_amount(text: str) -> Ore:
    """Read an amount in kronor as people write it in Swedish.

    Parameters
    ----------
    text
        Digits, optionally in groups of three by (hard) spaces, optionally a comma and one or two decimals:
        ``97000000``, ``97 000 000``, ``1 234,50``.

    Returns
    -------
    Ore
        The amount in öre; zero is read, the rules decide whether it is allowed.

    Raises
    ------
    Refusal
        ``amount_unreadable`` for all else: signs, points, exponents, units, three decimals.
    """
    stripped = text.strip()
    found = _AMOUNT.fullmatch(stripped) if len(stripped) <= _LONGEST else None
    if found is None:
        raise Refusal(
            "amount_unreadable",
            "Skriv beloppet i kronor med bara siffror, till exempel 125000 eller 125 000.",
            field="amount",
        )
    whole = int(re.sub(f"[{_SPACES}]", "", found["kronor"]))
    return Ore(whole * ORE_PER_KRONA + int((found["ore"] or "0").ljust(2, "0")))


def parse_whole_kronor(text: str) -> Ore:
    """Read an amount that must be whole kronor; ``125 000,00`` is, ``125 000,50`` is not.

    Raises
    ------
    Refusal
        ``amount_unreadable`` or ``amount_not_whole``.
    """
    amount = parse_amount(text)
    if amount % ORE_PER_KRONA:
        raise Refusal("amount_not_whole", "Skriv beloppet i hela kronor, utan ören.", field="amount")
    return amount


def format_kronor(amount: Ore) -> str:
    """Write an amount for people: ``97 000 000 kronor``, ``1 krona`` or ``1 234,50 kronor``, hard spaces."""
    sign = "−" if amount < 0 else ""
    whole, rest = divmod(abs(amount), ORE_PER_KRONA)
    number = f"{whole:,}".replace(",", "\u00a0") + (f",{rest:02d}" if rest else "")
    return f"{sign}{number}\u00a0{'krona' if abs(amount) == ORE_PER_KRONA else 'kronor'}"


def format_decimal(amount: Ore) -> str:
    """Write an amount for machines, two decimals with a point: ``1234.50``."""
    if amount < 0:
        raise ValueError("files carry no negative amounts")
    whole, rest = divmod(amount, ORE_PER_KRONA)
    return f"{whole}.{rest:02d}"


def parse_decimal(text: str) -> Ore:
    """Read an amount as bank and invoice files write it: ``1234``, ``1234.5`` or ``1234.50``.

    Raises
    ------
    Refusal
        ``amount_unreadable``; more decimals than two are read only if they are zeros.
    """
    found = re.fullmatch(r"(\d{1,15})(?:\.(\d{1,5}))?", text.strip(), flags=re.ASCII)
    decimals = (found[2] or "").ljust(2, "0") if found else ""
    if found is None or decimals[2:].strip("0"):
        raise Refusal("amount_unreadable", "Beloppet i filen går inte att läsa.", field="amount")
    return Ore(int(found[1]) * ORE_PER_KRONA + int(decimals[:2]))


def split(total: Ore, weights: Sequence[int]) -> tuple[Ore, ...]:
    """Split a total by weights with the largest remainder, so that the parts sum to it exactly.

    Parameters
    ----------
    total
        Whole kronor, given in öre; each part comes out in whole kronor.
    weights
        Not negative, not all zero. Equal remainders favour the earlier part.

    Raises
    ------
    ValueError
        When total is not whole kronor or the weights cannot carry it.
    """
    whole, rest = divmod(total, ORE_PER_KRONA)
    weight = sum(weights)
    if rest or whole < 0 or weight <= 0 or min(weights) < 0:
        raise ValueError("a split takes whole kronor and weights that are not all zero")
    parts = [whole * w // weight for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % weight), i))
    for i in by_remainder[: whole - sum(parts)]:
        parts[i] += 1
    return tuple(kronor(part) for part in parts)
