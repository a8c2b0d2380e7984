"""The figures of a year, folded from its files alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from local.books import Year
from statsbidrag.domain.batches import BATCH
from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.money import ORE_PER_KRONA, Ore
from statsbidrag.domain.suspense import ENTRY

COLUMNS = (
    "allocated",
    "requisitioned",
    "approved",
    "paid",
    "accepted_use",
    "waived",
    "invoiced",
    "credited",
    "recovered",
    "settled",
    "surplus",
    "written_off",
    "refunded",
    "set_off",
    "to_account_for",
)
"""The money of a case and of the round; ``paid = accepted_use + waived + recovered + to_account_for``."""
Kronor = int | str


def in_kronor(amount: Ore) -> Kronor:
    """Give an amount in kronor without losing an öre: a whole number, else text with two decimals."""
    whole, rest = divmod(abs(amount), ORE_PER_KRONA)
    if not rest:
        return amount // ORE_PER_KRONA
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02d}"


def in_ore(kronor: Kronor) -> Ore:
    """Read an amount as `in_kronor` writes it."""
    if isinstance(kronor, int):
        return Ore(kronor * ORE_PER_KRONA)
    whole, _, rest = kronor.lstrip("-").partition(".")
    amount = int(whole) * ORE_PER_KRONA + int(rest)
    return Ore(-amount if kronor.startswith("-") else amount)


def figures(year: Year, round_id: str) -> dict[str, Any]:
    """Give every figure of a round that follows from the files.

    Returns
    -------
    dict
        ``counts``, ``money`` (the columns in kronor) and ``municipalities``: the outcome of each by its code.
    """
    cases: dict[str, Case] = {case.municipality: case for case in year.states(CASE).values() if case.round == round_id}
    return {
        "counts": _counts(year, cases.values()),
        "money": money_of(cases.values()),
        "municipalities": {code: outcome(case) for code, case in sorted(cases.items())},
        **_interest(cases.values()),
    }


def _interest(cases: Iterable[Case]) -> dict[str, dict[str, Kronor]]:
    """Sum the accounts of interest, where the round has any: they are no part of the grant's."""
    moneys = [case.money for case in cases if case.interest]
    names = ("claimed", "settled", "written_off", "forgone", "outstanding")
    sums = {name: in_kronor(Ore(sum(getattr(money, f"interest_{name}") for money in moneys))) for name in names}
    return {"interest": sums} if moneys else {}


def money_of(cases: Iterable[Case]) -> dict[str, Kronor]:
    """Sum the money columns of some cases, in kronor."""
    columns = dict.fromkeys(COLUMNS, 0)
    for case in cases:
        for name in COLUMNS:
            columns[name] += getattr(case.money, name)
    return {name: in_kronor(Ore(amount)) for name, amount in columns.items()}


def outcome(case: Case) -> dict[str, Any]:
    """Tell how a year came out for one municipality: nothing in it depends on when something was done."""
    return {
        "stage": CASE.status(case),
        "money": money_of([case]),
        "requisitions": [requisition.status for requisition in case.requisitions],
        "payouts": [payout.status for payout in case.payouts],
        "report": None if case.report is None else "late" if case.report.late else "in_time",
        "recoveries": [
            {
                "grounds": list(r.grounds),
                "claim": in_kronor(r.claim),
                "answers": [answer.stance for answer in r.answers],
                "waived": in_kronor(r.waived),
                "status": r.status,
                "appeals": [appeal.outcome or "open" for appeal in r.appeals],
            }
            for r in case.recoveries
        ],
        "invoices": [
            {"number": i.number, "amount": in_kronor(i.amount), "settled": in_kronor(i.settled)}
            for i in case.all_invoices
        ],
        "credit_notes": [{"number": n.number, "amount": in_kronor(n.amount)} for n in case.credit_notes],
        "mails": {mail.id: mail.status for mail in sorted(case.mails.values(), key=lambda mail: mail.id)},
        "waits_for_officer": sorted(task.kind for task in CASE.owed(case) if task.queue == "officer"),
    }


def _counts(year: Year, cases: Iterable[Case]) -> dict[str, int]:
    cases = list(cases)
    return {
        "municipalities": len(cases),
        "aggregates": len(year.journals),
        "events": sum(len(records) for records in year.journals.values()),
        "batches": len(year.states(BATCH)),
        "bank_files_out": len(year.files("bank/out/*.xml")),
        "bank_files_in": len(year.files("bank/in/*.xml")),
        "entries_in_suspense": len(year.states(ENTRY)),
        **_counted("requisitions", (r.status for case in cases for r in case.requisitions)),
        **_counted("payouts", (p.status for case in cases for p in case.payouts)),
        "reports": sum(1 for case in cases if case.report),
        "reports_late": sum(1 for case in cases if case.report and case.report.late),
        "recoveries": sum(len(case.recoveries) for case in cases),
        "invoices": sum(len(case.all_invoices) for case in cases),
        "credit_notes": sum(len(case.credit_notes) for case in cases),
        "letters": sum(
            bool(r.letter) + sum(bool(a.letter) for a in r.reconsidered) for c in cases for r in c.recoveries
        ),
        "payout_holds": sum(len(case.holds) for case in cases),
        "report_extensions": sum(len(case.extensions) for case in cases),
        "report_reopenings": sum(len(case.reopenings) for case in cases),
        "invoices_reissued": sum(bool(i.replaced_by) for case in cases for i in case.invoices),
        "write_offs": sum(bool(i.written_off) for case in cases for i in case.invoices),
        "complaints": sum(bool(mail.complaint) for case in cases for mail in case.mails.values()),
        **_counted("hearing_answers", (a.stance for case in cases for r in case.recoveries for a in r.answers)),
        **_counted("appeals", (a.outcome or "open" for case in cases for r in case.recoveries for a in r.appeals)),
        **_counted("remarks", (remark["kind"] for remark in year.reconciliation().get("remarks", ()))),
        **_counted("mails", (m.status for case in cases for m in case.mails.values())),
        **_counted("cases", (CASE.status(case) for case in cases)),
        **_counted("officer_tasks", (t.kind for case in cases for t in CASE.owed(case) if t.queue == "officer")),
    }


def _counted(name: str, statuses: Iterable[str]) -> Mapping[str, int]:
    counted = Counter(statuses)
    return {name: counted.total(), **{f"{name}_{status}": count for status, count in sorted(counted.items())}}
