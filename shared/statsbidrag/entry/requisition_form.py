"""The form of a requisition: for those who send it, and for a data coordinator who fills it in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from statsbidrag.domain.case.requisitions import refuse_amount
from statsbidrag.entry import flow
from statsbidrag.entry.bodies import Fields
from statsbidrag.entry.forms import REQUISITION_LABELS, read_requisition, requisition_rows
from statsbidrag.usecases.requisitions import Receipt, RequisitionInput, RequisitionView


def requisition_form(
    view: RequisitionView, receive: Callable[[RequisitionInput, str], Receipt] | None
) -> flow.Form[RequisitionInput]:
    """Give the form; without ``receive`` it is reviewed and never sent."""
    return flow.Form(
        template="requisition.html",
        receipt="requisition_receipt.html",
        already="already_requisitioned.html",
        already_code="already_requisitioned",
        labels=REQUISITION_LABELS,
        read=partial(_read, view),
        receive=receive,
        rows=requisition_rows,
        send_label="Skicka rekvisitionen" if receive else "",
    )


def _read(view: RequisitionView, fields: Fields) -> RequisitionInput:
    """Read the form, and say before the review already that an amount is too high."""
    form = read_requisition(fields)
    refuse_amount(form.amount, view.allocated)
    return form
