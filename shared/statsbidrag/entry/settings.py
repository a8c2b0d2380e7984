"""What a function is told by its environment, read once at cold start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

SettingName = Literal[
    "table_name",
    "archive_bucket",
    "bank_bucket",
    "inbox_bucket",
    "write_once_bucket",
    "mail_sender",
    "mail_configuration_set",
    "base_url",
    "link_key_id",
    "development_token_key",
]


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
    link_key_id
        KMS key that report links are made with.
    development_token_key
        Signs development tokens. The embedded run alone sets it; without it every sign-in is refused.
    """

    table_name: str | None = None
    archive_bucket: str | None = None
    bank_bucket: str | None = None
    inbox_bucket: str | None = None
    write_once_bucket: str | None = None
    mail_sender: str | None = None
    mail_configuration_set: str | None = None
    base_url: str | None = None
    link_key_id: str | None = None
    development_token_key: str | None = None

    def need(self, name: SettingName) -> str:
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

    def __repr__(self) -> str:
        """Name what is set and never show a value: one of them is a key."""
        return f"Settings({', '.join(f for f in self.__struct_fields__ if getattr(self, f) is not None)})"


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings; surrounding space is dropped and an empty variable counts as absent."""
    found = {name: environ.get(name.upper(), "").strip() for name in Settings.__struct_fields__}
    if found["base_url"]:
        found["base_url"] = found["base_url"].rstrip("/")
    return Settings(**{name: value for name, value in found.items() if value})
