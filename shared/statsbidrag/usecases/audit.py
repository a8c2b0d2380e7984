"""Refold every journal and hold it against what is stored: chain, snapshot, tasks, sums, and what is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from statsbidrag.domain.agents import AGENTS, agents_key
from statsbidrag.domain.bank_files import ALL_FILES, BANK_FILE, bank_file_key
from statsbidrag.domain.batches import BATCH, Batch, batch_key
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.holds import HOLDS, holds_key
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import GENESIS, Kind, canonical, check_chain, refold, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.rounds import ROUND, RoundBook, round_key
from statsbidrag.domain.spot_checks import SPOT_CHECK, Draw, draw_key, replay
from statsbidrag.domain.suspense import ENTRY, entry_key
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.time import to_text
from statsbidrag.ports import Collection, Files, Snapshot, Store
from statsbidrag.usecases.books import Books

OVERDUE_AFTER = timedelta(days=2)
"""A task of a function that is this late means that something stands still; people's tasks have their own lists."""
BANKS_CLOSED = timedelta(days=5)
"""The longest that banks are closed on end, as over Christmas or Easter: payouts wait that much longer."""
READINGS = 3
"""How often an aggregate is read anew when somebody wrote to it meanwhile."""


class Finding(msgspec.Struct, frozen=True):
    """One thing wrong, and where."""

    key: str
    what: str


class Audit(msgspec.Struct, frozen=True):
    """What an audit saw.

    Attributes
    ----------
    heads
        Hash of the last event of every journal: written once each night, they bind all that came before.
    open_tasks
        How many tasks wait for people.
    """

    at: datetime
    journals: int
    events: int
    open_tasks: int
    findings: tuple[Finding, ...]
    heads: dict[str, str]


_AUDITS = msgspec.json.Decoder(Audit)


class _Tally:
    """What is counted on the way; `before` are the heads that the last audit locked away."""

    def __init__(self, before: dict[str, str]) -> None:
        self.before = before
        self.events = 0
        self.open_tasks = 0
        self.heads: dict[str, str] = {}
        self.findings: list[Finding] = []

    def note(self, key: str, what: str) -> None:
        self.findings.append(Finding(key, what))


def audit(books: Books, vault: Files) -> Audit:
    """Audit all books, also against the last audit's heads, and lock the heads of today away.

    A journal that was rewritten as a whole still fits itself, but no longer holds the head that was locked away.
    Nothing is ever written over: the name is made from the instant and from what was seen.
    """
    now, tally = books.now(), _Tally(_last_heads(vault))
    for name in books.store.listed("ROUNDS"):
        _audit_round(books.store, RoundId(name), now, tally)
    for entry in books.store.listed("ENTRIES"):
        _audit_one(books.store, ENTRY, entry_key(entry), now, tally)
    for scope in books.store.listed("HOLDS"):
        _audit_one(books.store, HOLDS, holds_key(scope), now, tally)
    for code in books.store.listed("AGENTS"):
        _audit_one(books.store, AGENTS, agents_key(MunicipalityCode(code)), now, tally)
    for page in books.store.listed(ALL_FILES):
        _audit_one(books.store, BANK_FILE, bank_file_key(page), now, tally)
    for key in sorted(tally.before.keys() - tally.heads.keys()):
        tally.note(key, "the journal is gone, though an earlier audit saw it")
    seen = Audit(
        at=now,
        journals=len(tally.heads),
        events=tally.events,
        open_tasks=tally.open_tasks,
        findings=tuple(tally.findings),
        heads=dict(sorted(tally.heads.items())),
    )
    written = canonical(seen)
    vault.put(f"heads/{to_text(now)}-{sha256(written)[:12]}.json", written, "application/json")
    return seen


def _last_heads(vault: Files) -> dict[str, str]:
    last = vault.last("heads/")
    return _AUDITS.decode(vault.get(last)).heads if last else {}


def _audit_round(store: Store, round_id: RoundId, now: datetime, tally: _Tally) -> None:
    book = _audit_one(store, ROUND, round_key(round_id), now, tally)
    # Before the cases: what a draw says it has asked must be found in them.
    draws = [
        _audit_one(store, SPOT_CHECK, draw_key(round_id, int(name)), now, tally)
        for name in store.listed(f"SPOTCHECKS#{round_id}")
    ]
    cases = {
        code: _audit_one(store, CASE, case_key(round_id, MunicipalityCode(code)), now, tally)
        for code in store.listed(f"CASES#{round_id}")
    }
    batches = [_audit_one(store, BATCH, batch_key(batch), now, tally) for batch in store.listed(f"BATCHES#{round_id}")]
    key = round_key(round_id)
    for what in (
        *_wrong_draws([draw for draw in draws if draw], [c for c in cases.values() if c]),
        *_wrong_allocations(book, cases),
        *_wrong_batches([b for b in batches if b], [c for c in cases.values() if c]),
    ):
        tally.note(key, what)
    for code, case in cases.items():
        for line in case.imbalances() if case else ():
            tally.note(case_key(round_id, MunicipalityCode(code)), f"does not hold: {line}")


def _wrong_draws(draws: Sequence[Draw], cases: Sequence[Case]) -> Iterator[str]:
    for draw in draws:
        if replay(draw) != draw.drawn:
            yield f"spot check {draw.number} drawn again from what it recorded gives others"
        drawn = {lot.municipality for lot in draw.drawn}
        asked = {case.municipality for case in cases if any(check.id == draw.number for check in case.spot_checks)}
        if asked - drawn or (draw.requested_at and drawn - asked):
            yield f"spot check {draw.number} asked others for their accounting records than it drew"


def _wrong_allocations(book: RoundBook | None, cases: dict[str, Case | None]) -> Iterator[str]:
    if book is None or book.round is None or book.current is None or book.current.status != "applied":
        return
    shares = Ore(sum(share.amount for share in book.current.shares))
    if shares != book.round.total:
        yield f"the allocation list sums to {shares} öre, the round to {book.round.total}"
    for share in book.current.shares:
        case = cases.get(share.municipality)
        if case is None or case.money.allocated != share.amount:
            yield f"{share.municipality} does not have its share of {share.amount} öre"


def _wrong_batches(batches: Sequence[Batch], cases: Sequence[Case]) -> Iterator[str]:
    """Each payout stands in the batch that its case says, and in no other that lives.

    One that two persons set back from unknown also stands where it was lost, once for each time.
    """
    passed_over = {batch.id for batch in batches if batch.status in ("planned", "void")}
    live = [batch for batch in batches if batch.id not in passed_over]
    batched = Counter((line.payout, line.amount) for batch in live for line in batch.lines)
    held = {(line.payout, batch.id, line.amount) for batch in live for line in batch.lines}
    payouts = [payout for case in cases for payout in case.payouts]
    claimed = {(p.id, p.batch, p.amount) for p in payouts if p.batch and p.batch not in passed_over}
    expected = Counter({(p.id, p.amount): p.resets + ((p.id, p.batch, p.amount) in claimed) for p in payouts})
    if any(times > expected[payout] for payout, times in batched.items()):
        yield "a payout stands in two batches"
    if +expected != batched or not claimed <= held:
        yield "batches and cases do not name the same payouts"


def _read(store: Store, key: str) -> Collection:
    """Read one aggregate as of one moment: somebody may be writing while the audit reads."""
    read = store.collection(key)
    for _ in range(READINGS):
        if read.snapshot is not None and read.snapshot.version == len(read.records):
            break
        read = store.collection(key)
    return read


def _audit_one(store: Store, kind: Kind[Any, Any, Any], key: str, now: datetime, tally: _Tally) -> Any:
    """Audit one aggregate and give its state by its journal; ``None`` where that cannot be read."""
    read = _read(store, key)
    records = read.records
    for what in check_chain(key, records):
        tally.note(key, what)
    before = tally.before.get(key, GENESIS)
    if before != GENESIS and all(record.hash != before for record in records):
        tally.note(key, "the journal was rewritten: an earlier audit's last event is no longer in it")
    tally.events += len(records)
    tally.heads[key] = records[-1].hash if records else GENESIS
    try:
        state = refold(kind, key, records)
    except (CorruptBooks, msgspec.MsgspecError, KeyError, StopIteration, ValueError) as error:
        tally.note(key, f"the journal does not fold: {error}")
        return None
    for what in _wrong_snapshot(read.snapshot, canonical(state), len(records), tally.heads[key]):
        tally.note(key, what)
    owed = kind.owed(state)
    for task in sorted(owed ^ read.tasks):
        tally.note(key, f"task {task.id} is {'not stored' if task in owed else 'stored but not owed'}")
    for task in sorted(owed):
        if task.queue == "officer":
            tally.open_tasks += 1
        elif task.due + _patience(task) < now:
            tally.note(key, f"task {task.id} is overdue since {to_text(task.due)}")
    return state


def _patience(task: Task) -> timedelta:
    return OVERDUE_AFTER + (BANKS_CLOSED if task.queue == "payouts" else timedelta())


def _wrong_snapshot(snapshot: Snapshot | None, state: bytes, events: int, head: str) -> Iterator[str]:
    if snapshot is None:
        yield "the snapshot is missing"
        return
    if snapshot.state != state:
        yield "the snapshot is not what the journal folds to"
    if (snapshot.version, snapshot.head) != (events, head):
        yield "the snapshot names another last event than the journal has"
