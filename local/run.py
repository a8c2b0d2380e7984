"""Play a year, with a progress bar and a closing table; `run` keeps serving afterwards."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.books import SUMMARY, Year, clear, collect
from local.served import RUN_FILE
from local.verify import check, show
from local.year import play
from local.year.opening import open_round
from local.year.summary import COLUMNS, figures
from local.year.world import World, opened_world, read_inputs
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import STOCKHOLM, format_date, to_text

_CALM_SECONDS = 3.0
NOON = time_of_day(12)


class Teller:
    """Tells how far it has come: a bar on a terminal, lines elsewhere."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        columns = (TextColumn("{task.description:<28}"), BarColumn(40), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self._year = self._bar.add_task("", total=1.0)
        self._month = ""

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Show the bar until the block ends."""
        with self._bar:
            yield

    def step(self, what: str) -> None:
        """Tell what is being set up."""
        self._bar.update(self._year, description=what)
        if not self.console.is_terminal:
            print(what, flush=True)

    def day(self, day: date, share: float) -> None:
        """Tell which day it is, and how much of the year is done."""
        self._bar.update(self._year, description=format_date(day), completed=share)
        if not self.console.is_terminal and self._month != f"{day:%Y-%m}":
            self._month = f"{day:%Y-%m}"
            print(f"{self._month} …", flush=True)


def year(options: Namespace) -> int:
    """Play a year, write its files and say whether the books balance; 1 where they do not."""
    return _with_world(options, played=True, serve=False)


def run(options: Namespace) -> int:
    """Play a year, unless told not to, and serve until Ctrl-C."""
    return _with_world(options, played=options.play, serve=True)


def _with_world(options: Namespace, *, played: bool, serve: bool) -> int:
    # SIGTERM ends us as Ctrl-C does, so that no process is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    out = Path(options.out).resolve()
    inputs = read_inputs(
        options.round, rounds=options.rounds, register=options.register, allocations=options.allocations
    )
    clear(out)
    teller = Teller()
    code = 0
    with opened_world(inputs, options.seed, out, teller.step, faults=options.faults, bank_ways=options.bank) as world:
        with teller.telling():
            teller.step("opening the round")
            began = time.monotonic()
            open_round(world)
            if played:
                play.Year(world, teller.day).play()
        if played:
            code = _close(world, out, options.seed, time.monotonic() - began, teller.console)
        if serve:
            _serve(world, inputs.round.terms, played, teller.console)
    return code


def _close(world: World, out: Path, seed: int, seconds: float, console: Console) -> int:
    """Collect the files, hold them against each other and print the books."""
    own = _own_checks(world)
    collect(world.stack, world.mailbox.mails, out)
    year = Year(out)
    summary = {
        "round": world.plan.round_id,
        "seed": seed,
        "ended_at": to_text(world.now),
        "seconds": round(seconds, 1),
        **figures(year, world.plan.round_id),
        **world.trouble.told(),
        **world.ways.told(),
    }
    _write(out / SUMMARY, summary)
    found = check(year) | own
    summary["checks"] = {name: not differs for name, differs in found.items()}
    _write(out / SUMMARY, summary)
    _print_books(summary, console)
    show(found, console)
    console.print(f"\n{out}", markup=False)
    return int(any(found.values()))


def _own_checks(world: World) -> dict[str, list[str]]:
    """Give what only the running year can see, by the check's name."""
    return {
        "queues_are_empty": [f"{name} holds messages" for name in world.quiet.leftovers()],
        "all_mail_was_taken_in": list(world.mailbox.failures),
    }


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _print_books(summary: Mapping[str, Any], console: Console) -> None:
    books = Table(title=f"Round {summary['round']}, seed {summary['seed']}: {summary['seconds']} seconds")
    books.add_column("Kronor")
    books.add_column("", justify="right")
    for name in COLUMNS:
        amount = summary["money"][name]
        books.add_row(name.replace("_", " "), f"{amount:,}".replace(",", " ") if isinstance(amount, int) else amount)
    counts = Table()
    counts.add_column("Counted")
    counts.add_column("", justify="right")
    for name, count in summary["counts"].items():
        counts.add_row(name.replace("_", " "), str(count))
    console.print(books)
    console.print(counts)


# Serving


def _serve(world: World, terms: Terms, played: bool, console: Console) -> None:
    if not played:
        # in the middle of the time in which municipalities requisition
        opens, closes = terms.requisition_opens, terms.requisition_last_day
        world.move_to(datetime.combine(opens + (closes - opens) // 2, NOON, tzinfo=STOCKHOLM))
    with _written(RUN_FILE, _addresses(world)):
        code = world.inputs.recipients[0].municipality
        for what, where in {
            "sign in": _sign_in(world),
            "requisition form": f"{world.api.site}/rekvisition/{world.plan.round_id}/{code}",
            "mailbox": world.mailbox.url,
            "bank": world.bank.url,
            "API": world.api.site,
            "names for programs": str(RUN_FILE),
        }.items():
            print(f"{what:20} {where}", flush=True)
        print("serving until Ctrl-C; follow the log with: make logs", flush=True)
        try:
            _keep_going(world)
        except KeyboardInterrupt:
            console.print("stopping")


def _sign_in(world: World) -> str:
    return f"{world.api.site}/logga-in"


def _addresses(world: World) -> dict[str, Any]:
    outputs = world.stack.outputs
    return {
        "pid": os.getpid(),
        "endpoint": world.stack.endpoint,
        "workdir": str(world.stack.workdir),
        "api": world.api.site,
        "pages": world.api.site,
        "sign_in": _sign_in(world),
        "mailbox": world.mailbox.url,
        "bank": world.bank.url,
        "table": outputs["TableName"],
        "log_group": outputs["LogGroupName"],
        "buckets": {name: value for name, value in outputs.items() if name.endswith("Bucket")},
        "queues": {name.removesuffix("Url"): value for name, value in outputs.items() if name.endswith("QueueUrl")},
        "clock": f"{sys.executable} -m local clock",
        "round": world.plan.round_id,
    }


@contextmanager
def _written(path: Path, content: Mapping[str, Any]) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    _write(path, content)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _keep_going(world: World) -> None:
    """Let the bank and the sweep go on at a calm pace, as schedules would, until interrupted."""
    ended = threading.Event()
    while not ended.wait(_CALM_SECONDS):
        world.follow_clock()
        world.run_schedule("SweepTasks")
        bucket = world.stack.outputs["BankBucket"]
        world.bank.collect(world.s3, bucket)
        world.bank.deliver(world.s3, bucket)
