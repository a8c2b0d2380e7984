"""What can be asked of a case. A file for a subject, named as in `folds`."""

from __future__ import annotations

from statsbidrag.domain.case.commands.cases import OpenCase
from statsbidrag.domain.case.commands.common import Command
from statsbidrag.domain.case.commands.invoices import (
    ClaimInterest,
    DecideWriteOff,
    OrderRefund,
    ProposeWriteOff,
    RaiseInvoice,
    RecordCreditNoteFiled,
    RecordInvoiceFiled,
    RecordRepayment,
    ReissueInvoice,
    RemindInvoice,
    WaiveInterest,
)
from statsbidrag.domain.case.commands.mails import (
    CorrectRegistryAddress,
    RecordMailBounced,
    RecordMailComplained,
    RecordMailDelivered,
    RecordMailSent,
)
from statsbidrag.domain.case.commands.payouts import (
    ConfirmResolution,
    DecideSetOff,
    DeclineSetOff,
    HoldPayouts,
    ProposeResolution,
    ProposeSetOff,
    QueuePayout,
    RecordPayoutRejected,
    RecordPayoutReturned,
    RecordPayoutSent,
    RecordPayoutSettled,
    RecordSilence,
    ReissuePayout,
    ReleasePayouts,
    UnqueuePayout,
    VoidPayout,
)
from statsbidrag.domain.case.commands.recoveries import (
    AnswerHearing,
    DecideReconsideration,
    DecideRecovery,
    ExtendHearing,
    NoteAppeal,
    NoteAppealOutcome,
    PrepareDecision,
    PrepareReconsideration,
    RecordLetterFiled,
    RecordReconsiderationFiled,
)
from statsbidrag.domain.case.commands.reports import (
    AssessMissingReport,
    AssessReport,
    ExtendReport,
    IssueReminder,
    IssueReportLink,
    ProveDelivery,
    RenewReportLink,
    ReopenReport,
    RequestReportLink,
    RevokeReportLinks,
    SubmitReport,
)
from statsbidrag.domain.case.commands.requisitions import (
    ApproveAccount,
    DecideLateRequisition,
    DeclineAccount,
    ProposeAccount,
    SubmitRequisition,
    ValidateRequisition,
)
from statsbidrag.domain.case.commands.spot_checks import (
    ConcludeSpotCheck,
    IssueRecordsLink,
    ReceiveRecords,
    RequestRecords,
    RevokeRecordsLink,
)

__all__ = [
    "AnswerHearing",
    "ApproveAccount",
    "AssessMissingReport",
    "AssessReport",
    "CaseCommand",
    "ClaimInterest",
    "Command",
    "ConcludeSpotCheck",
    "ConfirmResolution",
    "CorrectRegistryAddress",
    "DecideLateRequisition",
    "DecideReconsideration",
    "DecideRecovery",
    "DecideSetOff",
    "DecideWriteOff",
    "DeclineAccount",
    "DeclineSetOff",
    "ExtendHearing",
    "ExtendReport",
    "HoldPayouts",
    "IssueRecordsLink",
    "IssueReminder",
    "IssueReportLink",
    "NoteAppeal",
    "NoteAppealOutcome",
    "OpenCase",
    "OrderRefund",
    "PrepareDecision",
    "PrepareReconsideration",
    "ProposeAccount",
    "ProposeResolution",
    "ProposeSetOff",
    "ProposeWriteOff",
    "ProveDelivery",
    "QueuePayout",
    "RaiseInvoice",
    "ReceiveRecords",
    "RecordCreditNoteFiled",
    "RecordInvoiceFiled",
    "RecordLetterFiled",
    "RecordMailBounced",
    "RecordMailComplained",
    "RecordMailDelivered",
    "RecordMailSent",
    "RecordPayoutRejected",
    "RecordPayoutReturned",
    "RecordPayoutSent",
    "RecordPayoutSettled",
    "RecordReconsiderationFiled",
    "RecordRepayment",
    "RecordSilence",
    "ReissueInvoice",
    "ReissuePayout",
    "ReleasePayouts",
    "RemindInvoice",
    "RenewReportLink",
    "ReopenReport",
    "RequestRecords",
    "RequestReportLink",
    "RevokeRecordsLink",
    "RevokeReportLinks",
    "SubmitReport",
    "SubmitRequisition",
    "UnqueuePayout",
    "ValidateRequisition",
    "VoidPayout",
    "WaiveInterest",
]

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
