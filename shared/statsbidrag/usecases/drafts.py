"""Keep what a municipality has written and not sent; of two who save, the second is told of the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from statsbidrag.domain.case import case_key
from statsbidrag.domain.errors import Conflict, Refusal, StatsbidragError
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.time import format_instant, to_text
from statsbidrag.ports import Clock, Draft, Drafts


class Place(NamedTuple):
    """Where a draft lies: each case has one of each kind.

    Attributes
    ----------
    shared_by
        What all have who may write on it, after "någon annan".
    since
        A draft from before this instant is none: it was sent in, or what it was written for has changed.
    closed
        Why nothing more is saved; ``None`` where it is awaited.
    """

    round: RoundId
    municipality: MunicipalityCode
    kind: Literal["report", "requisition"]
    shared_by: str
    since: datetime | None = None
    closed: Refusal | None = None

    @property
    def key(self) -> str:
        """The key that `Drafts` know it by; a report's is the case's own."""
        case = case_key(self.round, self.municipality)
        return case if self.kind == "report" else f"{case}#{self.kind}"


class DraftChanged(StatsbidragError):
    """Somebody else saved the draft first.

    Parameters
    ----------
    saved
        What lies there.
    own
        What was written meanwhile: the answers that differ are named.
    """

    def __init__(self, place: Place, saved: Draft, own: Mapping[str, str] | None = None) -> None:
        names = {} if own is None else {**own, **saved.answers}
        differ = [name for name in names if own and own.get(name, "") != saved.answers.get(name, "")]
        told = f" Svar som skiljer sig: {', '.join(differ)}." if differ else ""
        super().__init__(
            "draft_changed",
            f"Någon annan {place.shared_by} sparade utkastet {format_instant(saved.saved_at)}.{told} "
            "Läs in det sparade, för samman svaren och spara igen.",
            status=409,
        )
        self.saved = saved


def load(drafts: Drafts, place: Place) -> Draft | None:
    """Give the draft of what is awaited."""
    return _current(drafts.get(place.key), place)


def save(
    drafts: Drafts, clock: Clock, place: Place, answers: Mapping[str, str], version: str, saved_by: str = ""
) -> Draft:
    """Save a draft.

    Parameters
    ----------
    version
        Of the draft that the answers were written on; empty where none was there.
    saved_by
        The role of who saves, where it is known.

    Raises
    ------
    DraftChanged
        It is another by now.
    Refusal
        What the place is closed by.
    """
    if place.closed is not None:
        raise place.closed
    stored = drafts.get(place.key)
    there = _current(stored, place)
    if there is not None and there.answers == answers:
        return there
    if there is not None and there.version != version:
        raise DraftChanged(place, there, answers)
    now = clock.now()
    draft = Draft(sha256(canonical((to_text(now), answers)))[:16], now, dict(answers), saved_by)
    try:
        drafts.put(place.key, draft, stored.version if stored else "")
    except Conflict:
        first = drafts.get(place.key)
        if first is None:
            raise
        raise DraftChanged(place, first, answers) from None
    return draft


def require_current(drafts: Drafts, place: Place, version: str) -> None:
    """Let go on who wrote on the draft that is there; `DraftChanged` for others."""
    there = load(drafts, place)
    if there is not None and there.version != version:
        raise DraftChanged(place, there)


def remove(drafts: Drafts, place: Place, version: str) -> None:
    """Remove the draft that was sent in; one that was saved meanwhile stays."""
    drafts.remove(place.key, version)


def _current(draft: Draft | None, place: Place) -> Draft | None:
    is_old = draft is not None and place.since is not None and draft.saved_at < place.since
    return None if is_old else draft
