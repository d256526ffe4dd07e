"""My day: what waits for its user, by the time that is left, and counts of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from casereview.web.browser import PageAnswer
from desk import words
from desk.visit import Visit

MOST_LINES: Final = 15
_BACK: Final = ("answer_arrived", "remanded", "reopened")
"""Flags that say why a case came back."""


class Line(NamedTuple):
    """Something to do."""

    by: str | None
    """By when, if there is a time."""
    why: str
    case: str
    path: str
    """The page on which it is done."""
    overdue: bool


def show(visit: Visit) -> PageAnswer:
    """Show what waits for the user."""
    if visit.me["user"] is None:
        return visit.failed(visit.api.get("/me"))
    lines = sorted(_lines(visit), key=lambda line: (line.by is None, line.by or ""))
    return visit.show("my_day", lines=lines[:MOST_LINES], more=max(0, len(lines) - MOST_LINES))


def _lines(visit: Visit) -> Iterator[Line]:
    if visit.has("officer", "supervisor", "sro"):
        for item in _items(visit, "/worklist", {"claimed_by": "me"}):
            yield Line(item["target_by"], _why_held(item), item["case_id"], f"cases/{item['case_id']}", item["overdue"])
    if visit.has("officer", "supervisor"):
        for item in _items(visit, "/verifications"):
            why = f"Verify: {words.said(item['role'], words.ROLES)}"
            overdue = item["verify_by"] < visit.at.isoformat()
            yield Line(item["verify_by"], why, item["case_id"], "verifications", overdue)
        for item in _items(visit, "/duties"):
            yield Line(item["due"], words.said(item["kind"], words.DUTIES), item["case_id"], "duties", item["overdue"])
    if visit.has("policy"):
        yield from _drafts(visit)
    if visit.has("supervisor", "sro"):
        for item in _items(visit, "/approvals"):
            yield Line(item["due"], "Approve a decision", item["case_id"], "approvals", item["overdue"])


def _drafts(visit: Visit) -> Iterator[Line]:
    answer = visit.api.get("/policies", {"limit": "100"})
    for policy in answer.body.get("policies", ()):
        if policy["state"] in {"draft", "previewed"}:
            why = "Your draft" if policy["author"] == visit.session.user else "Approve or refuse a draft"
            yield Line(None, f"{why}: {policy['title']}", "", f"policies/{policy['policy_id']}", overdue=False)


def _why_held(item: Mapping[str, Any]) -> str:
    back = [words.said(flag, words.FLAGS) for flag in _BACK if flag in item["flags"]]
    return "; ".join(back) or f"Yours: {words.said(item['status'], words.STATUSES)}"


def _items(visit: Visit, path: str, query: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    answer = visit.api.get(path, query)
    return list(answer.body.get("items", ())) if answer.ok else []
