"""What a line of the list of pages is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.browser.agency import Agency, Signed
from tests.browser.visits import Visit

NOBODYS = "nobodys-token-nobodys-token-nobodys-token-x"
Visiting = Callable[..., Visit]
Way = Callable[[Agency, Visiting], Visit]


class Shown(NamedTuple):
    """A page in a state."""

    path: str
    state: str
    stage: str
    way: Way
    status: int = 200

    @property
    def name(self) -> str:
        """Its name in the tests and under `build/screens`."""
        first = "/".join(part for part in self.path.split("/") if part and not part.startswith("{"))
        return f"{first.replace('/', '-') or 'start'}-{self.state}"


def goes(path: str | Callable[[Agency], str], who: Signed | None = None) -> Way:
    """Go straight to an address."""

    def way(agency: Agency, visiting: Visiting) -> Visit:
        return visiting(who).go(path if isinstance(path, str) else path(agency))

    return way


def left_without(visit: Visit, field: str, label: str) -> Visit:
    """Post a form of which a hidden field is gone: an error that belongs to nothing that one can fill in."""
    visit.with_scripts().page.evaluate(
        "name => document.querySelectorAll(`[name=${name}]`).forEach(e => e.remove())", field
    )
    return visit.press(label)


def pressing(path: str | Callable[[Agency], str], who: Signed | None, *presses: str, **fields: str) -> Way:
    """Fill in the form at an address and press buttons, one after another."""

    def way(agency: Agency, visiting: Visiting) -> Visit:
        visit = goes(path, who)(agency, visiting).fill(**fields)
        for label in presses:
            visit.press(label)
        return visit

    return way
