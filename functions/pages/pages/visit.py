"""One visit of a page: the request, the public API, and what renders the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageRequest
from pages.public_api import ApiRequest, PublicApi
from pages.rendering import Page


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page handler works with."""

    request: PageRequest
    page: Page
    api: PublicApi

    @property
    def form(self) -> dict[str, str]:
        """The fields that were sent."""
        return dict(self.request.form)

    @property
    def at(self) -> datetime:
        """The time of the request."""
        return self.page.at

    def ask(self, request: ApiRequest) -> ApiAnswer:
        """Send a request to the public API, for the visitor and in the language of the page."""
        return self.api.ask(request, self.request.address, self.page.language)
