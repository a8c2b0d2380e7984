"""What the mail service tells of an e-mail is noted once, in whatever order it comes."""

from __future__ import annotations

from typing import Any

import pytest

from functions.read_mail_events import handler as function
from statsbidrag.adapters.dead_letters import SqsDeadLetters
from statsbidrag.domain.case import CASE
from statsbidrag.domain.case.state import Mail
from statsbidrag.entry import wiring
from statsbidrag.usecases.books import Books
from tests.unit.functions.material import KEY, paid, sample

LINK = "2025-0114-report_link-1"


class Looks:
    """Books that count how often they are looked into."""

    def __init__(self, books: Books) -> None:
        self.books, self.count = books, 0

    def handle(self, *given: Any, **named: Any) -> Any:
        self.count += 1
        return self.books.handle(*given, **named)

    def mail(self) -> Mail:
        return self.books.state(CASE, KEY).mails[LINK]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    looked = Looks(paid())
    monkeypatch.setattr(wiring, "books", lambda: looked)
    monkeypatch.setattr(wiring, "dead_letters", lambda: SqsDeadLetters.__new__(SqsDeadLetters))
    return looked


def _told(*names: str) -> dict[str, Any]:
    return {"Records": [record for name in names for record in sample("read_mail_events", name)["Records"]]}


def test_that_it_was_sent_needs_no_look_once_it_arrived(looks: Looks) -> None:
    assert function.handler(_told("sent", "delivered", "sent"), None) == {"batchItemFailures": []}
    assert looks.mail().status == "delivered"
    assert looks.count == 1


@pytest.mark.parametrize(("names", "status"), [(("sent",), "sent"), (("sent", "bounced"), "bounced")])
def test_what_became_of_it_is_noted(looks: Looks, names: tuple[str, ...], status: str) -> None:
    function.handler(_told(*names), None)
    assert looks.mail().status == status
    assert looks.count == 1


def test_that_another_arrived_says_nothing_of_this_one(looks: Looks) -> None:
    event = _told("delivered", "sent")
    event["Records"][0]["body"] = event["Records"][0]["body"].replace(LINK, "2025-0114-requisition_receipt-1")
    function.handler(event, None)
    assert looks.mail().status == "sent"


def test_a_complaint_is_an_officers_whenever_it_is_told(looks: Looks) -> None:
    assert function.handler(_told("complained", "sent", "delivered"), None) == {"batchItemFailures": []}
    assert (looks.mail().status, looks.mail().complaint) == ("delivered", "open")
    owed = CASE.owed(looks.books.state(CASE, KEY))
    assert f"answer_complaint-{LINK}" in {task.id for task in owed}
