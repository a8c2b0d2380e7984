"""Everything that can happen to a case. A closed family: nothing else is ever written to its journal.

A file for a subject, named as in `folds`.
"""

from __future__ import annotations

from statsbidrag.domain.case.events.cases import AllocationSet, CaseOpened, RecipientChanged
from statsbidrag.domain.case.events.invoices import (
    CreditNoteFiled,
    CreditNoteRaised,
    InterestClaimed,
    InterestForgone,
    InvoiceFiled,
    InvoiceRaised,
    InvoiceReissued,
    InvoiceReminded,
    InvoiceWrittenOff,
    RefundOrdered,
    RepaymentReceived,
    WriteOffProposed,
)
from statsbidrag.domain.case.events.mails import (
    MailBounced,
    MailComplained,
    MailDelivered,
    MailSent,
    RegistryAddressCorrected,
)
from statsbidrag.domain.case.events.payouts import (
    PayoutBecameUnknown,
    PayoutQueued,
    PayoutReissued,
    PayoutRejected,
    PayoutResolutionProposed,
    PayoutResolved,
    PayoutReturned,
    PayoutSent,
    PayoutSetOff,
    PayoutSettled,
    PayoutsHeld,
    PayoutsReleased,
    PayoutUnqueued,
    PayoutVoided,
    SetOffDeclined,
    SetOffProposed,
)
from statsbidrag.domain.case.events.recoveries import (
    AppealEnded,
    AppealNoted,
    DecisionPrepared,
    HearingAnswered,
    HearingExtended,
    LetterFiled,
    ReconsiderationFiled,
    ReconsiderationPrepared,
    RecoveryDecided,
    RecoveryProposed,
    RecoveryReconsidered,
    RecoveryWithdrawn,
)
from statsbidrag.domain.case.events.reports import (
    DeliveryUnproven,
    LinkDeliveryProven,
    ReportAssessed,
    ReportExtended,
    ReportLinkIssued,
    ReportLinksRevoked,
    ReportReceived,
    ReportReinstated,
    ReportReminderIssued,
    ReportReopened,
)
from statsbidrag.domain.case.events.requisitions import (
    AccountChangeApproved,
    AccountChangeDeclined,
    AccountChangeProposed,
    LateRequisitionAccepted,
    LateRequisitionDismissed,
    RequisitionApproved,
    RequisitionReceived,
    RequisitionRejected,
)
from statsbidrag.domain.case.events.spot_checks import (
    RecordsLinkIssued,
    RecordsLinkRevoked,
    RecordsReceived,
    RecordsRequested,
    SpotCheckConcluded,
)

__all__ = [
    "AccountChangeApproved",
    "AccountChangeDeclined",
    "AccountChangeProposed",
    "AllocationSet",
    "AppealEnded",
    "AppealNoted",
    "CaseEvent",
    "CaseOpened",
    "CreditNoteFiled",
    "CreditNoteRaised",
    "DecisionPrepared",
    "DeliveryUnproven",
    "HearingAnswered",
    "HearingExtended",
    "InterestClaimed",
    "InterestForgone",
    "InvoiceFiled",
    "InvoiceRaised",
    "InvoiceReissued",
    "InvoiceReminded",
    "InvoiceWrittenOff",
    "LateRequisitionAccepted",
    "LateRequisitionDismissed",
    "LetterFiled",
    "LinkDeliveryProven",
    "MailBounced",
    "MailComplained",
    "MailDelivered",
    "MailSent",
    "PayoutBecameUnknown",
    "PayoutQueued",
    "PayoutReissued",
    "PayoutRejected",
    "PayoutResolutionProposed",
    "PayoutResolved",
    "PayoutReturned",
    "PayoutSent",
    "PayoutSetOff",
    "PayoutSettled",
    "PayoutUnqueued",
    "PayoutVoided",
    "PayoutsHeld",
    "PayoutsReleased",
    "RecipientChanged",
    "ReconsiderationFiled",
    "ReconsiderationPrepared",
    "RecordsLinkIssued",
    "RecordsLinkRevoked",
    "RecordsReceived",
    "RecordsRequested",
    "RecoveryDecided",
    "RecoveryProposed",
    "RecoveryReconsidered",
    "RecoveryWithdrawn",
    "RefundOrdered",
    "RegistryAddressCorrected",
    "RepaymentReceived",
    "ReportAssessed",
    "ReportExtended",
    "ReportLinkIssued",
    "ReportLinksRevoked",
    "ReportReceived",
    "ReportReinstated",
    "ReportReminderIssued",
    "ReportReopened",
    "RequisitionApproved",
    "RequisitionReceived",
    "RequisitionRejected",
    "SetOffDeclined",
    "SetOffProposed",
    "SpotCheckConcluded",
    "WriteOffProposed",
]

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
