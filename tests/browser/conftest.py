"""One local system for the room, and Chromium with and without JavaScript."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, Response, sync_playwright

from tests.support.local.local_system import Local, running

ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
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

    def listen(self) -> None:
        """Note what the page reports and loads."""

        def told(message: ConsoleMessage) -> None:
            # A form that is refused is 422.
            if message.type in {"error", "warning"} and "status of" not in message.text:
                self.faults.append(message.text)

        self.page.on("console", told)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("response", lambda response: self.loaded.append(response))  # noqa: PLW0108  # needs a function

    def open_tab(self) -> None:
        """Go on in a new tab of the same browser."""
        self.page = self.context.new_page()
        self.listen()

    @property
    def kept(self) -> str:
        """All that the browser keeps for the site: of the tab, and of the device."""
        found: str = self.page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
        return found

    def file(self, grounds: str = "She has three children.", **more: str) -> None:
        """File a request, from the empty form to the receipt."""
        self.open("/en/request")
        self.fill(grounds, **more)
        self.press("check")
        self.press("send")
        assert self.where == "receipt"

    def back(self) -> str:
        """Go back in the history; return what is shown then, with hidden fields and all that was typed."""
        with suppress(Error):  # an entry that was sent asks before it is sent again, and shows nothing
            self.page.go_back(timeout=5_000)
        typed = "all => all.map(each => each.type == 'radio' ? each.checked && each.id : each.value).join(' ')"
        for _ in range(50):
            with suppress(Error):  # the page is still on its way
                self.page.wait_for_load_state()
                return self.page.content() + str(self.page.eval_on_selector_all("input, textarea", typed))
            self.page.wait_for_timeout(100)
        pytest.fail("the page before did not come")

    @property
    def where(self) -> str:
        """The name of the page that is shown."""
        return self.page.get_attribute("html", "data-page") or ""

    @property
    def step(self) -> int:
        """The number of the step that is shown, from 0; none is hidden without scripts."""
        hidden: list[bool] = self.page.eval_on_selector_all(".step", "all => all.map(each => each.hidden)")
        return hidden.index(False)  # looks for the first that is not

    def reach(self, selector: str) -> Locator:
        """Go on until the step is shown that has a field, as people do with scripts; return the field."""
        self.page.wait_for_load_state()
        field = self.page.locator(selector)
        while not field.is_visible() and self.page.locator("#next").is_visible():
            self.page.click("#next")
        return field

    def fill(self, grounds: str = "She has three children.", **more: str) -> None:
        """Answer the three questions that every request needs, and others of the step of the contact."""
        self.reach("[name='subject.given_name']").fill("Ana")
        self.reach("label[for='requester.role.self']").click()
        for name, value in more.items():
            self.reach(f"[name='{name}']").fill(value)
        self.reach("[name=grounds]").fill(grounds)

    def press(self, action: str) -> None:
        """Press a button of the form that does something."""
        self.reach(f"main button[name=action][value={action}]:not(.usa-sr-only)").click()


def open_visitor(chromium: Browser, site: str, *, scripts: bool, width: int) -> Visitor:
    """Return a visitor, whose context is to be closed."""
    context = chromium.new_context(viewport={"width": width, "height": 640}, java_script_enabled=scripts)
    visitor = Visitor(context, site, context.new_page(), scripts)
    visitor.listen()
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
