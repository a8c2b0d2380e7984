"""Pages for people: server-rendered Swedish HTML that works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from statsbidrag.domain.counts import counted
from statsbidrag.domain.errors import StatsbidragError
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.report_form import condition_text
from statsbidrag.domain.terms import Question
from statsbidrag.domain.time import format_date, format_instant, swedish_date
from statsbidrag.entry.api import Problem, refusals
from statsbidrag.entry.callers import CURRENT
from statsbidrag.entry.rights import ROLE_NAMES

_HERE = Path(__file__).parent
STYLE = (_HERE / "style.css").read_text(encoding="utf-8")
"""The one stylesheet, served at ``/stil.css``."""


class Row(NamedTuple):
    """One line of a summary: what it is called and what it says."""

    label: str
    value: str


class Fault(NamedTuple):
    """What is wrong with a form; ``field`` and its ``label`` are empty where it belongs to no field."""

    field: str
    label: str
    message: str


def plain_number(amount: Ore) -> str:
    """Write an amount as people type it in a field: ``461 836``."""
    return format_kronor(amount).removesuffix("\u00a0kronor").replace("\u00a0", " ")


def unbroken(text: str) -> Markup:
    """Keep a number on one line: a browser may break it after its hyphen."""
    return Markup('<span class="unbroken">{}</span>').format(text)


def _help(question: Question, questions: Sequence[Question]) -> str:
    """Give a question's help, and when it is asked: without a script every question stands on the page."""
    condition = question.asked_if
    told = f"{condition_text(condition, questions)}." if condition else ""
    return f"{told} {question.help}".strip()


def _last_day(closes_at: datetime) -> str:
    """Write the last day that still is in time; ``closes_at`` is the first instant that is too late."""
    return format_date(swedish_date(closes_at - timedelta(microseconds=1)))


class Pages:
    """The templates of one function beside those that all share.

    Parameters
    ----------
    own
        The function's template folder; without one, only the shared templates.
    """

    def __init__(self, own: Path | None = None) -> None:
        folders = [_HERE / "pages"] if own is None else [own, _HERE / "pages"]
        self._environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= {
            "counted": counted,
            "kronor": format_kronor,
            "number": plain_number,
            "unbroken": unbroken,
            "day": format_date,
            "instant": format_instant,
            "last_day": _last_day,
            "help": _help,
        }

    def render(self, template: str, root: str, **context: Any) -> str:
        """Render a page; ``root`` is the relative way to the site's root. A missing value is an error."""
        shared = {"faults": (), "caller": CURRENT.get(), "role_names": ROLE_NAMES}
        return self._environment.get_template(template).render(root=root, **shared | context)

    def error(self, problem: Problem, root: str) -> str:
        """Render the page of a problem."""
        return self.render("error.html", root, problem=problem)


def faults(error: StatsbidragError, labels: Mapping[str, str]) -> tuple[Fault, ...]:
    """Give what the summary of a form's faults lists; what belongs to no field of the form is listed by itself."""
    return tuple(_fault(each.field or "", each.message, labels) for each in refusals(error))


def _fault(field: str, message: str, labels: Mapping[str, str]) -> Fault:
    return Fault(field, labels[field], message) if field in labels else Fault("", field, message)


def shown(names: Iterable[str], fields: Mapping[str, Any]) -> dict[str, str]:
    """Give a form's fields as they were typed, to show them again; what was not sent is empty."""
    sent = {name: fields.get(name, "") for name in names}
    return {name: value if isinstance(value, str) else "" for name, value in sent.items()}
