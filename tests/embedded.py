"""One embedded AWS with the project's stack on it, for every test of the session that asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local.clock import StoredClock
from local.mailbox import Mailbox
from local.provider import Person, Provider, people, provider
from local.stack import Stack, embedded_stack
from local.web import HOST
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.mandates import Mandate
from tests.builders import recipient
from tests.mandates import let_act

MUNICIPALITIES = (
    *(("0114", "Upplands Väsby"), ("0580", "Linköping"), ("1489", "Alingsås"), ("2584", "Kiruna")),
    *(("0115", "Vallentuna"), ("0123", "Järfälla"), ("0127", "Botkyrka"), ("0330", "Knivsta"), ("0480", "Nyköping")),
    *(("0581", "Norrköping"), ("0680", "Jönköping"), ("0880", "Kalmar"), ("1280", "Malmö"), ("1480", "Göteborg")),
    *(("1490", "Borås"), ("1715", "Kil"), ("1880", "Örebro"), ("0881", "Nybro"), ("0980", "Gotland")),
)
"""Those that the provider has an agent for, see `local.provider.people`."""
APPLYING = "person-3"
KNOWN = (
    *people([recipient(code, name) for code, name in MUNICIPALITIES]),
    *(Person("applicant-1", "Person som blir ombud", "Andra"), Person("invited-1", "Person som är inbjuden", "Andra")),
    Person(APPLYING, "Person som ansöker om att bli ombud", "Andra"),
    *(
        Person(f"coordinator-{code}", f"Uppgiftssamordnare i {code}", "Andra", mandates=(Mandate(code, "coordinator"),))
        for code in map(MunicipalityCode, ("0581", "0680"))
    ),
)
SITE = f"http://{HOST}"
"""Where the pages are, for a browser that knows which port that is."""


class Post:
    """Carries the news of e-mail back to the stack, once there is one."""

    def __init__(self) -> None:
        self.stack: Stack | None = None

    def now(self) -> datetime:
        """Give the instant of the stack's clock."""
        return StoredClock(self.stack).read() if self.stack else datetime(2025, 1, 1, tzinfo=UTC)

    def publish(self, events: list[dict[str, Any]]) -> None:
        """Put news where SES would."""
        if self.stack is None:
            return
        sqs: Any = self.stack.session.client("sqs", endpoint_url=self.stack.endpoint)
        for event in events:
            sqs.send_message(QueueUrl=self.stack.outputs["MailEventsQueueUrl"], MessageBody=json.dumps(event))


@pytest.fixture(scope="session")
def post() -> Post:
    """Carries the news of e-mail."""
    return Post()


@pytest.fixture(scope="session")
def mailbox(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[Mailbox]:
    """Everybody's mailbox."""
    with Mailbox(tmp_path_factory.mktemp("mail"), publish=post.publish, clock=post.now) as mailbox:
        yield mailbox


@pytest.fixture(scope="session")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """The identity provider of the stack."""
    with provider(tmp_path_factory.mktemp("provider"), KNOWN) as running:
        yield running


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, mailbox: Mailbox, post: Post, identities: Provider
) -> Iterator[Stack]:
    """A stack that all tests of the session share; its books are never wiped, so that each test has keys of its own."""
    folder = tmp_path_factory.mktemp("stack")
    parameters = {"BaseUrl": SITE, **identities.parameters}
    with embedded_stack(folder, smtp_port=mailbox.smtp_port, parameters=parameters) as stack:
        let_act(stack, KNOWN)
        post.stack = stack
        yield stack
