"""Send the registry another link to the report form; revoke links, correct the address, prove that one arrived."""

from __future__ import annotations

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import RenewReportLink, RequestReportLink
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.ports import Links
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.reports import link_purpose


def request_behind(books: Books, links: Links, token: str, context: Context) -> None:
    """Send the registry another link as the holder of an old one asks; nothing is told of what became of it."""
    key = books.store.found("LINK", sha256(token.encode()))
    if key is not None:
        _request(books, links, key, context)


def request(books: Books, links: Links, round_id: RoundId, municipality: MunicipalityCode, context: Context) -> None:
    """Send the registry of a municipality another link; nothing is told of whether it was."""
    _request(books, links, case_key(round_id, municipality), context)


def _request(books: Books, links: Links, key: str, context: Context) -> None:
    seen = books.see(CASE, key)
    made = _next(links, key, seen)
    if made is not None:
        books.handle(CASE, key, RequestReportLink(*made), context, seen=seen)


def renew(
    books: Books, links: Links, round_id: RoundId, municipality: MunicipalityCode, officer: str, context: Context
) -> Case:
    """Send the registry another link as an officer asks."""
    key = case_key(round_id, municipality)
    seen = books.see(CASE, key)
    made = _next(links, key, seen) or (1, "")
    return books.handle(CASE, key, RenewReportLink(*made, officer), context, seen=seen).state


def _next(links: Links, key: str, seen: Seen[Case]) -> tuple[int, str] | None:
    """Make the token of the link after the last: its number and hash; none where the first is still to come."""
    if seen.state.link is None:
        return None
    number = seen.state.link.number + 1
    return number, sha256(links.token(link_purpose(key, number)).encode())
