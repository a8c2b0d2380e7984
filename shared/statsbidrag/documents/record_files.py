"""Tells by its content what a file of accounting records is, and refuses what should not be opened.

A name or a declared type is never believed. This is no virus scanner: it stops what no accounting record holds, and the
agency scans what it takes out of the archive.
"""

from __future__ import annotations

import io
import re
import zipfile

from statsbidrag.domain.errors import Refusal

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
SIE = "application/x-sie"
_WRITTEN = {PDF: "PDF", XLSX: "XLSX", CSV: "CSV", SIE: "SIE"}
MEDIA_TYPES = tuple(_WRITTEN)
KINDS = "PDF, XLSX, CSV eller SIE"

_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
# The harmless file that every scanner calls a virus, in two pieces so that none calls this one so.
_TEST_VIRUS = b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE"
_ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ACTIVE_PARTS = ("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")
_MOST_PARTS = 2000
_LARGEST_UNPACKED = 200_000_000
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SIE_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*#FLAGGA\s+[01]\s")


def written_type(media_type: str) -> str:
    """Write a media type for people: ``PDF``."""
    return _WRITTEN[media_type]


def media_type_of(content: bytes) -> str:
    """Tell what a file is.

    Returns
    -------
    str
        Media type of PDF, XLSX, CSV or SIE 4.

    Raises
    ------
    Refusal
        ``file_empty``, ``file_dangerous``, ``file_encrypted``, ``file_damaged``, ``file_type_unknown``; all at the
        field ``files``.
    """
    if not content.strip():
        raise _refusal("file_empty", "Filen är tom. Kontrollera att rätt fil är vald.")
    if content.startswith(_PROGRAMS) or _TEST_VIRUS in content:
        raise _dangerous("Den ser ut som ett program eller ett virus.")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return _xlsx(content)
    if content.startswith(_OLE):
        raise _refusal(
            "file_encrypted",
            "Filen har ett äldre format eller lösenord. Spara den som XLSX eller PDF utan lösenord.",
        )
    if _SIE_HEAD.match(content) and b"#SIETYP" in content:
        return SIE
    if _is_table(content):
        return CSV
    raise _refusal("file_type_unknown", f"Filen är inte {KINDS}. Spara om den och skicka den igen.")


def _refusal(code: str, message: str) -> Refusal:
    return Refusal(code, message, field="files")


def _dangerous(why: str) -> Refusal:
    return _refusal("file_dangerous", f"Filen tas inte emot. {why} Skicka underlaget som en fil utan sådant innehåll.")


def _pdf(content: bytes) -> str:
    if b"%%EOF" not in content[-2048:]:
        raise _refusal("file_damaged", "PDF-filen är inte hel. Spara om den och skicka den igen.")
    if b"/Encrypt" in content:
        raise _refusal("file_encrypted", "PDF-filen är skyddad. Spara den utan lösenord och skicka den igen.")
    if any(word in content for word in _ACTIVE_PDF):
        raise _dangerous("PDF-filen innehåller skript, bilagor eller något som startar program.")
    return PDF


def _xlsx(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _refusal("file_damaged", "Filen är inte hel. Spara om den och skicka den igen.") from None
    names = {part.filename.lower() for part in parts}
    if not {"[content_types].xml", "xl/workbook.xml"} <= names:
        raise _refusal("file_type_unknown", f"Filen är inte {KINDS}. Packa upp arkiv och skicka filerna var för sig.")
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST_UNPACKED:
        raise _dangerous("Den blir orimligt stor när den packas upp.")
    if any(name.endswith(_ACTIVE_PARTS) or "/embeddings/" in name for name in names):
        raise _dangerous("Filen innehåller makron eller inbäddade filer.")
    return XLSX


def _is_table(content: bytes) -> bool:
    """Tell whether it is text in rows, most of which have the same separator."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    rows = [row for row in text.splitlines() if row.strip()]
    if _NOT_TEXT.search(text) or text.lstrip().startswith("<") or len(rows) < 2:
        return False
    return any(2 * sum(sign in row for row in rows) > len(rows) for sign in (";", "\t", ","))
