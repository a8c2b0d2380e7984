"""A decision as a letter: what is decided, how it was reckoned, why, by whom, and how to appeal (FL 31-33 §§)."""

from __future__ import annotations

from datetime import date

import msgspec

from statsbidrag.documents.typst_pdf import agency_view, format_column, typeset
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency
from statsbidrag.domain.time import format_date


class DecisionLetter(msgspec.Struct, frozen=True):
    """What a decision must say; all texts are plain Swedish.

    Attributes
    ----------
    paragraphs
        The decision itself, one paragraph each.
    figures
        Labels and öre of the arithmetic, the last of them the result; may be negative, may be empty.
    reasons
        Why, one paragraph each.
    decided_by, prepared_by
        Who decided and who prepared the matter; the second is empty when nobody else did.
    appeal
        Whether and how the decision can be appealed.
    """

    case_number: str
    title: str
    decided_on: date
    recipient: Recipient
    agency: Agency
    paragraphs: tuple[str, ...]
    figures: tuple[tuple[str, Ore], ...]
    reasons: tuple[str, ...]
    decided_by: str
    prepared_by: str
    appeal: str


def render_letter_pdf(letter: DecisionLetter) -> bytes:
    """Typeset a decision letter as PDF/A-3a and PDF/UA-1, in Swedish; the same letter gives the same bytes."""
    number = letter.recipient.organisation_number
    prepared = f" {letter.prepared_by} har berett ärendet." if letter.prepared_by else ""
    column = format_column([amount for _, amount in letter.figures])
    view = {
        "agency": agency_view(letter.agency),
        "title": letter.title,
        "date": letter.decided_on.isoformat(),
        "case_number": letter.case_number,
        "keywords": [letter.case_number],
        "recipient": [
            ("Till", letter.recipient.name),
            ("E-post", letter.recipient.registry_email),
            ("Organisationsnummer", f"{number[:6]}-{number[6:]}"),
        ],
        "facts": [("Datum", format_date(letter.decided_on)), ("Ärende", letter.case_number)],
        "paragraphs": letter.paragraphs,
        "figures": list(zip((label for label, _ in letter.figures), column, strict=True)),
        "reasons": letter.reasons,
        "decision": f"{letter.decided_by} har fattat beslutet.{prepared}",
        "appeal": letter.appeal.split("\n\n"),
    }
    return typeset("letter", view, {})
