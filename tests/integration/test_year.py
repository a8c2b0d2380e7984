"""A small year on the real embedded stack, with a good bank and a bad one: it ends in balance, and its files say so."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from local.books import Year
from local.build import ROOT
from local.verify import verify
from local.year.bank_ways import WAYS
from local.year.plan import Behaviour, Episode, plan_year
from local.year.world import read_inputs
from statsbidrag.documents.register_file import read_register
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.state import HearingStance
from statsbidrag.domain.money import ORE_PER_KRONA, kronor, split
from statsbidrag.domain.time import end_of

CODES = (
    *("0114", "0115", "0123", "0127", "0180", "0330", "0480", "0581", "0680"),
    *("0880", "1280", "1480", "1490", "1715", "1880", "2161", "2480", "2580"),
)


PERIOD = 43
"""The scenarios of the plan: one municipality of each remainder does everything that is rare."""
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
    return _played(tmp_path_factory.mktemp("played"), _one_of_each(), "--seed", "3")


@pytest.fixture(scope="module")
def bad_bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _played(tmp_path_factory.mktemp("bad-bank"), CODES, "--seed", "3", "--bank", "all")


def _one_of_each() -> tuple[str, ...]:
    listed = read_register((ROOT / "examples/kommunregister.csv").read_bytes(), "kommunregister.csv")
    return tuple(sorted({int(one.municipality) % PERIOD: str(one.municipality) for one in listed}.values()))


def _played(folder: Path, codes: tuple[str, ...], *options: str) -> Path:
    files = {name: folder / f"{name}.csv" for name in ("register", "allocations")}
    _write_inputs(codes, **files)
    command = [sys.executable, "-m", "local", "year", "--out", str(folder / "year"), *options]
    command += [part for name, path in files.items() for part in (f"--{name}", str(path))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "year"


def _write_inputs(codes: tuple[str, ...], register: Path, allocations: Path) -> None:
    with (ROOT / "examples/kommunregister.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file, delimiter=";")
    rows = [row for row in rows if row[0] in codes]
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
    assert set(summary["municipalities"]) == set(_one_of_each())
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


@pytest.mark.parametrize("episode", get_args(Episode))
def test_every_rare_episode_was_played_to_its_end(out: Path, episode: Episode) -> None:
    cases = _cases_of(out, lambda behaviour: behaviour.episode == episode)
    assert cases
    for case in cases:
        assert PLAYED[episode](case), case.number


@pytest.mark.parametrize("stance", get_args(HearingStance))
def test_hearings_are_answered_as_planned_and_weighed(out: Path, stance: HearingStance) -> None:
    cases = _cases_of(out, lambda behaviour: behaviour.stance == stance)
    assert cases
    for case in cases:
        [recovery] = case.recoveries
        [answer] = recovery.answers
        assert (answer.stance, answer.late) == (stance, False)
        assert recovery.decided_at
        assert bool(recovery.answer_considered) == (stance == "objects")


def test_a_small_rest_is_given_up_by_two_and_never_reminded_of(out: Path) -> None:
    cases = _cases_of(out, lambda behaviour: behaviour.payment == "all_but_little")
    assert cases
    for case in cases:
        [invoice] = case.invoices
        assert 0 < invoice.written_off < kronor(100)
        assert invoice.reminded_at is None
        assert _given_up(case)


def _cases_of(out: Path, chosen: Callable[[Behaviour], bool]) -> list[Case]:
    """Give the cases of whoever is planned so, folded from the files."""
    folder = out.parent
    inputs = read_inputs(
        "2025", rounds=ROOT / "rounds", register=folder / "register.csv", allocations=folder / "allocations.csv"
    )
    plan = plan_year(inputs.round, inputs.recipients, inputs.allocations, 3)
    codes = {behaviour.municipality for behaviour in plan.behaviours.values() if chosen(behaviour)}
    return [case for case in Year(out).states(CASE).values() if case.municipality in codes]


def _mail(case: Case, name: str) -> str:
    return case.mails[f"{case.round}-{case.municipality}-{name}"].status


def _in_time(case: Case) -> bool:
    return case.report is not None and not case.report.late and case.money.accepted_use == case.money.paid > 0


def _given_up(case: Case) -> bool:
    [told] = [invoice.write_off for invoice in case.invoices if invoice.write_off]
    return told.decided_by not in ("", told.proposed_by) and CASE.status(case) == "closed"


def _was_held(case: Case) -> bool:
    [hold], [payout] = case.holds, case.payouts
    return bool(hold.released_at and payout.status == "settled" and payout.changed_at > hold.released_at)


def _was_reopened(case: Case) -> bool:
    [reopening], report = case.reopenings, case.report
    first, last = case.recoveries
    corrected = report is not None and report.amount_used > reopening.earlier.amount_used
    statuses = (first.status, last.status, CASE.status(case))
    return corrected and statuses == ("withdrawn", "decided", "closed") and last.claim < first.claim


def _appealed(case: Case, outcome: str) -> bool:
    [recovery] = case.recoveries
    [appeal] = recovery.appeals
    return (appeal.in_time, appeal.outcome, CASE.status(case)) == (True, outcome, "closed")


def _appeal_changed_it(case: Case) -> bool:
    """The hold came before the invoice, so there is one, of what the court left, and no credit note."""
    [recovery], [invoice] = case.recoveries, case.invoices
    halved = 0 < invoice.amount == recovery.to_invoice < recovery.decided_amount
    return _appealed(case, "changed") and halved and not case.credit_notes


def _appeal_changed_nothing(case: Case) -> bool:
    """The invoice was out: it waited, unreminded."""
    [recovery], [invoice] = case.recoveries, case.invoices
    return _appealed(case, "upheld") and recovery.reduced == 0 and invoice.reminded_at is None


def _was_reissued(case: Case) -> bool:
    old, new = case.invoices
    paid = new.settled == new.amount == old.amount and old.settled == 0
    return paid and new.buyer_reference.endswith("-2") and old.replaced_by == new.number


def _was_reconsidered(case: Case) -> bool:
    [recovery], report = case.recoveries, case.report
    late = report is not None and recovery.decided_at is not None and report.received_at > recovery.decided_at
    return late and bool(case.credit_notes) and recovery.reduced > 0 and CASE.status(case) == "closed"


PLAYED: Mapping[Episode, Callable[[Case], bool]] = {
    "held": _was_held,
    "bounced": lambda case: (
        (_mail(case, "report_link-1"), _mail(case, "report_link-1-again2")) == ("renewed", "delivered")
        and _in_time(case)
    ),
    "bounced_to_agent": lambda case: (
        (_mail(case, "report_link-1"), _mail(case, "report_link-1-agent")) == ("bounced", "delivered")
        and _in_time(case)
    ),
    "complaint": lambda case: (
        [mail.kind for mail in case.mails.values() if mail.complaint == "settled"] == ["report_link"] and _in_time(case)
    ),
    "extended": lambda case: (
        len(case.extensions) == 1
        and case.report is not None
        and case.report.received_at >= end_of(case.extensions[0].previous)
        and case.extensions[0].granted_at < end_of(case.extensions[0].previous)
        and _in_time(case)
    ),
    "reopened": _was_reopened,
    "after_decision": _was_reconsidered,
    "appeal_upheld": _appeal_changed_nothing,
    "appeal_changed": _appeal_changed_it,
    "invoice_reissued": _was_reissued,
    "written_off": lambda case: _given_up(case) and case.money.written_off == case.money.recovered > 0,
}
"""How the case of each episode looks when the year is over."""


def test_a_bank_that_misbehaves_in_every_way_ends_in_balance_and_each_case_is_named(bad_bank: Path) -> None:
    said = json.loads((bad_bank / "summary.json").read_text("utf-8"))
    assert all(said["checks"].values())
    assert set(said["bank_ways"]) == set(WAYS)
    remarks = json.loads(max(bad_bank.glob("reconciliations/*.json")).read_bytes())["remarks"]
    for way in said["bank_ways"]:
        kind, detail = NAMED[way]
        assert any(remark["kind"] == kind and detail in remark["detail"] for remark in remarks), way
