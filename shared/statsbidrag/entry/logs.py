"""One log line per business event and refusal, from a catalogue that operations can read.

Use ``logger.info("requisition_received", case=..., round=...)``: the name is listed in `EVENTS`, the rest are facts
by name. A line carries no personal data, no token and no text that a caller wrote.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from aws_lambda_powertools.logging import Logger

EVENTS: dict[str, str] = {
    # the list and the requisition
    "allocations_received": "An allocation list was read and waits for a second person. Approve or reject it.",
    "allocations_approved": "A second person approved an allocation list; its cases are opened.",
    "case_opened": "A municipality has a case in the round. Nothing to do.",
    "agent_registered": "An agent may act for a municipality. Nothing to do.",
    "requisition_received": "A requisition was stamped and stored. Nothing to do.",
    "requisition_late": "A requisition came after the last day. An officer decides on it.",
    "requisition_approved": "A requisition passed its checks and a payout is owed. Nothing to do.",
    "requisition_rejected": "A requisition was rejected with reasons. The municipality may send a new one.",
    "account_approval_needed": "A new payout account waits for a second person. Verify it with the municipality.",
    # the payout
    "payout_queued": "A payout was put in a batch. Nothing to do.",
    "batch_created": "A payout batch waits for attestation by two persons.",
    "batch_attested": "A person attested a payout batch. At the second it goes to the bank.",
    "batch_sent": "A payment file lies in the bank's outbox. Await the bank's answer.",
    "payout_settled": "The bank booked a payout. Nothing to do.",
    "payout_rejected": "The bank rejected a payout. Correct the account and approve it anew.",
    "payout_returned": "A settled payout came back. Find out why, correct the account and approve it anew.",
    "payout_unknown": "The bank has not answered in time. Ask it by the payout's id; never send again by hand.",
    "bank_report_read": "A file from the bank was read. Nothing to do.",
    "entry_unmatched": "The bank booked money that matches nothing. An officer finds out whose it is.",
    # mail
    "mail_queued": "An e-mail is owed. Nothing to do.",
    "mail_sent": "An e-mail left for its recipient. Nothing to do.",
    "mail_delivered": "The recipient's server took an e-mail. Nothing to do.",
    "mail_bounced": "An e-mail came back. An officer corrects the registry's address and sends again.",
    "mail_complained": "A recipient marked an e-mail as unwanted. Ring the registry.",
    # the report and the recovery
    "report_link_made": "A report link was made for a case. Nothing to do.",
    "report_received": "A report was stamped and stored. Nothing to do.",
    "report_late": "A report came after the last day. It is assessed with what is known.",
    "report_assessed": "A report was assessed. Nothing to do, or see the recovery that follows.",
    "hearing_opened": "The municipality was asked about a proposed recovery. Await its answer or the last day.",
    "hearing_answered": "The municipality answered a hearing. An officer reads it before the decision.",
    "recovery_decided": "A recovery or waiver was decided. Nothing to do.",
    "extension_given": "An officer gave a municipality more time. Nothing to do.",
    "invoice_raised": "A recovery invoice was raised. Await the payment.",
    "invoice_reminded": "An unpaid invoice was reminded of. Await the payment.",
    "invoice_credited": "A credit note was raised. Nothing to do.",
    "repayment_settled": "A repayment was matched to its invoice. Nothing to do.",
    "case_closed": "Everything paid in a case is accounted for. Nothing to do.",
    # the machinery
    "request_answered": "A call was answered. Nothing to do.",
    "request_repeated": "A call came again under the same key and got the same answer. Nothing to do.",
    "request_refused": "A call was refused; the code says why. Nothing to do unless many come at once.",
    "sign_in_refused": "A caller showed no valid proof of who it is. Nothing to do unless many come at once.",
    "message_refused": "A message can never be handled and went to the dead-letter queue. Read its reason.",
    "message_deferred": "A message met a passing trouble and is tried again. Nothing to do unless it repeats.",
    "file_quarantined": "A file could not be read and lies in quarantine with a reason. Ask its sender for a new one.",
    "task_relayed": "A due task was put on its queue. Nothing to do.",
    "task_swept": "A due task was still there and was queued again. Nothing to do unless it repeats.",
    "books_balance": "The nightly audit found no difference. Nothing to do.",
    "books_differ": "The audit found books that contradict each other. Stop payouts; follow the runbook.",
    "round_summarised": "The account of a round was written. Nothing to do.",
    "unexpected_error": "A fault in the program. The traceback is in the line; follow the runbook.",
    "metric": "A number for the dashboards and alarms. Nothing to do.",
}
"""Every name a log line may carry: what it means and what to do about it."""

_LONGEST = 300
_LONGEST_TRACEBACK = 8000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PERSONAL = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+]\d{4}(?!\d)|[^\s@<>\"']+@[^\s@<>\"']+")
_SECRET_NAMES = re.compile(r"token|secret|password|authorization|cookie|personal|e_?mail_address", re.IGNORECASE)


def _clean(name: str, value: Any) -> Any:
    """Make one value safe to write: no secret by name, no personal data by form, no control signs, not endless."""
    if _SECRET_NAMES.search(name):
        return "[removed]"
    if isinstance(value, dict):
        return {str(key): _clean(str(key), each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(name, each) for each in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    longest = _LONGEST_TRACEBACK if name == "exception" else _LONGEST
    escaped = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", _PERSONAL.sub("[removed]", str(value)))
    return escaped if len(escaped) <= longest else f"{escaped[:longest]}…"


def _line(record: dict[str, Any]) -> str:
    return json.dumps(_clean("", record), ensure_ascii=False, separators=(",", ":"))


logger = Logger(json_serializer=_line, utc=True, use_rfc3339=True, serialize_stacktrace=False)
"""The one logger; its service is the function's name (``POWERTOOLS_SERVICE_NAME``)."""


def metric(name: str, value: float, unit: str = "Count") -> None:
    """Write one number as a CloudWatch embedded metric, with the function as its dimension.

    The machine's time is used, also where the simulated clock stands elsewhere: CloudWatch refuses old numbers.
    """
    described = {
        "Namespace": "statsbidrag",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    envelope = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [described]}
    logger.info("metric", extra={"_aws": envelope, name: value})
