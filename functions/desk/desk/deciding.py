"""Decide a case: each reason about a fact, what is unknown answered, what is granted, approvals that it will need."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from casereview.web.api_answer import ApiAnswer
from casereview.web.browser import PageAnswer
from desk.forms import marked, rows
from desk.visit import Visit

FIELD_OUTCOMES: Final = ("granted", "granted_in_part", "declined", "referred", "moot")
SENIOR_OUTCOMES: Final = ("override", "uphold", "remand")
MOST_REASONS: Final = 6
_PLAIN: Final = ("outcome", "language", "internal_reasons", "policy")


def blank(visit: Visit) -> PageAnswer:
    """Show the form, with the draft if there is one."""
    return _form(visit)


def decide(visit: Visit) -> PageAnswer:
    """Decide, or keep the internal reasons as a draft."""
    if visit.form.get("do") == "draft":
        answer = visit.api.put(visit.of_case("/draft"), {"text": visit.form.get("internal_reasons", "")})
        return visit.go(f"cases/{visit.places['case']}", "draft") if answer.ok else _form(visit, answer)
    answer = visit.api.post(visit.of_case("/decision"), _body(visit.form))
    if not answer.ok:
        return _form(visit, answer)
    return visit.show("decided", found=answer.body, case_id=visit.places["case"])


def _body(form: dict[str, str]) -> dict[str, Any]:
    """Return the decision; rows in which nothing was said are left out."""
    body: dict[str, Any] = {name: form[name] for name in _PLAIN if name in form}
    body["reasons"] = [{"about": None, **row} for row in rows(form, "reasons") if row.get("text")]
    body["granted"] = [row for row in rows(form, "granted") if row.get("what")]
    body["unknowns"] = [row for row in rows(form, "unknowns") if row.get("how")]
    body["factors"] = marked(form, "factor")
    body["policy"] = form.get("policy")
    if form.get("case_version", "").isdecimal():
        body["case_version"] = int(form["case_version"])
    if form.get("acknowledged"):
        body["acknowledged"] = ["nobody_would_learn"]
    return body


def _form(visit: Visit, problem: ApiAnswer | None = None) -> PageAnswer:
    read, ranking = visit.api.get(visit.of_case()), visit.api.get(visit.of_case("/ranking"))
    if not read.ok or not ranking.ok:
        return visit.failed(read if not read.ok else ranking)
    case = read.body
    kept = visit.api.get(visit.of_case("/draft"))
    draft = (kept.body.get("text") or "") if kept.ok else ""
    senior = case["office"] == "SRO"
    return visit.show(
        "decide",
        problem.status if problem else HTTPStatus.OK,
        case=case,
        ranking=ranking.body,
        draft=draft,
        outcomes=SENIOR_OUTCOMES if senior else FIELD_OUTCOMES,
        most_reasons=MOST_REASONS,
        problem=problem,
        changed=problem is not None and problem.problem in {"moved", "policy-changed"},
    )
