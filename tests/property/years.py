"""A year in which a claim is due and unpaid while another payout has not left: both can be set off."""

from __future__ import annotations

from datetime import date

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.money import NOTHING, Ore, kronor
from statsbidrag.domain.terms import Terms
from tests.builders import BATCH_ID, INVOICE, KNOWN, LINK_MAIL, PAYOUT, RECIPIENT, REPORT_OPENS, SECOND, TWICE

WHY = "Det utreds."


def unpaid_year(amount: Ore, terms: Terms = TWICE) -> list[tuple[int, c.CaseCommand]]:
    """Give what happens and on which day after `SPRING`: half is paid, a quarter claimed, the other half waits."""
    half = Ore(amount // 200 * 100)
    used = Ore(half - half // 2)
    answers: dict[str, str | int] = {"amount_used": used, "amount_not_as_intended": 0}
    return [
        (0, c.OpenCase(RECIPIENT, terms, "L-1", amount)),
        *((0, c.SubmitRequisition(half, KNOWN, "REF", RECIPIENT.peppol_id, f"form-{n}")) for n in (1, 2)),
        (0, c.ValidateRequisition(1)),
        (0, c.ValidateRequisition(2)),
        (0, c.HoldPayouts(SECOND, WHY, "officer:1")),
        (1, c.QueuePayout(PAYOUT, BATCH_ID)),
        (1, c.RecordPayoutSent(PAYOUT, BATCH_ID)),
        (4, c.RecordPayoutSettled(PAYOUT, "E-0", half, date(2025, 4, 7))),
        (290, c.IssueReportLink("hash")),
        (290, c.RecordMailDelivered(LINK_MAIL, REPORT_OPENS)),
        (300, c.SubmitReport(1, answers, used, NOTHING, "report", "hash")),
        (300, c.AssessReport()),
        (330, c.PrepareDecision(1, NOTHING, WHY, "officer:1")),
        (331, c.DecideRecovery(1, "officer:2")),
        (332, c.RaiseInvoice(1)),
        (332, c.RecordInvoiceFiled(INVOICE, "i.xml", "i.pdf")),
        (370, c.ReleasePayouts(1, WHY, "officer:2")),
        (370, c.ProposeSetOff(INVOICE, SECOND, kronor(100), WHY, "officer:1")),
        (371, c.DecideSetOff(INVOICE, SECOND, kronor(100), "officer:2")),
    ]
