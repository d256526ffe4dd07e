"""Verify who stands behind the requests of the office: the earliest first, requests of one kind together."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk.visit import Visit


def show(visit: Visit) -> PageAnswer:
    """Show the queue."""
    return _queue(visit)


def check(visit: Visit) -> PageAnswer:
    """Confirm or refute, once the end of the receipt was typed again."""
    form = visit.form
    receipt = form.get("receipt", "")
    if form.get("again", "").upper() != receipt[-3:].upper():
        return _queue(visit, wrong=receipt)
    body: dict[str, Any] = {"receipt": receipt, "verdict": form.get("verdict", ""), "why": form.get("why", "")}
    body |= {"identity": True} if form.get("kind") == "identity" else {"authority": form.get("kind")}
    if form.get("verdict") == "confirmed":
        body["proof"] = form.get("proof")
    else:
        body["reason"] = form.get("reason")
    answer = visit.api.post(f"/cases/{quote(form.get('case', ''), safe='')}/verifications", body)
    if not answer.ok:
        return _queue(visit, answer, receipt)
    return visit.go("verifications", "second_needed" if answer.body["needs_second"] else "verified")


def _queue(visit: Visit, problem: ApiAnswer | None = None, wrong: str | None = None) -> PageAnswer:
    cursor = next(iter(visit.request.query.get("cursor", ())), None)
    answer = visit.api.get("/verifications", {"cursor": cursor} if cursor else None)
    if not answer.ok:
        return visit.failed(answer)
    status = problem.status if problem else HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    items, following = answer.body["items"], answer.body["next"]
    return visit.show("verifications", status, items=items, next=following, problem=problem, wrong=wrong)
