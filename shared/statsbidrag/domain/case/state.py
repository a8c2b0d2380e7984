"""What a case knows: one municipality in one round.

Amounts are öre, instants UTC, dates Swedish calendar days.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.holds import Hold
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId, case_number
from statsbidrag.domain.interest import Paid, Period, Rate, account, total
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Terms


class Check(msgspec.Struct, frozen=True):
    """One rule tried on a case: what was compared with what, and how it came out.

    Attributes
    ----------
    rule
        English name of the rule.
    inputs
        Name and value of everything the rule looked at, as text; amounts in öre.
    arithmetic
        The comparison or sum as written out: ``4618360000 <= 4618360000``.
    explanation
        The outcome in Swedish, for the decision.
    """

    rule: str
    passed: bool
    inputs: dict[str, str]
    arithmetic: str
    explanation: str


RequisitionStatus = Literal["received", "with_officer", "awaiting_account", "approved", "rejected"]


class LateDecision(msgspec.Struct, frozen=True):
    """Whether an officer has taken up a requisition that came after the last day, or dismissed it, and why."""

    accepted: bool
    reason: str
    decided_by: str
    decided_at: datetime


class Requisition(msgspec.Struct, frozen=True):
    """What the municipality asked for.

    Attributes
    ----------
    decided_at
        When it was approved, rejected or dismissed.
    late_decision
        What was decided about its lateness; ``None`` of one in time, and until an officer has decided.
    """

    id: int
    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    received_at: datetime
    content_hash: str
    status: RequisitionStatus
    checks: tuple[Check, ...] = ()
    decided_at: datetime | None = None
    contact_email: str = ""
    late_decision: LateDecision | None = None


AccountChangeStatus = Literal["waiting", "approved", "declined"]


class AccountChange(msgspec.Struct, frozen=True):
    """A wish to have payouts go to another account; a second person approves it.

    Attributes
    ----------
    requisition
        The requisition that named the account and waits for the answer; 0 if none does.
    """

    id: int
    account: Account
    previous: Account
    proposed_by: str
    proposed_at: datetime
    requisition: int = 0
    status: AccountChangeStatus = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


PayoutPurpose = Literal["grant", "refund"]
PayoutStatus = Literal["ordered", "batched", "sent", "unknown", "settled", "rejected", "returned", "void"]
UnknownOutcome = Literal["carried_out", "not_carried_out"]
"""What the bank says of a payout that nothing was heard of."""


class Resolution(msgspec.Struct, frozen=True):
    """How one person says that an unknown payout ended; another confirms it."""

    outcome: UnknownOutcome
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str = ""


class Payout(msgspec.Struct, frozen=True):
    """Money on its way to the municipality.

    Attributes
    ----------
    code
        ISO 20022 reason for which the bank refused or returned it.
    reason
        The bank's words, or the officer's for a void one.
    replaces, replaced_by
        The payout it was issued instead of, and the one issued instead of it.
    resets
        How often two persons set it back from unknown, to be sent again under the same id.
    is_final
        Whether a void one is not to be replaced.
    """

    id: str
    amount: Ore
    account: Account
    status: PayoutStatus
    changed_at: datetime
    batch: str = ""
    code: str = ""
    reason: str = ""
    replaces: str = ""
    replaced_by: str = ""
    resets: int = 0
    resolution: Resolution | None = None
    is_final: bool = False
    purpose: PayoutPurpose = "grant"

    @property
    def is_set_back(self) -> bool:
        """Whether it waits to be sent again: the first sending may have been carried out after all."""
        return self.status == "ordered" and self.resets > 0

    @property
    def is_on_its_way(self) -> bool:
        """Whether it is not known yet how it ends."""
        return self.status in ("ordered", "batched", "sent", "unknown")

    @property
    def is_here(self) -> bool:
        """Whether it has not left the agency, so that it can be stopped."""
        return self.status in ("ordered", "batched")


class Link(msgspec.Struct, frozen=True):
    """A way in to the report form; the token itself is never stored."""

    number: int
    token_hash: str
    issued_at: datetime
    reminders_sent: tuple[int, ...] = ()
    revoked_at: datetime | None = None
    asked_by: str = ""


class DeliveryProof(msgspec.Struct, frozen=True):
    """That the link reached the municipality on a day, as an officer has found out."""

    delivered_on: date
    reason: str
    proven_by: str


class Report(msgspec.Struct, frozen=True):
    """How the municipality says the money was used."""

    received_at: datetime
    late: bool
    form_version: int
    answers: dict[str, str | int]
    amount_used: Ore
    amount_misused: Ore
    content_hash: str
    assessed: bool = False
    first_received_at: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """The instant that is held against the last day: a corrected report is as early as the first one."""
        return self.first_received_at or self.received_at


class Extension(msgspec.Struct, frozen=True):
    """A later last day for the report of one municipality (anstånd)."""

    last_day: date
    previous: date
    reason: str
    granted_by: str
    granted_at: datetime


class Reopening(msgspec.Struct, frozen=True):
    """That a report may be corrected.

    Attributes
    ----------
    last_day
        When no corrected report has come on this day, the earlier one stands again.
    earlier
        The report as it stood; it stays in the journal as well.
    """

    last_day: date
    reason: str
    reopened_by: str
    reopened_at: datetime
    earlier: Report


Ground = Literal["unspent", "misused", "late_report", "report_missing", "not_accounted_for"]
RecoveryStatus = Literal["hearing", "prepared", "decided", "withdrawn"]
HearingStance = Literal["agrees", "objects"]


class HearingAnswer(msgspec.Struct, frozen=True):
    """What the municipality says of a proposed recovery.

    Attributes
    ----------
    amount_used
        Öre that it says were used under the conditions; `None` where it names no amount.
    late
        Whether it came after the last day of the hearing.
    answered_by
        Who sent it, as the journal names actors: through the link or as the agent.
    """

    stance: HearingStance
    text: str
    amount_used: Ore | None
    received_at: datetime
    late: bool
    answered_by: str
    content_hash: str


class Reconsideration(msgspec.Struct, frozen=True):
    """How one officer would change a decided recovery; another decides.

    Attributes
    ----------
    amount
        Öre that are still to be paid back; what is less than before was used under the conditions after all.
    """

    amount: Ore
    reasons: str
    prepared_by: str


class Reconsidered(msgspec.Struct, frozen=True):
    """How a recovery was decided again.

    Attributes
    ----------
    before, amount
        Öre to pay back as decided before, and as decided now.
    credit_note
        Takes back what was invoiced; empty where nothing was invoiced, or nothing changed.
    """

    before: Ore
    amount: Ore
    reasons: str
    prepared_by: str
    decided_by: str
    decided_at: datetime
    credit_note: str = ""
    letter: str = ""


AppealOutcome = Literal["upheld", "changed", "withdrawn", "dismissed"]


class Appeal(msgspec.Struct, frozen=True):
    """That a decision is appealed, and what came of it.

    Attributes
    ----------
    received_on
        Swedish day on which the appeal reached the agency.
    in_time
        As an officer found (förvaltningslagen 45 §); one that came too late is dismissed and holds nothing.
    decisions
        How often the recovery had been decided again when the outcome was noted.
    """

    received_on: date
    in_time: bool
    reason: str
    noted_by: str
    noted_at: datetime
    outcome: AppealOutcome | None = None
    outcome_reason: str = ""
    outcome_by: str = ""
    outcome_at: datetime | None = None
    decisions: int = 0


class Recovery(msgspec.Struct, frozen=True):
    """A claim for money back, from proposal to decision.

    Attributes
    ----------
    answer_considered
        How the preparing officer weighed what the municipality answered.
    extensions
        The last days, Swedish, that the hearing was given beside its first one.
    """

    id: int
    grounds: tuple[Ground, ...]
    claim: Ore
    checks: tuple[Check, ...]
    proposed_at: datetime
    hearing_ends: datetime
    proposed_waiver: Ore
    status: RecoveryStatus = "hearing"
    waived: Ore = Ore(0)
    reasons: str = ""
    prepared_by: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    letter: str = ""
    reduced: Ore = Ore(0)
    reconsideration: Reconsideration | None = None
    reconsidered_at: datetime | None = None
    answers: tuple[HearingAnswer, ...] = ()
    answer_considered: str = ""
    extensions: tuple[date, ...] = ()
    reconsidered: tuple[Reconsidered, ...] = ()
    appeals: tuple[Appeal, ...] = ()

    @property
    def is_agreed(self) -> bool:
        """Whether the municipality's last word is that it agrees."""
        return bool(self.answers) and self.answers[-1].stance == "agrees"

    @property
    def is_objected_to(self) -> bool:
        """Whether any answer objects: what was objected to is weighed even if the municipality agreed later."""
        return any(answer.stance == "objects" for answer in self.answers)

    @property
    def is_on_hold(self) -> bool:
        """Whether nothing is claimed for now: an appeal has no outcome yet, or one that is not carried out."""
        last = self.appeals[-1] if self.appeals else None
        if last is None or last.outcome is None:
            return last is not None
        return last.outcome == "changed" and last.decisions == len(self.reconsidered)

    @property
    def hold_ended_at(self) -> datetime | None:
        """When the last hold for an appeal ended; `None` where there was none, or it lasts."""
        last = self.appeals[-1] if self.appeals else None
        if last is None or last.outcome_at is None or not last.in_time or self.is_on_hold:
            return None
        return max(last.outcome_at, self.reconsidered_at or last.outcome_at)

    @property
    def decided_amount(self) -> Ore:
        """What the first decision claimed, öre."""
        return Ore(self.claim - self.waived)

    @property
    def to_invoice(self) -> Ore:
        """What remains to claim after the waiver and after what a later decision took off, öre."""
        return Ore(self.claim - self.waived - self.reduced)


class WriteOff(msgspec.Struct, frozen=True):
    """That what is open on an invoice is given up, as one officer proposes and another decides."""

    amount: Ore
    reason: str
    proposed_by: str
    decided_by: str = ""


SetOffStatus = Literal["waiting", "decided", "declined"]


class SetOff(msgspec.Struct, frozen=True):
    """That a payout is kept, wholly or in part, as payment of an invoice; one officer proposes, another decides.

    Attributes
    ----------
    amount
        Öre that are set off.
    open_before
        Öre that were open on the invoice when it was proposed; only as long as they are is it decided.
    """

    invoice: str
    payout: str
    amount: Ore
    open_before: Ore
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: SetOffStatus = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = None


class CreditNote(msgspec.Struct, frozen=True):
    """What takes back a part of an invoice, or all of it.

    Attributes
    ----------
    replacement
        The invoice that claims the same anew, where the invoice was void for wrong particulars.
    """

    number: str
    invoice: str
    amount: Ore
    issued_on: date
    reasons: str
    xml: str = ""
    pdf: str = ""
    replacement: str = ""


class Invoice(msgspec.Struct, frozen=True):
    """A recovery invoice, or one of interest on what was paid late of it.

    Attributes
    ----------
    replaces, replaced_by
        The invoice with wrong particulars that it was issued instead of, and the one issued instead of it.
    prepaid
        Öre that were settled on the replaced invoice already when this one was issued.
    buyer_reference
        The municipality's reference where an officer corrected it; else that of the requisition.
    paid
        What settled it, by day.
    interest_on
        The recovery invoice that was paid late, where this one claims interest.
    """

    number: str
    recovery: int
    amount: Ore
    ocr: str
    issued_on: date
    due_on: date
    settled: Ore = Ore(0)
    credited: Ore = Ore(0)
    written_off: Ore = Ore(0)
    write_off: WriteOff | None = None
    reminded_at: datetime | None = None
    xml: str = ""
    pdf: str = ""
    replaces: str = ""
    replaced_by: str = ""
    prepaid: Ore = Ore(0)
    buyer_reference: str = ""
    paid: tuple[Paid, ...] = ()
    interest_on: str = ""

    @property
    def open_amount(self) -> Ore:
        """What is still to be paid, öre."""
        return Ore(self.amount - self.credited - self.settled - self.written_off)


InterestStatus = Literal["claimed", "too_small", "waived"]


class Interest(msgspec.Struct, frozen=True):
    """What became of the interest on a recovery invoice that was paid late: claimed, or not and why.

    Attributes
    ----------
    invoice
        The recovery invoice.
    amount
        Öre, the sum of `lines` as it was reckoned.
    free_to
        The last day that bears no interest.
    rates
        Basis points a year that were claimed, so that it can be reckoned anew when the claim is lowered.
    decided_by
        The officer; empty where it follows from the terms.
    """

    invoice: str
    amount: Ore
    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]
    status: InterestStatus
    decided_at: datetime
    reason: str = ""
    decided_by: str = ""


class RecordFile(msgspec.Struct, frozen=True):
    """One file of accounting records, as it lies in the archive; its name there is made from its content.

    Attributes
    ----------
    content_hash
        SHA-256 of the content, in hex.
    size
        Bytes.
    """

    content_hash: str
    size: int
    media_type: str
    name: str


class RecordsSent(msgspec.Struct, frozen=True):
    """What a municipality sent at one time; `late` is after the last day."""

    number: int
    received_at: datetime
    late: bool
    files: tuple[RecordFile, ...]


CheckOutcome = Literal["accepted", "misused", "not_accounted_for"]
"""How a spot check ends: all accepted, or a part not used under the conditions, or not shown to be."""


class SpotCheck(msgspec.Struct, frozen=True):
    """A closer look at how the money was used.

    Attributes
    ----------
    id
        Number of the draw in the round; a case is drawn once.
    points, rules
        What its weight in the draw came from.
    link, link_hash
        Number of its own link, and the hash of its token, which is never stored; no hash while it is revoked.
    link_at
        When the link was made or revoked.
    amount
        Öre that could not be accepted.
    """

    id: int
    points: int
    rules: tuple[str, ...]
    link_hash: str
    requested_at: datetime
    last_day: date
    link_at: datetime
    link: int = 1
    sent: tuple[RecordsSent, ...] = ()
    outcome: CheckOutcome | None = None
    amount: Ore = Ore(0)
    reason: str = ""
    concluded_by: str = ""
    concluded_at: datetime | None = None

    @property
    def files(self) -> tuple[RecordFile, ...]:
        """Every file that came in."""
        return tuple(file for sent in self.sent for file in sent.files)


MailKind = Literal[
    "requisition_receipt",
    "requisition_late",
    "requisition_approved",
    "requisition_rejected",
    "requisition_dismissed",
    "payout_rejected",
    "account_changed",
    "report_link",
    "report_reminder",
    "report_extended",
    "report_reopened",
    "report_receipt",
    "records_request",
    "records_receipt",
    "hearing",
    "hearing_receipt",
    "hearing_extended",
    "decision",
    "reconsideration",
    "invoice",
    "invoice_reminder",
    "credit_note",
    "invoice_voided",
    "set_off",
]
CARRIES_LINK: tuple[MailKind, ...] = ("report_link", "report_reminder", "report_reopened")
"""Kinds of e-mail that a report link stands in."""
MAY_CARRY_LINK: tuple[MailKind, ...] = (*CARRIES_LINK, "report_extended", "hearing", "hearing_extended")
"""Those, and what is also said where no link is in force; it leads to the hearing too."""
MailStatus = Literal["owed", "sent", "delivered", "bounced", "withdrawn", "renewed"]
"""``withdrawn`` was owed and is not to leave; ``renewed`` came back, and an officer has dealt with it."""
Addressee = Literal["registry", "agent"]
Complaint = Literal["", "open", "settled"]
"""Whether somebody at the recipient's called it spam, and whether an officer has dealt with that."""


class Mail(msgspec.Struct, frozen=True):
    """One e-mail by its fixed name.

    Attributes
    ----------
    about
        Which requisition, reminder, recovery or invoice it speaks of.
    addressee
        The agent's is sent once where the registry's came back.
    """

    id: str
    kind: MailKind
    about: str
    to: str
    owed_at: datetime
    status: MailStatus = "owed"
    complaint: Complaint = ""
    addressee: Addressee = "registry"


class Money(msgspec.Struct, frozen=True):
    """The case's accounts, öre. ``paid = accepted_use + waived + recovered + to_account_for``.

    Attributes
    ----------
    requisitioned
        Sum of requisitions, without rejected ones.
    approved
        Sum of approved requisitions.
    paid
        Booked by the bank, less what the bank returned, or paid by set-off.
    settled
        Repaid on invoices; `surplus` is what came in above them and has not been refunded, `refunded` what has.
    written_off
        Claimed and given up.
    set_off
        Of what is paid or refunded, what no bank moved: it was kept as payment of an invoice, and came in as such.
    interest_invoiced, interest_credited, interest_settled, interest_written_off
        Interest has accounts of its own, and is no part of the grant's.
    interest_forgone
        Interest that was reckoned and not claimed: waived, or too small.
    """

    allocated: Ore = Ore(0)
    requisitioned: Ore = Ore(0)
    approved: Ore = Ore(0)
    paid: Ore = Ore(0)
    accepted_use: Ore = Ore(0)
    waived: Ore = Ore(0)
    invoiced: Ore = Ore(0)
    credited: Ore = Ore(0)
    settled: Ore = Ore(0)
    surplus: Ore = Ore(0)
    written_off: Ore = Ore(0)
    refunded: Ore = Ore(0)
    set_off: Ore = Ore(0)
    interest_invoiced: Ore = Ore(0)
    interest_credited: Ore = Ore(0)
    interest_settled: Ore = Ore(0)
    interest_written_off: Ore = Ore(0)
    interest_forgone: Ore = Ore(0)

    @property
    def paid_by_bank(self) -> Ore:
        """What the bank moved to the municipality, grants and refunds, öre."""
        return Ore(self.paid + self.refunded - self.set_off)

    @property
    def came_by_bank(self) -> Ore:
        """What the bank took in from the municipality, öre."""
        return Ore(self.settled + self.interest_settled + self.surplus + self.refunded - self.set_off)

    @property
    def interest_claimed(self) -> Ore:
        """Interest that is claimed by invoice, net of credit notes."""
        return Ore(self.interest_invoiced - self.interest_credited)

    @property
    def interest_outstanding(self) -> Ore:
        """Interest that is claimed and neither settled nor given up."""
        return Ore(self.interest_claimed - self.interest_settled - self.interest_written_off)

    @property
    def recovered(self) -> Ore:
        """What is claimed back by invoice, net of credit notes."""
        return Ore(self.invoiced - self.credited)

    @property
    def to_account_for(self) -> Ore:
        """Money paid that is neither accepted, waived nor claimed yet."""
        return Ore(self.paid - self.accepted_use - self.waived - self.recovered)

    def imbalances(self) -> list[str]:
        """Name every conservation line of the grant that does not hold; empty when the books balance."""
        lines = {
            "0 <= paid <= approved <= allocated": 0 <= self.paid <= self.approved <= self.allocated,
            "accepted, waived and recovered are within what was paid": self.to_account_for >= 0,
            "nothing is negative": min(self.accepted_use, self.waived, self.recovered, self.credited) >= 0,
            "settled and written off <= invoiced": 0 <= self.settled + self.written_off <= self.recovered,
            "no more is refunded than came in": min(self.surplus, self.refunded, self.written_off) >= 0,
            "set off is within what was paid and what came in": self.set_off == 0
            or (self.set_off > 0 and min(self.paid_by_bank, self.came_by_bank) >= 0),
        }
        return [line for line, holds in (lines | self._interest()).items() if not holds]

    def _interest(self) -> dict[str, bool]:
        parts = (self.interest_credited, self.interest_settled, self.interest_written_off, self.interest_forgone)
        return {
            "no interest is negative": min(parts) >= 0,
            "interest settled and written off <= interest claimed": self.interest_outstanding >= 0,
        }


class Case(msgspec.Struct, frozen=True):
    """One municipality in one round, as its journal folds to.

    Attributes
    ----------
    recipient
        With the account that payouts go to: the one at the opening, until a change is approved.
    terms
        Of the round as the case was opened, with a later last day of the report where one was granted.
    register_account
        The account that the register named last.
    register_email
        The registry's address that the register named when an officer corrected it; empty where the register's holds.
    link
        The newest; `earlier_links` open the form as well, until they are revoked or too old.
    interest, interest_invoices
        What became of interest, and the invoices that claim it, which are none of `invoices`.
    """

    round: RoundId
    municipality: MunicipalityCode
    recipient: Recipient | None = None
    terms: Terms | None = None
    allocation_list: str = ""
    allocation_approved_at: datetime | None = None
    money: Money = Money()
    requisitions: tuple[Requisition, ...] = ()
    register_account: Account | None = None
    account_changes: tuple[AccountChange, ...] = ()
    payouts: tuple[Payout, ...] = ()
    holds: tuple[Hold, ...] = ()
    register_email: str = ""
    link: Link | None = None
    earlier_links: tuple[Link, ...] = ()
    delivery_proofs: tuple[DeliveryProof, ...] = ()
    report: Report | None = None
    extensions: tuple[Extension, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    unproven_delivery: bool = False
    spot_checks: tuple[SpotCheck, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()
    set_offs: tuple[SetOff, ...] = ()
    interest: tuple[Interest, ...] = ()
    interest_invoices: tuple[Invoice, ...] = ()
    mails: dict[str, Mail] = {}
    bank_entries: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """Name the case for people: its case number."""
        return case_number(self.round, self.municipality)

    @property
    def agent_email(self) -> str:
        """The address that the agent gave in the last requisition that was not rejected; empty if in none."""
        given = (r.contact_email for r in reversed(self.requisitions) if r.contact_email and r.status != "rejected")
        return next(given, "")

    @property
    def links(self) -> tuple[Link, ...]:
        """Every report link, the newest last."""
        return (*self.earlier_links, self.link) if self.link else ()

    @property
    def undecided_recovery(self) -> Recovery | None:
        """The recovery that waits for a decision, if one does."""
        return next((r for r in self.recoveries if r.status in ("hearing", "prepared")), None)

    @property
    def live_recoveries(self) -> tuple[Recovery, ...]:
        """The recoveries that have not been withdrawn."""
        return tuple(r for r in self.recoveries if r.status != "withdrawn")

    @property
    def reopening(self) -> Reopening | None:
        """The reopening that a corrected report is awaited for, if one is."""
        return self.reopenings[-1] if self.report is None and self.reopenings else None

    @property
    def open_checks(self) -> tuple[SpotCheck, ...]:
        """The spot checks that are not concluded."""
        return tuple(check for check in self.spot_checks if check.concluded_at is None)

    def asks_for_records(self, mail: Mail) -> bool:
        """Whether a request for accounting records leads to a check that is open, by the link in force."""
        return any(check.link_hash and mail.about == f"{check.id}-{check.link}" for check in self.open_checks)

    @property
    def all_reports(self) -> tuple[Report, ...]:
        """The reports that came, oldest first: each but the last was opened again and then corrected."""
        reports = (*(reopening.earlier for reopening in self.reopenings), self.report)
        return tuple({report.received_at: report for report in reports if report}.values())

    @property
    def report_last_day(self) -> date:
        """The last day of the report or, once it is opened again, of its correction."""
        _, terms = opened(self)
        return self.reopening.last_day if self.reopening else terms.report_last_day

    def imbalances(self) -> list[str]:
        """Name every line of the case's accounts that does not hold."""
        decided = sum(item.amount for item in self.set_offs if item.status == "decided")
        agreed = [] if self.money.set_off == decided else ["set off is what two persons decided"]
        return [*self.money.imbalances(), *agreed, *(self._interest_imbalances() if self.interest else ())]

    @property
    def all_invoices(self) -> tuple[Invoice, ...]:
        """The recovery invoices and those of interest."""
        return (*self.invoices, *self.interest_invoices)

    def interest_now(self, interest: Interest, reduction: int = 0) -> Ore:
        """Reckon interest anew on what its invoice claims now, or with so many öre less."""
        invoice = next(i for i in self.invoices if i.number == interest.invoice)
        claimed = Ore(invoice.amount - invoice.credited - reduction)
        return total(account(claimed, invoice.paid, interest.free_to, interest.rates))

    def _interest_imbalances(self) -> list[str]:
        money, claims = self.money, self.interest_invoices
        live = {i.interest_on: i for i in claims if not i.replaced_by}
        claimed = [each for each in self.interest if each.status == "claimed"]
        lines = {
            "interest invoices are what is claimed as interest": money.interest_claimed
            == sum(i.amount - i.credited for i in claims),
            "interest paid and given up are the sums of its invoices": (
                money.interest_settled,
                money.interest_written_off,
            )
            == (sum(i.settled for i in claims), sum(i.written_off for i in claims)),
            "interest forgone is what was not claimed": money.interest_forgone
            == sum(each.amount for each in self.interest if each.status != "claimed"),
            "interest is claimed once of each invoice": live.keys() == {each.invoice for each in claimed}
            and len({each.invoice for each in self.interest}) == len(self.interest),
        }
        if all(lines.values()):
            lines["interest is what follows from the payments"] = all(
                i.amount - i.credited == max(self.interest_now(each), i.written_off)
                for each in claimed
                for i in [live[each.invoice]]
            )
        return [line for line, holds in lines.items() if not holds]

    @property
    def waiting_set_offs(self) -> tuple[SetOff, ...]:
        """Give the set-offs that wait for a decision, and keep their payouts here until then."""
        ordered = {payout.id for payout in self.payouts if payout.status == "ordered"}
        return tuple(item for item in self.set_offs if item.status == "waiting" and item.payout in ordered)

    def holds_on(self, payout: str) -> tuple[Hold, ...]:
        """Give the holds that stop a payout now: its own, and those on the whole case."""
        return tuple(hold for hold in self.holds if hold.released_at is None and hold.about in ("", payout))


def case_key(round_id: RoundId, municipality: MunicipalityCode) -> str:
    """Give the key under which a case is stored: ``CASE#2025#0114``."""
    return f"CASE#{round_id}#{municipality}"


def empty_case(key: str) -> Case:
    """Give a case before its first event."""
    _, round_id, municipality = key.split("#")
    return Case(RoundId(round_id), MunicipalityCode(municipality))


def opened(case: Case) -> tuple[Recipient, Terms]:
    """Give recipient and terms; `NotFound` for a municipality without a share in the round."""
    if case.recipient is None or case.terms is None:
        raise NotFound("unknown_municipality", "Kommunen finns inte i bidragsomgångens fördelningslista.")
    return case.recipient, case.terms
