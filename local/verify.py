"""Check a year by its files alone: every promise that whoever has only the files can hold it to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree
from rich.console import Console

from local.books import KINDS, SUMMARY, UnreadableError, Year
from local.year.summary import COLUMNS, figures, in_kronor, in_ore
from statsbidrag.domain.bank import Entry, Notification, Statement, StatusReport
from statsbidrag.domain.batches import BATCH
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.state import Invoice, Payout
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.journal import check_chain
from statsbidrag.domain.money import Ore, parse_decimal
from statsbidrag.domain.rounds import ROUND
from statsbidrag.domain.suspense import ENTRY

Check = Callable[[Year], Iterator[str]]
"""Gives what differs, in plain words; nothing where all is well."""
_ANY = "{*}"
_FAULTS = ("books_differ", "unexpected_error", "statement_gap", "file_quarantined", "message_refused")
_PROVOKED = ("unexpected_error",)
"""What the log may tell of in a year whose calls were broken on purpose."""
_PAID_ONCE = ("settled", "returned")


class _Transfer(NamedTuple):
    amount: Ore
    account: str


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
        for line in money.imbalances():
            yield f"{case.number}: does not hold: {line}"
        if money.settled + money.surplus and not case.invoices:
            yield f"{case.number}: money was repaid without an invoice"
        if money.recovered != sum(invoice.amount - invoice.credited for invoice in case.invoices):
            yield f"{case.number}: the invoices are not what is recovered"
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


# The bank


def _payments_out(year: Year) -> Iterator[tuple[str, _Transfer]]:
    for path in year.files("bank/out/*.xml"):
        root = _xml(path)
        for transfer in root.iter(f"{_ANY}CdtTrfTxInf"):
            name = transfer.findtext(f"{_ANY}PmtId/{_ANY}EndToEndId", "")
            account = transfer.findtext(f"{_ANY}CdtrAcct/{_ANY}Id/{_ANY}Othr/{_ANY}Id", "")
            account = account or transfer.findtext(f"{_ANY}CdtrAcct/{_ANY}Id/{_ANY}IBAN", "")
            amount = _amount(transfer.findtext(f"{_ANY}Amt/{_ANY}InstdAmt", ""), path.name)
            yield name, _Transfer(amount, account)


def _xml(path: Path) -> Any:
    try:
        return etree.fromstring(path.read_bytes())
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"{path.name}: {error}") from error


def _amount(text: str, where: str) -> Ore:
    try:
        return parse_decimal(text)
    except Refusal as error:
        raise UnreadableError(f"{where}: {error.code}") from error


def _each_payment_once(year: Year) -> Iterator[str]:
    for name, times in Counter(name for name, _ in _payments_out(year)).items():
        if times > 1:
            yield f"payment {name} went to the bank {times} times"
    names = Counter(_xml(path).findtext(f".//{_ANY}GrpHdr/{_ANY}MsgId", "") for path in year.files("bank/out/*.xml"))
    for name, times in names.items():
        if times > 1:
            yield f"file {name} went to the bank {times} times"
    sent = {batch.id for batch in year.states(BATCH).values() if batch.sent_at}
    for name in sorted(sent ^ names.keys()):
        yield f"batch {name} is {'sent by the journal and no file' if name in sent else 'a file and not sent'}"


def _payments_follow_the_journal(year: Year) -> Iterator[str]:
    """What went out is what the journal sent, to the verified account; less what came back it is what was paid."""
    out, payouts = dict(_payments_out(year)), _payouts(year)
    sent = {name: p for name, p in payouts.items() if p.status in ("sent", "settled", "rejected", "returned")}
    for name in sorted(out.keys() ^ sent.keys()):
        yield f"payment {name} is {'in a file and not' if name in out else 'not in a file but'} sent by the journal"
    for name in sorted(out.keys() & sent.keys()):
        if out[name] != _Transfer(sent[name].amount, sent[name].account.number):
            yield f"payment {name} went out as {out[name]}, the journal says {sent[name].amount} öre"
    refused = _refused(year)
    returned = {entry.end_to_end_id for entry in _entries(year).values() if entry.return_reason is not None}
    received = sum(transfer.amount for name, transfer in out.items() if name not in refused | returned)
    paid = sum(case.money.paid for case in year.states(CASE).values())
    if received != paid:
        yield f"{in_kronor(Ore(received))} kronor went out and did not come back, {in_kronor(Ore(paid))} are paid"


def _payouts(year: Year) -> Mapping[str, Payout]:
    return {payout.id: payout for case in year.states(CASE).values() for payout in case.payouts}


def _refused(year: Year) -> set[str | None]:
    reports = [report for _, report in year.bank_reports() if isinstance(report, StatusReport)]
    whole = {r.original_message_id for r in reports if r.status == "rejected" and r.reason_code != "DUPL"}
    lines = {line.payout for batch in year.states(BATCH).values() if batch.id in whole for line in batch.lines}
    return lines | {p.end_to_end_id for report in reports for p in report.payments if p.status == "rejected"}


def _entries(year: Year) -> dict[str, Entry]:
    """Give every booked movement once, however many files tell of it."""
    told = [report for _, report in year.bank_reports() if isinstance(report, (Notification, Statement))]
    return {entry.reference: entry for report in told for entry in report.entries}


def _bank_agrees_with_itself(year: Year) -> Iterator[str]:
    """A movement stands in a notification and in a statement: both tell the same of it."""
    known = _entries(year)
    for name, report in year.bank_reports():
        for entry in () if isinstance(report, StatusReport) else report.entries:
            if _told(entry) != _told(known[entry.reference]):
                yield f"{name}: movement {entry.reference} is told otherwise in another file"


def _told(entry: Entry) -> tuple[Ore, str, str | None]:
    return entry.amount, entry.direction, entry.end_to_end_id


def _bank_booked_what_is_paid(year: Year) -> Iterator[str]:
    booked: Counter[str] = Counter()
    for entry in _entries(year).values():
        if entry.direction == "debit":
            booked[entry.end_to_end_id or ""] += entry.amount
    paid = {p.id: p.amount for p in _payouts(year).values() if p.status in _PAID_ONCE}
    for name in sorted(booked.keys() | paid.keys()):
        if booked[name] != paid.get(name, 0):
            yield f"payment {name}: the bank booked {booked[name]} öre, the journal {paid.get(name, 0)}"


def _repayments_are_placed(year: Year) -> Iterator[str]:
    """Every krona that came in stands in a case or in suspense, once."""
    came = {e.reference: e.amount for e in _entries(year).values() if e.direction == "credit" and not e.return_reason}
    suspended = {s.entry: s.amount for s in year.states(ENTRY).values()}
    cases: list[Case] = list(year.states(CASE).values())
    placed = [entry for case in cases for entry in case.bank_entries if entry in came]
    for reference in sorted(came):
        times = placed.count(reference) + (reference in suspended)
        if times != 1:
            yield f"repayment {reference} of {came[reference]} öre is booked {times} times"
    in_cases = sum(case.money.settled + case.money.surplus for case in cases)
    expected = sum(amount for reference, amount in came.items() if reference not in suspended)
    if in_cases != expected:
        yield f"{expected} öre were repaid on invoices, the cases have {in_cases}"


def _statements_are_whole(year: Year) -> Iterator[str]:
    before: Statement | None = None
    for name, report in year.bank_reports():
        if isinstance(report, Statement):
            if report.gap:
                yield f"{name}: the balances differ by {report.gap} öre from the entries"
            if before and before != report and before.closing != report.opening:
                yield f"{name}: it does not begin with the balance that the statement before ended with"
            before = report


# Mail, invoices and letters


def _each_mail_once(year: Year) -> Iterator[str]:
    found = list(year.mails())
    came = Counter(name for name, _ in found)
    for name, times in came.items():
        if times > 1:
            yield f"e-mail {name or 'without a name'} went out {times} times"
    mails = {mail.id: mail for case in year.states(CASE).values() for mail in case.mails.values()}
    left = {mail.id for mail in mails.values() if mail.status != "owed"}
    for name in sorted(left ^ came.keys()):
        yield f"e-mail {name} is {'sent by the journal and no file' if name in left else 'a file and not sent'}"
    for name, message in found:
        if name in mails and message["To"] is not None and mails[name].to not in str(message["To"]):
            yield f"e-mail {name} went to somebody else than the registry"


def _each_invoice_once(year: Year) -> Iterator[str]:
    invoices = {i.number: i for case in year.states(CASE).values() for i in case.invoices}
    numbers = Counter(_xml(path).findtext(f"{_ANY}ID", "") for path in year.files("invoices/*.xml"))
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


def _wrong_invoice(path: Path, invoices: Mapping[str, Invoice]) -> Iterator[str]:
    root = _xml(path)
    invoice = invoices.get(root.findtext(f"{_ANY}ID", ""))
    if invoice is None:
        return
    for name in ("LineExtensionAmount", "TaxInclusiveAmount", "PayableAmount"):
        total = _amount(root.findtext(f"{_ANY}LegalMonetaryTotal/{_ANY}{name}", ""), path.name)
        if total != invoice.amount:
            yield f"invoice {invoice.number}: {name} is {in_kronor(total)} kronor, not {in_kronor(invoice.amount)}"
    if root.findtext(f"{_ANY}PaymentMeans/{_ANY}PaymentID", "") != invoice.ocr:
        yield f"invoice {invoice.number}: the reference is not the journal's"


def _each_letter_once(year: Year) -> Iterator[str]:
    filed = {Path(r.letter).name for case in year.states(CASE).values() for r in case.recoveries if r.letter}
    found = {path.name for path in year.files("letters/*.pdf")}
    for name in sorted(filed ^ found):
        yield f"letter {name} is {'filed by the journal and missing' if name in filed else 'of no decision'}"


def _log_tells_of_no_fault(year: Year) -> Iterator[str]:
    provoked = _PROVOKED if "faults" in year.summary() else ()
    for line in year.logs():
        if line.get("message") in _FAULTS and line["message"] not in provoked:
            facts = {name: line[name] for name in ("case", "what", "code", "file", "queue") if name in line}
            yield f"{line.get('service')} logged {line['message']} {facts or ''}".strip()


CHECKS: Mapping[str, Check] = {
    "journal_chains_are_whole": _chains,
    "journals_fold": _folds,
    "money_is_conserved": _money_is_conserved,
    "no_task_is_overdue": _nothing_is_overdue,
    "summary_follows_from_the_journal": _summary_follows,
    "summary_adds_up": _summary_adds_up,
    "each_payment_once": _each_payment_once,
    "payments_follow_the_journal": _payments_follow_the_journal,
    "bank_agrees_with_itself": _bank_agrees_with_itself,
    "bank_booked_what_is_paid": _bank_booked_what_is_paid,
    "repayments_are_placed_once": _repayments_are_placed,
    "statements_are_whole": _statements_are_whole,
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
