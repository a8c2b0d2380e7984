"""Every page in every state can be read and used: by eye, large or small, by keyboard, and by a screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from statsbidrag.entry.api import HTML
from tests.browser.agency import Agency
from tests.browser.callers import DESCRIPTION
from tests.browser.shown import ENGLISH, SHOWN, UNREACHED
from tests.browser.visits import MOST_STOPS, Stop, Visit
from tests.browser.ways import Shown

_OUTLINE = """() => ({
  lang: document.documentElement.lang,
  title: document.title,
  headings: [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => Number(h.localName[1])),
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  active: [...document.querySelectorAll('*')].filter(e => e.localName === 'script'
    || [...e.attributes].some(a => a.name.startsWith('on') || a.name === 'style' || /^javascript:/i.test(a.value)))
    .map(e => e.outerHTML.slice(0, 80)),
  statement: document.querySelector('footer a[href$="tillganglighet"]') !== null,
  unlabelled: [...document.querySelectorAll('input:not([type=hidden]),textarea,select')]
    .filter(e => !e.labels.length).map(e => e.name),
  faults: [...document.querySelectorAll('[aria-invalid=true]')].map(e => e.name || e.id || e.localName),
  summary: [...document.querySelectorAll('.summary a')].map(e => e.getAttribute('href').slice(1)),
})"""
_TOO_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? ['more than the window', ...[...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5)
    .map(e => e.outerHTML.slice(0, 100))] : []"""
_MOVING = """() => document.getAnimations().length + [...document.querySelectorAll('*')]
  .filter(e => getComputedStyle(e).transitionDuration.split(',').some(t => parseFloat(t) > 0)).length"""

_PLACES = """() => [...document.querySelectorAll(
  'input:not([type=hidden]):not([type=radio]), textarea, select, button, a[href], summary')]
  .filter(e => e.localName === 'summary' || !e.closest('details:not([open])')).length"""


@pytest.mark.parametrize(
    "shown",
    [pytest.param(each, marks=pytest.mark.at(each.stage), id=each.name) for each in SHOWN],
)
def test_the_page_can_be_read_and_used_by_everyone(agency: Agency, visit: Callable[..., Visit], shown: Shown) -> None:
    seen = shown.way(agency, visit)
    assert seen.status == shown.status
    seen.with_scripts()
    wrong = [*_structure(seen, shown), *_sizes(seen, shown.name), *_preferences(seen, shown.name), *_keyboard(seen)]
    assert not wrong + seen.complaints


_SPOILED = """() => {
  const make = (name, text) => Object.assign(document.createElement(name), {textContent: text});
  document.documentElement.lang = 'en';
  document.title = 'Rekvirera';
  document.querySelector('h2').replaceWith(make('h4', 'En rubrik'));
  document.querySelector('label[for=amount]').remove();
  const wide = make('p', 'ord '.repeat(100));
  wide.style.whiteSpace = 'nowrap';
  document.querySelector('main').append(wide);
  document.querySelector('button.primary').style.outline = 'none';
  document.querySelector('footer a').tabIndex = -1;
}"""


@pytest.mark.at("open")
def test_a_page_that_is_spoiled_is_seen_to_be(agency: Agency, visit: Callable[..., Visit]) -> None:
    shown = next(each for each in SHOWN if each.name == "rekvisition-form")
    seen = shown.way(agency, visit).with_scripts()
    seen.page.evaluate(_SPOILED)
    found = "\n".join([*_structure(seen, shown), *_sizes(seen, "spoiled"), *_keyboard(seen)])
    for part in (
        "its language is 'en'",
        "its title is 'Rekvirera'",
        "its headings leave levels out",
        "it holds what its policy forbids",
        "fields without a label: ['amount']",
        "it scrolls sideways at the size of phone",
        "phone: label:",
        "the focus is not seen at",
        "the keyboard reaches",
    ):
        assert part in found, part


def _structure(seen: Visit, shown: Shown) -> Iterator[str]:
    outline: dict[str, Any] = seen.page.evaluate(_OUTLINE)
    if outline["lang"] != ("en" if shown.path == ENGLISH else "sv"):
        yield f"its language is {outline['lang']!r}"
    if not re.fullmatch(r"(Fel: )?\S.+ – Statsbidrag", outline["title"]):
        yield f"its title is {outline['title']!r}"
    if outline["title"].startswith("Fel: ") != (shown.status >= 400):
        yield f"its title does not tell whether something is wrong: {outline['title']!r}"
    headings = outline["headings"]
    if headings.count(1) != 1:
        yield f"it has {headings.count(1)} headings of the first level"
    if any(below > above + 1 for above, below in pairwise(headings)):
        yield f"its headings leave levels out: {headings}"
    if len(set(outline["ids"])) < len(outline["ids"]):
        yield "two elements have the same id"
    if outline["active"]:
        yield f"it holds what its policy forbids: {outline['active']}"
    if not outline["statement"]:
        yield "it does not lead to the accessibility statement"
    if outline["unlabelled"]:
        yield f"fields without a label: {outline['unlabelled']}"
    if outline["faults"] and not outline["summary"]:
        yield "its faults are not summed up"
    missing = set(outline["summary"]) - set(outline["ids"])
    if missing:
        yield f"the summary leads to nothing: {missing}"


def _sizes(seen: Visit, name: str) -> Iterator[str]:
    for size in ("desktop", "phone", "zoom"):
        seen.resize(size)
        if too_wide := seen.page.evaluate(_TOO_WIDE):
            yield f"it scrolls sideways at the size of {size}: {too_wide}"
        if size != "zoom":
            yield from (f"{size}: {found}" for found in seen.axe())
        seen.photograph(f"{name}-{size}")


def _preferences(seen: Visit, name: str) -> Iterator[str]:
    seen.resize("desktop")
    seen.page.emulate_media(reduced_motion="reduce")
    if seen.page.evaluate(_MOVING):
        yield "something moves though less motion is asked for"
    seen.page.emulate_media(reduced_motion="no-preference", forced_colors="active")
    yield from (f"forced colours: {found}" for found in seen.axe())
    seen.photograph(f"{name}-forced")
    seen.page.emulate_media(forced_colors="none")


def _keyboard(seen: Visit) -> Iterator[str]:
    """Go through the page by Tab alone, from the skip link at its top to the statement at its end."""
    seen.page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0)")
    stops: list[Stop] = []
    for _ in range(MOST_STOPS):
        stop = seen.keys("Tab").stop()
        if stop is None or (stops and stop.place <= stops[0].place):
            break
        stops.append(stop)
    else:
        yield "the keyboard does not come to the end of the page"
    if not stops or stops[0].href != "#innehall":
        yield "the first stop is not the link to the content"
        return
    if any(after.place <= before.place for before, after in pairwise(stops)):
        yield "the order of the keyboard is not the order of the page"
    yield from (f"the focus is not seen at {stop}" for stop in stops if not stop.outlined)
    reached = {(stop.tag, stop.id) for stop in stops}
    fields = seen.page.evaluate(_PLACES)
    groups = len({r.get_attribute("name") for r in seen.page.locator("input[type=radio]").all()})
    scrolled = sum(stop.tag in ("div", "section") for stop in stops)
    if len(stops) - scrolled != fields + groups:
        yield f"the keyboard reaches {len(stops) - scrolled} of {fields + groups} places: {reached}"
    seen.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    seen.keys("Tab", "Enter")
    if seen.page.evaluate("document.activeElement.id") != "innehall":
        yield "the link to the content does not lead there"


def _routes_for_people() -> Iterator[tuple[str, str]]:
    """Give path and status of every page that the API describes."""
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            if method not in ("get", "post"):
                continue
            answers = operation["responses"]
            if any("application/json" in answer.get("content", {}) for answer in answers.values()):
                continue  # for programs; a person who strays there is told in the same words
            yield from ((path, status) for status, answer in answers.items() if HTML in answer.get("content", {}))


def test_every_page_that_the_api_describes_is_on_the_list() -> None:
    described = set(_routes_for_people())
    listed = {(shown.path, str(shown.status)) for shown in SHOWN}
    refused = {shown.path for shown in SHOWN if shown.status >= 400}
    missing = {
        (path, status)
        for path, status in described
        if (path, status) not in listed and not (status == "default" and path in refused)
    }
    assert missing == set(UNREACHED)
    assert {path for path, _ in listed} <= {path for path, _ in described}


def test_each_state_has_a_name_of_its_own() -> None:
    names = [shown.name for shown in SHOWN]
    assert len(set(names)) == len(names)
