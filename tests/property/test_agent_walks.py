"""Long walks of who may act for a municipality: one agent at most, and mandates that are what the state says."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from statsbidrag.domain.agents import AGENTS, Agents, agents_key
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents.events import ImportedMandate
from statsbidrag.domain.agents.state import Attachment, Person
from statsbidrag.domain.errors import Conflict, NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import check_chain, refold, sha256
from statsbidrag.usecases.books import Books, Context
from tests.builders import SPRING
from tests.fakes import FakeClock, FakeStore

CODE = MunicipalityCode("0114")
KEY = agents_key(CODE)
SUBJECTS = [f"person-{n}" for n in range(5)]
ROUNDS = [RoundId("2025"), RoundId("2026")]
STEPS = 40
CONTEXT = Context("system:test", "walk")


class Walk:
    """A municipality in books of its own, and one stream of chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.store, self.clock = FakeStore(), FakeClock(SPRING)
        self.books = Books(self.store, self.clock, lambda record, context: None)
        self.asked: set[type] = set()

    @property
    def state(self) -> Agents:
        return self.books.state(AGENTS, KEY)

    def step(self) -> None:
        self.clock.move(hours=self.chance.choice((0, 1, 24, 24 * 15)))
        command = self._command()
        try:
            if self.books.handle(AGENTS, KEY, command, CONTEXT).records:
                self.asked.add(type(command))
        except (Refusal, NotFound, Conflict):
            pass
        self.holds()

    def holds(self) -> None:
        """What must be so after every step."""
        state, read = self.state, self.store.collection(KEY)
        assert sum(holder.role == "agent" for holder in state.live) <= 1
        assert len({holder.person.subject for holder in state.live}) == len(state.live)
        assert self.store.mandates == {(h.person.subject, CODE): h.role for h in state.live}
        assert check_chain(KEY, read.records) == []
        assert refold(AGENTS, KEY, read.records) == state
        assert AGENTS.owed(state) == read.tasks
        assert all(token.startswith("h") for token in self.store.lookups["INVITATION"])
        open_to = [i for i in state.invitations if i.status == "open"]
        assert not open_to or state.agent is not None

    def _person(self) -> Person:
        subject = self.chance.choice(SUBJECTS)
        return Person(subject, f"Namn {subject}", f"{subject}@kommun.example")

    def _attachments(self) -> tuple[Attachment, ...]:
        some = self.chance.sample(range(6), self.chance.choice((0, 1, 2)))
        return tuple(Attachment(n + 1, f"agents/{n}", sha256(str(n).encode()), 10, self.clock.now()) for n in some)

    def _command(self) -> c.AgentCommand:
        chance, state = self.chance, self.state
        number = chance.randint(1, len(state.applications) + 1)
        mandate = chance.randint(1, len(state.holders) + 1)
        by = state.agent.person.subject if state.agent and chance.random() < 0.8 else chance.choice(SUBJECTS)
        day = (self.clock.now() + timedelta(days=chance.choice((-1, 10)))).date()
        person = self._person()
        invited = chance.randint(1, len(state.invitations) + 1)
        return chance.choice(
            (
                c.ApplyAsAgent("Kommun", person, ("certificate",), self._attachments(), chance.choice(ROUNDS), day),
                c.RequestCompletion(number, "Skäl.", day, "officer-1"),
                c.CompleteApplication(number, person.subject, (), self._attachments(), chance.choice(("", "Hej."))),
                c.ApproveAgent(number, chance.choice(("officer-1", person.subject)), chance.choice(("", "Skäl."))),
                c.CloseApplication(number, "Skäl.", "officer-1"),
                c.WithdrawApplication(number, person.subject),
                c.Invite(
                    len(state.invitations) + 1,
                    chance.choice(("representative", "coordinator")),
                    f"{chance.randint(1, 3)}@kommun.example",
                    f"h{len(state.invitations) + 1}",
                    by,
                ),
                c.AcceptInvitation(f"h{invited}", person),
                c.RevokeInvitation(invited, by),
                c.RevokeMandate(mandate, "Skäl.", by, chance.random() < 0.5),
                c.AskForConfirmation(chance.choice(ROUNDS), day, "officer-1"),
                c.ConfirmAgents(chance.choice(ROUNDS), tuple(h.id for h in state.live), by),
                c.ConfirmAgents(chance.choice(ROUNDS), tuple(h.id for h in state.live), by, "Samtal.", as_officer=True),
                c.ImportAgents(
                    "Kommun",
                    chance.choice(ROUNDS),
                    (ImportedMandate("agent", self._person()),),
                ),
                c.RecordAgentMail(
                    chance.choice([*state.mails, "AGENTS-0114-x-1"]), chance.choice(("sent", "delivered", "bounced"))
                ),
            )
        )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_happens_the_mandates_are_what_the_journal_says(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(STEPS):
        walk.step()


def test_the_walks_come_everywhere() -> None:
    done: set[type] = set()
    for seed in range(120):
        walk = Walk(seed)
        for _ in range(STEPS):
            walk.step()
        done |= walk.asked
    assert done == set(c.AgentCommand.__args__)
