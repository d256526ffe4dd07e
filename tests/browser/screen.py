"""Chromium shows pages of a site in memory: what one looks like in every state, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from casereview.schema.languages import Language
from tests.support.site import Shown, Site
from tests.support.site_pages import every_page
from tests.support.system import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

ADDRESS = "https://site.test"
HERE = Path(__file__).parent
AXE = HERE.parents[1] / "infra/styles/node_modules/axe-core/axe.min.js"


@dataclass
class Screen:
    """A window on a site, which shows answers that were made before."""

    page: Page
    site: Site
    shown: Mapping[str, Shown] = field(default_factory=dict)
    """The page of each name."""

    def show(self, name: str) -> Page:
        """Show a page by its name."""
        self.page.goto(f"{ADDRESS}/{name}")
        return self.page

    def answer(self, route: Route) -> None:
        """Answer a request of the browser."""
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if path.endswith("/form.js"):  # all of the form is looked at, as without scripts, and not one step
            route.fulfill(body="", content_type="text/javascript")
            return
        known = {f"/{name}".replace(" ", "%20"): shown for name, shown in self.shown.items()}
        found = known.get(path) or self.site.read(path)
        # The policy is what other tests are about; here the measures are scripts of the test.
        headers = {name: value for name, value in found.headers.items() if name != "Content-Security-Policy"}
        route.fulfill(status=found.status, headers=headers, body=found.html)

    def measure(self, name: str) -> Any:  # noqa: ANN401  # what a script returns
        """Return what a measure finds on the page that is shown."""
        return self.page.evaluate(f"measures.{name}()")

    def size(self, width: int, height: int = 640) -> None:
        """Give the window another size."""
        self.page.set_viewport_size({"width": width, "height": height})


@contextmanager
def screen(chromium: Browser, language: Language) -> Iterator[Screen]:
    """Open a window on every page of a language."""
    with running("memory") as system, closing(chromium.new_context(bypass_csp=True)) as context:
        site = Site(system)
        found = Screen(context.new_page(), site, dict(every_page(site, language)))
        context.add_init_script(path=HERE / "measures.js")
        context.add_init_script(path=AXE)
        context.route("**/*", found.answer)
        yield found
