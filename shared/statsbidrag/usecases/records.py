"""Accounting records of a spot check: asked for behind a link, received, and concluded on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import (
    ConcludeSpotCheck,
    IssueRecordsLink,
    ReceiveRecords,
    RequestRecords,
    RevokeRecordsLink,
)
from statsbidrag.domain.case.spot_checks import find
from statsbidrag.domain.case.state import CheckOutcome, RecordFile, SpotCheck, opened
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.spot_checks import SPOT_CHECK, RecordRequested
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import end_of
from statsbidrag.ports import DueTask, Files, Links
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.rounds import get_round


class RecordsView(msgspec.Struct, frozen=True):
    """What the page for accounting records shows; `closes_at` is when they become late."""

    round: Round
    recipient: Recipient
    case_number: str
    closes_at: datetime
    is_late: bool
    is_concluded: bool
    files: tuple[RecordFile, ...]


class TakenFile(msgspec.Struct, frozen=True):
    """One file as its receipt names it: SHA-256 of its content, and its size in bytes."""

    content_hash: str
    size: int
    media_type: str
    received_at: datetime
    late: bool


class RecordsReceipt(msgspec.Struct, frozen=True):
    """What the municipality gets for its files."""

    case_number: str
    files: tuple[TakenFile, ...]


def records_purpose(key: str, link: str) -> str:
    """Name what the token of a link to send accounting records is made from: ``1-2`` is the second of spot check 1."""
    return f"records-link:{key}:{link}"


def request_records(books: Books, links: Links, due: DueTask, context: Context) -> int:
    """Ask every case of a draw for its accounting records; gives how many were asked now.

    A run that breaks leaves the draw's task, and the next one asks those that were not asked.
    """
    made, asked = books.state(SPOT_CHECK, due.key), 0
    for lot in made.drawn:
        key = case_key(made.round, lot.municipality)
        token_hash = sha256(links.token(records_purpose(key, f"{made.number}-1")).encode())
        command = RequestRecords(made.number, lot.points, lot.rules, token_hash)
        asked += bool(books.handle(CASE, key, command, context).records)
    books.handle(SPOT_CHECK, due.key, RecordRequested(), context)
    return asked


def another_link(links: Links, key: str, check: SpotCheck) -> IssueRecordsLink:
    """Make the link that takes the place of a revoked one."""
    token_hash = sha256(links.token(records_purpose(key, f"{check.id}-{check.link + 1}")).encode())
    return IssueRecordsLink(check.id, token_hash)


def revoke_link(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    spot_check: int,
    reason: str,
    officer: str,
    context: Context,
) -> Case:
    """End the link at once; the function that makes links sends another to the registry."""
    show_check(books, round_id, municipality, spot_check)
    command = RevokeRecordsLink(spot_check, reason, officer)
    return books.handle(CASE, case_key(round_id, municipality), command, context).state


def _check_behind(books: Books, token: str) -> tuple[str, Seen[Case], SpotCheck]:
    token_hash = sha256(token.encode())
    key = books.store.found("RECORDS", token_hash)
    seen = books.see(CASE, key) if key else None
    check = next((each for each in seen.state.spot_checks if each.link_hash == token_hash), None) if seen else None
    if key is None or seen is None or check is None:
        raise NotFound(
            "link_not_valid",
            "Länken gäller inte. Kontrollera att hela adressen kom med, eller kontakta Socialstyrelsen.",
        )
    return key, seen, check


def show(books: Books, token: str) -> RecordsView:
    """Give what the page shows; `NotFound` ``link_not_valid``."""
    _, seen, check = _check_behind(books, token)
    recipient, _ = opened(seen.state)
    closes_at = end_of(check.last_day)
    return RecordsView(
        round=get_round(books, seen.state.round),
        recipient=recipient,
        case_number=seen.state.number,
        closes_at=closes_at,
        is_late=books.now() >= closes_at,
        is_concluded=check.concluded_at is not None,
        files=check.files,
    )


def receive(
    books: Books, archive: Files, token: str, files: Sequence[tuple[bytes, str]], context: Context
) -> RecordsReceipt:
    """Receive files, each once by its content; gives the receipt, also for what had come before.

    Parameters
    ----------
    files
        Content and media type, as the content itself showed it. They are in the archive before the journal says so;
        one that the journal then refuses lies there unnamed.
    """
    key, seen, check = _check_behind(books, token)
    case = seen.state
    taken = tuple(_file(case, content, media_type) for content, media_type in files)
    command = ReceiveRecords(check.id, taken)
    if CASE.decide(case, command, books.now()):
        for file, (content, media_type) in zip(taken, files, strict=True):
            archive.put(file.name, content, media_type)
    after = books.handle(CASE, key, command, context, seen=seen).state
    return RecordsReceipt(case.number, _taken(find(after, check.id), taken))


def _file(case: Case, content: bytes, media_type: str) -> RecordFile:
    content_hash = sha256(content)
    name = f"records/{case.round}/{case.municipality}/{content_hash}"
    return RecordFile(content_hash, len(content), media_type, name)


def _taken(check: SpotCheck, files: Sequence[RecordFile]) -> tuple[TakenFile, ...]:
    hashes = {file.content_hash for file in files}
    return tuple(
        TakenFile(file.content_hash, file.size, file.media_type, sent.received_at, sent.late)
        for sent in check.sent
        for file in sent.files
        if file.content_hash in hashes
    )


def show_check(books: Books, round_id: RoundId, municipality: MunicipalityCode, spot_check: int) -> Case:
    """Give the case of a spot check; `NotFound` where there is none."""
    get_round(books, round_id)
    case = books.state(CASE, case_key(round_id, municipality))
    opened(case)
    find(case, spot_check)
    return case


def conclude(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    spot_check: int,
    outcome: CheckOutcome,
    amount: Ore,
    reason: str,
    officer: str,
    context: Context,
) -> Case:
    """Conclude a spot check; a recovery of what cannot be accepted is proposed in the same commit."""
    show_check(books, round_id, municipality, spot_check)
    command = ConcludeSpotCheck(spot_check, outcome, amount, reason, officer)
    return books.handle(CASE, case_key(round_id, municipality), command, context).state
