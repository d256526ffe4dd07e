"""The worklist by rank, with its filters, and the next case of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from casereview.web.browser import PageAnswer
from desk.visit import Visit

FILTERS: Final = ("lane", "status", "flag", "claimed_by", "overdue", "unclaimed", "office", "cursor")


def show(visit: Visit) -> PageAnswer:
    """Show a page of the worklist."""
    asked = {name: values for name, values in visit.request.query.items() if name in FILTERS and any(values)}
    answer = visit.api.get("/worklist", asked)
    if not answer.ok:
        return visit.failed(answer)
    return visit.show("worklist", items=answer.body["items"], next=answer.body["next"], asked=asked)


def take_next(visit: Visit) -> PageAnswer:
    """Claim the first unclaimed case, and show it."""
    answer = visit.api.post("/worklist/next")
    if answer.status == HTTPStatus.NO_CONTENT:
        return visit.go("worklist", "nothing_left")
    if not answer.ok:
        return visit.failed(answer)
    return visit.go(f"cases/{answer.body['case_id']}", "claimed")
