"""The mandates of the embedded run's people, as the agency's old register has them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from local.provider import Person

_ROLES = {"agent": "ombud", "representative": "representant", "coordinator": "uppgiftssamordnare"}


def old_register(people: Iterable[Person]) -> bytes:
    """Write the file of who was approved before there was this system."""
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow(["Kommunkod", "Namn", "Titel", "E-post", "Telefon", "Roll", "Subjekt"])
    for person in people:
        for mandate in person.mandates:
            address = f"{person.subject}@kommun-{mandate.municipality}.example"
            rows.writerow([mandate.municipality, person.label, "", address, "", _ROLES[mandate.role], person.subject])
    return text.getvalue().encode("utf-8")
