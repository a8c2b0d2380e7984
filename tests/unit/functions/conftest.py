"""What the tests of functions may ask for: the log lines that a test causes, and a desk with two payouts."""

from tests.unit.entry.conftest import log_lines
from tests.unit.functions.payouts import desk

__all__ = ["desk", "log_lines"]
