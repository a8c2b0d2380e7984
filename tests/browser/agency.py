"""The round of 2025 on the embedded run, for those who look at its pages: it stands at one stage after another.

Each municipality is there for one thing, named after it, so that what is done to one page changes no other.
"""

from __future__ import annotations

import csv
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from local.bank import Bank
from local.build import ROOT
from local.client import Api, expect
from local.clock import StoredClock
from local.faults.trouble import Calm
from local.mailbox import Mailbox
from local.provider import Provider
from local.stack import Stack
from local.web import HOST
from local.year.bank_ways import BankWays
from local.year.opening import open_round
from local.year.plan import Behaviour, YearPlan
from local.year.staff import ATTESTERS, DECIDES, PREPARES, due_tasks
from local.year.world import World, read_inputs
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, split
from statsbidrag.domain.time import STOCKHOLM
from tests.embedded import APPLYING, SITE

ROUND = "2025"
STAGES = ("open", "late", "paying", "reporting", "overdue", "after")
"""In the order of time: the round is open; its last day has passed; the payouts wait to be attested; reports and
answers to hearings come in; their last days have passed. Afterwards anybody may do anything to the round: nothing else
is tried on it."""
ASKS, SENDS, WALKS, LAGS = "0114", "0115", "0123", "0127"
"""Looks at the requisition and asks for money in the end; sends one; walks through it by keyboard; is late with it."""
TARRIES, PLEADS = "0136", "0140"
"""Has a late requisition that is looked at and dismissed; has one that is taken up by keyboard."""
DRAFTS, REPORTS, TELLS, DAWDLES, LOSES = "0330", "0480", "0581", "0680", "0880"
"""Looks at the report; sends one; walks through it with two browsers; is late with it; has a revoked link."""
HEARD, REPLIES, MISSES, DECIDED = "1280", "1480", "1490", "1715"
"""Looks at the hearing; walks through it; is late with the answer; has its recovery decided."""
WAITS = "1880"
"""Is paid by a batch that nobody has attested."""
ASKED = (ASKS, DRAFTS, REPORTS, TELLS, DAWDLES, LOSES, HEARD, REPLIES, MISSES, DECIDED)
"""Have been paid when reports are due."""
UNSPENT = (ASKS, HEARD, REPLIES, MISSES, DECIDED)
"""Have reported that money is left."""
APPLIES, MOVES = "0881", "0980"
"""Gets another agent; changes its account."""
CODES = (SENDS, WALKS, LAGS, TARRIES, PLEADS, WAITS, APPLIES, MOVES, *ASKED)
_CLOCK = {
    "open": datetime(2025, 4, 1, 12, tzinfo=STOCKHOLM),
    "late": datetime(2025, 6, 3, 10, tzinfo=STOCKHOLM),
    "paying": datetime(2025, 6, 10, 7, tzinfo=STOCKHOLM),
    "reporting": datetime(2026, 1, 20, 10, tzinfo=STOCKHOLM),
    "overdue": datetime(2026, 3, 2, 10, tzinfo=STOCKHOLM),
    "after": datetime(2026, 3, 3, 10, tzinfo=STOCKHOLM),
}
_PAYOUT_DAY = datetime(2025, 6, 10, 6, tzinfo=STOCKHOLM)
_WAITING_DAY = datetime(2025, 6, 16, 6, tzinfo=STOCKHOLM)
_LINK_DAY = datetime(2026, 1, 15, 7, tzinfo=STOCKHOLM)


class Signed(NamedTuple):
    """Somebody who has signed in."""

    subject: str
    role: str


def agent(code: str) -> Signed:
    """Give the agent of a municipality."""
    return Signed(f"agent-{code}", "agent")


OFFICER, SECOND_OFFICER = Signed(PREPARES, "officer"), Signed(DECIDES, "officer")
ATTESTER, SECOND_ATTESTER = (Signed(subject, "attester") for subject in ATTESTERS)
REPRESENTATIVE = Signed(f"representative-{ASKS}", "representative")
COORDINATOR, TELLS_COORDINATOR, DAWDLES_COORDINATOR = (
    Signed(f"coordinator-{code}", "coordinator") for code in (ASKS, TELLS, DAWDLES)
)
PERSON = Signed("person-1", "person")
"""Acts for nobody."""
APPLICANT, INVITED, NEWCOMER = (
    Signed("applicant-1", "person"),
    Signed("invited-1", "person"),
    Signed(APPLYING, "person"),
)
"""Become an agent, a representative, and by keyboard another agent."""


class Agency:
    """The round, the bank and everybody's mailbox.

    Attributes
    ----------
    site
        Where its pages are, without a trailing slash.
    drawn
        The municipalities that are drawn for a spot check.
    sent
        The municipalities that have asked for all they may get already.
    """

    def __init__(self, world: World) -> None:
        self.world, self.site = world, SITE
        self._stage = -1
        self.drawn: tuple[str, ...] = ()
        self.sent: set[str] = set()
        self._ways: dict[str, Callable[[], None]] = {
            "open": self._open,
            "late": self._let_be_late,
            "paying": self._queue_payouts,
            "reporting": self._pay_and_let_report,
            "overdue": self._let_pass,
            "after": lambda: None,
        }

    def reach(self, stage: str) -> None:
        """Let the round come to a stage; it never goes back."""
        wanted = STAGES.index(stage)
        assert wanted >= self._stage, f"the round has passed the stage {stage}: mark the test with its stage"
        for name in STAGES[self._stage + 1 : wanted + 1]:
            self._ways[name]()
            self.world.move_to(_CLOCK[name])
            self._stage += 1

    # Who calls

    def token(self, who: Signed) -> str:
        """Give the token of a program that calls for somebody."""
        return self.world.api.token(*who)

    def call(self, method: str, path: str, who: Signed, body: Any = None, key: str = "") -> Any:
        """Call the API as a program; gives what it answers."""
        api, token = self.world.api, self.token(who)
        answer = api.get(path, token) if method == "GET" else api.post(path, body or {}, token, key=key)
        return expect(answer, 200, 201).json()

    def case(self, code: str) -> str:
        """Give the address of a municipality's case, for programs."""
        return f"/rounds/{ROUND}/municipalities/{code}"

    # What has come by mail

    def report_path(self, code: str) -> str:
        """Give the address in the e-mail with a municipality's report link."""
        return self._mailed(f"{ROUND}-{code}-report_link-1", "/aterrapportering/")

    def hearing_path(self, code: str) -> str:
        """Give the address in the e-mail with what is proposed to be recovered."""
        return self._mailed(f"{ROUND}-{code}-hearing-1", "/yttrande/")

    def invitation_path(self, code: str, email: str) -> str:
        """Let a municipality's agent invite somebody; gives the address in the e-mail."""
        body = {"role": "representative", "email": email}
        told = self.call("POST", f"/municipalities/{code}/agents/invitations", agent(code), body)
        self.world.wait(tasks=("mail",))
        number = max(each["number"] for each in told["invitations"])
        return self._mailed(f"AGENTS-{code}-agent_invitation-{number}", "/ombud/inbjudan/")

    def records_path(self, number: int = 0) -> str:
        """Give the address in the e-mail to a municipality that was drawn for a spot check."""
        return self._mailed(f"{ROUND}-{self.drawn[number]}-records_request-1-1", "/underlag/")

    def _mailed(self, mail_id: str, page: str) -> str:
        links = self.world.mailbox.wait_for(mail_id).links
        return next(urlsplit(link).path for link in links if page in link)

    # Who acts for whom

    def application(self, code: str, who: Signed = PERSON) -> str:
        """Apply for somebody as the agent of a municipality; gives the application's name."""
        fields = {**APPLICATION, "municipality": code, "certificate": "ja", "files": [b64encode(PDF).decode()]}
        told = self.call("POST", "/agent-applications", who, fields, f"application-{code}-{who.subject}")
        return str(told["application"])

    def decided(self, application: str, act: str, **said: str) -> str:
        """Let an officer do something with an application; gives its name."""
        self.call("POST", f"/agent-applications/{application}/{act}", OFFICER, {"reason": "Intyget saknas.", **said})
        return application

    # What the books call it

    @cached_property
    def list_id(self) -> str:
        """The round's allocation list."""
        dynamodb: Any = self.world.stack.session.client("dynamodb", endpoint_url=self.world.stack.endpoint)
        answer = dynamodb.query(
            TableName=self.world.stack.outputs["TableName"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"ROUND#{ROUND}"}},
        )
        found = re.search(rf"L-{ROUND}-[0-9a-f]+", str(answer["Items"]))
        assert found
        return found[0]

    @property
    def batch_id(self) -> str:
        """The payout batch."""
        return f"B-{ROUND}-{_PAYOUT_DAY:%Y%m%d}-1"

    @property
    def waiting_batch(self) -> str:
        """The batch that waits to be attested."""
        return f"B-{ROUND}-{_WAITING_DAY:%Y%m%d}-1"

    # What happens until a stage

    def _open(self) -> None:
        open_round(self.world)

    def _let_be_late(self) -> None:
        for code in (WAITS, *ASKED):
            if code not in self.sent:
                self.requisition(code)
        self.world.wait(tasks=("requisitions", "mail"))
        self.call("POST", f"{self.case(WAITS)}/holds", OFFICER, {"reason": "Kommunen utreder sin rekvisition."})

    def _queue_payouts(self) -> None:
        world = self.world
        world.move_to(_PAYOUT_DAY)
        world.run_schedule("QueuePayouts")
        self._await_batch()

    def _pay_and_let_report(self) -> None:
        world, bucket = self.world, self.world.stack.outputs["BankBucket"]
        self._attest()
        world.wait(tasks=("payments",))
        for day in (11, 12, 13):
            world.move_to(datetime(2025, 6, day, 11, tzinfo=STOCKHOLM))
            world.bank.advance_to(world.now)
            world.bank.collect(world.s3, bucket)
            world.bank.deliver(world.s3, bucket)
            world.wait(bank=True, tasks=("mail",))
        world.move_to(_WAITING_DAY)
        self.call("POST", f"{self.case(WAITS)}/holds/1/release", OFFICER, {"reason": "Kommunen har utrett det."})
        world.run_schedule("QueuePayouts")
        self._await_batch()
        world.move_to(_LINK_DAY)
        world.run_schedule("SendReportLinks")
        world.wait(tasks=("mail",))
        for code in UNSPENT:
            self.report(code, used=60)
        world.wait(tasks=("assessments", "mail"))
        self.call("POST", f"{self.case(LOSES)}/deliveries/links/revocation", OFFICER, {"reason": "Länken kom bort."})
        draw = {"count": 2, "seed": "snöstorm i Kiruna", "reason": "Stickprov för omgången."}
        told = self.call("POST", f"/rounds/{ROUND}/spot-checks", OFFICER, draw)
        self.drawn = tuple(lot["municipality"] for lot in told["drawn"])
        world.run_schedule("SendReportLinks")
        world.wait(tasks=("mail",))

    def _let_pass(self) -> None:
        path = f"{self.case(DECIDED)}/recoveries/1"
        self.world.move_to(datetime(2026, 2, 16, 10, tzinfo=STOCKHOLM))
        reasons = "Pengarna har inte använts. Det finns inga särskilda skäl att avstå."
        self.call("POST", f"{path}/preparation", OFFICER, {"waived_ore": 0, "reasons": reasons})
        self.call("POST", f"{path}/decision", SECOND_OFFICER)
        self.world.wait(tasks=("letters", "mail"))
        self.world.run_schedule("RaiseRepaymentInvoices")
        self.world.wait(tasks=("mail",))
        world, bucket = self.world, self.world.stack.outputs["BankBucket"]
        world.bank.advance_to(world.now)
        world.bank.credit(Ore(1_234_500), debtor_name="Kils kommun", note="Återbetalning Kil")
        world.move_to(datetime(2026, 2, 18, 11, tzinfo=STOCKHOLM))
        world.bank.advance_to(world.now)
        world.bank.deliver(world.s3, bucket)
        world.wait(bank=True, tasks=("mail",))

    # What people do

    def requisition(self, code: str) -> None:
        """Ask for all that a municipality may get."""
        recipient = next(r for r in self.world.inputs.recipients if r.municipality == code)
        fields = {
            "amount": str(self.allocated(code)),
            "account_kind": recipient.account.kind,
            "account_number": str(recipient.account),
            "invoice_reference": recipient.invoice_reference,
            "peppol_id": "",
            "declaration": "ja",
        }
        self.call("POST", f"{self.case(code)}/requisitions", agent(code), fields, f"requisition-{code}")

    def allocated(self, code: str) -> int:
        """Give what a municipality may draw, in whole kronor."""
        return next(v for k, v in self.world.inputs.allocations.items() if k == code) // ORE_PER_KRONA

    def report(self, code: str, used: int) -> None:
        """Report by the mailed link that so many per cent are used."""
        path = self.report_path(code).replace("/aterrapportering/", "/reports/")
        answers = {"amount_used": str(self.allocated(code) * used // 100), **ANSWERS}
        expect(self.world.api.post(path, answers, key=f"report-{code}"), 201)

    def reopen(self, code: str) -> None:
        """Open a report again."""
        body = {"last_day": "2026-03-31", "reason": "Beloppen stämmer inte med bokföringen."}
        self.call("POST", f"{self.case(code)}/report/reopening", OFFICER, body)

    def _await_batch(self) -> None:
        self.world.quiet.until(lambda: any(t["kind"] == "attest_batch" for t in due_tasks(self.world)), "the batch")

    def _attest(self) -> None:
        for task in due_tasks(self.world):
            if task["kind"] == "attest_batch":
                for who in (ATTESTER, SECOND_ATTESTER):
                    path = f"/batches/{task['about']}"
                    shown = self.call("GET", path, who)
                    if shown["attestations"] < shown["attestations_needed"]:
                        self.call("POST", f"{path}/attestations", who, {"total_ore": shown["total_ore"]})


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
APPLICATION = {
    "name": "Ny Sökande",
    "title": "Socialchef",
    "email": "sokande@kommun.example",
    "phone": "010-123 45 67",
}
"""Who applies, or is invited."""
ANSWERS = {
    "amount_not_as_intended": "0",
    "misuse_explanation": "",
    "organisation": "Socialtjänsten höll samtalen tillsammans med hemtjänsten.",
    "results": "Fler äldre deltar i det som ordnas.",
    "people_reached": "120",
    "evaluation": "En enkät visar att de flesta är nöjda med samtalet.",
    "target_group": "ja",
}
"""A report, but for the amount."""


@contextmanager
def agency_on(stack: Stack, mailbox: Mailbox, identities: Provider, folder: Path) -> Iterator[Agency]:
    """Set the agency up on a stack, with a bank of its own."""
    files = _inputs(folder)
    inputs = read_inputs(ROUND, rounds=ROOT / "rounds", **files)
    first = datetime(2025, 3, 3, 8, tzinfo=STOCKHOLM).astimezone(UTC)
    clock = StoredClock(stack)
    clock.set_to(first)
    site = f"http://{HOST}:{stack.endpoint.rpartition(':')[2]}"
    held = inputs.round.agency
    plans = {
        code: Behaviour(municipality=code, allocation=share, requisition="all")
        for code, share in inputs.allocations.items()
    }
    with (
        Bank(held.account, folder / "bank", start=first, name=held.name) as bank,
        Api(stack.endpoint, site, provider=identities) as api,
    ):
        plan = YearPlan(inputs.round.id, 1, plans)
        yield Agency(World(inputs, plan, stack, bank, mailbox, api, clock, first, Calm(), BankWays(()), set()))


def _inputs(folder: Path) -> dict[str, Path]:
    """Write a register and an allocation list of the few municipalities."""
    with (ROOT / "examples/kommunregister.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    rows = [row for row in rows if row[0] in CODES]
    assert len(rows) == len(CODES)
    total = read_inputs(ROUND, rounds=ROOT / "rounds", register=None, allocations=None).round.total
    shares = split(total, [1] * len(rows))
    listed = [[row[0], row[1], str(share // ORE_PER_KRONA)] for row, share in zip(rows, shares, strict=True)]
    files = {name: folder / f"{name}.csv" for name in ("register", "allocations")}
    for path, lines in zip(
        files.values(), ([header, *rows], [["Kommunkod", "Kommun", "Belopp"], *listed]), strict=True
    ):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(lines)
    return files
