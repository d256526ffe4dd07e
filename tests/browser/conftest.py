"""One local system for the room, and Chromium with and without JavaScript."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, sync_playwright

from tests.support.local.local_system import Local, running

ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local system, empty at first, that logs as much as it can."""
    with running(tmp_path_factory.mktemp("local"), PARAMETERS="LogLevel=DEBUG") as found:
        yield found


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "make test-browser installs Chromium"
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=path, args=ARGUMENTS)) as browser,
    ):
        yield browser


@dataclass
class Visitor:
    """A person with a browser of their own, who sees every error that it reports."""

    context: BrowserContext
    site: str
    page: Page
    scripts: bool
    faults: list[str] = field(default_factory=list)
    loaded: list[Response] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(self.site + path)
        return self.page


def open_visitor(chromium: Browser, site: str, *, scripts: bool, width: int) -> Visitor:
    """Return a visitor, whose context is to be closed."""
    context = chromium.new_context(viewport={"width": width, "height": 640}, java_script_enabled=scripts)
    visitor = Visitor(context, site, context.new_page(), scripts)

    def told(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "status of" not in message.text:  # a form that is refused is 422
            visitor.faults.append(message.text)

    visitor.page.on("console", told)
    visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    visitor.page.on("response", lambda response: visitor.loaded.append(response))  # noqa: PLW0108  # needs a function
    return visitor


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, local: Local) -> Iterator[Visitor]:
    """A visitor on a small phone; no error may be reported."""
    found = open_visitor(chromium, local.site, scripts=request.param, width=360)
    with closing(found.context):
        yield found
        assert found.faults == []


@pytest.fixture
def reader(chromium: Browser, local: Local) -> Iterator[Visitor]:
    """A visitor with scripts, for whom the tests measure pages."""
    found = open_visitor(chromium, local.site, scripts=True, width=320)
    with closing(found.context):
        yield found
        assert found.faults == []
