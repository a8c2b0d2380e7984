"""Describe the API as OpenAPI 3.1, from the template's routes, the handlers, and the models of what they read."""

from __future__ import annotations

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel

from scripts import agent_routes
from scripts.routes import Handled, load, routes
from scripts.template import ROOT, Event, Template, read
from statsbidrag.documents.allocation_csv import MEDIA_TYPE as ALLOCATION_CSV
from statsbidrag.documents.record_files import MEDIA_TYPES as RECORD_KINDS
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.case.state import LateDecision, RecordFile
from statsbidrag.domain.errors import Refusals
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.terms import Question, Sum
from statsbidrag.entry import api, cookies
from statsbidrag.entry.actions import BY_ROUTE
from statsbidrag.entry.agent_forms import ConfirmedMandates
from statsbidrag.entry.answers import read_answers
from statsbidrag.entry.bodies import CSRF_FIELD, FORM, JSON, MULTIPART
from statsbidrag.entry.draft_form import VERSION
from statsbidrag.entry.forms import AccountForm, RequisitionForm, read_account, read_requisition
from statsbidrag.entry.hearing_form import QUESTIONS, read_hearing
from statsbidrag.entry.models import Reasoned
from statsbidrag.entry.requisition_form import RequisitionDraft, read_requisition_draft
from statsbidrag.entry.rights import RIGHTS
from statsbidrag.entry.uploads import LARGEST_UPLOAD, MOST_AT_ONCE
from statsbidrag.ports import Draft
from statsbidrag.usecases.case_view import PDF, XML
from statsbidrag.usecases.hearings import HearingReceipt
from statsbidrag.usecases.reconciling import FORMATS
from statsbidrag.usecases.records import RecordsReceipt, RecordsView, TakenFile
from statsbidrag.usecases.reports import ReportReceipt, ReportView
from statsbidrag.usecases.requisitions import LateOutcome, Receipt, RequisitionView

Json = dict[str, Any]
ORE: Json = {"type": "integer", "description": "Öre"}
TEXT_OR_NUMBER: Json = {"type": ["string", "integer"]}
DRAFT_VERSION: Json = {"type": "string", "description": "Of the draft that was seen; none if empty"}
_NAME = r"^[A-Za-z0-9_.-]{1,100}$"
PARAMETERS = {
    "round": ("A round: the year it is for.", r"^20[0-9]{2}$"),
    "municipality": ("A Swedish municipality code.", r"^[0-9]{4}$"),
    "token": ("The secret of a link, as the e-mail gives it.", _NAME),
    "application": ("An application to be an agent: its municipality and number.", r"^[0-9]{4}-[0-9]{1,6}$"),
    "list": ("An allocation list, as the work list names it.", _NAME),
    "batch": ("A payout batch, as the work list names it.", _NAME),
    "number": (
        "Number of a requisition, recovery, hold, change of account or spot check, where it stands.",
        r"^[0-9]{1,9}$",
    ),
    "payout": ("A payout: its end-to-end id.", _NAME),
    "invoice": ("A recovery invoice, by its number.", _NAME),
    "document": ("A paper or receipt of the case, by the file name that the case's page gives.", _NAME),
    "action": ("Something that staff can do, as their pages name it.", _NAME),
}


class Contract(NamedTuple):
    """What a route takes and gives beside what its handler says."""

    gives: str
    takes: str = ""
    status: int = 200


CONTRACTS = {
    "receive_requisition.show_view": Contract("RequisitionView"),
    "receive_requisition.submit": Contract("RequisitionReceipt", "Requisition", 201),
    "receive_report.show_view": Contract("ReportView"),
    "receive_report.submit": Contract("ReportReceipt", "Report", 201),
    "receive_report.show_draft": Contract("Draft"),
    "receive_report.save_draft": Contract("Draft", "DraftAnswers"),
    "approve_allocations.show": Contract("AllocationList"),
    "approve_allocations.approve": Contract("AllocationListApproval"),
    "attest_payouts.show": Contract("Batch"),
    "attest_payouts.add": Contract("Batch", "Attestation", 201),
    "attest_payouts.void": Contract("Batch", "Reasoned"),
    "prepare_payouts.prepare": Contract("PreparedBatches", status=201),
    "change_accounts.show": Contract("PayoutAccounts"),
    "change_accounts.propose": Contract("PayoutAccounts", "PayoutAccount", 201),
    "change_accounts.approve": Contract("PayoutAccounts", "PayoutAccount"),
    "change_accounts.decline": Contract("PayoutAccounts", "Reasoned"),
    "decide_late_requisitions.decide": Contract("LateOutcome", "LateDecided"),
    "hold_payouts.show_all": Contract("Holds"),
    "hold_payouts.hold_all": Contract("Holds", "Reasoned", 201),
    "hold_payouts.release_all": Contract("Holds", "Reasoned"),
    "hold_payouts.show_round": Contract("Holds"),
    "hold_payouts.hold_round": Contract("Holds", "Reasoned", 201),
    "hold_payouts.release_round": Contract("Holds", "Reasoned"),
    "hold_payouts.show_municipality": Contract("Holds"),
    "hold_payouts.hold_municipality": Contract("Holds", "MunicipalityHold", 201),
    "hold_payouts.release_municipality": Contract("Holds", "Reasoned"),
    "correct_payouts.show": Contract("Payouts"),
    "correct_payouts.void": Contract("Payouts", "Voiding"),
    "correct_payouts.reissue": Contract("Payouts"),
    "correct_payouts.propose_resolution": Contract("Payouts", "BankAnswer"),
    "correct_payouts.confirm_resolution": Contract("Payouts", "Confirmation"),
    "correct_deliveries.show": Contract("Deliveries"),
    "correct_deliveries.correct_address": Contract("Deliveries", "RegistryAddress"),
    "correct_deliveries.prove": Contract("Deliveries", "Proof"),
    "correct_deliveries.renew": Contract("Deliveries"),
    "correct_deliveries.revoke": Contract("Deliveries", "Reasoned"),
    "show_reconciliation.show": Contract("Reconciliation"),
    "settle_invoices.show": Contract("Invoices"),
    "settle_invoices.propose_write_off": Contract("Invoices", "Reasoned"),
    "settle_invoices.decide_write_off": Contract("Invoices", "Amount"),
    "settle_invoices.refund": Contract("Invoices"),
    "change_invoices.reissue": Contract("ChangedInvoice", "Reissuing"),
    "change_invoices.propose_set_off": Contract("ChangedInvoice", "SettingOff"),
    "change_invoices.decide_set_off": Contract("ChangedInvoice", "SetOff"),
    "change_invoices.decline_set_off": Contract("ChangedInvoice", "Reasoned"),
    "charge_interest.show": Contract("Interest"),
    "charge_interest.claim": Contract("Interest"),
    "charge_interest.waive": Contract("Interest", "Reasoned"),
    "place_entries.show": Contract("Suspense"),
    "place_entries.add": Contract("PlacedEntry", "Placement", 201),
    "change_reports.show": Contract("ReportedUse"),
    "change_reports.extend": Contract("ReportedUse", "Until"),
    "change_reports.reopen": Contract("ReportedUse", "Until"),
    "reconsider_recoveries.show": Contract("ReconsideredRecovery"),
    "reconsider_recoveries.prepare": Contract("ReconsideredRecovery", "Reconsidering"),
    "reconsider_recoveries.decide": Contract("ReconsideredRecovery", "NewAmount"),
    "draw_spot_checks.show_all": Contract("SpotChecks"),
    "draw_spot_checks.draw": Contract("SpotCheckDraw", "NewDraw", 201),
    "draw_spot_checks.show": Contract("SpotCheckDraw"),
    "receive_records.show_view": Contract("RecordsView"),
    "receive_records.send": Contract("RecordsReceipt", "Records", 201),
    "conclude_spot_checks.show": Contract("SpotCheck"),
    "conclude_spot_checks.conclude": Contract("SpotCheck", "Conclusion"),
    "conclude_spot_checks.renew_link": Contract("SpotCheck", "Reasoned"),
    "decide_recoveries.show": Contract("Recovery"),
    "decide_recoveries.prepare": Contract("Recovery", "Preparation"),
    "decide_recoveries.decide": Contract("Recovery"),
    "decide_undisputed.show": Contract("UndisputedRecoveries"),
    "decide_undisputed.prepare": Contract("BulkOutcome", "Preparations"),
    "decide_undisputed.decide": Contract("BulkOutcome", "Decisions"),
    "decide_recoveries.extend": Contract("Recovery", "Extension"),
    "receive_hearing_answers.show_view": Contract("Hearing"),
    "receive_hearing_answers.submit": Contract("HearingReceipt", "HearingAnswerForm", 201),
    "note_appeals.show": Contract("Appeals"),
    "note_appeals.note": Contract("Appeals", "Appealed"),
    "note_appeals.end": Contract("Appeals", "Outcome"),
    "apply_as_agent.submit": Contract("AgentApplicationReceipt", "AgentApplicationForm", 201),
    "follow_agent_application.show": Contract("AgentApplication"),
    "follow_agent_application.complete": Contract("AgentApplication", "AgentCompletionForm"),
    "follow_agent_application.withdraw": Contract("AgentApplication"),
    "manage_agents.show": Contract("MunicipalityAgents"),
    "manage_agents.invite": Contract("MunicipalityAgents", "AgentInvitationForm", 201),
    "manage_agents.revoke_invitation": Contract("MunicipalityAgents"),
    "manage_agents.revoke": Contract("MunicipalityAgents", "Reasoned"),
    "manage_agents.confirm": Contract("MunicipalityAgents", "ConfirmedMandates"),
    "accept_agent_invitations.show": Contract("OpenedInvitation"),
    "accept_agent_invitations.accept": Contract("OpenedInvitation", "PersonForm"),
    "review_agents.request_completion": Contract("AgentApplication", "WantedCompletion"),
    "review_agents.approve": Contract("AgentApplication", "Reasoned"),
    "review_agents.close": Contract("AgentApplication", "Reasoned"),
    "oversee_agents.show": Contract("AgentApplications"),
    "oversee_agents.ask": Contract("Asked", "WantedConfirmation"),
    "list_tasks.show": Contract("WorkList"),
}
"""The routes for programs; every other route gives a page."""
RECORDS: Json = {
    "type": "object",
    "description": f"Files in base64, together at most {LARGEST_UPLOAD} bytes; each is taken in once, by its content.",
    "properties": {
        "files": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_AT_ONCE,
            "items": {"type": "string", "contentEncoding": "base64"},
        }
    },
    "required": ["files"],
    "additionalProperties": False,
}
FORMS = {
    "receive_requisition.submit_form": "Requisition",
    "receive_requisition.review_form": "RequisitionDraft",
    "propose_accounts.propose_account": "PayoutAccountForm",
    "receive_report.submit_form": "Report",
    "receive_hearing_answers.submit_form": "HearingAnswerForm",
}
"""Pages that are posted to, and what their forms hold."""
NOT_RECEIVED = {"receive_requisition.review_form"}
"""Forms that are reviewed and never received."""
STEPS = {
    "receive_requisition.submit_form": ("save",),
    "receive_requisition.review_form": ("save",),
    "receive_report.submit_form": ("save",),
}
"""What else a form may be asked for."""


LEADS_ON = {
    "sign_in.start": "Leads to the identity provider",
    "sign_in.finish": "Signed in: leads to the page that was wanted",
    "sign_in.renew": "Leads back to the page that was wanted, or to the sign-in",
    "sign_in.choose": "Leads to the page that was wanted",
}
"""Pages that only lead to another one."""
_WANTED = {"till": "The page to go to then, as a path of this site"}
QUERIES = {
    "sign_in.start": _WANTED,
    "sign_in.renew": _WANTED,
    "sign_in.show_choices": _WANTED,
    "sign_in.finish": {name: f"The provider's {name} (RFC 6749, 4.1.2)" for name in ("code", "state", "error")},
}
"""What is asked for after the question mark; nothing of it is required."""
SMALL_FORMS = {
    "sign_in.choose": {
        "choice": "Role and municipality, as the page offers them",
        **_WANTED,
        CSRF_FIELD: "Of the page",
    },
    "sign_in.sign_out": {CSRF_FIELD: "Of the page"},
}
"""Forms of a few texts."""


def document() -> str:
    """Give the description as JSON text."""
    template = read()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    paths: dict[str, Json] = {}
    for event, answered in routes(template):
        path = event.properties["Path"]
        paths.setdefault(path, {"parameters": _parameters(path)})[event.properties["Method"].lower()] = _operation(
            template, event, answered
        )
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "statsbidrag",
            "version": version,
            "description": "Pages for people are in Swedish under Swedish paths, programs use JSON under English ones. "
            "Amounts in answers are whole öre; instants are in UTC.",
        },
        "servers": [{"url": "/", "description": "The address that the stack has, or `build/run.json` names"}],
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _security_schemes()},
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def _parameters(path: str) -> list[Json]:
    found = []
    for name in re.findall(r"\{([^}]*)\}", path):
        description, pattern = PARAMETERS[name]
        schema = {"type": "string", **({"pattern": pattern} if pattern else {})}
        found.append({"name": name, "in": "path", "required": True, "description": description, "schema": schema})
    return found


def _operation(template: Template, event: Event, answered: Handled) -> Json:
    folder = template.folder(event.function)
    name = f"{folder}.{answered.answer.__name__}"
    is_open = event.properties.get("Auth", {}).get("Authorizer") == "NONE"
    operation: Json = {
        "operationId": name,
        "tags": [folder],
        "summary": inspect.cleandoc(answered.answer.__doc__ or "").partition("\n")[0],
        "security": [] if is_open else [{"session": []}, {"bearer": []}],
        "x-roles": sorted(RIGHTS[event.properties["Path"]][event.properties["Method"]]),
    }
    contract = CONTRACTS.get(name)
    if contract is not None:
        path, is_post = event.properties["Path"], event.properties["Method"] == "POST"
        operation |= _for_programs(name, contract, path, is_post=is_post)
    else:
        operation |= _for_people(name)
    if "default" in operation["responses"] and hasattr(load(folder), "PAGES"):
        operation["responses"]["default"] = _wrong()
    if not is_open:
        operation["responses"]["401"] = {"description": "Nobody is signed in; a program is answered by API Gateway"}
        if event.properties["Method"] == "GET":
            operation["responses"].setdefault("303", _led("A browser is led to the sign-in, or to a new session id"))
    return operation


def _for_programs(name: str, contract: Contract, path: str, *, is_post: bool) -> Json:
    given = {"description": "Done", "content": {JSON: {"schema": _ref(contract.gives)}}}
    described: Json = {"responses": {str(contract.status): given, "default": _problem()}}
    if contract.takes:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref(contract.takes)}}}
    if path in BY_ROUTE and is_post:
        described["responses"] |= _to_a_form()
        fields = {field.name: {"type": "string"} for field in BY_ROUTE[path].fields if field.kind != "chosen"}
        hidden = {"next": {"type": "string", "description": "The page of ours to go on to"}}
        form = {"schema": {"type": "object", "properties": {**fields, **hidden}}}
        described.setdefault("requestBody", {"content": {}})["content"][FORM] = form
    receives = name.startswith(("receive_", "apply_")) and not name.startswith("receive_records.")
    if receives and contract.status == 201:
        described["parameters"] = [_idempotency_key()]
        described["responses"]["201"]["description"] = "Received; the same key and body again gets the same receipt"
    return described


OTHER_MEDIA = {
    "show_pages.style": ("text/css; charset=utf-8",),
    "show_pages.give_list": (ALLOCATION_CSV,),
    "show_reconciliation.download": (FORMATS["csv"],),
    "show_case.give_document": (PDF, XML),
    "follow_agent_application.download": (PDF,),
    "give_receipts.give_receipt": (PDF,),
    "give_receipts.give_report_receipt": (PDF,),
    "give_receipts.give_key": ("application/x-pem-file",),
    "show_case_file.download_register": (FORMATS["csv"],),
    "show_case_file.download_pack": ("application/zip",),
    "show_case_file.download_document": (*RECORD_KINDS, XML),
    "show_round.download_register": (FORMATS["csv"],),
}
"""Routes that give neither JSON nor a page."""
ALWAYS_ANSWER = {"show_pages.style", "show_pages.accessibility", "show_pages.start", "show_pages.english"}
"""Pages that nothing can be wrong about."""


def _for_people(name: str) -> Json:
    kinds = OTHER_MEDIA.get(name, (api.HTML,))
    page = {"content": {kind: {"schema": {"type": "string"}} for kind in kinds}}
    wrong = {"content": {api.HTML: {"schema": {"type": "string"}}}}
    if name in agent_routes.PAGES:
        return agent_routes.page(name, page)
    responses: Json = {"200": {"description": "The page", **page}}
    described: Json = {"responses": responses}
    if name in FORMS:
        hidden: Json = {
            "request_key": {"type": "string", "description": "Given by the page that showed the form"},
            "step": {"enum": ["review", "change", "send", *STEPS.get(name, ())], "default": "send"},
            **({VERSION: DRAFT_VERSION} if name in STEPS else {}),
        }
        described["requestBody"] = {"required": True, "content": {FORM: {"schema": _posted(FORMS[name], hidden)}}}
        responses["200"]["description"] = "What was filled in, to be reviewed or changed"
        responses["201"] = {"description": "The receipt", **page}
        responses["422"] = {"description": "The form again, with what is wrong at each field", **page}
    if name == "request_report_links.ask":
        fields = {field: {"type": "string"} for field in ("token", "round", "municipality")}
        content = {FORM: {"schema": {"type": "object", "properties": fields}}}
        described["requestBody"] = {"required": True, "description": "An old token, or both others", "content": content}
        responses["202"] = responses.pop("200")
        responses["422"] = {"description": "The form again, with what is wrong at each field", **page}
    if name in NOT_RECEIVED:
        responses.pop("201")
    if name == "receive_records.send_files":
        files: Json = {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}}
        upload: Json = {"type": "object", "properties": {"files": files}, "required": ["files"]}
        described["requestBody"] = {"required": True, "content": {MULTIPART: {"schema": upload}}}
        responses["201"] = {"description": "The receipt", **page}
        del responses["200"]
    if name in LEADS_ON:
        responses["303"] = _led(LEADS_ON[name])
        del responses["200"]
    if name in SMALL_FORMS:
        properties = {field: {"type": "string", "description": text} for field, text in SMALL_FORMS[name].items()}
        described["requestBody"] = {
            "required": True,
            "content": {FORM: {"schema": {"type": "object", "properties": properties}}},
        }
    if name == "sign_in.choose":
        responses["422"] = {"description": "The page again, with what is wrong", **page}
    if name in QUERIES:
        described["parameters"] = [
            {"name": field, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
            for field, text in QUERIES[name].items()
        ]
    if name in OTHER_MEDIA and name not in ALWAYS_ANSWER:
        responses["200"]["description"] = "The file"
        responses["default"] = _problem()
        if not name.startswith("show_reconciliation."):
            responses["default"]["content"] |= wrong["content"]
    elif name not in ALWAYS_ANSWER:
        responses["default"] = {"description": "A page that says what is wrong", **wrong}
    return described


def _posted(form: str, hidden: Json) -> Json:
    """Describe a form as it is posted: its own fields and those that the page gives it."""
    own = _posted_forms()[form]
    return {
        **own,
        "properties": {**own.get("properties", {}), **hidden},
        "required": [*own.get("required", ()), "request_key"],
    }


def _posted_forms() -> Json:
    return {
        "Requisition": _form(RequisitionForm, read_requisition),
        "PayoutAccountForm": _form(AccountForm, partial(read_account, in_force=Account("bankgiro", ""))),
        "RequisitionDraft": _requisition_draft(),
        "Report": _report(),
        "HearingAnswerForm": _hearing_answer(),
    }


def _led(description: str) -> Json:
    return {"description": description, "headers": {"Location": {"schema": {"type": "string"}}}}


def _to_a_form() -> Json:
    """Describe what the form of an action of staff is answered with."""
    page = {api.HTML: {"schema": {"type": "string"}}}
    problem = _problem()
    return {
        "303": {"description": "Done, as a form asked: on to the page that shows it"},
        "default": {**problem, "content": {**problem["content"], **page}},
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _wrong() -> Json:
    """Describe what tells that something is wrong where people and programs come."""
    content = {**_problem()["content"], api.HTML: {"schema": {"type": "string"}}}
    return {"description": "What is wrong, in Swedish: a page for people, RFC 9457 for programs", "content": content}


def _problem() -> Json:
    content = {api.PROBLEM: {"schema": _ref("Problem")}}
    return {"description": "What is wrong, in Swedish (RFC 9457)", "content": content}


def _idempotency_key() -> Json:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "Names the request: the same key with another body is refused with 422.",
        "schema": {"type": "string", "pattern": "^[!-~]{8,128}$"},
    }


def _security_schemes() -> Json:
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": cookies.SESSION},
        "bearer": {"type": "http", "scheme": "bearer"},
    }


# Schemas


def _schemas() -> Json:
    told = (api.Problem, Question, Sum, Draft, RecordFile, TakenFile, LateDecision)
    _, parts = msgspec.json.schema_components(told, ref_template="#/components/schemas/{name}")
    taken = {contract.takes for contract in CONTRACTS.values()}
    schemas: Json = {
        # what only a page posts stands whole where it is posted
        **{name: form for name, form in _posted_forms().items() if name in taken},
        "DraftAnswers": _draft_answers(),
        "Attestation": _plain(load("attest_payouts").Attestation),
        "Preparation": _plain(load("decide_recoveries").Preparation),
        "Preparations": _plain(load("decide_undisputed").Preparations),
        "Decisions": _plain(load("decide_undisputed").Decisions),
        "ChosenRecovery": _plain(load("decide_undisputed").ChosenRecovery),
        "Extension": _plain(load("decide_recoveries").Extension),
        "HearingReceipt": _in_ore(HearingReceipt),
        "Hearing": _answered("receive_hearing_answers", "_proposal"),
        "Appealed": _plain(load("note_appeals").Appealed),
        "Outcome": _plain(load("note_appeals").Outcome),
        "Appeals": _answered("note_appeals"),
        "Reasoned": _plain(Reasoned),
        "PayoutAccount": _plain(load("change_accounts").PayoutAccount),
        "LateDecided": _plain(load("decide_late_requisitions").LateDecided),
        "LateOutcome": _in_ore(LateOutcome),
        "MunicipalityHold": _plain(load("hold_payouts").MunicipalityHold),
        "NewDraw": _plain(load("draw_spot_checks").NewDraw),
        "SpotChecks": _answered("draw_spot_checks", "show_all"),
        "SpotCheckDraw": _answered("draw_spot_checks", "_view"),
        "Records": RECORDS,
        "RecordsView": _records_view(),
        "RecordsReceipt": _in_ore(RecordsReceipt),
        "Conclusion": _plain(load("conclude_spot_checks").Conclusion),
        "SpotCheck": _answered("conclude_spot_checks"),
        "Amount": _plain(load("settle_invoices").Amount),
        "Reissuing": _plain(load("change_invoices").Reissuing),
        "SetOff": _plain(load("change_invoices").SetOff),
        "SettingOff": _plain(load("change_invoices").SettingOff),
        "ChangedInvoice": _answered("change_invoices"),
        "Interest": _answered("charge_interest"),
        "Placement": _plain(load("place_entries").Placement),
        "NewAmount": _plain(load("reconsider_recoveries").NewAmount),
        "Reconsidering": _plain(load("reconsider_recoveries").Reconsidering),
        "Invoices": _answered("settle_invoices"),
        "Suspense": _answered("place_entries", "show"),
        "PlacedEntry": _answered("place_entries", "add"),
        "Until": _plain(load("change_reports").Until),
        "ReportedUse": _answered("change_reports"),
        "ReconsideredRecovery": _answered("reconsider_recoveries"),
        "Voiding": _plain(load("correct_payouts").Voiding),
        "BankAnswer": _plain(load("correct_payouts").BankAnswer),
        "Confirmation": _plain(load("correct_payouts").Confirmation),
        "RequisitionView": _in_ore(RequisitionView, leave_out=("round", "recipient", "seen")),
        "RequisitionReceipt": _in_ore(Receipt),
        "ReportView": _report_view(),
        "ReportReceipt": _in_ore(ReportReceipt),
        "AllocationList": _answered("approve_allocations", "show"),
        "AllocationListApproval": _answered("approve_allocations", "approve"),
        "Batch": _answered("attest_payouts"),
        "PreparedBatches": _answered("prepare_payouts"),
        "PayoutAccounts": _answered("change_accounts"),
        "Holds": _answered("hold_payouts"),
        "Payouts": _answered("correct_payouts"),
        "Deliveries": _answered("correct_deliveries", "_view"),
        "RegistryAddress": _plain(load("correct_deliveries").RegistryAddress),
        "Proof": _plain(load("correct_deliveries").Proof),
        "Reconciliation": _written("reconciliation_file", "render_json"),
        "Recovery": _answered("decide_recoveries"),
        "UndisputedRecoveries": _answered("decide_undisputed", "show"),
        "BulkOutcome": _answered("decide_undisputed", "_told"),
        "WorkList": _answered("list_tasks"),
        "ConfirmedMandates": _plain(ConfirmedMandates),
        "WantedCompletion": _plain(load("review_agents").WantedCompletion),
        "WantedConfirmation": _plain(load("oversee_agents").WantedConfirmation),
        **agent_routes.schemas(_form),
        **parts,
    }
    return {name: schemas[name] for name in sorted(schemas)}


def _plain(model: type[BaseModel]) -> Json:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    schema["description"] = inspect.cleandoc(model.__doc__ or "").partition("\n")[0]
    return schema


def _form(model: type[BaseModel], reads: Callable[[Mapping[str, Any]], object]) -> Json:
    """Describe a form: its fields are texts, or whole numbers; what is refused when absent is required."""
    described = _plain(model)
    for schema in described["properties"].values():
        schema.pop("default", None)
        if "enum" not in schema:
            schema["type"] = TEXT_OR_NUMBER["type"]
    described["required"] = _required(reads)
    return described


def _required(reads: Callable[[Mapping[str, Any]], object]) -> list[str]:
    try:
        reads({})
    except Refusals as refused:
        return [str(each.field) for each in refused.refusals]
    return []


def _questions() -> Sequence[Question]:
    newest = max((ROOT / "rounds").glob("*.toml"))
    return read_round(newest.read_bytes()).questions


def _report() -> Json:
    """Describe a report: its fields are the round's questions; those of the newest round stand as the example."""
    questions = _questions()
    required = _required(lambda fields: read_answers(questions, fields))
    return {
        "type": "object",
        "description": "Answers by the id of each question of the round, which the view of the report gives. "
        f"In the newest round: {', '.join(q.id if q.id in required else f'{q.id} (may be empty)' for q in questions)}.",
        "additionalProperties": TEXT_OR_NUMBER,
    }


def _requisition_draft() -> Json:
    described = _form(RequisitionDraft, read_requisition_draft)
    described["properties"][VERSION] = DRAFT_VERSION
    return described


def _draft_answers() -> Json:
    """Describe what is saved of a report."""
    return {
        "type": "object",
        "description": "Answers so far by the id of each question, as typed, and the draft that they were written on.",
        "properties": {VERSION: DRAFT_VERSION},
        "additionalProperties": TEXT_OR_NUMBER,
    }


def _hearing_answer() -> Json:
    """Describe the answer to a hearing, by the questions of its form."""
    properties = {question.id: {**TEXT_OR_NUMBER, "description": question.label} for question in QUESTIONS}
    properties["stance"] = {"enum": [value for value, _ in QUESTIONS[0].choices], "description": QUESTIONS[0].label}
    return {
        "type": "object",
        "description": "What the municipality says of a proposed recovery; a text is needed where it objects.",
        "properties": properties,
        "required": _required(read_hearing),
        "additionalProperties": False,
    }


def _in_ore(struct: type[msgspec.Struct], leave_out: tuple[str, ...] = ()) -> Json:
    """Describe a view or receipt as `api.in_ore` gives it."""
    _, parts = msgspec.json.schema_components((struct,), ref_template="#/components/schemas/{name}")
    described = parts[struct.__name__]["properties"]
    names: Any = SimpleNamespace(__struct_fields__=struct.__struct_fields__, **{n: n for n in struct.__struct_fields__})
    given = api.in_ore(names, leave_out)
    properties = {told: ORE if told.endswith("_ore") else described[name] for told, name in given.items()}
    return {
        "type": "object",
        "description": inspect.cleandoc(struct.__doc__ or "").partition("\n")[0],
        "properties": properties,
        "required": list(properties),
    }


def _records_view() -> Json:
    view = _in_ore(RecordsView, leave_out=("round", "recipient"))
    view["properties"]["asked_for"] = {"type": "array", "items": {"type": "string"}}
    view["required"].append("asked_for")
    return view


def _report_view() -> Json:
    view = _in_ore(ReportView, leave_out=("round", "recipient", "earlier"))
    view["properties"]["questions"] = {"type": "array", "items": _ref("Question")}
    view["properties"]["sums"] = {"type": "array", "items": _ref("Sum")}
    view["required"] += ["questions", "sums"]
    return view


def _written(document: str, function: str) -> Json:
    """Describe the JSON that a document's function writes out."""
    tree = ast.parse((ROOT / f"shared/statsbidrag/documents/{document}.py").read_text("utf-8"))
    inside = next(node for node in tree.body if getattr(node, "name", "") == function)
    return _shape(next(node for node in ast.walk(inside) if isinstance(node, ast.Dict)))


def _answered(folder: str, function: str = "") -> Json:
    """Describe the one answer that a handler, or one function of it, writes out, by the keys it gives."""
    tree = ast.parse((ROOT / "functions" / folder / "handler.py").read_text("utf-8"))
    inside = [node for node in tree.body if not function or getattr(node, "name", "") == function]
    written = [
        node.value if isinstance(node, ast.Return) else node.args[0]
        for part in inside
        for node in ast.walk(part)
        if isinstance(node, ast.Return)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "api.document" and node.args)
    ]
    (answer,) = [node for node in written if isinstance(node, ast.Dict)]
    return _shape(answer)


def _amount(node: ast.expr) -> Json:
    """Describe an amount, which may be missing where its source says so."""
    may_miss = any(isinstance(part, ast.Constant) and part.value is None for part in ast.walk(node))
    return {**ORE, "type": ["integer", "null"]} if may_miss else ORE


def _shape(node: ast.expr) -> Json:
    """Describe what an expression gives, as far as its source tells."""
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        named = {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}
        properties = {name: _amount(value) if name.endswith("_ore") else _shape(value) for name, value in named.items()}
        return {"type": "object", "properties": properties, "required": list(properties)}
    if isinstance(node, ast.ListComp):
        return {"type": "array", "items": _shape(node.elt)}
    if isinstance(node, ast.Constant):
        return {"const": node.value}
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "len":
        return {"type": "integer"}
    return {}
