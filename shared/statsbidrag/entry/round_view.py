"""What the pages of a round show, made from its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.state import Mail, Recovery, Report, Requisition, opened
from statsbidrag.domain.money import Ore
from statsbidrag.domain.time import end_of
from statsbidrag.entry.action_forms import Form, Target, offered
from statsbidrag.entry.actions import ACTIONS
from statsbidrag.entry.callers import CURRENT
from statsbidrag.entry.staff_words import STAGES
from statsbidrag.usecases.bulk_decisions import MOST_AT_ONCE, Undisputed
from statsbidrag.usecases.staff import Bar, money_of

MOST_ROWS = 300
"""Rows of the register on one page; the file holds all of them."""


class Standing(NamedTuple):
    """Where one municipality stands."""

    case: Case
    name: str
    stage: str
    order: int


class Overview(NamedTuple):
    """A round at a glance.

    Attributes
    ----------
    stages
        Each stage with how many municipalities stand there, in the order of the year.
    late_requisitions, late_reports, hearings
        What came after its last day, and who is heard, each with its case.
    """

    bars: list[Bar]
    stages: list[tuple[str, int]]
    standings: list[Standing]
    ordered_by: str
    stage: str
    late_requisitions: list[tuple[Case, Requisition]]
    late_reports: list[tuple[Case, Report]]
    hearings: list[tuple[Case, Recovery]]


_ORDERS: Mapping[str, Callable[[Standing], tuple[object, ...]]] = {
    "kommun": lambda each: (each.name,),
    "lage": lambda each: (each.order, each.name),
    "utbetalt": lambda each: (-each.case.money.paid, each.name),
    "krav": lambda each: (-each.case.money.recovered, each.name),
}


def overview(cases: Sequence[Case], order: str, stage: str) -> Overview:
    """Give a round at a glance, in a wished order and with those of one stage alone where one is named."""
    places = {name: number for number, name in enumerate(STAGES)}
    every = [_standing(case, places) for case in cases]
    counts = Counter(each.stage for each in every)
    chosen = [each for each in every if not stage or each.stage == stage]
    wished = order if order in _ORDERS else "kommun"
    return Overview(
        bars=money_of(list(cases)),
        stages=[(name, counts[name]) for name in STAGES if counts[name]],
        standings=sorted(chosen, key=_ORDERS[wished]),
        ordered_by=wished,
        stage=stage if stage in STAGES else "",
        late_requisitions=[(c, r) for c in cases for r in c.requisitions if _is_late(c, r)],
        late_reports=[(c, r) for c in cases for r in c.all_reports if r.late],
        hearings=[(c, r) for c in cases for r in c.recoveries if r.status in ("hearing", "prepared")],
    )


def _standing(case: Case, places: Mapping[str, int]) -> Standing:
    stage = CASE.status(case)
    return Standing(case, opened(case)[0].name, stage, places[stage])


def _is_late(case: Case, requisition: Requisition) -> bool:
    return requisition.received_at >= end_of(opened(case)[1].requisition_last_day)


class Chosen(NamedTuple):
    """Undisputed recoveries that one person may prepare, or decide, together.

    Attributes
    ----------
    values
        The fields of the form: each recovery that is chosen, and their sum in öre.
    """

    form: Form
    rows: list[Undisputed]
    chosen: list[Undisputed]
    total: Ore
    values: Mapping[str, str]


def undisputed(found: Sequence[Undisputed], picked: Sequence[str], place: Mapping[str, str]) -> list[Chosen]:
    """Give what can be prepared, and what can be decided by the caller: those picked, as ``0114-1``."""
    who = CURRENT.get()
    subject = who.subject if who else ""
    to_prepare = [each for each in found if each.recovery.status == "hearing"]
    to_decide = [each for each in found if each.recovery.status == "prepared" and each.recovery.prepared_by != subject]
    return [
        _chosen("bered-eniga", to_prepare, picked, place),
        _chosen("besluta-eniga", to_decide, picked, place),
    ]


def _chosen(name: str, rows: list[Undisputed], picked: Sequence[str], place: Mapping[str, str]) -> Chosen:
    [form] = offered(Target(ACTIONS[name], place), None, None)
    chosen = [each for each in rows if pick(each) in picked][:MOST_AT_ONCE]
    total = Ore(sum(each.recovery.to_invoice for each in chosen))
    values = {f"recovery-{pick(each)}": str(each.recovery.to_invoice) for each in chosen}
    return Chosen(form, rows, chosen, total, {**values, "total_ore": str(total)})


def pick(each: Undisputed) -> str:
    """Name a recovery within its round: ``0114-1``."""
    return f"{each.municipality}-{each.recovery.id}"


class MailView(NamedTuple):
    """E-mail of a round: how many of each kind stand where, and those that need a look."""

    counts: list[tuple[str, Counter[str]]]
    troubled: list[tuple[Case, Mail]]
    waiting: list[tuple[Case, Mail]]


def mail(cases: Sequence[Case]) -> MailView:
    """Give the e-mail of a round."""
    every = [(case, each) for case in cases for each in case.mails.values()]
    counts: dict[str, Counter[str]] = {}
    for _, each in every:
        counts.setdefault(each.kind, Counter())[each.status] += 1
    return MailView(
        counts=sorted(counts.items()),
        troubled=[(c, m) for c, m in every if m.status == "bounced" or m.complaint == "open"],
        waiting=[(c, m) for c, m in every if m.status == "owed"],
    )
