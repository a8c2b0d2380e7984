"""All that a played year stands on: the embedded AWS, its clock, the bank, everybody's mailbox, and the plan."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from local.bank import Bank
from local.build import ROOT, build_stack
from local.client import Api
from local.clock import StoredClock
from local.mailbox import Mailbox
from local.stack import Stack, deploy, ministack
from local.web import HOST
from local.year.plan import Behaviour, YearPlan, plan_year
from local.year.quiet import Quiet
from statsbidrag.adapters.calendar import SwedishBankCalendar
from statsbidrag.documents.allocation_file import read_allocation_list
from statsbidrag.documents.register_file import read_register
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import start_of

TEMPLATE = ROOT / "template.yaml"
_TOKENS_LAST = timedelta(days=3 * 365)


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
    token_key: str
    quiet: Quiet = field(init=False)

    def __post_init__(self) -> None:
        self.quiet = Quiet(self.stack, self.mailbox, lambda: self.now)
        self.s3: Any = self.stack.session.client("s3", endpoint_url=self.stack.endpoint)
        self._calendar = SwedishBankCalendar()
        self.is_bank_day = self._calendar.is_bank_day
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
        """Run a scheduled function with what its schedule sends."""
        self.stack.invoke(function, {"trigger": "schedule"})

    def recipient(self, code: MunicipalityCode) -> Recipient:
        """Give a municipality as the register has it."""
        return self._recipients[code]

    def behaviour(self, code: str) -> Behaviour:
        """Give what a municipality does this year."""
        return self.plan.behaviours[MunicipalityCode(code)]


@contextmanager
def opened_world(inputs: Inputs, seed: int, out: Path, tell: Callable[[str], None]) -> Iterator[World]:
    """Start the embedded AWS, the bank and the mailbox, and take all of it away when the block ends.

    Parameters
    ----------
    out
        The bank keeps its files there in ``bank/``; logs and mail as it comes lie in a folder beside it.
    tell
        Takes what is being done, in a few words.
    """
    work = out.with_name(f"{out.name}-stack")
    first = start_of(inputs.round.terms.requisition_opens)
    world: World | None = None

    def publish(event: dict[str, Any]) -> None:
        if world is not None:
            sqs.send_message(
                QueueUrl=stack.outputs["MailEventsQueueUrl"], MessageBody=msgspec.json.encode(event).decode()
            )

    with ExitStack() as opened:
        tell("building")
        built = build_stack(TEMPLATE, work / "build.log")
        mailbox = Mailbox(work / "mail", publish=publish, clock=lambda: world.now if world else first)
        tell("starting the embedded AWS")
        endpoint = opened.enter_context(ministack(work, smtp_port=mailbox.smtp_port))
        opened.enter_context(mailbox)
        token_key = secrets.token_hex(32)
        site = f"http://{HOST}:{endpoint.rpartition(':')[2]}"
        tell("deploying template.yaml")
        parameters = {"BaseUrl": site, "DevelopmentTokenKey": token_key}
        stack = deploy(endpoint, work, built, parameters)
        sqs: Any = stack.session.client("sqs", endpoint_url=endpoint)
        clock = StoredClock(stack)
        clock.set_to(first)
        agency = inputs.round.agency
        bank = opened.enter_context(Bank(agency.account, out / "bank", start=first, name=agency.name))
        api = opened.enter_context(Api(endpoint, site, token_key=token_key, valid_to=first + _TOKENS_LAST))
        plan = plan_year(inputs.round, inputs.recipients, inputs.allocations, seed)
        world = World(inputs, plan, stack, bank, mailbox, api, clock, first, token_key)
        yield world
