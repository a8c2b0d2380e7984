"""What goes wrong around a year: nothing (`Calm`), or everything at once and from a seed (`Trouble`)."""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from local.bank import Bank, BankFile
from local.build import ROOT
from local.faults.callers import RepeatingTransport
from local.faults.chance import Chance
from local.faults.proxy import STATE
from local.processes import LOOPBACK, free_port, listens, minimal_environment, running
from local.redrive import FAILED_RUNS, aws, place, redrive

if TYPE_CHECKING:
    from local.stack import Stack

RATE = 0.02
"""The share of AWS calls that break."""
_WAITING = "ApproximateNumberOfMessages"
_MISSED, _SILENT, _AGAIN, _NEWS_TWICE = 0.2, 0.25, 0.3, 0.2
_DELAYS = (0,) * 10 + (1, 2)
"""Seconds by which news of mail is late: enough for it to come in any order."""
_VISIBILITY_SECONDS = 20
"""Instead of minutes: a year waits for what a killed function had in hand."""
_TRIES = 2
"""Instead of eight: some queues have so many, some one, so that there are dead letters to be sent again."""
_END_TO_END = re.compile(r"<EndToEndId>P-\d{4}-(\d{4})-")


class Calm:
    """Nothing goes wrong.

    Attributes
    ----------
    patience
        How many times longer than usual things may take.
    brings_again
        Whether the bank will bring files that it has brought before.
    """

    is_calm = True
    patience = 1.0
    transport: httpx.BaseTransport | None = None
    brings_again = False

    def misses(self, step: str, day: object) -> bool:  # noqa: ARG002
        """Tell whether a step of a schedule does not take place on a day."""
        return False

    def sweeps_in_between(self) -> bool:
        """Tell whether a sweep runs while work is under way."""
        return False

    def tellings(self, event: str) -> Sequence[int]:  # noqa: ARG002
        """Give the seconds after which the mail service tells an event, once for each time it does."""
        return (0,)

    def collect(self, bank: Bank, s3: Any, bucket: str, closed: frozenset[str]) -> list[BankFile]:  # noqa: ARG002
        """Let the bank fetch its files; `closed` names the municipalities whose account is closed."""
        return bank.collect(s3, bucket)

    def deliver(self, bank: Bank, s3: Any, bucket: str) -> list[BankFile]:
        """Let the bank bring its files."""
        return bank.deliver(s3, bucket)

    def begin(self, stack: Stack) -> None:
        """Begin to go wrong, once the deployment is done."""

    def redrives(self, stack: Stack) -> bool:  # noqa: ARG002
        """Send dead letters again; tells whether there were any."""
        return False

    def told(self) -> dict[str, Any]:
        """Tell what went wrong, counted; what it adds to the summary."""
        return {}


class Trouble(Calm):
    """Everything goes wrong, see each method; the calls of the functions break in the proxy.

    Parameters
    ----------
    proxy
        Address of the running proxy, see `local.faults.proxy`.
    """

    is_calm = False
    patience = 5.0

    def __init__(self, seed: int, proxy: str) -> None:
        self._chance, self._proxy = Chance(seed), proxy
        self._counts: Counter[str] = Counter()
        self._numbers: Counter[str] = Counter()
        self._missed: dict[str, bool] = {}
        self._redelivered: set[int] = set()
        self.transport = RepeatingTransport(self._chance, self._count)

    def _count(self, what: str) -> None:
        self._counts[what] += 1

    def _number(self, what: str) -> int:
        self._numbers[what] += 1
        return self._numbers[what]

    def begin(self, stack: Stack) -> None:
        """Lead every function's calls through the proxy, and be short with messages.

        What a killed function had in hand comes back soon, and what fails a few times is a dead letter.
        """
        functions: Any = stack.session.client("lambda", endpoint_url=stack.endpoint)
        for page in functions.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                variables = function["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": self._proxy}
                functions.update_function_configuration(
                    FunctionName=function["FunctionName"], Environment={"Variables": variables}
                )
        sqs: Any = stack.session.client("sqs", endpoint_url=stack.endpoint)
        for name, url in stack.outputs.items():
            if name.endswith("QueueUrl"):
                dead_letters = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
                tries = 1 + int(self._chance.share("tries", name) * _TRIES)
                policy = json.loads(dead_letters["RedrivePolicy"]) | {"maxReceiveCount": tries}
                changed = {"VisibilityTimeout": str(_VISIBILITY_SECONDS), "RedrivePolicy": json.dumps(policy)}
                sqs.set_queue_attributes(QueueUrl=url, Attributes=changed)

    def redrives(self, stack: Stack) -> bool:
        """Send every dead letter again, by the project's own tool, as somebody would who is told of it."""
        clients = aws(stack.session, stack.endpoint)
        found = False
        for name in _queues(stack):
            where = place(name, dict(stack.outputs))
            waiting = clients.sqs.get_queue_attributes(QueueUrl=where.dead_letters, AttributeNames=[_WAITING])[
                "Attributes"
            ]
            if waiting[_WAITING] != "0":
                self._count(f"redriven_{name}")
                with redirect_stdout(StringIO()):
                    redrive(clients, where, apply=True)
                found = True
        return found

    def misses(self, step: str, day: object) -> bool:
        """Miss a run now and then, never the same one twice on end: the next one catches up."""
        missed = not self._missed.get(step) and self._chance.happens(_MISSED, "missed", step, day)
        self._missed[step] = missed
        if missed:
            self._count(f"missed_{step}")
        return missed

    def sweeps_in_between(self) -> bool:
        """Sweep now and then while work is under way, so that its tasks are queued twice."""
        swept = self._chance.happens(_AGAIN, "sweep", self._number("sweep"))
        if swept:
            self._count("sweep_in_between")
        return swept

    def tellings(self, event: str) -> Sequence[int]:
        """Tell news late, in any order, and some of it twice."""
        delays = [_DELAYS[int(self._chance.share("news", event, n) * len(_DELAYS))] for n in (1, 2)]
        if self._chance.happens(_NEWS_TWICE, "news twice", event):
            self._count("mail_news_twice")
            return delays
        return delays[:1]

    def collect(self, bank: Bank, s3: Any, bucket: str, closed: frozenset[str]) -> list[BankFile]:
        """Stay silent about some files; not where a payment is refused, which no other file tells of."""
        silent = self._chance.happens(_SILENT, "silent", self._number("collect"))
        if silent and not set(_END_TO_END.findall(b"".join(bank.outgoing(s3, bucket)).decode())) & closed:
            bank.stay_silent()
        else:
            silent = False
        collected = bank.collect(s3, bucket)
        bank.behave()
        if silent and collected:
            self._count("silent_bank")
        return collected

    def deliver(self, bank: Bank, s3: Any, bucket: str) -> list[BankFile]:
        """Bring files in any order, and some of them once more the next time."""
        number = self._number("deliver")
        with _shuffled(s3, self._chance, number) as bucket_in_disorder:
            delivered = bank.deliver(bucket_in_disorder, bucket)
        if len(delivered) > 1:
            self._count("bank_files_shuffled")
        self.brings_again = False
        for file in delivered:
            if file.message not in self._redelivered and self._chance.happens(_AGAIN, "again", file.path.name):
                self._redelivered.add(file.message)
                self.brings_again = True
                bank.redeliver(file)
                self._count("bank_file_twice")
        return delivered

    def told(self) -> dict[str, Any]:
        """Tell what went wrong, counted."""
        with urllib.request.urlopen(f"{self._proxy}{STATE}", timeout=30) as answer:
            calls = json.load(answer)
        faults = {"aws_calls": calls["calls"], **calls["injected"], "outside": dict(sorted(self._counts.items()))}
        return {"faults": faults}


@contextmanager
def troubled(stack: Stack, seed: int, work: Path) -> Iterator[Trouble]:
    """Run the proxy before the AWS of a stack until the block ends; the functions are led there by `Trouble.begin`.

    Parameters
    ----------
    work
        Folder for the proxy's log.
    """
    port = free_port()
    upstream = stack.endpoint.rpartition(":")[2]
    command: list[str | Path] = [
        sys.executable, "-m", "local.faults.proxy",
        "--port", str(port), "--upstream", upstream, "--seed", str(seed), "--rate", str(RATE),
    ]  # fmt: skip
    environment = minimal_environment({"PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}"})
    with running(command, log=work / "proxy.log", environment=environment, ready=listens(port)):
        yield Trouble(seed, f"http://{LOOPBACK}:{port}")


def _queues(stack: Stack) -> list[str]:
    """Name the queues that have dead letters, as the tool does: ``bank_reports``."""
    names = [name.removesuffix("DeadLettersUrl") for name in stack.outputs if name.endswith("DeadLettersUrl")]
    return [*sorted(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in names), FAILED_RUNS]


class _Disorder:
    """Takes objects and puts them into their bucket later, in another order."""

    def __init__(self) -> None:
        self.held: list[dict[str, Any]] = []

    def put_object(self, **given: Any) -> None:
        self.held.append(given)


@contextmanager
def _shuffled(s3: Any, chance: Chance, number: int) -> Iterator[Any]:
    disorder = _Disorder()
    yield disorder
    for given in sorted(disorder.held, key=lambda given: chance.share("order", number, given["Key"])):
        s3.put_object(**given)
