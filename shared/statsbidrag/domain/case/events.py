"""Everything that can happen to a case. A closed family: nothing else is ever written to its journal."""

from __future__ import annotations

from datetime import date, datetime

from statsbidrag.domain.case.state import (
    AppealOutcome,
    Check,
    CheckOutcome,
    Ground,
    HearingStance,
    InterestStatus,
    MailKind,
    RecordFile,
    UnknownOutcome,
)
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.interest import Period, Rate
from statsbidrag.domain.journal import Event
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Terms


class CaseOpened(Event, frozen=True):
    """The municipality has a share in the round; the terms are those that bind this case."""

    recipient: Recipient
    terms: Terms


class RecipientChanged(Event, frozen=True):
    """The register of recipients says something new."""

    recipient: Recipient


class AllocationSet(Event, frozen=True):
    """An approved allocation list gives the municipality this much."""

    allocation_list: str
    amount: Ore
    approved_at: datetime | None = None


class RequisitionReceived(Event, frozen=True):
    """A requisition reached the agency; `late` is after the last day."""

    requisition: int
    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    received_at: datetime
    content_hash: str
    late: bool
    contact_email: str = ""


class RequisitionApproved(Event, frozen=True):
    """Every rule held; a payout is ordered to the verified account."""

    requisition: int
    payout: str
    checks: tuple[Check, ...]
    decided_at: datetime


class RequisitionRejected(Event, frozen=True):
    """At least one rule did not hold."""

    requisition: int
    checks: tuple[Check, ...]
    decided_at: datetime


class LateRequisitionAccepted(Event, frozen=True):
    """The requisition came after the last day and is taken up all the same; the rules are still to be tried."""

    requisition: int
    reason: str
    accepted_by: str
    accepted_at: datetime


class LateRequisitionDismissed(Event, frozen=True):
    """The requisition came after the last day and is not taken up."""

    requisition: int
    reason: str
    checks: tuple[Check, ...]
    dismissed_by: str
    dismissed_at: datetime


class AccountChangeProposed(Event, frozen=True):
    """Payouts are to go to another account; what has not left for the one before is held."""

    change: int
    account: Account
    previous: Account
    proposed_by: str
    proposed_at: datetime
    requisition: int = 0


class AccountChangeApproved(Event, frozen=True):
    """A second person approved the account; payouts ordered from now on go there."""

    change: int
    approved_by: str
    approved_at: datetime


class AccountChangeDeclined(Event, frozen=True):
    """A second person declined the account."""

    change: int
    reason: str
    declined_by: str
    declined_at: datetime


class PayoutsHeld(Event, frozen=True):
    """The payout, or every payout of the case if none is named, is not to leave."""

    hold: int
    payout: str
    reason: str
    placed_by: str
    placed_at: datetime
    change: int = 0


class PayoutsReleased(Event, frozen=True):
    """The hold no longer stops anything."""

    hold: int
    reason: str
    released_by: str
    released_at: datetime


class PayoutQueued(Event, frozen=True):
    """The payout stands in a batch, and in no other."""

    payout: str
    batch: str
    queued_at: datetime


class PayoutUnqueued(Event, frozen=True):
    """The batch was void before it left; the payout waits for another."""

    payout: str
    batch: str
    unqueued_at: datetime


class PayoutSent(Event, frozen=True):
    """The batch left for the bank."""

    payout: str
    sent_at: datetime


class PayoutSettled(Event, frozen=True):
    """The bank has booked the payout."""

    payout: str
    entry: str
    booked_on: date
    settled_at: datetime


class PayoutRejected(Event, frozen=True):
    """The bank refused the payout; no money moved."""

    payout: str
    reason: str
    rejected_at: datetime
    code: str = ""


class PayoutBecameUnknown(Event, frozen=True):
    """The bank was silent about the payout for too long; nobody knows whether the money left."""

    payout: str
    noted_at: datetime


class PayoutResolutionProposed(Event, frozen=True):
    """One person has asked the bank about the payout's id, and says what it answered."""

    payout: str
    outcome: UnknownOutcome
    reason: str
    proposed_by: str
    proposed_at: datetime


class PayoutResolved(Event, frozen=True):
    """Another person confirmed; a payout that was not carried out is sent again under the same id."""

    payout: str
    outcome: UnknownOutcome
    resolved_by: str
    resolved_at: datetime


class PayoutVoided(Event, frozen=True):
    """The payout is not to be made."""

    payout: str
    reason: str
    voided_by: str
    voided_at: datetime
    is_final: bool = False


class PayoutReissued(Event, frozen=True):
    """Another payout was ordered in its place, to the account now in force."""

    payout: str
    replaces: str
    account: Account
    reissued_by: str
    reissued_at: datetime


class PayoutReturned(Event, frozen=True):
    """The money left and came back."""

    payout: str
    entry: str
    reason: str
    returned_at: datetime


class ReportLinkIssued(Event, frozen=True):
    """The registry is to get a link to the report form; `asked_by` is empty for the first one and for anybody."""

    link: int
    token_hash: str
    issued_at: datetime
    asked_by: str = ""


class ReportLinksRevoked(Event, frozen=True):
    """No link up to this one opens the report form any more, and e-mail with one that has not left is withdrawn."""

    link: int
    reason: str
    revoked_by: str
    revoked_at: datetime


class LinkDeliveryProven(Event, frozen=True):
    """An officer has found out that the link reached the municipality on a day."""

    delivered_on: date
    reason: str
    proven_by: str
    proven_at: datetime


class ReportReminderIssued(Event, frozen=True):
    """The registry is to be reminded; `day` is relative to the report's last day."""

    day: int
    issued_at: datetime


class ReportReceived(Event, frozen=True):
    """The municipality has reported."""

    received_at: datetime
    late: bool
    form_version: int
    answers: dict[str, str | int]
    amount_used: Ore
    amount_misused: Ore
    content_hash: str
    first_received_at: datetime | None = None


class ReportExtended(Event, frozen=True):
    """The municipality has until a later day to report."""

    last_day: date
    reason: str
    granted_by: str
    granted_at: datetime


class ReportReopened(Event, frozen=True):
    """The report may be corrected; `taken_back` is use that was accepted and is to be assessed anew."""

    last_day: date
    reason: str
    taken_back: Ore
    reopened_by: str
    reopened_at: datetime


class ReportReinstated(Event, frozen=True):
    """No corrected report came in time: the earlier one stands again, and is assessed anew."""

    reinstated_at: datetime


class ReportAssessed(Event, frozen=True):
    """The report was held against the terms; `accepted` is use that needs no further decision."""

    accepted: Ore
    checks: tuple[Check, ...]


class DeliveryUnproven(Event, frozen=True):
    """No report came, but nothing proves that the link arrived either: an officer must look."""


class RecordsRequested(Event, frozen=True):
    """A draw took the case: its accounting records are asked for, behind a link of their own."""

    spot_check: int
    points: int
    rules: tuple[str, ...]
    token_hash: str
    last_day: date
    requested_at: datetime


class RecordsLinkRevoked(Event, frozen=True):
    """The link to send accounting records no longer opens anything."""

    spot_check: int
    reason: str
    revoked_by: str
    revoked_at: datetime


class RecordsLinkIssued(Event, frozen=True):
    """Another link takes the place of one that was revoked."""

    spot_check: int
    link: int
    token_hash: str
    issued_at: datetime


class RecordsReceived(Event, frozen=True):
    """Files came in that had not come before; `late` is after the last day."""

    spot_check: int
    number: int
    files: tuple[RecordFile, ...]
    late: bool
    received_at: datetime


class SpotCheckConcluded(Event, frozen=True):
    """An officer concluded; `amount` of the use that was accepted is no longer so."""

    spot_check: int
    outcome: CheckOutcome
    amount: Ore
    reason: str
    concluded_by: str
    concluded_at: datetime


class RecoveryProposed(Event, frozen=True):
    """Money is to go back; the municipality is heard first."""

    recovery: int
    grounds: tuple[Ground, ...]
    claim: Ore
    proposed_waiver: Ore
    checks: tuple[Check, ...]
    proposed_at: datetime
    hearing_ends: datetime


class RecoveryWithdrawn(Event, frozen=True):
    """What was proposed is not decided: its ground fell away."""

    recovery: int
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


class HearingAnswered(Event, frozen=True):
    """The municipality answered a proposed recovery; a decision that was prepared before is prepared again."""

    recovery: int
    answer: int
    stance: HearingStance
    text: str
    amount_used: Ore | None
    received_at: datetime
    late: bool
    answered_by: str
    content_hash: str


class HearingExtended(Event, frozen=True):
    """The municipality has longer to answer."""

    recovery: int
    last_day: date
    hearing_ends: datetime
    reason: str
    extended_by: str
    extended_at: datetime


class DecisionPrepared(Event, frozen=True):
    """An officer has prepared the decision; `answer_considered` is how an objection was weighed."""

    recovery: int
    waived: Ore
    reasons: str
    prepared_by: str
    answer_considered: str = ""


class RecoveryDecided(Event, frozen=True):
    """Another officer has decided."""

    recovery: int
    decided_by: str
    decided_at: datetime


class LetterFiled(Event, frozen=True):
    """The decision's letter lies in the archive."""

    recovery: int
    letter: str


class InvoiceRaised(Event, frozen=True):
    """The decided amount is claimed by invoice."""

    invoice: str
    recovery: int
    amount: Ore
    ocr: str
    issued_on: date
    due_on: date


class InvoiceFiled(Event, frozen=True):
    """The invoice's files lie in the archive."""

    invoice: str
    xml: str
    pdf: str
    filed_at: datetime


class RepaymentReceived(Event, frozen=True):
    """The municipality paid on an invoice; what came above it is surplus."""

    invoice: str
    entry: str
    amount: Ore
    surplus: Ore
    booked_on: date


class InvoiceReminded(Event, frozen=True):
    """The invoice is past its due date, and the municipality is to be reminded."""

    invoice: str
    reminded_at: datetime


class ReconsiderationPrepared(Event, frozen=True):
    """An officer proposes to change a decided recovery."""

    recovery: int
    amount: Ore
    reasons: str
    prepared_by: str


class RecoveryReconsidered(Event, frozen=True):
    """Another officer has decided again; `reduction` is accepted as used under the conditions after all.

    One with a number has a letter of its own.
    """

    recovery: int
    reduction: Ore
    decided_by: str
    decided_at: datetime
    reconsideration: int = 0
    credit_note: str = ""


class ReconsiderationFiled(Event, frozen=True):
    """The letter of a decision that was taken again lies in the archive."""

    recovery: int
    reconsideration: int
    letter: str


class AppealNoted(Event, frozen=True):
    """A decision is appealed; in time, it holds the claim until its outcome is noted, else it is dismissed."""

    recovery: int
    received_on: date
    in_time: bool
    reason: str
    noted_by: str
    noted_at: datetime


class AppealEnded(Event, frozen=True):
    """An appeal has an outcome; a changed decision is reconsidered next."""

    recovery: int
    outcome: AppealOutcome
    reason: str
    noted_by: str
    noted_at: datetime


class CreditNoteRaised(Event, frozen=True):
    """A part of an invoice is taken back; `surplus` of what was paid on it is too much by now."""

    credit_note: str
    invoice: str
    amount: Ore
    surplus: Ore
    reasons: str
    issued_on: date


class CreditNoteFiled(Event, frozen=True):
    """The credit note's files lie in the archive."""

    credit_note: str
    xml: str
    pdf: str
    filed_at: datetime


class WriteOffProposed(Event, frozen=True):
    """An officer proposes to give up what is open on an invoice."""

    invoice: str
    amount: Ore
    reason: str
    proposed_by: str


class InvoiceWrittenOff(Event, frozen=True):
    """Another officer has decided to give it up."""

    invoice: str
    amount: Ore
    decided_by: str
    decided_at: datetime


class RefundOrdered(Event, frozen=True):
    """What came in above the invoices goes back, as a payout like any other."""

    payout: str
    amount: Ore
    account: Account
    ordered_by: str
    ordered_at: datetime


class InvoiceReissued(Event, frozen=True):
    """An invoice with wrong particulars is void by a credit note, and claimed anew under another number.

    `amount` is what the old one still claimed; `prepaid` of it is settled already and goes over to the new one.
    """

    invoice: str
    credit_note: str
    replacement: str
    amount: Ore
    prepaid: Ore
    ocr: str
    issued_on: date
    due_on: date
    invoice_reference: str
    reason: str
    reissued_by: str
    reissued_at: datetime


class SetOffProposed(Event, frozen=True):
    """An officer proposes to keep a payout, or some of it, as payment of an invoice; the payout waits."""

    invoice: str
    payout: str
    amount: Ore
    open_before: Ore
    reason: str
    proposed_by: str
    proposed_at: datetime


class SetOffDeclined(Event, frozen=True):
    """The payout is not set off against the invoice, and goes on."""

    invoice: str
    payout: str
    reason: str
    declined_by: str
    declined_at: datetime


class PayoutSetOff(Event, frozen=True):
    """Another officer has decided: the invoice is paid by set-off, and the payout replaced by one of what remains."""

    invoice: str
    payout: str
    amount: Ore
    replacement: str
    remaining: Ore
    decided_by: str
    decided_at: datetime


class InterestClaimed(Event, frozen=True):
    """Interest on what was paid late of `invoice` is claimed by an invoice of its own."""

    invoice: str
    amount: Ore
    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]
    interest_invoice: str
    ocr: str
    issued_on: date
    due_on: date
    decided_by: str
    decided_at: datetime


class InterestForgone(Event, frozen=True):
    """Interest on what was paid late of `invoice` is not claimed: an officer waives it, or it is too small."""

    invoice: str
    amount: Ore
    free_to: date
    rates: tuple[Rate, ...]
    lines: tuple[Period, ...]
    status: InterestStatus
    reason: str
    decided_by: str
    decided_at: datetime


class MailSent(Event, frozen=True):
    """The e-mail left."""

    mail: str
    kind: MailKind
    to: str


class MailDelivered(Event, frozen=True):
    """The recipient's server took the e-mail."""

    mail: str
    delivered_at: datetime


class MailBounced(Event, frozen=True):
    """The e-mail came back."""

    mail: str
    bounced_at: datetime


class MailComplained(Event, frozen=True):
    """Somebody at the recipient's called the e-mail spam; later ones may be kept from the registry."""

    mail: str
    complained_at: datetime


class RegistryAddressCorrected(Event, frozen=True):
    """The registry has this address; `again` names what bounced and is owed again, and complaints are dealt with."""

    email: str
    again: tuple[str, ...]
    reason: str
    corrected_by: str
    corrected_at: datetime


CaseEvent = (
    CaseOpened
    | RecipientChanged
    | AllocationSet
    | RequisitionReceived
    | RequisitionApproved
    | RequisitionRejected
    | LateRequisitionAccepted
    | LateRequisitionDismissed
    | AccountChangeProposed
    | AccountChangeApproved
    | AccountChangeDeclined
    | PayoutsHeld
    | PayoutsReleased
    | PayoutQueued
    | PayoutUnqueued
    | PayoutSent
    | PayoutSettled
    | PayoutRejected
    | PayoutReturned
    | PayoutBecameUnknown
    | PayoutResolutionProposed
    | PayoutResolved
    | PayoutVoided
    | PayoutReissued
    | ReportLinkIssued
    | ReportLinksRevoked
    | LinkDeliveryProven
    | ReportReminderIssued
    | ReportReceived
    | ReportExtended
    | ReportReopened
    | ReportReinstated
    | ReportAssessed
    | DeliveryUnproven
    | RecordsRequested
    | RecordsLinkRevoked
    | RecordsLinkIssued
    | RecordsReceived
    | SpotCheckConcluded
    | RecoveryProposed
    | RecoveryWithdrawn
    | HearingAnswered
    | HearingExtended
    | DecisionPrepared
    | RecoveryDecided
    | LetterFiled
    | InvoiceRaised
    | InvoiceFiled
    | RepaymentReceived
    | InvoiceReminded
    | ReconsiderationPrepared
    | RecoveryReconsidered
    | ReconsiderationFiled
    | AppealNoted
    | AppealEnded
    | CreditNoteRaised
    | CreditNoteFiled
    | WriteOffProposed
    | InvoiceWrittenOff
    | RefundOrdered
    | InvoiceReissued
    | SetOffProposed
    | SetOffDeclined
    | PayoutSetOff
    | InterestClaimed
    | InterestForgone
    | MailSent
    | MailDelivered
    | MailBounced
    | MailComplained
    | RegistryAddressCorrected
)
