"""Show what the municipality is heard about, behind its link or to its agent, and receive what it answers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.commands import AnswerHearing
from statsbidrag.domain.case.links import no_such_link
from statsbidrag.domain.case.recoveries import find
from statsbidrag.domain.case.state import HearingStance, Recovery, opened
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import canonical, sha256
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.ports import Request
from statsbidrag.usecases.books import Books, Context
from statsbidrag.usecases.rounds import get_round


class HearingView(msgspec.Struct, frozen=True):
    """What the municipality is heard about; `paid` is in öre, `closes_at` when an answer becomes late."""

    round: Round
    recipient: Recipient
    case_number: str
    recovery: Recovery
    paid: Ore
    closes_at: datetime
    is_late: bool


class HearingInput(msgspec.Struct, frozen=True):
    """What the municipality answers; `amount_used` is in öre."""

    stance: HearingStance
    text: str = ""
    amount_used: Ore | None = None


class HearingReceipt(msgspec.Struct, frozen=True):
    """What the municipality gets for its answer."""

    case_number: str
    answer: int
    stance: HearingStance
    received_at: datetime
    late: bool
    content_hash: str


_RECEIPTS = msgspec.json.Decoder(HearingReceipt)


def behind(books: Books, token: str) -> HearingView:
    """Give what the report link in force leads to; `NotFound` ``link_not_valid`` or ``no_hearing``."""
    token_hash = sha256(token.encode())
    key = books.store.found("LINK", token_hash)
    case = books.state(CASE, key) if key else None
    if case is None or case.link is None or case.link.token_hash != token_hash or case.link.revoked_at is not None:
        raise no_such_link()
    if not case.live_recoveries:
        raise NotFound("no_hearing", "Det finns inget förslag att yttra sig över i ärendet.")
    return _view(books, case, case.live_recoveries[-1])


def show(books: Books, round_id: RoundId, municipality: MunicipalityCode, recovery: int) -> HearingView:
    """Give what the municipality is heard about; `NotFound` for what is not there."""
    case = books.state(CASE, case_key(round_id, municipality))
    opened(case)
    return _view(books, case, find(case, recovery))


def _view(books: Books, case: Case, recovery: Recovery) -> HearingView:
    recipient, _ = opened(case)
    return HearingView(
        round=get_round(books, case.round),
        recipient=recipient,
        case_number=case.number,
        recovery=recovery,
        paid=case.money.paid,
        closes_at=recovery.hearing_ends,
        is_late=books.now() >= recovery.hearing_ends,
    )


def receive(books: Books, view: HearingView, given: HearingInput, key: str, context: Context) -> HearingReceipt:
    """Receive an answer once, and give its receipt.

    Raises
    ------
    Refusal
        The answer contradicts itself, or the decision is taken (``hearing_closed``).
    """
    name, recovery = case_key(view.round.id, view.recipient.municipality), view.recovery.id
    content_hash = sha256(canonical((name, recovery, given)))
    command = AnswerHearing(
        recovery, given.stance, given.text, given.amount_used, answered_by=context.actor, content_hash=content_hash
    )
    request = Request(f"hearing:{key}", content_hash)

    def receipt(case: Case) -> HearingReceipt:
        answers = find(case, recovery).answers
        last = answers[-1]
        return HearingReceipt(case.number, len(answers), last.stance, last.received_at, last.late, last.content_hash)

    outcome = books.handle(CASE, name, command, context, request=request, answer=receipt)
    return _RECEIPTS.decode(outcome.answer)
