"""The table of pages, and what answers an address that is none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple

from casereview.web.assets import serve
from casereview.web.browser import PageAnswer, PageRequest
from desk import (
    acts,
    approvals,
    asking,
    case_page,
    deciding,
    duties,
    finding,
    my_day,
    office,
    policies,
    verifying,
    worklist,
)
from desk.gate import Desk, admit, begin, finish, forget_saved, sign_out
from desk.rendering import render
from desk.visit import Visit

Handler = Callable[[Visit], PageAnswer]


class Route(NamedTuple):
    """What answers the two methods of a page."""

    get: Handler | None = None
    post: Handler | None = None


PAGES: Final[Mapping[str, Route]] = {
    "": Route(my_day.show),
    "worklist": Route(worklist.show),
    "next": Route(post=worklist.take_next),
    "find": Route(finding.blank, finding.find),
    "verifications": Route(verifying.show, verifying.check),
    "approvals": Route(approvals.show, approvals.answer),
    "duties": Route(duties.show, duties.end),
    "office": Route(office.show),
    "policies": Route(policies.show),
    "policies/new": Route(policies.blank, policies.send),
    "policies/{policy}": Route(policies.read, policies.act),
    "cases/{case}": Route(case_page.show),
    "cases/{case}/claim": Route(post=case_page.claim),
    "cases/{case}/facts": Route(post=case_page.check_fact),
    "cases/{case}/requests/{receipt}": Route(case_page.show_request),
    "cases/{case}/requests/{receipt}/view": Route(case_page.show_view),
    "cases/{case}/ranking": Route(case_page.show_ranking),
    "cases/{case}/history": Route(case_page.show_history),
    "cases/{case}/texts": Route(case_page.show_texts),
    "cases/{case}/notices": Route(case_page.show_notices),
    "cases/{case}/ask": Route(asking.blank, asking.ask),
    "cases/{case}/decide": Route(deciding.blank, deciding.decide),
    "cases/{case}/{act}": Route(acts.blank, acts.act),
}
"""The pages by their address; of two that fit, the first counts."""
OPEN: Final[Mapping[tuple[str, str], Callable[[Desk, PageRequest, datetime], PageAnswer]]] = {
    ("POST", "sign-in"): begin,
    ("GET", "signed-in"): finish,
    ("GET", "signed-out"): lambda _desk, request, at: render("signed_out", request.prefix, at),
}
"""What answers who has no session, by method and path."""
_CHANGED: Final = HTTPStatus.SEE_OTHER


def answer(desk: Desk, request: PageRequest, at: datetime) -> PageAnswer:
    """Answer a request."""
    if request.path[:1] == ("static",):
        return serve("desk", request.path[-1]) or not_found(request, at)
    open_to_all = OPEN.get((request.method, "/".join(request.path)))
    if open_to_all:
        return open_to_all(desk, request, at)
    visit = admit(desk, request, at)
    if isinstance(visit, PageAnswer):
        return visit
    if request.method == "POST" and request.path == ("sign-out",):
        return sign_out(desk, visit)
    return _dispatch(desk, visit)


def not_found(request: PageRequest, at: datetime) -> PageAnswer:
    """Return the page for an address that is none."""
    return render("not_found", request.prefix, at, HTTPStatus.NOT_FOUND)


def _dispatch(desk: Desk, visit: Visit) -> PageAnswer:
    for pattern, route in PAGES.items():
        places = _places(pattern, visit.request.path)
        if places is None:
            continue
        handler = route.post if visit.request.method == "POST" else route.get
        if handler is None:
            break
        found = handler(replace(visit, places=places))
        if visit.request.method == "POST" and found.status == _CHANGED:
            forget_saved(desk, visit)
        return found
    return not_found(visit.request, visit.at)


def _places(pattern: str, path: tuple[str, ...]) -> dict[str, str] | None:
    """Return the variable parts of a path that fits a pattern; None if it does not."""
    wanted = tuple(part for part in pattern.split("/") if part)
    if len(wanted) != len(path):
        return None
    found = {}
    for part, given in zip(wanted, path, strict=True):
        if part.startswith("{"):
            found[part[1:-1]] = given
        elif part != given:
            return None
    return found
