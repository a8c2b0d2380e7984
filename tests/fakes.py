"""In-memory ports that keep their promises and break on demand.

Every call of every fake passes its `Faults`, which may break the nth one in a chosen way. So one scenario can be run
once undisturbed to count its calls, and then once for every call and every way to break.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal, TypeVar

from statsbidrag.domain.errors import Conflict, CorruptBooks, NotFound, NotTaken
from statsbidrag.domain.journal import Record
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.tasks import Queue
from statsbidrag.ports import Collection, Commit, Draft, DueTask, Marker, Request, Snapshot

R = TypeVar("R")
Break = Literal["refused", "lost", "applied", "killed_before", "killed_after"]
BREAKS: tuple[Break, ...] = ("refused", "lost", "applied", "killed_before", "killed_after")
"""The service says no; no answer and no effect; no answer but the effect; the process dies before, or after."""
MOST_ITEMS = 100


class Killed(BaseException):
    """The process is gone: nothing in it may catch this."""


class Faults:
    """Counts calls, and breaks those it was told to."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._plan: dict[int, Break] = {}
        self._named: dict[str, list[Break]] = defaultdict(list)

    def at(self, number: int, how: Break) -> None:
        """Break the call of that number, the first is 0."""
        self._plan[number] = how

    def next(self, call: str, how: Break) -> None:
        """Break the next call of that name: ``mailer.send``."""
        self._named[call].append(how)

    def run(self, call: str, effect: Callable[[], R]) -> R:
        how = self._plan.pop(len(self.calls), None)
        self.calls.append(call)
        if how is None and self._named[call]:
            how = self._named[call].pop(0)
        if how == "killed_before":
            raise Killed(call)
        if how == "refused":
            raise NotTaken("busy", f"{call}: not now", retryable=True)
        if how == "lost":
            raise TimeoutError(call)
        result = effect()
        if how == "applied":
            raise TimeoutError(call)
        if how == "killed_after":
            raise Killed(call)
        return result


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


class FakeCalendar:
    """Banks are open from Monday to Friday."""

    def is_bank_day(self, day: date) -> bool:
        return day.weekday() < 5


class FakeStore:
    """`Store` in memory, safe for threads, with the conditions of the table."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.snapshots: dict[str, Snapshot] = {}
        self.records: dict[str, dict[int, Record]] = defaultdict(dict)
        self.tasks: dict[str, dict[str, DueTask]] = defaultdict(dict)
        self.lookups: dict[str, dict[str, str]] = defaultdict(dict)
        self.markers: dict[tuple[str, str], Marker] = {}
        self.claims: dict[str, datetime] = {}
        self.mandates: dict[tuple[str, str], str] = {}
        self.commits = 0
        self._lock = threading.RLock()

    def undisturbed(self) -> FakeStore:
        """The same books for a reader whose calls neither count nor break."""
        view = FakeStore()
        view.__dict__.update(self.__dict__, faults=Faults())
        return view

    def _run(self, call: str, effect: Callable[[], R]) -> R:
        def locked() -> R:
            with self._lock:
                return effect()

        return self.faults.run(f"store.{call}", locked)

    def load(self, key: str) -> Snapshot | None:
        return self._run("load", lambda: self.snapshots.get(key))

    def load_all(self, keys: Sequence[str]) -> Mapping[str, Snapshot]:
        return self._run("load_all", lambda: {key: self.snapshots[key] for key in keys if key in self.snapshots})

    def marker(self, key: str, request: Request) -> Marker | None:
        return self._run("marker", lambda: self.markers.get((key, request.key)))

    def commit(self, commit: Commit) -> None:
        self._run("commit", lambda: self._commit(commit))

    def commit_all(self, commits: Sequence[Commit]) -> None:
        for commit in commits:
            self._run("commit", partial(self._commit, commit))

    def _commit(self, commit: Commit) -> None:
        key = commit.snapshot.key
        mandates = commit.granted | commit.ended
        parts = (commit.records, commit.tasks_put, commit.tasks_removed, commit.lookups, mandates)
        if 2 + sum(len(part) for part in parts) > MOST_ITEMS:
            raise CorruptBooks(f"{key}: a commit that is too large")
        stored = self.snapshots.get(key)
        conditions = [
            (stored.version if stored else 0) == commit.expected,
            not any(record.number in self.records[key] for record in commit.records),
            not any(look.name in self.lookups[look.index] for look in commit.lookups),
            commit.request is None or (key, commit.request.key) not in self.markers,
        ]
        if not all(conditions):
            raise Conflict(key)
        self.commits += 1
        self.snapshots[key] = commit.snapshot
        for record in commit.records:
            self.records[key][record.number] = record
        for task in commit.tasks_removed:
            self.tasks[key].pop(task.id, None)
        for task in commit.tasks_put:
            self.tasks[key][task.id] = DueTask(key, task, commit.correlation)
        for look in commit.lookups:
            self.lookups[look.index][look.name] = key
        for ended in commit.ended:
            self.mandates.pop((ended.subject, ended.municipality), None)
        for granted in commit.granted:
            self.mandates[granted.subject, granted.municipality] = granted.role
        if commit.request is not None:
            self.markers[key, commit.request.key] = Marker(commit.request.content_hash, commit.answer)

    def collection(self, key: str) -> Collection:
        return self._run("collection", lambda: self._collection(key))

    def _collection(self, key: str) -> Collection:
        records = tuple(self.records[key][number] for number in sorted(self.records[key]))
        return Collection(self.snapshots.get(key), records, frozenset(due.task for due in self.tasks[key].values()))

    def due(self, queue: Queue, now: datetime) -> Iterator[DueTask]:
        yield from self._run("due", lambda: self._due(queue, now))

    def _due(self, queue: Queue, now: datetime) -> list[DueTask]:
        every = [due for tasks in self.tasks.values() for due in tasks.values()]
        waiting = [due for due in every if due.task.queue == queue and due.task.due <= now]
        return sorted(waiting, key=lambda due: (due.task.due, due.key, due.task.id))

    def listed(self, index: str) -> Iterator[str]:
        yield from self._run("listed", lambda: sorted(self.lookups[index]))

    def found(self, index: str, name: str) -> str | None:
        return self._run("found", lambda: self.lookups[index].get(name))

    def claim(self, name: str, now: datetime) -> datetime | None:
        return self._run("claim", lambda: self._claim(name, now))

    def _claim(self, name: str, now: datetime) -> datetime | None:
        if name in self.claims:
            return self.claims[name]
        self.claims[name] = now
        return None

    def release(self, name: str) -> None:
        self._run("release", lambda: self.claims.pop(name, None))


class FakeFiles:
    """`Files` in memory; the name tells the calls of several buckets apart."""

    def __init__(self, name: str = "files", faults: Faults | None = None) -> None:
        self.name = name
        self.faults = faults or Faults()
        self.objects: dict[str, bytes] = {}
        self.notes: dict[str, dict[str, str]] = {}

    def get(self, key: str) -> bytes:
        return self.faults.run(f"{self.name}.get", lambda: self._get(key))

    def _get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFound("file_gone", "Filen finns inte.")
        return self.objects[key]

    def put(self, key: str, content: bytes, media_type: str) -> None:
        self.faults.run(f"{self.name}.put", lambda: self._put(key, content))

    def _put(self, key: str, content: bytes) -> None:
        if self.objects.setdefault(key, content) != content:
            raise CorruptBooks(f"{key} would be written again with another content")

    def replace(self, key: str, content: bytes, media_type: str) -> None:
        self.faults.run(f"{self.name}.replace", lambda: self.objects.__setitem__(key, content))

    def move(self, key: str, to: str, reason: str) -> None:
        self.faults.run(f"{self.name}.move", lambda: self._move(key, to, reason))

    def _move(self, key: str, to: str, reason: str) -> None:
        self.objects[to] = self.objects.pop(key)
        self.notes[to] = {"reason": reason}

    def metadata(self, key: str) -> Mapping[str, str]:
        return self.faults.run(f"{self.name}.metadata", lambda: self.notes.get(key, {}))

    def last(self, prefix: str) -> str | None:
        names = [name for name in self.objects if name.startswith(prefix)]
        return self.faults.run(f"{self.name}.last", lambda: max(names, default=None))


class FakeQueues:
    """`Queues` in memory."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.sent: list[tuple[Queue, DueTask]] = []

    def send(self, queue: Queue, tasks: Sequence[DueTask]) -> None:
        self.faults.run("queues.send", lambda: self.sent.extend((queue, due) for due in tasks))


class FakeMailer:
    """`Mailer` in memory: what it holds has left the house."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.left: list[tuple[str, str, bytes]] = []

    def send(self, mail_id: str, to: str, message: bytes) -> None:
        self.faults.run("mailer.send", lambda: self.left.append((mail_id, to, message)))

    @property
    def ids(self) -> list[str]:
        return [mail_id for mail_id, _, _ in self.left]


class FakeLinks:
    """`Links` by a plain hash: the same purpose gives the same token."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults or Faults()

    def token(self, purpose: str) -> str:
        return self.faults.run("links.token", lambda: hashlib.sha256(f"test {purpose}".encode()).hexdigest()[:43])


class FakeDrafts:
    """`Drafts` in memory; counts its calls."""

    def __init__(self) -> None:
        self.items: dict[str, Draft] = {}
        self.calls: list[str] = []

    def get(self, key: str) -> Draft | None:
        self.calls.append("get")
        return self.items.get(key)

    def put(self, key: str, draft: Draft, expected: str) -> None:
        self.calls.append("put")
        stored = self.items.get(key)
        if (stored.version if stored else "") != expected:
            raise Conflict(key)
        self.items[key] = draft

    def remove(self, key: str, expected: str) -> None:
        self.calls.append("remove")
        stored = self.items.get(key)
        if stored and stored.version == expected:
            del self.items[key]


class FakeRegister:
    """`Register` in memory."""

    def __init__(self, recipients: Sequence[Recipient], faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self.entries: dict[str, Recipient] = {recipient.municipality: recipient for recipient in recipients}

    def get(self, municipality: str) -> Recipient | None:
        return self.faults.run("register.get", lambda: self.entries.get(municipality))

    def all(self) -> Sequence[Recipient]:
        return self.faults.run("register.all", lambda: [self.entries[code] for code in sorted(self.entries)])

    def put(self, recipients: Sequence[Recipient]) -> None:
        self.faults.run("register.put", lambda: self.entries.update({r.municipality: r for r in recipients}))
