"""What people at the office must do: carry out, tell, call, write, translate; the earliest due first."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from casereview.web.browser import PageAnswer
from desk.queues import show_queue
from desk.visit import Visit


def show(visit: Visit) -> PageAnswer:
    """Show the queue."""
    return show_queue(visit, "duties")


def end(visit: Visit) -> PageAnswer:
    """Record what became of a duty."""
    form = visit.form
    body: dict[str, Any] = {name: form.get(name) for name in ("what", "granted", "note")}
    body |= {"done_at": form.get("done_at", ""), "why": form.get("why", "")}
    case, duty = (quote(form.get(name, ""), safe="") for name in ("case", "duty"))
    answer = visit.api.post(f"/cases/{case}/duties/{duty}", body)
    return visit.go("duties", "duty") if answer.ok else show_queue(visit, "duties", answer)
