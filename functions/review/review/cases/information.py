"""Ask the requesters for information: the clock of the first look stops until the answer, except in the top lanes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from casereview.cases.disclosure import is_asked
from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import is_top_lane
from casereview.http.problems import invalid, wrong_state
from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.store.caseload import uncount_claim
from casereview.store.transaction import put_new
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import seal_words
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
    policy, _until = session.services.policies.governing(session.at)
    answer_by = min(body.answer_by, session.at + timedelta(days=policy.numbers.information_days))
    words = {"asked": body.asked, "asked_at": rfc3339(session.at), "answer_by": rfc3339(answer_by)}
    sealed = seal_words(session.services.seal, "asked", session.case_id, words)
    text = sealed.text("information_asked", session.at, user=session.caller.user, receipt=None)

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
            "answer_by": answer_by,
            "asked": text.text_id,
            "rank_at": session.at,
        }
        notices = notices_to_requesters(session, case, "information_asked", is_asked)
        also = (put_new(text), *uncount_claim(case))
        return Transition("information_asked", waits, {"text": text.text_id}, also, notices)

    return session.act(plan)
