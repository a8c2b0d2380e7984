"""What an action of staff is: its name, its route, its fields, and on what it is possible now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.commands import CaseCommand
from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.entry.rights import RIGHTS, ROLE_NAMES, STAFF, Roles

CASE_ROUTE = "/rounds/{round}/municipalities/{municipality}"
_PLACES = frozenset({"round", "municipality", "batch"})

FieldKind = Literal["text", "line", "kronor", "day", "choice", "tick", "number", "seen", "seen_number", "chosen"]
"""``kronor`` is öre once read. What is ``seen`` is not typed: it says what the person saw, so nothing else is done.

``chosen`` is a list of recoveries, each in a field of its own.
"""
Choices = tuple[tuple[str, str], ...]


class Field(msgspec.Struct, frozen=True):
    """One field, by the name that it has in the route's body.

    Attributes
    ----------
    help
        What to write, in a sentence.
    choices
        Value and Swedish label; an offer may have its own.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    help: str = ""
    required: bool = True
    choices: Choices = ()


REASON = Field("reason", "Skäl", help="Skälet står i ärendets händelser. Skriv inget om enskilda personer.")


class Offer(msgspec.Struct, frozen=True):
    """One thing that the action can be done to now.

    Attributes
    ----------
    about
        The last part of the route: the number of a recovery, a payout's id …; empty where the route has none.
    what
        What it is, in Swedish; empty where it is the whole case, round or batch.
    facts
        What a person should see before doing it.
    values
        What the form holds at first, and what is ``seen``.
    barred
        Who may not, since they prepared or proposed it.
    choices
        By field, where they depend on the state.
    """

    about: str = ""
    what: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, str] = {}
    barred: tuple[str, ...] = ()
    choices: Mapping[str, Choices] = {}


Offers = Callable[[Any, datetime], Iterable[Offer]]
Subject = Literal["case", "batch", "round", "holds", "entries"]
"""Whose state says whether it is possible."""


class Action(msgspec.Struct, frozen=True):
    """One thing that staff can do.

    Attributes
    ----------
    name
        In addresses: ``bered-beslut``.
    title
        What the button says.
    text
        What it does and what follows, in a sentence or two.
    done
        What is said when it is done.
    route
        Where it is posted, as the API names it.
    offers
        On what it is possible, given the subject's state and the time.
    """

    name: str
    title: str
    text: str
    done: str
    route: str
    subject: Subject
    offers: Offers
    fields: tuple[Field, ...] = ()

    @property
    def roles(self) -> Roles:
        """Who of staff may, by the one table of rights."""
        return RIGHTS[self.route]["POST"] & STAFF

    @property
    def who(self) -> str:
        """Who may, in Swedish: ``handläggare eller attestant``."""
        return " eller ".join(ROLE_NAMES[role].lower() for role in ROLE_NAMES if role in self.roles)

    @property
    def labels(self) -> dict[str, str]:
        """The fields that a person types in, by name."""
        return {field.name: field.label for field in self.fields if not field.kind.startswith("seen")}

    def place(self, path: str) -> dict[str, str] | None:
        """Give the parts of a path that is this route's: ``round``, ``municipality``, ``batch`` and ``about``."""
        names = re.findall(r"\{([a-z]+)\}", self.route)
        pattern = re.sub(r"\{[a-z]+\}", "([^/]+)", self.route)
        found = re.fullmatch(pattern, path)
        if found is None:
            return None
        parts = zip(names, found.groups(), strict=True)
        return {name if name in _PLACES else "about": value for name, value in parts}

    def path(self, place: Mapping[str, str], about: str) -> str:
        """Give the path to post to, from the root of the site and without a slash before it."""

        def fill(match: re.Match[str]) -> str:
            return place[match[1]] if match[1] in _PLACES else about

        return re.sub(r"\{([a-z]+)\}", fill, self.route).lstrip("/")


def possible(case: Case, command: CaseCommand, now: datetime) -> bool:
    """Tell whether the rules would take a command and change something by it: the one answer to what is possible."""
    try:
        return bool(CASE.decide(case, command, now))
    except (Refusal, NotFound):
        return False


def only(*offers: Offer) -> Sequence[Offer]:
    """Give what is offered whatever the state is."""
    return offers


def person(name: str) -> str:
    """Name who did something, for staff: a function of ours is the system."""
    return "systemet" if name.startswith("system:") else name
