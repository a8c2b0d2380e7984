"""The form of a requisition, with its draft: for those who send it, and for a data coordinator who fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Response
from pydantic import BaseModel

from statsbidrag.domain.case.requisitions import refuse_amount
from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import api, flow
from statsbidrag.entry.bodies import Fields
from statsbidrag.entry.draft_form import DraftForm
from statsbidrag.entry.forms import (
    ACCEPTED,
    REQUISITION_LABELS,
    prefilled_requisition,
    read_requisition,
    requisition_rows,
)
from statsbidrag.entry.models import STRICT, reader, validated
from statsbidrag.entry.pages import Row
from statsbidrag.usecases import requisitions
from statsbidrag.usecases.requisitions import Receipt, RequisitionInput, RequisitionView

Receive = Callable[[RequisitionInput, str], Receipt]
_DECLARATION = "declaration"
_LONGEST = 254
"""Characters of a field of a draft: as many as an e-mail address may have."""


def _kept(text: str) -> str:
    if len(text) > _LONGEST:
        raise Refusal("answer_too_long", f"Texten är {len(text)} tecken. Korta den till högst {_LONGEST}.")
    return text


_Kept = Annotated[str, reader(_kept)]


class RequisitionDraft(BaseModel):
    """What is written of a requisition, as typed; the declaration is no part of it: who sends makes it."""

    model_config = STRICT

    amount: _Kept = ""
    account_kind: _Kept = ""
    account_number: _Kept = ""
    invoice_reference: _Kept = ""
    peppol_id: _Kept = ""
    contact_email: _Kept = ""


def read_requisition_draft(fields: Mapping[str, Any]) -> dict[str, str]:
    """Take what was written so far; `Refusals` for what cannot be kept: no text, too long, no field of the form."""
    kept: dict[str, str] = validated(RequisitionDraft, fields).model_dump(exclude_unset=True)
    return kept


class RequisitionForm(DraftForm[RequisitionInput]):
    """One call about the form; without ``receive`` it is saved and reviewed, and never sent."""

    def __init__(self, event: Mapping[str, Any], view: RequisitionView, receive: Receive | None) -> None:
        self._recipient = view.recipient
        form = flow.Form(
            template="requisition.html",
            receipt="requisition_receipt.html",
            already="already_requisitioned.html",
            already_code="already_requisitioned",
            labels=REQUISITION_LABELS,
            read=partial(_read, view, is_declared=receive is not None),
            receive=receive,
            rows=requisition_rows if receive else _undeclared_rows,
            send_label="Skicka rekvisitionen" if receive else "",
        )
        super().__init__(
            event,
            requisitions.draft_place(view.seen.state),
            form,
            read_requisition_draft,
            saved_by=api.caller(event).role,
            unsaved=(_DECLARATION,),
        )

    def open(self, show: flow.Show) -> Response[str]:
        """Show the form with the municipality's draft, else with what the register knows."""
        known = prefilled_requisition(self._recipient)
        return self.start(show, known, under=known)


def _read(view: RequisitionView, fields: Fields, *, is_declared: bool) -> RequisitionInput:
    """Read the form, and say before the review already that an amount is too high."""
    form = read_requisition(fields if is_declared else {**fields, _DECLARATION: ACCEPTED})
    refuse_amount(form.amount, view.allocated)
    return form


def _undeclared_rows(read: RequisitionInput) -> list[Row]:
    """Write what a data coordinator filled in: who sends it declares it."""
    return [row for row in requisition_rows(read) if row.label != REQUISITION_LABELS[_DECLARATION]]
