"""Counted things in words."""

from __future__ import annotations


def counted(count: int, one: str, many: str) -> str:
    """Write how many there are, with the word in the form that goes with it: ``1 dag``, ``0 dagar``, ``27 dagar``."""
    return f"{count} {one if count == 1 else many}"
