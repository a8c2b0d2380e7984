"""The browser and the agency that the tests of pages share; tests are taken in the order of the round's stages."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from local.mailbox import Mailbox
from local.provider import Provider
from local.stack import Stack
from local.web import HOST
from tests.browser.agency import STAGES, Agency, Signed, agency_on
from tests.browser.visits import Visit

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
]  # fmt: skip
_HERE = Path(__file__).parent
NONE_FOUND = f"no browser was found (looked for {', '.join(BROWSERS)})"

Visiting = Callable[..., Visit]


def _found() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "at(stage): the stage of the round at which the test is made")


def _stage(item: pytest.Item) -> int:
    mark = item.get_closest_marker("at")
    return STAGES.index(mark.args[0]) if mark else -1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [number for number, item in enumerate(items) if item.path.parent == _HERE]
    in_order = sorted((items[number] for number in ours), key=_stage)
    for number, item in zip(ours, in_order, strict=True):
        items[number] = item
        item.add_marker(pytest.mark.embedded)
        if _found() is None and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=NONE_FOUND))


@pytest.fixture(scope="session")
def browser(stack: Stack) -> Iterator[Browser]:
    """Debian's Chromium, or whichever is on the path. It finds the site on the port of the stack, and nothing else."""
    found = f"MAP {HOST}:80 {urlsplit(stack.endpoint).netloc}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        flags = [*_FLAGS, f"--host-resolver-rules={found}"]
        browser = playwright.chromium.launch(executable_path=_found(), args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def standing(
    stack: Stack, mailbox: Mailbox, identities: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Agency]:
    """The agency at whichever stage it has come to."""
    with agency_on(stack, mailbox, identities, tmp_path_factory.mktemp("agency")) as agency:
        yield agency


@pytest.fixture
def agency(request: pytest.FixtureRequest, standing: Agency) -> Agency:
    """The agency at the stage that the test is marked with."""
    mark = request.node.get_closest_marker("at")
    assert mark, "mark the test with a stage"
    standing.reach(mark.args[0])
    return standing


@pytest.fixture
def visit(browser: Browser, agency: Agency) -> Iterator[Visiting]:
    """Opens browsers, for somebody who has signed in or for nobody; they are closed after the test."""
    opened: list[Visit] = []

    def visiting(who: Signed | None = None) -> Visit:
        opened.append(Visit(browser, agency, who))
        return opened[-1]

    yield visiting
    for each in opened:
        each.close()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and NONE_FOUND in str(report.longrepr):
        _SKIPPED.append(report.nodeid)


_SKIPPED: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _SKIPPED:
        terminalreporter.section("NO BROWSER: THE PAGES WERE NOT LOOKED AT", red=True, bold=True)
        terminalreporter.line(f"{len(_SKIPPED)} tests were skipped: {NONE_FOUND}.", red=True)
        terminalreporter.line("On Debian: apt-get install chromium. Then: make test ARGS=tests/browser", red=True)
