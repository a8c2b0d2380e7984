from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from statsbidrag.documents.allocation_file import read_allocation_list
from statsbidrag.documents.register_file import read_register
from statsbidrag.documents.round_file import read_round
from statsbidrag.documents.table_file import LARGEST_FILE
from statsbidrag.domain.allocation_rules import AllocationFile, check_allocation_list
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.money import kronor

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
HEAD = "Kommunkod;Kommun;Belopp (kronor)"
ROWS = "0114;Upplands Väsby;461836\r\n0305;Håbo;1000\r\n"


def _read(text: str, filename: str = "lista.csv", encoding: str = "utf-8") -> AllocationFile:
    return read_allocation_list(text.encode(encoding), filename)


def _refusals(data: bytes | str, filename: str = "lista.csv") -> list[Refusal]:
    with pytest.raises(Refusals) as caught:
        read_allocation_list(data.encode() if isinstance(data, str) else data, filename)
    return list(caught.value.refusals)


def _codes(data: bytes | str, filename: str = "lista.csv") -> list[str]:
    return [refusal.code for refusal in _refusals(data, filename)]


def _amounts(file: AllocationFile) -> list[tuple[str, int]]:
    return [(row.municipality, row.amount) for row in file.rows]


EXPECTED = [("0114", kronor(461_836)), ("0305", kronor(1000))]


def _workbook(*sheets: list[list[object]]) -> bytes:
    workbook = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = workbook.active if number == 0 else workbook.create_sheet()
        assert sheet is not None
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _with_parts(data: bytes, **parts: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(f"xl/{name}", content)
    return out.getvalue()


SHEET: list[list[object]] = [
    ["Fördelning per kommun"],
    [],
    ["Kommunkod", "Kommun", "Belopp att rekvirera, kronor"],
    ["0114", "Upplands Väsby", 461836],
    ["0305", "Håbo", 1000],
]


@pytest.mark.parametrize(
    "name", ["fordelningslista-2024.csv", "fordelningslista-2025.csv", "fordelningslista-2025.xlsx"]
)
def test_every_example_list_may_be_used_in_its_round(name: str) -> None:
    file = read_allocation_list((EXAMPLES / name).read_bytes(), name)
    register = read_register((EXAMPLES / "kommunregister.csv").read_bytes(), "kommunregister.csv")
    year = name.removeprefix("fordelningslista-")[:4]
    round_ = read_round((ROOT / "rounds" / f"{year}.toml").read_bytes())
    known = {recipient.municipality: recipient.name for recipient in register}
    assert len(file.rows) == 290
    assert check_allocation_list(file, known, round_.total) == ()


def test_the_same_list_is_the_same_in_csv_and_xlsx() -> None:
    csv_rows, xlsx_rows = (
        _amounts(read_allocation_list((EXAMPLES / name).read_bytes(), name))
        for name in ("fordelningslista-2025.csv", "fordelningslista-2025.xlsx")
    )
    assert csv_rows == xlsx_rows


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("windows-1252", "windows-1252")],
)
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_csv_is_read_however_it_was_saved(encoding: str, said: str, delimiter: str, line_end: str) -> None:
    text = f"{HEAD}\r\n{ROWS}".replace(";", delimiter).replace("\r\n", line_end)
    file = _read(text, encoding=encoding)
    assert _amounts(file) == EXPECTED
    assert [row.name for row in file.rows] == ["Upplands Väsby", "Håbo"]
    assert [row.line for row in file.rows] == [2, 3]
    assert file.encoding == said


def test_titles_blank_lines_other_columns_and_notes_are_passed_over() -> None:
    text = (
        "Fördelning 2025, hälsosamtal;;;\n;;;\nKommunkod;Län;Kommun;Belopp 2025\n"
        "0114;Stockholm;Upplands Väsby;461 836\n"
        ";;;\n0305;Uppsala;Håbo;1\u00a0000,00\n;;Summa;462 836\n;;;\nKälla: exempel;;;\n"
    )
    file = _read(text)
    assert _amounts(file) == EXPECTED
    assert [row.line for row in file.rows] == [4, 6]
    assert file.stated_total == kronor(462_836)


def test_english_headers_in_another_order_and_quotes_are_read() -> None:
    text = 'amount,name,code\n"461 836","Upplands Väsby",0114\n"1000","Håbo",0305\n'
    assert _amounts(_read(text)) == EXPECTED


def test_names_in_decomposed_letters_are_composed() -> None:
    assert _read(f"{HEAD}\n0305;Ha\u030abo;1\n").rows[0].name == "Håbo"


@pytest.mark.parametrize("code", ["114", 114, "0114", 114.0])
def test_a_leading_zero_that_excel_lost_comes_back(code: object) -> None:
    data = _workbook([["Kommunkod", "Kommun", "Belopp"], [code, "Upplands Väsby", 1]])
    assert read_allocation_list(data, "a.xlsx").rows[0].municipality == "0114"


@pytest.mark.parametrize("amount", [461836, "461 836", "461836", 461836.0])
def test_amounts_of_a_workbook_are_numbers_or_text(amount: object) -> None:
    data = _workbook([["Kommunkod", "Kommun", "Belopp"], ["0114", "Upplands Väsby", amount]])
    assert read_allocation_list(data, "a.xlsx").rows[0].amount == kronor(461_836)


@pytest.mark.parametrize("code", ["14", "14114", "A114", "", "0114x", "٠١١٤", "1e3"])
def test_a_code_that_is_not_four_digits_is_refused(code: str) -> None:
    (refusal,) = _refusals(f"{HEAD}\n{code};Upplands Väsby;1\n")
    assert refusal.code == "unknown_municipality"
    assert refusal.message.startswith("Rad 2, Kommunkod: ")
    assert refusal.field == "line 2"


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("97 000 000 kr", "amount_unreadable"),
        ("12.345", "amount_unreadable"),
        ("1e6", "amount_unreadable"),
        ("+5", "amount_unreadable"),
        ("#REF!", "amount_unreadable"),
        ("", "amount_unreadable"),
        ("１２３", "amount_unreadable"),
        ("0", "amount_not_positive"),
        ("0,00", "amount_not_positive"),
        ("-5", "amount_not_positive"),
        ("−5", "amount_not_positive"),
        ("461836,50", "amount_not_whole"),
    ],
)
def test_an_amount_that_is_not_whole_kronor_above_zero_is_refused(amount: str, code: str) -> None:
    (refusal,) = _refusals(f"{HEAD}\n0114;Upplands Väsby;{amount}\n")
    assert refusal.code == code
    assert refusal.message.startswith("Rad 2, Belopp: ")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (461836.5, "amount_not_whole"),
        (0.001, "amount_unreadable"),
        (1e22, "amount_unreadable"),
        (-1, "amount_not_positive"),
        (True, "amount_unreadable"),
        (None, "amount_unreadable"),
        ("#REF!", "amount_unreadable"),
    ],
)
def test_a_workbooks_amount_is_never_rounded(amount: object, code: str) -> None:
    data = _workbook([["Kommunkod", "Kommun", "Belopp"], ["0114", "Upplands Väsby", amount]])
    assert _codes(data, "a.xlsx") == [code]


def test_a_doubled_code_names_both_lines() -> None:
    (refusal,) = _refusals(f"{HEAD}\n{ROWS}114;Upplands Väsby;5\n")
    assert refusal.code == "municipality_doubled"
    assert refusal.message.startswith("Rad 4: ")
    assert "rad 2" in refusal.message


def test_everything_wrong_is_told_at_once() -> None:
    refusals = _refusals(f"{HEAD}\n14;;0\n0305;Håbo;x\n0305;Håbo;=1+1\n")
    assert [(r.field, r.code) for r in refusals] == [
        ("line 2", "unknown_municipality"),
        ("line 2", "text_missing"),
        ("line 2", "amount_not_positive"),
        ("line 3", "amount_unreadable"),
        ("line 4", "formula_cell"),
        ("line 4", "municipality_doubled"),
    ]


@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_formula_is_refused_also_where_its_result_is_stored(column: int) -> None:
    row: list[object] = ["0114", "Upplands Väsby", 461836]
    row[column] = "=A1"
    (refusal,) = _refusals(_workbook([*SHEET[:3], row]), "a.xlsx")
    assert refusal.code == "formula_cell"
    assert refusal.field == "line 4"


def test_a_formula_over_several_cells_is_refused() -> None:
    data = _workbook([*SHEET[:3], ["0114", ArrayFormula("B4:B4", "=A1"), 5]])
    assert _codes(data, "a.xlsx") == ["formula_cell"]


def test_a_formula_in_the_sum_is_refused() -> None:
    assert _codes(_workbook([*SHEET, [None, "Summa", "=SUM(C4:C5)"]]), "a.xlsx") == ["formula_cell"]


def test_a_formula_outside_the_table_does_no_harm() -> None:
    rows: list[list[object]] = [
        ["=TODAY()"],
        ["Kommunkod", "Kommun", "Belopp", "Andel"],
        ["0114", "Upplands Väsby", 5, "=C3/5"],
    ]
    assert read_allocation_list(_workbook(rows), "a.xlsx").rows[0].amount == kronor(5)


@pytest.mark.parametrize("stated", ["462 835", "462 837"])
def test_a_stated_sum_one_krona_off_is_refused_with_both_sums(stated: str) -> None:
    (refusal,) = _refusals(f"{HEAD}\n{ROWS};Summa;{stated}\n")
    assert refusal.code == "stated_sum_differs"
    said = refusal.message.replace("\u00a0", " ")
    assert said == f"Rad 4: summan är {stated} kronor, men raderna ger 462 836 kronor."


def test_a_municipality_below_the_sum_is_refused() -> None:
    assert _codes(f"{HEAD}\n0114;Upplands Väsby;5\nSumma;;5\n0305;Håbo;7\n") == ["row_after_total"]


@pytest.mark.parametrize("word", ["Summa", "SUMMA:", "Totalt", "Total"])
def test_the_sum_may_be_called_by_other_words(word: str) -> None:
    assert _read(f"{HEAD}\n{ROWS}{word};;462 836\n").stated_total == kronor(462_836)


@pytest.mark.parametrize("text", ["", " \r\n", "\ufeff", HEAD, f"{HEAD}\n;;\n", f"{HEAD}\n;Summa;0\n"])
def test_a_list_without_municipalities_is_refused(text: str) -> None:
    assert _codes(text) == ["file_empty"]


def test_an_unknown_layout_says_what_is_missing() -> None:
    (refusal,) = _refusals("Kommunkod;Namn;Belopp\n0114;Upplands Väsby;5\n")
    assert refusal.code == "unknown_layout"
    assert refusal.message.endswith("Det saknas: Kommun.")


def test_two_columns_with_amounts_are_refused() -> None:
    assert _codes("Kommunkod;Kommun;Belopp 2024;Belopp 2025\n0114;Upplands Väsby;5;6\n") == ["column_doubled"]


def test_two_sheets_with_lists_are_refused_but_other_sheets_are_not() -> None:
    assert _codes(_workbook(SHEET, SHEET), "a.xlsx") == ["several_tables"]
    assert _amounts(read_allocation_list(_workbook([["Läs mig"]], SHEET), "a.xlsx")) == EXPECTED


@pytest.mark.parametrize("head", ["Belopp (tkr)", "Belopp, mnkr", "Belopp i tusental kronor", "Belopp i miljoner"])
def test_amounts_in_another_unit_are_refused(head: str) -> None:
    assert _codes(f"Kommunkod;Kommun;{head}\n0114;Upplands Väsby;5\n") == ["unit_unknown"]


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe" + HEAD.encode("utf-16-le"), HEAD.encode() + b"\n0114;\x81\x8d;5", b"%PDF-1.7\0\0"],
)
def test_bytes_in_no_known_encoding_are_refused(data: bytes) -> None:
    assert _codes(data) == ["encoding_unknown"]


def test_a_quote_that_is_never_closed_is_refused() -> None:
    assert _codes(f'{HEAD}\n0114;"Upplands Väsby;5\n0305;Håbo;7\n')[0] == "file_unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and no archive",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old or a locked workbook",
        HEAD.encode(),
        _workbook(SHEET)[:-200],
    ],
)
def test_what_is_called_xlsx_but_is_not_is_refused(data: bytes) -> None:
    assert _codes(data, "lista.xlsx") == ["not_xlsx"]


def test_an_archive_without_a_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert _codes(out.getvalue(), "a.xlsx") == ["not_xlsx"]


@pytest.mark.parametrize("at", range(0, 5000, 97))
def test_a_damaged_workbook_is_refused_or_read_right(at: int) -> None:
    data = bytearray(_workbook(SHEET))
    data[at % len(data)] ^= 0xFF
    try:
        file = read_allocation_list(bytes(data), "a.xlsx")
    except Refusals:
        return
    assert _amounts(file) == EXPECTED


def test_macros_are_refused() -> None:
    assert _codes(_with_parts(_workbook(SHEET), **{"vbaProject.bin": b"macro"}), "a.xlsx") == ["macros"]
    assert _codes(_workbook(SHEET), "a.XLSM") == ["macros"]


def test_a_workbook_that_grows_absurdly_is_refused_before_it_is_unpacked() -> None:
    bomb = _with_parts(_workbook(SHEET), **{"media.bin": bytes(60_000_000)})
    assert len(bomb) < LARGEST_FILE
    assert _codes(bomb, "a.xlsx") == ["file_too_large"]


def test_a_document_type_in_a_workbook_is_refused() -> None:
    part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    assert _codes(_with_parts(_workbook(SHEET), **{"extra.xml": part}), "a.xlsx") == ["not_xlsx"]


def test_a_file_above_ten_megabytes_is_refused() -> None:
    assert _codes(b"x" * (LARGEST_FILE + 1)) == ["file_too_large"]


def test_a_list_of_thousands_of_rows_is_refused_but_blank_rows_are_not_counted() -> None:
    rows = "".join(f"{n:04d};Namn;1\n" for n in range(6000))
    assert _codes(f"{HEAD}\n{rows}") == ["file_too_large"]
    blank = ";;\n" * 6000
    assert _amounts(_read(f"{HEAD}\n{ROWS}{blank}")) == EXPECTED


def test_a_stated_size_that_is_too_small_hides_no_rows() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_workbook(SHEET))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<dimension ref="A1:C5"', b'<dimension ref="A1:C4"'))
    assert b'ref="A1:C4"' in zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml")
    assert _amounts(read_allocation_list(out.getvalue(), "a.xlsx")) == EXPECTED


def test_a_row_far_below_the_table_is_refused_in_bounded_time() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in SHEET:
        sheet.append(row)
    sheet.cell(row=1_048_576, column=1, value="x")
    out = io.BytesIO()
    workbook.save(out)
    assert _codes(out.getvalue(), "a.xlsx") == ["file_too_large"]


def test_reading_a_csv_does_not_import_openpyxl() -> None:
    code = (
        "import sys; from statsbidrag.documents.allocation_file import read_allocation_list as read; "
        "read(b'Kommunkod;Kommun;Belopp\\n0114;Vallby;5\\n', 'a.csv'); sys.exit('openpyxl' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "shared", check=False)
    assert done.returncode == 0
