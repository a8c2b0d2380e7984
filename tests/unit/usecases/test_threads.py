"""A process with many threads reads the books: no struct is met for the first time by two of them at once.

msgspec examines a struct where it is first decoded, in Python code that another thread can come into, and two threads
that examine the same one have crashed the interpreter. So every decoder is made while its module is imported.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
YEAR = """
import sys
from typing import Any

import msgspec

from statsbidrag.domain.money import kronor
from tests.builders import REPORT_OPENS, SPRING
from tests.house import House


class Unseen(msgspec.Struct):
    amount: "int"


def examined(*_: Any) -> None:
    raise AssertionError("a struct was first examined by a call")


msgspec._utils._eval_type = examined
if "unseen" in sys.argv:
    msgspec.json.decode(b"{}", type=Unseen)
agency = House({"0114": kronor(461_836)})
agency.open_round()
assert agency.requisition("0114") == agency.requisition("0114")
agency.validate()
agency.at(SPRING.replace(day=4))
agency.pay()
agency.bank_books("B-2025-20250404-1")
agency.at(REPORT_OPENS)
agency.send_links()
assert agency.report("0114", kronor(400_000)) == agency.report("0114", kronor(400_000))
agency.assess()
assert agency.audit().heads
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Play half a year in a new interpreter, in which a struct may be examined at import alone."""
    return subprocess.run(
        [sys.executable, "-c", YEAR, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )


def test_every_decoder_is_made_at_import() -> None:
    played = run()
    assert played.returncode == 0, played.stderr


def test_a_struct_first_examined_by_a_call_would_be_seen() -> None:
    played = run("unseen")
    assert "a struct was first examined by a call" in played.stderr
