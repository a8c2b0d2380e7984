"""Actions on the account that payouts go to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.case import Case
from statsbidrag.domain.case.state import opened
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer

_CHANGES = f"{CASE_ROUTE}/account/changes"
_KINDS = (("bankgiro", "Bankgiro"), ("plusgiro", "Plusgiro"), ("iban", "IBAN"))


def _in_force(case: Case, _: datetime) -> Iterator[Offer]:
    recipient, _terms = opened(case)
    yield Offer(facts=(("Konto som gäller nu", f"{recipient.account.kind} {recipient.account}"),))


def _waiting(case: Case, _: datetime) -> Iterator[Offer]:
    for change in case.account_changes:
        if change.status != "waiting":
            continue
        same = (c.proposed_by for c in case.account_changes if c.status == "waiting" and c.account == change.account)
        yield Offer(
            about=str(change.id),
            what=f"{change.account.kind} {change.account}",
            facts=(
                ("Anmält konto", f"{change.account.kind} {change.account}"),
                ("Konto som gäller nu", f"{change.previous.kind} {change.previous}"),
                ("Anmält av", change.proposed_by),
            ),
            values={"account_kind": change.account.kind, "account_number": str(change.account)},
            barred=tuple(dict.fromkeys(same)),
        )


ACTIONS = (
    Action(
        "anmal-konto",
        "Anmäl ett annat konto",
        "Kontot börjar gälla när en annan handläggare har godkänt det. Pengar på väg till det gamla stoppas så länge.",
        "Kontot är anmält och väntar på en annan handläggare.",
        _CHANGES,
        "case",
        _in_force,
        (
            Field("account_kind", "Typ av konto", "choice", choices=_KINDS),
            Field("account_number", "Kontonummer", "line", "Numret med eller utan bindestreck."),
        ),
    ),
    Action(
        "godkann-konto",
        "Godkänn kontot",
        "Kommande utbetalningar går till det här kontot. Kontrollera numret mot kommunens underlag först.",
        "Kontot är godkänt och gäller.",
        f"{_CHANGES}/{{number}}/approval",
        "case",
        _waiting,
        (Field("account_kind", "Typ av konto", "seen"), Field("account_number", "Kontonummer", "seen")),
    ),
    Action(
        "avsla-konto",
        "Avslå kontot",
        "Kontot börjar inte gälla. Det som var stoppat för kontots skull går vidare.",
        "Kontot är avslaget.",
        f"{_CHANGES}/{{number}}/refusal",
        "case",
        _waiting,
        (REASON,),
    ),
)
