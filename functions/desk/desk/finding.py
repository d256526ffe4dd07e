"""Find a case by the receipt that somebody reads out, or by an A-number."""

from __future__ import annotations

from casereview.web.browser import PageAnswer
from desk.visit import Visit


def blank(visit: Visit) -> PageAnswer:
    """Show the form."""
    return visit.show("find", cases=None)


def find(visit: Visit) -> PageAnswer:
    """Look the number up."""
    form = visit.form
    named = "a_number" if form.get("kind") == "a_number" else "receipt"
    answer = visit.api.post("/lookups", {named: form.get("number", ""), "why": form.get("why", "")})
    if answer.problem == "not-found":
        return visit.show("find", answer.status, cases=[])
    if not answer.ok:
        return visit.show("find", answer.status, cases=None, problem=answer)
    return visit.show("find", cases=answer.body["cases"])
