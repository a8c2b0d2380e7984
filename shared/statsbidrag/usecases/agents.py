"""Apply as a municipality's agent, complete, decide; invite, accept, revoke, confirm; take over the old register."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from statsbidrag.domain.agents import AGENTS, Agents, agents_key, application_id
from statsbidrag.domain.agents import commands as c
from statsbidrag.domain.agents.applications import (
    find_application,
    in_time_to,
    own_application,
    unknown_application,
)
from statsbidrag.domain.agents.events import ImportedMandate
from statsbidrag.domain.agents.mandates import find_invitation, no_such_invitation
from statsbidrag.domain.agents.state import Application, Attachment, DocumentKind, Invitation, Person
from statsbidrag.domain.errors import Conflict, NotFound, Refusal, Refusals
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, parse_municipality
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.mandates import MandateRole
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date
from statsbidrag.ports import Files, Links, Register, Request
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.rounds import get_round, read_round

APPLICATIONS, COMPLETIONS = "agents/applications", "agents/completions"
"""Where attachments lie in the archive, under opaque names."""
TASKS = ("review_agent_application", "decide_late_agent_application", "check_agent_confirmation")
"""What waits for officers."""
_ROUNDS_LOOKED_AT = 3
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class ApplicationInput(msgspec.Struct, frozen=True):
    """An application as it was filled in; the person's subject is who signed in."""

    municipality: MunicipalityCode
    person: Person
    documents: tuple[DocumentKind, ...]


class ApplicationReceipt(msgspec.Struct, frozen=True):
    """What an applicant gets.

    Attributes
    ----------
    in_time_to
        The last day on which it would have been in time for the round.
    content_hash
        SHA-256 of what was sent in, with the hashes of the files.
    """

    application: str
    municipality: str
    municipality_name: str
    received_at: datetime
    late: bool
    in_time_to: date
    files: int
    content_hash: str


_RECEIPTS = msgspec.json.Decoder(ApplicationReceipt)


class ApplicationView(msgspec.Struct, frozen=True):
    """One application, with who acts for the municipality."""

    agents: Agents
    found: Application

    @property
    def id(self) -> str:
        """Its name for people and addresses."""
        return application_id(self.agents.municipality, self.found.id)


def current_round(books: Books) -> Round:
    """Give the round that one applies for: the first whose last day has not passed, or else the last there was."""
    today = swedish_date(books.now())
    names = sorted(books.store.listed("ROUNDS"))[-_ROUNDS_LOOKED_AT:]
    rounds = [get_round(books, RoundId(name)) for name in names]
    if not rounds:
        raise NotFound("no_round", "Det finns ingen bidragsomgång att ansöka för än.")
    return next((each for each in rounds if each.terms.requisition_last_day >= today), rounds[-1])


def find_recipient(register: Register, municipality: MunicipalityCode) -> Recipient:
    """Give a municipality of the register; `Refusal` ``unknown_municipality`` at its field."""
    found = register.get(municipality)
    if found is None:
        raise Refusal("unknown_municipality", "Det finns ingen kommun med den koden.", field="municipality")
    return found


def apply(
    books: Books,
    register: Register,
    archive: Files,
    form: ApplicationInput,
    files: Sequence[bytes],
    key: str,
    context: Context,
) -> ApplicationReceipt:
    """Receive an application.

    Raises
    ------
    Refusal
        ``unknown_municipality``, ``application_open``, ``already_agent``, ``too_many_applications``,
        ``document_missing``, ``files_missing``; ``key_used_for_another_request``.
    """
    recipient, grant_round = find_recipient(register, form.municipality), current_round(books)
    last_day = grant_round.terms.requisition_last_day
    hashes = tuple(sha256(each) for each in files)
    content_hash = sha256(canonical((form, hashes)))
    request = Request(f"agent-application:{form.person.subject}:{key}", content_hash)
    attached = _attach(APPLICATIONS, request.key, files, hashes, 1, books.now())
    command = c.ApplyAsAgent(recipient.name, form.person, form.documents, attached, grant_round.id, last_day)
    name = agents_key(form.municipality)
    seen = books.see(AGENTS, name)
    if books.store.marker(name, request) is None:
        AGENTS.decide(seen.state, command, books.now())  # no file is stored for what is refused
        _store(archive, attached, files)

    def receipt(agents: Agents) -> ApplicationReceipt:
        made = agents.applications[-1]
        return ApplicationReceipt(
            application=application_id(agents.municipality, made.id),
            municipality=agents.municipality,
            municipality_name=agents.name,
            received_at=made.received_at,
            late=made.late,
            in_time_to=in_time_to(last_day),
            files=len(made.files),
            content_hash=content_hash,
        )

    outcome = books.handle(AGENTS, name, command, context, seen=seen, request=request, answer=receipt)
    return _RECEIPTS.decode(outcome.answer)


def _attach(
    folder: str, named_by: str, files: Sequence[bytes], hashes: Sequence[str], first: int, at: datetime
) -> tuple[Attachment, ...]:
    """Name files opaquely: the same call again gives the same names, and no other the same."""
    return tuple(
        Attachment(number, f"{folder}/{sha256(canonical((named_by, content_hash)))}", content_hash, len(content), at)
        for number, (content, content_hash) in enumerate(zip(files, hashes, strict=True), start=first)
        if content_hash not in hashes[: number - first]
    )


def _store(archive: Files, attached: Sequence[Attachment], files: Sequence[bytes]) -> None:
    contents = {sha256(content): content for content in files}
    for each in attached:
        archive.put(each.key, contents[each.content_hash], "application/pdf")


def _parse_application(text: str) -> tuple[MunicipalityCode, int]:
    found = re.fullmatch(r"([0-9]{4})-([1-9][0-9]{0,5})", text)
    if found is None:
        raise unknown_application()
    return parse_municipality(found[1]), int(found[2])


def show_application(books: Books, name: str, subject: str | None) -> ApplicationView:
    """Give an application: to its applicant, or to an officer, for whom `subject` is ``None``."""
    municipality, number = _parse_application(name)
    agents = books.state(AGENTS, agents_key(municipality))
    found = find_application(agents, number) if subject is None else own_application(agents, number, subject)
    return ApplicationView(agents, found)


def attachment(books: Books, archive: Files, name: str, number: int, subject: str | None) -> bytes:
    """Give the content of one attachment; `NotFound` ``file_gone``."""
    view = show_application(books, name, subject)
    found = next((each for each in view.found.files if each.id == number), None)
    if found is None:
        raise NotFound("file_gone", "Filen finns inte.")
    return archive.get(found.key)


def complete(
    books: Books,
    archive: Files,
    name: str,
    subject: str,
    documents: tuple[DocumentKind, ...],
    files: Sequence[bytes],
    message: str,
    context: Context,
) -> ApplicationView:
    """Receive what an applicant adds; what is there already is not taken twice."""
    municipality, number = _parse_application(name)
    key = agents_key(municipality)
    seen = books.see(AGENTS, key)
    hashes = tuple(sha256(each) for each in files)
    first = len(own_application(seen.state, number, subject).files) + 1
    attached = _attach(COMPLETIONS, f"{name}:{subject}", files, hashes, first, books.now())
    command = c.CompleteApplication(number, subject, documents, attached, message)
    if AGENTS.decide(seen.state, command, books.now()):
        _store(archive, attached, files)
    state = books.handle(AGENTS, key, command, context, seen=seen).state
    return ApplicationView(state, find_application(state, number))


def withdraw(books: Books, name: str, subject: str, context: Context) -> ApplicationView:
    """Take one's own application back."""
    municipality, number = _parse_application(name)
    return _decided(books, municipality, number, c.WithdrawApplication(number, subject), context)


def request_completion(
    books: Books, name: str, reason: str, last_day: date, officer: str, context: Context
) -> ApplicationView:
    """Ask for what is missing."""
    municipality, number = _parse_application(name)
    return _decided(books, municipality, number, c.RequestCompletion(number, reason, last_day, officer), context)


def approve(books: Books, name: str, reason: str, officer: str, context: Context) -> ApplicationView:
    """Make the applicant the agent, in place of the one before."""
    municipality, number = _parse_application(name)
    return _decided(books, municipality, number, c.ApproveAgent(number, officer, reason), context)


def close(books: Books, name: str, reason: str, officer: str, context: Context) -> ApplicationView:
    """Close an application without approval."""
    municipality, number = _parse_application(name)
    return _decided(books, municipality, number, c.CloseApplication(number, reason, officer), context)


def _decided(
    books: Books, municipality: MunicipalityCode, number: int, command: c.AgentCommand, context: Context
) -> ApplicationView:
    key = agents_key(municipality)
    seen = books.see(AGENTS, key)
    find_application(seen.state, number)
    state = books.handle(AGENTS, key, command, context, seen=seen).state
    return ApplicationView(state, find_application(state, number))


def show(books: Books, municipality: MunicipalityCode) -> Agents:
    """Give who acts for a municipality; `NotFound` ``unknown_municipality`` where nobody ever did or applied."""
    seen = books.see(AGENTS, agents_key(municipality))
    if seen.snapshot is None:
        raise NotFound("unknown_municipality", "Ingen har ansökt om att bli ombud för kommunen.")
    return seen.state


def invitation_purpose(municipality: MunicipalityCode, number: int) -> str:
    """Name what an invitation's code is made from."""
    return f"agent-invitation:{agents_key(municipality)}:{number}"


def invite(
    books: Books, links: Links, municipality: MunicipalityCode, role: MandateRole, email: str, by: str, context: Context
) -> Agents:
    """Invite somebody; the code is made again when the e-mail is written, and only its hash is kept."""
    key = agents_key(municipality)
    seen = books.see(AGENTS, key)
    number = len(seen.state.invitations) + 1
    token_hash = sha256(links.token(invitation_purpose(municipality, number)).encode())
    return books.handle(AGENTS, key, c.Invite(number, role, email, token_hash, by), context, seen=seen).state


class InvitationView(msgspec.Struct, frozen=True):
    """What a code opens, and the aggregate as it was seen."""

    invitation: Invitation
    seen: Seen[Agents]


def show_invitation(books: Books, token: str, subject: str) -> InvitationView:
    """Give the invitation behind a code; raises as `find_invitation`."""
    token_hash = sha256(token.encode())
    key = books.store.found("INVITATION", token_hash)
    if key is None:
        raise no_such_invitation()
    seen = books.see(AGENTS, key)
    return InvitationView(find_invitation(seen.state, token_hash, subject, books.now()), seen)


def accept(books: Books, token: str, person: Person, context: Context) -> Agents:
    """Accept an invitation as the person who has signed in."""
    view = show_invitation(books, token, person.subject)
    key = agents_key(view.seen.state.municipality)
    command = c.AcceptInvitation(view.invitation.token_hash, person)
    return books.handle(AGENTS, key, command, context, seen=view.seen).state


def act(books: Books, municipality: MunicipalityCode, command: c.AgentCommand, context: Context) -> Agents:
    """Carry out a command about who acts for a municipality."""
    return books.handle(AGENTS, agents_key(municipality), command, context).state


def confirm(books: Books, municipality: MunicipalityCode, command: c.ConfirmAgents, context: Context) -> Agents:
    """Confirm the persons that were shown, for a round that is there."""
    get_round(books, command.round)
    return act(books, municipality, command, context)


def ask_all(books: Books, round_id: RoundId, last_day: date, officer: str, context: Context) -> int:
    """Ask every agent whether the persons are still right in a round; those who were asked are not asked again.

    Returns
    -------
    int
        How many have been asked in that round: the same however often it is called.
    """
    get_round(books, round_id)
    command = c.AskForConfirmation(round_id, last_day, officer)
    keys = [agents_key(MunicipalityCode(code)) for code in books.store.listed("AGENTS")]
    seen = books.see_all(AGENTS, keys)
    known = [
        each
        for each in seen.values()
        if any(told.round == round_id and told.asked_at for told in each.state.confirmations)
    ]
    return len(known) + books.handle_all(AGENTS, seen, dict.fromkeys(keys, command), context)


class Waiting(msgspec.Struct, frozen=True):
    """What waits for officers: open applications, the oldest first, and agents who have not confirmed in time."""

    applications: tuple[ApplicationView, ...]
    unconfirmed: tuple[Agents, ...]


def waiting(books: Books) -> Waiting:
    """Give what waits for officers, read off the work list; also applications whose completion is awaited."""
    due = [each for each in books.store.due("officer", _END_OF_TIME) if each.task.kind in TASKS]
    states = {key: seen.state for key, seen in books.see_all(AGENTS, [each.key for each in due]).items()}
    applications = [
        ApplicationView(states[each.key], application)
        for each in due
        if each.task.kind != "check_agent_confirmation"
        for application in states[each.key].applications
        if str(application.id) == each.task.about and application.is_open
    ]
    now = books.now()
    unconfirmed = [
        states[each.key] for each in due if each.task.kind == "check_agent_confirmation" and each.task.due <= now
    ]
    oldest_first = sorted(applications, key=lambda view: (view.found.received_at, view.id))
    return Waiting(tuple(oldest_first), tuple(unconfirmed))


TOGETHER = 3
"""How often an import is tried anew where somebody else wrote at the same time."""


def take_over(
    books: Books,
    register: Register,
    mandates: Mapping[MunicipalityCode, tuple[ImportedMandate, ...]],
    round_id: RoundId,
    context: Context,
) -> int:
    """Take in the agency's old register of agents, whole or not at all; what is known already is no change.

    Returns
    -------
    int
        How many municipalities changed.

    Raises
    ------
    Refusals
        Every municipality that cannot be taken in, each with its code.
    """
    read_round(books, round_id)
    names = {recipient.municipality: recipient.name for recipient in register.all()}
    for _ in range(TOGETHER):
        seen = books.see_all(AGENTS, [agents_key(code) for code in mandates])
        commands: dict[str, c.AgentCommand] = {}
        refused = []
        for code, some in mandates.items():
            key = agents_key(code)
            try:
                commands[key] = c.ImportAgents(_name_of(code, names), round_id, some)
                AGENTS.decide(seen[key].state, commands[key], books.now())
            except Refusal as refusal:
                refused.append(Refusal(refusal.code, f"Kommun {code}: {refusal.message}"))
        if refused:
            raise Refusals(tuple(refused))
        try:
            return books.handle_all(AGENTS, seen, commands, context)
        except Conflict:
            continue
    raise Conflict("agents")


def _name_of(code: MunicipalityCode, names: Mapping[MunicipalityCode, str]) -> str:
    if code not in names:
        raise Refusal("unknown_municipality", "kommunen finns inte i kommunregistret.")
    return names[code]
