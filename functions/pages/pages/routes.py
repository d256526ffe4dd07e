"""The table of pages, and what answers an address that is none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple

from casereview.web.assets import serve
from casereview.web.browser import PageAnswer, PageRequest, redirect
from pages import acts, filing, languages, several, status, texts
from pages.pair import blank, with_pair
from pages.public_api import PublicApi
from pages.rendering import Page
from pages.visit import Visit

Handler = Callable[[Visit], PageAnswer]


class Route(NamedTuple):
    """What answers the two methods of a page."""

    get: Handler
    post: Handler | None = None


PAGES: Final[Mapping[str, Route]] = {
    "": Route(texts.start),
    "request": Route(filing.blank, filing.act),
    "status": Route(blank, with_pair(status.show)),
    "update": Route(blank, with_pair(acts.update)),
    "escalation": Route(blank, with_pair(acts.escalate)),
    "withdrawal": Route(blank, with_pair(acts.withdraw)),
    "several": Route(several.blank, several.look_up),
    "office": Route(acts.office, acts.office),
    "near": Route(texts.near, texts.near),
    "notice": Route(texts.notice),
    "statistics": Route(texts.statistics),
    "help": Route(texts.help_page),
    "paper": Route(texts.paper),
    "privacy": Route(texts.privacy),
    "accessibility": Route(texts.accessibility),
}
"""The pages of each language by their address below it."""
NEUTRAL: Final = "https://www.weather.gov/"
"""Where leaving leads: a site that tells nothing about who opens it."""


def answer(request: PageRequest, api: PublicApi, at: datetime) -> PageAnswer:
    """Answer a request."""
    match request.path:
        case ():
            return redirect(f"{request.prefix}/{languages.preferred(request.accept_language)}/")
        case ("status",):
            return redirect(f"{request.prefix}/{languages.preferred(request.accept_language)}/status")
        case ("leave",):
            return redirect(NEUTRAL, **{"Clear-Site-Data": '"cache", "storage"'})
        case ("static", _, name):
            return serve("pages", name) or not_found(request, at)
    name = "/".join(request.path[1:])
    route, language = PAGES.get(name), languages.find(request.path[0])
    if language is None or route is None:
        return not_found(request, at)
    act = route.post if request.method == "POST" and route.post else route.get
    return act(Visit(request, Page(request.prefix, language, at, name), api))


def not_found(request: PageRequest, at: datetime) -> PageAnswer:
    """Return the page for an address that is none, in the language of the address, else of the browser."""
    return _plain(request, at).show("not_found", HTTPStatus.NOT_FOUND)


def failed(request: PageRequest, at: datetime) -> PageAnswer:
    """Return the page for an error of the site itself."""
    return _plain(request, at).show("failed", HTTPStatus.INTERNAL_SERVER_ERROR)


def _plain(request: PageRequest, at: datetime) -> Page:
    named = languages.find(request.path[0]) if request.path else None
    return Page(request.prefix, named or languages.preferred(request.accept_language), at)
