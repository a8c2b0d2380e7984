"""The report form behind its link: read, saved as a draft, reviewed and received; for people and programs alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.report_form import disagreements
from statsbidrag.entry import api, flow, wiring
from statsbidrag.entry.answers import answer_rows, read_answers, read_draft, typed
from statsbidrag.entry.bodies import Fields, read_fields
from statsbidrag.entry.logs import logger
from statsbidrag.entry.models import text_of
from statsbidrag.entry.pages import Row, faults, shown
from statsbidrag.ports import Draft
from statsbidrag.usecases import drafts, reports
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.reports import ReportReceipt

VERSION = "draft_version"
"""Field that says which draft the answers were written on; empty where none was there."""
FORM, ALREADY = "report.html", "already_reported.html"
Answers = dict[str, str | int]


class ReportForm:
    """One call about the report behind a link."""

    def __init__(self, event: Mapping[str, Any], token: str) -> None:
        self._event = event
        self._token = token
        self._version = ""
        self.view = reports.show(wiring.books(), token)
        # The draft's version goes along from page to page.
        self._labels = {**{question.id: question.label for question in self.view.round.questions}, VERSION: "Utkast"}

    def start(self, show: flow.Show) -> Response[str]:
        """Show the form with the draft, else with what a report that was opened again had answered."""
        if self.view.already_received_at:
            return show(ALREADY)
        draft = drafts.load(wiring.drafts(), self.view)
        if draft is None:
            return show(FORM, values=typed(self.view.round.questions, self.view.earlier))
        return show(FORM, values={**draft.answers, VERSION: draft.version}, draft=draft)

    def step(self, show: flow.Show) -> Response[str]:
        """Take the form one step on: saved, to review, back to change, or received."""
        fields = read_fields(self._event)
        try:
            return self._save(fields, show) if fields.get("step") == "save" else self._step(show)
        except drafts.DraftChanged as changed:
            api.log_refusal(self._event, changed)
            own = {name: text_of(value) for name, value in shown(self._labels, fields).items()}
            values = {**own, VERSION: changed.saved.version}
            return show(FORM, changed.status, values=values, other=changed.saved)

    def _step(self, show: flow.Show) -> Response[str]:
        form = flow.Form(
            template=FORM,
            receipt="report_receipt.html",
            already=ALREADY,
            already_code="already_reported",
            labels=self._labels,
            read=self.read,
            receive=self.receive,
            rows=self._rows,
            send_label="Skicka återrapporten",
            next_steps=_NEXT_STEPS,
        )
        return flow.step(self._event, form, show)

    def read(self, fields: Fields) -> Answers:
        """Read the answers, and hold them against the sums of the round and the draft that is there."""
        self._version = text_of(fields.pop(VERSION, ""))
        answers = read_answers(self.view.round.questions, fields)
        wrong = disagreements(self.view.round.sums, answers, self.view.paid)
        if wrong:
            raise Refusals(wrong)
        if self._version:
            drafts.require_current(wiring.drafts(), self.view, self._version)
        return answers

    def receive(self, answers: Answers, key: str) -> ReportReceipt:
        """Receive in the municipality's name: who holds the link speaks for it. Its draft has become the report."""
        context = Context(f"municipality:{self.view.recipient.municipality}", api.correlation(self._event))
        receipt = reports.receive(wiring.books(), self._token, answers, key, context)
        if self._version:
            drafts.remove(wiring.drafts(), self.view, self._version)
        return receipt

    def save(self, fields: Fields) -> Draft:
        """Save what is written so far."""
        version = text_of(fields.pop(VERSION, ""))
        answers = read_draft(self.view.round.questions, fields)
        draft = drafts.save(wiring.drafts(), wiring.books().clock, self.view, answers, version)
        logger.info("draft_saved", round=self.view.round.id, municipality=self.view.recipient.municipality)
        return draft

    def _save(self, fields: Fields, show: flow.Show) -> Response[str]:
        values = shown(self._labels, fields)
        for name in ("step", "request_key"):
            fields.pop(name, None)
        try:
            draft = self.save(dict(fields))
        except (Refusal, Refusals) as refused:
            api.log_refusal(self._event, refused)
            template = ALREADY if refused.code == "already_reported" else FORM
            return show(template, refused.status, values=values, faults=faults(refused, self._labels))
        return show(FORM, values={**values, VERSION: draft.version}, draft=draft)

    def _rows(self, answers: Answers) -> list[Row]:
        paid, used = self.view.paid, int(answers["amount_used"])
        misused = int(answers["amount_not_as_intended"])
        return [
            *answer_rows(self.view.round.questions, answers),
            Row("Utbetalat till kommunen", format_kronor(paid)),
            Row("Inte använt", format_kronor(Ore(paid - used))),
            Row("Att betala tillbaka enligt era uppgifter", format_kronor(Ore(paid - used + misused))),
        ]


_NEXT_STEPS = (
    "När ni har skickat återrapporten får ni ett kvitto här och ett e-brev till kommunens registratur.",
    "Vi bedömer återrapporten. Ska något betalas tillbaka får ni först yttra er. Sedan kommer beslut och faktura.",
    "Ni kan inte ändra en återrapport som är inskickad. Skriv till oss om något blev fel, så kan vi öppna den igen.",
)
