"""Tables as people send them, CSV or XLSX, as text cells with line numbers.

Title rows above the header are passed over; which columns a header must have is the caller's to say.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from statsbidrag.domain.errors import Refusal, Refusals

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

T = TypeVar("T")
Encoding = Literal["utf-8", "windows-1252", "xlsx"]

LARGEST_FILE = 10_000_000
_LARGEST_UNPACKED = 50_000_000
_MOST_PARTS = 500
_MOST_ROWS = 5_000
_LAST_ROW = 100_000
_MOST_COLUMNS = 50
_TITLE_ROWS = 30
_LONGEST_TEXT = 100
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What zipfile, zlib, the XML parser and openpyxl raise on bytes that are not a workbook.
_BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    EOFError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Column(NamedTuple):
    """A column that the header must have: its key, the word shown to people, and how headers may write it."""

    key: str
    label: str
    headers: tuple[str, ...]
    prefix: bool = False

    def matches(self, header: str) -> bool:
        """Tell whether a header cell, in lower case, names this column."""
        return header.startswith(self.headers) if self.prefix else header in self.headers


class Line(NamedTuple):
    """One line below the header: its number in the file from 1, and its cells by column key, stripped."""

    number: int
    cells: dict[str, str]


class Table(NamedTuple):
    """The lines below the header that are not blank, and how the file was written."""

    lines: tuple[Line, ...]
    encoding: Encoding
    header: dict[str, str]


class Collector:
    """Gathers what is wrong in a file, so that people see all of it at once."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._labels = {column.key: column.label for column in columns}
        self.refusals: list[Refusal] = []

    def read(self, line: Line, key: str, parse: Callable[[str], T]) -> T | None:
        """Read one cell; a refusal is kept with its place, and the answer is then ``None``."""
        text = line.cells[key]
        if text.startswith("="):
            self.refuse(line, "formula_cell", "cellen har en formel. Klistra in värdet i stället.", key)
            return None
        try:
            return parse(text)
        except Refusal as refusal:
            self.refuse(line, refusal.code, refusal.message, key)
            return None

    def refuse(self, line: Line, code: str, text: str, key: str | None = None) -> None:
        """Keep one refusal of a line, or of one cell of it."""
        place = f"Rad {line.number}, {self._labels[key]}" if key else f"Rad {line.number}"
        self.refusals.append(Refusal(code, f"{place}: {text}", field=f"line {line.number}"))

    def finish(self) -> None:
        """Raise `Refusals` if anything was wrong."""
        if self.refusals:
            raise Refusals(tuple(self.refusals))


class _Row(NamedTuple):
    number: int
    cells: tuple[str, ...]


def parse_text(text: str) -> str:
    """Read a cell that must have text; `Refusal` ``text_missing`` or ``text_invalid``."""
    if not text:
        raise Refusal("text_missing", "cellen är tom.")
    if not text.isprintable() or len(text) > _LONGEST_TEXT:
        raise Refusal("text_invalid", f"skriv en text på en rad, högst {_LONGEST_TEXT} tecken.")
    return text


def read_table(data: bytes, filename: str, columns: Sequence[Column]) -> Table:
    """Read a table whose header has the given columns, in any order and among others.

    Parameters
    ----------
    data
        CSV with ``;`` or ``,`` in UTF-8 (with or without BOM) or Windows-1252, or XLSX; the bytes decide.
    filename
        Its ending says what the sender meant, where the bytes are something else.

    Returns
    -------
    Table
        Text cells in Unicode form C; numbers of an XLSX as digits, a formula as text that begins with ``=``.

    Raises
    ------
    Refusals
        ``file_empty``, ``file_too_large``, ``not_xlsx``, ``macros``, ``encoding_unknown``,
        ``file_unreadable``, ``unknown_layout``, ``column_doubled`` or ``several_tables``.
    """
    try:
        return _read(data, filename.lower(), columns)
    except Refusal as refusal:
        raise Refusals((refusal,)) from refusal


def _read(data: bytes, filename: str, columns: Sequence[Column]) -> Table:
    if len(data) > LARGEST_FILE:
        raise Refusal("file_too_large", "Filen är större än 10 MB. Skicka bara tabellen.")
    encoding: Encoding = "xlsx"
    if data.startswith(_ZIP):
        sheets = _read_workbook(data, filename)
    elif filename.endswith((".xlsx", ".xlsm")) or data.startswith(_OLD_EXCEL):
        raise _not_xlsx()
    else:
        text, encoding = _decode(data)
        sheets = _read_csv(text, columns)
    if not any(sheets):
        raise Refusal("file_empty", "Filen är tom.")
    rows, places, header = _find_table(sheets, columns)
    if len(rows) > _MOST_ROWS:
        raise _too_many_rows()
    lines = tuple(
        Line(row.number, {key: row.cells[i] if i < len(row.cells) else "" for key, i in places.items()}) for row in rows
    )
    if not lines:
        raise Refusal("file_empty", "Filen har inga rader under rubrikraden.")
    return Table(lines, encoding, header)


def _find_table(
    sheets: list[list[_Row]], columns: Sequence[Column]
) -> tuple[list[_Row], dict[str, int], dict[str, str]]:
    """Find the only header among the sheets: the rows below it, each column's place and header text."""
    headers = [(sheet, index) for sheet in sheets if (index := _header_index(sheet, columns)) is not None]
    if not headers:
        raise Refusal("unknown_layout", _layout_text(sheets, columns))
    if len(headers) > 1:
        raise Refusal("several_tables", "Filen har flera blad med samma rubriker. Spara bara det som gäller.")
    sheet, index = headers[0]
    found = {column: _places(sheet[index], column) for column in columns}
    doubled = [column.label for column, places in found.items() if len(places) > 1]
    if doubled:
        names = ", ".join(doubled)
        raise Refusal("column_doubled", f"Flera kolumner heter {names}. Behåll bara den som gäller.")
    header = {column.key: sheet[index].cells[places[0]] for column, places in found.items()}
    return sheet[index + 1 :], {column.key: places[0] for column, places in found.items()}, header


def _header_index(sheet: list[_Row], columns: Sequence[Column]) -> int | None:
    heads = enumerate(sheet[:_TITLE_ROWS])
    return next((i for i, row in heads if all(_places(row, column) for column in columns)), None)


def _places(row: _Row, column: Column) -> list[int]:
    return [i for i, cell in enumerate(row.cells) if column.matches(cell.casefold())]


def _layout_text(sheets: list[list[_Row]], columns: Sequence[Column]) -> str:
    heads = [row for sheet in sheets for row in sheet[:_TITLE_ROWS]]
    missing = min(
        ([column.label for column in columns if not _places(row, column)] for row in heads),
        key=len,
        default=[column.label for column in columns],
    )
    wanted = ", ".join(column.label for column in columns)
    return f"Rubrikraden ska ha kolumnerna {wanted}. Det saknas: {', '.join(missing)}."


def _decode(data: bytes) -> tuple[str, Encoding]:
    unreadable = Refusal("encoding_unknown", "Filens tecken går inte att läsa. Spara den som CSV UTF-8.")
    if b"\0" in data:
        raise unreadable
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError:
        raise unreadable from None


def _read_csv(text: str, columns: Sequence[Column]) -> list[list[_Row]]:
    """Read the text once with each delimiter; the header tells later which one was meant."""
    tables = []
    for delimiter in ";,":
        rows, whole = _split(text, delimiter)
        if not whole and _header_index(rows, columns) is not None:
            raise Refusal("file_unreadable", "Filen går inte att läsa som CSV. Kontrollera citattecknen.")
        tables.append(rows)
    return tables


def _split(text: str, delimiter: str) -> tuple[list[_Row], bool]:
    """Split the text into rows, and tell whether it could be read to its end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[_Row] = []
    try:
        for cells in reader:
            _keep(rows, _Row(reader.line_num, tuple(_clean(cell) for cell in cells)))
    except csv.Error:
        return rows, False
    return rows, True


def _keep(rows: list[_Row], row: _Row) -> None:
    """Keep a row that is not blank; spreadsheets may have thousands of blank ones, but not without end."""
    if row.number > _LAST_ROW:
        raise _too_many_rows()
    if any(row.cells):
        rows.append(row)


def _too_many_rows() -> Refusal:
    return Refusal("file_too_large", f"Filen har fler än {_MOST_ROWS} rader. Skicka bara tabellen.")


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()


def _read_workbook(data: bytes, filename: str) -> list[list[_Row]]:
    try:
        _check_parts(data, filename)
        return _read_sheets(data)
    except _BROKEN_WORKBOOK:
        raise _not_xlsx() from None


def _not_xlsx() -> Refusal:
    text = "Filen är ingen läsbar Excel-fil. Spara den som .xlsx utan lösenord, eller som CSV UTF-8."
    return Refusal("not_xlsx", text)


def _check_parts(data: bytes, filename: str) -> None:
    """Refuse what could harm before anything is unpacked; a part never unpacks to more than it declares."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
            raise Refusal("file_too_large", "Excel-filen är orimligt stor när den packas upp.")
        if filename.endswith(".xlsm") or any("vbaproject" in part.filename.lower() for part in parts):
            raise Refusal("macros", "Excel-filen har makron. Spara den som vanlig .xlsx.")
        # A workbook needs no document type; with one, an XML parser can be made to grow without end.
        if any(b"<!DOCTYPE" in archive.read(part) for part in parts if part.filename.endswith((".xml", ".rels"))):
            raise _not_xlsx()


def _read_sheets(data: bytes) -> list[list[_Row]]:
    from openpyxl import load_workbook  # noqa: PLC0415  # slow to import, and a CSV does not need it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that carry no data
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = []
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # a wrong stated size would hide rows
            rows: list[_Row] = []
            for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
                _keep(rows, _Row(number, tuple(_cell_text(cell) for cell in cells)))
            sheets.append(rows)
        workbook.close()
    return sheets


def _cell_text(cell: Cell | MergedCell | ReadOnlyCell | EmptyCell) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return "="
    if isinstance(value, float):  # shown as Swedes write it, so that the one amount parser decides
        return str(int(value)) if value.is_integer() else str(value).replace(".", ",")
    return _clean(str(value))
