"""Attachments of an application to be an agent: PDF only, told by their content."""

from __future__ import annotations

from statsbidrag.documents.record_files import media_type_of
from statsbidrag.domain.errors import Refusal


def pdf_type(content: bytes) -> str:
    """Tell that a file is a PDF.

    Raises
    ------
    Refusal
        ``file_not_pdf``, or as `media_type_of` refuses a PDF; all at the field ``files``.
    """
    if content.strip() and not content.startswith(b"%PDF-"):
        raise Refusal("file_not_pdf", "Filen är ingen PDF. Spara den som PDF och skicka den igen.", field="files")
    return media_type_of(content)
