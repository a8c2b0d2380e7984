"""What the use cases need from outside, as Protocols. Adapters answer them on AWS, fakes in tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from statsbidrag.domain.journal import Granted, Lookup, Record
from statsbidrag.domain.mandates import Mandate
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.sessions import Attempt, Identity, Session
from statsbidrag.domain.tasks import Queue, Task


class Snapshot(msgspec.Struct, frozen=True):
    """The stored fold of a journal.

    Attributes
    ----------
    version
        Number of its last event; 0 before the first.
    head
        Hash of its last event.
    state
        Canonical JSON of the state.
    """

    key: str
    version: int
    head: str
    state: bytes


class Request(msgspec.Struct, frozen=True):
    """One call from outside, known by its idempotency key.

    Attributes
    ----------
    key
        As the caller sent it, made unique to caller and operation.
    content_hash
        SHA-256 of what was asked; the same key with another content is refused.
    """

    key: str
    content_hash: str


class Marker(msgspec.Struct, frozen=True):
    """That a request was carried out, and what was answered."""

    content_hash: str
    answer: bytes


class Commit(msgspec.Struct, frozen=True):
    """Everything that changes together, or not at all.

    Attributes
    ----------
    expected
        Version of the snapshot that was decided on; 0 when there must be none.
    snapshot
        The new fold.
    tasks_put, tasks_removed
        The difference in what is owed.
    correlation
        Goes with the tasks, so that one call can be followed through every step.
    granted, ended
        The difference in who acts for whom; a person has one mandate for a municipality at most.
    """

    expected: int
    snapshot: Snapshot
    status: str
    records: tuple[Record, ...]
    tasks_put: frozenset[Task]
    tasks_removed: frozenset[Task]
    lookups: tuple[Lookup, ...]
    correlation: str
    request: Request | None = None
    answer: bytes = b""
    granted: frozenset[Granted] = frozenset()
    ended: frozenset[Granted] = frozenset()


class DueTask(msgspec.Struct, frozen=True):
    """A task as it lies in the index, with whose it is."""

    key: str
    task: Task
    correlation: str


class Collection(msgspec.Struct, frozen=True):
    """All that is stored of one aggregate, but for the markers of requests."""

    snapshot: Snapshot | None
    records: tuple[Record, ...]
    tasks: frozenset[Task]


class Store(Protocol):
    """The books: aggregates, their journals and what they owe."""

    def load(self, key: str) -> Snapshot | None:
        """Give the snapshot under a key, read consistently."""

    def load_all(self, keys: Sequence[str]) -> Mapping[str, Snapshot]:
        """Give the snapshots under some keys, each read consistently; a key without one is left out."""

    def marker(self, key: str, request: Request) -> Marker | None:
        """Give the marker of a request on an aggregate, read consistently."""

    def commit(self, commit: Commit) -> None:
        """Write it all or nothing; `Conflict` when another writer was first."""

    def commit_all(self, commits: Sequence[Commit]) -> None:
        """Write commits of several aggregates, each whole, with few calls; after a `Conflict` some may be written."""

    def collection(self, key: str) -> Collection:
        """Give snapshot, journal and tasks of an aggregate, in one reading."""

    def due(self, queue: Queue, now: datetime) -> Iterator[DueTask]:
        """Give tasks of a queue that are due, oldest first; the index may lag behind by moments."""

    def listed(self, index: str) -> Iterator[str]:
        """Give the names under an index, such as the municipalities of a round."""

    def found(self, index: str, name: str) -> str | None:
        """Give the key of the aggregate that a lookup names."""

    def claim(self, name: str, now: datetime) -> datetime | None:
        """Claim an effect that must happen once; gives when it was claimed before, if it was."""

    def release(self, name: str) -> None:
        """Take back a claim on an effect that certainly did not happen."""


class Draft(msgspec.Struct, frozen=True):
    """What a municipality has written of its report or its requisition, and not sent.

    Attributes
    ----------
    version
        Another one for every saving.
    answers
        As typed, by question or field.
    saved_by
        The role of who saved it; empty where it is not known, as behind a mailed link.
    """

    version: str
    saved_at: datetime
    answers: dict[str, str]
    saved_by: str = ""


class Drafts(Protocol):
    """The municipalities' drafts: theirs, and so no part of any journal."""

    def get(self, key: str) -> Draft | None:
        """Give the draft under a key, read consistently."""

    def put(self, key: str, draft: Draft, expected: str) -> None:
        """Save a draft in place of the version that was seen, empty for none; `Conflict` when it is another by now."""

    def remove(self, key: str, expected: str) -> None:
        """Remove the version that was seen; another one stays."""


class Register(Protocol):
    """The register of recipients."""

    def get(self, municipality: str) -> Recipient | None:
        """Give one municipality's entry."""

    def all(self) -> Sequence[Recipient]:
        """Give every entry, by code."""

    def put(self, recipients: Sequence[Recipient]) -> None:
        """Replace entries."""


class Mandates(Protocol):
    """Who may act for which municipality, as the register of agents says."""

    def of(self, subject: str) -> tuple[Mandate, ...]:
        """Give a person's mandates, read consistently: what was revoked is gone at once."""


class Sessions(Protocol):
    """Who is signed in, and who is on the way; known by the hash of a secret that only the browser has."""

    def begin(self, key: str, attempt: Attempt) -> None:
        """Remember an attempt."""

    def take(self, key: str) -> Attempt | None:
        """Give an attempt and forget it: only the first who asks gets it."""

    def get(self, key: str) -> Session | None:
        """Give a session, read consistently; it may have ended."""

    def open(self, key: str, session: Session) -> None:
        """Write a new session."""

    def replace(self, key: str, seen: Session, old: Session, new_key: str, new: Session) -> None:
        """Write a session anew under its old and its new key; `Conflict` when it is not as it was seen."""

    def end(self, *keys: str) -> None:
        """Forget sessions."""


class IdentityProvider(Protocol):
    """The provider of e-identification."""

    def address(self, attempt: Attempt) -> str:
        """Give where a person identifies themself; `SignInFailed` ``provider_unavailable``."""

    def identity(self, code: str, attempt: Attempt) -> Identity:
        """Exchange the code of an answer and check what comes; `SignInFailed` says what was wrong."""

    def end_address(self) -> str:
        """Give where the provider's own session ends; empty where it has no such place or does not answer."""


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Give the instant in UTC."""


class Calendar(Protocol):
    """When banks are open."""

    def is_bank_day(self, day: date) -> bool:
        """Tell whether Swedish banks carry out payments on a day."""


class Files(Protocol):
    """A bucket."""

    def get(self, key: str) -> bytes:
        """Give an object's content; `NotFound` ``file_gone`` where there is none."""

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Write an object under a fixed name; the same content again is no change, another content is refused."""

    def replace(self, key: str, content: bytes, media_type: str) -> None:
        """Write an object whatever was there before."""

    def move(self, key: str, to: str, reason: str) -> None:
        """Move an object and note why; the reason is a code of the error family."""

    def metadata(self, key: str) -> Mapping[str, str]:
        """Give an object's own metadata."""

    def last(self, prefix: str) -> str | None:
        """Give the last name, in order, that begins so; ``None`` where there is none."""


class Queues(Protocol):
    """Where due tasks go."""

    def send(self, queue: Queue, tasks: Sequence[DueTask]) -> None:
        """Put tasks on a queue; raises if any of them was not taken."""


class Mailer(Protocol):
    """The mail service."""

    def send(self, mail_id: str, to: str, message: bytes) -> None:
        """Hand over one e-mail (7-bit MIME).

        Raises
        ------
        NotTaken
            The service said no: the e-mail did certainly not leave. Any other error leaves that open.
        """


class Signer(Protocol):
    """A key that signs and is kept by a service; anybody verifies with its public half."""

    def sign(self, statement: bytes) -> bytes:
        """Sign a statement of at most 4096 bytes."""

    def public_key(self) -> str:
        """Give the public half as PEM."""


class Links(Protocol):
    """Tokens of report links: made again from their purpose at need, and never stored."""

    def token(self, purpose: str) -> str:
        """Give the 256-bit token for a purpose, URL-safe."""
