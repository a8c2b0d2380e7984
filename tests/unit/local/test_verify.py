"""A year is checked by its files alone, and every check can fail."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.books import JOURNAL, LOGS, SUMMARY
from local.verify import CHECKS, main, verify
from tests.unit.local.year_files import write_year

Corrupt = Callable[[Path], object]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    write_year(folder)
    return folder


@pytest.fixture
def year(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "year"))


def differing(folder: Path) -> dict[str, list[str]]:
    return {name: differences for name, differences in verify(folder).items() if differences}


def test_a_year_as_it_was_left_holds_every_promise(year: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert differing(year) == {}
    assert main(year) == 0
    assert len(re.findall(r"^ok", capsys.readouterr().out, flags=re.MULTILINE)) == len(CHECKS)


# One thing changed at a time


def journal(change: Callable[[dict[str, Any]], object], type_: str) -> Corrupt:
    """Change the first event of a type."""

    def corrupt(folder: Path) -> None:
        lines = (folder / JOURNAL).read_text("utf-8").splitlines()
        at = next(number for number, line in enumerate(lines) if f'"type":"{type_}"' in line)
        event = json.loads(lines[at])
        change(event)
        lines[at] = json.dumps(event, ensure_ascii=False)
        (folder / JOURNAL).write_text("\n".join(lines) + "\n", "utf-8")

    return corrupt


def summary(change: Callable[[dict[str, Any]], object]) -> Corrupt:
    def corrupt(folder: Path) -> None:
        said = json.loads((folder / SUMMARY).read_text("utf-8"))
        change(said)
        (folder / SUMMARY).write_text(json.dumps(said), "utf-8")

    return corrupt


def text(pattern: str, old: str, new: str, *, every: bool = False) -> Corrupt:
    """Change a text in the first file of a pattern that holds it, or wherever it stands."""

    def corrupt(folder: Path) -> None:
        paths = [path for path in sorted(folder.glob(pattern)) if re.search(old, path.read_text("utf-8"))]
        for path in paths if every else paths[:1]:
            path.write_text(re.sub(old, new, path.read_text("utf-8"), count=0 if every else 1), "utf-8")
        assert paths

    return corrupt


def remove(pattern: str) -> Corrupt:
    return lambda folder: sorted(folder.glob(pattern))[0].unlink()


def double(pattern: str, name: str) -> Corrupt:
    def corrupt(folder: Path) -> None:
        path = sorted(folder.glob(pattern))[0]
        shutil.copy(path, path.with_name(name))

    return corrupt


def log(line: str) -> Corrupt:
    def corrupt(folder: Path) -> None:
        with (folder / LOGS).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    return corrupt


def drop_event(type_: str) -> Corrupt:
    def corrupt(folder: Path) -> None:
        lines = (folder / JOURNAL).read_text("utf-8").splitlines()
        lines.remove(next(line for line in lines if f'"type":"{type_}"' in line))
        (folder / JOURNAL).write_text("\n".join(lines) + "\n", "utf-8")

    return corrupt


CHANGES: list[tuple[Corrupt, str]] = [
    (journal(lambda e: e["data"].update(amount=1), "requisition_received"), "journal_chains_are_whole"),
    (journal(lambda e: e.update(hash="0" * 64), "mail_sent"), "journal_chains_are_whole"),
    (drop_event("mail_delivered"), "journal_chains_are_whole"),
    (journal(lambda e: e["data"].pop("amount"), "requisition_received"), "journals_fold"),
    (journal(lambda e: e.update(case="OTHER#1"), "report_assessed"), "journals_fold"),
    (journal(lambda e: e["data"].update(accepted=10**12), "report_assessed"), "money_is_conserved"),
    (journal(lambda e: e["data"].update(amount=100), "allocation_set"), "money_is_conserved"),
    (journal(lambda e: e["data"].update(amount=100), "payout_set_off"), "money_is_conserved"),
    (journal(lambda e: e["data"].update(remaining=100), "payout_set_off"), "payments_follow_the_journal"),
    (text("invoices/*.xml", r"(PrepaidAmount[^>]*>)\d+", r"\g<1>1"), "each_invoice_once"),
    (drop_event("letter_filed"), "no_task_is_overdue"),
    (summary(lambda s: s["counts"].update(events=1)), "summary_follows_from_the_journal"),
    (summary(lambda s: s["municipalities"]["0114"].update(stage="x")), "summary_follows_from_the_journal"),
    (summary(lambda s: s["money"].update(paid=s["money"]["paid"] + 1)), "summary_adds_up"),
    (summary(lambda s: s["money"].update(waived="10000.01")), "summary_adds_up"),
    (double("bank/out/*.xml", "00009-again.xml"), "each_payment_once"),
    (remove("bank/out/*.xml"), "each_payment_once"),
    (text("bank/out/*.xml", r"461836\.00", "461837.00"), "payments_follow_the_journal"),
    (text("bank/out/*.xml", "5000114", "5000122"), "payments_follow_the_journal"),
    (text("bank/in/*pain.002*.xml", "RJCT", "ACCP"), "payments_follow_the_journal"),
    (
        text("bank/in/*camt.054*.xml", "EndToEndId>P-2025-0115-1", "EndToEndId>P-2025-0120-1"),
        "bank_agrees_with_itself",
    ),
    (text("bank/in/*camt.05*.xml", r"461836\.00", "461837.00", every=True), "bank_booked_what_is_paid"),
    (text("bank/in/*camt.054*.xml", r"140000\.00", "140001.00"), "repayments_are_placed_once"),
    (text("bank/in/*camt.053*.xml", '<Amt Ccy="SEK">9', '<Amt Ccy="SEK">8'), "statements_are_whole"),
    (text("bank/out/*.xml", "<Nm>Kommun 0114", "<Nm>Kommun 0115"), "payment_files_are_made_again"),
    (text("bank/out/*.xml", r"<CtrlSum>\d", "<CtrlSum>x", every=True), "payment_files_are_made_again"),
    (
        text("reconciliations/*.json", '"entry_in_suspense"', '"entry_not_booked"'),
        "reconciliation_follows_from_the_files",
    ),
    (remove("reconciliations/*.json"), "reconciliation_follows_from_the_files"),
    (double("mail/*.eml", "again.eml"), "each_mail_once"),
    (remove("mail/*.eml"), "each_mail_once"),
    (text("mail/*.eml", r"registrator@kommun-\d+", "annan@kommun"), "each_mail_once"),
    (double("invoices/*.xml", "I-again.xml"), "each_invoice_once"),
    (remove("invoices/*.pdf"), "each_invoice_once"),
    (text("invoices/*.xml", r"(PayableAmount[^>]*>)\d+", r"\g<1>1"), "each_invoice_once"),
    (text("invoices/*.xml", r"(PaymentID[^>]*>)\d", r"\g<1>9"), "each_invoice_once"),
    (remove("letters/*.pdf"), "each_letter_once"),
    (double("letters/*.pdf", "other.pdf"), "each_letter_once"),
    (log('{"service":"audit_books","message":"books_differ","case":"CASE#2025#0114"}'), "log_tells_of_no_fault"),
    (log("half a li"), "log_tells_of_no_fault"),
    (summary(lambda s: s["checks"].update(queues_are_empty=False)), "queues_are_empty"),
    (remove(JOURNAL), "files_can_be_read"),
    (lambda folder: (folder / SUMMARY).write_text("{", "utf-8"), "files_can_be_read"),
]


@pytest.mark.parametrize(("corrupt", "named"), CHANGES)
def test_a_change_of_one_thing_is_named(year: Path, corrupt: Corrupt, named: str) -> None:
    corrupt(year)
    found = differing(year)
    assert named in found, found
    assert main(year) == 1


def test_every_check_is_seen_to_fail() -> None:
    assert {named for _, named in CHANGES} >= set(CHECKS)
