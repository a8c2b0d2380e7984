"""Each kind of file gets only characters it can carry."""

from __future__ import annotations

import pytest

from statsbidrag.documents.characters import bank_text, is_bank_id, print_text, xml_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Åmåls kommun, 9.3-0114/2025", "Åmåls kommun, 9.3-0114/2025"),
        ("A\u030angermanland", "Ångermanland"),
        ("Malå & Sorsele", "Malå + Sorsele"),
        ("één  üñ\n\tß", "een un ."),
        ("<b>€\x00", ".b..."),
    ],
)
def test_bank_text_keeps_the_swedish_set(text: str, written: str) -> None:
    assert bank_text(text) == written


def test_bank_ids_are_short_and_plain() -> None:
    assert is_bank_id("P-2025-0114-1")
    assert is_bank_id("x" * 35)
    assert not any(is_bank_id(text) for text in ("", "x" * 36, "P 1", "/1", "Å", "P-1\n"))


def test_xml_text_drops_only_what_xml_cannot_hold() -> None:
    assert xml_text("a\x00b\x1fc\ufffed\ud800e<&😀\n") == "a b c d e<&😀\n"


def test_print_text_replaces_what_no_font_draws() -> None:
    assert print_text("ås\u00adna\u202e ﬁ \x07 漢😀 šđŋ Ж →") == "åsna fi \ufffd \ufffd\ufffd šđŋ Ж →"
    assert print_text("a\r\nb\tc\u2009d") == "a\nb c d"
