"""The steps of a form, the same for every form: filled in, reviewed, sent; shown again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry.api import log_refusal
from statsbidrag.entry.bodies import Fields, read_fields, request_key
from statsbidrag.entry.pages import Row, faults, shown

T = TypeVar("T")


class Show(Protocol):
    """Answers with a page of the form's function, given its template, status and what it shows."""

    def __call__(self, template: str, status: int = 200, **shows: Any) -> Response[str]:
        """Answer with the page."""


class Form(msgspec.Struct, Generic[T], frozen=True):
    """One form.

    Attributes
    ----------
    template, receipt, already
        Pages: the form, its receipt, and what is shown where it was sent in before.
    already_code
        The refusal that means it was sent in before.
    labels
        Its fields, each with its Swedish label.
    read
        Checks the fields.
    receive
        Does it, under the request's key, and gives what the receipt shows; ``None`` where the caller may not send.
    rows
        What the review shows.
    send_label
        What the button that sends it says.
    next_steps
        What happens once it is sent, for the review: one sentence each.
    """

    template: str
    receipt: str
    already: str
    already_code: str
    labels: Mapping[str, str]
    read: Callable[[Fields], T]
    receive: Callable[[T, str], object] | None
    rows: Callable[[T], list[Row]]
    send_label: str
    next_steps: tuple[str, ...] = ()


def step(event: Mapping[str, Any], form: Form[T], show: Show) -> Response[str]:
    """Take a posted form one step on.

    The pressed button's field ``step`` says which: ``review`` shows what was filled in, ``change`` goes back to the
    form, ``send`` (also without the field) receives it.
    """
    fields = read_fields(event)
    key, wish = request_key(event, fields), fields.pop("step", "send")
    values = shown(form.labels, fields)
    if wish == "change":
        return show(form.template, values=values)
    try:
        read = form.read(fields)
        if wish == "send" and form.receive is not None:
            return show(form.receipt, 201, receipt=form.receive(read, key))
    except (Refusal, Refusals) as refused:
        log_refusal(event, refused)
        template = form.already if refused.code == form.already_code else form.template
        return show(template, refused.status, values=values, faults=faults(refused, form.labels))
    rows, next_steps = form.rows(read), form.next_steps
    return show("review.html", values=values, rows=rows, send_label=form.send_label, next_steps=next_steps)
