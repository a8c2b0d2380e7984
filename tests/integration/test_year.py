"""A small year on the real embedded stack, with a good bank and a bad one: it ends in balance, and its files say so."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.build import ROOT
from local.verify import verify
from local.year.bank_ways import WAYS
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.money import ORE_PER_KRONA, split

CODES = (
    *("0114", "0115", "0123", "0127", "0180", "0330", "0480", "0581", "0680"),
    *("0880", "1280", "1480", "1490", "1715", "1880", "2161", "2480", "2580"),
)


NAMED = {
    "insufficient-funds": ("payout_rejected", "AM04"),
    "closed-account": ("payout_rejected", "AC04"),
    "rejected-file": ("batch_rejected", "FF01"),
    "duplicate": ("batch_called_duplicate", ""),
    "return-later": ("payout_returned", "AC04"),
    "silent": ("batch_unanswered", ""),
    "statement-gap": ("statement_gap", ""),
    "lost-file": ("payout_set_back", ""),
}
"""How the reconciliation names each way of the bank: kind of remark and part of its detail."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _played(tmp_path_factory.mktemp("played"), "--seed", "3")


@pytest.fixture(scope="module")
def bad_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _played(tmp_path_factory.mktemp("bad-bank"), "--seed", "3", "--bank", "all")


def _played(folder: Path, *options: str) -> Path:
    files = {name: folder / f"{name}.csv" for name in ("register", "allocations")}
    _write_inputs(**files)
    command = [sys.executable, "-m", "local", "year", "--out", str(folder / "year"), *options]
    command += [part for name, path in files.items() for part in (f"--{name}", str(path))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "year"


def _write_inputs(register: Path, allocations: Path) -> None:
    with (ROOT / "examples/kommunregister.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    rows = [row for row in rows if row[0] in CODES]
    total = read_round((ROOT / "rounds/2025.toml").read_bytes()).total
    shares = split(total, [int(row[0]) for row in rows])
    listed = [[row[0], row[1], str(share // ORE_PER_KRONA)] for row, share in zip(rows, shares, strict=True)]
    for path, lines in ((register, [header, *rows]), (allocations, [["Kommunkod", "Kommun", "Belopp"], *listed])):
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(lines)


@pytest.fixture(scope="module")
def summary(out: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((out / "summary.json").read_text("utf-8"))
    return said


def test_every_check_holds_and_is_recomputed_from_the_files(out: Path, summary: dict[str, Any]) -> None:
    assert all(summary["checks"].values())
    assert {name: differs for name, differs in verify(out).items() if differs} == {}


def test_every_municipality_ends_closed_or_before_a_named_officer(summary: dict[str, Any]) -> None:
    assert set(summary["municipalities"]) == set(CODES)
    for code, ended in summary["municipalities"].items():
        never_asked = ended["stage"] == "allocated"
        assert ended["stage"] == "closed" or ended["waits_for_officer"] or never_asked, code


def test_all_that_the_contract_promises_is_there(out: Path) -> None:
    for name in ("journal.jsonl", "logs.jsonl", "summary.json"):
        assert (out / name).stat().st_size
    for pattern in (
        "bank/out/*.xml",
        "bank/in/*.xml",
        "mail/*.eml",
        "invoices/*.xml",
        "invoices/*.pdf",
        "letters/*.pdf",
        "reconciliations/*.json",
        "reconciliations/*.csv",
    ):
        assert list(out.glob(pattern)), pattern


def test_a_bank_that_misbehaves_in_every_way_ends_in_balance_and_each_case_is_named(bad_bank: Path) -> None:
    said = json.loads((bad_bank / "summary.json").read_text("utf-8"))
    assert all(said["checks"].values())
    assert set(said["bank_ways"]) == set(WAYS)
    remarks = json.loads(max(bad_bank.glob("reconciliations/*.json")).read_bytes())["remarks"]
    for way in said["bank_ways"]:
        kind, detail = NAMED[way]
        assert any(remark["kind"] == kind and detail in remark["detail"] for remark in remarks), way
