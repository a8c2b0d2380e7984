"""The journal: numbered, dated, signed with who did it, and chained by hash.

An aggregate is a key, a fold over its events, and what it owes. Cases, rounds, payout batches and unmatched bank
entries are all kept in this one way.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar, get_args

import msgspec

from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.tasks import Task
from statsbidrag.domain.time import to_text

SCHEMA = 1
"""Version of the event family; a change that old journals do not decode under raises it."""
GENESIS = "0" * 64
"""What the first event of a journal names as the hash before it."""

S = TypeVar("S")
E = TypeVar("E")
C = TypeVar("C")


def snake(name: str) -> str:
    """Name an event type as the journal and the log do: ``requisition_received``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Event(msgspec.Struct, frozen=True, tag_field="type", tag=snake, forbid_unknown_fields=True):
    """Something that happened; its fields are all that `evolve` needs."""


class Lookup(msgspec.Struct, frozen=True):
    """A second way to find an aggregate, written in the commit of the event that calls for it."""

    index: str
    name: str


class Granted(msgspec.Struct, frozen=True, order=True):
    """That a person acts for a municipality in a role: found from the person, and written as it follows from state."""

    subject: str
    municipality: str
    role: str


def _none(_: Any) -> frozenset[Granted]:
    return frozenset()


@dataclass(frozen=True)
class Kind(Generic[S, E, C]):
    """How one sort of aggregate lives.

    Attributes
    ----------
    name
        First part of its keys: ``CASE``.
    empty
        Its state before the first event, given its key.
    decide
        ``decide(state, command, now) -> events``; raises `Refusal`, changes nothing. No events: already done.
    evolve
        ``evolve(state, event) -> state``; never refuses.
    owed
        The tasks that follow from a state.
    lookups
        Second keys that an event brings.
    status
        One English word for where a state stands, stored beside it.
    granted
        The mandates that follow from a state; as with tasks, the commit writes the difference.
    decoder
        Reads a stored state.
    decoders
        Read the data of a stored event, by its type.

    Notes
    -----
    Decoders are made with the kind, while its module is imported: msgspec examines a struct when it first meets it,
    and two threads that meet it at once can crash the interpreter.
    """

    name: str
    state: type[S]
    event: Any
    empty: Callable[[str], S]
    decide: Callable[[S, C, datetime], Sequence[E]]
    evolve: Callable[[S, E], S]
    owed: Callable[[S], frozenset[Task]]
    lookups: Callable[[S, E], tuple[Lookup, ...]]
    status: Callable[[S], str]
    granted: Callable[[S], frozenset[Granted]] = _none
    decoder: msgspec.json.Decoder[S] = field(init=False)
    decoders: Mapping[str, msgspec.json.Decoder[E]] = field(init=False)

    def __post_init__(self) -> None:
        structs: tuple[type[E], ...] = get_args(self.event) or (self.event,)
        object.__setattr__(self, "decoder", msgspec.json.Decoder(self.state))
        object.__setattr__(self, "decoders", {snake(each.__name__): msgspec.json.Decoder(each) for each in structs})


class Record(msgspec.Struct, frozen=True):
    """One event as stored.

    Attributes
    ----------
    body
        Canonical JSON of everything but the hash: keys sorted, no spaces, UTF-8.
    hash
        SHA-256 of `body`, in hex; `body` names the hash before, which makes the chain.
    """

    key: str
    number: int
    type: str
    at: str
    body: str
    hash: str


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    actor: str
    at: str
    case: str
    data: msgspec.Raw
    number: int
    prev: str
    schema: int
    type: str


_BODIES = msgspec.json.Decoder(_Body)


def canonical(value: object) -> bytes:
    """Write any value as canonical JSON."""
    return msgspec.json.encode(value, order="sorted")


def sha256(data: bytes) -> str:
    """Give the SHA-256 of data in hex."""
    return hashlib.sha256(data).hexdigest()


def seal(key: str, number: int, event: object, *, actor: str, at: datetime, prev: str) -> Record:
    """Make the next record of a journal.

    Parameters
    ----------
    number
        1 for the first event.
    actor
        Who or what did it: ``officer:…``, ``system:validate_requisition``.
    prev
        Hash of the record before, `GENESIS` for the first.
    """
    data = msgspec.to_builtins(event)
    kind = data.pop("type")
    body = canonical(_Body(actor, to_text(at), key, msgspec.Raw(canonical(data)), number, prev, SCHEMA, kind))
    return Record(key, number, kind, to_text(at), body.decode(), sha256(body))


def unseal(record: Record, kind: Kind[S, E, C]) -> E:
    """Read the event in a record; `CorruptBooks` if it does not decode."""
    try:
        body = _BODIES.decode(record.body)
        if body.schema != SCHEMA:
            raise CorruptBooks(f"{record.key} event {record.number}: schema {body.schema} is unknown")
        if body.type not in kind.decoders:
            raise CorruptBooks(f"{record.key} event {record.number}: type {body.type} is unknown")
        return kind.decoders[body.type].decode(body.data)
    except msgspec.MsgspecError as error:
        raise CorruptBooks(f"{record.key} event {record.number}: {error}") from error


def check_chain(key: str, records: Iterable[Record]) -> list[str]:
    """Name everything wrong with a journal as a chain: numbers, hashes, keys. Empty when it is whole."""
    wrong = []
    prev = GENESIS
    for expected, record in enumerate(records, start=1):
        where = f"{key} event {record.number}"
        if record.number != expected:
            wrong.append(f"{where}: number {expected} was expected")
        if sha256(record.body.encode()) != record.hash:
            wrong.append(f"{where}: the content does not match its hash")
        try:
            body = _BODIES.decode(record.body)
        except msgspec.MsgspecError:
            wrong.append(f"{where}: the content is not readable")
        else:
            if body.prev != prev:
                wrong.append(f"{where}: it does not follow the event before it")
            if (body.case, body.number, body.type, body.at) != (key, record.number, record.type, record.at):
                wrong.append(f"{where}: its name tag says something else than its content")
        prev = record.hash
    return wrong


def refold(kind: Kind[S, E, C], key: str, records: Iterable[Record]) -> S:
    """Fold a journal to the state it stands for."""
    state = kind.empty(key)
    for record in records:
        state = kind.evolve(state, unseal(record, kind))
    return state
