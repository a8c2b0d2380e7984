"""What every command is."""

from __future__ import annotations

import msgspec


class Command(msgspec.Struct, frozen=True, tag=True):
    """A wish; `decide` answers with events or a refusal."""
