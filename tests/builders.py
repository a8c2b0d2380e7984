"""Invented recipients, one round, and a case at every stage of its year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace
from stdnum import luhn

from statsbidrag.domain.case import CASE, Case, case_key, decide, empty_case, evolve
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.events import CaseEvent
from statsbidrag.domain.case.state import Payout
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber, RoundId, payout_id
from statsbidrag.domain.money import NOTHING, Ore, kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency, Question, Round, Terms
from statsbidrag.domain.time import end_of, start_of

ROUND_ID = RoundId("2025")
CODE = MunicipalityCode("0114")
KEY = case_key(ROUND_ID, CODE)
ALLOCATED = kronor(461_836)
CLAIM = kronor(1000)
PAYOUT = payout_id(ROUND_ID, CODE, 1)
SECOND = payout_id(ROUND_ID, CODE, 2)
INVOICE = "I-2025-0114-1"
BATCH_ID = "B-2025-20250404-1"
NEXT_BATCH = "B-2025-20250411-1"
LINK_MAIL = "2025-0114-report_link-1"

TERMS = Terms(
    requisition_opens=date(2025, 3, 3),
    requisition_last_day=date(2025, 6, 2),
    requisitions_allowed=1,
    use_from=date(2025, 1, 1),
    use_to=date(2025, 12, 31),
    report_opens=date(2026, 1, 15),
    report_last_day=date(2026, 2, 28),
    reminder_days=(-14, -3, 7),
    hearing_days=21,
    invoice_days=30,
    smallest_claim=kronor(100),
)
TWICE = replace(TERMS, requisitions_allowed=2)

SPRING = datetime(2025, 4, 3, 8, 30, tzinfo=UTC)
"""A Thursday on which requisitions are open."""
ANSWER_DUE = SPRING + timedelta(days=TERMS.bank_answer_days)
"""From here on the bank's silence about what was sent at `SPRING` means unknown."""
TOO_LATE = end_of(TERMS.requisition_last_day)
REPORT_OPENS = start_of(TERMS.report_opens)
REPORT_LATE = end_of(TERMS.report_last_day)
REPORT_MISSING = end_of(TERMS.report_last_day + timedelta(days=7))


def account(number: int) -> Account:
    """Give a bankgiro with a right check digit."""
    body = f"50{number:05d}"
    return Account("bankgiro", body + luhn.calc_check_digit(body))


def recipient(code: str = CODE, name: str = "Upplands Väsby") -> Recipient:
    body = f"21200{int(code):04d}"
    number = OrganisationNumber(body + luhn.calc_check_digit(body))
    return Recipient(
        municipality=MunicipalityCode(code),
        name=name,
        organisation_number=number,
        registry_email=f"registrator@kommun-{code}.example",
        account=account(int(code)),
        invoice_reference=f"REF-{code}",
        peppol_id=f"0007:{number}",
    )


RECIPIENT = recipient()
KNOWN = RECIPIENT.account
"""The account in force when the case is opened."""
OTHER = account(9999)
THIRD = account(7777)

AGENCY = Agency(
    name="Exempelmyndigheten",
    organisation_number="2021000555",
    address="Exempelgatan 1",
    postcode="100 00",
    city="Stockholm",
    email="statsbidrag@exempelmyndigheten.example",
    account=Account("bankgiro", "50501055"),
)


def grant_round(total: Ore, terms: Terms = TERMS) -> Round:
    return Round(
        id=ROUND_ID,
        name="Statsbidrag 2025",
        agency=AGENCY,
        total=total,
        terms=terms,
        purpose=("Ett syfte.",),
        target_group="Personer som är 65 år och äldre.",
        allowed=("Hälsosamtal.",),
        not_allowed=("Generella aktiviteter.",),
        conditions=("Ett villkor.",),
        declaration="Kommunen har läst villkoren.",
        questions=(
            Question("amount_used", "amount", "Hur mycket har kommunen använt?"),
            Question("amount_not_as_intended", "amount", "Hur mycket gick till annat?"),
        ),
        report_form_version=1,
        appeal="Beslutet kan överklagas.",
    )


def requisition(amount: Ore = ALLOCATED, to: Account | None = None) -> c.SubmitRequisition:
    return c.SubmitRequisition(amount, to or RECIPIENT.account, "REF-1", RECIPIENT.peppol_id, "form-hash")


def report(used: Ore = ALLOCATED, misused: Ore = NOTHING) -> c.SubmitReport:
    answers: dict[str, str | int] = {"amount_used": used, "amount_not_as_intended": misused}
    return c.SubmitReport(1, answers, used, misused, "report-hash", "token-hash")


def settle(entry: str = "E-1", amount: Ore = ALLOCATED, payout: str = PAYOUT) -> c.RecordPayoutSettled:
    return c.RecordPayoutSettled(payout, entry, amount, date(2025, 4, 7))


def give_back(entry: str = "R-1", amount: Ore = ALLOCATED, payout: str = PAYOUT) -> c.RecordPayoutReturned:
    return c.RecordPayoutReturned(payout, entry, amount, "AC04")


def reject(code: str = "AC04", payout: str = PAYOUT, batch: str = BATCH_ID) -> c.RecordPayoutRejected:
    return c.RecordPayoutRejected(payout, batch, "The bank's words", code)


class Story:
    """A case and the clock beside it; every command goes through `decide` and `evolve`, and nothing else."""

    def __init__(self, terms: Terms = TERMS, amount: Ore = ALLOCATED) -> None:
        self.case: Case = empty_case(KEY)
        self.now = SPRING
        self.events: list[CaseEvent] = []
        self.do(c.OpenCase(RECIPIENT, terms, "L-2025-1", amount))

    def do(self, command: c.CaseCommand, at: datetime | None = None) -> Sequence[CaseEvent]:
        """Carry out a command, now or at another time; gives its events."""
        self.now = at or self.now
        events = decide(self.case, command, self.now)
        for event in events:
            self.case = evolve(self.case, event)
            assert self.case.money.imbalances() == []
        self.events += events
        return events

    def payout(self, payout: str = PAYOUT) -> Payout:
        return next(p for p in self.case.payouts if p.id == payout)

    @property
    def account(self) -> Account:
        """The account in force."""
        assert self.case.recipient is not None
        return self.case.recipient.account

    @property
    def live_holds(self) -> list[int]:
        return [hold.id for hold in self.case.holds if hold.released_at is None]

    @property
    def stage(self) -> str:
        return CASE.status(self.case)

    @property
    def tasks(self) -> set[str]:
        """The names of what is owed: ``requisitions/validate_requisition-1``."""
        return {f"{task.queue}/{task.id}" for task in CASE.owed(self.case)}

    def due(self, task_id: str) -> datetime:
        return next(task.due for task in CASE.owed(self.case) if task.id == task_id)


def refusal(story: Story, command: c.CaseCommand) -> Refusal:
    """Give the refusal of a command."""
    with pytest.raises(Refusal) as refused:
        story.do(command)
    return refused.value


def requisitioned(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = Story(terms)
    story.do(requisition(amount))
    return story


def approved(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = requisitioned(terms, amount)
    story.do(c.ValidateRequisition(1))
    return story


def batched(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = approved(terms, amount)
    story.do(c.QueuePayout(PAYOUT, BATCH_ID))
    return story


def sent(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = batched(terms, amount)
    story.do(c.RecordPayoutSent(PAYOUT, BATCH_ID))
    return story


def paid(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = sent(terms, amount)
    story.do(settle(amount=amount))
    return story


def unknown(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    """The bank was silent for as long as it may."""
    story = sent(terms, amount)
    story.do(c.RecordSilence(PAYOUT), at=ANSWER_DUE)
    return story


def set_back(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    return not_carried_out(unknown(terms, amount))


def not_carried_out(start: Story) -> Story:
    """Two persons say that an unknown payout was not carried out: it is ordered again under its id."""
    start.do(c.ProposeResolution(PAYOUT, "not_carried_out", "Banken har inte sett den.", "officer:1"))
    start.do(c.ConfirmResolution(PAYOUT, "not_carried_out", "officer:2"))
    return start


def rejected(code: str = "AC04", terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = sent(terms, amount)
    story.do(reject(code))
    return story


def returned(code: str = "AC04", terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = paid(terms, amount)
    story.do(c.RecordPayoutReturned(PAYOUT, "R-1", amount, code))
    return story


def voided(terms: Terms = TERMS, amount: Ore = ALLOCATED, *, is_final: bool = False) -> Story:
    story = approved(terms, amount)
    story.do(c.VoidPayout(PAYOUT, "Fel belopp.", "officer:1", is_final))
    return story


def changing(start: Story, to: Account = OTHER, by: str = "officer:1") -> Story:
    """Another account is proposed and waits for a second person."""
    start.do(c.ProposeAccount(to, by))
    return start


def changed(start: Story, to: Account = OTHER) -> Story:
    """Another account is proposed by one person and approved by another."""
    changing(start, to)
    start.do(c.ApproveAccount(len(start.case.account_changes), to, "officer:2"))
    return start


def linked(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    story = paid(terms, amount)
    story.do(c.IssueReportLink("token-hash"), at=max(story.now, REPORT_OPENS))
    return story


def delivered(terms: Terms = TERMS, amount: Ore = ALLOCATED) -> Story:
    """The link has arrived at the registry, so lateness can be claimed."""
    story = linked(terms, amount)
    story.do(c.RecordMailDelivered(LINK_MAIL, story.now))
    return story


def reported(used: Ore = ALLOCATED, misused: Ore = NOTHING, amount: Ore = ALLOCATED) -> Story:
    story = delivered(amount=amount)
    story.do(report(used, misused))
    return story


def heard(claim: Ore = CLAIM) -> Story:
    """A recovery of unspent money is proposed; the hearing is open."""
    story = reported(used=Ore(ALLOCATED - claim))
    story.do(c.AssessReport())
    return story


def prepared(claim: Ore = CLAIM, waived: Ore = NOTHING) -> Story:
    story = heard(claim)
    ends = story.case.recoveries[0].hearing_ends
    story.do(c.PrepareDecision(1, waived, "Pengarna har inte använts.", "officer:1"), at=ends)
    return story


def decided(claim: Ore = CLAIM, waived: Ore = NOTHING) -> Story:
    story = prepared(claim, waived)
    story.do(c.DecideRecovery(1, "officer:2"))
    return story


def invoiced(claim: Ore = CLAIM, waived: Ore = NOTHING) -> Story:
    story = decided(claim, waived)
    story.do(c.RaiseInvoice(1))
    return story
