"""Reading the log lines that a test causes, as in the tests of `entry`."""

from tests.unit.entry.conftest import log_lines

__all__ = ["log_lines"]
