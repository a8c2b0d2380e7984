"""Why a payment failed, in Swedish."""

from __future__ import annotations

import pytest

from statsbidrag.documents.bank_reasons import swedish_reason


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("AC04", "", "Banken säger att kontot är avslutat (AC04)."),
        ("AM04", "account short", "Det fanns inte täckning på vårt konto (AM04). Bankens egna ord: account short"),
        ("ZZ99", "", "Banken har svarat med koden ZZ99."),
        ("", " ", "Banken säger inte varför."),
    ],
)
def test_every_code_gets_a_sentence_and_the_banks_words_are_quoted(code: str, text: str, said: str) -> None:
    assert swedish_reason(code, text) == said
