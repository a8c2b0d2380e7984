"""Describe the routes about who may act for a municipality: what they give, and what their pages post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from statsbidrag.domain.errors import Refusals, StatsbidragError
from statsbidrag.entry import agent_views as views
from statsbidrag.entry.agent_forms import (
    ApplicationForm,
    CompletionForm,
    InvitationForm,
    PersonForm,
    read_application,
    read_invitation,
    read_person,
)
from statsbidrag.entry.bodies import FORM, MULTIPART
from statsbidrag.entry.uploads import LARGEST_UPLOAD, MOST_AT_ONCE
from statsbidrag.usecases.agents import ApplicationReceipt

Json = dict[str, Any]
GIVEN = (
    views.AgentApplication,
    views.AgentApplications,
    views.MunicipalityAgents,
    views.OpenedInvitation,
    views.Asked,
    ApplicationReceipt,
)
FILES: Json = {
    "type": "array",
    "maxItems": MOST_AT_ONCE,
    "items": {"type": "string", "contentEncoding": "base64"},
    "description": f"PDF files in base64, together at most {LARGEST_UPLOAD} bytes",
}
_TEXT: Json = {"type": "string"}
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "apply_as_agent.submit_form": (
        MULTIPART,
        (
            "request_key",
            "step",
            "municipality",
            "name",
            "title",
            "email",
            "phone",
            "delegation",
            "certificate",
            "power_of_attorney",
            "files",
        ),
    ),
    "follow_agent_application.change": (
        MULTIPART,
        ("step", "message", "delegation", "certificate", "power_of_attorney", "files"),
    ),
    "manage_agents.change": (FORM, ("action", "role", "email", "mandate", "invitation", "round", "mandates")),
    "accept_agent_invitations.accept_by_form": (FORM, ("name", "title", "email", "phone")),
    "review_agents.decide_by_form": (FORM, ("step", "action", "reason", "last_day")),
    "oversee_agents.ask_by_form": (FORM, ("round", "last_day")),
    "oversee_agents.change": (FORM, ("step", "mandate", "reason", "round", "note", "seen")),
}
"""Pages that are posted to: how, and the fields."""


def schemas(form: Callable[[type, Callable[[Mapping[str, Any]], object]], Json]) -> Json:
    """Give the schemas by name; `form` describes a form by its model and what reads it."""
    _, parts = msgspec.json.schema_components(GIVEN, ref_template="#/components/schemas/{name}")
    parts["AgentApplicationReceipt"] = parts.pop("ApplicationReceipt")
    application = form(ApplicationForm, _with_documents)
    application["properties"]["files"] = FILES
    application["required"].append("files")
    completion = form(CompletionForm, lambda _: None)
    completion["properties"]["files"] = FILES
    return {
        **parts,
        "AgentApplicationForm": application,
        "AgentCompletionForm": completion,
        "AgentInvitationForm": form(InvitationForm, read_invitation),
        "PersonForm": form(PersonForm, lambda fields: read_person(fields, "")),
    }


def _with_documents(fields: Mapping[str, Any]) -> object:
    try:
        return read_application(fields, "")
    except Refusals:
        raise
    except StatsbidragError:
        return None


def page(name: str, given: Json) -> Json:
    """Describe a page that is posted to; `given` is how a page is described."""
    media, fields = PAGES[name]
    files: Json = {"type": "array", "items": {"type": "string", "contentMediaType": "application/pdf"}}
    properties = {field: files if field == "files" else _TEXT for field in fields}
    said = {"description": "Done; the page it leads to", "headers": {"Location": {"schema": _TEXT}}}
    wrong = {"description": "The page again, with what is wrong", **given}
    return {
        "requestBody": {
            "required": True,
            "content": {media: {"schema": {"type": "object", "properties": properties}}},
        },
        "responses": {
            "200": {"description": "What is about to be done, to be confirmed", **given},
            "303": said,
            "409": wrong,
            "422": wrong,
            "default": {"description": "A page that says what is wrong", **given},
        },
    }
