"""The office: its lanes, waits and what is overdue, with charts and their tables; headquarters sees every office."""

from __future__ import annotations

from casereview.web.browser import PageAnswer
from desk.charts import Bar, bars
from desk.visit import Visit


def show(visit: Visit) -> PageAnswer:
    """Show the newest counts."""
    asked = next(iter(visit.request.query.get("office", ())), None)
    answer = visit.api.get("/summary", {"office": asked} if asked else None)
    if not answer.ok:
        return visit.failed(answer)
    found = answer.body
    lanes = [Bar(each["lane"], each["open"] - each["overdue"], each["overdue"]) for each in found["lanes"]]
    offices = [
        Bar(each["office"], *_open_and_overdue(each["lanes"]))
        for each in sorted(found["offices"], key=lambda office: -_open_and_overdue(office["lanes"])[1])
    ]
    return visit.show("office", found=found, lanes=bars(lanes), offices=bars(offices))


def _open_and_overdue(lanes: list[dict[str, int]]) -> tuple[int, int]:
    overdue = sum(each["overdue"] for each in lanes)
    return sum(each["open"] for each in lanes) - overdue, overdue
