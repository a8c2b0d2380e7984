"""Read what the bank puts in its inbox: answers to payment files, booked entries, statements."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.bank_reports import read_bank_report
from statsbidrag.domain.bank import StatusReport
from statsbidrag.domain.errors import Refusal
from statsbidrag.entry import consumer, inbox, wiring
from statsbidrag.entry.batch import Message
from statsbidrag.entry.logs import logger, metric
from statsbidrag.usecases.bank import take_answer, take_report
from statsbidrag.usecases.books import Context


def handler(event: dict[str, Any], _: Any) -> consumer.Answer:
    """Take in every file that the notifications name."""
    return consumer.read(event, _take_in)


def _take_in(message: Message) -> None:
    context = Context("bank", message.id)
    for key in inbox.objects(message.body):
        taken = inbox.take_in(key, wiring.files("bank_bucket"), lambda name, content: _read(name, content, context))
        if not taken:
            metric("FileQuarantined", 1)


def _read(name: str, content: bytes, context: Context) -> None:
    try:
        report = read_bank_report(content)
    except Refusal as refusal:
        if refusal.code != "bank_file_not_used":
            raise
        logger.info("bank_file_not_used", file=name)
        return
    if isinstance(report, StatusReport):
        take_answer(wiring.books(), report, context)
    else:
        take_report(wiring.books(), report, context)
