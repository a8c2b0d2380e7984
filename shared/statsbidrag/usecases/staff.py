"""What staff look up: their work, a case with its journal, a round at a glance, and a search."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from statsbidrag.domain.agents import AGENTS
from statsbidrag.domain.batches import BATCH, Batch, batch_key
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, parse_ocr
from statsbidrag.domain.journal import Record
from statsbidrag.domain.money import Ore
from statsbidrag.ports import DueTask
from statsbidrag.usecases.books import Books

_CASE_NUMBER = re.compile(r"(?:9\.3-)?([0-9]{4})/(20[0-9]{2})")
MOST_FOUND = 50
"""Cases that a search gives; more of them help nobody."""


def rounds(books: Books) -> list[RoundId]:
    """Give every round, the newest first."""
    return sorted(map(RoundId, books.store.listed("ROUNDS")), reverse=True)


def cases(books: Books, round_id: RoundId) -> list[Case]:
    """Give every case of a round by municipality, with one reading for a hundred of them."""
    codes = books.store.listed(f"CASES#{round_id}")
    return books.states(CASE, (case_key(round_id, MunicipalityCode(code)) for code in codes))


class File(msgspec.Struct, frozen=True):
    """A case with its journal, oldest first, as it stood at one reading."""

    case: Case
    records: tuple[Record, ...]


def read_file(books: Books, round_id: RoundId, municipality: MunicipalityCode) -> File:
    """Give a case with its journal; `NotFound` for one that is not open."""
    key = case_key(round_id, municipality)
    collection = books.store.collection(key)
    case = CASE.decoder.decode(collection.snapshot.state) if collection.snapshot else CASE.empty(key)
    opened(case)
    return File(case, collection.records)


def work(books: Books, kind: str = "", round_id: str = "") -> tuple[list[DueTask], list[DueTask]]:
    """Give what is due for officers, oldest first: all of it, and that of one kind and round where they are named."""
    due = list(books.store.due("officer", books.now()))
    chosen = [
        each
        for each in due
        if (not kind or each.task.kind == kind) and (not round_id or round_id in re.split("[#-]", each.key))
    ]
    return due, chosen


MOST_SHOWN = 300
"""Tasks on one page."""


def names(books: Books, keys: Iterable[str]) -> dict[str, str]:
    """Give the municipality's name for each key that is one's, a case or its agents: a reading for a hundred."""
    asked = list(keys)
    cases = books.see_all(CASE, (key for key in asked if key.startswith(f"{CASE.name}#")))
    agents = books.see_all(AGENTS, (key for key in asked if key.startswith(f"{AGENTS.name}#")))
    named = {key: seen.state.recipient.name for key, seen in cases.items() if seen.state.recipient}
    return named | {key: seen.state.name for key, seen in agents.items()}


def batches(books: Books) -> list[Batch]:
    """Give every batch, the newest first."""
    names = [name for each in rounds(books) for name in books.store.listed(f"BATCHES#{each}")]
    return sorted(books.states(BATCH, map(batch_key, names)), key=lambda batch: batch.id, reverse=True)


def search(books: Books, text: str) -> list[Case]:
    """Give the cases that a text means: a case number, an OCR reference, or a municipality by its code or name."""
    wanted = text.strip()
    return list(_found(books, wanted))[:MOST_FOUND] if wanted else []


def _found(books: Books, wanted: str) -> Iterator[Case]:
    key = _key(wanted)
    if key:
        case = books.state(CASE, key)
        if case.recipient:
            yield case
        return
    for each in rounds(books):
        for case in cases(books, each):
            if case.recipient and (wanted == case.municipality or wanted.lower() in case.recipient.name.lower()):
                yield case


def _key(wanted: str) -> str:
    """Give the key of the case that a number or reference names; empty where it is neither."""
    named = _CASE_NUMBER.fullmatch(wanted)
    if named:
        return case_key(RoundId(named[2]), MunicipalityCode(named[1]))
    try:
        round_id, code, _ = parse_ocr(wanted)
    except Refusal:
        return ""
    return case_key(round_id, code)


class Bar(msgspec.Struct, frozen=True):
    """One sum of a round in öre, with its share of what was allocated in thousandths."""

    name: str
    amount: Ore
    share: int


_BARS: tuple[tuple[str, Callable[[Case], int]], ...] = (
    ("Fördelat", lambda case: case.money.allocated),
    ("Rekvirerat", lambda case: case.money.requisitioned),
    ("Beviljat", lambda case: case.money.approved),
    ("Utbetalt", lambda case: case.money.paid),
    ("Godtagen användning", lambda case: case.money.accepted_use),
    ("Eftergift", lambda case: case.money.waived),
    ("Krävs tillbaka", lambda case: case.money.recovered),
    ("Återbetalt", lambda case: case.money.settled),
    ("Avskrivet", lambda case: case.money.written_off),
    ("Återstår att redovisa", lambda case: case.money.to_account_for),
)
"""From allocated to settled."""


def money_of(found: list[Case]) -> list[Bar]:
    """Give the sums of a round's cases, from allocated to settled."""
    allocated = sum(case.money.allocated for case in found) or 1
    totals = [(name, Ore(sum(amount(case) for case in found))) for name, amount in _BARS]
    return [Bar(name, total, total * 1000 // allocated) for name, total in totals]
