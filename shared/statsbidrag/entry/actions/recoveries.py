"""Actions on recoveries: longer to answer, prepared by one, decided by another, appealed, decided again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.documents.case_papers import GROUNDS
from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import Recovery
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.time import format_date, format_instant
from statsbidrag.entry.actions.model import CASE_ROUTE, REASON, Action, Field, Offer, possible

_RECOVERY = f"{CASE_ROUTE}/recoveries/{{number}}"
_DAY = "Skriv dagen som år-månad-dag, till exempel 2026-03-31."
OUTCOMES = (
    ("upheld", "Beslutet står fast"),
    ("changed", "Beslutet ändras"),
    ("withdrawn", "Överklagandet är återtaget"),
    ("dismissed", "Överklagandet avvisas"),
)
_ARRIVED = (("in_time", "I rätt tid"), ("too_late", "För sent"))


def _offer(recovery: Recovery, *facts: tuple[str, str], values: dict[str, str] | None = None, by: str = "") -> Offer:
    shown = (
        ("Grund", " ".join(GROUNDS[ground] for ground in recovery.grounds)),
        ("Krav", format_kronor(recovery.claim)),
    )
    return Offer(
        str(recovery.id), f"återkrav {recovery.id}", (*shown, *facts), values or {}, barred=(by,) if by else ()
    )


def _answers(recovery: Recovery) -> Iterator[tuple[str, str]]:
    for number, answer in enumerate(recovery.answers, start=1):
        stance = "godtar" if answer.stance == "agrees" else "invänder"
        yield f"Yttrande {number}, {format_instant(answer.received_at)}", f"Kommunen {stance}. {answer.text}".strip()


def _open(case: Case, _: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        if recovery.status in ("hearing", "prepared"):
            yield _offer(recovery, ("Svarstiden går ut", format_instant(recovery.hearing_ends)))


def _preparable(case: Case, now: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        if recovery.status not in ("hearing", "prepared") or not (now >= recovery.hearing_ends or recovery.is_agreed):
            continue
        proposed = recovery.waived if recovery.status == "prepared" else recovery.proposed_waiver
        values = {
            "waived_ore": _kronor(proposed),
            "reasons": recovery.reasons,
            "answers_seen": str(len(recovery.answers)),
            "answer_considered": recovery.answer_considered,
        }
        yield _offer(recovery, *_answers(recovery), values=values)


def _kronor(amount: Ore) -> str:
    return format_kronor(amount).replace("\u00a0", " ").rsplit(" ", 1)[0]


def _prepared(case: Case, _: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        if recovery.status == "prepared":
            yield _offer(
                recovery,
                ("Eftergift", format_kronor(recovery.waived)),
                ("Att betala tillbaka", format_kronor(recovery.to_invoice)),
                ("Skäl", recovery.reasons),
                *_answers(recovery),
                *((("Bedömning av yttrandet", recovery.answer_considered),) if recovery.answer_considered else ()),
                ("Berett av", recovery.prepared_by),
                by=recovery.prepared_by,
            )


def _appealable(case: Case, _: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        if recovery.decided_at and not recovery.is_on_hold:
            yield _offer(recovery, ("Beslutat", format_instant(recovery.decided_at)))


def _appealed(case: Case, _: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        if recovery.appeals and recovery.appeals[-1].outcome is None:
            yield _offer(recovery, ("Överklagat", format_date(recovery.appeals[-1].received_on)))


def _reconsiderable(case: Case, now: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        if possible(case, c.PrepareReconsideration(recovery.id, recovery.to_invoice, "Skäl.", "?"), now):
            yield _offer(recovery, ("Att betala tillbaka nu", format_kronor(recovery.to_invoice)))


def _prepared_again(case: Case, _: datetime) -> Iterator[Offer]:
    for recovery in case.recoveries:
        told = recovery.reconsideration
        if told:
            yield _offer(
                recovery,
                ("Att betala tillbaka nu", format_kronor(recovery.to_invoice)),
                ("Att betala tillbaka efter beslutet", format_kronor(told.amount)),
                ("Skäl", told.reasons),
                ("Berett av", told.prepared_by),
                values={"amount_ore": str(told.amount)},
                by=told.prepared_by,
            )


ACTIONS = (
    Action(
        "forlang-svarstiden",
        "Förläng svarstiden",
        "Kommunen får längre tid att yttra sig, och ett e-brev om det.",
        "Kommunen har fått längre tid att yttra sig.",
        f"{_RECOVERY}/hearing/extension",
        "case",
        _open,
        (REASON, Field("last_day", "Ny sista dag", "day", _DAY)),
    ),
    Action(
        "bered-beslut",
        "Bered beslutet",
        "Du föreslår hur återkravet ska beslutas. En annan handläggare fattar beslutet.",
        "Beslutet är berett och väntar på en annan handläggare.",
        f"{_RECOVERY}/preparation",
        "case",
        _preparable,
        (
            Field("waived_ore", "Eftergift", "kronor", "Det vi avstår från. Skriv 0 om hela beloppet ska krävas."),
            Field("reasons", "Skäl för beslutet", help="Skälen står i beslutet till kommunen."),
            Field("answers_seen", "Yttranden", "seen_number", required=False),
            Field(
                "answer_considered",
                "Bedömning av yttrandet",
                help="Behövs om kommunen har invänt. Den står i beslutet.",
                required=False,
            ),
        ),
    ),
    Action(
        "fatta-beslut",
        "Fatta beslutet",
        "Kommunen får beslutet, och en faktura om något ska betalas. Beslutet ändras sedan bara genom omprövning.",
        "Beslutet är fattat.",
        f"{_RECOVERY}/decision",
        "case",
        _prepared,
    ),
    Action(
        "notera-overklagande",
        "Notera ett överklagande",
        "Kravet vilar tills utgången är noterad, om överklagandet kom i rätt tid.",
        "Överklagandet är noterat.",
        f"{_RECOVERY}/appeals",
        "case",
        _appealable,
        (
            Field("reason", "Vad gäller överklagandet?"),
            Field("received_on", "Dag då det kom in", "day", _DAY),
            Field("arrived", "Kom det i rätt tid?", "choice", choices=_ARRIVED),
        ),
    ),
    Action(
        "notera-utgang",
        "Notera hur överklagandet gick",
        "Står beslutet fast börjar kravet gälla igen. Ändras det behöver du bereda en omprövning.",
        "Utgången är noterad.",
        f"{_RECOVERY}/appeals/outcome",
        "case",
        _appealed,
        (
            Field("reason", "Vilket beslut eller brev?", help="Till exempel domstolens målnummer och datum."),
            Field("outcome", "Hur gick det?", "choice", choices=OUTCOMES),
        ),
    ),
    Action(
        "bered-omprovning",
        "Bered en omprövning",
        "Du föreslår att kravet sänks eller står fast. En annan handläggare beslutar.",
        "Omprövningen är beredd och väntar på en annan handläggare.",
        f"{_RECOVERY}/reconsideration",
        "case",
        _reconsiderable,
        (
            Field("amount_ore", "Att betala tillbaka efter omprövningen", "kronor", "Aldrig mer än det som gäller nu."),
            Field("reasons", "Skäl för beslutet", help="Skälen står i beslutet till kommunen."),
        ),
    ),
    Action(
        "besluta-omprovning",
        "Besluta omprövningen",
        "Kommunen får beslutet. Det som är fakturerat för mycket tas tillbaka med en kreditfaktura.",
        "Omprövningen är beslutad.",
        f"{_RECOVERY}/reconsideration/decision",
        "case",
        _prepared_again,
        (Field("amount_ore", "Att betala tillbaka", "seen_number"),),
    ),
)
