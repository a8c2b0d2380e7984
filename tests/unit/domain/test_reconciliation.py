"""Payouts are held against the bank entry by entry: sums hold, and everything that is not as it should be is named.

What is younger than the bank needs is not missed yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest

from statsbidrag.domain.bank import Direction
from statsbidrag.domain.bank_files import Balances, BankFile, ToldEntry
from statsbidrag.domain.batches import BANK_ANSWER_WITHIN, Batch, BatchStatus, Line
from statsbidrag.domain.case.state import Case, Payout, PayoutStatus
from statsbidrag.domain.holds import EVERYTHING, Hold
from statsbidrag.domain.identifiers import ocr_reference
from statsbidrag.domain.money import NOTHING, Ore
from statsbidrag.domain.reconciliation import (
    STATEMENT_WITHIN,
    PaymentState,
    Reconciliation,
    Remark,
    RemarkKind,
    Sums,
    Tally,
    payment_state,
    reconcile,
)
from statsbidrag.domain.suspense import SuspendedEntry
from statsbidrag.domain.time import start_of
from tests.builders import BATCH_ID, CODE, KNOWN, PAYOUT, ROUND_ID, SECOND, SPRING

DAY = SPRING.date()
NIGHT = SPRING + timedelta(hours=18)
OCR = ocr_reference(ROUND_ID, CODE, 1)
AMOUNT = Ore(60_001)
NEXT_BATCH = "B-2025-20250407-1"
GAP = Ore(-7)
IBAN = "SE3550000000054910000003"


def payout(status: PayoutStatus = "settled", payout: str = PAYOUT, amount: Ore = AMOUNT, **more: Any) -> Payout:
    batch = "" if status in ("ordered", "void") else BATCH_ID
    return Payout(payout, amount, KNOWN, status, SPRING, **{"batch": batch, **more})


def case(*payouts: Payout, booked: Sequence[str] = (), holds: Sequence[Hold] = ()) -> Case:
    return Case(ROUND_ID, CODE, payouts=payouts, bank_entries=tuple(booked), holds=tuple(holds))


def batch(status: BatchStatus = "acknowledged", *payouts: Payout, batch: str = BATCH_ID, **more: Any) -> Batch:
    lines = tuple(Line(p.id, CODE, "Kommunen", KNOWN, p.amount, "Statsbidrag") for p in payouts or (payout(),))
    sent_at = SPRING if status in ("sent", "acknowledged", "rejected") else None
    return Batch(batch, ROUND_ID, status, **{"lines": lines, "execution_date": DAY, "sent_at": sent_at, **more})


def entry(
    reference: str = "E-1", amount: Ore = AMOUNT, name: str = PAYOUT, day: date = DAY, way: Direction = "debit"
) -> ToldEntry:
    return ToldEntry(reference, day, amount, way, name)


def notified(*entries: ToldEntry, name: str = "notification-N-1-1") -> BankFile:
    return BankFile(name, "notification", IBAN, "hash", SPRING, None, entries)


def stated(
    *entries: ToldEntry,
    day: date = DAY,
    opening: int = 1_000_000,
    gap: int = 0,
    name: str = "statement-S-1-1",
    account: str = IBAN,
) -> BankFile:
    """A statement that follows from its entries but for a gap."""
    net = sum(e.amount if e.direction == "credit" else -e.amount for e in entries)
    balances = Balances(day, Ore(opening), Ore(opening + net + gap), Ore(gap))
    return BankFile(name, "statement", account, "hash", SPRING, balances, entries)


def found(
    *cases: Case,
    batches: Sequence[Batch] = (),
    files: Sequence[BankFile] = (),
    suspended: Sequence[SuspendedEntry] = (),
    now: datetime = NIGHT,
) -> Reconciliation:
    return reconcile(ROUND_ID, cases, batches, files, suspended, now)


def quiet() -> Reconciliation:
    """One payout that was booked, and of which notification and statement tell alike."""
    return found(case(payout(), booked=["E-1"]), batches=[batch()], files=[notified(entry()), stated(entry())])


def test_where_all_is_as_it_should_be_there_are_no_remarks() -> None:
    seen = quiet()
    assert (seen.remarks, seen.open_remarks) == ((), ())
    assert (seen.round, seen.as_of, seen.entries) == (ROUND_ID, NIGHT, 1)
    assert seen.states == {"settled": Tally(1, AMOUNT)}


def test_a_round_without_anything_has_no_remarks() -> None:
    seen = found()
    assert (seen.sums.ordered, seen.batches, seen.entries, seen.remarks) == (Tally(), (), 0, ())


# Every kind of remark

HOLD = Hold(1, "Skäl.", "officer:1", SPRING)
LONG_AFTER = SPRING + BANK_ANSWER_WITHIN + timedelta(microseconds=1)

Named: dict[RemarkKind, tuple[Callable[[], Reconciliation], Remark]] = {
    "batch_called_duplicate": (
        lambda: found(batches=[batch(duplicates=("bank-2",))]),
        Remark("batch_called_duplicate", BATCH_ID, AMOUNT, is_open=False, detail="bank-2"),
    ),
    "batch_on_hold": (
        lambda: found(batches=[batch("attested", held_by=(EVERYTHING, "2025"))]),
        Remark("batch_on_hold", BATCH_ID, AMOUNT, is_open=True, detail="ALL 2025"),
    ),
    "batch_rejected": (
        lambda: found(batches=[batch("rejected", answer="AM04 no cover")]),
        Remark("batch_rejected", BATCH_ID, AMOUNT, is_open=False, detail="AM04 no cover"),
    ),
    "batch_unanswered": (
        lambda: found(batches=[batch("sent")], now=LONG_AFTER),
        Remark("batch_unanswered", BATCH_ID, AMOUNT, is_open=True),
    ),
    "booking_without_entry": (
        lambda: found(case(payout(), booked=["E-1"])),
        Remark("booking_without_entry", "E-1", NOTHING, is_open=True),
    ),
    "entry_in_suspense": (
        lambda: found(
            files=[notified(entry(name="tack", way="credit"))],
            suspended=[SuspendedEntry("E-1", SPRING, AMOUNT, "credit", "tack", "unknown_reference")],
        ),
        Remark("entry_in_suspense", "E-1", AMOUNT, is_open=True, detail="unknown_reference"),
    ),
    "entry_not_booked": (
        lambda: found(case(payout("sent")), files=[notified(entry())]),
        Remark("entry_not_booked", "E-1", AMOUNT, is_open=True, detail=PAYOUT),
    ),
    "entry_not_notified": (
        lambda: found(case(payout(), booked=["E-1"]), files=[stated(entry())]),
        Remark("entry_not_notified", "E-1", AMOUNT, is_open=False, detail=PAYOUT),
    ),
    "entry_not_on_statement": (
        lambda: found(case(payout(), booked=["E-1"]), files=[notified(entry()), stated()]),
        Remark("entry_not_on_statement", "E-1", AMOUNT, is_open=True, detail=PAYOUT),
    ),
    "entry_told_otherwise": (
        lambda: found(case(payout(), booked=["E-1"]), files=[notified(entry()), stated(entry(amount=Ore(AMOUNT + 1)))]),
        Remark("entry_told_otherwise", "E-1", AMOUNT, is_open=True, detail=str(AMOUNT + 1)),
    ),
    "payout_on_hold": (
        lambda: found(case(payout("ordered"), holds=[HOLD])),
        Remark("payout_on_hold", PAYOUT, AMOUNT, is_open=True),
    ),
    "payout_rejected": (
        lambda: found(case(payout("rejected", code="AC04"))),
        Remark("payout_rejected", PAYOUT, AMOUNT, is_open=True, detail="AC04"),
    ),
    "payout_returned": (
        lambda: found(
            case(payout("returned", code="AC04"), booked=["E-1", "R-1"]),
            files=[f(entry(), entry("R-1", way="credit")) for f in (notified, stated)],
        ),
        Remark("payout_returned", PAYOUT, AMOUNT, is_open=True, detail="AC04"),
    ),
    "payout_set_back": (
        lambda: found(case(payout("sent", resets=2))),
        Remark("payout_set_back", PAYOUT, AMOUNT, is_open=False, detail="2"),
    ),
    "payout_unknown": (
        lambda: found(case(payout("unknown"))),
        Remark("payout_unknown", PAYOUT, AMOUNT, is_open=True),
    ),
    "statement_does_not_follow": (
        lambda: found(files=[stated(), stated(day=DAY + timedelta(days=1), opening=1_000_001, name="statement-S-2-1")]),
        Remark("statement_does_not_follow", "statement-S-2-1", Ore(1), is_open=True, detail="2025-04-04"),
    ),
    "statement_gap": (
        lambda: found(files=[stated(gap=GAP)]),
        Remark("statement_gap", "statement-S-1-1", GAP, is_open=True, detail="2025-04-03"),
    ),
}


def test_every_kind_of_remark_is_tried() -> None:
    assert set(Named) == set(get_args(RemarkKind))


@pytest.mark.parametrize("kind", Named)
def test_what_is_not_as_it_should_be_is_named_and_nothing_else(kind: RemarkKind) -> None:
    make, remark = Named[kind]
    seen = make()
    assert seen.remarks == (remark,)
    assert seen.open_remarks == ((remark,) if remark.is_open else ())


def test_remarks_come_in_one_order_whatever_order_things_came_in() -> None:
    cases = [case(payout("unknown")), case(payout("rejected", SECOND, code="AM04"))]
    files = [notified(entry("E-2"), entry("E-1")), stated(gap=GAP)]
    seen = found(*cases, files=files)
    assert seen.remarks == found(*reversed(cases), files=files[::-1]).remarks
    assert list(seen.remarks) == sorted(seen.remarks)
    assert len(seen.remarks) == 7


# Payouts and batches


@pytest.mark.parametrize("status", ["rejected", "returned"])
def test_what_was_issued_anew_is_named_and_needs_nobody(status: PayoutStatus) -> None:
    failed = payout(status, code="AC04", replaced_by=SECOND)
    remark = next(r for r in found(case(failed, payout("ordered", SECOND))).remarks if r.name == PAYOUT)
    assert (remark.is_open, remark.detail) == (False, f"AC04 ersatt av {SECOND}")


@pytest.mark.parametrize(
    ("status", "hold", "named"),
    [
        ("ordered", Hold(1, "Skäl.", "officer:1", SPRING, PAYOUT), True),
        ("batched", HOLD, True),
        ("ordered", Hold(1, "Skäl.", "officer:1", SPRING, SECOND), False),
        ("ordered", Hold(1, "Skäl.", "officer:1", SPRING, released_at=SPRING), False),
        ("sent", HOLD, False),
        ("settled", HOLD, False),
        ("void", HOLD, False),
    ],
)
def test_a_payout_is_on_hold_while_the_hold_keeps_it_here(status: PayoutStatus, hold: Hold, named: bool) -> None:
    kinds = [remark.kind for remark in found(case(payout(status), holds=[hold])).remarks]
    assert kinds == (["payout_on_hold"] if named else [])


@pytest.mark.parametrize(("after", "named"), [(BANK_ANSWER_WITHIN, False), (LONG_AFTER - SPRING, True)])
def test_the_bank_may_be_silent_about_a_file_for_some_days(after: timedelta, named: bool) -> None:
    seen = found(batches=[batch("sent")], now=SPRING + after)
    assert bool(seen.remarks) is named


def test_a_file_that_only_a_booking_answered_for_is_named_and_needs_nobody() -> None:
    [remark] = found(batches=[batch(answer="booked")], now=LONG_AFTER).remarks
    assert (remark.kind, remark.is_open) == ("batch_unanswered", False)


@pytest.mark.parametrize("status", get_args(BatchStatus))
def test_a_payout_stands_where_its_batch_does(status: BatchStatus) -> None:
    wanted: dict[BatchStatus, PaymentState] = {"attested": "attested", "cleared": "attested"}
    assert payment_state(payout("batched"), batch(status)) == wanted.get(status, "prepared")
    left = "acknowledged" if status == "acknowledged" else "sent"
    assert payment_state(payout("sent"), batch(status)) == left


def test_a_payout_whose_batch_is_not_known_stands_by_itself() -> None:
    for status, state in (("batched", "prepared"), ("sent", "sent"), ("unknown", "unknown"), ("void", "void")):
        assert payment_state(payout(status), None) == state  # type: ignore[arg-type]


# Sums


def parts(sums: Sums) -> tuple[Tally, ...]:
    return (sums.settled, sums.rejected, sums.returned, sums.withdrawn, sums.open)


def assert_identity(sums: Sums) -> None:
    assert sums.ordered.count == sum(part.count for part in parts(sums))
    assert sums.ordered.amount == sum(part.amount for part in parts(sums))


@pytest.mark.parametrize("status", get_args(PayoutStatus))
@pytest.mark.parametrize("batch_status", get_args(BatchStatus))
@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_was_ordered_has_ended_in_one_way_or_is_open_in_the_round_and_in_the_batch(
    status: PayoutStatus, batch_status: BatchStatus, elsewhere: bool
) -> None:
    one = payout(status, batch=NEXT_BATCH) if elsewhere else payout(status)
    other = payout("settled", SECOND, Ore(5))
    seen = found(case(one, other), batches=[batch(batch_status, one, other)])
    for sums in (seen.sums, seen.batches[0].sums):
        assert_identity(sums)
        assert sums.ordered == Tally(2, Ore(AMOUNT + 5))
    assert sum(tally.count for tally in seen.states.values()) == 2


@pytest.mark.parametrize(
    ("status", "part", "acknowledged"),
    [
        ("ordered", "open", 0),
        ("batched", "open", 0),
        ("sent", "open", 1),
        ("unknown", "open", 0),
        ("settled", "settled", 1),
        ("rejected", "rejected", 0),
        ("returned", "returned", 1),
        ("void", "withdrawn", 0),
    ],
)
def test_each_payout_counts_in_its_own_part(status: PayoutStatus, part: str, acknowledged: int) -> None:
    sums = found(case(payout(status)), batches=[batch("acknowledged")]).sums
    assert getattr(sums, part) == Tally(1, AMOUNT)
    assert sum(tally.count for tally in parts(sums)) == 1
    assert sums.acknowledged.count == acknowledged


def test_what_was_set_back_is_withdrawn_from_the_first_batch_and_counts_once_in_the_round() -> None:
    again = payout("settled", batch=NEXT_BATCH, resets=1)
    seen = found(
        case(again), batches=[batch("sent", again), batch("acknowledged", again, batch=NEXT_BATCH)], now=SPRING
    )
    first, second = seen.batches
    assert (first.batch, first.sums.withdrawn, first.sums.settled) == (BATCH_ID, Tally(1, AMOUNT), Tally())
    assert (second.batch, second.sums.withdrawn, second.sums.settled) == (NEXT_BATCH, Tally(), Tally(1, AMOUNT))
    assert (seen.sums.ordered, seen.sums.settled) == (Tally(1, AMOUNT), Tally(1, AMOUNT))


def test_all_of_a_void_batch_is_withdrawn_from_it_though_a_payout_is_not_taken_out_yet() -> None:
    one, other = payout("batched"), payout("ordered", SECOND)
    seen = found(case(one, other), batches=[batch("void", one, other)])
    assert seen.batches[0].sums.withdrawn == Tally(2, Ore(2 * AMOUNT))
    assert seen.sums.open == Tally(2, Ore(2 * AMOUNT))


def test_a_payout_that_no_case_knows_is_withdrawn_from_its_batch() -> None:
    assert found(batches=[batch()]).batches[0].sums.withdrawn == Tally(1, AMOUNT)


def test_batches_come_by_name_and_one_without_payouts_is_left_out() -> None:
    batches = [batch(batch=NEXT_BATCH), batch(batch="B-2025-20250408-1", lines=()), batch()]
    assert [b.batch for b in found(batches=batches).batches] == [BATCH_ID, NEXT_BATCH]


# Entries

OTHER_ROUND = "P-2024-0114-1"


@pytest.mark.parametrize(
    ("last_statement", "now", "missed"),
    [
        # The statement of the entry's own day came and lacks it.
        (DAY, NIGHT, True),
        (DAY + timedelta(days=1), NIGHT, True),
        # Its statement has not come, and the bank has some days.
        (DAY - timedelta(days=1), NIGHT, False),
        (None, NIGHT, False),
        (None, start_of(DAY + STATEMENT_WITHIN) - timedelta(microseconds=1), False),
        (None, start_of(DAY + STATEMENT_WITHIN), True),
    ],
)
def test_an_entry_is_missed_on_the_statement_the_night_it_came_and_not_before_the_bank_had_its_time(
    last_statement: date | None, now: datetime, missed: bool
) -> None:
    files = [notified(entry()), *([stated(day=last_statement)] if last_statement else [])]
    seen = found(case(payout(), booked=["E-1"]), files=files, now=now)
    assert [remark.kind for remark in seen.remarks] == (["entry_not_on_statement"] if missed else [])


@pytest.mark.parametrize("change", [{"amount": Ore(AMOUNT - 1)}, {"way": "credit"}])
def test_an_amount_or_a_direction_that_the_files_do_not_agree_on_is_named(change: dict[str, Any]) -> None:
    files = [notified(entry()), stated(entry(**change))]
    seen = found(case(payout(), booked=["E-1"]), files=files)
    assert [remark.kind for remark in seen.remarks] == ["entry_told_otherwise"]


def test_an_entry_of_another_round_is_passed_over_and_one_that_names_none_is_not() -> None:
    entries = [entry("E-1", name=OTHER_ROUND), entry("E-2", name="Tack", way="credit"), entry("E-3", name="")]
    seen = found(files=[notified(*entries)])
    assert (seen.entries, [remark.name for remark in seen.remarks]) == (2, ["E-2", "E-3"])


def test_a_repayment_is_known_by_its_reference() -> None:
    told = entry(name=OCR, way="credit")
    assert found(case(booked=["E-1"]), files=[notified(told), stated(told)]).remarks == ()
    other = entry(name=OCR.replace("2025", "2024", 1), way="credit")
    assert found(files=[notified(other)]).entries == 1  # its check digit is wrong, so it names no round


def test_an_entry_that_several_files_tell_of_is_one() -> None:
    files = [notified(entry()), notified(entry(), name="notification-N-2-1"), stated(entry())]
    assert found(case(payout(), booked=["E-1"]), files=files).entries == 1


def test_two_entries_of_one_day_and_amount_are_two() -> None:
    entries = (entry("E/1", name=OCR, way="credit"), entry("E/2", name=OCR, way="credit"))
    seen = found(case(booked=["E/1"]), files=[notified(*entries), stated(*entries)])
    assert seen.entries == 2
    assert [(remark.kind, remark.name) for remark in seen.remarks] == [("entry_not_booked", "E/2")]


def test_an_entry_in_suspense_is_named_so_and_not_also_as_not_booked() -> None:
    held = SuspendedEntry("E-1", SPRING, AMOUNT, "debit", PAYOUT, "amount_differs")
    seen = found(case(payout("sent")), files=[notified(entry())], suspended=[held])
    assert [(remark.kind, remark.detail) for remark in seen.remarks] == [("entry_in_suspense", "amount_differs")]


def test_an_entry_can_be_wrong_in_two_ways() -> None:
    seen = found(case(payout("sent")), files=[notified(entry()), stated()])
    assert [remark.kind for remark in seen.remarks] == ["entry_not_booked", "entry_not_on_statement"]


# Statements


def test_statements_that_follow_each_other_are_as_they_should_be_in_whatever_order_they_came() -> None:
    days = [stated(opening=5, day=DAY + timedelta(days=n), name=f"statement-{9 - n}") for n in range(3)]
    assert found(files=days[::-1]).remarks == ()


@pytest.mark.parametrize("opening", [999_999, 1_000_001, 0])
def test_a_statement_that_does_not_begin_where_the_last_one_ended_is_named_with_what_is_missing(opening: int) -> None:
    files = [stated(), stated(opening=opening, day=DAY + timedelta(days=4), name="statement-S-2-1")]
    [remark] = found(files=files).remarks
    assert (remark.kind, remark.amount, remark.detail) == (
        "statement_does_not_follow",
        opening - 1_000_000,
        "2025-04-07",
    )


@pytest.mark.parametrize("gap", [1, -1, 5_000_000])
def test_what_the_balances_of_a_statement_miss_is_named_in_full_and_with_its_sign(gap: int) -> None:
    [remark] = found(files=[stated(gap=gap)]).remarks
    assert (remark.kind, remark.amount, remark.is_open) == ("statement_gap", gap, True)


def test_the_pages_of_a_long_statement_are_one_statement() -> None:
    entries = entry("E-1"), entry("E-2", name=SECOND)
    first = stated(*entries)
    second = BankFile("statement-S-1-2", "statement", IBAN, "hash", SPRING, None, entries[1:])
    files = [BankFile(first.id, "statement", IBAN, "hash", SPRING, first.balances, entries[:1]), second]
    seen = found(case(payout(), booked=["E-1", "E-2"]), files=[*files, notified(*entries)])
    assert (seen.entries, seen.remarks) == (2, ())


def test_each_account_has_statements_of_its_own() -> None:
    files = [
        stated(),
        stated(day=DAY + timedelta(days=1), name="statement-S-2-1"),
        stated(opening=77, name="statement-T-1-1", account="SE4550000000058398257466"),
        stated(opening=77, day=DAY + timedelta(days=1), name="statement-T-2-1", account="SE4550000000058398257466"),
    ]
    assert found(files=files).remarks == ()


def test_a_statement_that_the_bank_wrote_anew_without_its_gap_needs_nobody() -> None:
    """The runbook has the bank send another; the alarm of every night must end then."""
    files = [
        stated(gap=GAP),
        stated(name="statement-S-2-1"),
        stated(day=DAY + timedelta(days=1), name="statement-S-3-1"),
    ]
    assert found(files=files).open_remarks == ()


def test_two_notifications_that_contradict_each_other_are_named() -> None:
    files = [notified(entry()), notified(entry(amount=Ore(5)), name="notification-N-2-1"), stated(entry())]
    seen = found(case(payout(), booked=["E-1"]), files=files)
    assert [(remark.kind, remark.name) for remark in seen.open_remarks] == [("entry_told_otherwise", "E-1")]
