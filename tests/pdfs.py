"""What a PDF needs so that everybody can read it, and for ever."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader

_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")


def what_readers_lack(pdf: bytes) -> list[str]:
    """Name what is missing of tags, language, title and embedded fonts."""
    reader = PdfReader(BytesIO(pdf))
    root = reader.root_object
    fonts = list(font_descriptors(reader))
    wanted = {
        "tags": root.get("/MarkInfo", {}).get("/Marked", False) and "/StructTreeRoot" in root,
        "language": str(root.get("/Lang", "")).lower() == "sv-se",
        "title": bool(reader.metadata and reader.metadata.title),
        "title in the window": root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False),
        "fonts": bool(fonts),
        **{f"font {font.get('/FontName')}": any(name in font for name in _FONT_FILES) for font in fonts},
    }
    return [name for name, is_there in wanted.items() if not is_there]


def font_descriptors(reader: PdfReader) -> Iterator[Any]:
    """Walk every font of the file, wherever it is used; one without a descriptor counts as not embedded."""
    for number in sorted(set(reader.xref_objStm).union(*reader.xref.values())):
        found = reader.get_object(number)
        if isinstance(found, dict) and found.get("/Type") == "/Font" and found.get("/Subtype") != "/Type0":
            yield found["/FontDescriptor"].get_object() if "/FontDescriptor" in found else {}
