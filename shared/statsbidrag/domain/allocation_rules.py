"""An allocation list (fördelningslista) and what must hold before it may be used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, format_kronor


class AllocationRow(msgspec.Struct, frozen=True):
    """What one municipality may draw at most.

    Attributes
    ----------
    line
        Line or row of the file, counted from 1.
    amount
        Öre, whole kronor, above zero.
    """

    line: int
    municipality: MunicipalityCode
    name: str
    amount: Ore


class AllocationFile(msgspec.Struct, frozen=True):
    """An allocation list as a file said it; its codes are not doubled.

    Attributes
    ----------
    stated_total
        Öre in the row "Summa", if there is one; the same as the sum of the rows.
    encoding
        ``utf-8``, ``windows-1252`` or ``xlsx``.
    """

    rows: tuple[AllocationRow, ...]
    stated_total: Ore | None
    encoding: str


class AllocationChange(msgspec.Struct, frozen=True):
    """What a newer list means for one municipality; amounts in öre, zero where it is not in a list."""

    municipality: MunicipalityCode
    kind: Literal["raised", "lowered", "added", "removed"]
    before: Ore
    after: Ore


def check_allocation_list(
    file: AllocationFile, known: Mapping[MunicipalityCode, str], total: Ore
) -> tuple[Refusal, ...]:
    """Hold a list against the register and the round.

    Parameters
    ----------
    known
        Name of every municipality in the register. A name in the list may be written otherwise ("Bodens
        kommun"), but it may not be another municipality's: then two rows have changed places.
    total
        Öre to be allocated in the round.

    Returns
    -------
    tuple of Refusal
        ``unknown_municipality``, ``name_of_another``, ``municipality_missing`` and ``total_differs``; empty
        when the list may be used.
    """
    owners = {name.casefold(): code for code, name in known.items()}
    refusals = []
    for row in file.rows:
        owner = owners.get(row.name.casefold(), row.municipality)
        if row.municipality not in known:
            text = f"Kommunkoden {row.municipality} finns inte i registret. Rätta koden."
            refusals.append(_at(row, "unknown_municipality", text))
        elif owner != row.municipality:
            text = f"{row.name} har kommunkod {owner}, inte {row.municipality}. Rätta namnet eller koden."
            refusals.append(_at(row, "name_of_another", text))
    return (*refusals, *_missing(file, known), *_other_total(file, total))


def difference(
    old: Mapping[MunicipalityCode, Ore], new: Mapping[MunicipalityCode, Ore]
) -> tuple[AllocationChange, ...]:
    """List what a newer list changes, in order of municipality code; equal amounts are not listed."""
    return tuple(_change(code, old, new) for code in sorted(old.keys() | new.keys()) if old.get(code) != new.get(code))


def _change(
    code: MunicipalityCode, old: Mapping[MunicipalityCode, Ore], new: Mapping[MunicipalityCode, Ore]
) -> AllocationChange:
    before, after = old.get(code, Ore(0)), new.get(code, Ore(0))
    kind: Literal["raised", "lowered", "added", "removed"] = "raised" if after > before else "lowered"
    if code not in old:
        kind = "added"
    elif code not in new:
        kind = "removed"
    return AllocationChange(code, kind, before, after)


def _missing(file: AllocationFile, known: Mapping[MunicipalityCode, str]) -> list[Refusal]:
    listed = {row.municipality for row in file.rows}
    return [
        Refusal("municipality_missing", f"{name} ({code}) saknas i listan. Lägg till kommunen.")
        for code, name in sorted(known.items())
        if code not in listed
    ]


def _other_total(file: AllocationFile, total: Ore) -> list[Refusal]:
    found = Ore(sum(row.amount for row in file.rows))
    if found == total:
        return []
    gap = f"{format_kronor(Ore(abs(found - total)))} för {'mycket' if found > total else 'lite'}"
    text = f"Listan summerar till {format_kronor(found)}, men omgången fördelar {format_kronor(total)}: {gap}."
    return [Refusal("total_differs", text)]


def _at(row: AllocationRow, code: str, text: str) -> Refusal:
    return Refusal(code, f"Rad {row.line}: {text}", field=f"line {row.line}")
