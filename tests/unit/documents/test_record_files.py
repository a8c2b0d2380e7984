"""What a file is follows from its content; what no accounting record holds is refused with what to do."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from statsbidrag.documents.record_files import CSV, PDF, SIE, XLSX, media_type_of, written_type
from statsbidrag.domain.errors import Refusal

WHOLE_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
LEDGER = "Konto;Text;Belopp\n4010;Hälsosamtal;125000,00\n"
VOUCHERS = '#FLAGGA 0\n#PROGRAM "Ekonomi" 1.0\n#SIETYP 4\n#FNAMN "Kommunen"\n'


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.create_sheet("Huvudbok")["A1"] = "Konto"
    book.save(out)
    return out.getvalue()


def packed(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


BOOK = ("[Content_Types].xml", "xl/workbook.xml")


@pytest.mark.parametrize(
    ("content", "media_type", "written"),
    [
        (WHOLE_PDF, PDF, "PDF"),
        (workbook(), XLSX, "XLSX"),
        (packed(*BOOK), XLSX, "XLSX"),
        (LEDGER.encode(), CSV, "CSV"),
        (LEDGER.encode("latin-1"), CSV, "CSV"),
        (b"\xef\xbb\xbf" + LEDGER.encode(), CSV, "CSV"),
        (b"Huvudbok 2025\r\n" + LEDGER.replace(";", "\t").encode(), CSV, "CSV"),
        (VOUCHERS.encode("cp437"), SIE, "SIE"),
        (VOUCHERS.replace("Ekonomi", "Räkning").encode("cp437"), SIE, "SIE"),
    ],
)
def test_records_are_known_by_their_content(content: bytes, media_type: str, written: str) -> None:
    assert media_type_of(content) == media_type
    assert written_type(media_type) == written


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t", "file_empty"),
        (b"MZ\x90\x00 program", "file_dangerous"),
        (b"\x7fELF\x02\x01", "file_dangerous"),
        (b"#!/bin/sh\nx;y\nx;y\n", "file_dangerous"),
        (b"a;b\nEICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE;x\n", "file_dangerous"),
        (WHOLE_PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "file_dangerous"),
        (WHOLE_PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /Launch >>"), "file_dangerous"),
        (WHOLE_PDF.replace(b"/Root", b"/Encrypt 2 0 R /Root"), "file_encrypted"),
        (WHOLE_PDF[:-8], "file_damaged"),
        (workbook()[:-100], "file_damaged"),
        (packed("dokument.txt"), "file_type_unknown"),
        (packed("word/document.xml", "[Content_Types].xml"), "file_type_unknown"),
        (packed(*BOOK, "xl/vbaProject.bin"), "file_dangerous"),
        (packed(*BOOK, "xl/embeddings/oleObject1.bin"), "file_dangerous"),
        (packed(*BOOK, *(f"xl/{n}.xml" for n in range(2000))), "file_dangerous"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "file_encrypted"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "file_type_unknown"),
        (b"<html><body>a;b\n<p>c;d</p></body></html>", "file_type_unknown"),
        (b"<?xml version='1.0'?>\n<a>1,2</a>\n", "file_type_unknown"),
        (b"Hej!\nHar kommer inget underlag.\n", "file_type_unknown"),
        (b"en enda rad; utan tabell", "file_type_unknown"),
        (b"#FLAGGA 0\ninget mer\n", "file_type_unknown"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        media_type_of(content)
    assert (refused.value.code, refused.value.field, refused.value.status) == (code, "files", 422)
    assert refused.value.message.endswith(".")


def test_what_unpacks_to_more_than_can_be_is_refused_without_unpacking() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in BOOK:
            archive.writestr(name, "x")
        with archive.open("xl/sheet.xml", "w", force_zip64=True) as part:
            for _ in range(201):
                part.write(bytes(1_000_000))
    assert len(out.getvalue()) < 4_000_000
    with pytest.raises(Refusal, match="file_dangerous"):
        media_type_of(out.getvalue())
