"""All that a played year stands on: the embedded AWS, its clock, the bank, everybody's mailbox, and the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from local.bank import Bank
from local.build import ROOT, build_stack
from local.client import Api
from local.clock import StoredClock
from local.faults.trouble import Calm, troubled
from local.mailbox import Mailbox
from local.provider import people, provider
from local.stack import FunctionFailedError, Stack, deploy, ministack
from local.web import HOST
from local.year.bank_ways import BankWays
from local.year.plan import Behaviour, YearPlan, plan_year
from local.year.quiet import ALL_TASKS, MAIL_TASKS, Quiet
from statsbidrag.adapters.calendar import SwedishBankCalendar
from statsbidrag.documents.allocation_file import read_allocation_list
from statsbidrag.documents.register_file import read_register
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.tasks import Queue
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import start_of, swedish_date
from statsbidrag.usecases.mails import NEWS_WITHIN

TEMPLATE = ROOT / "template.yaml"
_MESSAGES_AT_ONCE = 10
"""As many as a queue takes in one call."""
_RUNS = 20
"""How often a schedule may run in vain in trouble."""
_SOON, _LATE = 3, 9
"""Time passes each third time that help is needed; into another day from the tenth."""


class Inputs(msgspec.Struct, frozen=True):
    """The files a year is played from, as they are, and what they say."""

    round_file: Path
    register_file: Path
    allocation_file: Path
    round: Round
    recipients: Sequence[Recipient]
    allocations: Mapping[MunicipalityCode, Ore]


def read_inputs(round_id: str, *, rounds: Path, register: Path | None, allocations: Path | None) -> Inputs:
    """Read the files of a round; without others, the examples."""
    register = register or ROOT / "examples/kommunregister.csv"
    allocations = allocations or ROOT / f"examples/fordelningslista-{round_id}.csv"
    round_file = rounds / f"{round_id}.toml"
    listed = read_allocation_list(allocations.read_bytes(), allocations.name)
    return Inputs(
        round_file=round_file,
        register_file=register,
        allocation_file=allocations,
        round=read_round(round_file.read_bytes()),
        recipients=read_register(register.read_bytes(), register.name),
        allocations={row.municipality: row.amount for row in listed.rows},
    )


@dataclass
class World:
    """A running year.

    Attributes
    ----------
    trouble
        What goes wrong.
    ways
        How the bank misbehaves.
    bounces
        Addresses that take no mail, in lower case.
    now
        The instant the clock stands at; moved by `move_to` alone.
    """

    inputs: Inputs
    plan: YearPlan
    stack: Stack
    bank: Bank
    mailbox: Mailbox
    api: Api
    clock: StoredClock
    now: datetime
    trouble: Calm
    ways: BankWays
    bounces: set[str]
    quiet: Quiet = field(init=False)

    def __post_init__(self) -> None:
        self.quiet = Quiet(self.stack, self.mailbox, lambda: self.now, self._help_on, self.trouble.patience)
        self.s3: Any = self.stack.session.client("s3", endpoint_url=self.stack.endpoint)
        self._calendar = SwedishBankCalendar()
        self.is_bank_day = self._calendar.is_bank_day
        self.closed_accounts = frozenset(code for code, b in self.plan.behaviours.items() if b.closed_account)
        self._recipients = {recipient.municipality: recipient for recipient in self.inputs.recipients}

    def move_to(self, instant: datetime) -> None:
        """Let time pass to an instant; it never goes back."""
        if instant > self.now:
            self.now = instant.astimezone(UTC)
            self.clock.set_to(self.now)

    def follow_clock(self) -> None:
        """Take over the instant that somebody else set the clock to."""
        self.now = self.clock.read()
        self.bank.advance_to(self.now)

    def run_schedule(self, function: str) -> None:
        """Run a scheduled function with what its schedule sends; in trouble again and again, as its next runs would."""
        for left in range(_RUNS - 1, -1, -1):
            try:
                self.stack.invoke(function, {"trigger": "schedule"})
            except FunctionFailedError:
                if not left or self.trouble.is_calm:
                    raise
            else:
                return

    def wait(self, *, bank: bool = False, tasks: tuple[Queue, ...] = ALL_TASKS) -> None:
        """Wait until all is done that was set off, see `Quiet.wait`."""
        if self.trouble.sweeps_in_between():
            self.run_schedule("SweepTasks")
        self.quiet.wait(bank=bank, tasks=tasks)
        while self.trouble.redrives(self.stack):
            self.quiet.wait(bank=bank, tasks=tasks)

    def _help_on(self, what: str, times: int) -> None:
        """Let the sweep run, as it does every few minutes, and staff send dead letters again.

        In trouble, let time pass as well: a sending that was not answered waits for its news. Not while any is under
        way, and not into another day unless it must be, since a day may be somebody's last.
        """
        sent_again = self.trouble.redrives(self.stack)
        waited = what == MAIL_TASKS and times % _SOON == _SOON - 1
        if waited and not self.trouble.is_calm and not sent_again and not self.quiet.awaits_news():
            later = self.now + NEWS_WITHIN
            if swedish_date(later) == swedish_date(self.now) or times > _LATE:
                self.move_to(later)
        self.run_schedule("SweepTasks")

    def befall_bank(self) -> str:
        """Let the bank misbehave as it is told to, see `BankWays.befall`."""
        if not self.ways.names:
            return ""
        files = self.bank.outgoing(self.s3, self.stack.outputs["BankBucket"])
        return self.ways.befall(self.bank, files, lambda code: self._recipients[code].account, self.closed_accounts)

    def recipient(self, code: MunicipalityCode) -> Recipient:
        """Give a municipality as the register has it."""
        return self._recipients[code]

    def behaviour(self, code: str) -> Behaviour:
        """Give what a municipality does this year."""
        return self.plan.behaviours[MunicipalityCode(code)]


def link_mail(round_id: RoundId, code: MunicipalityCode) -> str:
    """Name the first e-mail with a municipality's report link."""
    return f"{round_id}-{code}-report_link-1"


@contextmanager
def opened_world(
    inputs: Inputs,
    seed: int,
    out: Path,
    tell: Callable[[str], None],
    *,
    faults: bool = False,
    bank_ways: Sequence[str] = (),
) -> Iterator[World]:
    """Start the embedded AWS, the bank and the mailbox, and take all of it away when the block ends.

    Parameters
    ----------
    out
        The bank keeps its files there in ``bank/``; logs and mail as it comes lie in a folder beside it.
    tell
        Takes what is being done, in a few words.
    faults
        Whether everything goes wrong that can, from the same seed.
    bank_ways
        How the bank misbehaves, see `BankWays`.
    """
    work = out.with_name(f"{out.name}-stack")
    plan = plan_year(inputs.round, inputs.recipients, inputs.allocations, seed)
    bounces: set[str] = set()
    complaints = [
        link_mail(plan.round_id, b.municipality) for b in plan.behaviours.values() if b.episode == "complaint"
    ]
    first = start_of(inputs.round.terms.requisition_opens)
    world: World | None = None

    def publish(events: list[dict[str, Any]]) -> None:
        told = [(event, delay) for event in events for delay in trouble.tellings(event["id"])]
        entries = [
            {"Id": str(i), "MessageBody": msgspec.json.encode(event).decode(), "DelaySeconds": delay}
            for i, (event, delay) in enumerate(told)
        ]
        if world is None:
            return
        queue = stack.outputs["MailEventsQueueUrl"]
        for start in range(0, len(entries), _MESSAGES_AT_ONCE):
            some = entries[start : start + _MESSAGES_AT_ONCE]
            if sqs.send_message_batch(QueueUrl=queue, Entries=some).get("Failed"):
                raise ConnectionError("news of mail was not taken")

    with ExitStack() as opened:
        tell("building")
        built = build_stack(TEMPLATE, work / "build.log")
        mailbox = Mailbox(
            work / "mail",
            publish=publish,
            clock=lambda: world.now if world else first,
            bounces=bounces,
            complaints=complaints,
        )
        tell("starting the embedded AWS")
        endpoint = opened.enter_context(ministack(work, smtp_port=mailbox.smtp_port))
        opened.enter_context(mailbox)
        known = people(inputs.recipients)
        identities = opened.enter_context(provider(work, known))
        site = f"http://{HOST}:{endpoint.rpartition(':')[2]}"
        tell("deploying template.yaml")
        parameters = {"BaseUrl": site, **identities.parameters}
        stack = deploy(endpoint, work, built, parameters)
        trouble = opened.enter_context(troubled(stack, seed, work)) if faults else Calm()
        sqs: Any = stack.session.client("sqs", endpoint_url=endpoint)
        clock = StoredClock(stack)
        clock.set_to(first)
        agency = inputs.round.agency
        ways = BankWays(bank_ways)
        customer = Bank(agency.account, out / "bank", start=first, name=agency.name, balance=ways.balance)
        bank = opened.enter_context(customer)
        api = opened.enter_context(Api(endpoint, site, provider=identities, transport=trouble.transport))
        world = World(inputs, plan, stack, bank, mailbox, api, clock, first, trouble, ways, bounces)
        if faults:
            # A function that is led elsewhere while it works would lose what it has in hand.
            world.quiet.until(lambda: not world.quiet.leftovers(), "the messages of the deployment")
        trouble.begin(stack)
        yield world
