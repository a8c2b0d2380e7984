"""What a case knows: one municipality in one round. A file for a subject, named as in `folds`.

Amounts are öre, instants UTC, dates Swedish calendar days.
"""

from __future__ import annotations

from statsbidrag.domain.case.state.cases import Case, case_key, empty_case, opened
from statsbidrag.domain.case.state.common import Check
from statsbidrag.domain.case.state.invoices import CreditNote, Interest, InterestStatus, Invoice, WriteOff
from statsbidrag.domain.case.state.mails import (
    CARRIES_LINK,
    MAY_CARRY_LINK,
    Addressee,
    Complaint,
    Mail,
    MailKind,
    MailStatus,
)
from statsbidrag.domain.case.state.money import Money
from statsbidrag.domain.case.state.payouts import (
    Payout,
    PayoutPurpose,
    PayoutStatus,
    Resolution,
    SetOff,
    SetOffStatus,
    UnknownOutcome,
)
from statsbidrag.domain.case.state.recoveries import (
    Appeal,
    AppealOutcome,
    Ground,
    HearingAnswer,
    HearingStance,
    Reconsideration,
    Reconsidered,
    Recovery,
    RecoveryStatus,
)
from statsbidrag.domain.case.state.reports import DeliveryProof, Extension, Link, Reopening, Report
from statsbidrag.domain.case.state.requisitions import (
    AccountChange,
    AccountChangeStatus,
    LateDecision,
    Requisition,
    RequisitionStatus,
)
from statsbidrag.domain.case.state.spot_checks import CheckOutcome, RecordFile, RecordsSent, SpotCheck

__all__ = [
    "CARRIES_LINK",
    "MAY_CARRY_LINK",
    "AccountChange",
    "AccountChangeStatus",
    "Addressee",
    "Appeal",
    "AppealOutcome",
    "Case",
    "Check",
    "CheckOutcome",
    "Complaint",
    "CreditNote",
    "DeliveryProof",
    "Extension",
    "Ground",
    "HearingAnswer",
    "HearingStance",
    "Interest",
    "InterestStatus",
    "Invoice",
    "LateDecision",
    "Link",
    "Mail",
    "MailKind",
    "MailStatus",
    "Money",
    "Payout",
    "PayoutPurpose",
    "PayoutStatus",
    "Reconsideration",
    "Reconsidered",
    "RecordFile",
    "RecordsSent",
    "Recovery",
    "RecoveryStatus",
    "Reopening",
    "Report",
    "Requisition",
    "RequisitionStatus",
    "Resolution",
    "SetOff",
    "SetOffStatus",
    "SpotCheck",
    "UnknownOutcome",
    "WriteOff",
    "case_key",
    "empty_case",
    "opened",
]
