"""Ask the holders of a case for something: questions of the catalogue, or free text for those who are verified."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk.forms import marked
from desk.visit import Visit

CODES: Final = {"prove_identity": "Prove who you are", "prove_authority": "Prove that you may speak for the person"}


def blank(visit: Visit) -> PageAnswer:
    """Show the form."""
    return _form(visit)


def ask(visit: Visit) -> PageAnswer:
    """Ask."""
    form = visit.form
    body: dict[str, Any] = {"answer_by": form.get("answer_by") or None}
    if to := marked(form, "to"):
        body["to"] = to
    if codes := marked(form, "code"):
        body["codes"] = codes
    if form.get("text"):
        body["asked"] = [{"text": form["text"], "language": form.get("language", "")}]
    answer = visit.api.post(visit.of_case("/information-requests"), body)
    if not answer.ok:
        return _form(visit, answer)
    return visit.go(f"cases/{visit.places['case']}", "asked_less_time" if answer.body["cut"] else "asked")


def _form(visit: Visit, problem: ApiAnswer | None = None) -> PageAnswer:
    read = visit.api.get(visit.of_case())
    if not read.ok:
        return visit.failed(read)
    status = problem.status if problem else HTTPStatus.OK
    return visit.show("ask", status, case=read.body, codes=CODES, problem=problem)
