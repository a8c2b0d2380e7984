"""From the report to the last krona back: situations with their figures worked out by hand, in kronor.

Each was paid 100 000 kronor. It is played command by command through `decide` and `evolve`, and the books balance after
every event. What is not named in a line is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from statsbidrag.domain.case import CASE
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.state import AppealOutcome, HearingStance, Payout
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, kronor
from statsbidrag.domain.suspense import ENTRY, PlaceEntry, SuspendEntry, entry_key
from statsbidrag.domain.time import swedish_date
from tests.builders import (
    BATCH_ID,
    NEXT_BATCH,
    OTHER,
    REPORT_LATE,
    REPORT_MISSING,
    SECOND,
    TERMS,
    TWICE,
    Story,
    delivered,
    linked,
    paid,
    report,
    requisition,
    settle,
)

PAID = 100_000
INVOICE = "I-2025-0114-1"
WHY = "Särskilda skäl."
Step = Callable[[Story], object]


@dataclass(frozen=True)
class Figures:
    """What the accounts say in the end, in kronor; `open` are the kinds of the officers' tasks."""

    accepted: int = 0
    waived: int = 0
    invoiced: int = 0
    credited: int = 0
    recovered: int = 0
    settled: int = 0
    surplus: int = 0
    refunded: int = 0
    written_off: int = 0
    to_account_for: int = 0
    stage: str = "closed"
    open: frozenset[str] = field(default_factory=frozenset)
    paid: int = PAID


def opens(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


# What can happen


def do(command: c.CaseCommand) -> Step:
    return lambda story: story.do(command)


def reports(used: int, misused: int = 0) -> Step:
    """The report comes, at once, and is assessed."""

    def step(story: Story) -> None:
        story.do(report(kronor(used), kronor(misused)))
        story.do(c.AssessReport())

    return step


def late(used: int, misused: int = 0) -> Step:
    """The report comes after the last day, or whenever it is by now."""

    def step(story: Story) -> None:
        story.now = max(story.now, REPORT_LATE)
        reports(used, misused)(story)

    return step


def missing(story: Story) -> None:
    """The last reminder has gone out in vain."""
    story.do(c.AssessMissingReport(), at=REPORT_MISSING)


def more_time(days: int) -> Step:
    """An officer moves the last day that many days on from the first one."""
    return lambda story: story.do(c.ExtendReport(TERMS.report_last_day + timedelta(days), WHY, "officer:1"))


def wait(days: int) -> Step:
    """So many days after the first last day."""

    def step(story: Story) -> None:
        story.now = REPORT_LATE + timedelta(days - 1)

    return step


def reopen(days: int) -> Step:
    """An officer lets the report be corrected until that many days after the first last day."""
    return lambda story: story.do(c.ReopenReport(TERMS.report_last_day + timedelta(days), WHY, "officer:1"))


def refused_as(code: str, asked: Step) -> Step:
    def step(story: Story) -> None:
        with pytest.raises(Refusal, match=code):
            asked(story)

    return step


def no_correction(story: Story) -> None:
    """The day of the correction has passed: the earlier report is assessed again."""
    story.do(c.AssessMissingReport(), at=story.due("assess_missing_report-1"))
    story.do(c.AssessReport())


def prepare(waived: int = 0) -> Step:
    def step(story: Story) -> None:
        story.now = max(story.now, story.case.recoveries[-1].hearing_ends)
        story.do(c.PrepareDecision(len(story.case.recoveries), kronor(waived), WHY, "officer:1"))

    return step


def decide(waived: int = 0) -> Step:
    def step(story: Story) -> None:
        prepare(waived)(story)
        story.do(c.DecideRecovery(len(story.case.recoveries), "officer:2"))

    return step


def decide_as_proposed(story: Story) -> None:
    """The waiver is the one that the rules propose."""
    decide(story.case.recoveries[0].proposed_waiver // ORE_PER_KRONA)(story)


def claim(waived: int = 0) -> Step:
    """Decided, invoiced and filed."""

    def step(story: Story) -> None:
        decide(waived)(story)
        invoice(story)

    return step


def invoice(story: Story) -> None:
    story.do(c.RaiseInvoice(len(story.case.recoveries)))
    story.do(c.RecordInvoiceFiled(INVOICE, "i.xml", "i.pdf"))


def pay(amount: int, number: int = 1) -> Step:
    """Money comes in with the reference of the invoice of that number."""

    def step(story: Story) -> None:
        entry = f"E-{len(story.case.bank_entries) + 1}"
        story.do(c.RecordRepayment(number, entry, kronor(amount), story.now.date()))

    return step


def pay_astray(amount: int) -> Step:
    """Money without a reference lies in suspense until a person finds its invoice."""

    def step(story: Story) -> None:
        entry = ENTRY.empty(entry_key("S-1"))
        told = SuspendEntry("S-1", kronor(amount), "credit", "faktura", story.now.date(), "unknown_reference")
        for command in (told, PlaceEntry(INVOICE, "officer:1")):
            for event in ENTRY.decide(entry, command, story.now):
                entry = ENTRY.evolve(entry, event)
        assert (entry.placed, ENTRY.owed(entry)) == (INVOICE, frozenset())
        story.do(c.RecordRepayment(1, entry.entry, entry.amount, story.now.date()))

    return step


def issue_anew(number: int = 1) -> Step:
    def step(story: Story) -> None:
        story.do(c.ReissueInvoice(f"I-2025-0114-{number}", WHY, "officer:1", "REF-2"))
        for note in story.case.credit_notes:
            story.do(c.RecordCreditNoteFiled(note.number, "c.xml", "c.pdf"))
        story.do(c.RecordInvoiceFiled(story.case.invoices[-1].number, "i.xml", "i.pdf"))

    return step


def remind(story: Story) -> None:
    story.do(c.RemindInvoice(INVOICE), at=story.due(f"remind_invoice-{INVOICE}"))


def answers(stance: HearingStance, text: str = "") -> Step:
    """The municipality answers the hearing, a day after the proposal or the answer before."""

    def step(story: Story) -> None:
        command = c.AnswerHearing(1, stance, text, None, "municipality:0114", f"{stance}{text}")
        story.do(command, at=story.now + timedelta(days=1))

    return step


def claim_after_answer(waived: int = 0, weighed: str = "") -> Step:
    """Decided at once by what was answered, invoiced and filed."""

    def step(story: Story) -> None:
        seen = len(story.case.recoveries[0].answers)
        story.do(c.PrepareDecision(1, kronor(waived), WHY, "officer:1", seen, weighed))
        story.do(c.DecideRecovery(1, "officer:2"))
        invoice(story)

    return step


def hearing_over(story: Story) -> None:
    story.now = story.case.recoveries[0].hearing_ends


def appeal(story: Story) -> None:
    story.do(c.NoteAppeal(1, swedish_date(story.now), in_time=True, reason=WHY, officer="officer:1"))


def appeal_too_late(story: Story) -> None:
    story.now += timedelta(days=25)
    story.do(c.NoteAppeal(1, swedish_date(story.now), in_time=False, reason=WHY, officer="officer:1"))


def ends(outcome: AppealOutcome) -> Step:
    def step(story: Story) -> None:
        story.do(c.NoteAppealOutcome(1, outcome, WHY, "officer:1"), at=story.now + timedelta(days=100))

    return step


def lower_to(amount: int) -> Step:
    """Two persons decide again."""

    def step(story: Story) -> None:
        story.do(c.PrepareReconsideration(1, kronor(amount), WHY, "officer:1"))
        story.do(c.DecideReconsideration(1, kronor(amount), "officer:2"))
        for note in story.case.credit_notes:
            story.do(c.RecordCreditNoteFiled(note.number, "c.xml", "c.pdf"))

    return step


def give_up(story: Story) -> None:
    story.do(c.ProposeWriteOff(INVOICE, WHY, "officer:1"))


def given_up(amount: int) -> Step:
    """What one proposed to give up is decided by another, who saw that amount."""

    def step(story: Story) -> None:
        give_up(story)
        story.do(c.DecideWriteOff(INVOICE, kronor(amount), "officer:2"))

    return step


def too_late_to_give_up(amount: int) -> Step:
    def step(story: Story) -> None:
        with pytest.raises(Refusal, match="write_off_differs"):
            story.do(c.DecideWriteOff(INVOICE, kronor(amount), "officer:2"))

    return step


def set_off(amount: int) -> Step:
    """A payout that has not left is kept, wholly or in part, as payment of the invoice."""

    def step(story: Story) -> None:
        story.do(c.ProposeSetOff(INVOICE, last(story).id, kronor(amount), WHY, "officer:1"))
        story.do(c.DecideSetOff(INVOICE, last(story).id, kronor(amount), "officer:2"))

    return step


refund = do(c.OrderRefund("officer:1"))


def last(story: Story) -> Payout:
    return story.case.payouts[-1]


def sent(story: Story) -> None:
    story.do(c.QueuePayout(last(story).id, NEXT_BATCH))
    story.do(c.RecordPayoutSent(last(story).id, NEXT_BATCH))


def booked(story: Story) -> None:
    """The refund leaves and is booked."""
    sent(story)
    story.do(settle(f"E-{last(story).id}", last(story).amount, last(story).id))


def refused(code: str) -> Step:
    def step(story: Story) -> None:
        sent(story)
        story.do(c.RecordPayoutRejected(last(story).id, NEXT_BATCH, "words", code))

    return step


def lost(story: Story) -> None:
    """The bank is silent, and was never there."""
    sent(story)
    story.do(c.RecordSilence(last(story).id), at=story.now + timedelta(days=TERMS.bank_answer_days))
    story.do(c.ProposeResolution(last(story).id, "not_carried_out", WHY, "officer:1"))
    story.do(c.ConfirmResolution(last(story).id, "not_carried_out", "officer:2"))
    story.do(c.QueuePayout(last(story).id, BATCH_ID))
    story.do(c.RecordPayoutSent(last(story).id, BATCH_ID))
    story.do(settle("E-9", last(story).amount, last(story).id))


def reissue(story: Story) -> None:
    story.do(c.ReissuePayout(last(story).id, "officer:1"))


def other_account(story: Story) -> None:
    story.do(c.ProposeAccount(OTHER, "officer:1"))
    story.do(c.ApproveAccount(len(story.case.account_changes), OTHER, "officer:2"))


def refund_stopped(story: Story) -> None:
    story.do(c.VoidPayout(last(story).id, WHY, "officer:2", is_final=True))


def mail_bounces(kind: str) -> Step:
    def step(story: Story) -> None:
        mail = next(mail for mail in story.case.mails.values() if mail.kind == kind)
        story.do(c.RecordMailBounced(mail.id, story.now))

    return step


# Where they begin


def arrived() -> Story:
    """The link to the report has arrived."""
    return delivered(amount=kronor(PAID))


def unproven() -> Story:
    """Nothing proves that the link arrived."""
    return linked(amount=kronor(PAID))


def with_a_payout_left() -> Story:
    """Of two payouts the second is still with the bank when the report is opened."""
    story = paid(TWICE, kronor(60_000))
    story.do(requisition(kronor(40_000)))
    story.do(c.ValidateRequisition(2))
    story.do(c.QueuePayout(SECOND, NEXT_BATCH))
    story.do(c.RecordPayoutSent(SECOND, NEXT_BATCH))
    story.do(c.IssueReportLink("token-hash"), at=datetime.fromisoformat("2026-01-16T08:00:00Z"))
    return story


second_refused = do(c.RecordPayoutRejected(SECOND, NEXT_BATCH, "words", "AM04"))
second_booked = do(settle("E-SECOND", kronor(40_000), SECOND))

NEVER_THEN_LATE = (missing, claim(), late(PAID))
"""No report, the whole grant invoiced, and then a report of all of it used."""
PART = (reports(60_000), claim())
"""40 000 are not used, and invoiced."""
TOO_MUCH = (*PART, pay(45_000))
"""5 000 too much."""

SITUATIONS: dict[str, tuple[Sequence[Step], Figures]] = {
    # A report in time
    "all used": ([reports(PAID)], Figures(accepted=100_000)),
    "a part used, heard": (
        [reports(60_000)],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "nothing used, heard": (
        [reports(0)],
        Figures(to_account_for=100_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "a part used, prepared": (
        [reports(60_000), prepare()],
        Figures(accepted=60_000, to_account_for=40_000, stage="prepared", open=opens("decide_recovery")),
    ),
    "a part used, decided": (
        [reports(60_000), decide()],
        Figures(accepted=60_000, to_account_for=40_000, stage="decided"),
    ),
    "a part used, invoiced": (PART, Figures(accepted=60_000, invoiced=40_000, recovered=40_000, stage="invoiced")),
    "nothing used, invoiced": (
        [reports(0), claim()],
        Figures(invoiced=100_000, recovered=100_000, stage="invoiced"),
    ),
    "nothing used, all paid back": (
        [reports(0), claim(), pay(PAID)],
        Figures(invoiced=100_000, recovered=100_000, settled=100_000),
    ),
    "a part paid back": (
        [*PART, pay(15_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=15_000, stage="invoiced"),
    ),
    "paid back in two parts": (
        [*PART, pay(15_000), pay(25_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000),
    ),
    "misused, heard": (
        [reports(PAID, misused=30_000)],
        Figures(accepted=70_000, to_account_for=30_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "misused, paid back": (
        [reports(PAID, misused=30_000), claim(), pay(30_000)],
        Figures(accepted=70_000, invoiced=30_000, recovered=30_000, settled=30_000),
    ),
    "a part unused and a part misused": (
        [reports(80_000, misused=10_000), claim()],
        Figures(accepted=70_000, invoiced=30_000, recovered=30_000, stage="invoiced"),
    ),
    "all misused": (
        [reports(PAID, misused=PAID), claim()],
        Figures(invoiced=100_000, recovered=100_000, stage="invoiced"),
    ),
    # Waivers and small claims
    "waived in full": ([reports(60_000), decide(40_000)], Figures(accepted=60_000, waived=40_000)),
    "waived in part": (
        [reports(60_000), claim(25_000)],
        Figures(accepted=60_000, waived=25_000, invoiced=15_000, recovered=15_000, stage="invoiced"),
    ),
    "waived in part, the rest paid back": (
        [reports(60_000), claim(25_000), pay(15_000)],
        Figures(accepted=60_000, waived=25_000, invoiced=15_000, recovered=15_000, settled=15_000),
    ),
    "a small claim waived as proposed": (
        [reports(99_950), decide_as_proposed],
        Figures(accepted=99_950, waived=50),
    ),
    "a small claim claimed all the same": (
        [reports(99_901), claim()],
        Figures(accepted=99_901, invoiced=99, recovered=99, stage="invoiced"),
    ),
    "a claim just large enough": (
        [reports(99_900), decide_as_proposed, invoice],
        Figures(accepted=99_900, invoiced=100, recovered=100, stage="invoiced"),
    ),
    # A late report
    "late, heard": (
        [late(PAID)],
        Figures(to_account_for=100_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "late, waived in full": ([late(PAID), decide(PAID)], Figures(waived=100_000)),
    "late, waived in part and paid back": (
        [late(PAID), claim(80_000), pay(20_000)],
        Figures(waived=80_000, invoiced=20_000, recovered=20_000, settled=20_000),
    ),
    # No report
    "never, heard": (
        [missing],
        Figures(to_account_for=100_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "never, invoiced": ([missing, claim()], Figures(invoiced=100_000, recovered=100_000, stage="invoiced")),
    "never, paid back": ([missing, claim(), pay(PAID)], Figures(invoiced=100_000, recovered=100_000, settled=100_000)),
    "never, but within the hearing": (
        [missing, late(60_000), claim(60_000)],
        Figures(waived=60_000, invoiced=40_000, recovered=40_000, stage="invoiced"),
    ),
    # The hearing
    "heard, agreed": (
        [reports(60_000), answers("agrees")],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("prepare_agreed_decision")),
    ),
    "heard, objected": (
        [reports(60_000), answers("objects", "Nej.")],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("weigh_objection")),
    ),
    "heard, prepared, and then objected late": (
        [reports(60_000), prepare(), answers("objects", "Nej.")],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("weigh_objection")),
    ),
    "agreed, and invoiced before the last day": (
        [reports(60_000), answers("agrees"), claim_after_answer()],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, stage="invoiced"),
    ),
    "objected, and waived in part": (
        [reports(60_000), answers("objects", "Nej."), hearing_over, claim_after_answer(15_000, "Till en del.")],
        Figures(accepted=60_000, waived=15_000, invoiced=25_000, recovered=25_000, stage="invoiced"),
    ),
    # An appeal
    "appealed before the invoice": (
        [reports(60_000), decide(), appeal],
        Figures(accepted=60_000, to_account_for=40_000, stage="appealed", open=opens("note_appeal_outcome")),
    ),
    "appealed after the reminder": (
        [*PART, remind, appeal],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            stage="appealed",
            open=opens("note_appeal_outcome"),
        ),
    ),
    "appealed in vain, and paid": (
        [*PART, appeal, ends("upheld"), pay(40_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000),
    ),
    "appealed and withdrawn after the reminder": (
        [*PART, remind, appeal, ends("withdrawn")],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            stage="invoiced",
            open=opens("follow_up_unpaid_invoice"),
        ),
    ),
    "appealed, changed, and not carried out yet": (
        [*PART, appeal, ends("changed")],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            stage="appealed",
            open=opens("reconsider_after_appeal"),
        ),
    ),
    "appealed, changed to a part": (
        [*PART, appeal, ends("changed"), lower_to(10_000)],
        Figures(accepted=90_000, invoiced=40_000, credited=30_000, recovered=10_000, stage="invoiced"),
    ),
    "paid, appealed, changed to nothing": (
        [*PART, pay(40_000), appeal, ends("changed"), lower_to(0)],
        Figures(accepted=100_000, invoiced=40_000, credited=40_000, surplus=40_000, open=opens("refund_surplus")),
    ),
    "appealed before the invoice, changed to nothing": (
        [reports(60_000), decide(), appeal, ends("changed"), lower_to(0)],
        Figures(accepted=100_000),
    ),
    "appealed too late": (
        [*PART, appeal_too_late],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, stage="invoiced"),
    ),
    # A late report after the decision
    "late after the decision": (
        NEVER_THEN_LATE,
        Figures(invoiced=100_000, recovered=100_000, stage="invoiced", open=opens("reconsider_after_late_report")),
    ),
    "late after the decision, prepared anew": (
        [*NEVER_THEN_LATE, do(c.PrepareReconsideration(1, Ore(0), WHY, "officer:1"))],
        Figures(invoiced=100_000, recovered=100_000, stage="invoiced", open=opens("decide_reconsideration")),
    ),
    "wholly reconsidered before payment": (
        [*NEVER_THEN_LATE, lower_to(0)],
        Figures(accepted=100_000, invoiced=100_000, credited=100_000),
    ),
    "wholly reconsidered after payment in full": (
        [*NEVER_THEN_LATE, pay(PAID), lower_to(0)],
        Figures(accepted=100_000, invoiced=100_000, credited=100_000, surplus=100_000, open=opens("refund_surplus")),
    ),
    "wholly reconsidered after payment in part": (
        [*NEVER_THEN_LATE, pay(30_000), lower_to(0)],
        Figures(accepted=100_000, invoiced=100_000, credited=100_000, surplus=30_000, open=opens("refund_surplus")),
    ),
    "wholly reconsidered after payment, and refunded": (
        [*NEVER_THEN_LATE, pay(PAID), lower_to(0), refund, booked],
        Figures(accepted=100_000, invoiced=100_000, credited=100_000, refunded=100_000),
    ),
    "partly reconsidered before payment": (
        [*NEVER_THEN_LATE, lower_to(40_000)],
        Figures(accepted=60_000, invoiced=100_000, credited=60_000, recovered=40_000, stage="invoiced"),
    ),
    "partly reconsidered, the rest paid back": (
        [*NEVER_THEN_LATE, lower_to(40_000), pay(40_000)],
        Figures(accepted=60_000, invoiced=100_000, credited=60_000, recovered=40_000, settled=40_000),
    ),
    "partly reconsidered, and the first invoice paid all the same": (
        [*NEVER_THEN_LATE, lower_to(40_000), pay(PAID)],
        Figures(
            accepted=60_000,
            invoiced=100_000,
            credited=60_000,
            recovered=40_000,
            settled=40_000,
            surplus=60_000,
            open=opens("refund_surplus"),
        ),
    ),
    "partly reconsidered after payment in full": (
        [*NEVER_THEN_LATE, pay(PAID), lower_to(40_000)],
        Figures(
            accepted=60_000,
            invoiced=100_000,
            credited=60_000,
            recovered=40_000,
            settled=40_000,
            surplus=60_000,
            open=opens("refund_surplus"),
        ),
    ),
    "partly reconsidered after payment of less": (
        [*NEVER_THEN_LATE, pay(30_000), lower_to(40_000)],
        Figures(accepted=60_000, invoiced=100_000, credited=60_000, recovered=40_000, settled=30_000, stage="invoiced"),
    ),
    "partly reconsidered after payment of just that": (
        [*NEVER_THEN_LATE, pay(40_000), lower_to(40_000)],
        Figures(accepted=60_000, invoiced=100_000, credited=60_000, recovered=40_000, settled=40_000),
    ),
    "partly reconsidered after payment of more": (
        [*NEVER_THEN_LATE, pay(55_000), lower_to(40_000)],
        Figures(
            accepted=60_000,
            invoiced=100_000,
            credited=60_000,
            recovered=40_000,
            settled=40_000,
            surplus=15_000,
            open=opens("refund_surplus"),
        ),
    ),
    "partly reconsidered when too much was paid": (
        [*NEVER_THEN_LATE, pay(101_000), lower_to(40_000)],
        Figures(
            accepted=60_000,
            invoiced=100_000,
            credited=60_000,
            recovered=40_000,
            settled=40_000,
            surplus=61_000,
            open=opens("refund_surplus"),
        ),
    ),
    "reconsidered and let stand": (
        [*NEVER_THEN_LATE, lower_to(PAID)],
        Figures(invoiced=100_000, recovered=100_000, stage="invoiced"),
    ),
    "reconsidered after payment and let stand": (
        [*NEVER_THEN_LATE, pay(PAID), lower_to(PAID)],
        Figures(invoiced=100_000, recovered=100_000, settled=100_000),
    ),
    "wholly reconsidered before the invoice": (
        [missing, decide(), late(PAID), lower_to(0)],
        Figures(accepted=100_000),
    ),
    "partly reconsidered before the invoice": (
        [missing, decide(), late(PAID), lower_to(40_000), invoice],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, stage="invoiced"),
    ),
    "reconsidered twice": (
        [*NEVER_THEN_LATE, lower_to(40_000), lower_to(10_000)],
        Figures(accepted=90_000, invoiced=100_000, credited=90_000, recovered=10_000, stage="invoiced"),
    ),
    "reconsidered twice after payment": (
        [*NEVER_THEN_LATE, pay(PAID), lower_to(40_000), lower_to(10_000)],
        Figures(
            accepted=90_000,
            invoiced=100_000,
            credited=90_000,
            recovered=10_000,
            settled=10_000,
            surplus=90_000,
            open=opens("refund_surplus"),
        ),
    ),
    "waived in part and then reconsidered": (
        [missing, claim(20_000), late(PAID), lower_to(50_000)],
        Figures(accepted=30_000, waived=20_000, invoiced=80_000, credited=30_000, recovered=50_000, stage="invoiced"),
    ),
    "waived in part and then wholly reconsidered": (
        [missing, claim(20_000), late(PAID), pay(80_000), lower_to(0)],
        Figures(
            accepted=80_000,
            waived=20_000,
            invoiced=80_000,
            credited=80_000,
            surplus=80_000,
            open=opens("refund_surplus"),
        ),
    ),
    # Too much, or astray
    "too much paid back": (
        TOO_MUCH,
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=5_000,
            open=opens("refund_surplus"),
        ),
    ),
    "paid back twice": (
        [*PART, pay(40_000), pay(40_000)],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=40_000,
            open=opens("refund_surplus"),
        ),
    ),
    "a refund ordered": (
        [*TOO_MUCH, refund],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000, surplus=5_000),
    ),
    "a refund booked": (
        [*TOO_MUCH, refund, booked],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000, refunded=5_000),
    ),
    "a refund booked, and again too much": (
        [*TOO_MUCH, refund, booked, pay(700)],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=700,
            refunded=5_000,
            open=opens("refund_surplus"),
        ),
    ),
    "too much while a refund is on its way, both refunded": (
        [*TOO_MUCH, refund, sent, pay(700), refund, booked],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000, surplus=5_000, refunded=700),
    ),
    "a refund refused for the account": (
        [*TOO_MUCH, refund, refused("AC04")],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=5_000,
            open=opens("correct_payout_account"),
        ),
    ),
    "a refund refused for the account, issued anew to another": (
        [*TOO_MUCH, refund, refused("AC04"), other_account, reissue, booked],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000, refunded=5_000),
    ),
    "a refund refused for another reason": (
        [*TOO_MUCH, refund, refused("AM04")],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=5_000,
            open=opens("reissue_payout"),
        ),
    ),
    "a refund refused and issued anew": (
        [*TOO_MUCH, refund, refused("AM04"), reissue, booked],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000, refunded=5_000),
    ),
    "a refund void for good": (
        [*TOO_MUCH, refund, refund_stopped],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=5_000,
            open=opens("refund_surplus"),
        ),
    ),
    "a refund that nothing was heard of, sent again": (
        [*TOO_MUCH, refund, lost],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000, refunded=5_000),
    ),
    "a payment astray, placed by a person": (
        [*PART, pay_astray(40_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000),
    ),
    "a part astray, placed by a person": (
        [*PART, pay(30_000), pay_astray(4_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=34_000, stage="invoiced"),
    ),
    "too much astray, placed by a person": (
        [*PART, pay_astray(41_000)],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=1_000,
            open=opens("refund_surplus"),
        ),
    ),
    # Reminded and given up
    "reminded": (
        [*PART, remind],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            stage="invoiced",
            open=opens("follow_up_unpaid_invoice"),
        ),
    ),
    "reminded and paid back": (
        [*PART, remind, pay(40_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000),
    ),
    "reminded, and a part paid back": (
        [*PART, remind, pay(39_999)],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=39_999,
            stage="invoiced",
            open=opens("propose_write_off"),
        ),
    ),
    "reminded in vain: the e-mail came back": (
        [*PART, remind, mail_bounces("invoice_reminder")],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            stage="invoiced",
            open=opens("follow_up_unpaid_invoice", "correct_registry_address"),
        ),
    ),
    "reminded and then wholly reconsidered": (
        [*NEVER_THEN_LATE, remind, lower_to(0)],
        Figures(accepted=100_000, invoiced=100_000, credited=100_000),
    ),
    "a write-off proposed": (
        [*PART, remind, give_up],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, stage="invoiced", open=opens("decide_write_off")),
    ),
    "written off": (
        [*PART, remind, given_up(40_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, written_off=40_000),
    ),
    "written off after payment in part": (
        [*PART, pay(15_000), remind, given_up(25_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=15_000, written_off=25_000),
    ),
    "a write-off overtaken by payment in full": (
        [*PART, remind, give_up, pay(40_000), too_late_to_give_up(40_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=40_000),
    ),
    "a write-off overtaken by payment in part": (
        [*PART, remind, give_up, pay(15_000), too_late_to_give_up(40_000), too_late_to_give_up(25_000)],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            settled=15_000,
            stage="invoiced",
            open=opens("decide_write_off"),
        ),
    ),
    "a write-off overtaken by payment in part, proposed anew": (
        [*PART, remind, give_up, pay(15_000), given_up(25_000)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=15_000, written_off=25_000),
    ),
    "a write-off overtaken by a new decision": (
        [*NEVER_THEN_LATE, remind, give_up, lower_to(40_000), too_late_to_give_up(100_000), given_up(40_000)],
        Figures(accepted=60_000, invoiced=100_000, credited=60_000, recovered=40_000, written_off=40_000),
    ),
    "a rest that is not worth claiming, given up": (
        [*PART, pay(39_901), given_up(99)],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, settled=39_901, written_off=99),
    ),
    "paid back after it was written off": (
        [*PART, remind, given_up(40_000), pay(40_000)],
        Figures(
            accepted=60_000,
            invoiced=40_000,
            recovered=40_000,
            written_off=40_000,
            surplus=40_000,
            open=opens("refund_surplus"),
        ),
    ),
    "paid back after it was written off, and refunded": (
        [*PART, remind, given_up(40_000), pay(40_000), refund, booked],
        Figures(accepted=60_000, invoiced=40_000, recovered=40_000, written_off=40_000, refunded=40_000),
    ),
    "paid back after it was taken back in full, and refunded": (
        [*NEVER_THEN_LATE, lower_to(0), pay(100_000), refund, booked],
        Figures(accepted=100_000, invoiced=100_000, credited=100_000, refunded=100_000),
    ),
    # Issued anew
    "issued anew": (
        [*PART, issue_anew()],
        Figures(accepted=60_000, invoiced=80_000, credited=40_000, recovered=40_000, stage="invoiced"),
    ),
    "issued anew and paid back under the void number": (
        [*PART, issue_anew(), pay(40_000)],
        Figures(accepted=60_000, invoiced=80_000, credited=40_000, recovered=40_000, settled=40_000),
    ),
    "a part paid back, issued anew, and the rest paid back under the new number": (
        [*PART, pay(10_000), issue_anew(), pay(30_000, 3)],
        Figures(accepted=60_000, invoiced=80_000, credited=40_000, recovered=40_000, settled=40_000),
    ),
    "issued anew and paid back under both numbers": (
        [*PART, issue_anew(), pay(40_000), pay(40_000, 3)],
        Figures(
            accepted=60_000,
            invoiced=80_000,
            credited=40_000,
            recovered=40_000,
            settled=40_000,
            surplus=40_000,
            open=opens("refund_surplus"),
        ),
    ),
    "issued anew twice and paid back under the first number": (
        [*PART, issue_anew(), issue_anew(3), pay(40_000)],
        Figures(accepted=60_000, invoiced=120_000, credited=80_000, recovered=40_000, settled=40_000),
    ),
    "issued anew and then lowered": (
        [*PART, issue_anew(), lower_to(25_000)],
        Figures(accepted=75_000, invoiced=80_000, credited=55_000, recovered=25_000, stage="invoiced"),
    ),
    "written off before the report came": (
        [missing, claim(), remind, given_up(PAID), late(PAID)],
        Figures(invoiced=100_000, recovered=100_000, written_off=100_000),
    ),
    # More time
    "more time, and reported by the later day": (
        [more_time(31), wait(31), reports(60_000)],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "more time, and later still": (
        [more_time(31), wait(32), reports(PAID)],
        Figures(to_account_for=100_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "more time after the last day, and reported by then": (
        [wait(3), more_time(31), wait(20), reports(PAID)],
        Figures(accepted=100_000),
    ),
    "more time after a proposal for a missing report, and reported": (
        [missing, more_time(40), reports(90_000), claim(), pay(10_000)],
        Figures(accepted=90_000, invoiced=10_000, recovered=10_000, settled=10_000),
    ),
    "more time, and never": (
        [more_time(10), wait(30), do(c.AssessMissingReport())],
        Figures(to_account_for=100_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "more time is asked for when the whole grant is invoiced": (
        [missing, claim(), refused_as("recovery_already_decided", more_time(60))],
        Figures(invoiced=100_000, recovered=100_000, stage="invoiced"),
    ),
    # A report that is opened again
    "all used, then corrected to a part": (
        [reports(PAID), reopen(20), reports(75_000)],
        Figures(accepted=75_000, to_account_for=25_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "a part used, corrected to all while it is heard": (
        [reports(60_000), reopen(20), reports(PAID)],
        Figures(accepted=100_000),
    ),
    "a part used, corrected when prepared, paid back": (
        [reports(60_000), prepare(10_000), reopen(60), reports(80_000, misused=5_000), claim(), pay(25_000)],
        Figures(accepted=75_000, invoiced=25_000, recovered=25_000, settled=25_000),
    ),
    "opened again, and no correction yet": (
        [reports(60_000), reopen(20)],
        Figures(to_account_for=100_000, stage="report_due"),
    ),
    "opened again, and no correction at all": (
        [reports(60_000), reopen(20), no_correction],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "late, opened again, corrected: as late as it was": (
        [late(60_000), reopen(20), reports(90_000), claim(90_000), pay(10_000)],
        Figures(waived=90_000, invoiced=10_000, recovered=10_000, settled=10_000),
    ),
    "opening again is asked for when it is decided": (
        [*PART, refused_as("recovery_already_decided", reopen(60)), lower_to(10_000), pay(10_000)],
        Figures(accepted=90_000, invoiced=40_000, credited=30_000, recovered=10_000, settled=10_000),
    ),
}
"""What happens after the link has arrived, and what it comes to."""

ELSEWHERE: dict[str, tuple[Callable[[], Story], Sequence[Step], Figures]] = {
    "late and nothing proves that the link arrived: as if in time": (
        unproven,
        [late(PAID)],
        Figures(accepted=100_000),
    ),
    "late, a part unused, and nothing proves that the link arrived": (
        unproven,
        [late(60_000)],
        Figures(accepted=60_000, to_account_for=40_000, stage="hearing", open=opens("prepare_decision")),
    ),
    "never, and nothing proves that the link arrived": (
        unproven,
        [missing],
        Figures(to_account_for=100_000, stage="report_due", open=opens("prove_delivery_of_report_link")),
    ),
    "never, nothing proves that the link arrived, and then late": (
        unproven,
        [missing, late(PAID)],
        Figures(accepted=100_000),
    ),
    "an unpaid claim set off against a payout that has not left": (
        with_a_payout_left,
        [reports(50_000), claim(), second_refused, reissue, remind, set_off(6_000)],
        Figures(
            accepted=50_000,
            invoiced=10_000,
            recovered=10_000,
            settled=6_000,
            to_account_for=6_000,
            stage="invoiced",
            open=opens("account_for_payout", "follow_up_unpaid_invoice"),
            paid=66_000,
        ),
    ),
    "an unpaid claim set off, and the rest of the payout booked": (
        with_a_payout_left,
        [reports(50_000), claim(), second_refused, reissue, remind, set_off(10_000), booked],
        Figures(
            accepted=50_000,
            invoiced=10_000,
            recovered=10_000,
            settled=10_000,
            to_account_for=40_000,
            open=opens("account_for_payout"),
        ),
    ),
    "a payout booked after the report was assessed": (
        with_a_payout_left,
        [reports(60_000), second_booked],
        Figures(accepted=60_000, to_account_for=40_000, open=opens("account_for_payout")),
    ),
    "a payout booked after the claim was paid back": (
        with_a_payout_left,
        [reports(50_000), claim(), pay(10_000), second_booked],
        Figures(
            accepted=50_000,
            invoiced=10_000,
            recovered=10_000,
            settled=10_000,
            to_account_for=40_000,
            open=opens("account_for_payout"),
        ),
    ),
}
"""What begins otherwise."""

ALL = [pytest.param(arrived, *told, id=name) for name, told in SITUATIONS.items()] + [
    pytest.param(*told, id=name) for name, told in ELSEWHERE.items()
]


@pytest.mark.parametrize(("begin", "steps", "figures"), ALL)
def test_the_figures_are_those_worked_out_by_hand(
    begin: Callable[[], Story], steps: Sequence[Step], figures: Figures
) -> None:
    story = begin()
    for step in steps:
        step(story)
    assert seen(story) == figures


@pytest.mark.parametrize(("begin", "steps", "figures"), ALL)
def test_whatever_was_paid_is_accounted_for_and_whatever_came_in_is_somewhere(
    begin: Callable[[], Story], steps: Sequence[Step], figures: Figures
) -> None:
    """The figures worked out by hand balance too."""
    assert figures.paid == figures.accepted + figures.waived + figures.recovered + figures.to_account_for
    assert figures.recovered == figures.invoiced - figures.credited
    assert figures.settled + figures.written_off <= figures.recovered
    story = begin()
    for step in steps:
        step(story)
    came_in = sum(event.amount + event.surplus for event in story.events if isinstance(event, e.RepaymentReceived))
    came_in += sum(event.amount for event in story.events if isinstance(event, e.PayoutSetOff))
    assert came_in == kronor(figures.settled + figures.surplus + figures.refunded)


def seen(story: Story) -> Figures:
    """Read the case's accounts, all of them whole kronor."""
    money = story.case.money
    named = {
        "paid": money.paid,
        "accepted": money.accepted_use,
        "waived": money.waived,
        "invoiced": money.invoiced,
        "credited": money.credited,
        "recovered": money.recovered,
        "settled": money.settled,
        "surplus": money.surplus,
        "refunded": money.refunded,
        "written_off": money.written_off,
        "to_account_for": money.to_account_for,
    }
    assert all(amount % ORE_PER_KRONA == 0 for amount in named.values())
    tasks = opens(*(task.kind for task in CASE.owed(story.case) if task.queue == "officer"))
    return Figures(**{name: amount // ORE_PER_KRONA for name, amount in named.items()}, stage=story.stage, open=tasks)
