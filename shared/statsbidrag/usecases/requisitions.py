"""Show, receive and validate requisitions."""

from __future__ import annotations

from datetime import datetime

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import DecideLateRequisition, SubmitRequisition, ValidateRequisition
from statsbidrag.domain.case.requisitions import find, is_finished
from statsbidrag.domain.case.state import LateDecision, RequisitionStatus, opened
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import end_of
from statsbidrag.ports import DueTask, Request
from statsbidrag.usecases.batch_stops import stop_for_account
from statsbidrag.usecases.books import Books, Context, Seen
from statsbidrag.usecases.corrections import act
from statsbidrag.usecases.drafts import Place
from statsbidrag.usecases.rounds import get_round


class RequisitionInput(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a municipality asks for; the declaration was made, or the form would not have come this far.

    Attributes
    ----------
    contact_email
        Where e-mail goes that the registry did not get; may be empty.
    """

    amount: Ore
    account: Account
    invoice_reference: str
    peppol_id: str
    contact_email: str = ""


class RequisitionView(msgspec.Struct, frozen=True):
    """What the form shows.

    Attributes
    ----------
    requisitioned
        Öre in requisitions that are not rejected.
    closes_at
        UTC instant at which a requisition becomes late.
    seen
        The case as it was read.
    """

    round: Round
    recipient: Recipient
    case_number: str
    allocated: Ore
    requisitioned: Ore
    status: str
    closes_at: datetime
    is_late: bool
    seen: Seen[Case]


class Receipt(msgspec.Struct, frozen=True):
    """What the municipality gets for its requisition.

    Attributes
    ----------
    content_hash
        SHA-256 of what was sent in, so that both sides can show what it was.
    """

    case_number: str
    requisition_id: int
    received_at: datetime
    amount: Ore
    late: bool
    content_hash: str


_RECEIPTS = msgspec.json.Decoder(Receipt)


class LateOutcome(msgspec.Struct, frozen=True):
    """A requisition whose lateness was decided on."""

    case_number: str
    requisition_id: int
    amount: Ore
    received_at: datetime
    status: RequisitionStatus
    late_decision: LateDecision | None


def show(books: Books, round_id: RoundId, municipality: MunicipalityCode) -> RequisitionView:
    """Give what the form shows; `NotFound` for a round or municipality that is not there."""
    grant_round = get_round(books, round_id)
    seen = books.see(CASE, case_key(round_id, municipality))
    case = seen.state
    recipient, terms = opened(case)
    closes_at = end_of(terms.requisition_last_day)
    return RequisitionView(
        round=grant_round,
        recipient=recipient,
        case_number=case.number,
        allocated=case.money.allocated,
        requisitioned=case.money.requisitioned,
        status=CASE.status(case),
        closes_at=closes_at,
        is_late=books.now() >= closes_at,
        seen=seen,
    )


def draft_place(case: Case) -> Place:
    """Tell where the draft of the next requisition lies; one from before the last that was sent is none."""
    closed = Refusal("already_requisitioned", "Kommunen har redan rekvirerat vad den får.", status=409)
    return Place(
        round=case.round,
        municipality=case.municipality,
        kind="requisition",
        shared_by="i kommunen",
        since=case.requisitions[-1].received_at if case.requisitions else None,
        closed=closed if is_finished(case) else None,
    )


def receive(
    books: Books,
    round_id: RoundId,
    municipality: MunicipalityCode,
    form: RequisitionInput,
    key: str,
    context: Context,
    seen: Seen[Case] | None = None,
) -> Receipt:
    """Receive a requisition once per key, and give its receipt.

    Parameters
    ----------
    seen
        The case as `show` read it, to spare a reading.

    Raises
    ------
    Refusal
        The amount, the time or an earlier requisition stands against it; nothing is stored.
    """
    content_hash = sha256(canonical((round_id, municipality, form)))
    command = SubmitRequisition(
        amount=form.amount,
        account=form.account,
        invoice_reference=form.invoice_reference,
        peppol_id=form.peppol_id,
        content_hash=content_hash,
        contact_email=form.contact_email,
    )
    request = Request(f"requisition:{context.actor}:{key}", content_hash)
    about = case_key(round_id, municipality)
    outcome = books.handle(CASE, about, command, context, seen=seen, request=request, answer=_receipt)
    return _RECEIPTS.decode(outcome.answer)


def _receipt(case: Case) -> Receipt:
    last = case.requisitions[-1]
    late = last.status == "with_officer"
    return Receipt(case.number, last.id, last.received_at, last.amount, late, last.content_hash)


def validate(books: Books, due: DueTask, context: Context) -> None:
    """Approve or reject a received requisition; done before, it changes nothing."""
    case = books.handle(CASE, due.key, ValidateRequisition(int(due.task.about)), context).state
    stop_for_account(books, case, context)


def decide_late(
    books: Books, round_id: RoundId, municipality: MunicipalityCode, command: DecideLateRequisition, context: Context
) -> LateOutcome:
    """Let an officer take up or dismiss a late requisition, and give it as it stands then."""
    case = act(books, round_id, municipality, command, context)
    asked = find(case, command.requisition)
    return LateOutcome(case.number, asked.id, asked.amount, asked.received_at, asked.status, asked.late_decision)
