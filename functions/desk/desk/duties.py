"""What people at the office must do: carry out, tell, call, write, translate; the earliest due first."""

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


def end(visit: Visit) -> PageAnswer:
    """Record what became of a duty."""
    form = visit.form
    body: dict[str, Any] = {name: form.get(name) for name in ("what", "granted", "note")}
    body |= {"done_at": form.get("done_at", ""), "why": form.get("why", "")}
    case, duty = (quote(form.get(name, ""), safe="") for name in ("case", "duty"))
    answer = visit.api.post(f"/cases/{case}/duties/{duty}", body)
    return visit.go("duties", "duty") if answer.ok else _queue(visit, answer)


def _queue(visit: Visit, problem: ApiAnswer | None = None) -> PageAnswer:
    cursor = next(iter(visit.request.query.get("cursor", ())), None)
    answer = visit.api.get("/duties", {"cursor": cursor} if cursor else None)
    if not answer.ok:
        return visit.failed(answer)
    status = problem.status if problem else HTTPStatus.OK
    return visit.show("duties", status, items=answer.body["items"], next=answer.body["next"], problem=problem)
