"""The suite sees each defect that matters when it is planted in a copy of the code, and by an assertion."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.planted.defects import DEFECTS, Defect, RottenDefectError

ROOT = Path(__file__).parents[2]
PASSED, SOME_FAILED = 0, 1
ASSERTED = ("AssertionError", "assert ", "Failed: DID NOT RAISE")
EVERY_CATCHER = sorted({test for defect in DEFECTS for test in defect.caught_by})


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A copy of the code."""
    return shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=shutil.ignore_patterns("__pycache__"))


def run(shared: Path, *tests: str) -> tuple[int, list[tuple[str, str]], str]:
    """Run tests against a copy of the code, with nothing but what they need.

    Returns
    -------
    tuple
        Exit code, name and message of each failure, and all that was printed. An error outside a test has no name.
    """
    report = shared.parent / "report.xml"
    options = ["-q", "-p", "no:cacheprovider", "--confcutdir=tests", f"--junitxml={report}"]
    first = f"pythonpath=. {shlex.quote(str(shared))}"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-o", first, *tests],
        cwd=ROOT,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    printed = ran.stdout + ran.stderr
    assert report.exists(), printed
    failures = [
        (case.attrib["name"] if wrong.tag == "failure" else "", wrong.attrib["message"])
        for case in ElementTree.parse(report).iter("testcase")
        for wrong in case
        if wrong.tag in ("failure", "error")
    ]
    return ran.returncode, failures, printed


def test_without_a_defect_they_pass(shared: Path) -> None:
    code, failures, printed = run(shared, *EVERY_CATCHER)
    assert (code, failures) == (PASSED, []), printed


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught(defect: Defect, shared: Path) -> None:
    defect.plant(shared)
    code, failures, printed = run(shared, *defect.caught_by)
    assert code == SOME_FAILED, printed
    assert all(message.startswith(ASSERTED) for _, message in failures), printed
    for test in defect.caught_by:
        name = test.partition("::")[2]
        assert any(failed == name or failed.startswith(f"{name}[") for failed, _ in failures), printed


@pytest.mark.parametrize("old", ["not in the file", "\n"])
def test_a_defect_whose_text_is_not_there_once_is_refused(old: str, shared: Path) -> None:
    with pytest.raises(RottenDefectError, match="not once"):
        replace(DEFECTS[0], old=old).plant(shared)
