"""Put the adapters together from the environment; each is made on first use and only where it is used."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from statsbidrag.adapters.aws import client
from statsbidrag.adapters.clock import StoredClock, SystemClock
from statsbidrag.adapters.dynamodb import DynamoDBStore
from statsbidrag.entry.logs import log_record
from statsbidrag.entry.settings import Settings, load
from statsbidrag.ports import Clock
from statsbidrag.usecases.books import Books, Context

if TYPE_CHECKING:
    from statsbidrag.adapters.dead_letters import SqsDeadLetters
    from statsbidrag.adapters.provider import BearerTokens, Provider
    from statsbidrag.domain.sessions import Staffing
    from statsbidrag.ports import (
        Calendar,
        Drafts,
        Files,
        IdentityProvider,
        Links,
        Mailer,
        Mandates,
        Queues,
        Register,
        Sessions,
        Signer,
    )


@cache
def settings() -> Settings:
    """Give the environment of this function."""
    return load(os.environ)


@cache
def clock() -> Clock:
    """Give the system's clock; in the embedded run, and nowhere else, the stored one.

    Raises
    ------
    RuntimeError
        When a stored clock is asked for where AWS is not emulated on this machine: a second fence behind the
        template's rule.
    """
    told = settings().clock
    if told is None or told == "system":
        return SystemClock()
    if urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname not in ("127.0.0.1", "localhost"):
        raise RuntimeError("a stored clock is for the embedded run alone")
    return StoredClock(Path(told))


@cache
def real_clock() -> Clock:
    """Give the system's clock, which people and the identity provider live by also in the embedded run."""
    return SystemClock()


def at_once() -> AbstractContextManager[None]:
    """Let one invocation happen at one instant of the simulated year; the system's clock goes on as ever."""
    found = clock()
    return found.at_once() if isinstance(found, StoredClock) else nullcontext()


@cache
def store() -> DynamoDBStore:
    """Give the books' table."""
    return DynamoDBStore(client("dynamodb"), settings().need("table_name"))


@cache
def books() -> Books:
    """Give the books, which log one line for each event they write."""
    return Books(store(), clock(), log_record)


def system(correlation: str) -> Context:
    """Give the context of a step that no person takes: the function itself acts."""
    return Context(f"system:{os.environ.get('POWERTOOLS_SERVICE_NAME', 'unknown')}", correlation)


@cache
def drafts() -> Drafts:
    """Give the municipalities' drafts."""
    from statsbidrag.adapters.drafts import DynamoDBDrafts  # noqa: PLC0415

    return DynamoDBDrafts(client("dynamodb"), settings().need("table_name"))


@cache
def register() -> Register:
    """Give the register of recipients."""
    from statsbidrag.adapters.register import DynamoDBRegister  # noqa: PLC0415

    return DynamoDBRegister(client("dynamodb"), settings().need("table_name"))


@cache
def files(setting: str) -> Files:
    """Give a bucket by the name of its setting: ``archive_bucket``, ``bank_bucket`` …."""
    from statsbidrag.adapters.s3 import S3Files  # noqa: PLC0415

    return S3Files(client("s3"), settings().need(setting))


@cache
def queues() -> Queues:
    """Give the queues that tasks are relayed to."""
    from statsbidrag.adapters.sqs import SqsQueues  # noqa: PLC0415

    return SqsQueues(client("sqs"), settings().queue_urls())


@cache
def dead_letters() -> SqsDeadLetters:
    """Give the failing side of the queue that this function reads."""
    from statsbidrag.adapters.dead_letters import SqsDeadLetters  # noqa: PLC0415

    return SqsDeadLetters(client("sqs"), settings().need("queue_url"), settings().need("dead_letter_url"))


@cache
def links() -> Links:
    """Give the maker of report link tokens."""
    from statsbidrag.adapters.kms import KmsLinks  # noqa: PLC0415

    return KmsLinks(client("kms"), settings().need("link_key_arn"))


@cache
def signer() -> Signer:
    """Give the key that receipts are signed by."""
    from statsbidrag.adapters.signatures import KmsSigner  # noqa: PLC0415

    return KmsSigner(client("kms"), settings().need("receipt_key_arn"))


@cache
def mailer() -> Mailer:
    """Give the mail service."""
    from statsbidrag.adapters.ses import SesMailer  # noqa: PLC0415

    sender, configuration_set = settings().need("mail_sender"), settings().need("mail_configuration_set")
    return SesMailer(client("ses"), sender, configuration_set)


@cache
def calendar() -> Calendar:
    """Give the bank calendar."""
    from statsbidrag.adapters.calendar import SwedishBankCalendar  # noqa: PLC0415

    return SwedishBankCalendar()


@cache
def mandates() -> Mandates:
    """Give who may act for which municipality."""
    from statsbidrag.adapters.mandates import DynamoDBMandates  # noqa: PLC0415

    return DynamoDBMandates(client("dynamodb"), settings().need("table_name"))


@cache
def sessions() -> Sessions:
    """Give who is signed in."""
    from statsbidrag.adapters.sessions import DynamoDBSessions  # noqa: PLC0415

    return DynamoDBSessions(client("dynamodb"), settings().need("sessions_table"))


@cache
def staffing() -> Staffing:
    """Give how the identity provider tells who works at the agency."""
    from statsbidrag.domain.sessions import Staffing  # noqa: PLC0415

    given = settings()
    return Staffing(given.need("staff_claim"), given.need("officer_value"), given.need("attester_value"))


@cache
def provider() -> Provider:
    """Give what the identity provider publishes."""
    from statsbidrag.adapters.provider import Provider, Web  # noqa: PLC0415

    return Provider(settings().need("oidc_issuer"), real_clock(), Web())


@cache
def bearer_tokens() -> BearerTokens:
    """Give the check of programs' tokens."""
    from statsbidrag.adapters.provider import BearerTokens  # noqa: PLC0415

    return BearerTokens(provider(), settings().need("api_audience"))


@cache
def identity_provider() -> IdentityProvider:
    """Give the way to the identity provider and back."""
    from statsbidrag.adapters.oidc import Client, OidcProvider  # noqa: PLC0415

    id_, secret = settings().need("oidc_client_id"), settings().need("oidc_client_secret")
    acr = (settings().required_acr or "").split()
    return OidcProvider(provider(), Client(id_, secret, settings().need("base_url"), acr, staffing()))
