"""Verify who stands behind the requests of the office: the earliest first, requests of one kind together."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from casereview.web.browser import PageAnswer
from desk.queues import show_queue
from desk.visit import Visit


def show(visit: Visit) -> PageAnswer:
    """Show the queue."""
    return show_queue(visit, "verifications")


def check(visit: Visit) -> PageAnswer:
    """Confirm or refute, once the end of the receipt was typed again."""
    form = visit.form
    receipt = form.get("receipt", "")
    if form.get("again", "").upper() != receipt[-3:].upper():
        return show_queue(visit, "verifications", status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=receipt)
    body: dict[str, Any] = {"receipt": receipt, "verdict": form.get("verdict", ""), "why": form.get("why", "")}
    body |= {"identity": True} if form.get("kind") == "identity" else {"authority": form.get("kind")}
    if form.get("verdict") == "confirmed":
        body["proof"] = form.get("proof")
    else:
        body["reason"] = form.get("reason")
    answer = visit.api.post(f"/cases/{quote(form.get('case', ''), safe='')}/verifications", body)
    if not answer.ok:
        return show_queue(visit, "verifications", answer)
    return visit.go("verifications", "second_needed" if answer.body["needs_second"] else "verified")
