"""Keep what a municipality has written of its report and not sent; of two who save, the second is told of the first."""

from __future__ import annotations

from collections.abc import Mapping

from statsbidrag.domain.case import case_key
from statsbidrag.domain.errors import Conflict, Refusal, StatsbidragError
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.time import format_instant, to_text
from statsbidrag.ports import Clock, Draft, Drafts
from statsbidrag.usecases.reports import ReportView


class DraftChanged(StatsbidragError):
    """Somebody else saved the draft first.

    Parameters
    ----------
    saved
        What lies there.
    own
        What was written meanwhile: the answers that differ are named.
    """

    def __init__(self, saved: Draft, own: Mapping[str, str] | None = None) -> None:
        names = {} if own is None else {**own, **saved.answers}
        differ = [name for name in names if own and own.get(name, "") != saved.answers.get(name, "")]
        told = f" Svar som skiljer sig: {', '.join(differ)}." if differ else ""
        super().__init__(
            "draft_changed",
            f"Någon annan med länken sparade utkastet {format_instant(saved.saved_at)}.{told} "
            "Läs in det sparade, för samman svaren och spara igen.",
            status=409,
        )
        self.saved = saved


def load(drafts: Drafts, view: ReportView) -> Draft | None:
    """Give the draft of the report that is awaited; one from before the report was opened again is none."""
    return _current(drafts.get(_key(view)), view)


def save(drafts: Drafts, clock: Clock, view: ReportView, answers: Mapping[str, str], version: str) -> Draft:
    """Save a draft.

    Parameters
    ----------
    version
        Of the draft that the answers were written on; empty where none was there.

    Raises
    ------
    DraftChanged
        It is another by now.
    Refusal
        ``already_reported``.
    """
    if view.already_received_at is not None:
        raise Refusal("already_reported", "Kommunen har redan lämnat sin återrapportering.", status=409)
    stored = drafts.get(_key(view))
    there = _current(stored, view)
    if there is not None and there.answers == answers:
        return there
    if there is not None and there.version != version:
        raise DraftChanged(there, answers)
    now = clock.now()
    draft = Draft(sha256(canonical((to_text(now), answers)))[:16], now, dict(answers))
    try:
        drafts.put(_key(view), draft, stored.version if stored else "")
    except Conflict:
        first = drafts.get(_key(view))
        if first is None:
            raise
        raise DraftChanged(first, answers) from None
    return draft


def require_current(drafts: Drafts, view: ReportView, version: str) -> None:
    """Let go on who wrote on the draft that is there; `DraftChanged` for others."""
    there = load(drafts, view)
    if there is not None and there.version != version:
        raise DraftChanged(there)


def remove(drafts: Drafts, view: ReportView, version: str) -> None:
    """Remove the draft that became a report; one that was saved meanwhile stays."""
    drafts.remove(_key(view), version)


def _current(draft: Draft | None, view: ReportView) -> Draft | None:
    is_old = draft is not None and view.reopened_at is not None and draft.saved_at < view.reopened_at
    return None if is_old else draft


def _key(view: ReportView) -> str:
    return case_key(view.round.id, view.recipient.municipality)
