"""The report form behind its link: read, saved as a draft, reviewed and received; for people and programs alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.errors import Refusals
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.report_form import disagreements
from statsbidrag.entry import api, flow, wiring
from statsbidrag.entry.answers import answer_rows, read_answers, read_draft, typed
from statsbidrag.entry.bodies import Fields
from statsbidrag.entry.draft_form import DraftForm
from statsbidrag.entry.pages import Row
from statsbidrag.usecases import reports
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.reports import ReportReceipt

FORM, ALREADY = "report.html", "already_reported.html"
Answers = dict[str, str | int]


class ReportForm(DraftForm[Answers]):
    """One call about the report behind a link."""

    def __init__(self, event: Mapping[str, Any], token: str) -> None:
        self._token = token
        self._call = api.correlation(event)
        self.view = reports.show(wiring.books(), token)
        form = flow.Form(
            template=FORM,
            receipt="report_receipt.html",
            already=ALREADY,
            already_code="already_reported",
            labels={question.id: question.label for question in self.view.round.questions},
            read=self._read,
            receive=self._receive,
            rows=self._rows,
            send_label="Skicka återrapporten",
            next_steps=_NEXT_STEPS,
        )
        keep = partial(read_draft, self.view.round.questions)
        super().__init__(event, reports.draft_place(self.view), form, keep)

    def open(self, show: flow.Show) -> Response[str]:
        """Show the form with the draft, else with what a report that was opened again had answered."""
        return self.start(show, typed(self.view.round.questions, self.view.earlier))

    def receive(self, answers: Answers, key: str) -> ReportReceipt:
        """Receive what was read."""
        return self.taken(self._receive, answers, key)

    def _read(self, fields: Fields) -> Answers:
        """Read the answers, and hold them against the sums of the round."""
        answers = read_answers(self.view.round.questions, fields)
        wrong = disagreements(self.view.round.sums, answers, self.view.paid)
        if wrong:
            raise Refusals(wrong)
        return answers

    def _receive(self, answers: Answers, key: str) -> ReportReceipt:
        """Receive in the municipality's name: who holds the link speaks for it."""
        context = Context(f"municipality:{self.view.recipient.municipality}", self._call)
        return reports.receive(wiring.books(), self._token, answers, key, context)

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
