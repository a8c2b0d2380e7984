"""Which characters each kind of document can carry, and what becomes of the others.

Text from people goes into files that have rules of their own; a character outside the rule is replaced
here and never makes a file that the reader refuses.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_BANK = re.compile(r"[^A-Za-z0-9ÅÄÖåäö/\-?:().,'+ ]")
_NOT_BANK_ID = re.compile(r"[^A-Za-z0-9\-]")
# What Libertinus Serif draws; a glyph that no font has would make the PDF unfit for the archive.
_NOT_PRINT = re.compile(
    "[^\n\u0020-\u007e\u00a0-\u00ac\u00ae-\u024f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f"
    "\u1e00-\u1eff\u2010-\u2015\u2018-\u201f\u2020-\u2027\u202f\u2030-\u203a\u20a0-\u20bf\u2122\u2190-\u226f\ufffd]"
)


def xml_text(text: str) -> str:
    """Give a text that XML 1.0 can carry: forbidden control characters become spaces."""
    return _NOT_XML.sub(" ", unicodedata.normalize("NFC", text))


def bank_text(text: str) -> str:
    """Give a text in the Swedish bank character set: SWIFT's, with ÅÄÖ.

    A letter with another accent loses it, ``&`` becomes ``+``, white space one space and
    all else a full stop.
    """
    composed = unicodedata.normalize("NFC", " ".join(text.split())).replace("&", "+")
    return "".join(char if not _NOT_BANK.match(char) else _nearest(char) for char in composed)


def _nearest(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)
    kept = _NOT_BANK.sub("", base)
    return kept or "."


def is_bank_id(text: str) -> bool:
    """Tell whether a bank carries this as an identity: 1 to 35 of A-Z, a-z, 0-9 and hyphen."""
    return 1 <= len(text) <= 35 and not _NOT_BANK_ID.search(text)


def print_text(text: str) -> str:
    """Give a text that the fonts of the PDFs can draw; line breaks stay, all else unknown becomes ``�``."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return _NOT_PRINT.sub(_drawable, composed)


def _drawable(found: re.Match[str]) -> str:
    if unicodedata.category(found[0]) == "Cf":
        return ""  # invisible: soft hyphens, joiners, marks of direction
    base = unicodedata.normalize("NFKC", found[0])
    return base if not _NOT_PRINT.search(base) else "\ufffd"
