"""Decisions that await an approval: the facts and what changed before the author's outcome, each approval a line."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk.visit import Visit


def show(visit: Visit) -> PageAnswer:
    """Show the queue."""
    return _queue(visit)


def answer(visit: Visit) -> PageAnswer:
    """Approve a decision, or return it to its author."""
    form = visit.form
    body = {
        "approval": form.get("approval"),
        "approve": form.get("verdict") == "approve",
        "why": form.get("why", ""),
    }
    found = visit.api.post(f"/cases/{quote(form.get('case', ''), safe='')}/approval", body)
    if not found.ok:
        return _queue(visit, found)
    if found.body["returned"] or not body["approve"]:
        return visit.go("approvals", "returned")
    return visit.go("approvals", "final" if found.body["decided"] else "approved")


def _queue(visit: Visit, problem: ApiAnswer | None = None) -> PageAnswer:
    cursor = next(iter(visit.request.query.get("cursor", ())), None)
    found = visit.api.get("/approvals", {"cursor": cursor} if cursor else None)
    if not found.ok:
        return visit.failed(found)
    status = problem.status if problem else HTTPStatus.OK
    return visit.show("approvals", status, items=found.body["items"], next=found.body["next"], problem=problem)
