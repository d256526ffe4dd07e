"""Decisions that await an approval: the facts and what changed before the author's outcome, each approval a line."""

from __future__ import annotations

from urllib.parse import quote

from casereview.web.browser import PageAnswer
from desk.queues import show_queue
from desk.visit import Visit


def show(visit: Visit) -> PageAnswer:
    """Show the queue."""
    return show_queue(visit, "approvals")


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
        return show_queue(visit, "approvals", found)
    if found.body["returned"] or not body["approve"]:
        return visit.go("approvals", "returned")
    return visit.go("approvals", "final" if found.body["decided"] else "approved")
