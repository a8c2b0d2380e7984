"""The allocation list as a file that a spreadsheet opens; whole kronor, as municipalities requisition."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from statsbidrag.domain.money import Ore, format_decimal

_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPE = "text/csv; charset=utf-8"


def render_allocation_csv(shares: Iterable[tuple[str, str, Ore]]) -> str:
    """Write code, name and amount of each municipality, and the sum; semicolons, UTF-8 with BOM, no formula."""
    written, total = StringIO(), 0
    written.write(_BOM)
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(("Kommunkod", "Kommun", "Högsta belopp i kronor"))
    for code, name, amount in shares:
        table.writerow((code, f"'{name}" if name.startswith(_FORMULA) else name, _kronor(amount)))
        total += amount
    table.writerow(("", "Summa", _kronor(Ore(total))))
    return written.getvalue()


def _kronor(amount: Ore) -> str:
    return format_decimal(amount).replace(".", ",").removesuffix(",00")
