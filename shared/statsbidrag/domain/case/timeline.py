"""Where a case stands, for the municipality: its steps from allocation to settlement, and whose turn it is.

Everything is read off the case and the clock; nothing is stored. Amounts are öre, days are Swedish.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from statsbidrag.domain.case.interests import is_due
from statsbidrag.domain.case.state import (
    Appeal,
    AppealOutcome,
    Case,
    Invoice,
    Payout,
    Recovery,
    Requisition,
    SpotCheck,
    opened,
)
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.terms import Terms
from statsbidrag.domain.time import end_of, format_date, format_instant, swedish_date

StepKind = Literal[
    "allocation", "requisition", "payout", "use", "report", "assessment", "spot_check", "recovery", "invoice", "end"
]
StepStatus = Literal["done", "now", "later"]
Who = Literal["municipality", "agency", "bank", ""]
"""Whose turn it is; nobody's where a step is done or has not begun."""


class Step(msgspec.Struct, frozen=True):
    """One step of a case.

    Attributes
    ----------
    on
        The day on which it was done, or began.
    says
        What it means, one sentence or more in Swedish.
    due
        The last day for what is next; ``None`` where there is none.
    about
        The recovery or invoice that it is about; empty for the others.
    is_late
        Whether the last day has passed, and it still is the municipality's turn.
    """

    kind: StepKind
    title: str
    status: StepStatus
    says: str
    on: date | None = None
    who: Who = ""
    due: date | None = None
    about: str = ""
    is_late: bool = False


def timeline(case: Case, now: datetime) -> tuple[Step, ...]:
    """Give every step of a case, in the order in which they come; `NotFound` for a case that is not open."""
    _, terms = opened(case)
    today = swedish_date(now)
    return (
        _allocation(case),
        _requisition(case, terms, today),
        _payout(case),
        _use(case, terms, today),
        _report(case, terms, now),
        *_assessment(case),
        *(_spot_check(check, today) for check in case.spot_checks),
        *(step for recovery in case.live_recoveries for step in _recovery(case, recovery, today)),
        _end(case),
    )


def next_step(steps: tuple[Step, ...]) -> Step | None:
    """Give what is next: the municipality's turn with the nearest last day, else what the agency or bank does."""
    open_steps = [step for step in steps if step.status == "now"]
    own = [step for step in open_steps if step.who == "municipality" and step.due]
    others = [step for step in open_steps if step.who != "municipality"]
    return next(iter([*sorted(own, key=lambda step: (step.kind == "use", step.due or date.max)), *others]), None)


def _allocation(case: Case) -> Step:
    on = swedish_date(case.allocation_approved_at) if case.allocation_approved_at else None
    says = f"Kommunen kan rekvirera högst {format_kronor(case.money.allocated)}."
    return Step("allocation", "Fördelning", "done", says, on)


def _requisition(case: Case, terms: Terms, today: date) -> Step:
    title, last = "Rekvisition", case.requisitions[-1] if case.requisitions else None
    if last is not None and last.status != "rejected":
        return _received(title, last)
    due = terms.requisition_last_day
    if today < terms.requisition_opens:
        day = format_date(terms.requisition_opens)
        return Step("requisition", title, "later", f"Ni kan rekvirera från den {day}.", due=due)
    if last is not None:
        says = _not_approved(last, is_late=today > due)
    elif today > due:
        says = (
            "Ni har inte rekvirerat, och sista dagen har passerat. Vi tar emot en sen rekvisition, och en "
            "handläggare avgör om den kan godkännas."
        )
    else:
        says = f"Skicka rekvisitionen senast den {format_date(due)}. Den som är ombud eller representant skickar den."
    return Step("requisition", title, "now", says, None, "municipality", due, is_late=today > due)


def _not_approved(last: Requisition, *, is_late: bool) -> str:
    told = (
        "Er rekvisition kom efter sista dagen, och vi avvisade den."
        if last.late_decision and not last.late_decision.accepted
        else "Er rekvisition godkändes inte."
    )
    again = " Den kommer också efter sista dagen, och en handläggare avgör om vi kan ta upp den." if is_late else ""
    return f"{told} Skälen står i e-posten till registraturen. Ni kan skicka en ny.{again}"


def _received(title: str, last: Requisition) -> Step:
    came = f"Vi tog emot rekvisition {last.id} på {format_kronor(last.amount)} den {format_instant(last.received_at)}."
    on = swedish_date(last.received_at)
    waits = {
        "received": "Vi kontrollerar den mot villkoren.",
        "with_officer": "Den kom efter sista dagen. En handläggare avgör om den kan godkännas.",
        "awaiting_account": "Ni angav ett annat konto. En handläggare kontrollerar kontot innan vi betalar.",
    }
    if last.status in waits:
        return Step("requisition", title, "now", f"{came} {waits[last.status]}", on, "agency")
    return Step("requisition", title, "done", f"{came} Den är godkänd.", on)


def _payout(case: Case) -> Step:
    title = "Utbetalning"
    grants = [payout for payout in case.payouts if payout.purpose == "grant" and not payout.replaced_by]
    if not grants:
        return Step("payout", title, "later", "Vi betalar när rekvisitionen är godkänd.")
    last = next((payout for payout in grants if payout.status != "settled"), grants[-1])
    on = swedish_date(last.changed_at)
    if last.status == "settled" or last.is_final:
        paid = f"Kommunen har fått {format_kronor(case.money.paid)}."
        kept = f" {last.reason}" if last.status == "void" else ""
        return Step("payout", title, "done", paid + kept, on)
    says, who = _on_its_way(case, last)
    return Step("payout", title, "now", says, on, who)


def _on_its_way(case: Case, payout: Payout) -> tuple[str, Who]:
    amount, account = format_kronor(payout.amount), payout.account
    if payout.status == "ordered" and case.holds_on(payout.id):
        return f"Utbetalningen på {amount} är stoppad. En handläggare avgör när den kan gå iväg.", "agency"
    if payout.status in ("ordered", "batched"):
        return f"Vi förbereder utbetalningen på {amount} till {account}.", "agency"
    if payout.status == "sent":
        return f"Vi har lämnat utbetalningen på {amount} till banken. Pengarna går till {account}.", "bank"
    if payout.status == "unknown":
        return f"Banken har inte svarat om utbetalningen på {amount}. Vi frågar banken.", "agency"
    return (
        f"Utbetalningen på {amount} till {account} gick inte igenom. En handläggare rättar och betalar på nytt.",
        "agency",
    )


def _use(case: Case, terms: Terms, today: date) -> Step:
    span = f"den {format_date(terms.use_from)} till och med den {format_date(terms.use_to)}"
    says = f"Pengarna får användas från {span}. Dokumentera vad ni gör och vad ni uppnår."
    if case.money.paid == 0:
        return Step("use", "Användning", "later", says, due=terms.use_to)
    if today > terms.use_to:
        return Step("use", "Användning", "done", f"Pengarna fick användas från {span}.", terms.use_to)
    return Step("use", "Användning", "now", says, terms.use_from, "municipality", terms.use_to)


def _report(case: Case, terms: Terms, now: datetime) -> Step:
    title, due = "Återrapportering", case.report_last_day
    if case.report is not None:
        report = case.report
        late = " Den kom efter sista dagen." if report.late else ""
        came = f"Vi tog emot återrapporteringen den {format_instant(report.received_at)}.{late}"
        used = f"Ni har uppgett att {format_kronor(report.amount_used)} har använts."
        return Step("report", title, "done", f"{came} {used}", swedish_date(report.received_at))
    if case.link is None:
        opens = format_date(terms.report_opens)
        if case.money.paid == 0 or swedish_date(now) < terms.report_opens:
            says = f"Från den {opens} skickar vi en länk till registraturen. Svara senast den {format_date(due)}."
            return Step("report", title, "later", says, due=due)
        return Step("report", title, "now", "Vi skickar snart en länk till registraturen.", None, "agency", due)
    if any(recovery.status == "decided" for recovery in case.live_recoveries):
        says = "Ingen återrapportering har kommit in. Ni kan fortfarande lämna den; då prövar vi beslutet igen."
        return Step("report", title, "later", says)
    asked = swedish_date(case.link.issued_at)
    if case.reopening is not None:
        says = (
            f"Återrapporteringen är öppen för rättelse till och med den {format_date(due)}. Skäl: "
            f"{case.reopening.reason} Kommer ingen rättelse gäller den ni lämnade förut."
        )
        return Step("report", title, "now", says, swedish_date(case.reopening.reopened_at), "municipality", due)
    is_late = now >= end_of(due)
    wanted = (
        "Sista dagen har passerat, men ni ska fortfarande svara." if is_late else "Svara på frågorna om användningen."
    )
    return Step("report", title, "now", f"{link_told(case)} {wanted}", asked, "municipality", due, is_late=is_late)


def link_told(case: Case) -> str:
    """Say where the last report link went, when, and whether it is known to have arrived; empty where none went."""
    if case.link is None:
        return ""
    if case.link.revoked_at is not None:
        return "Länken till formuläret är spärrad. Vi skickar en ny till registraturen."
    sent = [mail for mail in case.mails.values() if mail.kind == "report_link" and mail.status != "withdrawn"]
    if not sent:
        return f"Vi skapade länken till formuläret den {format_instant(case.link.issued_at)}."
    last = max(sent, key=lambda mail: mail.owed_at)
    told = f"Vi skickade länken till {last.to} den {format_instant(last.owed_at)}."
    if last.status == "owed":
        return f"Länken är på väg till {last.to}."
    if last.status in ("bounced", "renewed"):
        return f"{told} Brevet kom tillbaka, så adressen kan vara fel. En handläggare hör av sig."
    return f"{told} E-posttjänsten har bekräftat att brevet kom fram." if last.status == "delivered" else told


def _assessment(case: Case) -> Iterator[Step]:
    title, report = "Bedömning", case.report
    if report is not None and not report.assessed:
        yield Step("assessment", title, "now", "Vi läser återrapporteringen.", None, "agency")
    elif report is not None and not case.live_recoveries:
        yield Step("assessment", title, "done", "Pengarna har använts enligt villkoren. Inget ska betalas tillbaka.")
    elif report is None and not case.live_recoveries:
        yield Step("assessment", title, "later", "Vi bedömer återrapporteringen när den har kommit in.")


def _spot_check(check: SpotCheck, today: date) -> Step:
    asked, about = swedish_date(check.requested_at), str(check.id)
    if check.concluded_at is not None:
        found = f"{format_kronor(check.amount)} kunde inte godtas." if check.amount else "Inget belopp har underkänts."
        return Step("spot_check", "Stickprov", "done", f"Stickprovet är avslutat. {found}", asked, about=about)
    if check.sent:
        says = "Underlaget har kommit in. Vi går igenom det."
        return Step("spot_check", "Stickprov", "now", says, asked, "agency", about=about)
    says = (
        "Kommunen är utvald för kontroll. Skicka räkenskapsinformation senast den "
        f"{format_date(check.last_day)}, genom länken i e-posten till registraturen."
    )
    late = today > check.last_day
    return Step("spot_check", "Stickprov", "now", says, asked, "municipality", check.last_day, about, is_late=late)


def _recovery(case: Case, recovery: Recovery, today: date) -> Iterator[Step]:
    about = str(recovery.id)
    proposed = f"Vi föreslår att {format_kronor(Ore(recovery.claim - recovery.proposed_waiver))} betalas tillbaka."
    last_day = swedish_date(recovery.hearing_ends - timedelta(microseconds=1))
    if recovery.status == "hearing" and not recovery.answers and today <= last_day:
        says = f"{proposed} Yttra er senast den {format_date(last_day)}, genom länken i e-posten till registraturen."
        on = swedish_date(recovery.proposed_at)
        yield Step("recovery", "Förslag om återkrav", "now", says, on, "municipality", last_day, about)
    elif recovery.decided_at is None:
        heard = (
            f"Ert yttrande kom den {format_instant(recovery.answers[-1].received_at)}."
            if recovery.answers
            else "Tiden för yttrande är slut."
        )
        says = f"{proposed} {heard} Två handläggare förbereder och fattar beslutet."
        on = swedish_date(recovery.proposed_at)
        yield Step("recovery", "Förslag om återkrav", "now", says, on, "agency", about=about)
    else:
        yield _decided(recovery, swedish_date(recovery.decided_at))
        yield from _claimed(case, recovery, today)


def _decided(recovery: Recovery, on: date) -> Step:
    told = [f"Kommunen ska betala tillbaka {format_kronor(recovery.decided_amount)}."]
    if recovery.decided_amount == 0:
        told = ["Kommunen behöver inte betala tillbaka något."]
    for again in recovery.reconsidered:
        day = format_date(swedish_date(again.decided_at))
        told.append(f"Beslutet omprövades den {day}: att betala tillbaka är {format_kronor(again.amount)}.")
    told += [_appealed(appeal) for appeal in recovery.appeals]
    return Step("recovery", "Beslut om återkrav", "done", " ".join(told), on, about=str(recovery.id))


_OUTCOMES: dict[AppealOutcome, str] = {
    "upheld": "Överklagandet har prövats och beslutet står fast.",
    "changed": "Överklagandet har prövats och beslutet ska ändras.",
    "withdrawn": "Överklagandet har återkallats.",
    "dismissed": "Överklagandet har avvisats.",
}


def _appealed(appeal: Appeal) -> str:
    came = f"Ert överklagande kom den {format_date(appeal.received_on)}"
    if appeal.outcome is not None:
        return f"{came}. {_OUTCOMES[appeal.outcome]}"
    return f"{came}, i rätt tid. Kravet vilar tills det är prövat." if appeal.in_time else f"{came}, för sent."


def _claimed(case: Case, recovery: Recovery, today: date) -> Iterator[Step]:
    """Give the invoices of a decided recovery; one that was issued anew is named by its replacement."""
    invoices = [i for i in case.all_invoices if i.recovery == recovery.id and not i.replaced_by]
    if not invoices and recovery.to_invoice:
        waits = "Kravet vilar medan överklagandet prövas." if recovery.is_on_hold else "Fakturan är på väg."
        yield Step("invoice", "Faktura", "now", waits, None, "agency", about=str(recovery.id))
    for invoice in invoices:
        yield _invoice(invoice, recovery, today)


def _invoice(invoice: Invoice, recovery: Recovery, today: date) -> Step:
    kind = "Räntefaktura" if invoice.interest_on else "Faktura"
    title, amount = f"{kind} {invoice.number}", format_kronor(invoice.amount)
    parts = [("krediterat", invoice.credited), ("betalt", invoice.settled), ("avskrivet", invoice.written_off)]
    told = ", ".join(f"{label} {format_kronor(part)}" for label, part in parts if part)
    says = f"Fakturan är på {amount}{f' ({told})' if told else ''}."
    if not invoice.open_amount:
        return Step(
            "invoice", title, "done", f"{says} Inget är kvar att betala.", invoice.issued_on, about=invoice.number
        )
    if recovery.is_on_hold:
        says = f"{says} Kravet vilar medan överklagandet prövas. Betala inte nu."
        return Step("invoice", title, "now", says, invoice.issued_on, "agency", about=invoice.number)
    says = f"{says} Betala {format_kronor(invoice.open_amount)} och ange OCR-nummer {invoice.ocr}."
    due = invoice.due_on
    return Step(
        "invoice", title, "now", says, invoice.issued_on, "municipality", due, invoice.number, is_late=today > due
    )


def _end(case: Case) -> Step:
    if case.money.surplus:
        says = f"Kommunen har betalat {format_kronor(case.money.surplus)} för mycket. Vi betalar tillbaka."
        return Step("end", "Avslut", "now", says, None, "agency")
    decided = all(recovery.status == "decided" and not recovery.is_on_hold for recovery in case.live_recoveries)
    settled = not any(invoice.open_amount or is_due(case, invoice) for invoice in case.all_invoices)
    raised = all(any(i.recovery == r.id for i in case.invoices) or not r.to_invoice for r in case.live_recoveries)
    assessed = case.report is not None and case.report.assessed
    if (
        (assessed or case.live_recoveries)
        and decided
        and settled
        and raised
        and not case.reopening
        and not case.open_checks
    ):
        return Step("end", "Avslut", "done", "Ärendet är klart. Spara handlingarna.")
    says = (
        "Ärendet är klart när användningen är bedömd och inget återstår att betala. Ska något betalas tillbaka får ni "
        "först ett förslag att yttra er över, sedan ett beslut och en faktura."
    )
    return Step("end", "Avslut", "later", says)
