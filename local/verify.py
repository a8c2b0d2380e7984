"""Check a year by its files alone: every promise that whoever has only the files can hold it to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from rich.console import Console

from local.books import KINDS, SUMMARY, UnreadableError, Year, amount_of, xml_of
from local.verify_bank import BANK_CHECKS
from local.verify_interest import interest_follows
from local.year.summary import COLUMNS, figures, in_kronor, in_ore
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.state import CreditNote, Invoice
from statsbidrag.domain.journal import check_chain
from statsbidrag.domain.money import Ore
from statsbidrag.domain.rounds import ROUND

Check = Callable[[Year], Iterator[str]]
"""Gives what differs, in plain words; nothing where all is well."""
_ANY = "{*}"
_FAULTS = ("books_differ", "unexpected_error", "file_quarantined", "message_refused")
_PROVOKED = ("unexpected_error",)
"""What the log may tell of in a year whose calls were broken on purpose."""


# The journals


def _chains(year: Year) -> Iterator[str]:
    for key, records in year.journals.items():
        yield from check_chain(key, records)


def _folds(year: Year) -> Iterator[str]:
    for key in year.journals:
        if key.partition("#")[0] not in KINDS:
            yield f"{key} is no aggregate that is known"
    for kind in KINDS.values():
        year.states(kind)


def _money_is_conserved(year: Year) -> Iterator[str]:
    cases = year.states(CASE).values()
    for case in cases:
        money = case.money
        for line in case.imbalances():
            yield f"{case.number}: does not hold: {line}"
        if money.settled + money.interest_settled + money.surplus and not case.invoices:
            yield f"{case.number}: money was repaid without an invoice"
        if money.recovered != sum(invoice.amount - invoice.credited for invoice in case.invoices):
            yield f"{case.number}: the invoices are not what is recovered"
    yield from interest_follows(year)
    for book in year.states(ROUND).values():
        allocated = sum(case.money.allocated for case in cases if case.round == book.id)
        if book.current and book.round and allocated != book.round.total:
            yield f"round {book.id}: {in_kronor(Ore(allocated))} kronor allocated of {in_kronor(book.round.total)}"


def _nothing_is_overdue(year: Year) -> Iterator[str]:
    ends = datetime.fromisoformat(year.summary()["ended_at"])
    for kind in KINDS.values():
        for key, state in year.states(kind).items():
            for task in sorted(kind.owed(state)):
                if task.queue != "officer" and task.due < ends:
                    yield f"{key}: {task.id} was due {task.due.isoformat()} and is not done"


# The summary


def _summary_follows(year: Year) -> Iterator[str]:
    said = year.summary()
    found = figures(year, str(said.get("round")))
    for name, value in found.items():
        yield from _differences(name, said.get(name), value)


def _differences(where: str, said: object, found: object) -> Iterator[str]:
    if isinstance(said, dict) and isinstance(found, dict):
        for name in sorted({*said, *found}):
            yield from _differences(f"{where}.{name}", said.get(name), found.get(name))
    elif said != found:
        yield f"{SUMMARY} says {where} is {said}, the journal {found}"


def _summary_adds_up(year: Year) -> Iterator[str]:
    said = year.summary()
    money = {name: in_ore(said["money"][name]) for name in COLUMNS}
    accounted = money["accepted_use"] + money["waived"] + money["recovered"] + money["to_account_for"]
    if accounted != money["paid"]:
        yield f"{in_kronor(money['paid'])} kronor were paid, {in_kronor(Ore(accounted))} are accounted for"
    if money["recovered"] != money["invoiced"] - money["credited"]:
        yield "recovered is not what was invoiced less what was credited"
    for name in COLUMNS:
        each = sum(in_ore(one["money"][name]) for one in said["municipalities"].values())
        if each != money[name]:
            yield f"{name}: the municipalities sum to {in_kronor(Ore(each))} kronor, not {in_kronor(money[name])}"


# Mail, invoices and letters


def _each_mail_once(year: Year) -> Iterator[str]:
    found = list(year.mails())
    came = Counter(name for name, _ in found)
    for name, times in came.items():
        if times > 1:
            yield f"e-mail {name or 'without a name'} went out {times} times"
    mails = {mail.id: mail for case in year.states(CASE).values() for mail in case.mails.values()}
    left = {mail.id for mail in mails.values() if mail.status not in ("owed", "withdrawn")}
    for name in sorted(left ^ came.keys()):
        yield f"e-mail {name} is {'sent by the journal and no file' if name in left else 'a file and not sent'}"
    for name, message in found:
        if name in mails and message["To"] is not None and mails[name].to not in str(message["To"]):
            yield f"e-mail {name} went to somebody else than the registry"


def _each_invoice_once(year: Year) -> Iterator[str]:
    cases: list[Case] = list(year.states(CASE).values())
    invoices: dict[str, Invoice | CreditNote] = {i.number: i for case in cases for i in case.all_invoices}
    invoices |= {note.number: note for case in cases for note in case.credit_notes}
    numbers = Counter(xml_of(path).findtext(f"{_ANY}ID", "") for path in year.files("invoices/*.xml"))
    for number, times in numbers.items():
        if times > 1:
            yield f"invoice {number} stands in {times} files"
    for number in sorted(invoices.keys() ^ numbers.keys()):
        yield f"invoice {number} is {'in the journal and no file' if number in invoices else 'a file of no case'}"
    for path in year.files("invoices/*.xml"):
        yield from _wrong_invoice(path, invoices)
    pdfs = {path.stem for path in year.files("invoices/*.pdf")}
    for number in sorted(invoices.keys() ^ pdfs):
        yield f"invoice {number}: the PDF is {'missing' if number in invoices else 'of no case'}"


def _wrong_invoice(path: Path, invoices: Mapping[str, Invoice | CreditNote]) -> Iterator[str]:
    root = xml_of(path)
    invoice = invoices.get(root.findtext(f"{_ANY}ID", ""))
    if invoice is None:
        return
    prepaid = invoice.prepaid if isinstance(invoice, Invoice) else 0
    for name, taken in (("LineExtensionAmount", 0), ("TaxInclusiveAmount", 0), ("PayableAmount", prepaid)):
        total = amount_of(root.findtext(f"{_ANY}LegalMonetaryTotal/{_ANY}{name}", ""), path.name)
        expected = Ore(invoice.amount - taken)
        if total != expected:
            yield f"invoice {invoice.number}: {name} is {in_kronor(total)} kronor, not {in_kronor(expected)}"
    told = root.findtext(f"{_ANY}LegalMonetaryTotal/{_ANY}PrepaidAmount", "0.00")
    if amount_of(told, path.name) != prepaid:
        yield f"invoice {invoice.number}: PrepaidAmount is {told} kronor, not {in_kronor(Ore(prepaid))}"
    if isinstance(invoice, Invoice) and root.findtext(f"{_ANY}PaymentMeans/{_ANY}PaymentID", "") != invoice.ocr:
        yield f"invoice {invoice.number}: the reference is not the journal's"


def _each_letter_once(year: Year) -> Iterator[str]:
    recoveries = [r for case in year.states(CASE).values() for r in case.recoveries]
    decisions = [*recoveries, *(again for r in recoveries for again in r.reconsidered)]
    filed = {Path(decision.letter).name for decision in decisions if decision.letter}
    found = {path.name for path in year.files("letters/*.pdf")}
    for name in sorted(filed ^ found):
        yield f"letter {name} is {'filed by the journal and missing' if name in filed else 'of no decision'}"


def _log_tells_of_no_fault(year: Year) -> Iterator[str]:
    provoked = _PROVOKED if "faults" in year.summary() else ()
    gaps = "statement-gap" in year.summary().get("bank_ways", ())
    for line in year.logs():
        told_of = gaps and line.get("code") == "statement_gap"
        if line.get("message") in _FAULTS and line["message"] not in provoked and not told_of:
            facts = {name: line[name] for name in ("case", "what", "code", "file", "queue") if name in line}
            yield f"{line.get('service')} logged {line['message']} {facts or ''}".strip()


CHECKS: Mapping[str, Check] = {
    "journal_chains_are_whole": _chains,
    "journals_fold": _folds,
    "money_is_conserved": _money_is_conserved,
    "no_task_is_overdue": _nothing_is_overdue,
    "summary_follows_from_the_journal": _summary_follows,
    "summary_adds_up": _summary_adds_up,
    **BANK_CHECKS,
    "each_mail_once": _each_mail_once,
    "each_invoice_once": _each_invoice_once,
    "each_letter_once": _each_letter_once,
    "log_tells_of_no_fault": _log_tells_of_no_fault,
}


def check(year: Year) -> dict[str, list[str]]:
    """Try every check on a year; gives what differs by the check's name, nothing where it holds."""
    return {name: _tried(check, year) for name, check in CHECKS.items()}


def _tried(check: Check, year: Year) -> list[str]:
    try:
        return list(check(year))
    except (UnreadableError, KeyError, TypeError) as error:
        return [f"cannot be read: {error}"]


def verify(folder: Path) -> dict[str, list[str]]:
    """Check the files of a folder, and that the year itself found nothing wrong."""
    try:
        year = Year(folder)
        own = {name: holds for name, holds in year.summary().get("checks", {}).items() if name not in CHECKS}
    except (OSError, UnreadableError) as error:
        return {"files_can_be_read": [str(error)]}
    return check(year) | {name: [] if holds else ["the year itself said so"] for name, holds in own.items()}


def main(folder: Path) -> int:
    """Check a folder, print what was found; 1 where anything differs."""
    console = Console(highlight=False)
    found = verify(folder)
    show(found, console)
    return int(any(found.values()))


def show(found: Mapping[str, list[str]], console: Console, most: int = 10) -> None:
    """Print each check with what differs."""
    for name, differences in found.items():
        console.print(f"{'differs' if differences else 'ok':8} {name.replace('_', ' ')}", markup=False)
        for difference in differences[:most]:
            console.print(f"         {difference}", markup=False)
        if len(differences) > most:
            console.print(f"         and {len(differences) - most} more", markup=False)
