"""Forms of actions: shown with what a person should know first, read to what the route takes, and shown when refused.

A form is posted to the very route that a program calls. What it says is turned into the JSON that a program would
send, so that there is one way to act and one way to refuse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayRestResolver, Response
from msgspec.structs import replace

from statsbidrag.domain.batches import BATCH, batch_key
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.errors import Conflict, NotFound, Refusal, Refusals, StatsbidragError
from statsbidrag.domain.holds import EVERYTHING, HOLDS, holds_key
from statsbidrag.domain.identifiers import case_number, parse_municipality, parse_round
from statsbidrag.domain.money import parse_amount
from statsbidrag.domain.rounds import ROUND, round_key
from statsbidrag.domain.time import parse_date
from statsbidrag.entry import api, wiring
from statsbidrag.entry.actions import ACTIONS, BY_ROUTE
from statsbidrag.entry.actions.model import Action, Field, Offer
from statsbidrag.entry.bodies import JSON, Fields, read_fields, shown_name
from statsbidrag.entry.callers import CURRENT
from statsbidrag.entry.pages import Fault, Pages, faults, shown

PAGES = Pages()
NEXT = "next"
"""Field of a form: the page of ours to go on to."""
DONE = "klart"
"""Name in an address: the action that was just done."""
TICKED = "ja"
_LOCAL = re.compile(r"handlaggning(/[A-Za-z0-9_-]+)*")
_CHOSEN = re.compile(r"recovery-([0-9]{4})-([0-9]{1,9})")
_NUMBER = re.compile(r"[0-9]{1,15}")

Place = Mapping[str, str]
"""The parts of an address: ``round``, ``municipality``, ``batch``."""


class Target(NamedTuple):
    """An action at a place: ``about`` is the last part of its route, and may be empty."""

    action: Action
    place: Place
    about: str = ""


class Form(NamedTuple):
    """What the page of an action shows.

    Attributes
    ----------
    may, barred
        Whether the caller's role may; whether this very person may not.
    """

    action: Action
    offer: Offer
    path: str
    may: bool
    barred: bool

    @property
    def is_open(self) -> bool:
        """Whether the caller gets the fields."""
        return self.may and not self.barred


def done(event: Mapping[str, Any]) -> str:
    """Give the notice of what was just done, by the action that the address names; empty for anything else."""
    told = (event.get("queryStringParameters") or {}).get(DONE, "")
    return ACTIONS[told].done if told in ACTIONS else ""


def take(app: APIGatewayRestResolver, go_on: Callable[[APIGatewayRestResolver], Response[str]]) -> Response[str]:
    """Let a person's form on to its route as the JSON it stands for; show it again where it is refused."""
    event = app.current_event.raw_event
    action = BY_ROUTE.get(str(event.get("resource")))
    found = action.place(event["path"]) if action else None
    if action is None or found is None:
        return go_on(app)
    target = Target(action, {k: v for k, v in found.items() if k != "about"}, found.get("about", ""))
    fields = read_fields(event)
    back = _way(fields.pop(NEXT, ""), home(target))
    try:
        _turn_into_json(event, read(action, fields))
        go_on(app)
    except (Refusal, Refusals, NotFound, Conflict) as refused:
        api.log_refusal(event, refused)
        return api.page(_shown_again(event, target, fields, refused, back), refused.status)
    return api.see_other(event, f"{back}?{DONE}={action.name}")


def _way(wanted: object, otherwise: str) -> str:
    """Give where to go on to: a page for staff, by its way from the site's root, and never another site."""
    return wanted if isinstance(wanted, str) and _LOCAL.fullmatch(wanted) else otherwise


def home(target: Target) -> str:
    """Give the page of what an action is done to."""
    place = target.place
    if "municipality" in place:
        return f"handlaggning/arende/{place['round']}/{place['municipality']}"
    if "batch" in place:
        return f"handlaggning/batch/{place['batch']}"
    if "round" in place:
        return f"handlaggning/omgang/{place['round']}"
    return "handlaggning/avprickning" if target.action.subject == "entries" else "handlaggning/stopp"


def _turn_into_json(event: dict[str, Any], body: Fields) -> None:
    kept = {name: value for name, value in event["headers"].items() if name.lower() != "content-type"}
    event["headers"] = {**kept, "Content-Type": JSON}
    event["body"], event["isBase64Encoded"] = json.dumps(body), False


# Reading


def read(action: Action, fields: Fields) -> Fields:
    """Read a form to the body that a program would send: an empty field that may be empty is left out.

    Raises
    ------
    Refusals
        Every field that cannot be read, and every one that is not in the form, at its name.
    """
    body: Fields = {}
    refused: list[Refusal] = []
    for field in action.fields:
        try:
            value = _list_of_chosen(fields) if field.kind == "chosen" else _value(field, fields.get(field.name, ""))
        except Refusal as refusal:
            refused.append(Refusal(refusal.code, refusal.message, field=field.name))
        else:
            body |= {} if value is None else {field.name: value}
    known = {field.name for field in action.fields}
    may_choose = any(field.kind == "chosen" for field in action.fields)
    for name in fields.keys() - known:
        if not (may_choose and _CHOSEN.fullmatch(name)):
            refused.append(Refusal("field_unknown", "Fältet finns inte i formuläret.", field=shown_name(name)))
    if refused:
        raise Refusals(tuple(refused))
    return body


def _value(field: Field, sent: object) -> Any:
    from statsbidrag.entry.models import text_of  # noqa: PLC0415 - brings pydantic, which few routes need

    text = text_of(sent)
    if not text and not field.required:
        return None
    if not text:
        say = "Välj ett av alternativen." if field.kind == "choice" else "Fyll i fältet."
        raise Refusal("field_missing", say)
    if field.kind == "kronor":
        return int(parse_amount(text))
    if field.kind == "day":
        parse_date(text, field=field.name)
    if field.kind in ("number", "seen_number"):
        return _number(text)
    if field.kind == "tick" and text != TICKED:
        raise Refusal("field_invalid", "Kryssa i rutan eller lämna den tom.")
    if field.choices and text not in dict(field.choices):
        raise Refusal("field_invalid", "Välj ett av alternativen.")
    return True if field.kind == "tick" else text


def _number(text: object) -> int:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise Refusal("field_invalid", "Skriv ett heltal med bara siffror.")
    return int(text)


def _list_of_chosen(fields: Fields) -> list[Fields]:
    """Give the recoveries that were ticked: the field's name says which, its value what is to be paid back in öre."""
    chosen = [(found, fields[name]) for name in fields if (found := _CHOSEN.fullmatch(name))]
    return [
        {"municipality": found[1], "recovery": int(found[2]), "to_pay_ore": _number(value)} for found, value in chosen
    ]


# Showing


def forms(target: Target) -> list[Form]:
    """Give what the action can be done to now at its place, each with its form.

    Raises
    ------
    NotFound
        The case, batch or round is not there.
    """
    books = wiring.books()
    return offered(target, _state(target), books.now())


def offered(target: Target, state: Any, now: Any) -> list[Form]:
    """Give what an action can be done to in a state that is read already."""
    action, who = target.action, CURRENT.get()
    return [
        Form(
            action,
            offer,
            action.path(target.place, offer.about),
            may=who is not None and who.role in action.roles,
            barred=who is not None and who.subject in offer.barred,
        )
        for offer in action.offers(state, now)
    ]


def _state(target: Target) -> Any:
    books, place = wiring.books(), target.place
    if target.action.subject == "case":
        code = parse_municipality(place["municipality"])
        case = books.state(CASE, case_key(parse_round(place["round"]), code))
        opened(case)
        return case
    if target.action.subject == "batch":
        batch = books.state(BATCH, batch_key(place["batch"])) if place["batch"].startswith("B-20") else None
        if batch is None or batch.status == "new":
            raise NotFound("unknown_batch", "Betalningen finns inte.")
        return batch
    if "round" in place:
        book = books.state(ROUND, round_key(parse_round(place["round"])))
        if book.round is None:
            raise NotFound("unknown_round", "Det finns ingen bidragsomgång med det namnet.")
        return book if target.action.subject == "round" else books.state(HOLDS, holds_key(place["round"]))
    return books.state(HOLDS, holds_key(EVERYTHING)) if target.action.subject == "holds" else None


def page(event: Mapping[str, Any], target: Target) -> Response[str]:
    """Answer with the page of an action: its form, the things that it can be done to, or that it cannot be done now."""
    found = forms(target)
    chosen = [form for form in found if form.offer.about in (target.about, "")] if target.about else found
    form = chosen[0] if len(chosen) == 1 else None
    return api.page(_render(event, target, found, form, form.offer.values if form else {}))


def _shown_again(
    event: Mapping[str, Any],
    target: Target,
    fields: Fields,
    refused: Refusal | Refusals | NotFound | Conflict,
    back: str,
) -> str:
    """Show the form as it was typed beside what is wrong; what was seen is read anew."""
    found = forms(target)
    form = next((form for form in found if form.offer.about == target.about), None)
    labels = target.action.labels
    typed = shown(labels, fields)
    seen = {name: value for name, value in form.offer.values.items() if name not in typed} if form else {}
    chosen = {name: value for name, value in fields.items() if _CHOSEN.fullmatch(name)}
    if chosen and form:
        chosen["total_ore"] = str(fields.get("total_ore", ""))
        form = form._replace(offer=replace(form.offer, facts=(("Valda återkrav", str(len(chosen) - 1)),)))
    told = faults(_at_fields(refused, labels), labels) or (Fault("", "", refused.message),)
    if form is None or not form.is_open:
        told = tuple(each._replace(field="") for each in told)
    return _render(event, target, found, form, {**seen, **chosen, **typed}, told, back)


def _at_fields(refused: StatsbidragError, labels: Mapping[str, str]) -> StatsbidragError:
    """Name the fields of refusals as the form does: the rules say ``waived`` of what is sent as ``waived_ore``."""
    renamed = tuple(
        Refusal(
            each.code,
            each.message,
            field=f"{each.field}_ore" if f"{each.field}_ore" in labels else each.field,
            status=each.status,
        )
        for each in api.refusals(refused)
    )
    return Refusals(renamed)


def _render(
    event: Mapping[str, Any],
    target: Target,
    found: list[Form],
    form: Form | None,
    values: Mapping[str, Any],
    told: tuple[Fault, ...] = (),
    back: str = "",
) -> str:
    year = target.place.get("round", "")
    where = target.place.get("batch") or (f"Bidragsår {year}" if year else "")
    if "municipality" in target.place:
        where = f"Ärende {case_number(parse_round(year), parse_municipality(target.place['municipality']))}"
    return PAGES.render(
        "action.html",
        api.root(event),
        action=target.action,
        form=form,
        found=found,
        values=values,
        faults=told,
        home=home(target),
        back=back or home(target),
        where=where,
        rounds=(year,) if year else (),
    )
