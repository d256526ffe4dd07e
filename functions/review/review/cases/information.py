"""Ask for information: the clock stops visibly, and runs again by itself; in the top lanes it never stops."""

from __future__ import annotations

from datetime import timedelta

from casereview.cases.disclosure import sees_all
from casereview.cases.lease import UNCLAIMED, is_top
from casereview.http.problems import Fault, conflict, unprocessable
from casereview.schema.records import Case
from casereview.store.caseload import give_back
from casereview.store.transition import Step
from casereview.usecases.sealed_text import seal_words
from review.cases.lease import worked
from review.cases.requesters import owe
from review.cases.session import Visit, must_hold
from review.schema.commands import InformationRequest


def ask(visit: Visit, body: InformationRequest) -> Case:
    """Ask the requesters who may know of it; the officer's claim ends, for the case waits.

    Raises ProblemError 404, 409 without the claim, 422 for a date that has passed.
    """
    if body.answer_by <= visit.at:
        raise unprocessable(Fault("/answer_by", "must lie in the future"))
    sealed = seal_words(visit.desk.seal, "asked", visit.case_id, {"asked": body.asked})
    policy, _until = visit.desk.policies.governing(visit.at)
    latest = visit.at + timedelta(days=policy.numbers.information_days)

    def plan(case: Case) -> Step:
        must_hold(case, visit.caller)
        if case.status != "in_review":
            raise conflict("the case's state allows no question")
        stops = not is_top(policy, case.lane)
        waits = {
            **UNCLAIMED,
            **worked(visit),
            "status": "information_needed",
            "status_since": visit.at,
            "answer_by": min(body.answer_by, latest),
            "asked": case.version + 1,
            "stopped_since": visit.at if stops else None,
            "rank_at": visit.at,
        }
        notices = owe(visit, case, "information_asked", sees_all)
        return Step("information_asked", waits, {"sealed": sealed}, give_back(case), notices)

    return visit.act(plan)
