"""The one way to change anything: load, decide, fold, and commit what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from statsbidrag.domain.errors import Conflict, CorruptBooks, Refusal
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.journal import GENESIS, Kind, Lookup, Record, canonical, seal
from statsbidrag.domain.terms import Round
from statsbidrag.ports import Clock, Commit, Request, Snapshot, Store

S = TypeVar("S")
E = TypeVar("E")
C = TypeVar("C")

ATTEMPTS = 8
"""How often a decision is made anew after another writer was first."""


@dataclass(frozen=True)
class Context:
    """Who or what acts, and the call it can be traced to.

    Attributes
    ----------
    actor
        ``agent:…``, ``officer:…`` or ``system:<function>``; no personal data.
    """

    actor: str
    correlation: str


@dataclass(frozen=True)
class Seen(Generic[S]):
    """An aggregate as it stood when it was read."""

    snapshot: Snapshot | None
    state: S


@dataclass(frozen=True)
class Outcome(Generic[S]):
    """What a command came to.

    Attributes
    ----------
    seen
        The aggregate as it stands now, to decide further on.
    records
        The events written; empty when it was already so.
    answer
        What the caller is told; a request that comes again gets the answer of the first time.
    """

    seen: Seen[S]
    records: Sequence[Record]
    answer: bytes = b""

    @property
    def state(self) -> S:
        """The state that the command led to."""
        return self.seen.state


@dataclass(frozen=True)
class Books:
    """The store with its clock.

    Attributes
    ----------
    observe
        Called with each record and the context once it is written: one log line per business event.
    rounds
        Rounds read lately, each with when: their files change once a year and are read with every page and e-mail.
    """

    store: Store
    clock: Clock
    observe: Callable[[Record, Context], None]
    rounds: dict[RoundId, tuple[datetime, Round]] = field(default_factory=dict, compare=False)

    def now(self) -> datetime:
        """Give the instant in UTC."""
        return self.clock.now()

    def see(self, kind: Kind[S, E, C], key: str) -> Seen[S]:
        """Give an aggregate as it stands, to decide on."""
        snapshot = self.store.load(key)
        return Seen(snapshot, _state(kind, key, snapshot))

    def see_all(self, kind: Kind[S, E, C], keys: Iterable[str]) -> dict[str, Seen[S]]:
        """Give many aggregates as they stand, by key and in the order asked for, with few readings."""
        wanted = list(dict.fromkeys(keys))
        snapshots = self.store.load_all(wanted)
        return {key: Seen(snapshots.get(key), _state(kind, key, snapshots.get(key))) for key in wanted}

    def states(self, kind: Kind[S, E, C], keys: Iterable[str]) -> list[S]:
        """Give the states of many aggregates, in the order asked for."""
        return [seen.state for seen in self.see_all(kind, keys).values()]

    def state(self, kind: Kind[S, E, C], key: str) -> S:
        """Give an aggregate as it stands; its empty state if nothing happened yet."""
        return self.see(kind, key).state

    def handle(
        self,
        kind: Kind[S, E, C],
        key: str,
        command: C,
        context: Context,
        *,
        seen: Seen[S] | None = None,
        request: Request | None = None,
        answer: Callable[[S], object] | None = None,
    ) -> Outcome[S]:
        """Carry out a command on one aggregate.

        Parameters
        ----------
        seen
            The aggregate as it was seen a moment ago, to spare a reading: what is committed is so only if it still
            stands so, and a refusal is given only after another look.
        request
            Idempotency key of a call from outside; its marker is part of the commit.
        answer
            What to tell the caller, made from the new state and kept with the marker.

        Raises
        ------
        Refusal
            The rules say no, or ``key_used_for_another_request``.
        Conflict
            Other writers were first too many times.
        """
        basis, last_look = (seen, False) if seen is not None else (self.see(kind, key), True)
        for _ in range(ATTEMPTS):
            try:
                return self._attempt(kind, key, basis, command, context, request=request, answer=answer)
            except Conflict:
                told = self._told(key, request)
            except Refusal:
                told = self._told(key, request)
                if told is None and last_look:
                    raise
            basis, last_look = self.see(kind, key), True
            if told is not None:
                return Outcome(basis, (), told)
        raise Conflict(key)

    def handle_all(
        self, kind: Kind[S, E, C], seen: Mapping[str, Seen[S]], commands: Mapping[str, C], context: Context
    ) -> int:
        """Carry out commands on many aggregates, by key and each as it was seen, with few writings.

        Returns
        -------
        int
            How many changed.

        Raises
        ------
        Refusal
            The rules say no to one of them; nothing is written then.
        Conflict
            Another writer was first somewhere. Some are written: done again, the rest is.
        """
        now = self.clock.now()
        commits = []
        for key, command in commands.items():
            if events := kind.decide(seen[key].state, command, now):
                made, _ = _commit(kind, key, seen[key], events, now=now, context=context, request=None, answer=None)
                commits.append(made)
        self.store.commit_all(commits)
        for commit in commits:
            for record in commit.records:
                self.observe(record, context)
        return len(commits)

    def _attempt(
        self,
        kind: Kind[S, E, C],
        key: str,
        basis: Seen[S],
        command: C,
        context: Context,
        *,
        request: Request | None,
        answer: Callable[[S], object] | None,
    ) -> Outcome[S]:
        """Decide and commit once, on what was seen."""
        now = self.clock.now()
        events = kind.decide(basis.state, command, now)
        if not events:
            return Outcome(basis, (), canonical(answer(basis.state)) if answer else b"")
        commit, after = _commit(kind, key, basis, events, now=now, context=context, request=request, answer=answer)
        self.store.commit(commit)
        for record in commit.records:
            self.observe(record, context)
        return Outcome(Seen(commit.snapshot, after), commit.records, commit.answer)

    def _told(self, key: str, request: Request | None) -> bytes | None:
        """Give what was answered when the same request was carried out before."""
        marker = self.store.marker(key, request) if request is not None else None
        if marker is None or request is None:
            return None
        if marker.content_hash != request.content_hash:
            raise Refusal(
                "key_used_for_another_request",
                "Samma nyckel (Idempotency-Key) har redan använts för ett annat innehåll. Använd en ny nyckel.",
            )
        return marker.answer


def _state(kind: Kind[S, E, C], key: str, snapshot: Snapshot | None) -> S:
    if snapshot is None:
        return kind.empty(key)
    try:
        return kind.decoder.decode(snapshot.state)
    except msgspec.MsgspecError as error:
        raise CorruptBooks(f"{key}: the snapshot does not decode: {error}") from error


def _commit(
    kind: Kind[S, E, C],
    key: str,
    basis: Seen[S],
    events: Sequence[E],
    *,
    now: datetime,
    context: Context,
    request: Request | None,
    answer: Callable[[S], object] | None,
) -> tuple[Commit, S]:
    version, head = (basis.snapshot.version, basis.snapshot.head) if basis.snapshot else (0, GENESIS)
    records: list[Record] = []
    lookups: list[Lookup] = []
    after = basis.state
    for number, event in enumerate(events, start=version + 1):
        record = seal(key, number, event, actor=context.actor, at=now, prev=head)
        head = record.hash
        records.append(record)
        after = kind.evolve(after, event)
        lookups += kind.lookups(after, event)
    before_owed, after_owed = kind.owed(basis.state), kind.owed(after)
    before_granted, after_granted = kind.granted(basis.state), kind.granted(after)
    holding = {(each.subject, each.municipality) for each in after_granted}
    kept = {task.id for task in after_owed}
    commit = Commit(
        expected=version,
        snapshot=Snapshot(key, version + len(records), head, canonical(after)),
        status=kind.status(after),
        records=tuple(records),
        tasks_put=after_owed - before_owed,
        tasks_removed=frozenset(task for task in before_owed if task.id not in kept),
        lookups=tuple(lookups),
        correlation=context.correlation,
        request=request,
        answer=canonical(answer(after)) if answer else b"",
        granted=after_granted - before_granted,
        ended=frozenset(each for each in before_granted if (each.subject, each.municipality) not in holding),
    )
    return commit, after
