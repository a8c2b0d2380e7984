"""Visits to pages in a real browser: pages run no scripts of their own, and the keyboard can do everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from local.build import ROOT
from local.processes import LOOPBACK
from local.web import HOST
from tests.browser.agency import Agency, Signed

SCREENS = ROOT / "build/screens"
SIZES = {"desktop": (1280, 800), "phone": (320, 640), "zoom": (640, 400)}
"""Width and height in CSS pixels; at 200 per cent, a window of 1280 has 640."""
MOST_STOPS = 120
"""More than any page has."""
_AXE = Axe()
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RULES = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
_ACTIVE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const style = getComputedStyle(e);
  return {
    tag: e.localName, id: e.id, name: e.getAttribute('name') || '', value: e.getAttribute('value') || '',
    text: (e.innerText || '').trim(), href: e.getAttribute('href') || '',
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    place: [...document.querySelectorAll('*')].indexOf(e),
  };
}"""


class Stop(NamedTuple):
    """Where the keyboard stands."""

    tag: str
    id: str
    name: str
    value: str
    text: str
    href: str
    outlined: bool
    place: int


class Visit:
    """Somebody's browser with one page.

    Scripts are off until `with_scripts`: what a person does here is done without them.

    Parameters
    ----------
    who
        Who has signed in; nobody when None.
    """

    def __init__(self, browser: Browser, agency: Agency, who: Signed | None = None) -> None:
        self.agency = agency
        self._context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="sv-SE")
        self._context.set_default_timeout(60_000)
        self.page: Page = self._context.new_page()
        self._debugger = self._context.new_cdp_session(self.page)
        self._debugger.send("Emulation.setScriptExecutionDisabled", {"value": True})
        self.complaints: list[str] = []
        self._documents: list[Response] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", self._watch)
        self.page.on("response", self._note)
        if who is not None:
            sign_in(self, who)

    def close(self) -> None:
        """Close the browser's window and forget who was signed in."""
        self._context.close()

    @property
    def status(self) -> int:
        """The status of the page that is shown."""
        return self._documents[-1].status

    @property
    def path(self) -> str:
        """The address that is shown, without the site."""
        return urlsplit(self.page.url).path

    def go(self, path: str) -> Visit:
        """Open an address of the site."""
        self.page.goto(f"{self.agency.site}{path}")
        return self

    def fill(self, **values: str) -> Visit:
        """Fill in fields by name: texts, the choice of a list or group, or a tick."""
        for name, value in values.items():
            if self.page.locator(f"select[name='{name}']").count():
                self.page.select_option(f"select[name='{name}']", value)
                continue
            field = self.page.locator(f"[name='{name}']:not([type='hidden'])")
            kind = field.first.get_attribute("type")
            if kind in ("radio", "checkbox"):
                self.page.locator(f"[name='{name}'][value='{value}']").check()
            else:
                field.fill(value)
        return self

    def attach(self, content: bytes, name: str = "intyg.pdf", kind: str = "application/pdf") -> Visit:
        """Choose a file in the only field for files."""
        self.page.set_input_files("input[type=file]", {"name": name, "mimeType": kind, "buffer": content})
        return self

    def press(self, label: str) -> Visit:
        """Press a button by its words."""
        self.page.get_by_role("button", name=label, exact=True).click()
        return self

    def with_scripts(self) -> Visit:
        """Let the tests' own scripts run on the page that is shown, once it is all there."""
        self.page.wait_for_load_state()
        self._debugger.send("Emulation.setScriptExecutionDisabled", {"value": False})
        return self

    def resize(self, size: str) -> None:
        """Take the window to one of the sizes."""
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})

    def photograph(self, name: str) -> None:
        """Keep what is seen."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png", full_page=True)

    def axe(self) -> list[str]:
        """Give what axe-core finds wrong, one line each."""
        found = _AXE.run(self.page, options=_RULES).response["violations"]
        return [f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']]}" for each in found]

    # The keyboard

    def keys(self, *keys: str) -> Visit:
        """Press keys, one after another."""
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def send(self, key: str) -> Visit:
        """Press the button that has the focus, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.keys(key)
        return self

    def stop(self) -> Stop | None:
        """Tell where the keyboard stands."""
        found: dict[str, Any] | None = self.page.evaluate(_ACTIVE)
        return Stop(**found) if found else None

    def tab_to(self, *, name: str = "", text: str = "", key: str = "Tab") -> Stop:
        """Press Tab until the field of that name, or the link or button of that text, has the focus, and shows it."""
        for _ in range(MOST_STOPS):
            self.keys(key)
            stop = self.stop()
            if stop is None:
                continue
            assert stop.outlined, f"{stop} has the focus and does not show it"
            if (name and stop.name == name) or (text and stop.text == text):
                return stop
        raise AssertionError(f"the keyboard does not reach {name or text} on {self.path.split('/')[1]}")

    def type_in(self, name: str, text: str) -> Visit:
        """Replace what a field holds, by keyboard."""
        self.tab_to(name=name)
        self.keys("Control+A", "Delete")
        self.page.keyboard.type(text)
        return self

    def follow(self, text: str) -> Visit:
        """Go by keyboard to the link or button of that text, and on to where it leads."""
        self.tab_to(text=text)
        return self.send("Enter")

    def save(self) -> bytes:
        """Follow the link that has the focus to a file, and give what is saved."""
        with self.page.expect_download() as download:
            self.keys("Enter")
        return Path(download.value.path()).read_bytes()

    # What is read

    def says(self, *texts: str) -> None:
        """Insist that the page says this."""
        seen = " ".join(self.page.locator("main").inner_text().split())
        for text in texts:
            assert text in seen, f"{text!r} is not said on the page:\n{seen}"

    def is_titled(self, title: str) -> None:
        """Insist on how the title begins, and that the browser had nothing to complain of."""
        assert self.page.title().startswith(title), self.page.title()
        assert not self.complaints

    @property
    def fault(self) -> str:
        """The words of the one fault in the summary."""
        return self.page.locator(".summary a").inner_text().strip()

    # What the browser tells

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser calls the status of an expected refusal an error of loading.
        if message.type in ("error", "warning") and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme != "data" and address.hostname not in (HOST, LOOPBACK):
            self.complaints.append(f"a request that leaves the machine: {address.scheme}://{address.hostname}")

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._documents.append(response)


def sign_in(visit: Visit, who: Signed) -> None:
    """Sign in at the identity provider somebody who can act in one way, and then does."""
    identify(visit, who.subject)
    assert visit.path == "/tillganglighet", visit.page.locator("main").inner_text()


def identify(visit: Visit, subject: str) -> Visit:
    """Ask to sign in, and choose whom to be on the provider's page."""
    page = visit.go("/logga-in?till=/tillganglighet").page
    if page.locator(f"button[value='{subject}']").count():
        page.locator(f"button[value='{subject}']").click()
    else:
        page.select_option("select[name=sub]", subject)
        page.locator("form:has(select) button").click()
    return visit
