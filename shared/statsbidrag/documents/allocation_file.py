"""Reads allocation lists (fördelningslistor) as agencies publish them."""

from __future__ import annotations

import re

from statsbidrag.documents.table_file import Collector, Column, Line, Table, parse_text, read_table
from statsbidrag.domain.allocation_rules import AllocationFile, AllocationRow
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.identifiers import MunicipalityCode, parse_municipality
from statsbidrag.domain.money import Ore, format_kronor, parse_whole_kronor

_COLUMNS = (
    Column("code", "Kommunkod", ("kommunkod", "code")),
    Column("name", "Kommun", ("kommun", "kommunnamn", "name")),
    Column("amount", "Belopp", ("belopp", "amount"), prefix=True),
)
_TOTAL = ("summa", "totalt", "total")
_OTHER_UNIT = re.compile(r"tkr|kkr|mkr|mnkr|msek|tusen|miljon", re.IGNORECASE)


def read_allocation_list(data: bytes, filename: str) -> AllocationFile:
    """Read an allocation list: CSV or XLSX with the columns Kommunkod, Kommun and Belopp… in kronor.

    A code that has lost its leading zero in Excel (``114``) gets it back. Below the row "Summa" only notes,
    rows with one filled cell, may stand. Whether the codes exist and the sum is the round's is for
    `check_allocation_list`.

    Raises
    ------
    Refusals
        Everything that is wrong at once, each with its line: what `read_table` refuses, ``unit_unknown``,
        ``formula_cell``, ``unknown_municipality``, ``municipality_doubled``, ``text_missing``,
        ``text_invalid``, ``amount_unreadable``, ``amount_not_whole``, ``amount_not_positive``,
        ``row_after_total``, ``stated_sum_differs``.
    """
    table = read_table(data, filename, _COLUMNS)
    _check_unit(table)
    collector = Collector(_COLUMNS)
    lines, total = _split_at_total(table.lines, collector)
    rows = _read_rows(lines, collector)
    stated = collector.read(total, "amount", parse_whole_kronor) if total else None
    summed = Ore(sum(row.amount for row in rows))
    if total and stated is not None and not collector.refusals and stated != summed:
        text = f"summan är {format_kronor(stated)}, men raderna ger {format_kronor(summed)}."
        collector.refuse(total, "stated_sum_differs", text)
    collector.finish()
    return AllocationFile(rows, stated, table.encoding)


def parse_code_cell(text: str) -> MunicipalityCode:
    """Read a municipality code; three digits have lost the leading zero in Excel and get it back."""
    return parse_municipality(f"0{text}" if re.fullmatch(r"[1-9][0-9]{2}", text) else text)


def _check_unit(table: Table) -> None:
    if _OTHER_UNIT.search(table.header["amount"]):
        text = "Beloppen ska stå i kronor, inte i tusental eller miljoner. Räkna om dem och rätta rubriken."
        raise Refusals((Refusal("unit_unknown", text),))


def _split_at_total(lines: tuple[Line, ...], collector: Collector) -> tuple[tuple[Line, ...], Line | None]:
    index = next((i for i, line in enumerate(lines) if _is_total(line)), None)
    if index is None:
        return lines, None
    for line in lines[index + 1 :]:
        if sum(bool(cell) for cell in line.cells.values()) > 1:
            collector.refuse(line, "row_after_total", "raden står under summan. Flytta upp den.")
    return lines[:index], lines[index]


def _is_total(line: Line) -> bool:
    return any(line.cells[key].casefold().rstrip(":") in _TOTAL for key in ("code", "name"))


def _read_rows(lines: tuple[Line, ...], collector: Collector) -> tuple[AllocationRow, ...]:
    rows = []
    first_lines: dict[MunicipalityCode, int] = {}
    for line in lines:
        code = collector.read(line, "code", parse_code_cell)
        name = collector.read(line, "name", parse_text)
        amount = collector.read(line, "amount", _parse_allocation)
        if code is not None and first_lines.setdefault(code, line.number) != line.number:
            text = f"kommunkoden {code} står redan på rad {first_lines[code]}. Ta bort den ena."
            collector.refuse(line, "municipality_doubled", text)
        elif code is not None and name is not None and amount is not None:
            rows.append(AllocationRow(line.number, code, name, amount))
    if not lines:
        raise Refusals((Refusal("file_empty", "Listan har en summa men inga kommuner."),))
    return tuple(rows)


def _parse_allocation(text: str) -> Ore:
    negative = re.match(r"[-−–]\s*[0-9]", text)
    amount = Ore(0) if negative else parse_whole_kronor(text)
    if amount == 0:
        raise Refusal("amount_not_positive", "Beloppet ska vara större än noll.")
    return amount
