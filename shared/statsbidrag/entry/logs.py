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
    # who may act for a municipality
    "agent_application_received": "Somebody applies to be a municipality's agent. Decide on it.",
    "agent_completion_requested": "An applicant was asked for what is missing. Decide after the day, or once it came.",
    "agent_application_completed": "An applicant sent more. Decide on the application.",
    "agent_approved": "A municipality has another agent; the one before is no longer. Nothing to do.",
    "agent_application_closed": "An application was closed without approval. Nothing to do.",
    "agent_application_withdrawn": "An applicant took the application back. Nothing to do.",
    "agent_invitation_made": "An agent invited somebody. Nothing to do.",
    "agent_invitation_accepted": "Somebody accepted an agent's invitation. Nothing to do.",
    "agent_invitation_revoked": "An agent took an invitation back. Nothing to do.",
    "mandate_revoked": "The agent or an officer ended a mandate. Where it was the agent's, await an application.",
    "agent_confirmation_asked": "An agent was asked whether the persons are still right. See to it after the day.",
    "agents_confirmed": "An agent says that the persons are still right. Nothing to do.",
    "agents_imported": "Persons whom the agency had approved before were taken in. Nothing to do.",
    "agent_mail_told": "The mail service told of an e-mail about who may act. Nothing to do.",
    # the requisition and the payout
    "requisition_received": "A requisition was stamped and stored. If it was late an officer decides on it.",
    "requisition_approved": "A requisition passed its checks and a payout is owed. Nothing to do.",
    "late_requisition_accepted": "An officer took up a requisition that was late; it is checked next. Nothing to do.",
    "late_requisition_dismissed": "An officer dismissed a late requisition. The municipality is told and may appeal.",
    "requisition_rejected": "A requisition was rejected with reasons. The municipality may send a new one.",
    "account_change_proposed": "Another payout account was named; payouts to the old one are held. Approve or decline.",
    "account_change_approved": "A second person approved a payout account. Void and issue anew what is held.",
    "account_change_declined": "A second person declined a payout account. Nothing to do.",
    "payouts_held": "A payout, or all of a municipality, was put on hold; the line names who did. Review the hold.",
    "payouts_released": "A hold in a case is over. Nothing to do.",
    "hold_placed": "A round, or everything, was put on hold. Nothing leaves until it is released.",
    "hold_released": "A hold on a round or on everything is over. Nothing to do.",
    "payout_queued": "A payout was put in a batch. Nothing to do.",
    "payout_unqueued": "A payout was taken out of a void batch. It comes in another.",
    "payout_sent": "A payout went to the bank. Await the bank's answer.",
    "payout_settled": "The bank booked a payout. Nothing to do.",
    "payout_rejected": "The bank rejected a payout. Await another account where it is at fault; then issue it anew.",
    "payout_returned": "A settled payout came back. Await another account where it is at fault; then issue it anew.",
    "payout_became_unknown": "The bank is silent about a payout. Ask it by the payout's id; never pay again by hand.",
    "payout_resolution_proposed": "One person says what the bank answered of an unknown payout. Another confirms.",
    "payout_resolved": "Two persons agree on what became of an unknown payout. Nothing to do.",
    "payout_voided": "A payout is not made. Nothing to do.",
    "payout_reissued": "A payout was ordered in place of one that failed. Nothing to do.",
    "batch_planned": "A payout batch was put together. Nothing to do.",
    "batch_prepared": "A payout batch waits for attestation, by two persons above the round's threshold.",
    "batch_attested": "A person attested a payout batch. At the last one it needs it goes to the bank.",
    "batch_voided": "A payout batch was given up before it was cleared. Its payouts come in another.",
    "batch_freed": "No payout stands in a void batch any more. Nothing to do.",
    "batch_held": "A payout batch waits, since its round or everything is on hold.",
    "batch_released": "A payout batch no longer waits for a hold. Nothing to do.",
    "batch_cleared": "Every payout of a batch may leave: from here on no hold reaches it. Nothing to do.",
    "batch_sent": "A payment file lies in the bank's outbox. Await the bank's answer.",
    "batch_acknowledged": "The bank took a payment file. Nothing to do.",
    "batch_called_duplicate": "The bank had a payment file already; its first answer stands. Nothing to do.",
    "batch_rejected": "The bank rejected a whole payment file. Read its reason; never send again by hand.",
    "bank_file_read": "What the bank told of an account was kept as a fact. Nothing to do.",
    "entry_suspended": "The bank booked money that matches nothing. An officer finds out whose it is.",
    # the report and the recovery
    "report_link_issued": "A report link was made for a case and its e-mail is owed. Nothing to do.",
    "report_links_revoked": "Every report link of a case was closed. Renew the link, or say why not.",
    "link_delivery_proven": "An officer has proven that the report link arrived. Nothing to do.",
    "report_reminder_issued": "A reminder of the report is owed. Nothing to do.",
    "draft_saved": "A municipality saved what it has written of its report or requisition. Nothing to do.",
    "report_received": "A report was stamped and stored. Nothing to do.",
    "report_extended": "A municipality got a later last day for its report. Nothing to do.",
    "report_reopened": "A report may be corrected; what was proposed is withdrawn. Nothing to do.",
    "report_reinstated": "No corrected report came: the earlier one stands again and is assessed anew. Nothing to do.",
    "report_assessed": "A report was assessed. Nothing to do, or see the recovery that follows.",
    "delivery_unproven": "Nothing proves that the report link arrived, so lateness is not claimed. Ring the registry.",
    "spot_check_drawn": "Reported cases were drawn for a closer look; the line names who drew. Nothing to do.",
    "spot_check_requested": "Every drawn case was asked for its accounting records. Nothing to do.",
    "records_requested": "A municipality is asked for accounting records. Await them or the last day.",
    "records_link_revoked": "A link to send accounting records opens nothing any more. Another one follows.",
    "records_link_issued": "Another link to send accounting records was made and its e-mail is owed. Nothing to do.",
    "records_received": "Accounting records came in and lie in the archive. An officer reads them and concludes.",
    "spot_check_concluded": "An officer concluded a spot check. Nothing to do, or see the recovery that follows.",
    "recovery_proposed": "A recovery was proposed and the municipality is heard. Await its answer or the last day.",
    "recovery_withdrawn": "A proposed recovery fell away, by more time or a reopened report. Nothing to do.",
    "hearing_answered": "The municipality answered a proposed recovery. An officer weighs it before the decision.",
    "hearing_extended": "The municipality has longer to answer a proposed recovery. Nothing to do.",
    "decision_prepared": "A decision was prepared. A second person takes it.",
    "recovery_decided": "A recovery or waiver was decided. Nothing to do.",
    "letter_filed": "The letter of a decision was filed. Nothing to do.",
    "invoice_raised": "A recovery invoice or credit note was raised. Await the payment.",
    "invoice_filed": "The files of an invoice were filed. Nothing to do.",
    "invoice_reminded": "An invoice is overdue and its reminder is owed. Nothing to do.",
    "reconsideration_prepared": "One officer proposes to change a decided recovery. A second person decides.",
    "recovery_reconsidered": "A decided recovery was decided again. Nothing to do.",
    "reconsideration_filed": "The letter of a decision that was taken again was filed. Nothing to do.",
    "appeal_noted": "A decision is appealed. In time, its claim is held until an officer notes the outcome.",
    "appeal_ended": "An appeal has an outcome. If the decision was changed, two officers reconsider it.",
    "credit_note_raised": "A part of an invoice was taken back. Nothing to do.",
    "credit_note_filed": "The files of a credit note were filed. Nothing to do.",
    "write_off_proposed": "One officer proposes to give up an unpaid amount. A second person decides.",
    "invoice_written_off": "An unpaid amount was given up. Nothing to do.",
    "invoice_reissued": "An invoice with wrong particulars is void and another claims the same. Nothing to do.",
    "set_off_proposed": "One officer proposes to keep a payout as payment of an invoice. A second person decides.",
    "set_off_declined": "The payout is not set off and goes on. Nothing to do.",
    "payout_set_off": "An invoice was paid by set-off, and the payout replaced by what remains. Nothing to do.",
    "interest_claimed": "Interest on what was paid late was claimed by an invoice of its own. Await the payment.",
    "interest_forgone": "Interest on what was paid late is not claimed; the event says why. Nothing to do.",
    "refund_ordered": "What came in above the invoices goes back as a payout. Nothing to do.",
    "entry_placed": "A person found where a bank entry in suspense belongs. Nothing to do.",
    "repayment_received": "A repayment was matched to its invoice. Nothing to do.",
    # mail
    "mail_sent": "An e-mail left for its recipient. Nothing to do.",
    "mail_delivered": "The recipient's server took an e-mail. Nothing to do.",
    "mail_bounced": "An e-mail came back. An officer corrects the registry's address and sends again.",
    "mail_complained": "Somebody at the registry called an e-mail spam. Ring it; confirm or correct its address.",
    "registry_address_corrected": "An officer corrected or confirmed a registry's address. Nothing to do.",
    # calls, messages, files and tasks
    "request_answered": "A call was answered. Nothing to do.",
    "request_refused": "A call was refused; the code says why. Nothing to do unless many come at once.",
    "caller_admitted": "A caller showed who it is and may call in its role. Nothing to do.",
    "sign_in_refused": "A caller showed no valid proof of who it is. Nothing to do unless many come at once.",
    "sign_in_failed": "Somebody did not get in; the code says why. Nothing to do unless many come at once.",
    "provider_unavailable": "The identity provider does not answer, or not rightly. See the runbook, Sign-in.",
    "message_refused": "A message can never be handled and went to the dead-letter queue. Read its reason.",
    "message_deferred": "A message met a passing trouble and is tried again. Nothing to do unless it repeats.",
    "messages_handled": "A batch of messages was gone through; the line says how many were handed back. Nothing to do.",
    "mail_event_noted": "The mail service told of something other than delivery, bounce or complaint. Read the kind.",
    "file_taken_in": "A file was read. Nothing to do.",
    "file_gone": "A file was told of again after it had moved to quarantine. Nothing to do.",
    "bank_file_not_used": "The bank sent a kind of file that is not read here. Nothing to do.",
    "file_quarantined": "A file cannot be read and lies in quarantine with a reason. Ask its sender for a new one.",
    "tasks_relayed": "Due tasks were put on their queues. Nothing to do.",
    "schedule_ran": "A scheduled function did what was due. Nothing to do.",
    "payments_differ": "Payouts and the bank do not agree; the line says on what. Follow the runbook.",
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
