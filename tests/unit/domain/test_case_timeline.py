"""The time line says where a case stands on each day of its year, whose turn it is and by when, and nothing false."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.timeline import Step, next_step, timeline
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.money import Ore, kronor
from tests.charged import charged, paid_late
from tests.unit.functions.payouts import NEW
from tests.unit.functions.town import PAYOUT, UNSPENT, Town

CASE_KINDS = ("allocation", "requisition", "payout", "use", "report")


def _steps(town: Town) -> dict[str, Step]:
    return {step.kind: step for step in timeline(town.case, town.clock.now())}


def _next(town: Town) -> tuple[str, str, date | None] | None:
    found = next_step(timeline(town.case, town.clock.now()))
    return (found.kind, found.who, found.due) if found else None


@pytest.mark.parametrize(
    ("when", "status", "late"),
    [
        ((2025, 3, 2, 22), "later", False),
        ((2025, 3, 2, 23), "now", False),  # the third of March begins in Stockholm
        ((2025, 6, 2, 21, 59), "now", False),
        ((2025, 6, 2, 22), "now", True),
    ],
)
def test_a_requisition_is_awaited_from_its_first_day_and_late_when_the_last_has_ended(
    when: tuple[int, ...], status: str, late: bool
) -> None:
    step = _steps(Town().at(*when))["requisition"]
    assert (step.status, step.is_late) == (status, late)
    assert step.due == date(2025, 6, 2)
    assert _steps(Town())["payout"].status == "later"


STAGES = [
    ("requisitioned", ("requisition", "agency", None)),
    ("paid", ("use", "municipality", date(2025, 12, 31))),
    ("asked", ("report", "municipality", date(2026, 2, 28))),
    ("reported", ("assessment", "agency", None)),
    ("heard", ("recovery", "municipality", date(2026, 2, 24))),
    ("decided", ("invoice", "agency", None)),
    ("invoiced", ("invoice", "municipality", date(2026, 4, 2))),
    ("repaid", None),
]


@pytest.mark.parametrize(("stage", "expected"), STAGES, ids=[stage for stage, _ in STAGES])
def test_what_is_next_says_whose_turn_it_is_and_by_when(
    stage: str, expected: tuple[str, str, date | None] | None
) -> None:
    town: Town = getattr(Town(), stage)()
    assert _next(town) == expected


@pytest.mark.parametrize("stage", [stage for stage, _ in STAGES])
def test_every_step_is_there_in_order_and_says_something(stage: str) -> None:
    town: Town = getattr(Town(), stage)()
    steps = timeline(town.case, town.clock.now())
    assert tuple(step.kind for step in steps[:5]) == CASE_KINDS
    assert steps[-1].kind == "end"
    for step in steps:
        assert step.says.endswith(".")
        assert bool(step.who) == (step.status == "now")
        assert step.status == "done" or step.kind != "allocation"


def test_a_repaid_case_is_done_and_says_so() -> None:
    steps = timeline(Town().repaid().case, datetime(2026, 4, 1, tzinfo=UTC))
    assert {step.status for step in steps} == {"done"}
    assert "Ärendet är klart" in steps[-1].says


def test_a_part_paid_invoice_is_next_with_what_is_left_and_late_after_its_day() -> None:
    town = Town().repaid(kronor(60_000)).at(2026, 4, 3, 8)
    (step,) = [s for s in timeline(town.case, town.clock.now()) if s.kind == "invoice"]
    assert (step.status, step.is_late) == ("now", True)
    assert "Betala 1\u00a0836\u00a0kronor" in step.says
    assert "betalt 60\u00a0000\u00a0kronor" in step.says
    assert "202501140125" in step.says
    assert _steps(town)["end"].status == "later"


def test_too_much_paid_is_said_and_not_called_done() -> None:
    town = Town().repaid(Ore(UNSPENT + kronor(500)))
    assert (_steps(town)["end"].status, _steps(town)["end"].who) == ("now", "agency")
    assert "500\u00a0kronor för mycket" in _steps(town)["end"].says


def test_an_appeal_in_time_holds_the_claim_and_nobody_is_told_to_pay() -> None:
    town = Town().invoiced().act(c.NoteAppeal(1, date(2026, 3, 3), True, "Brev.", "officer-1"))
    (step,) = [s for s in timeline(town.case, town.clock.now()) if s.kind == "invoice"]
    assert step.who == "agency"
    assert "Betala inte nu" in step.says
    assert "i rätt tid" in _steps(town)["recovery"].says


def test_a_held_payout_and_one_to_another_account_say_that_they_wait() -> None:
    town = Town().requisitioned().act(c.ValidateRequisition(1), c.HoldPayouts(PAYOUT, "Fråga.", "officer-1"))
    assert "stoppad" in _steps(town)["payout"].says
    assert _steps(town)["payout"].who == "agency"


def test_a_refused_payout_is_the_agencys_to_put_right() -> None:
    town = (
        Town()
        .requisitioned()
        .act(
            c.ValidateRequisition(1),
            c.QueuePayout(PAYOUT, "B-2025-20250507-1"),
            c.RecordPayoutSent(PAYOUT, "B-2025-20250507-1"),
            c.RecordPayoutRejected(PAYOUT, "B-2025-20250507-1", "Kontot är avslutat.", "AC04"),
        )
    )
    assert (_steps(town)["payout"].status, _steps(town)["payout"].who) == ("now", "agency")
    assert "gick inte igenom" in _steps(town)["payout"].says


@pytest.mark.parametrize(
    ("news", "told"),
    [
        ((), "Länken är på väg till registrator@"),
        ((c.RecordMailSent,), "Vi skickade länken till registrator@"),
        ((c.RecordMailSent, c.RecordMailDelivered), "bekräftat att brevet kom fram"),
        ((c.RecordMailSent, c.RecordMailBounced), "Brevet kom tillbaka"),
    ],
)
def test_the_report_says_where_the_link_went_and_whether_it_arrived(news: tuple[type, ...], told: str) -> None:
    town = Town().asked()
    for command in news:
        when = () if command is c.RecordMailSent else (town.clock.now(),)
        town.act(command(town.mail("report_link").id, *when))
    assert told in _steps(town)["report"].says


def test_a_report_that_is_open_for_correction_has_its_own_last_day() -> None:
    town = Town().heard()
    town.act(c.ReopenReport(date(2026, 2, 20), "Fel belopp.", "officer-1"))
    step = _steps(town)["report"]
    assert (step.status, step.who, step.due) == ("now", "municipality", date(2026, 2, 20))
    assert "Fel belopp." in step.says


def test_a_missing_report_may_still_come_after_the_decision() -> None:
    town = Town().asked()
    mail = town.mail("report_link").id
    town.act(c.RecordMailSent(mail), c.RecordMailDelivered(mail, town.clock.now())).at(2026, 3, 8, 8).act(
        c.AssessMissingReport()
    )
    assert (_steps(town)["report"].is_late, _next(town)) == (True, ("report", "municipality", date(2026, 2, 28)))
    town.at(2026, 4, 8, 8).act(
        c.PrepareDecision(1, Ore(0), "Ingen återrapport.", "officer-1"), c.DecideRecovery(1, "officer-2")
    )
    assert (_steps(town)["report"].status, _steps(town)["report"].who) == ("later", "")


def test_a_case_that_is_not_open_has_no_time_line() -> None:
    with pytest.raises(NotFound):
        timeline(CASE.empty("CASE#2025#0114"), datetime(2025, 5, 1, tzinfo=UTC))


def test_a_requisition_to_another_account_waits_for_a_person() -> None:
    town = Town()
    town.act(c.SubmitRequisition(kronor(1000), NEW, "REF", "", "00"), c.ValidateRequisition(1))
    step = _steps(town)["requisition"]
    assert (step.status, step.who) == ("now", "agency")
    assert "annat konto" in step.says


def test_the_time_line_never_fails_on_a_case_without_its_optional_parts() -> None:
    bare: Case = replace(Town().case, allocation_approved_at=None)
    assert timeline(bare, datetime(2025, 5, 1, tzinfo=UTC))[0].on is None


def test_interest_has_an_invoice_of_its_own_and_the_case_is_not_done_before_it() -> None:
    late = paid_late()
    assert timeline(late.case, late.now)[-1].status == "later"
    story = charged()
    (_, step) = [s for s in timeline(story.case, story.now) if s.kind == "invoice"]
    assert (step.title, step.status, step.who) == ("Räntefaktura I-2025-0114-2", "now", "municipality")
    assert timeline(story.case, story.now)[-1].status == "later"
