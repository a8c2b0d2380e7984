"""Who may act for a municipality: what is received, who decides, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
import pytest

from statsbidrag.domain.agents import AGENTS, Agents, agents_key, decide, empty, evolve, granted, owed
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents.events import ImportedMandate
from statsbidrag.domain.agents.state import Attachment, Person
from statsbidrag.domain.errors import Conflict, NotFound, Refusal
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import Granted
from statsbidrag.domain.time import end_of, start_of

CODE = MunicipalityCode("0114")
ROUND = RoundId("2025")
LAST_DAY = date(2025, 6, 2)
NOW = start_of(date(2025, 5, 2))
OLD = Person("person-old", "Gammalt Ombud", "gammalt@kommun.example")
NEW = Person("person-new", "Nytt Ombud", "nytt@kommun.example", "Chef", "010-1")
OTHER = Person("person-other", "Annan", "annan@kommun.example")


def attachment(number: int = 1, content: str = "a") -> Attachment:
    return Attachment(number, f"agents/applications/{content}", content, 100, NOW)


def apply(person: Person = NEW, **changes: object) -> c.ApplyAsAgent:
    plain = {"documents": ("certificate",), "files": (attachment(),), "round": ROUND, "last_day": LAST_DAY}
    return c.ApplyAsAgent(municipality_name="Upplands Väsby", person=person, **(plain | changes))  # type: ignore[arg-type]


IMPORT = c.ImportAgents(
    "Upplands Väsby", ROUND, (ImportedMandate("agent", OLD), ImportedMandate("representative", OTHER))
)
INVITE = c.Invite(1, "coordinator", "ny@kommun.example", "hash-1", OLD.subject)
ACCEPT = c.AcceptInvitation("hash-1", Person("person-3", "Tredje", "tredje@kommun.example"))
ASK = c.AskForConfirmation(ROUND, date(2025, 5, 20), "officer-1")
APPROVE = c.ApproveAgent(1, "officer-1")


def after(*commands: c.AgentCommand, at: datetime = NOW) -> Agents:
    state = empty(agents_key(CODE))
    for command in commands:
        state = do(state, command, at)
    return state


def do(state: Agents, command: c.AgentCommand, at: datetime = NOW) -> Agents:
    for event in decide(state, command, at):
        state = evolve(state, event)
    return state


def refused(state: Agents, command: c.AgentCommand, at: datetime = NOW) -> str:
    with pytest.raises((Refusal, NotFound)) as caught:
        decide(state, command, at)
    return caught.value.code


def tasks(state: Agents, queue: str = "officer") -> list[tuple[str, str]]:
    return sorted((task.kind, task.about) for task in owed(state) if task.queue == queue)


def mails(state: Agents) -> list[str]:
    return sorted(about.removeprefix("AGENTS-0114-") for _, about in tasks(state, "mail"))


def acting(state: Agents) -> dict[str, str]:
    return {each.subject: each.role for each in granted(state)}


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        (end_of(date(2025, 5, 19)) - timedelta(microseconds=1), "review_agent_application"),
        (end_of(date(2025, 5, 19)), "decide_late_agent_application"),
        (end_of(LAST_DAY) + timedelta(days=30), "decide_late_agent_application"),
    ],
)
def test_two_weeks_before_the_last_day_is_in_time_and_later_is_received(at: datetime, kind: str) -> None:
    state = after(apply(), at=at)
    assert tasks(state) == [(kind, "1")]
    assert mails(state) == ["agent_application_received-1"]
    assert acting(state) == {}


def test_an_application_that_came_late_is_approved_with_a_reason() -> None:
    state = after(apply(), at=end_of(LAST_DAY))
    assert refused(state, APPROVE) == "reason_missing"
    assert acting(do(state, c.ApproveAgent(1, "officer-1", "Hinner prövas."))) == {NEW.subject: "agent"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (apply(), "application_open"),
        (apply(OLD), "already_agent"),
        (apply(OTHER, documents=("power_of_attorney",)), "document_missing"),
        (apply(OTHER, documents=()), "document_missing"),
        (apply(OTHER, files=()), "files_missing"),
        (c.ApproveAgent(1, NEW.subject), "same_person"),
        (c.CloseApplication(1, "Skäl.", NEW.subject), "same_person"),
        (c.CloseApplication(1, "  ", "officer-1"), "reason_missing"),
        (c.RequestCompletion(1, "", date(2025, 5, 20), "officer-1"), "reason_missing"),
        (c.RequestCompletion(1, "Skäl.", date(2025, 5, 2), "officer-1"), "last_day_passed"),
        (c.ApproveAgent(2, "officer-1"), "unknown_application"),
        (c.WithdrawApplication(1, OTHER.subject), "unknown_application"),
        (c.CompleteApplication(1, OTHER.subject, (), (attachment(),), ""), "unknown_application"),
        (c.CompleteApplication(1, NEW.subject, (), (), ""), "completion_empty"),
    ],
)
def test_what_is_refused_of_an_application(command: c.AgentCommand, code: str) -> None:
    assert refused(after(IMPORT, apply()), command) == code


def test_nobody_can_keep_others_from_applying() -> None:
    state = after(apply())
    assert len(do(state, apply(OTHER)).applications) == 2


def test_there_is_an_end_to_the_applications_that_wait() -> None:
    state = after(*(apply(Person(f"person-{n}", "N", "n@kommun.example")) for n in range(20)))
    assert refused(state, apply()) == "too_many_applications"


def test_what_is_missing_is_asked_for_and_comes_to_the_officers_again() -> None:
    state = after(apply())
    asked = do(state, c.RequestCompletion(1, "Intyget saknas.", date(2025, 5, 12), "officer-1"))
    assert [task.due for task in owed(asked) if task.queue == "officer"] == [end_of(date(2025, 5, 12))]
    assert "agent_completion_requested-1-1" in mails(asked)
    assert do(asked, c.RequestCompletion(1, "Intyget saknas.", date(2025, 5, 12), "officer-1")) == asked
    later = NOW + timedelta(days=20)
    complete = c.CompleteApplication(1, NEW.subject, ("delegation",), (attachment(2, "b"),), "Här är det.")
    completed = do(asked, complete, later)
    assert [task.due for task in owed(completed) if task.queue == "officer"] == [later]
    found = completed.applications[0]
    assert (len(found.files), found.documents, found.messages) == (2, ("certificate", "delegation"), ("Här är det.",))
    assert do(completed, complete, later) == completed


def test_a_newly_approved_agent_replaces_the_old_one_and_the_others_stay() -> None:
    state = do(after(IMPORT, INVITE, apply()), APPROVE)
    assert acting(state) == {NEW.subject: "agent", OTHER.subject: "representative"}
    assert state.invitations[0].status == "revoked"
    assert {"agent_approved-1", "agent_replaced-1"} <= set(mails(state))
    assert "agent_invitation-1" not in mails(state)
    assert tasks(state) == []
    assert do(state, APPROVE) == state


def test_a_representative_who_becomes_the_agent_has_one_mandate() -> None:
    assert acting(do(after(IMPORT, apply(OTHER)), APPROVE)) == {OTHER.subject: "agent"}


@pytest.mark.parametrize(
    "ending", [APPROVE, c.CloseApplication(1, "Skäl.", "officer-1"), c.WithdrawApplication(1, NEW.subject)]
)
def test_what_is_decided_stays_decided(ending: c.AgentCommand) -> None:
    state = do(after(apply()), ending)
    assert tasks(state) == []
    assert do(state, ending) == state
    for command in (
        APPROVE,
        c.CloseApplication(1, "Skäl.", "officer-1"),
        c.WithdrawApplication(1, NEW.subject),
        c.RequestCompletion(1, "Skäl.", date(2025, 5, 12), "officer-1"),
        c.CompleteApplication(1, NEW.subject, (), (attachment(2, "b"),), ""),
    ):
        if type(command) is not type(ending):
            assert refused(state, command) == "application_decided"


def test_an_invitation_is_accepted_once_by_one_person() -> None:
    state = after(IMPORT, INVITE)
    accepted = do(state, ACCEPT)
    assert acting(accepted)["person-3"] == "coordinator"
    assert do(accepted, ACCEPT) == accepted
    assert refused(accepted, c.AcceptInvitation("hash-1", NEW)) == "invitation_used"


@pytest.mark.parametrize(
    ("after_days", "code"),
    [(timedelta(days=14) - timedelta(seconds=1), ""), (timedelta(days=14), "invitation_expired")],
)
def test_an_invitation_is_valid_for_fourteen_days(after_days: timedelta, code: str) -> None:
    state, at = after(IMPORT, INVITE), NOW + after_days
    if code:
        assert refused(state, ACCEPT, at) == code
    else:
        assert decide(state, ACCEPT, at)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.Invite(2, "agent", "x@kommun.example", "h", OLD.subject), "role_unknown"),
        (c.Invite(2, "coordinator", "x@kommun.example", "h", OTHER.subject), "not_the_agent"),
        (c.RevokeInvitation(1, OTHER.subject), "not_the_agent"),
        (c.RevokeInvitation(9, OLD.subject), "unknown_invitation"),
        (c.AcceptInvitation("another", NEW), "invitation_not_valid"),
        (c.AcceptInvitation("hash-1", OLD), "already_agent"),
        (c.RevokeMandate(1, "", OLD.subject, False), "own_mandate"),
        (c.RevokeMandate(2, "", OTHER.subject, False), "not_the_agent"),
        (c.RevokeMandate(2, " ", "officer-1", True), "reason_missing"),
        (c.RevokeMandate(9, "Skäl.", "officer-1", True), "unknown_mandate"),
        (c.ConfirmAgents(ROUND, (1,), OLD.subject), "persons_changed"),
        (c.ConfirmAgents(ROUND, (1, 2), OTHER.subject), "not_the_agent"),
        (c.ConfirmAgents(ROUND, (1, 2), "officer-1", " ", as_officer=True), "reason_missing"),
        (c.ConfirmAgents(ROUND, (1,), "officer-1", "Samtal.", as_officer=True), "persons_changed"),
        (c.ConfirmAgents(ROUND, (1, 2), OLD.subject, "Samtal.", as_officer=True), "same_person"),
        (c.AskForConfirmation(ROUND, date(2025, 5, 2), "officer-1"), "last_day_passed"),
    ],
)
def test_what_is_refused_of_mandates(command: c.AgentCommand, code: str) -> None:
    assert refused(after(IMPORT, INVITE), command) == code


def test_the_same_invitation_again_is_none_and_a_code_for_another_number_is_made_anew() -> None:
    state = after(IMPORT, INVITE)
    assert decide(state, c.Invite(2, INVITE.role, INVITE.email, "h", OLD.subject), NOW) == []
    with pytest.raises(Conflict):
        decide(state, c.Invite(1, "representative", "x@kommun.example", "h", OLD.subject), NOW)


def test_a_revoked_invitation_opens_nothing() -> None:
    state = do(after(IMPORT, INVITE), c.RevokeInvitation(1, OLD.subject))
    assert refused(state, ACCEPT) == "invitation_revoked"
    assert mails(state) == []


@pytest.mark.parametrize("command", [c.RevokeMandate(2, "", OLD.subject, False), c.RevokeMandate(2, "S.", "o", True)])
def test_an_ended_mandate_is_none_and_the_person_is_told(command: c.RevokeMandate) -> None:
    state = do(after(IMPORT), command)
    assert acting(state) == {OLD.subject: "agent"}
    assert mails(state) == ["mandate_revoked-2"]
    assert do(state, command) == state


def test_without_an_agent_nothing_can_be_accepted_that_the_agent_had_offered() -> None:
    state = do(after(IMPORT, INVITE), c.RevokeMandate(1, "Skäl.", "officer-1", True))
    assert refused(state, ACCEPT) == "invitation_revoked"


def test_a_confirmation_that_does_not_come_is_an_officers_and_takes_nothing_away() -> None:
    state = after(IMPORT, ASK)
    assert [(t.kind, t.due) for t in owed(state) if t.queue == "officer"] == [
        ("check_agent_confirmation", end_of(date(2025, 5, 20)))
    ]
    assert mails(state) == ["agent_confirmation-2025"]
    assert do(state, ASK) == state
    assert acting(state) == acting(after(IMPORT))
    confirmed = do(state, c.ConfirmAgents(ROUND, (1, 2), OLD.subject))
    assert (tasks(confirmed), mails(confirmed)) == ([], [])
    assert do(confirmed, c.ConfirmAgents(ROUND, (1, 2), OLD.subject)) == confirmed


def test_an_officer_notes_the_confirmation_of_an_agent_and_it_stands_as_that() -> None:
    note = c.ConfirmAgents(ROUND, (1, 2), "officer-1", " Samtal den 8 maj. ", as_officer=True)
    state = do(after(IMPORT, ASK), note)
    (noted,) = state.confirmations
    assert (noted.confirmed_by, noted.noted_for, noted.reason) == ("officer-1", 1, "Samtal den 8 maj.")
    assert (tasks(state), mails(state)) == ([], [])
    assert do(state, note) == state
    gone = do(after(IMPORT, ASK), c.RevokeMandate(1, "Skäl.", "officer-1", True))
    assert refused(gone, c.ConfirmAgents(ROUND, (2,), "officer-1", "Samtal.", as_officer=True)) == "no_agent"


def test_a_confirmation_of_an_old_journal_is_the_agents_own() -> None:
    told = {"round": "2025", "mandates": [1], "confirmed_by": "a", "confirmed_at": "2025-05-05T10:00:00Z"}
    read = msgspec.convert({"type": "agents_confirmed", **told}, AGENTS.event, strict=False)
    assert (read.noted_for, read.reason) == (0, "")


def test_where_there_is_no_agent_nobody_is_asked() -> None:
    assert decide(after(apply()), ASK, NOW) == []


def test_an_import_twice_is_no_change_and_replaces_nobody() -> None:
    state = after(IMPORT)
    assert acting(state) == {OLD.subject: "agent", OTHER.subject: "representative"}
    assert decide(state, IMPORT, NOW) == []
    another = c.ImportAgents("Upplands Väsby", ROUND, (ImportedMandate("agent", NEW),))
    assert refused(state, another) == "agent_known"
    assert refused(after(), c.ImportAgents("X", ROUND, (ImportedMandate("representative", NEW),))) == "agent_missing"
    assert refused(state, c.ImportAgents("X", ROUND, (ImportedMandate("coordinator", OTHER),))) == "role_differs"
    replaced = do(after(IMPORT, apply()), APPROVE)
    assert refused(replaced, IMPORT) == "agent_known"


def test_an_import_does_not_bring_back_whom_somebody_has_ended() -> None:
    state = do(after(IMPORT), c.RevokeMandate(2, "", OLD.subject, False))
    assert decide(state, IMPORT, NOW) == []


@pytest.mark.parametrize("told", [["sent", "delivered"], ["delivered", "sent"], ["delivered"], ["bounced", "sent"]])
def test_news_of_an_e_mail_may_come_in_any_order(told: Sequence[str]) -> None:
    state = after(apply())
    name = "AGENTS-0114-agent_application_received-1"
    for status in told:
        state = do(state, c.RecordAgentMail(name, status))  # type: ignore[arg-type]
    assert state.mails[name].status == ("bounced" if "bounced" in told else "delivered")
    assert mails(state) == []
    assert refused(state, c.RecordAgentMail("AGENTS-0114-x-1", "sent")) == "unknown_mail"


def test_the_municipality_is_listed_once_and_an_invitation_by_the_hash_of_its_code() -> None:
    for commands in ((apply(), IMPORT, apply(OTHER)), (IMPORT, apply(), INVITE, apply(OTHER))):
        state, found = empty(agents_key(CODE)), []
        for command in commands:
            for event in decide(state, command, NOW):
                state = evolve(state, event)
                found += [(look.index, look.name) for look in AGENTS.lookups(state, event)]
        expected = [("AGENTS", "0114"), *([("INVITATION", "hash-1")] if INVITE in commands else [])]
        assert found == expected


def test_mandates_are_granted_by_subject_and_municipality() -> None:
    assert granted(after(IMPORT)) == {
        Granted(OLD.subject, "0114", "agent"),
        Granted(OTHER.subject, "0114", "representative"),
    }
