"""What can be asked of a case."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from statsbidrag.domain.case.state import AppealOutcome, CheckOutcome, HearingStance, RecordFile, UnknownOutcome
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.interest import RateTable
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Terms


class Command(msgspec.Struct, frozen=True, tag=True):
    """A wish; `decide` answers with events or a refusal."""


class OpenCase(Command, frozen=True):
    """Open the case, or bring its allocation and recipient up to date with a list approved at that instant."""

    recipient: Recipient
    terms: Terms
    allocation_list: str
    amount: Ore
    approved_at: datetime | None = None


class SubmitRequisition(Command, frozen=True):
    """Ask for money; `content_hash` is of the form as it was sent in."""

    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    content_hash: str
    contact_email: str = ""


class ValidateRequisition(Command, frozen=True):
    """Hold a received requisition against the rules."""

    requisition: int


class DecideLateRequisition(Command, frozen=True):
    """Take up a requisition that came after the last day, or dismiss it."""

    requisition: int
    accepted: bool
    reason: str
    officer: str


class ProposeAccount(Command, frozen=True):
    """Have payouts go to another account; `proposed_by` cannot approve it."""

    account: Account
    proposed_by: str


class ApproveAccount(Command, frozen=True):
    """Approve a change of account that somebody else proposed; `account` is the one the person saw."""

    change: int
    account: Account
    officer: str


class DeclineAccount(Command, frozen=True):
    """Decline a change of account."""

    change: int
    reason: str
    officer: str


class HoldPayouts(Command, frozen=True):
    """Stop one payout, or all of the case where none is named."""

    payout: str
    reason: str
    officer: str


class ReleasePayouts(Command, frozen=True):
    """End a hold."""

    hold: int
    reason: str
    officer: str


class QueuePayout(Command, frozen=True):
    """Claim a payout for a batch."""

    payout: str
    batch: str


class UnqueuePayout(Command, frozen=True):
    """Take a payout out of a batch that is void."""

    payout: str
    batch: str


class RecordPayoutSent(Command, frozen=True):
    """The batch file lies in the bank's outbox."""

    payout: str
    batch: str


class RecordPayoutSettled(Command, frozen=True):
    """The bank booked the payout."""

    payout: str
    entry: str
    amount: Ore
    booked_on: date


class RecordPayoutRejected(Command, frozen=True):
    """The bank refused the payout as it stood in a batch; `code` and `reason` are the bank's."""

    payout: str
    batch: str
    reason: str
    code: str = ""


class RecordPayoutReturned(Command, frozen=True):
    """The payout came back."""

    payout: str
    entry: str
    amount: Ore
    reason: str


class RecordSilence(Command, frozen=True):
    """The bank has said nothing of a payout for as long as it may."""

    payout: str


class ProposeResolution(Command, frozen=True):
    """Say what the bank answered about an unknown payout."""

    payout: str
    outcome: UnknownOutcome
    reason: str
    officer: str


class ConfirmResolution(Command, frozen=True):
    """Confirm what another person says the bank answered."""

    payout: str
    outcome: UnknownOutcome
    officer: str


class VoidPayout(Command, frozen=True):
    """Decide that a payout that is in no batch is not made; a final one is not replaced either."""

    payout: str
    reason: str
    officer: str
    is_final: bool = False


class ReissuePayout(Command, frozen=True):
    """Order another payout in place of one that is rejected, returned or void."""

    payout: str
    officer: str


class IssueReportLink(Command, frozen=True):
    """Send the link to the report form."""

    token_hash: str


class RequestReportLink(Command, frozen=True):
    """Send the registry another link, as anybody may ask; `link` is the number that the token was made for."""

    link: int
    token_hash: str


class RenewReportLink(Command, frozen=True):
    """Send the registry another link, as an officer asks."""

    link: int
    token_hash: str
    officer: str


class RevokeReportLinks(Command, frozen=True):
    """Close every link that was issued so far."""

    reason: str
    officer: str


class ProveDelivery(Command, frozen=True):
    """Say on which day the link reached the municipality, and how that is known."""

    delivered_on: date
    reason: str
    officer: str


class IssueReminder(Command, frozen=True):
    """Remind of the report."""

    day: int


class SubmitReport(Command, frozen=True):
    """Report how the money was used."""

    form_version: int
    answers: dict[str, str | int]
    amount_used: Ore
    amount_misused: Ore
    content_hash: str
    token_hash: str


class ExtendReport(Command, frozen=True):
    """Grant the municipality a later last day for its report."""

    last_day: date
    reason: str
    officer: str


class ReopenReport(Command, frozen=True):
    """Let the municipality correct its report, at the latest on a day."""

    last_day: date
    reason: str
    officer: str


class AssessReport(Command, frozen=True):
    """Hold the report against the terms."""


class AssessMissingReport(Command, frozen=True):
    """Act on a report that did not come."""


class AnswerHearing(Command, frozen=True):
    """Say what the municipality thinks of a proposed recovery; `answered_by` is the journal's actor."""

    recovery: int
    stance: HearingStance
    text: str
    amount_used: Ore | None
    answered_by: str
    content_hash: str


class ExtendHearing(Command, frozen=True):
    """Give the municipality until another last day to answer."""

    recovery: int
    last_day: date
    reason: str
    officer: str


class RequestRecords(Command, frozen=True):
    """Ask for accounting records, since a draw took the case."""

    spot_check: int
    points: int
    rules: tuple[str, ...]
    token_hash: str


class RevokeRecordsLink(Command, frozen=True):
    """End the link to send accounting records; the registry gets another."""

    spot_check: int
    reason: str
    officer: str


class IssueRecordsLink(Command, frozen=True):
    """Send another link in place of one that is revoked."""

    spot_check: int
    token_hash: str


class ReceiveRecords(Command, frozen=True):
    """Take in files that lie in the archive."""

    spot_check: int
    files: tuple[RecordFile, ...]


class ConcludeSpotCheck(Command, frozen=True):
    """Say how a spot check ends; `amount` cannot be accepted."""

    spot_check: int
    outcome: CheckOutcome
    amount: Ore
    reason: str
    officer: str


class PrepareDecision(Command, frozen=True):
    """Propose how to decide a recovery, after the hearing.

    Attributes
    ----------
    answers_seen
        How many answers of the municipality the officer saw.
    answer_considered
        How an objection was weighed.
    to_pay_in_bulk
        Öre to pay back as the officer saw it, where many are prepared at once; then it must be undisputed.
    """

    recovery: int
    waived: Ore
    reasons: str
    officer: str
    answers_seen: int = 0
    answer_considered: str = ""
    to_pay_in_bulk: Ore | None = None


class DecideRecovery(Command, frozen=True):
    """Decide a recovery that another officer prepared.

    Attributes
    ----------
    to_pay_in_bulk
        As of `PrepareDecision`, where many are decided at once.
    """

    recovery: int
    officer: str
    to_pay_in_bulk: Ore | None = None


class RecordLetterFiled(Command, frozen=True):
    """The decision's letter lies in the archive."""

    recovery: int
    letter: str


class RaiseInvoice(Command, frozen=True):
    """Claim a decided recovery."""

    recovery: int


class RecordInvoiceFiled(Command, frozen=True):
    """The invoice's files lie in the archive."""

    invoice: str
    xml: str
    pdf: str


class RecordRepayment(Command, frozen=True):
    """Money came in with an invoice's OCR reference."""

    invoice: int
    entry: str
    amount: Ore
    booked_on: date


class RemindInvoice(Command, frozen=True):
    """Remind of an invoice that is past its due date."""

    invoice: str


class PrepareReconsideration(Command, frozen=True):
    """Propose to change a decided recovery to an amount in öre."""

    recovery: int
    amount: Ore
    reasons: str
    officer: str


class DecideReconsideration(Command, frozen=True):
    """Decide what another officer prepared; `amount` is the one the person saw."""

    recovery: int
    amount: Ore
    officer: str


class RecordReconsiderationFiled(Command, frozen=True):
    """The letter of a decision that was taken again lies in the archive."""

    recovery: int
    reconsideration: int
    letter: str


class NoteAppeal(Command, frozen=True):
    """A decision is appealed; the officer has found whether that was in time."""

    recovery: int
    received_on: date
    in_time: bool
    reason: str
    officer: str


class NoteAppealOutcome(Command, frozen=True):
    """Say how an appeal ended."""

    recovery: int
    outcome: AppealOutcome
    reason: str
    officer: str


class RecordCreditNoteFiled(Command, frozen=True):
    """The credit note's files lie in the archive."""

    credit_note: str
    xml: str
    pdf: str


class ProposeWriteOff(Command, frozen=True):
    """Propose to give up what is open on an invoice."""

    invoice: str
    reason: str
    officer: str


class DecideWriteOff(Command, frozen=True):
    """Decide to give it up; `amount` is the one the person saw."""

    invoice: str
    amount: Ore
    officer: str


class OrderRefund(Command, frozen=True):
    """Send back what came in above the invoices."""

    officer: str


class ReissueInvoice(Command, frozen=True):
    """Make an invoice with wrong particulars void and issue another; an empty reference leaves it as it is."""

    invoice: str
    reason: str
    officer: str
    invoice_reference: str = ""


class ProposeSetOff(Command, frozen=True):
    """Propose to keep an amount of a payout as payment of an invoice."""

    invoice: str
    payout: str
    amount: Ore
    reason: str
    officer: str


class DecideSetOff(Command, frozen=True):
    """Decide what another officer proposed; payout and amount are what the person saw."""

    invoice: str
    payout: str
    amount: Ore
    officer: str


class DeclineSetOff(Command, frozen=True):
    """Decide not to set off, and let the payout go on."""

    invoice: str
    reason: str
    officer: str


class ClaimInterest(Command, frozen=True):
    """Claim interest on what was paid late of an invoice; no officer where it follows from the terms."""

    invoice: str
    rates: RateTable | None
    officer: str = ""


class WaiveInterest(Command, frozen=True):
    """Decide not to claim interest on what was paid late of an invoice."""

    invoice: str
    rates: RateTable | None
    reason: str
    officer: str


class RecordMailSent(Command, frozen=True):
    """The mail service took the e-mail."""

    mail: str


class RecordMailDelivered(Command, frozen=True):
    """The recipient's server took the e-mail."""

    mail: str
    at: datetime


class RecordMailBounced(Command, frozen=True):
    """The e-mail came back."""

    mail: str
    at: datetime


class RecordMailComplained(Command, frozen=True):
    """Somebody at the recipient's called the e-mail spam."""

    mail: str
    at: datetime


class CorrectRegistryAddress(Command, frozen=True):
    """Say which address the registry has, after a bounce or complaint; it may be the same as before."""

    email: str
    reason: str
    officer: str


CaseCommand = (
    OpenCase
    | SubmitRequisition
    | ValidateRequisition
    | DecideLateRequisition
    | ProposeAccount
    | ApproveAccount
    | DeclineAccount
    | HoldPayouts
    | ReleasePayouts
    | QueuePayout
    | UnqueuePayout
    | RecordPayoutSent
    | RecordPayoutSettled
    | RecordPayoutRejected
    | RecordPayoutReturned
    | RecordSilence
    | ProposeResolution
    | ConfirmResolution
    | VoidPayout
    | ReissuePayout
    | IssueReportLink
    | RequestReportLink
    | RenewReportLink
    | RevokeReportLinks
    | ProveDelivery
    | IssueReminder
    | SubmitReport
    | ExtendReport
    | ReopenReport
    | AssessReport
    | AssessMissingReport
    | AnswerHearing
    | ExtendHearing
    | RequestRecords
    | RevokeRecordsLink
    | IssueRecordsLink
    | ReceiveRecords
    | ConcludeSpotCheck
    | PrepareDecision
    | DecideRecovery
    | RecordLetterFiled
    | RaiseInvoice
    | RecordInvoiceFiled
    | RecordRepayment
    | RemindInvoice
    | PrepareReconsideration
    | DecideReconsideration
    | RecordReconsiderationFiled
    | NoteAppeal
    | NoteAppealOutcome
    | RecordCreditNoteFiled
    | ProposeWriteOff
    | DecideWriteOff
    | OrderRefund
    | ReissueInvoice
    | ProposeSetOff
    | DecideSetOff
    | DeclineSetOff
    | ClaimInterest
    | WaiveInterest
    | RecordMailSent
    | RecordMailDelivered
    | RecordMailBounced
    | RecordMailComplained
    | CorrectRegistryAddress
)
