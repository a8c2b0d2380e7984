"""A form that may be saved half-way: one draft for all who fill it in, shown again to whoever opens it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.event_handler.api_gateway import Response
from msgspec.structs import replace

from statsbidrag.domain.errors import NotFound, Refusal, Refusals
from statsbidrag.entry import api, flow, wiring
from statsbidrag.entry.bodies import Fields, read_fields
from statsbidrag.entry.logs import logger
from statsbidrag.entry.models import text_of
from statsbidrag.entry.pages import faults, shown
from statsbidrag.ports import Draft
from statsbidrag.usecases import drafts
from statsbidrag.usecases.drafts import Place

VERSION = "draft_version"
"""Field that says which draft the answers were written on; empty where none was there."""
Keep = Callable[[Fields], dict[str, str]]
T = TypeVar("T")
R = TypeVar("R")


class DraftForm(Generic[T]):
    """One call about such a form.

    Parameters
    ----------
    form
        What it is without drafts.
    keep
        Reads what is written so far.
    saved_by
        The role of who calls, where it is known.
    unsaved
        Fields of the page that no draft keeps.
    """

    def __init__(
        self,
        event: Mapping[str, Any],
        place: Place,
        form: flow.Form[T],
        keep: Keep,
        *,
        saved_by: str = "",
        unsaved: tuple[str, ...] = (),
    ) -> None:
        self._event = event
        self._place = place
        # The draft's version goes along from page to page.
        self._form = replace(form, labels={**form.labels, VERSION: "Utkast"})
        self._keep = keep
        self._saved_by = saved_by
        self._unsaved = unsaved
        self._version = ""

    def start(self, show: flow.Show, begin: Mapping[str, str], under: Mapping[str, str] | None = None) -> Response[str]:
        """Show the form with the draft, else with ``begin``; ``under`` fills what the draft says nothing of."""
        if self._place.closed is not None:
            return show(self._form.already)
        draft = drafts.load(wiring.drafts(), self._place)
        if draft is None:
            return show(self._form.template, values=begin)
        return show(self._form.template, values={**(under or {}), **draft.answers, VERSION: draft.version}, draft=draft)

    def step(self, show: flow.Show) -> Response[str]:
        """Take the form one step on: saved, to review, back to change, or received."""
        fields = read_fields(self._event)
        try:
            if fields.get("step") == "save":
                return self._save(fields, show)
            receive = partial(self.taken, self._form.receive) if self._form.receive else None
            return flow.step(self._event, replace(self._form, read=self.read, receive=receive), show)
        except drafts.DraftChanged as changed:
            api.log_refusal(self._event, changed)
            saved = changed.saved
            own = {name: text_of(value) for name, value in shown(self._form.labels, fields).items()}
            differs = {
                name: label
                for name, label in self._form.labels.items()
                if name not in (VERSION, *self._unsaved) and own[name] != saved.answers.get(name, "")
            }
            values = {**own, VERSION: saved.version}
            return show(self._form.template, changed.status, values=values, other=saved, differs=differs)

    def read(self, fields: Fields) -> T:
        """Read the answers, and hold them against the draft that is there."""
        self._version = text_of(fields.pop(VERSION, ""))
        answers = self._form.read(fields)
        if self._version:
            drafts.require_current(wiring.drafts(), self._place, self._version)
        return answers

    def taken(self, receive: Callable[[T, str], R], answers: T, key: str) -> R:
        """Receive the answers; the draft that they were written on is gone with it."""
        receipt = receive(answers, key)
        if self._version:
            drafts.remove(wiring.drafts(), self._place, self._version)
        return receipt

    def load(self) -> Draft:
        """Give what is saved and not sent; `NotFound` ``no_draft``."""
        draft = drafts.load(wiring.drafts(), self._place)
        if draft is None:
            raise NotFound("no_draft", "Det finns inget sparat utkast.")
        return draft

    def save(self, fields: Fields) -> Draft:
        """Save what is written so far."""
        version = text_of(fields.pop(VERSION, ""))
        answers = self._keep(fields)
        clock = wiring.books().clock
        draft = drafts.save(wiring.drafts(), clock, self._place, answers, version, self._saved_by)
        logger.info(
            "draft_saved", form=self._place.kind, round=self._place.round, municipality=self._place.municipality
        )
        return draft

    def _save(self, fields: Fields, show: flow.Show) -> Response[str]:
        values = shown(self._form.labels, fields)
        for name in ("step", "request_key", *self._unsaved):
            fields.pop(name, None)
        try:
            draft = self.save(dict(fields))
        except (Refusal, Refusals) as refused:
            api.log_refusal(self._event, refused)
            template = self._form.already if refused.code == self._form.already_code else self._form.template
            return show(template, refused.status, values=values, faults=faults(refused, self._form.labels))
        return show(self._form.template, values={**values, VERSION: draft.version}, draft=draft)
