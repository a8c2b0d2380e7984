"""What time it is: the system's clock, or in the embedded run a stored one that the simulated year moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.time import from_text


class SystemClock:
    """The clock of every deployed stack."""

    def now(self) -> datetime:
        """Give the instant in UTC."""
        return datetime.now(UTC)


class StoredClock:
    """The clock of the embedded run, one line in a file; read anew each time, but for what happens at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stands = False
        self._read_once: datetime | None = None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Read the clock once for all that is done in the block: simulated time stands while it is done."""
        self._stands = True
        try:
            yield
        finally:
            self._stands, self._read_once = False, None

    def now(self) -> datetime:
        """Give the stored instant in UTC."""
        if not self._stands:
            return self._read()
        self._read_once = self._read_once or self._read()
        return self._read_once

    def _read(self) -> datetime:
        try:
            return from_text(self._file.read_text("ascii"))
        except FileNotFoundError:
            raise CorruptBooks("the stored clock was never set") from None
