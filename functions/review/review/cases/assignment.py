"""Assign a case to a colleague, claimed or not: a claim in that officer's name, made by a supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.http.problems import invalid, problem, wrong_state
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case, Hold
from casereview.store.caseload import count_claim, read_counter, uncount_claim
from casereview.store.transition import Transition
from review.authorization import REVIEWER_ROLES, Caller
from review.cases.lease import is_claimable, is_excluded, new_hold
from review.cases.session import CaseSession, holds
from review.directory import Directory
from review.schema.commands import Assignment

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

_HELD_STATUSES = frozenset({"in_review", "with_senior_official"})


def assign(session: CaseSession, directory: Directory, body: Assignment) -> Case:
    """Assign a case to a colleague; the claim of another officer ends. To assign it to its holder changes nothing.

    Raises:
        ProblemError: 404 without access to the case; 422 for a colleague who is unknown, disabled or without access to
            the case, or who must not review it again; 409 if the case cannot be claimed in its current state, or the
            colleague has claimed as many cases as the policy allows.
    """
    colleague = directory.find(body.to)

    def plan(case: Case) -> Transition | None:
        policy, _until = session.services.policies.governing(session.at)
        if not (is_claimable(policy, case) or (case.hold and case.status in _HELD_STATUSES)):
            raise wrong_state("status_not_allowed", "The case cannot be assigned in its current state.")
        if colleague is None or not _is_eligible(colleague, case):
            raise invalid("/to", "not_assignable", "is not the user name of a colleague who can work on this case")
        if holds(case, colleague):
            return None
        if read_counter(session.services.table, colleague.id).claims >= policy.numbers.cap:
            raise problem("cap-reached", "The colleague has claimed as many cases as the policy allows.")
        counted = count_claim(colleague.id, policy.numbers.cap, by_next=False)
        return Transition(
            "assigned",
            _assigned_fields(session, case, colleague),
            {"details": {"held_by": case.claimed_by, "to": colleague.user, "to_id": colleague.id}},
            (counted, *uncount_claim(case)),
            words=session.reason(body.why),
        )

    return session.act(plan)


def _is_eligible(colleague: Caller, case: Case) -> bool:
    """Return whether a colleague has access to the case, and no earlier part in it forbids to review it again."""
    return colleague.has_access(case, REVIEWER_ROLES) and not is_excluded(colleague, case)


def _assigned_fields(session: CaseSession, case: Case, colleague: Caller) -> CaseFields:
    """Return the fields of the colleague's claim. An answer that arrived stays flagged, because it is not seen yet."""
    held = new_hold(session, case, Hold(by=colleague.user, by_id=colleague.id))
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        return {"hold": held}
    taken: CaseFields = {
        "hold": held,
        "reviewers": tuple(sorted({*case.reviewers, colleague.id})),
        "answer_by": None,
        "asked_by": None,
        "asked_of": (),
    }
    if case.status == "in_review":
        return taken
    return {**taken, "status": "in_review", "status_since": session.at}
