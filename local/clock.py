"""The clock of the embedded run: an instant in a file, which only the simulation moves."""

from datetime import UTC, datetime

from local.build import locked
from local.stack import Stack
from statsbidrag.domain.time import from_text, to_text


class ClockMovedBackwardsError(ValueError):
    """The stored clock was asked to go back, which no clock does."""


class StoredClock:
    """Reads and moves the stored clock of a stack.

    Parameters
    ----------
    stack
        The embedded stack; its functions read `clock_file`.
    """

    def __init__(self, stack: Stack) -> None:
        self._file = stack.clock_file

    def read(self) -> datetime:
        """Return the stored instant, in UTC.

        Raises
        ------
        LookupError
            When the clock was never set.
        """
        try:
            return from_text(self._file.read_text("ascii"))
        except FileNotFoundError:
            raise LookupError("The stored clock was never set") from None

    def set_to(self, instant: datetime) -> None:
        """Move the clock to an instant; setting the same instant again changes nothing.

        Parameters
        ----------
        instant
            Aware; stored in UTC with microseconds.

        Raises
        ------
        ValueError
            When the instant has no time zone.
        ClockMovedBackwardsError
            When the stored instant is later; it stays.
        """
        if instant.tzinfo is None:
            raise ValueError("The clock needs an instant with a time zone")
        with locked(self._file.parent, exclusive=True):
            if self._file.exists() and self.read() > instant:
                raise ClockMovedBackwardsError(f"The stored clock is later than {to_text(instant)}")
            # Replaced whole: a function never reads half of it.
            written = self._file.with_suffix(".new")
            written.write_text(to_text(instant.astimezone(UTC)), "ascii")
            written.replace(self._file)
