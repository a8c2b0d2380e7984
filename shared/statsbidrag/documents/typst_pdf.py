"""Typesetting: tagged (PDF/UA-1) and archivable (PDF/A-3a), the same bytes for the same content.

The heavy library is imported with this module; only the functions that make PDFs may import it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst

from statsbidrag.documents.characters import print_text
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.terms import Agency

_HARD_SPACE = "\u00a0"
_TEMPLATES = Path(__file__).parent / "typst"


def typeset(
    template: Literal["invoice", "letter", "receipt"], data: Mapping[str, Any], files: Mapping[str, bytes]
) -> bytes:
    """Make a PDF from a template of this package.

    Parameters
    ----------
    data
        What the template shows; every text in it is data and never markup. Its ``date`` (ISO) becomes the
        date of the document, so that the clock has no say.
    files
        Further files that the template names, such as ``qr.svg``.

    Returns
    -------
    bytes
        The PDF; fonts are those inside typst, never the machine's.
    """
    sources = {
        "main.typ": (_TEMPLATES / f"{template}.typ").read_bytes(),
        "common.typ": (_TEMPLATES / "common.typ").read_bytes(),
        "data.json": msgspec.json.encode(_printable(data)),
        **files,
    }
    # Its type stubs leave out that files can be given by name.
    pdf: bytes = typst.compile(  # type: ignore[call-overload]
        sources, format="pdf", pdf_standards=["a-3a", "ua-1"], ignore_system_fonts=True
    )
    return pdf


def agency_view(agency: Agency) -> dict[str, str]:
    """Give what the head and foot of every page show of the agency."""
    number = agency.organisation_number
    return {
        "name": agency.name,
        "address": f"{agency.address}, {agency.postcode} {agency.city}",
        "email": agency.email,
        "number": f"{number[:6]}-{number[6:]}",
    }


def format_column(amounts: Sequence[Ore]) -> list[str]:
    """Write amounts to stand under each other: if one of them has öre, all of them show theirs."""
    texts = [format_kronor(amount) for amount in amounts]
    if not any("," in text for text in texts):
        return texts
    return [text if "," in text else f"{text.rpartition(_HARD_SPACE)[0]},00{_HARD_SPACE}kronor" for text in texts]


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return print_text(value)
    if isinstance(value, Mapping):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_printable(part) for part in value]
    return value
