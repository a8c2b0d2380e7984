"""What a hold does to the batch of a payout: one that is not cleared never leaves."""

from __future__ import annotations

from statsbidrag.domain.batches import BATCH, VoidBatch, batch_key
from statsbidrag.domain.case import Case
from statsbidrag.domain.case.state import Payout
from statsbidrag.domain.errors import Refusal
from statsbidrag.usecases.books import Books, Context


def stop_batch(books: Books, payout: Payout, by: str, context: Context) -> bool:
    """Void the batch of a payout that is held; tells whether the payout stays.

    A batch that is cleared is the bank's; one that is only planned meets the hold when it is prepared or cleared.
    """
    if payout.status == "batched":
        void = VoidBatch(f"{payout.id} är stoppad.", by)
        try:
            books.handle(BATCH, batch_key(payout.batch), void, context)
        except Refusal as refusal:
            if refusal.code != "batch_cannot_be_voided":
                raise
            return books.state(BATCH, batch_key(payout.batch)).status == "planned"
    return payout.is_here


def stop_for_account(books: Books, case: Case, context: Context) -> None:
    """Stop the batches of payouts that a change of account holds, whoever named it."""
    for payout in case.payouts:
        if payout.status == "batched" and any(hold.change for hold in case.holds_on(payout.id)):
            stop_batch(books, payout, context.actor, context)
