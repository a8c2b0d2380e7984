"""The project's own measurements: a year, one with twice the municipalities, a payment file, what functions import.

Times are wall-clock seconds on this machine; compare runs of one machine only.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table
from stdnum import luhn

from local.build import ROOT, VENV, build_stack, built_template
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.money import ORE_PER_KRONA, split

BENCH = ROOT / "build/bench"
IMPORTS = 5
"""How often each function is imported; the median counts."""
ROUND = "2025"
LIMIT = {
    "seconds of a year with 290 municipalities": 120.0,
    "times as long with twice the municipalities": 2.2,
    "seconds of a payment file of 10 000 payments": 10.0,
    "MB at the peak of a payment file of 10 000 payments": 300.0,
}
"""What the measurements should stay within on two cores."""

_IMPORT = """
import sys, time
sys.path[:0] = sys.argv[1:]
begun = time.perf_counter()
import handler
print((time.perf_counter() - begun) * 1000)
"""


def main() -> int:
    """Measure, print a table and write `build/bench.json`; 1 where a measurement is beyond its limit."""
    # First of all: a process is counted no smaller than the one that started it was by then.
    payments = payment_file()
    build_stack(ROOT / "template.yaml", ROOT / "build/bench-build.log")
    once = _year("290", ROOT / "examples/fordelningslista-2025.csv", ROOT / "examples/kommunregister.csv")
    with tempfile.TemporaryDirectory() as folder:
        twice = _year("580", *_twice_the_municipalities(Path(folder)))
    year = {
        "seconds of a year with 290 municipalities": round(once, 1),
        "seconds of a year with 580 municipalities": round(twice, 1),
        "times as long with twice the municipalities": round(twice / once, 2),
    }
    imports = {function.name: _import_time(function.name) for function in sorted((ROOT / "functions").iterdir())}
    written = {"year": year, "payment_file": payments, "import_milliseconds": imports}
    (ROOT / "build/bench.json").write_text(json.dumps(written, indent=2) + "\n", "utf-8")
    seen = year | payments
    _show(seen, imports)
    return int(any(seen[name] > limit for name, limit in LIMIT.items()))


def payment_file() -> dict[str, float]:
    """Measure a payment file of 10 000 payments in an interpreter of its own, as much as one file is to carry."""
    said = subprocess.run(
        [sys.executable, "-m", "local.bench_payments", ROOT / f"rounds/{ROUND}.toml", "10000"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "shared")},
    ).stdout
    seconds, megabytes = json.loads(said)
    return {
        "seconds of a payment file of 10 000 payments": seconds,
        "MB at the peak of a payment file of 10 000 payments": megabytes,
    }


def _year(name: str, allocations: Path, register: Path) -> float:
    """Play a year and give the seconds it took after set-up, as it counts them itself."""
    out = BENCH / name
    command = [
        sys.executable, "-m", "local", "year", "--round", ROUND, "--seed", "1", "--out", str(out),
        "--allocations", str(allocations), "--register", str(register),
    ]  # fmt: skip
    subprocess.run(command, check=True, cwd=ROOT)
    return float(json.loads((out / "summary.json").read_text("utf-8"))["seconds"])


def _twice_the_municipalities(folder: Path) -> tuple[Path, Path]:
    """Write an allocation list and a register with as many invented municipalities beside the real ones."""
    with (ROOT / "examples/kommunregister.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file, delimiter=";"))
    taken = {row[0] for row in rows}
    free = [f"{code:04d}" for code in range(3000, 9999) if f"{code:04d}" not in taken][: len(rows)]
    rows += [_invented(code) for code in free]
    total = read_round((ROOT / f"rounds/{ROUND}.toml").read_bytes()).total
    shares = split(total, [1] * len(rows))
    register, allocations = folder / "register.csv", folder / "allocations.csv"
    _write(register, [header, *rows])
    listed = [[row[0], row[1], str(share // ORE_PER_KRONA)] for row, share in zip(rows, shares, strict=True)]
    _write(allocations, [["Kommunkod", "Kommun", "Belopp (kronor)"], *listed])
    return allocations, register


def _invented(code: str) -> list[str]:
    organisation, account = f"22299{code}", f"998{code}"
    return [
        code,
        f"Exempel {code}",
        f"{organisation}{luhn.calc_check_digit(organisation)}",
        f"registrator@exempel-{code}.example",
        f"bankgiro {account}{luhn.calc_check_digit(account)}",
        f"HS-{code}",
        "",
    ]


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def _import_time(function: str) -> float:
    """Give the median milliseconds that a built handler takes to import, in an interpreter of its own."""
    built = built_template(ROOT / "template.yaml").parent / "build"
    folder = built / "".join(part.capitalize() for part in function.split("_"))
    python = VENV / "aws/bin/python"
    found = [
        subprocess.run(
            [python, "-c", _IMPORT, str(folder), str(built / "Layer/python")],
            check=True,
            capture_output=True,
            text=True,
            env={"POWERTOOLS_SERVICE_NAME": function, "AWS_DEFAULT_REGION": "eu-north-1"},
        ).stdout
        for _ in range(IMPORTS)
    ]
    return round(statistics.median(float(text) for text in found), 1)


def _show(seen: dict[str, float], imports: dict[str, float]) -> None:
    table = Table("measurement", "value", "limit")
    for name, value in seen.items():
        table.add_row(name, str(value), str(LIMIT.get(name, "")))
    table.add_section()
    for name, value in sorted(imports.items(), key=lambda each: -each[1]):
        table.add_row(f"import of {name}, ms", str(value), "")
    Console().print(table)
