"""Open a round from its file, take in its allocation lists, and write each municipality's share to its case."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from statsbidrag.domain.allocation_rules import AllocationChange, AllocationFile, check_allocation_list, difference
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case.commands import OpenCase
from statsbidrag.domain.errors import NotFound, Refusals
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.rounds import (
    ROUND,
    AllocationList,
    ApproveAllocationList,
    CheckAllocationList,
    OpenRound,
    RecordAllocationListApplied,
    RoundBook,
    Share,
    find_list,
    round_key,
)
from statsbidrag.domain.terms import Round
from statsbidrag.ports import DueTask, Register
from statsbidrag.usecases.batch_stops import stop_for_account
from statsbidrag.usecases.books import Books, Context, Seen


def open_round(books: Books, opened: Round, context: Context) -> None:
    """Take in a round's file; the same file again changes nothing."""
    books.handle(ROUND, round_key(opened.id), OpenRound(opened), context)


FRESH_FOR = timedelta(minutes=5)
"""How long a round that was read is not read again."""


def get_round(books: Books, round_id: RoundId) -> Round:
    """Give a round as its file said it, at most some minutes ago; `NotFound` ``unknown_round``."""
    now = books.now()
    read_at, known = books.rounds.get(round_id, (None, None))
    if known is not None and read_at is not None and read_at <= now < read_at + FRESH_FOR:
        return known
    books.rounds[round_id] = (now, read_round(books, round_id))
    return books.rounds[round_id][1]


def read_round(books: Books, round_id: RoundId) -> Round:
    """Read a round as its file says it now; `NotFound` ``unknown_round``."""
    found = books.state(ROUND, round_key(round_id)).round
    if found is None:
        raise NotFound("unknown_round", "Det finns ingen bidragsomgång med det namnet.")
    return found


def check_list(
    books: Books,
    register: Register,
    file: AllocationFile,
    round_id: RoundId,
    source: str,
    uploaded_by: str,
    context: Context,
) -> str:
    """Hold an allocation list against register and round, and put it before a second person.

    Returns
    -------
    str
        The list's id, made from its rows.

    Raises
    ------
    Refusals
        Everything that is wrong with the list, at once.
    """
    known = {recipient.municipality: recipient.name for recipient in register.all()}
    if refusals := check_allocation_list(file, known, read_round(books, round_id).total):
        raise Refusals(refusals)
    shares = tuple(Share(row.municipality, row.amount) for row in sorted(file.rows, key=lambda r: r.municipality))
    list_id = f"L-{round_id}-{sha256(canonical(shares))[:12]}"
    command = CheckAllocationList(list_id, shares, source, uploaded_by)
    books.handle(ROUND, round_key(round_id), command, context)
    return list_id


class ListView(msgspec.Struct, frozen=True):
    """What the second person sees of an allocation list before approving it.

    Attributes
    ----------
    replaces
        The list that was in force when this one was approved, or is until it is; empty for the first.
    below_approved
        Municipalities to which more is approved already than the list gives them: it cannot be applied to these.
    """

    found: AllocationList
    replaces: str
    changes: tuple[AllocationChange, ...]
    below_approved: tuple[MunicipalityCode, ...]


def show_list(books: Books, round_id: RoundId, list_id: str) -> ListView:
    """Give a list with what it changes; `NotFound` ``unknown_allocation_list``."""
    book = books.state(ROUND, round_key(round_id))
    found = find_list(book, list_id)
    before = _in_force_before(book, found)
    changes = difference(_amounts(before), _amounts(found))
    lowered = (change for change in changes if change.after < change.before)
    return ListView(
        found,
        before.id if before else "",
        changes,
        tuple(c.municipality for c in lowered if c.after < _approved(books, round_id, c.municipality)),
    )


def _in_force_before(book: RoundBook, found: AllocationList) -> AllocationList | None:
    approved = [
        (each.approved_at, each)
        for each in book.lists
        if each.approved_at is not None
        and each.id != found.id
        and (found.approved_at is None or each.approved_at <= found.approved_at)
    ]
    return max(approved, key=lambda pair: pair[0])[1] if approved else None


def _amounts(listed: AllocationList | None) -> dict[MunicipalityCode, Ore]:
    return {share.municipality: share.amount for share in listed.shares} if listed else {}


def _approved(books: Books, round_id: RoundId, municipality: MunicipalityCode) -> Ore:
    return books.state(CASE, case_key(round_id, municipality)).money.approved


def approve_list(books: Books, round_id: RoundId, list_id: str, officer: str, context: Context) -> RoundBook:
    """Approve a list that another person put in."""
    command = ApproveAllocationList(list_id, officer)
    return books.handle(ROUND, round_key(round_id), command, context).state


def apply_list(books: Books, register: Register, due: DueTask, context: Context) -> None:
    """Open or update the case of every municipality in an approved list; done again, it changes nothing.

    What is lowered comes first: the shares in force never sum to more than the round, even where a municipality
    cannot be lowered because more is approved already, and the rest of the list waits for an officer.
    """
    book = books.state(ROUND, due.key)
    if due.task not in ROUND.owed(book) or book.round is None:
        return
    recipients = {recipient.municipality: recipient for recipient in register.all()}
    approved = find_list(book, due.task.about)
    opened = set(books.store.listed(f"CASES#{book.id}"))
    for share in _lowered_first(books, book, approved):
        recipient = recipients.get(share.municipality)
        if recipient is None:
            raise NotFound("unknown_municipality", f"Kommun {share.municipality} har tagits bort ur registret.")
        command = OpenCase(recipient, book.round.terms, approved.id, share.amount, approved.approved_at)
        key = case_key(book.id, share.municipality)
        seen = None if share.municipality in opened else Seen(None, CASE.empty(key))
        stop_for_account(books, books.handle(CASE, key, command, context, seen=seen).state, context)
    books.handle(ROUND, due.key, RecordAllocationListApplied(approved.id), context)


def _lowered_first(books: Books, book: RoundBook, approved: AllocationList) -> list[Share]:
    if len(book.lists) == 1:
        return list(approved.shares)

    def is_raised(share: Share) -> bool:
        return share.amount > books.state(CASE, case_key(book.id, share.municipality)).money.allocated

    return sorted(approved.shares, key=is_raised)
