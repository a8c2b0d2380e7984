"""Each night: hold every payout against what the bank told, and name what does not match."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.reconciliation_file import render_csv, render_json
from statsbidrag.entry import schedule, wiring
from statsbidrag.entry.logs import logger, metric
from statsbidrag.usecases.books import Context
from statsbidrag.usecases.reconciling import reconcile_all

_FORMATS = {"json": render_json, "csv": render_csv}


def handler(_: dict[str, Any], context: Any) -> None:
    """Reconcile every round; what is open is logged by name and counted for the alarm."""
    schedule.run(context, _reconcile)


def _reconcile(_: Context) -> dict[str, int]:
    result = {}
    for found in reconcile_all(wiring.books(), wiring.files("archive_bucket"), _FORMATS):
        for remark in found.open_remarks:
            logger.warning(
                "payments_differ",
                round=found.round,
                kind=remark.kind,
                about=remark.name,
                amount_ore=remark.amount,
                detail=remark.detail,
            )
        result[str(found.round)] = len(found.open_remarks)
    metric("PaymentsDiffer", sum(result.values()))
    return result
