"""What a function is told by its environment, read once at cold start."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

_QUEUE = "QUEUE_URL_"


class MissingSettingError(RuntimeError):
    """A function was deployed without a variable that it reads; the message names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The environment of one function; a variable is the attribute's name in capitals.

    Every attribute is optional, since no function has them all: read what you need with `need`.

    Attributes
    ----------
    mail_sender
        Address that mail leaves from.
    base_url
        Address of the pages for people, without a trailing slash.
    link_key_arn
        KMS key that report links are made with.
    receipt_key_arn
        KMS key that receipts are signed by.
    clock
        ``system``, or in the embedded run the file in which the simulated year moves the clock.
    queue_url, dead_letter_url
        The queue that the function reads, and where its hopeless messages go.
    queues
        Queue URL by the queue's name in the domain, from ``QUEUE_URL_<NAME>``.
    sessions_table
        Table of sessions and attempts to sign in.
    oidc_issuer, oidc_client_id, oidc_client_secret
        The identity provider, and what this system is to it.
    required_acr
        Levels of assurance that are enough for people, by the provider's names with spaces between.
    api_audience
        Whom a program's token must be for.
    staff_claim, officer_value, attester_value
        Which claim tells who works at the agency, and what it says of officers and of attesters.
    """

    table_name: str | None = None
    archive_bucket: str | None = None
    bank_bucket: str | None = None
    inbox_bucket: str | None = None
    write_once_bucket: str | None = None
    mail_sender: str | None = None
    mail_configuration_set: str | None = None
    base_url: str | None = None
    link_key_arn: str | None = None
    receipt_key_arn: str | None = None
    clock: str | None = None
    sessions_table: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    required_acr: str | None = None
    api_audience: str | None = None
    staff_claim: str | None = None
    officer_value: str | None = None
    attester_value: str | None = None
    queue_url: str | None = None
    dead_letter_url: str | None = None
    queues: dict[str, str] = {}

    def need(self, name: str) -> str:
        """Give a setting that the caller cannot do without.

        Raises
        ------
        MissingSettingError
            When the variable is absent or empty.
        """
        value: str | None = getattr(self, name)
        if value is None:
            raise MissingSettingError(f"environment variable {name.upper()} is not set")
        return value

    def queue_urls(self) -> dict[str, str]:
        """Give the queues; `MissingSettingError` where there are none."""
        if not self.queues:
            raise MissingSettingError(f"no environment variable {_QUEUE}<NAME> is set")
        return self.queues

    def __repr__(self) -> str:
        """Name what is set and never show a value: one of them is a secret."""
        return f"Settings({', '.join(f for f in self.__struct_fields__ if getattr(self, f) is not None)})"


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings; surrounding space is dropped and an empty variable counts as absent."""
    plain = {name: environ.get(name.upper(), "").strip() for name in Settings.__struct_fields__ if name != "queues"}
    plain["base_url"] = plain["base_url"].rstrip("/")
    queues = {name.removeprefix(_QUEUE).lower(): url for name, url in environ.items() if name.startswith(_QUEUE)}
    return Settings(**{name: value for name, value in plain.items() if value}, queues=queues)
