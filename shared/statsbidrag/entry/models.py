"""Bodies from outside as pydantic models: every field read, every fault told at once and at its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry.bodies import JSON, media_type, read_fields, shown_name

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

STRICT = ConfigDict(extra="forbid", frozen=True, validate_default=True, arbitrary_types_allowed=True)
"""For every form: no unknown field, and an absent field is read as an empty one."""


class Reasoned(BaseModel, extra="forbid", frozen=True):
    """Why somebody does what they do, in their own words; no data about individuals."""

    reason: str


def text_of(value: object) -> str:
    """Take a value as text: absent is empty, a whole number its digits, letters and line breaks in one form.

    Raises
    ------
    Refusal
        ``text_expected`` for anything else, decimals among them: an amount is never a float.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Refusal("text_expected", "Skriv värdet som text.")
    return unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()


def reader(read: Callable[[str], T]) -> BeforeValidator:
    """Make a field's validator of a function that reads text and raises `Refusal`."""

    def validate(value: object) -> T:
        try:
            return read(text_of(value))
        except Refusal as refusal:
            raise told(refusal) from None

    return BeforeValidator(validate)


def told(refusal: Refusal) -> PydanticCustomError:
    """Give a refusal as pydantic gathers it."""
    return PydanticCustomError(refusal.code, "{said}", {"said": refusal.message})


def validated(model: type[M], fields: Mapping[str, Any]) -> M:
    """Read fields by a model.

    Raises
    ------
    Refusals
        Every field that cannot stand, and every field that is not in the form, each with its name and what to do.
    """
    try:
        return model.model_validate(dict(fields))
    except ValidationError as error:
        raise Refusals(tuple(_refusal(fault) for fault in error.errors(include_url=False))) from None


def _refusal(fault: ErrorDetails) -> Refusal:
    field = shown_name(str(fault["loc"][0]))
    if fault["type"] == "extra_forbidden":
        return Refusal("field_unknown", "Fältet finns inte i formuläret.", field=field)
    return Refusal(fault["type"], fault["msg"], field=field)


def read_json(event: Mapping[str, Any], model: type[M]) -> M:
    """Read a JSON body of a fixed shape, without turning one kind of value into another.

    Raises
    ------
    Refusal
        As `read_fields`, and ``media_type_unknown`` for a form.
    Refusals
        ``field_invalid`` at each field that is missing, unknown or of another kind.
    """
    if media_type(event) != JSON:
        raise Refusal("media_type_unknown", f"Skicka uppgifterna som {JSON}.", status=415)
    try:
        return model.model_validate(read_fields(event), strict=True)
    except ValidationError as error:
        message = "Fältet saknas, är okänt eller har fel sorts värde."
        faults = error.errors(include_url=False, include_input=False)
        refused = (Refusal("field_invalid", message, field=shown_name(str(fault["loc"][0]))) for fault in faults)
        raise Refusals(tuple(refused)) from None
