"""Show everyone a round: its terms, where it stands by the clock, and the allocation list in force."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.rounds import ROUND, RoundBook, round_key
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date
from statsbidrag.ports import Register
from statsbidrag.usecases.books import Books

RoundStage = Literal["announced", "open", "closed"]
"""Whether requisitions are not taken yet, are in time, or are late."""


class ListedShare(msgspec.Struct, frozen=True):
    """One line of the allocation list, öre."""

    municipality: str
    name: str
    amount: Ore


class PublicRound(msgspec.Struct, frozen=True):
    """A round as everyone sees it.

    Attributes
    ----------
    shares
        The list in force, by code; empty as long as none is approved.
    """

    round: Round
    stage: RoundStage
    today: date
    days_left: int
    shares: tuple[ListedShare, ...] = ()

    @property
    def total(self) -> Ore:
        """Sum of the list, öre."""
        return Ore(sum(share.amount for share in self.shares))


def show_all(books: Books) -> tuple[PublicRound, ...]:
    """Give every round that was opened, the newest first, without its list."""
    names = sorted(books.store.listed("ROUNDS"), reverse=True)
    found = books.states(ROUND, (round_key(RoundId(name)) for name in names))
    return tuple(_view(books, book.round) for book in found if book.round)


def show(books: Books, register: Register, round_id: RoundId) -> PublicRound:
    """Give one round with its list; `NotFound` ``unknown_round``."""
    book = books.state(ROUND, round_key(round_id))
    if book.round is None:
        raise NotFound("unknown_round", "Det finns ingen bidragsomgång med det namnet.")
    return _view(books, book.round, _shares(book, register))


def _shares(book: RoundBook, register: Register) -> tuple[ListedShare, ...]:
    if book.current is None:
        return ()
    names = {recipient.municipality: recipient.name for recipient in register.all()}
    listed = (ListedShare(s.municipality, names.get(s.municipality, ""), s.amount) for s in book.current.shares)
    return tuple(sorted(listed, key=lambda share: share.municipality))


def _view(books: Books, grant_round: Round, shares: tuple[ListedShare, ...] = ()) -> PublicRound:
    today, terms = swedish_date(books.now()), grant_round.terms
    left = (terms.requisition_last_day - today).days
    stage: RoundStage = "announced" if today < terms.requisition_opens else "open" if left >= 0 else "closed"
    return PublicRound(grant_round, stage, today, max(left, 0), shares)
