"""Reconcile each round with the bank, file what was found, and give the last one that was filed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from statsbidrag.domain.bank_files import ALL_FILES, BANK_FILE, bank_file_key
from statsbidrag.domain.batches import BATCH, batch_key
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.reconciliation import Reconciliation, reconcile
from statsbidrag.domain.suspense import ENTRY, entry_key
from statsbidrag.domain.time import to_text
from statsbidrag.ports import Files
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.rounds import get_round

Render = Callable[[Reconciliation], bytes]
FORMATS = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


def reconcile_all(books: Books, archive: Files, formats: Mapping[str, Render]) -> Iterator[Reconciliation]:
    """Reconcile every round as of now and file it in each format, under a name from the instant.

    Parameters
    ----------
    formats
        What makes the file of each of `FORMATS`.
    """
    files = books.states(BANK_FILE, map(bank_file_key, books.store.listed(ALL_FILES)))
    suspended = books.states(ENTRY, map(entry_key, books.store.listed("ENTRIES")))
    for name in books.store.listed("ROUNDS"):
        round_id = RoundId(name)
        codes = books.store.listed(f"CASES#{round_id}")
        found = reconcile(
            round_id,
            books.states(CASE, (case_key(round_id, MunicipalityCode(code)) for code in codes)),
            books.states(BATCH, map(batch_key, books.store.listed(f"BATCHES#{round_id}"))),
            files,
            suspended,
            books.now(),
        )
        for ending, render in formats.items():
            archive.replace(_name(round_id, ending, to_text(found.as_of)), render(found), FORMATS[ending])
        yield found


def last(books: Books, archive: Files, round_id: RoundId, ending: str) -> bytes:
    """Give the round's last reconciliation as it was filed; `NotFound` before the first night."""
    get_round(books, round_id)
    name = archive.last(_folder(round_id, ending))
    if name is None:
        raise NotFound("not_reconciled_yet", "Omgången är inte avstämd ännu. Det görs varje natt.")
    return archive.get(name)


def _name(round_id: RoundId, ending: str, at: str) -> str:
    return f"{_folder(round_id, ending)}avstamning-{round_id}-{at}.{ending}"


def _folder(round_id: RoundId, ending: str) -> str:
    return f"reconciliations/{round_id}/{ending}/"
