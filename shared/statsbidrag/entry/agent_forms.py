"""The forms about who may act for a municipality, read the same way for people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from statsbidrag.documents.agent_files import pdf_type
from statsbidrag.domain.agents.state import DOCUMENTS, INVITED, DocumentKind, Person
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import holds_identity_number, parse_email, parse_municipality
from statsbidrag.domain.mandates import MandateRole
from statsbidrag.entry.forms import ACCEPTED
from statsbidrag.entry.models import STRICT, reader, validated
from statsbidrag.entry.pages import Row
from statsbidrag.entry.uploads import typed
from statsbidrag.usecases.agents import ApplicationInput

_LONGEST = 100
_LONGEST_MESSAGE = 2000
_PHONE_SIGNS = frozenset("+-() 0123456789")

PERSON_LABELS = {"name": "Ditt namn", "title": "Din titel", "email": "Din e-postadress", "phone": "Ditt telefonnummer"}
"""Fields of a person, with their Swedish labels."""
APPLICATION_LABELS: dict[str, str] = {
    "municipality": "Kommun",
    **PERSON_LABELS,
    **{str(kind): label for kind, label in DOCUMENTS.items()},
    "documents": "Underlag",
    "files": "Filer",
}
"""Fields of the application."""
COMPLETION_LABELS = {"message": "Meddelande", "files": "Filer"}
INVITATION_LABELS = {"role": "Roll", "email": "E-postadress"}


def _plain(text: str) -> str:
    if len(text) > _LONGEST or not text.isprintable():
        raise Refusal("text_invalid", f"Skriv en text på en rad, högst {_LONGEST} tecken.")
    return _no_identity_number(text)


def _no_identity_number(text: str) -> str:
    if holds_identity_number(text):
        raise Refusal("identity_number_in_text", "Texten ser ut att innehålla ett personnummer. Ta bort det.")
    return text


def _name(text: str) -> str:
    if not text:
        raise Refusal("name_missing", "Fyll i ditt namn.")
    return _plain(text)


def _title(text: str) -> str:
    if not text:
        raise Refusal("title_missing", "Fyll i din titel, till exempel socialchef.")
    return _plain(text)


def _phone(text: str) -> str:
    if not text:
        raise Refusal("phone_missing", "Fyll i ett telefonnummer som vi kan nå dig på i arbetet.")
    if not set(text) <= _PHONE_SIGNS or not 6 <= sum(sign.isdigit() for sign in text) <= 15:
        raise Refusal("phone_invalid", "Skriv telefonnumret med siffror, till exempel 08-123 45 67.")
    return _plain(text)


def _tick(text: str) -> str:
    if text not in ("", ACCEPTED):
        raise Refusal("tick_unreadable", f"Skriv {ACCEPTED}, eller lämna tomt.")
    return text


def _message(text: str) -> str:
    if len(text) > _LONGEST_MESSAGE:
        raise Refusal("answer_too_long", f"Texten är {len(text)} tecken. Korta den till högst {_LONGEST_MESSAGE}.")
    return _no_identity_number(text)


def _role(text: str) -> str:
    if text not in INVITED:
        raise Refusal("role_unknown", "Välj representant eller uppgiftssamordnare.")
    return text


Tick = Annotated[str, reader(_tick)]


class PersonForm(BaseModel):
    """Who a person is at work; the identity is that of who signed in."""

    model_config = STRICT

    name: Annotated[str, reader(_name)] = Field("", max_length=_LONGEST)
    title: Annotated[str, reader(_title)] = Field("", max_length=_LONGEST)
    email: Annotated[str, reader(parse_email)] = Field("", examples=["namn@kommunen.example"])
    phone: Annotated[str, reader(_phone)] = Field("", examples=["08-123 45 67"])


class ApplicationForm(PersonForm):
    """An application to be a municipality's agent; ``ja`` at each kind of document that is attached."""

    municipality: Annotated[str, reader(parse_municipality)] = Field("", examples=["0114"])
    delegation: Tick = ""
    certificate: Tick = ""
    power_of_attorney: Tick = ""


class CompletionForm(BaseModel):
    """What is added to an application; ``ja`` at each kind of document that is attached."""

    model_config = STRICT

    message: Annotated[str, reader(_message)] = Field("", max_length=_LONGEST_MESSAGE)
    delegation: Tick = ""
    certificate: Tick = ""
    power_of_attorney: Tick = ""


class ConfirmedMandates(BaseModel, extra="forbid", frozen=True):
    """The mandates that were shown and are still right, by their numbers, for a round; an officer says how."""

    round: str
    mandates: list[int]
    reason: str = ""


class InvitationForm(BaseModel):
    """An invitation: ``representative`` may submit, ``coordinator`` may fill in."""

    model_config = STRICT

    role: Annotated[str, reader(_role)] = Field("", examples=["representative"])
    email: Annotated[str, reader(parse_email)] = Field("", examples=["namn@kommunen.example"])


def read_application(fields: Mapping[str, Any], subject: str) -> ApplicationInput:
    """Read an application; `Refusals` as `validated` raises them, and ``document_missing``."""
    read = validated(ApplicationForm, fields)
    documents = _documents(read)
    if not {"delegation", "certificate"} & set(documents):
        raise Refusal(
            "document_missing",
            "Kryssa i utdraget ur delegationsordningen eller intyget från kommunsekreteraren. Ett av dem behövs.",
            field="documents",
        )
    return ApplicationInput(parse_municipality(read.municipality), _person(read, subject), documents)


def read_person(fields: Mapping[str, Any], subject: str) -> Person:
    """Read who somebody is; `Refusals` as `validated` raises them."""
    return _person(validated(PersonForm, fields), subject)


def read_completion(fields: Mapping[str, Any]) -> tuple[tuple[DocumentKind, ...], str]:
    """Read what is added: kinds of document, and a message."""
    read = validated(CompletionForm, fields)
    return _documents(read), read.message


def read_invitation(fields: Mapping[str, Any]) -> tuple[MandateRole, str]:
    """Read an invitation: the role and the address."""
    read = validated(InvitationForm, fields)
    return next(role for role in INVITED if role == read.role), read.email


def read_pdfs(files: list[bytes]) -> list[bytes]:
    """Let PDF files on, one at least; `Refusals` with every file that is none, ``files_missing``."""
    if not files:
        raise Refusal("files_missing", "Välj minst en fil.", field="files")
    return [content for content, _ in typed(files, pdf_type)]


def application_rows(form: ApplicationInput, municipality: str) -> list[Row]:
    """Write an application for people to review."""
    person = form.person
    return [
        Row(APPLICATION_LABELS["municipality"], f"{municipality} ({form.municipality})"),
        Row(APPLICATION_LABELS["name"], person.name),
        Row(APPLICATION_LABELS["title"], person.title),
        Row(APPLICATION_LABELS["email"], person.email),
        Row(APPLICATION_LABELS["phone"], person.phone),
        Row(APPLICATION_LABELS["documents"], "\n".join(DOCUMENTS[each] for each in form.documents)),
    ]


def _documents(read: ApplicationForm | CompletionForm) -> tuple[DocumentKind, ...]:
    return tuple(kind for kind in DOCUMENTS if getattr(read, kind) == ACCEPTED)


def _person(read: PersonForm, subject: str) -> Person:
    return Person(subject, read.name, read.email, read.title, read.phone)
