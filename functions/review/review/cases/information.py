"""Ask the requesters for information: the clock of the first look stops until the answer, except in the top lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from casereview.cases.disclosure import has_full_disclosure
from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import is_top_lane
from casereview.http.problems import invalid, wrong_state
from casereview.schema.records import Case
from casereview.store.caseload import uncount_claim
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import seal_text
from review.cases.requesters import notices_to_requesters
from review.cases.session import CaseSession, require_claim
from review.schema.commands import InformationRequest

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def ask(session: CaseSession, body: InformationRequest) -> Case:
    """Ask the requesters with full disclosure; the officer's claim ends while the case waits.

    Raises:
        ProblemError: 404 without access to the case; 409 without the claim, or if the case is not in review; 422 for a
            time that has passed.
    """
    if body.answer_by <= session.at:
        raise invalid("/answer_by", "in_the_past", "must be in the future")
    sealed = seal_text(session.services.seal, "asked", session.case_id, {"asked": body.asked})
    policy, _until = session.services.policies.governing(session.at)
    latest = session.at + timedelta(days=policy.numbers.information_days)

    def plan(case: Case) -> Transition:
        require_claim(case, session.caller)
        if case.status != "in_review":
            raise wrong_state("status_not_allowed", "Information cannot be requested in the current state of the case.")
        stopped_since = None if is_top_lane(policy, case.lane) else session.at
        waits: CaseFields = {
            "hold": None,
            "first_look": clock_after_work(case, session.at).evolve(stopped_since=stopped_since),
            "status": "information_needed",
            "status_since": session.at,
            "answer_by": min(body.answer_by, latest),
            "asked": case.version + 1,
            "rank_at": session.at,
        }
        notices = notices_to_requesters(session, case, "information_asked", has_full_disclosure)
        return Transition("information_asked", waits, {"sealed": sealed}, uncount_claim(case), notices)

    return session.act(plan)
