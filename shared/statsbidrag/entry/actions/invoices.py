"""Actions on invoices: issued anew, set off, given up, and what came in above them sent back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.interests import is_due, paid_late
from statsbidrag.domain.case.settlement import refundable
from statsbidrag.domain.case.state import Invoice
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.time import format_date
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer, possible

_INVOICE = f"{CASE_ROUTE}/invoices/{{invoice}}"
_HERE = Ore(1)


def _offer(invoice: Invoice, *facts: tuple[str, str], values: dict[str, str] | None = None, by: str = "") -> Offer:
    shown = (("Obetalt", format_kronor(invoice.open_amount)), ("Förfaller", format_date(invoice.due_on)))
    return Offer(invoice.number, f"faktura {invoice.number}", (*shown, *facts), values or {}, (by,) if by else ())


def _reissuable(case: Case, now: datetime) -> Iterator[Offer]:
    for invoice in case.all_invoices:
        if possible(case, c.ReissueInvoice(invoice.number, "Skäl.", ""), now):
            yield _offer(invoice)


def _to_set_off(case: Case, now: datetime) -> Iterator[Offer]:
    for invoice in case.all_invoices:
        fit = [p for p in case.payouts if possible(case, c.ProposeSetOff(invoice.number, p.id, _HERE, "?", ""), now)]
        if fit:
            choices = tuple((p.id, f"{p.id}, {format_kronor(p.amount)}") for p in fit)
            yield Offer(invoice.number, f"faktura {invoice.number}", _offer(invoice).facts, choices={"payout": choices})


def _set_off_waiting(case: Case, _: datetime) -> Iterator[Offer]:
    for item in case.waiting_set_offs:
        invoice = next(i for i in case.all_invoices if i.number == item.invoice)
        yield _offer(
            invoice,
            ("Utbetalning", item.payout),
            ("Kvittas", format_kronor(item.amount)),
            ("Skäl", item.reason),
            ("Föreslaget av", item.proposed_by),
            values={"payout": item.payout, "amount_ore": str(item.amount)},
            by=item.proposed_by,
        )


def _any_waiting(case: Case, now: datetime) -> Iterator[Offer]:
    yield from (Offer(each.about, each.what, each.facts) for each in _set_off_waiting(case, now))


def _unpaid(case: Case, _: datetime) -> Iterator[Offer]:
    yield from (_offer(invoice) for invoice in case.all_invoices if invoice.open_amount)


def _to_give_up(case: Case, _: datetime) -> Iterator[Offer]:
    for invoice in case.all_invoices:
        told = invoice.write_off
        if told and not told.decided_by and told.amount == invoice.open_amount:
            yield _offer(
                invoice,
                ("Skrivs av", format_kronor(told.amount)),
                ("Skäl", told.reason),
                ("Föreslaget av", told.proposed_by),
                values={"amount_ore": str(told.amount)},
                by=told.proposed_by,
            )


def _paid_late(case: Case, _: datetime) -> Iterator[Offer]:
    for invoice in case.invoices:
        if is_due(case, invoice):
            late = paid_late(case, invoice)
            facts = tuple((f"Betalt {format_date(each.on)}", format_kronor(each.amount)) for each in late)
            yield Offer(invoice.number, f"faktura {invoice.number}", facts)


def _too_much(case: Case, _: datetime) -> Iterator[Offer]:
    if (amount := refundable(case)) > 0:
        yield Offer(facts=(("Överskott", format_kronor(amount)),))


_INTEREST = f"{_INVOICE}/interest"
ACTIONS = (
    Action(
        "ersatt-faktura",
        "Ersätt fakturan",
        "Fakturan makuleras med en kreditfaktura, och en ny skickas med rätt uppgifter. Beloppet ändras inte.",
        "Fakturan är ersatt med en ny.",
        f"{_INVOICE}/reissue",
        "case",
        _reissuable,
        (
            Field("reason", "Vad är fel på fakturan?"),
            Field("invoice_reference", "Rätt fakturareferens", "line", "Bara om det är den som är fel.", False),
        ),
    ),
    Action(
        "foresla-kvittning",
        "Föreslå kvittning",
        "Utbetalningen stannar här tills en annan handläggare har beslutat.",
        "Kvittningen är föreslagen och väntar på en annan handläggare.",
        f"{_INVOICE}/set-off",
        "case",
        _to_set_off,
        (
            Field("payout", "Utbetalning", "choice"),
            Field("amount_ore", "Belopp att kvitta", "kronor", "Högst det som är obetalt på fakturan."),
            REASON,
        ),
    ),
    Action(
        "besluta-kvittning",
        "Besluta kvittningen",
        "Beloppet räknas som betalt på fakturan. Resten av utbetalningen betalas ut.",
        "Kvittningen är beslutad.",
        f"{_INVOICE}/set-off/decision",
        "case",
        _set_off_waiting,
        (Field("payout", "Utbetalning", "seen"), Field("amount_ore", "Belopp", "seen_number")),
    ),
    Action(
        "avsla-kvittning",
        "Avslå kvittningen",
        "Inget kvittas, och utbetalningen går vidare.",
        "Kvittningen är avslagen.",
        f"{_INVOICE}/set-off/refusal",
        "case",
        _any_waiting,
        (REASON,),
    ),
    Action(
        "foresla-avskrivning",
        "Föreslå avskrivning",
        "Du föreslår att vi ger upp det som är obetalt. En annan handläggare beslutar.",
        "Avskrivningen är föreslagen och väntar på en annan handläggare.",
        f"{_INVOICE}/write-off",
        "case",
        _unpaid,
        (REASON,),
    ),
    Action(
        "besluta-avskrivning",
        "Besluta avskrivningen",
        "Det som är obetalt krävs inte längre. Kommer pengar in ändå blir de överskott.",
        "Avskrivningen är beslutad.",
        f"{_INVOICE}/write-off/decision",
        "case",
        _to_give_up,
        (Field("amount_ore", "Belopp", "seen_number"),),
    ),
    Action(
        "krav-ranta",
        "Kräv räntan nu",
        "Räntan på det som betalades för sent krävs med en egen faktura, i stället för att vi väntar.",
        "Räntan är krävd, om den inte var för liten.",
        _INTEREST,
        "case",
        _paid_late,
    ),
    Action(
        "avsta-fran-ranta",
        "Avstå från räntan",
        "Räntan på det som betalades för sent krävs inte.",
        "Räntan krävs inte.",
        f"{_INTEREST}/waiver",
        "case",
        _paid_late,
        (REASON,),
    ),
    Action(
        "betala-tillbaka-overskott",
        "Betala tillbaka överskottet",
        "En utbetalning görs av det som kom in utöver fakturorna, till det konto som gäller.",
        "Överskottet betalas tillbaka.",
        f"{CASE_ROUTE}/refund",
        "case",
        _too_much,
    ),
)
