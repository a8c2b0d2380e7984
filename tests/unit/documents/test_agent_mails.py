"""The e-mails about who may act: each can be written, says what it must, and comes to the same bytes again."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import get_args

import pytest

from statsbidrag.documents.agent_mails import NEEDS, AgentMailWriter
from statsbidrag.domain.agents import Agents
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents.state import AgentMailKind
from tests.unit.domain.test_agents import APPROVE, ASK, IMPORT, INVITE, after, apply
from tests.unit.functions.material import ROUND

WRITER = AgentMailWriter("statsbidrag@myndighet.example", "https://bidrag.example")
REQUEST = c.RequestCompletion(1, "Intyget saknar underskrift.", date(2025, 5, 12), "officer-1")
STATES: dict[AgentMailKind, Agents] = {
    "agent_application_received": after(apply()),
    "agent_completion_requested": after(apply(), REQUEST),
    "agent_approved": after(IMPORT, apply(), APPROVE),
    "agent_application_closed": after(apply(), c.CloseApplication(1, "Underlaget kom aldrig.", "officer-1")),
    "agent_invitation": after(IMPORT, INVITE),
    "agent_replaced": after(IMPORT, apply(), APPROVE),
    "mandate_revoked": after(IMPORT, c.RevokeMandate(2, "Har slutat.", "officer-1", True)),
    "agent_confirmation": after(IMPORT, ASK),
}
SAYS: dict[AgentMailKind, tuple[str, ...]] = {
    "agent_application_received": ("kom in 2 maj 2025", "https://bidrag.example/ombud/ansokan/0114-1"),
    "agent_completion_requested": ("Intyget saknar underskrift.", "12 maj 2025", "/ombud/ansokan/0114-1"),
    "agent_approved": ("Du är nu ombud", "https://bidrag.example/kommun/0114/ombud"),
    "agent_application_closed": ("Underlaget kom aldrig.",),
    "agent_invitation": ("uppgiftssamordnare", "15 maj 2025", "https://bidrag.example/ombud/inbjudan/KOD"),
    "agent_replaced": ("har ditt uppdrag som ombud upphört",),
    "mandate_revoked": ("Ditt uppdrag som representant", "Har slutat."),
    "agent_confirmation": ("senast den 20 maj 2025", "Uppdragen gäller även om du inte svarar"),
}


def written(kind: AgentMailKind) -> EmailMessage:
    state = STATES[kind]
    mail = next(each for each in state.mails.values() if each.kind == kind)
    token = "KOD" if kind == "agent_invitation" else ""
    raw = WRITER.write(state, mail, ROUND, token)
    assert raw == WRITER.write(state, mail, ROUND, token)
    return message_from_bytes(raw, policy=SMTP)


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_every_kind_is_tried() -> None:
    assert set(STATES) == set(SAYS) == set(NEEDS) == set(get_args(AgentMailKind))


@pytest.mark.parametrize("kind", STATES)
def test_an_e_mail_says_what_it_must_in_text_and_html(kind: AgentMailKind) -> None:
    mail = written(kind)
    text, html = text_of(mail, "plain"), text_of(mail, "html")
    for words in SAYS[kind]:
        assert words in " ".join(text.split())
        assert words in " ".join(html.split())
    assert mail["X-Statsbidrag-Mail"].startswith("AGENTS-0114-")
    assert "person-" not in text + str(mail["To"])


def test_only_the_invitation_carries_a_code() -> None:
    assert [kind for kind in STATES if "KOD" in text_of(written(kind), "plain")] == ["agent_invitation"]


def test_a_late_application_is_told_so() -> None:
    state = after(apply(last_day=date(2025, 5, 10)))
    (mail,) = state.mails.values()
    text = text_of(message_from_bytes(WRITER.write(state, mail, ROUND, ""), policy=SMTP), "plain")
    assert "mindre än två veckor" in " ".join(text.split())
