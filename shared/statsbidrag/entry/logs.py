"""One log line per business event and refusal, from a catalogue that operations can read.

Use ``logger.info("file_taken_in", file=...)``: the name is listed in `EVENTS`, the rest are facts by name.
The events of the journals are written by `log_record`. A line carries no personal data, no token and no text that
a caller wrote.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.logging import Logger

from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, case_number

if TYPE_CHECKING:
    from statsbidrag.domain.journal import Record
    from statsbidrag.usecases.books import Context

EVENTS: dict[str, str] = {
    # a round, its allocation list and its cases
    "round_opened": "A round was taken in from its file. Nothing to do.",
    "round_changed": "The file of a round was changed. Check that the change was meant.",
    "allocation_list_checked": "An allocation list was read and waits for a second person. Approve or reject it.",
    "allocation_list_approved": "A second person approved an allocation list. Nothing to do.",
    "allocation_list_applied": "Every case has its share of an approved list. Nothing to do.",
    "case_opened": "A municipality has a case in the round. Nothing to do.",
    "recipient_changed": "The register's entry of a municipality changed in its case. Nothing to do.",
    "allocation_set": "A municipality's allocation was set or changed. Nothing to do.",
    # the requisition and the payout
    "requisition_received": "A requisition was stamped and stored. If it was late an officer decides on it.",
    "requisition_approved": "A requisition passed its checks and a payout is owed. Nothing to do.",
    "requisition_rejected": "A requisition was rejected with reasons. The municipality may send a new one.",
    "payout_queued": "A payout was put in a batch. Nothing to do.",
    "payout_sent": "A payout went to the bank. Await the bank's answer.",
    "payout_settled": "The bank booked a payout. Nothing to do.",
    "payout_rejected": "The bank rejected a payout. Correct the account and approve it anew.",
    "payout_returned": "A settled payout came back. Find out why, correct the account and approve it anew.",
    "batch_planned": "A payout batch was put together. Nothing to do.",
    "batch_prepared": "A payment file was written and waits for attestation by two persons.",
    "batch_attested": "A person attested a payout batch. At the second it goes to the bank.",
    "batch_voided": "A payout batch was given up before it was sent. Its payouts come in another.",
    "batch_sent": "A payment file lies in the bank's outbox. Await the bank's answer.",
    "batch_acknowledged": "The bank took a payment file. Nothing to do.",
    "batch_rejected": "The bank rejected a whole payment file. Read its reason; never send again by hand.",
    "entry_suspended": "The bank booked money that matches nothing. An officer finds out whose it is.",
    # the report and the recovery
    "report_link_issued": "A report link was made for a case and its e-mail is owed. Nothing to do.",
    "report_reminder_issued": "A reminder of the report is owed. Nothing to do.",
    "report_received": "A report was stamped and stored. Nothing to do.",
    "report_assessed": "A report was assessed. Nothing to do, or see the recovery that follows.",
    "delivery_unproven": "Nothing proves that the report link arrived, so lateness is not claimed. Ring the registry.",
    "recovery_proposed": "A recovery was proposed and the municipality is heard. Await its answer or the last day.",
    "decision_prepared": "A decision was prepared. A second person takes it.",
    "recovery_decided": "A recovery or waiver was decided. Nothing to do.",
    "letter_filed": "The letter of a decision was filed. Nothing to do.",
    "invoice_raised": "A recovery invoice or credit note was raised. Await the payment.",
    "invoice_filed": "The files of an invoice were filed. Nothing to do.",
    "repayment_received": "A repayment was matched to its invoice. Nothing to do.",
    # mail
    "mail_sent": "An e-mail left for its recipient. Nothing to do.",
    "mail_delivered": "The recipient's server took an e-mail. Nothing to do.",
    "mail_bounced": "An e-mail came back. An officer corrects the registry's address and sends again.",
    # calls, messages, files and tasks
    "request_answered": "A call was answered. Nothing to do.",
    "request_refused": "A call was refused; the code says why. Nothing to do unless many come at once.",
    "caller_admitted": "A caller showed who it is and may call in its role. Nothing to do.",
    "sign_in_refused": "A caller showed no valid proof of who it is. Nothing to do unless many come at once.",
    "message_refused": "A message can never be handled and went to the dead-letter queue. Read its reason.",
    "message_deferred": "A message met a passing trouble and is tried again. Nothing to do unless it repeats.",
    "messages_handled": "A batch of messages was gone through; the line says how many were handed back. Nothing to do.",
    "mail_event_noted": "The mail service told of something other than delivery or bounce. Read the kind.",
    "file_taken_in": "A file was read. Nothing to do.",
    "file_gone": "A file was told of again after it had moved to quarantine. Nothing to do.",
    "bank_file_not_used": "The bank sent a kind of file that is not read here. Nothing to do.",
    "file_quarantined": "A file cannot be read and lies in quarantine with a reason. Ask its sender for a new one.",
    "tasks_relayed": "Due tasks were put on their queues. Nothing to do.",
    "schedule_ran": "A scheduled function did what was due. Nothing to do.",
    "statement_gap": "A bank statement does not begin where the one before ended. Ask the bank for what is missing.",
    "books_differ": "The audit found books that contradict each other. Stop payouts; follow the runbook.",
    "unexpected_error": "A fault in the program. The traceback is in the line; follow the runbook.",
    "metric": "A number for the dashboards and alarms. Nothing to do.",
}
"""Every name a log line may carry: what it means and what to do about it. Each event of the journals has one."""

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


def log_record(record: Record, context: Context) -> None:
    """Write the one line of a business event: what happened to which aggregate, and which call it came from."""
    facts: dict[str, Any] = {"case": record.key, "number": record.number, "at": record.at, "actor": context.actor}
    kind, _, name = record.key.partition("#")
    if kind == "CASE":
        round_id, _, municipality = name.partition("#")
        number = case_number(RoundId(round_id), MunicipalityCode(municipality))
        facts |= {"case_number": number, "round": round_id, "municipality": municipality}
    logger.info(record.type, extra=facts | {"correlation_id": context.correlation})


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
