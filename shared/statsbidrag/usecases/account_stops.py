"""What every change of account does to batches: money for another account does not leave."""

from __future__ import annotations

from statsbidrag.domain.batches import BATCH, VoidBatch, batch_key
from statsbidrag.domain.case import Case
from statsbidrag.domain.errors import Refusal
from statsbidrag.usecases.books import Books, Context


def stop_for_account(books: Books, case: Case, context: Context) -> None:
    """Void the batches of payouts that a change of account holds, whoever named it.

    A batch that is cleared is the bank's; one that is only planned meets the hold when it is prepared.
    """
    for payout in case.payouts:
        if payout.status == "batched" and any(hold.change for hold in case.holds_on(payout.id)):
            void = VoidBatch(f"{payout.id} är stoppad.", context.actor)
            try:
                books.handle(BATCH, batch_key(payout.batch), void, context)
            except Refusal as refusal:
                if refusal.code != "batch_cannot_be_voided":
                    raise
