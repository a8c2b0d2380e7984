"""What is counted is written in the form that goes with its number, in the texts and in every template."""

import re
from pathlib import Path

import pytest

from statsbidrag.domain.counts import counted

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(
    path
    for top in ("functions", "shared")
    for kind in ("html", "txt")
    for path in (ROOT / top).rglob(f"*.{kind}")
    if "templates" in path.parts or path.parent.name in ("pages", "mails")
)
COUNTED = re.compile(r"(?:\| *(?:length|count)|_left|\.days|\btotal) *\}\}(?:&nbsp;|\s)+([a-zåäö]+)")
"""A number that a word follows outside of the filter."""
UNCHANGED = {"av", "senaste"}
"""No noun, or one that stands where there are always several."""


@pytest.mark.parametrize(
    ("count", "written"), [(0, "0 ärenden"), (1, "1 ärende"), (2, "2 ärenden"), (21, "21 ärenden")]
)
def test_only_one_is_singular(count: int, written: str) -> None:
    assert counted(count, "ärende", "ärenden") == written


def test_no_template_counts_with_a_word_of_one_form() -> None:
    assert len(TEMPLATES) > 80
    found = [(path.name, word) for path in TEMPLATES for word in COUNTED.findall(path.read_text(encoding="utf-8"))]
    assert [each for each in found if each[1] not in UNCHANGED] == []
    assert COUNTED.findall("{{ found | length }} ärenden, {{ view.days_left }} dagar") == ["ärenden", "dagar"]
