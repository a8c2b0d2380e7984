"""Actions on what a municipality is sent: addresses, links, proof; and on its time to report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.time import format_date, format_instant, swedish_date
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer, possible

_DELIVERIES = f"{CASE_ROUTE}/deliveries"
_REPORT = f"{CASE_ROUTE}/report"
_DAY = "Skriv dagen som år-månad-dag, till exempel 2026-03-31."


def _address(case: Case, _: datetime) -> Iterator[Offer]:
    recipient, _terms = opened(case)
    back = [mail.id for mail in case.mails.values() if mail.status == "bounced"]
    facts = [("Adress som gäller nu", recipient.registry_email), ("Studsade e-brev", ", ".join(back) or "Inga")]
    yield Offer(facts=tuple(facts), values={"email": recipient.registry_email})


def _provable(case: Case, _: datetime) -> Iterator[Offer]:
    if case.link and not (case.report and case.report.assessed):
        yield Offer(facts=(("Första länken", format_instant(case.links[0].issued_at)),))


def _renewable(case: Case, now: datetime) -> Iterator[Offer]:
    if case.link and possible(case, c.RenewReportLink(case.link.number + 1, "", ""), now):
        yield Offer(facts=(("Senaste länken", format_instant(case.link.issued_at)),))


def _open_links(case: Case, now: datetime) -> Iterator[Offer]:
    if possible(case, c.RevokeReportLinks("Skäl.", ""), now):
        yield Offer(facts=(("Länkar", str(len(case.links))),))


def _extendable(case: Case, now: datetime) -> Iterator[Offer]:
    if case.terms is None:
        return
    later = max(case.report_last_day, swedish_date(now)) + timedelta(days=1)
    if possible(case, c.ExtendReport(later, "Skäl.", ""), now):
        yield Offer(facts=(("Sista dag nu", format_date(case.report_last_day)),))


def _reopenable(case: Case, now: datetime) -> Iterator[Offer]:
    report = case.report
    if report and possible(case, c.ReopenReport(swedish_date(now) + timedelta(days=1), "Skäl.", ""), now):
        yield Offer(facts=(("Kom in", format_instant(report.received_at)),))


ACTIONS = (
    Action(
        "ratta-adress",
        "Rätta registraturens adress",
        "E-brev som har studsat skickas igen till adressen. Skriv samma adress om den är rätt.",
        "Adressen är rättad. Det som studsade skickas igen.",
        f"{_DELIVERIES}/address",
        "case",
        _address,
        (Field("email", "E-postadress till registraturen", "line"), Field("reason", "Hur vet du det?")),
    ),
    Action(
        "styrk-delgivning",
        "Styrk när länken kom fram",
        "Då kan en rapport som uteblir bedömas, även om e-posttjänsten inte har sagt att länken kom fram.",
        "Det står nu när länken kom fram.",
        f"{_DELIVERIES}/proof",
        "case",
        _provable,
        (
            Field("delivered_on", "Dag då länken kom fram", "day", _DAY),
            Field("reason", "Hur vet du det?", help="Till exempel ett mottagningsbevis."),
        ),
    ),
    Action(
        "skicka-ny-lank",
        "Skicka en ny länk",
        "Registraturen får ett nytt e-brev med länk till återrapporten. Äldre länkar fungerar också.",
        "En ny länk skickas till registraturen.",
        f"{_DELIVERIES}/links/renewal",
        "case",
        _renewable,
    ),
    Action(
        "sparra-lankar",
        "Spärra länkarna",
        "Ingen länk öppnar återrapporten längre. Du behöver sedan skicka en ny.",
        "Länkarna är spärrade.",
        f"{_DELIVERIES}/links/revocation",
        "case",
        _open_links,
        (REASON,),
    ),
    Action(
        "ge-anstand",
        "Ge anstånd med återrapporten",
        "Kommunen får en senare sista dag, och ett e-brev om det. Ett förslag för utebliven rapport återkallas.",
        "Kommunen har fått anstånd.",
        f"{_REPORT}/extension",
        "case",
        _extendable,
        (Field("last_day", "Ny sista dag", "day", _DAY), REASON),
    ),
    Action(
        "oppna-aterrapporten",
        "Öppna återrapporten igen",
        "Kommunen kan rätta sin rapport till och med dagen, och får ett e-brev. Det som är föreslaget återkallas.",
        "Återrapporten är öppen för rättelse.",
        f"{_REPORT}/reopening",
        "case",
        _reopenable,
        (Field("last_day", "Sista dag att rätta", "day", _DAY), REASON),
    ),
)
